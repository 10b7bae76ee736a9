/* SPDX-License-Identifier: GPL-2.0 */
/*
 * doctor_host.c - checks of what holds for every interface of this network namespace: sysctls, listeners, nf_conntrack.
 */
#include <stdio.h>
#include <string.h>

#include "doctor.h"
#include "profile.h"
#include "words.h"

/* Adds a name to the first few of a list: "a, b, c, ...". */
static void name_some(char *to, size_t size, unsigned int nth, const char *name)
{
	size_t used = strlen(to);

	if (nth <= 3)
		snprintf(to + used, size - used, "%s%s", used ? ", " : "", name);
	else if (nth == 4)
		snprintf(to + used, size - used, ", ...");
}

/* --- sysctls */

void judge_syncookies(struct doctor *d, long value)
{
	if (value == 0)
		WARN(d, "net.ipv4.tcp_syncookies is 0: the kernel refuses to make connections from cookies\n"
			"set it to 1, its default (sysctl net.ipv4.tcp_syncookies=1)");
	else if (value == 2)
		NOTE(d,
		     "net.ipv4.tcp_syncookies is 2: the kernel answers every SYN that levee lets through by a cookie of its own\n"
		     "that is meant for tests: sysctl net.ipv4.tcp_syncookies=1");
	else
		OK(d, "net.ipv4.tcp_syncookies is %ld", value);
}

void check_syncookies(struct doctor *d)
{
	judge_syncookies(d, sysctl_number("net/ipv4/tcp_syncookies", 0, 1));
}

void check_timestamps(struct doctor *d)
{
	if (sysctl_number("net/ipv4/tcp_timestamps", 0, 1) == 0)
		NOTE(d,
		     "net.ipv4.tcp_timestamps is 0: a cookie then rounds rare window scales down, and one in 2^23 guesses fits\n"
		     "sysctl net.ipv4.tcp_timestamps=1; see docs/cookies.md");
	else
		OK(d, "net.ipv4.tcp_timestamps is on: cookies keep every option");
}

/* A SYN-ACK that is repeated n times, after 1, 2, 4, ... s, is given up after 2^(n+1) - 1 s. */
static unsigned long long given_up_ms(long retries)
{
	return retries > 30 ? ~0ULL : ((2ULL << retries) - 1) * 1000;
}

void judge_retries(struct doctor *d, long retries, unsigned int half_open_ms)
{
	unsigned long long ms = given_up_ms(retries < 0 ? 0 : retries);

	if (ms > half_open_ms)
		NOTE(d,
		     "net.ipv4.tcp_synack_retries is %ld: the kernel keeps half-open connections for %llu s, levee counts them for %u s\n"
		     "sysctl net.ipv4.tcp_synack_retries=5, or a longer half_open by \"levee config set\"",
		     retries, ms / 1000, half_open_ms / 1000);
	else
		OK(d, "net.ipv4.tcp_synack_retries is %ld: the kernel gives a half-open connection up after %llu s",
		   retries, ms / 1000);
}

void check_retries(struct doctor *d)
{
	static const __u32 preset[] = {
#define TIMEOUT_VALUE(NAME, name, ms, elastic, why) [LEVEE_T_##NAME] = ms,
		LEVEE_TIMEOUTS(TIMEOUT_VALUE)
#undef TIMEOUT_VALUE
	};
	const __u32 *timeout = d->attached ? d->maps.settings.timeout_ms : preset;

	judge_retries(d, sysctl_number("net/ipv4/tcp_synack_retries", 0, 5), timeout[LEVEE_T_HALF_OPEN]);
}

/* --- listeners */

/* Cookies begin at half of a backlog by default: of fewer places than these an ordinary burst takes that many. */
#define BACKLOG_SMALL 64

void backlog_take(struct backlog_facts *f, const struct tcp_socket *listener)
{
	char endpoint[64], name[96];

	text_endpoint(endpoint, &listener->tuple.local, listener->tuple.lport);
	snprintf(name, sizeof(name), "%s has %u", endpoint, listener->backlog);
	f->listeners++;
	f->capped += listener->backlog == f->somaxconn;
	if (listener->backlog < BACKLOG_SMALL)
		name_some(f->small_names, sizeof(f->small_names), ++f->small, name);
	if (listener->waiting > listener->backlog)
		name_some(f->full_names, sizeof(f->full_names), ++f->full, endpoint);
}

void judge_backlogs(struct doctor *d, const struct backlog_facts *f)
{
	if (f->full)
		WARN(d,
		     "the accept queue of %s is full: connections are dropped after the handshake, whatever answers the SYN\n"
		     "the application is too slow to accept(): more workers, or a larger backlog",
		     f->full_names);
	if (f->small)
		NOTE(d,
		     "backlogs are small (%s): cookies begin at half of that\n"
		     "listen() with 511 or more, as nginx does",
		     f->small_names);
	if (f->capped && f->somaxconn < 1024)
		NOTE(d,
		     "net.core.somaxconn is %ld, which cuts what listeners may ask for\n"
		     "sysctl net.core.somaxconn=4096, its default, and start the servers again",
		     f->somaxconn);
	if (!f->full && !f->small && !(f->capped && f->somaxconn < 1024))
		OK(d, "%u listener%s, none with a small backlog or a full accept queue; net.core.somaxconn is %ld",
		   f->listeners, f->listeners == 1 ? "" : "s", f->somaxconn);
}

/* Those on a loopback address have no client that floods. */
static int take_backlog(const struct tcp_socket *s, void *arg)
{
	if (!socket_is_loopback(&s->tuple.local))
		backlog_take(arg, s);
	return 0;
}

void check_backlogs(struct doctor *d)
{
	struct backlog_facts f = { .somaxconn = sysctl_number("net/core/somaxconn", 0, 4096) };

	/* That the kernel does not list them is said by the next check. */
	sockets_each_listener(take_backlog, &f);
	judge_backlogs(d, &f);
}

struct mptcp_count {
	unsigned int all, mptcp;
	char named[256]; /* the first few with MPTCP */
};

static int count_listener(const struct tcp_socket *s, void *arg)
{
	struct mptcp_count *l = arg;
	char endpoint[64];

	if (socket_is_loopback(&s->tuple.local))
		return 0;
	l->all++;
	if (s->mptcp)
		name_some(l->named, sizeof(l->named), ++l->mptcp,
			  text_endpoint(endpoint, &s->tuple.local, s->tuple.lport));
	return 0;
}

void check_listeners(struct doctor *d)
{
	struct mptcp_count l = {};
	int err = sockets_each_listener(count_listener, &l);

	if (err)
		WARN(d,
		     "the kernel does not list its TCP sockets (%s): services are learnt from traffic only\n"
		     "modprobe tcp_diag",
		     strerror(-err));
	else if (l.mptcp)
		WARN(d,
		     "%u of %u listen with MPTCP (%s): the kernel makes no connection from a cookie for them\n"
		     "turn MPTCP off in that server (Go: GODEBUG=multipathtcp=0) or with sysctl net.mptcp.enabled=0",
		     l.mptcp, l.all, l.named);
	else if (!l.all)
		NOTE(d, "nothing in this network namespace listens to others: there is nothing to protect here\n"
			"servers in containers have namespaces of their own: see ip netns, or nsenter");
	else
		OK(d, "%u, none with MPTCP", l.all);
}

/* --- nf_conntrack */

void judge_conntrack(struct doctor *d, long loose, long tracked)
{
	if (loose < 0)
		OK(d, "nf_conntrack is not loaded");
	else if (loose == 0)
		WARN(d,
		     "net.netfilter.nf_conntrack_tcp_loose is 0: the third ACK of a handshake by cookie is \"invalid\" to nf_conntrack, "
		     "which has seen no SYN, and a rule that drops invalid packets drops the connection\n"
		     "sysctl net.netfilter.nf_conntrack_tcp_loose=1, or notrack for the ports that levee protects");
	else if (tracked)
		NOTE(d,
		     "nf_conntrack is at work: the third ACK of a handshake by cookie is \"new\" to it, as it has seen no SYN\n"
		     "nothing, unless a rule drops new connections that do not begin by SYN: that would drop those of cookies");
	else
		OK(d, "nf_conntrack is loaded, but tracks nothing here");
}

void check_conntrack(struct doctor *d)
{
	judge_conntrack(d, sysctl_number("net/netfilter/nf_conntrack_tcp_loose", 0, -1),
			sysctl_number("net/netfilter/nf_conntrack_count", 0, 0));
}
