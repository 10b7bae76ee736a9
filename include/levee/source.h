/* SPDX-License-Identifier: GPL-2.0 */
/*
 * source.h - where SYNs come from: a sample of their source addresses, drawn while somebody looks (`levee top`).
 *
 * Who looks writes into map "source_watch" until when he will, and when the round of sampling began; a new round begins
 * by a new number there. Each CPU keeps, of all SYNs that it has seen in a round, a uniform sample of fixed size and the
 * number that it was drawn from (reservoir sampling). So `seen` is exact, and a source that sent a share of all SYNs has
 * the same share of the sample, whatever the rate: give or take 3 percentage points at worst (two standard deviations,
 * one CPU). Each of the sample's addresses stands for seen / min(seen, LEVEE_SOURCE_SAMPLES) SYNs.
 *
 * Sampled are all well-formed SYNs, before anything else becomes of them. Nothing is written while nobody looks.
 */
#ifndef LEVEE_SOURCE_H
#define LEVEE_SOURCE_H

#include "addr.h"

/* Addresses that a CPU keeps of a round: a power of two. */
#define LEVEE_SOURCE_SAMPLES 1024U

/* The value of map "source_watch" (array, one element). Written by whoever looks. */
struct levee_source_watch {
	__u32 until_ms; /* since boot modulo 2^32, as levee_listener.until_ms; 0: nobody looks */
	__u32 round_ms; /* when the round began, on the same clock: its number as well */
};

/* The value of map "syn_sources" (per-CPU array, one element). A CPU that has seen no SYN yet still has an older round. */
struct levee_syn_sources {
	__u32 round_ms;
	__u32 seen; /* SYNs of this round, on this CPU */
	__u32 pad[2];
	union levee_addr source[LEVEE_SOURCE_SAMPLES];
};

_Static_assert(sizeof(struct levee_syn_sources) < 32768, "the kernel's limit of a per-CPU value");

#endif
