/* SPDX-License-Identifier: GPL-2.0 */
/*
 * chart.c - scaling and drawing. Coordinates are those of the viewBox; the style sheet of the page has the colours.
 */
#include <time.h>

#include "chart.h"
#include "html.h"
#include "output.h"
#include "words.h"

#define PLOT_WIDTH (CHART_WIDTH - CHART_LEFT - CHART_RIGHT)
#define PLOT_HEIGHT (CHART_HEIGHT - CHART_TOP - CHART_BOTTOM)
#define BASE_LINE (CHART_HEIGHT - CHART_BOTTOM)

/* --- scales */

double chart_nice_top(double max)
{
	static const double steps[] = { 2, 4, 6, 10 };

	for (double decade = 1; decade < 1e300; decade *= 10)
		for (unsigned int i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
			if (max <= steps[i] * decade)
				return steps[i] * decade;
	return 1e301;
}

long long chart_time_step(long long span_ms)
{
	static const int seconds[] = { 1, 2, 5, 10, 30, 60, 120, 300, 600 };

	for (unsigned int i = 0; i < sizeof(seconds) / sizeof(seconds[0]); i++)
		if (span_ms <= seconds[i] * 1000LL * 7)
			return seconds[i] * 1000LL;
	return 1800000;
}

static double clamp(double value, double least, double most)
{
	return value < least ? least : value > most ? most : value;
}

static double x_of(const struct chart_axis *axis, long long at)
{
	double span = axis->to > axis->from ? axis->to - axis->from : 1;

	return CHART_LEFT + clamp((at - axis->from) / span, 0, 1) * PLOT_WIDTH;
}

static double y_of(double value, double top)
{
	return BASE_LINE - clamp(value / top, 0, 1) * PLOT_HEIGHT;
}

/* --- lines */

/* Of what falls on one column the highest point is kept until the next column begins. */
struct pen {
	FILE *to;
	bool area, down;
	int column; /* -1: none yet */
	double x, y; /* of the highest point of that column */
	double first_x; /* of this stroke */
	unsigned int points; /* of this stroke */
};

static void pen_put(struct pen *pen)
{
	if (pen->column < 0)
		return;
	if (!pen->points) {
		pen->first_x = pen->x;
		fprintf(pen->to, "M%.1f %.1f", pen->x, pen->area ? BASE_LINE : pen->y);
		if (pen->area)
			fprintf(pen->to, "L%.1f %.1f", pen->x, pen->y);
	} else {
		fprintf(pen->to, "L%.1f %.1f", pen->x, pen->y);
	}
	pen->points++;
	pen->column = -1;
}

/* A stroke of one point has no length: round caps make it a dot. */
static void pen_lift(struct pen *pen)
{
	pen_put(pen);
	if (pen->points && pen->area)
		fprintf(pen->to, "V%d", BASE_LINE);
	if (pen->points && (pen->area || pen->points == 1))
		fputc(pen->area ? 'Z' : 'h', pen->to);
	if (pen->points == 1 && !pen->area)
		fputs("0.1", pen->to);
	pen->points = 0;
}

static void pen_move(struct pen *pen, double x, double y)
{
	if (pen->column == (int)x) {
		if (y < pen->y)
			pen->y = y;
		return;
	}
	pen_put(pen);
	pen->column = x;
	pen->x = x;
	pen->y = y;
}

void chart_path(const struct chart_axis *axis, const json_t *values, double top, bool area, FILE *to)
{
	struct pen pen = { .to = to, .area = area, .column = -1 };
	long long before = axis->from;
	const json_t *value;
	size_t i;

	json_array_foreach(values, i, value) {
		long long at = json_integer_value(json_array_get(axis->times, i));

		if (json_is_null(value) || at - before > axis->gap_ms)
			pen_lift(&pen);
		before = at;
		if (!json_is_null(value) && at >= axis->from && at <= axis->to)
			pen_move(&pen, x_of(axis, at), y_of(json_number_value(value), top));
	}
	pen_lift(&pen);
}

/* --- what stands around them */

static double largest(const json_t *values, size_t *at)
{
	const json_t *value;
	double max = 0;
	size_t i;

	*at = 0;
	json_array_foreach(values, i, value) {
		if (json_number_value(value) <= max)
			continue;
		max = json_number_value(value);
		*at = i;
	}
	return max;
}

static double top_of(const struct chart *c)
{
	double max = 0;
	size_t at;

	for (unsigned int i = 0; i < c->count; i++) {
		double of_series = largest(c->series[i].values, &at);

		max = of_series > max ? of_series : max;
	}
	return c->top > 0 && max <= c->top ? c->top : chart_nice_top(max);
}

static void write_bands(const struct chart_axis *axis, FILE *to)
{
	const json_t *band;
	size_t i;

	json_array_foreach(axis->bands, i, band) {
		double x = x_of(axis, model_number(band, "from_unix_ms"));
		double width = x_of(axis, model_number(band, "to_unix_ms")) - x;

		fprintf(to, "<rect class=\"band\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\"><title>", x,
			CHART_TOP, width < 1 ? 1 : width, PLOT_HEIGHT);
		html_text(to, axis->band_title);
		fputs("</title></rect>\n", to);
	}
}

static void write_level(double value, double top, const char *unit, FILE *to)
{
	double y = y_of(value, top);
	char text[8];

	fprintf(to, "<path class=\"grid\" d=\"M%d %.1fH%d\"/>", CHART_LEFT, y, CHART_WIDTH - CHART_RIGHT);
	fprintf(to, "<text class=\"level\" x=\"%d\" y=\"%.1f\">%s%s</text>\n", CHART_LEFT - 6, y + 4,
		output_short(text, value), unit);
}

static void write_mark(const struct chart_axis *axis, long long at, bool seconds, FILE *to)
{
	time_t second = at / 1000;
	double x = x_of(axis, at);
	char text[16];
	struct tm tm;

	localtime_r(&second, &tm);
	strftime(text, sizeof(text), seconds ? "%H:%M:%S" : "%H:%M", &tm);
	fprintf(to, "<path class=\"grid\" d=\"M%.1f %dV%d\"/>", x, CHART_TOP, BASE_LINE);
	if (x < CHART_LEFT + 20 || x > CHART_WIDTH - CHART_RIGHT - 20)
		return;
	fprintf(to, "<text class=\"time\" x=\"%.1f\" y=\"%d\">%s</text>\n", x, CHART_HEIGHT - 5, text);
}

/* Marks stand at whole minutes of the local time, also where that is half an hour off. */
static void write_marks(const struct chart_axis *axis, FILE *to)
{
	long long step = chart_time_step(axis->to - axis->from), offset;
	time_t second = axis->from / 1000;
	struct tm tm;

	localtime_r(&second, &tm);
	offset = tm.tm_gmtoff * 1000LL;
	for (long long at = (axis->from + offset) / step * step + step - offset; at <= axis->to; at += step)
		write_mark(axis, at, step < 60000, to);
}

static void write_lines(const struct chart *c, double top, FILE *to)
{
	for (unsigned int i = 0; i < CHART_LINES_MAX; i++) {
		double y = y_of(c->line[i].at, top);

		if (!c->line[i].title || c->line[i].at > top)
			continue;
		fprintf(to, "<path class=\"line\" d=\"M%d %.1fH%d\"/>", CHART_LEFT, y, CHART_WIDTH - CHART_RIGHT);
		fprintf(to, "<text class=\"note\" x=\"%d\" y=\"%.1f\">", CHART_LEFT + 6, y - 4);
		html_text(to, c->line[i].title);
		fputs("</text>\n", to);
	}
}

/* The first comes last, on top of the others. */
static void write_series(const struct chart *c, double top, FILE *to)
{
	fputs("<path class=\"area\" d=\"", to);
	chart_path(c->axis, c->series[0].values, top, true, to);
	fputs("\"/>\n", to);
	for (unsigned int i = c->count; i-- > 0;) {
		fprintf(to, "<path class=\"s s%u\" d=\"", i);
		chart_path(c->axis, c->series[i].values, top, false, to);
		fputs("\"/>\n", to);
	}
}

/* "12", "1234", "35.1 k"; of what is not whole and small a decimal. */
static const char *value_text(char text[24], double value, const char *unit)
{
	char rate[16];

	if (value < 10 && value != (int)value)
		snprintf(text, 24, "%.1f%s", value, unit);
	else
		snprintf(text, 24, "%s%s", output_rate(rate, value), unit);
	return text;
}

static void write_key(const struct chart *c, unsigned int i, FILE *to)
{
	const char *unit = c->unit[0] == '%' ? " %" : "";
	const json_t *values = c->series[i].values;
	char text[24], when[32];
	size_t at;
	double max = largest(values, &at);

	fprintf(to, "<span class=\"key\"><i class=\"k%u\"></i>", i);
	html_text(to, c->series[i].title);
	if (max > 0)
		fprintf(to, " <b>%s</b> at %s", value_text(text, max, unit),
			text_clock(when, json_integer_value(json_array_get(c->axis->times, at))));
	else
		fputs(" <b>0</b>", to);
	fputs("</span>\n", to);
}

void chart_write(const struct chart *c, FILE *to)
{
	double top = top_of(c);
	const char *unit = c->unit[0] == '%' ? "%" : "";

	fputs("<figure>\n<figcaption>", to);
	html_element(to, "b", NULL, c->title);
	fputc(' ', to);
	html_element(to, "span", "unit", c->unit);
	fputs(" <span class=\"keys\">peaks: ", to);
	for (unsigned int i = 0; i < c->count; i++)
		write_key(c, i, to);
	fprintf(to, "</span></figcaption>\n<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"", CHART_WIDTH,
		CHART_HEIGHT);
	html_text(to, c->title);
	fputs("\">\n", to);
	write_bands(c->axis, to);
	for (int i = 0; i <= 2; i++)
		write_level(top * i / 2, top, unit, to);
	write_marks(c->axis, to);
	write_series(c, top, to);
	write_lines(c, top, to);
	fputs("</svg>\n</figure>\n", to);
}
