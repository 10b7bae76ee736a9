/* SPDX-License-Identifier: GPL-2.0 */
/*
 * report_style.c - how the page looks: light and dark as the reader's system is, black on white on paper.
 */
#include "report.h"

/* Colours of series: distinct for the colour-blind too, in both themes. */
#define LIGHT_COLOURS                                                                        \
	"--bg:#fff;--fg:#1b1f24;--dim:#57606a;--edge:#d0d7de;--soft:#f6f8fa;--band:#fbe3b3;" \
	"--c0:#0b62c4;--c1:#c2410c;--c2:#157f3c;--c3:#7c3aed;--c4:#57606a;--bad:#b42318;--warn:#8a5a00;--good:#157f3c;"
#define DARK_COLOURS                                                                            \
	"--bg:#15181c;--fg:#e6e8eb;--dim:#9aa4af;--edge:#353b43;--soft:#1d2126;--band:#4a3a12;" \
	"--c0:#64a9ff;--c1:#ff9a5c;--c2:#5fd38a;--c3:#b79bff;--c4:#9aa4af;--bad:#ff8a7a;--warn:#f0c060;--good:#5fd38a;"

const char report_style[] =
	":root{color-scheme:light dark;" LIGHT_COLOURS "}\n"
	"@media (prefers-color-scheme:dark){:root{" DARK_COLOURS "}}\n"
	"*{box-sizing:border-box}\n"
	"body{margin:0 auto;padding:24px;max-width:1120px;background:var(--bg);color:var(--fg);"
	"font:15px/1.5 system-ui,-apple-system,\"Segoe UI\",\"DejaVu Sans\",sans-serif}\n"
	"h1{font-size:24px;line-height:1.25;margin:0}h2{font-size:18px;margin:32px 0 8px}p{margin:6px 0}\n"
	".made{color:var(--dim);margin:2px 0 16px}\n"
	".headline{border:1px solid var(--edge);border-left:6px solid var(--c);background:var(--soft);padding:12px 16px;"
	"border-radius:4px}\n"
	".headline .lead{font-size:18px;font-weight:600;margin:0;color:var(--c)}\n"
	".attack,.broken{--c:var(--bad)}.over,.watch{--c:var(--warn)}.calm{--c:var(--good)}\n"
	".tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(140px,1fr));gap:8px;margin:12px 0 0}\n"
	".tile{border:1px solid var(--edge);border-radius:4px;padding:8px 12px}\n"
	".tile b{display:block;white-space:nowrap;font-size:18px;line-height:1.25;font-variant-numeric:tabular-nums}\n"
	".tile span,.dim{color:var(--dim);font-size:13px}\n"
	"figure{margin:14px 0 0}figcaption{font-size:14px}.unit{color:var(--dim)}\n"
	".keys{float:right;color:var(--dim);font-size:13px}.key{margin-left:14px;white-space:nowrap}.key b{color:var(--fg)}\n"
	".key i{display:inline-block;width:16px;height:0;border-top:3px solid;margin-right:5px;vertical-align:4px}\n"
	".k0{color:var(--c0)}.k1{color:var(--c1)}.k2{color:var(--c2)}.k3{color:var(--c3)}.k4{color:var(--c4)}\n"
	"svg{display:block;width:100%;height:auto;clear:both}\n"
	"svg text{font-size:11px;fill:var(--dim)}.level{text-anchor:end}.time{text-anchor:middle}\n"
	".grid{stroke:var(--edge);stroke-width:1;fill:none}.band{fill:var(--band)}\n"
	".line{stroke:var(--bad);stroke-width:1;stroke-dasharray:5 4;fill:none}svg .note{fill:var(--bad)}\n"
	".s{fill:none;stroke-width:1.6;stroke-linejoin:round;stroke-linecap:round}.area{fill:var(--c0);opacity:.15}\n"
	".s0{stroke:var(--c0)}.s1{stroke:var(--c1)}.s2{stroke:var(--c2)}.s3{stroke:var(--c3)}.s4{stroke:var(--c4)}\n"
	".band-key{display:inline-block;width:16px;height:11px;background:var(--band);border:1px solid var(--edge);"
	"vertical-align:-1px}\n"
	".wide{overflow-x:auto}\n"
	"table{border-collapse:collapse;width:100%;font-size:14px}\n"
	"th,td{text-align:left;padding:4px 12px 4px 0;border-bottom:1px solid var(--edge);vertical-align:top}\n"
	"th{color:var(--dim);font-weight:600;font-size:13px}.n{text-align:right;font-variant-numeric:tabular-nums;"
	"white-space:nowrap}td.n i{font-style:normal;margin-left:.22em}\n"
	".name{white-space:nowrap;font-family:ui-monospace,\"DejaVu Sans Mono\",monospace;font-size:13px}\n"
	".group th{padding-top:14px;color:var(--fg);font-size:14px}.flag{color:var(--bad);font-weight:600}\n"
	"footer{margin-top:32px;color:var(--dim);font-size:13px}\n"
	"@page{size:A4;margin:14mm}\n"
	"@media print{:root{color-scheme:light;" LIGHT_COLOURS "--bg:#fff;--fg:#000;--dim:#333;--soft:#fff}\n"
	"body{padding:0;max-width:none;font-size:10pt}h1{font-size:16pt}h2{font-size:12pt;break-after:avoid}\n"
	"table{font-size:8.5pt}th,.name,.keys,figcaption,.dim,.made,.tile span{font-size:8pt}.tile b{font-size:12pt}\n"
	".headline .lead{font-size:12pt;color:var(--fg)}figure{margin-top:8px}figure,tr,.tile,.headline{break-inside:avoid}\n"
	"thead{display:table-header-group}.tables{break-before:page;margin-top:0}.wide{overflow:visible}\n"
	"*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}\n";
