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
LIBS        := -Wl,-Bstatic -lxdp -lbpf -lelf -lz -ljansson -linih -Wl,-Bdynamic -lmnl
# For a package, whose libraries are the system's.
SHARED_LIBS := -Wl,--as-needed -lxdp -lbpf -lelf -lz -ljansson -linih -lmnl
SANITIZE    := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

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

# What install installs.
PROGRAM   ?= $(BUILD)/levee

MAN_SRC    := $(wildcard man/*.c)
PAGES      := $(patsubst %.in,$(BUILD)/%,$(wildcard man/*.[1-9].in))
COMPLETION := $(BUILD)/man/levee.bash

TOOL_BPF  := $(wildcard tests/tools/*.bpf.c tests/bench/*.bpf.c)
TOOL_SKEL := $(patsubst %.bpf.c,$(BUILD)/%.skel.h,$(notdir $(TOOL_BPF)))
TOOL_BIN  := $(TOOL_SRC:tests/tools/%.c=$(BUILD)/tools/%)

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all man help deps run lesson test unit bench check install deb clean tests

all: $(BUILD)/levee man ## build build/levee, the BPF programs inside it

man: $(PAGES) $(COMPLETION) ## the man pages and bash's completion, from the tables of options

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

deps: ## install the Debian packages that building and testing need
	@scripts/deps.sh

run: | deps ## the lab: a flood with and without levee; or IFACE=eth0: protect it until Ctrl-C
	@$(MAKE) --no-print-directory all tests
	@tests/demo.sh $(IFACE)

lesson: | deps ## TCP as the textbook has it, acted out in the lab and watched by levee; STEP=handshake: only that
	@$(MAKE) --no-print-directory all $(TOOL_BIN)
	@tests/lab.sh lesson $(STEP)

test: | deps ## everything that can be tested on this machine
	@$(MAKE) --no-print-directory all tests
	@tests/run.sh

bench: | deps ## ns per packet and flood goodput, beside the plain kernel and its peers
	@$(MAKE) --no-print-directory all tests
	@tests/bench/run.sh

check: | deps ## format, static analysis, shell and man page lint
	@$(MAKE) --no-print-directory all
	@scripts/check.sh

install: all ## into DESTDIR/PREFIX
	install -D -m 0755 $(PROGRAM) $(DESTDIR)$(PREFIX)/sbin/levee
	install -D -m 0644 $(BUILD)/man/levee.8 $(DESTDIR)$(PREFIX)/share/man/man8/levee.8
	install -D -m 0644 $(BUILD)/man/levee.conf.5 $(DESTDIR)$(PREFIX)/share/man/man5/levee.conf.5
	install -D -m 0644 $(COMPLETION) $(DESTDIR)$(PREFIX)/share/bash-completion/completions/levee
	install -d $(DESTDIR)$(UNITDIR) $(DESTDIR)$(SYSCONFDIR)/levee
	sed 's|/usr/sbin/levee|$(PREFIX)/sbin/levee|' contrib/systemd/levee@.service >$(DESTDIR)$(UNITDIR)/levee@.service
	[ -e $(DESTDIR)$(SYSCONFDIR)/levee/levee.conf ] || \
		install -m 0644 contrib/levee.conf $(DESTDIR)$(SYSCONFDIR)/levee/levee.conf

deb: | deps ## a Debian package, build/levee_*.deb
	@$(MAKE) --no-print-directory -s all $(BUILD)/levee.shared
	@scripts/deb.sh $(VERSION) $(BUILD)/levee.shared $(BUILD)

clean: ## remove build/
	rm -rf $(BUILD)

tests: $(BUILD)/levee $(BUILD)/levee.shared $(UNIT_BIN) $(ASAN_BIN) $(TOOL_BIN) $(if $(PROG_SRC),$(BUILD)/prog-tests) $(BUILD)/diff $(if $(BENCH_SRC),$(BUILD)/bench)

# --- BPF

$(BUILD)/levee.bpf.o: bpf/levee.bpf.c $(BPF_HDRS) $(HEADERS) | $(BUILD)
	$(CLANG) $(BPF_CFLAGS) -c $< -o $@

$(BUILD)/%.bpf.o: tests/tools/%.bpf.c $(BPF_HDRS) $(HEADERS) | $(BUILD)
	$(CLANG) $(BPF_CFLAGS) -c $< -o $@

$(BUILD)/%.bpf.o: tests/bench/%.bpf.c $(BPF_HDRS) $(HEADERS) | $(BUILD)
	$(CLANG) $(BPF_CFLAGS) -c $< -o $@

$(BUILD)/%.skel.h: $(BUILD)/%.bpf.o
	$(BPFTOOL) gen skeleton $< name $(subst -,_,$*)_bpf > $@

# --- userspace

$(BUILD)/user/%.o: user/%.c $(USER_HDRS) $(HEADERS) $(BUILD)/levee.skel.h | $(BUILD)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -c $< -o $@

$(BUILD)/levee: $(USER_OBJ)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) $^ $(LIBS) -o $@

$(BUILD)/levee.shared: $(USER_OBJ)
	$(CC) $(ALL_CFLAGS) -Wl,-z,relro,-z,now $(LDFLAGS) $^ $(SHARED_LIBS) -o $@

# --- man pages and completion

$(BUILD)/man/generate: $(MAN_SRC) $(wildcard man/*.h) $(USER_HDRS) $(HEADERS) $(USER_LIB) | $(BUILD)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -Iuser $(MAN_SRC) $(USER_LIB) $(LIBS) -o $@

$(BUILD)/man/%: man/%.in $(BUILD)/man/generate
	$(BUILD)/man/generate $< > $@

# --- tests

$(BUILD)/unit/%: tests/unit/%.c $(wildcard tests/unit/*.h) $(HEADERS) $(USER_LIB) | $(BUILD)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -Iuser $< $(USER_LIB) $(LIBS) -lcmocka -o $@

$(BUILD)/unit/test_manual $(BUILD)/asan/test_manual: | man

# The user sources are built again, so that the sanitizers see them too.
$(BUILD)/asan/user/%.o: user/%.c $(USER_HDRS) $(HEADERS) $(BUILD)/levee.skel.h | $(BUILD)
	$(CC) $(CPPFLAGS) -std=gnu11 $(WARN) -O1 -g $(SANITIZE) -c $< -o $@

$(BUILD)/asan/%: tests/unit/%.c $(wildcard tests/unit/*.h) $(HEADERS) $(ASAN_LIB) | $(BUILD)
	$(CC) $(CPPFLAGS) -std=gnu11 $(WARN) -O1 -g $(SANITIZE) -Iuser $< $(ASAN_LIB) $(LIBS) -lcmocka -o $@

$(BUILD)/tools/%: tests/tools/%.c $(wildcard tests/tools/*.h) $(HEADERS) $(TOOL_SKEL) | $(BUILD)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) $< $(LIBS) -lpthread -o $@

$(BUILD)/prog-tests: $(PROG_SRC) $(wildcard tests/prog/*.h) $(HEADERS) $(BUILD)/levee.skel.h $(USER_LIB)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -Iuser $(PROG_SRC) $(USER_LIB) $(LIBS) -o $@

$(BUILD)/diff: $(DIFF_SRC) $(wildcard tests/diff/*.h tests/prog/*.h) $(HEADERS) $(BUILD)/levee.skel.h $(USER_LIB)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -Iuser -Itests/prog $(DIFF_SRC) $(USER_LIB) $(LIBS) -o $@

$(BUILD)/bench: $(filter-out %.bpf.c,$(BENCH_SRC)) $(wildcard tests/bench/*.h) $(HEADERS) $(BUILD)/levee.skel.h $(TOOL_SKEL) $(USER_LIB)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -Iuser $(filter-out %.bpf.c,$(BENCH_SRC)) $(USER_LIB) $(LIBS) -lm -o $@

$(BUILD):
	mkdir -p $(BUILD)/user $(BUILD)/man $(BUILD)/unit $(BUILD)/asan/user $(BUILD)/tools

include tests/vm/vm.mk
