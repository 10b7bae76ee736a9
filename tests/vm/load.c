/* SPDX-License-Identifier: GPL-2.0 */
/*
 * load.c - asks the running kernel's verifier about every BPF program of levee, one at a time.
 *
 * Prints a TAP line per program with the number of instructions that the verifier processed, held under
 * the budget of this kernel's column in tests/vm/budget; for a refused program, the end of the verifier's
 * log. Attaches and pins nothing.
 *
 *   load BUDGET COLUMN
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include <levee/config.h>
#include <levee/table.h>

#include "levee.skel.h"

#define LOG_BYTES (128U << 20) /* mapped, touched only as far as a refusal is told */
#define LOG_LINES 40
#define NAMES_MAX 32

/* The levels of bpf(2): the path that led to the refusal, and the statistics line. */
#define LOG_PATH 1
#define LOG_STATS 4

static char *log_buf;

static int quiet(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

/* The sizes that attach chooses by default: the verifier reads them as constants. The tables stay small. */
static void set_constants(struct levee_bpf *skel)
{
	skel->rodata->geometry = (struct levee_geometry){ .flow_sets = 131072,
							  .half_open_sets = 8192,
							  .service_sets = LEVEE_SERVICES_MAX / LEVEE_WAYS };
	for (int i = 0; i < LEVEE_HASH_KEYS; i++)
		skel->rodata->hash_key.k[i] = 0x9e3779b97f4a7c15ULL * (i + 1);
	skel->rodata->cpus = libbpf_num_possible_cpus();
}

static bool kernel_has_function(const char *name)
{
	static struct btf *btf;

	if (!btf)
		btf = btf__load_vmlinux_btf();
	return btf && btf__find_by_name_kind(btf, name, BTF_KIND_FUNC) > 0;
}

/* The program needs a kernel function that is not there: attach does not load it either. */
static const char *lacks(const char *program)
{
	static const char handoff[] = "bpf_sk_assign_tcp_reqsk";

	return strcmp(program, "levee_accept") == 0 && !kernel_has_function(handoff) ? handoff : NULL;
}

/* Loads one program of a fresh object. Returns 0 or -errno; what the verifier said is in log_buf. */
static int load_alone(const char *name, int log_level)
{
	struct levee_bpf *skel = levee_bpf__open();
	struct bpf_program *prog;
	int err;

	if (!skel)
		return -errno;
	set_constants(skel);
	bpf_object__for_each_program(prog, skel->obj)
		bpf_program__set_autoload(prog, strcmp(bpf_program__name(prog), name) == 0);
	prog = bpf_object__find_program_by_name(skel->obj, name);
	log_buf[0] = 0;
	bpf_program__set_log_level(prog, log_level);
	bpf_program__set_log_buf(prog, log_buf, LOG_BYTES);
	err = levee_bpf__load(skel);
	levee_bpf__destroy(skel);
	return err;
}

static void print_log_end(void)
{
	char *at = log_buf + strlen(log_buf);

	for (int lines = 0; at > log_buf && lines <= LOG_LINES; at--)
		lines += at[-1] == '\n';
	for (char *line = strtok(at, "\n"); line; line = strtok(NULL, "\n"))
		printf("#   %s\n", line);
}

static unsigned long processed(void)
{
	const char *at = strstr(log_buf, "processed ");

	return at ? strtoul(at + strlen("processed "), NULL, 10) : 0;
}

/* The budget table: a header line of columns, then a line per program. Returns 0 where it has no number. */
static unsigned long budget_of(const char *path, const char *column, const char *program)
{
	FILE *f = fopen(path, "r");
	char line[256];
	int wanted = -1;
	unsigned long value = 0;

	if (!f)
		return 0;
	while (!value && fgets(line, sizeof(line), f)) {
		int i = 0;
		bool ours = false, header = false;

		if (line[0] == '#')
			continue;
		for (char *word = strtok(line, " \t\n"); word; word = strtok(NULL, " \t\n"), i++) {
			if (i == 0) {
				header = strcmp(word, "program") == 0;
				ours = strcmp(word, program) == 0;
			} else if (header && strcmp(word, column) == 0) {
				wanted = i;
			} else if (ours && i == wanted) {
				value = strtoul(word, NULL, 10);
			}
		}
	}
	fclose(f);
	return value;
}

static bool check_program(int number, const char *name, const char *budgets, const char *column)
{
	const char *missing = lacks(name);
	unsigned long budget, insns;
	int err;

	if (missing) {
		printf("ok %d - load %s # SKIP this kernel lacks %s\n", number, name, missing);
		return true;
	}
	err = load_alone(name, LOG_STATS);
	if (err) {
		load_alone(name, LOG_PATH | LOG_STATS);
		printf("not ok %d - load %s: refused: %s\n", number, name, strerror(-err));
		print_log_end();
		return false;
	}
	insns = processed();
	budget = budget_of(budgets, column, name);
	if (insns && insns <= budget) {
		printf("ok %d - load %s: %lu instructions of %lu\n", number, name, insns, budget);
		return true;
	}
	printf("not ok %d - load %s: %lu instructions, budget %lu (column %s of tests/vm/budget)\n", number, name,
	       insns, budget, column);
	return false;
}

static int program_names(char names[NAMES_MAX][64])
{
	struct levee_bpf *skel = levee_bpf__open();
	struct bpf_program *prog;
	int count = 0;

	if (!skel)
		return -1;
	bpf_object__for_each_program(prog, skel->obj)
		if (count < NAMES_MAX)
			snprintf(names[count++], sizeof(names[0]), "%s", bpf_program__name(prog));
	levee_bpf__destroy(skel);
	return count;
}

int main(int argc, char **argv)
{
	char names[NAMES_MAX][64];
	int count, failed = 0;

	if (argc != 3) {
		fprintf(stderr, "usage: load BUDGET COLUMN\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	libbpf_set_print(quiet);
	log_buf = mmap(NULL, LOG_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (log_buf == MAP_FAILED) {
		perror("load: no memory for the verifier's log");
		return 1;
	}
	count = program_names(names);
	if (count <= 0) {
		fprintf(stderr, "load: the object has no programs\n");
		return 1;
	}
	for (int i = 0; i < count; i++)
		failed += !check_program(i + 1, names[i], argv[1], argv[2]);
	printf("1..%d\n", count);
	return failed != 0;
}
