/* SPDX-License-Identifier: GPL-2.0 */
/*
 * doctor_running.c - checks of an attached levee: "it loads, but nothing happens".
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <linux/if_link.h>

#include "cleanup.h"
#include "clock.h"
#include "doctor.h"
#include "health.h"
#include "netdev.h"
#include "services.h"
#include "words.h"

void check_attached(struct doctor *d)
{
	free_json json_t *problems = health_model(health_check(&d->maps, &d->runtime, d->xdp_err ? NULL : &d->xdp));
	const json_t *one;
	size_t i;

	json_array_foreach(problems, i, one) {
		bool reload = strcmp(json_string_value(one), health_texts[HEALTH_RELOAD]) == 0;

		FAILED(d,
		       reload ? "%s\nrun \"levee reload %s\" again" : "%s\nrun \"levee detach %s\", then attach again",
		       json_string_value(one), d->ifname);
	}
	if (!json_array_size(problems))
		OK(d, "programs, filters and timer are in their places");
}

void check_mode(struct doctor *d)
{
	bool generic = d->maps.meta.xdp_mode & XDP_FLAGS_SKB_MODE;
	__u64 features = 0;

	if (generic && netdev_xdp_features(d->link.ifindex, &features) == 0 && features & NETDEV_XDP_BASIC)
		WARN(d,
		     "levee runs in generic mode, though the driver has native XDP\n"
		     "levee detach %s; levee attach %s --mode native says why that is refused, if it is",
		     d->ifname, d->ifname);
	else
		OK(d, generic ? "generic, which is all that the driver is known to have" : "native");
}

/* --- traffic */

/* So few packets may fall between two readings that are not made at one moment. */
#define TRAFFIC_FEW 8

static bool is_missed(const struct traffic_facts *f)
{
	return f->interface_gained > TRAFFIC_FEW && !f->levee_gained;
}

void judge_traffic(struct doctor *d, const char *ifname, const struct traffic_facts *f)
{
	unsigned long long interface = f->interface_gained, levee = f->levee_gained;

	if (is_missed(f))
		FAILED(d,
		       "%llu packets came in by %s in %u ms, and levee saw none of them%s\n"
		       "%s",
		       interface, ifname, f->interval_ms,
		       f->behind_others ? ": XDP programs that run before it keep them" :
					  ": the driver does not give them to XDP",
		       f->behind_others ? "xdp-loader status shows the programs that run before levee" :
					  "detach, then attach with --mode generic");
	else if (!interface && !levee)
		NOTE(d,
		     "no packet came in by %s in %u ms\n"
		     "if clients are there: is this the interface that they come by? ip -s link shows which one counts",
		     ifname, f->interval_ms);
	else
		OK(d, "%llu packets in %u ms by the interface's count, %llu by levee's", interface, f->interval_ms,
		   levee);
}

static __u64 packets_of(const struct levee_stats *s)
{
	__u64 sum = 0;

	for (int i = 0; i < LEVEE_REASON_COUNT; i++)
		sum += s->reason[i];
	return sum;
}

static struct traffic_facts traffic_of(const struct doctor *d)
{
	return (struct traffic_facts){
		.interface_gained = d->rx_after - d->rx_before,
		.levee_gained = packets_of(&d->after.stats) - packets_of(&d->before.stats),
		.interval_ms = (d->after.us - d->before.us) / 1000,
		.behind_others = d->xdp.chain_position > 1,
	};
}

bool traffic_is_missed(const struct doctor *d)
{
	struct traffic_facts f = traffic_of(d);

	return is_missed(&f);
}

void check_traffic(struct doctor *d)
{
	struct traffic_facts f = traffic_of(d);

	judge_traffic(d, d->ifname, &f);
}

/* --- handshakes */

/* So many packets, or SYNs, say something about the rest. */
#define ENOUGH 20

static __u64 not_tcp(const struct levee_stats *s)
{
	return s->reason[LEVEE_PASS_NOT_IP] + s->reason[LEVEE_PASS_NOT_TCP];
}

void judge_handshakes(struct doctor *d, const char *ifname, const struct levee_stats *s, unsigned long long up_ms)
{
	unsigned long long all = packets_of(s), syns = s->counter[LEVEE_C_SYN];
	unsigned long long strange = s->reason[LEVEE_PASS_SYN_NO_SERVICE], synacks = s->counter[LEVEE_C_SYNACK];
	unsigned long long fragments = s->reason[LEVEE_PASS_FRAGMENT];

	if (all < ENOUGH)
		OK(d, "%llu packets since attach, %llu s ago: too few to tell", all, up_ms / 1000);
	else if (not_tcp(s) == all)
		WARN(d,
		     "none of %llu packets since attach was TCP\nis the traffic in a tunnel? attach where it leaves that",
		     all);
	else if (fragments * 2 > all)
		WARN(d,
		     "%llu of %llu packets since attach were IP fragments, which pass to the stack\n"
		     "a path with a smaller MTU, or an attack that levee does not answer: drop fragments in nftables",
		     fragments, all);
	else if (syns < ENOUGH)
		OK(d, "%llu packets since attach, %llu of them SYNs", all, syns);
	else if (strange == syns)
		WARN(d,
		     "all %llu SYNs since attach went to addresses and ports where levee knows no service\n"
		     "ss -ltn shows who listens; levee why SRC:PORT DST:PORT tells what levee knows of one",
		     syns);
	else if (!synacks && !s->counter[LEVEE_C_COOKIE_SENT])
		WARN(d,
		     "%llu SYNs came in since attach, and no SYN-ACK left by %s\n"
		     "answers leave by another interface (ip route get CLIENT), or a firewall drops the SYNs",
		     syns, ifname);
	else
		OK(d, "%llu SYNs since attach, %llu SYN-ACKs by the kernel, %llu by cookies", syns, synacks,
		   (unsigned long long)s->counter[LEVEE_C_COOKIE_SENT]);
}

void check_handshakes(struct doctor *d)
{
	judge_handshakes(d, d->ifname, &d->after.stats, clock_unix_ms() - d->maps.meta.attached_unix_ms);
}

/* --- services */

static const char *why_no_cookies(const struct levee_service *s)
{
	if (s->flags & LEVEE_SVC_GONE)
		return NULL;
	if (s->flags & LEVEE_SVC_FORWARDED)
		return "its answers are forwarded from elsewhere, a container behind DNAT perhaps\n"
		       "attach where its sockets are, in the container's namespace";
	if (s->flags & LEVEE_SVC_REFUSED)
		return "its listener uses MPTCP, or the port is redirected to another\n"
		       "turn MPTCP off in that server; of a redirected port let the server listen on the port itself";
	return NULL;
}

#define NAMED_MAX 4

static void tell_services(struct doctor *d, const struct service_list *list)
{
	unsigned int without = 0, learnt = 0;
	char endpoint[64];

	for (unsigned int i = 0; i < list->count; i++) {
		const struct levee_service *s = list->known[i];
		const char *why = why_no_cookies(s);

		learnt += !!(s->flags & LEVEE_SVC_LEARNT);
		without += !!why;
		if (why && without <= NAMED_MAX)
			WARN(d, "%s gets no cookies: %s", text_endpoint(endpoint, &s->key.addr, s->key.port), why);
	}
	if (!list->count)
		WARN(d, "levee knows no service: no SYN is answered by a cookie\n"
			"start the servers; each is learnt from the first SYN-ACK that leaves by this interface");
	else
		OK(d, "%u known, %u of them have answered a SYN since attach, %u get no cookies", list->count, learnt,
		   without);
}

void check_services(struct doctor *d)
{
	struct service_list *list = services_read(&d->maps);

	if (!list)
		WARN(d, "reading the table of services failed: %s", strerror(errno));
	else
		tell_services(d, list);
	services_free(list);
}

void check_cookies(struct doctor *d)
{
	unsigned long long refused = d->after.stats.counter[LEVEE_C_COOKIE_REFUSED];
	const struct levee_settings *set = &d->maps.settings;

	if (set->cookies == LEVEE_COOKIES_NEVER)
		WARN(d, "cookies are set to never: levee only watches\n"
			"detach, then attach with --cookies adaptive; if attach chose it by itself, it says why");
	else if (refused)
		WARN(d,
		     "%llu valid cookies were refused by the kernel since attach: those clients got a RST\n"
		     "a listener with MPTCP, a redirected port, or a full accept queue: see the checks above, and ss -ltn",
		     refused);
	else
		OK(d, "%s; %llu were sent since attach, %llu came back", word_cookies(set->cookies),
		   (unsigned long long)d->after.stats.counter[LEVEE_C_COOKIE_SENT],
		   (unsigned long long)d->after.stats.counter[LEVEE_C_COOKIE_VALID]);
}
