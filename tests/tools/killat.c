/* SPDX-License-Identifier: GPL-2.0 */
/*
 * killat.c - runs a command and kills it by SIGKILL right before its Nth system call that changes something: bpf(),
 * netlink messages, directories, files. So a test can stop a command between any two of its steps, which a clock
 * cannot. With N = 0 it lets the command end and lists those calls. Children of the command run on their own.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <unistd.h>
#include <elf.h>
#include <linux/bpf.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <linux/ptrace.h>

#define EXIT_SELF 125 /* this tool failed, not the command */

/* A system call's number and name, or NULL for those that change nothing that outlives the process. */
static const char *call_name(const struct ptrace_syscall_info *call)
{
	static const char *const bpf_name[] = {
		[BPF_MAP_UPDATE_ELEM] = "bpf:map_update",
		[BPF_PROG_LOAD] = "bpf:prog_load",
		[BPF_OBJ_PIN] = "bpf:pin",
		[BPF_PROG_TEST_RUN] = "bpf:test_run",
		[BPF_LINK_CREATE] = "bpf:link_create",
		[BPF_MAP_CREATE] = "bpf:map_create",
		[BPF_LINK_DETACH] = "bpf:link_detach",
		[BPF_LINK_UPDATE] = "bpf:link_update",
	};
	__u64 command = call->entry.args[0];

	switch (call->entry.nr) {
	case __NR_bpf:
		return command < sizeof(bpf_name) / sizeof(bpf_name[0]) ? bpf_name[command] : NULL;
	case __NR_sendto:
	case __NR_sendmsg:
		return "netlink";
	case __NR_mkdirat:
#ifdef __NR_mkdir
	case __NR_mkdir:
#endif
		return "mkdir";
	case __NR_unlinkat:
#ifdef __NR_unlink
	case __NR_unlink:
	case __NR_rmdir:
#endif
		return "remove";
	case __NR_renameat:
	case __NR_renameat2:
#ifdef __NR_rename
	case __NR_rename:
#endif
		return "rename";
	case __NR_exit_group:
		return "exit";
	default:
		return NULL;
	}
}

static int fail(const char *what)
{
	fprintf(stderr, "killat: %s failed: %s\n", what, strerror(errno));
	return EXIT_SELF;
}

static void run_command(char **argv)
{
	if (ptrace(PTRACE_TRACEME, 0, 0, 0) == 0) {
		execvp(argv[0], argv);
		fail(argv[0]);
	}
	_exit(EXIT_SELF);
}

/* Waits until the command stops again; true if it has ended instead. */
static bool ended(pid_t pid, int *status)
{
	return waitpid(pid, status, 0) < 0 || WIFEXITED(*status) || WIFSIGNALED(*status);
}

static bool at_entry(pid_t pid, struct ptrace_syscall_info *call)
{
	return ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(*call), call) > 0 && call->op == PTRACE_SYSCALL_INFO_ENTRY;
}

/* Signals of its own are handed on, stops at system calls are not signals. */
static int signal_of(int status)
{
	int sig = WSTOPSIG(status);

	return sig == (SIGTRAP | 0x80) || sig == SIGTRAP ? 0 : sig;
}

static int follow(pid_t pid, unsigned long stop_at)
{
	struct ptrace_syscall_info call;
	unsigned long n = 0;
	const char *name;
	int status = 0;

	if (ended(pid, &status))
		return WEXITSTATUS(status);
	if (ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL))
		return fail("PTRACE_SETOPTIONS");
	while (ptrace(PTRACE_SYSCALL, pid, 0, signal_of(status)) == 0 && !ended(pid, &status)) {
		if (WSTOPSIG(status) != (SIGTRAP | 0x80) || !at_entry(pid, &call))
			continue;
		name = call_name(&call);
		if (!name)
			continue;
		n++;
		if (!stop_at)
			fprintf(stderr, "%lu %s\n", n, name);
		if (n == stop_at) {
			kill(pid, SIGKILL);
			waitpid(pid, &status, 0);
			break;
		}
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char **argv)
{
	unsigned long stop_at;
	pid_t pid;

	if (argc < 3) {
		fputs("usage: killat N COMMAND [ARGUMENT...]\n", stderr);
		return 2;
	}
	stop_at = strtoul(argv[1], NULL, 10);
	pid = fork();
	if (pid < 0)
		return fail("fork");
	if (pid == 0)
		run_command(argv + 2);
	return follow(pid, stop_at);
}
