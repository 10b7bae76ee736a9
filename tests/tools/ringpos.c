/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ringpos.c - how far a BPF ring buffer has been written and read, in bytes since it was made, without taking part in it.
 *
 *   ringpos PIN    prints "PRODUCER CONSUMER"
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>
#include <bpf/bpf.h>

/* The kernel shows the consumer's position on the first page of the map and the producer's on the second. */
static const unsigned long *map_page(int ring, unsigned int number)
{
	long page = sysconf(_SC_PAGESIZE);
	void *at = mmap(NULL, page, PROT_READ, MAP_SHARED, ring, number * page);

	return at == MAP_FAILED ? NULL : at;
}

int main(int argc, char **argv)
{
	const unsigned long *consumer, *producer;
	int ring;

	if (argc != 2) {
		fprintf(stderr, "usage: ringpos PIN\n");
		return 2;
	}
	ring = bpf_obj_get(argv[1]);
	consumer = ring < 0 ? NULL : map_page(ring, 0);
	producer = ring < 0 ? NULL : map_page(ring, 1);
	if (!consumer || !producer) {
		fprintf(stderr, "ringpos: %s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	printf("%lu %lu\n", *(const volatile unsigned long *)producer, *(const volatile unsigned long *)consumer);
	return 0;
}
