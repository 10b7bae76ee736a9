# SPDX-License-Identifier: GPL-2.0
# vm.mk - what the tests in other kernels need beside the project's own programs, and the targets that run them.

VM_BIN := $(BUILD)/vm/load $(BUILD)/vm/stub-before.bpf.o $(BUILD)/vm/stub-after.bpf.o

.PHONY: test-vm vm vm-programs

test-vm: | deps ## the tests on Linux 5.10, 6.1 and 6.12, in qemu, and on this one
	@$(MAKE) --no-print-directory all tests vm-programs
	@tests/vm/run.sh

vm: | deps ## a shell in such a machine, levee in it; KERNEL=6.1: in that one
	@$(MAKE) --no-print-directory all tests vm-programs
	@tests/vm/run.sh --shell $(or $(KERNEL),6.12)

vm-programs: $(VM_BIN)

$(BUILD)/vm:
	mkdir -p $@

$(BUILD)/vm/load: tests/vm/load.c $(HEADERS) $(BUILD)/levee.skel.h | $(BUILD)/vm
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) $< -Wl,-Bstatic -lbpf -lelf -lz -Wl,-Bdynamic -o $@

$(BUILD)/vm/stub-before.bpf.o: STUB := -DSTUB=stub_before -DSTUB_COUNT=count_before -DSTUB_PRIORITY=10
$(BUILD)/vm/stub-after.bpf.o: STUB := -DSTUB=stub_after -DSTUB_COUNT=count_after -DSTUB_PRIORITY=90

$(BUILD)/vm/stub-%.bpf.o: tests/vm/stub.bpf.c | $(BUILD)/vm
	$(CLANG) $(BPF_CFLAGS) $(STUB) -c $< -o $@
