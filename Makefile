# SPDX-License-Identifier: GPL-2.0
# levee: `make help` lists the targets.

VERSION := 0.1.0
BUILD   := build
PREFIX  ?= /usr/local
DESTDIR ?=
SYSCONFDIR ?= /etc
UNITDIR ?= $(PREFIX)/lib/systemd/system

CLANG   ?= clang-19
BPFTOOL ?= $(firstword $(shell command -v bpftool 2>/dev/null) /usr/sbin/bpftool)
ARCH    := $(shell uname -m)
TRIPLET := $(shell $(CC) -print-multiarch 2>/dev/null)

WARN        := -Wall -Wextra -Werror
CPPFLAGS    += -Iinclude -I$(BUILD) -D_GNU_SOURCE -DLEVEE_VERSION='"$(VERSION)"'
CFLAGS      ?= -O2 -g
ALL_CFLAGS  := -std=gnu11 $(WARN) $(CFLAGS)
BPF_CFLAGS  := -std=gnu11 -g -O2 -target bpf -mcpu=v3 -ffile-prefix-map=$(CURDIR)=. $(WARN) -Iinclude -Ibpf -isystem /usr/include/$(TRIPLET)
# One file to copy to another machine: everything but libc and libmnl is inside.
LIBS        := -Wl,-Bstatic -lxdp -lbpf -lelf -lz -ljansson -linih -lncursesw -ltinfo -Wl,-Bdynamic -lmnl
# For a package, whose libraries are the system's.
SHARED_LIBS := -Wl,--as-needed -lxdp -lbpf -lelf -lz -ljansson -linih -lncursesw -ltinfo -lmnl
SANITIZE    := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

FOLDERS   := $(addprefix $(BUILD)/,user man unit asan/user tools)
HEADERS   := $(wildcard include/levee/*.h)
BPF_HDRS  := $(wildcard bpf/*.h)
USER_SRC  := $(wildcard user/*.c)
USER_HDRS := $(wildcard user/*.h)
USER_OBJ  := $(USER_SRC:user/%.c=$(BUILD)/user/%.o)
# What tests link of userspace: all but main.
USER_LIB  := $(filter-out $(BUILD)/user/main.o,$(USER_OBJ))
ASAN_LIB  := $(USER_LIB:$(BUILD)/%=$(BUILD)/asan/%)
UNIT_SRC  := $(wildcard tests/unit/test_*.c)
UNIT_BIN  := $(UNIT_SRC:tests/unit/%.c=$(BUILD)/unit/%)
ASAN_BIN  := $(UNIT_SRC:tests/unit/%.c=$(BUILD)/asan/%)
PROG_SRC  := $(wildcard tests/prog/*.c)
# What the differential test takes of them: the programs and frames, not the rows.
DIFF_SRC  := $(wildcard tests/diff/*.c) tests/prog/world.c tests/prog/packet.c
BENCH_SRC := $(wildcard tests/bench/*.c)
TOOL_SRC  := $(filter-out %.bpf.c,$(wildcard tests/tools/*.c))

# What install installs, beside units and levee.conf: MODE:FILE:WHERE.
PROGRAM   ?= $(BUILD)/levee
SHARE     := $(DESTDIR)$(PREFIX)/share
CONF      := $(DESTDIR)$(SYSCONFDIR)/levee/levee.conf
UNITS     := $(notdir $(wildcard contrib/systemd/*.service))
INSTALLED  = 0755:$(PROGRAM):$(DESTDIR)$(PREFIX)/sbin/levee \
	$(foreach f,$(PAGES),0644:$(f):$(SHARE)/man/man$(subst .,,$(suffix $(f)))/$(notdir $(f))) \
	0644:$(COMPLETION):$(SHARE)/bash-completion/completions/levee \
	$(foreach f,$(wildcard README.md docs/*.md docs/schema/*.json),0644:$(f):$(SHARE)/doc/levee/$(f)) \
	0644:contrib/grafana/levee.json:$(SHARE)/levee/grafana/levee.json \
	0644:contrib/prometheus/levee.rules.yml:$(SHARE)/levee/prometheus/levee.rules.yml

MAN_SRC    := $(wildcard man/*.c)
PAGES      := $(patsubst %.in,$(BUILD)/%,$(wildcard man/*.[1-9].in))
COMPLETION := $(BUILD)/man/levee.bash

TOOL_BPF  := $(wildcard tests/tools/*.bpf.c tests/bench/*.bpf.c)
TOOL_SKEL := $(patsubst %.bpf.c,$(BUILD)/%.skel.h,$(notdir $(TOOL_BPF)))
TOOL_BIN  := $(TOOL_SRC:tests/tools/%.c=$(BUILD)/tools/%)

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all man help deps run lesson test bench check install uninstall deb clean tests

all: $(BUILD)/levee man ## build build/levee, the BPF programs inside it

man: $(PAGES) $(COMPLETION) ## the man pages and bash's completion, from the tables of options

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

deps: ## install the Debian packages that building and testing need
	@scripts/deps.sh

run: | deps ## a flood, without levee and with it; IFACE=eth0: protect eth0
	@$(MAKE) --no-print-directory all tests
	@tests/demo.sh $(IFACE)

lesson: | deps ## TCP as the textbook has it, acted out; STEP=close: only that
	@$(MAKE) --no-print-directory all $(TOOL_BIN)
	@tests/lab.sh lesson $(STEP)

test: | deps ## everything that can be tested on this machine
	@$(MAKE) --no-print-directory all tests
	@tests/run.sh

bench: | deps ## ns per packet, and goodput under floods; QUICK=1: in a minute
	@$(MAKE) --no-print-directory all tests
	@tests/bench/run.sh

check: | deps ## format, static analysis, shell and man page lint
	@$(MAKE) --no-print-directory all
	@scripts/check.sh

install: all ## into DESTDIR/PREFIX: program, units, man pages, docs, contrib/
	@$(foreach f,$(INSTALLED),install -D -m $(subst :, ,$(f)) && ) :
	@$(foreach u,$(UNITS),install -D -m 0644 /dev/null $(DESTDIR)$(UNITDIR)/$(u) && \
		sed 's|/usr/sbin/levee|$(PREFIX)/sbin/levee|' contrib/systemd/$(u) >$(DESTDIR)$(UNITDIR)/$(u) && ) :
	@[ -e $(CONF) ] || install -D -m 0644 contrib/levee.conf $(CONF)

uninstall: ## remove what install has installed, but for levee.conf
	@rm -f $(foreach f,$(INSTALLED),$(lastword $(subst :, ,$(f)))) $(addprefix $(DESTDIR)$(UNITDIR)/,$(UNITS))
	@for folder in doc/levee/docs/schema doc/levee/docs doc/levee levee/grafana levee/prometheus levee; do \
		rmdir --ignore-fail-on-non-empty $(SHARE)/$$folder 2>/dev/null || :; \
	done

deb: | deps ## a Debian package, build/levee_*.deb
	@$(MAKE) --no-print-directory -s all $(BUILD)/levee.shared
	@scripts/deb.sh $(VERSION) $(BUILD)/levee.shared $(BUILD)

clean: ## remove build/
	rm -rf $(BUILD)

tests: $(BUILD)/levee $(BUILD)/levee.shared $(UNIT_BIN) $(ASAN_BIN) $(TOOL_BIN) $(if $(PROG_SRC),$(BUILD)/prog-tests) $(BUILD)/diff $(if $(BENCH_SRC),$(BUILD)/bench)

# --- BPF

$(BUILD)/levee.bpf.o: bpf/levee.bpf.c $(BPF_HDRS) $(HEADERS) | $(FOLDERS)
	$(CLANG) $(BPF_CFLAGS) -c $< -o $@

$(BUILD)/%.bpf.o: tests/tools/%.bpf.c $(BPF_HDRS) $(HEADERS) | $(FOLDERS)
	$(CLANG) $(BPF_CFLAGS) -c $< -o $@

$(BUILD)/%.bpf.o: tests/bench/%.bpf.c $(BPF_HDRS) $(HEADERS) | $(FOLDERS)
	$(CLANG) $(BPF_CFLAGS) -c $< -o $@

$(BUILD)/%.skel.h: $(BUILD)/%.bpf.o
	$(BPFTOOL) gen skeleton $< name $(subst -,_,$*)_bpf > $@

# --- userspace

$(BUILD)/user/%.o: user/%.c $(USER_HDRS) $(HEADERS) $(BUILD)/levee.skel.h | $(FOLDERS)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -c $< -o $@

$(BUILD)/levee: $(USER_OBJ)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) $^ $(LIBS) -o $@

$(BUILD)/levee.shared: $(USER_OBJ)
	$(CC) $(ALL_CFLAGS) -Wl,-z,relro,-z,now $(LDFLAGS) $^ $(SHARED_LIBS) -o $@

# --- man pages and completion

$(BUILD)/man/generate: $(MAN_SRC) $(wildcard man/*.h) $(USER_HDRS) $(HEADERS) $(USER_LIB) | $(FOLDERS)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -Iuser $(MAN_SRC) $(USER_LIB) $(LIBS) -o $@

$(BUILD)/man/%: man/%.in $(BUILD)/man/generate
	$(BUILD)/man/generate $< > $@

# --- tests

$(BUILD)/unit/%: tests/unit/%.c $(wildcard tests/unit/*.h) $(HEADERS) $(USER_LIB) | $(FOLDERS)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -Iuser $< $(USER_LIB) $(LIBS) -lcmocka -o $@

$(BUILD)/unit/test_manual $(BUILD)/asan/test_manual: | man

# The user sources are built again, so that the sanitizers see them too.
$(BUILD)/asan/user/%.o: user/%.c $(USER_HDRS) $(HEADERS) $(BUILD)/levee.skel.h | $(FOLDERS)
	$(CC) $(CPPFLAGS) -std=gnu11 $(WARN) -O1 -g $(SANITIZE) -c $< -o $@

$(BUILD)/asan/%: tests/unit/%.c $(wildcard tests/unit/*.h) $(HEADERS) $(ASAN_LIB) | $(FOLDERS)
	$(CC) $(CPPFLAGS) -std=gnu11 $(WARN) -O1 -g $(SANITIZE) -Iuser $< $(ASAN_LIB) $(LIBS) -lcmocka -o $@

$(BUILD)/tools/%: tests/tools/%.c $(wildcard tests/tools/*.h) $(HEADERS) $(TOOL_SKEL) | $(FOLDERS)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) $< $(LIBS) -lpthread -o $@

$(BUILD)/prog-tests: $(PROG_SRC) $(wildcard tests/prog/*.h) $(HEADERS) $(BUILD)/levee.skel.h $(USER_LIB)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -Iuser $(PROG_SRC) $(USER_LIB) $(LIBS) -o $@

$(BUILD)/diff: $(DIFF_SRC) $(wildcard tests/diff/*.h tests/prog/*.h) $(HEADERS) $(BUILD)/levee.skel.h $(USER_LIB)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -Iuser -Itests/prog $(DIFF_SRC) $(USER_LIB) $(LIBS) -o $@

$(BUILD)/bench: $(filter-out %.bpf.c,$(BENCH_SRC)) $(wildcard tests/bench/*.h) $(HEADERS) $(BUILD)/levee.skel.h $(TOOL_SKEL) $(USER_LIB)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -Iuser $(filter-out %.bpf.c,$(BENCH_SRC)) $(USER_LIB) $(LIBS) -lm -o $@

$(FOLDERS):
	mkdir -p $@

include tests/vm/vm.mk
