/* SPDX-License-Identifier: GPL-2.0 */
/*
 * doctor.h - levee doctor: a list of checks, each with what it looks at and why that matters. A check gathers facts, then
 * judges them: the judges are pure, so that tests can give them any host.
 *
 *   doctor.c          the list, the findings, running them all
 *   doctor_kernel.c   what kernel and privileges allow
 *   doctor_host.c     sysctls, listeners, conntrack: what holds for every interface
 *   doctor_link.c     what kind of interface it is, and whether anything can arrive by it
 *   doctor_driver.c   what driver and hardware do before XDP sees a packet
 *   doctor_hooks.c    who else is on the interface's hooks
 *   doctor_running.c  an attached levee: is it whole, does it see packets, does it know services?
 */
#ifndef USER_DOCTOR_H
#define USER_DOCTOR_H

#include <stdbool.h>
#include <jansson.h>

#include "errors.h"
#include "link.h"
#include "maps.h"
#include "options.h"
#include "rates.h"
#include "sockets.h"
#include "xdp.h"

/* What a check can be about: the host, a named interface, a levee that is attached to it. */
enum doctor_scope { SCOPE_HOST, SCOPE_INTERFACE, SCOPE_ATTACHED };

/* X(name, scope, what it looks at, why that matters). docs/doctor.md has the same. */
#define DOCTOR_CHECKS(X)                                                                                               \
	X(privileges, HOST, "capabilities of this process", "programs cannot be loaded without them")                  \
	X(kernel, HOST, "program types and BTF", "levee's programs do not load without them")                          \
	X(helpers, HOST, "every BPF helper that levee's programs call",                                                \
	  "the verifier refuses a program that calls one that is missing")                                             \
	X(handoff, HOST, "the kernel function bpf_sk_assign_tcp_reqsk",                                                \
	  "without it no cookie can become a connection, so levee only watches")                                       \
	X(jit, HOST, "whether a program that is loaded is compiled",                                                   \
	  "interpreted, every packet costs several times as much")                                                     \
	X(unprivileged, HOST, "kernel.unprivileged_bpf_disabled", "levee needs no such access, and attackers like it") \
	X(syncookies, HOST, "net.ipv4.tcp_syncookies",                                                                 \
	  "at 0 the kernel refuses levee's cookies too; at 2 its own answer every SYN")                                \
	X(timestamps, HOST, "net.ipv4.tcp_timestamps",                                                                 \
	  "a cookie has room for all options of a client only with timestamps")                                        \
	X(retries, HOST, "net.ipv4.tcp_synack_retries against levee's timeout of half-open connections",               \
	  "if the kernel remembers them for longer, levee's count of its queue is too low")                            \
	X(backlogs, HOST, "listeners' backlogs, net.core.somaxconn, accept queues that are full now",                  \
	  "cookies begin at a share of the backlog, and a full accept queue drops connections whatever answers the "   \
	  "SYN")                                                                                                       \
	X(listeners, HOST, "listening sockets that use MPTCP",                                                         \
	  "the kernel makes no connection from a cookie for them")                                                     \
	X(conntrack, HOST, "nf_conntrack and its tcp_loose",                                                           \
	  "it sees nothing of a handshake by cookie before the third ACK, which then is new or invalid to it")         \
	X(bpffs, HOST, "the file system where levee pins", "nothing of levee outlives the command without it")         \
	X(dispatcher, HOST, "programs of type ext", "other XDP programs can run beside levee only with them")          \
	X(memory, HOST, "memory for tables of the size that --flows and --half-open say", "attach would be refused")   \
	X(link, INTERFACE, "up, carrier", "nothing arrives by an interface that is down")                              \
	X(place, INTERFACE, "bond, team, bridge, VLAN, macvlan, tunnel, veth: what the interface is part of",          \
	  "some kinds have no Ethernet, lose cookies' connections, or are slower than what they stand on")             \
	X(addresses, INTERFACE, "addresses of this host on the interface, or on what stands on it",                    \
	  "levee protects sockets of this network namespace")                                                          \
	X(routing, INTERFACE, "where answers to the world leave, rp_filter",                                           \
	  "levee has to see both directions of a connection on one interface")                                         \
	X(native, INTERFACE, "the driver and its native XDP", "generic XDP costs an skb per packet")                   \
	X(mtu, INTERFACE, "MTU against what fits one buffer", "drivers refuse native XDP above it")                    \
	X(lro, INTERFACE, "large receive offload", "drivers refuse native XDP with it, or merge what levee would see") \
	X(checksum, INTERFACE, "checksum offload of a veth's peer, SYNs dropped for a wrong checksum",                 \
	  "a local sender leaves checksums to its device; levee takes those, and drops what is really wrong")          \
	X(vlan, INTERFACE, "VLAN tags taken off by the hardware, VLAN interfaces on top",                              \
	  "XDP does not see such a tag, and the answer leaves without it")                                             \
	X(queues, INTERFACE, "receive queues, CPUs, and the table that spreads packets over the queues",               \
	  "one queue is one CPU, which is all that answers a flood")                                                   \
	X(hook, INTERFACE, "other XDP programs on the interface",                                                      \
	  "what is not in libxdp's dispatcher leaves no room, and what runs before levee may keep packets")            \
	X(tc, INTERFACE, "other TC filters and the old ingress qdisc",                                                 \
	  "a filter before levee's may take the packets that become connections")                                      \
	X(attached, ATTACHED, "whether programs, filters and the timer are all still there",                           \
	  "tools of others remove them without a word")                                                                \
	X(mode, ATTACHED, "generic although the driver has native XDP", "it is several times slower")                  \
	X(traffic, ATTACHED, "the interface's count of packets against levee's, over a quarter of a second",           \
	  "packets that arrive but are not seen go past levee")                                                        \
	X(handshakes, ATTACHED, "SYNs, SYN-ACKs, and reasons since attach",                                            \
	  "SYNs without SYN-ACKs of this host, or to no known service, are none that levee could answer")              \
	X(services, ATTACHED, "services that levee knows, and those that get no cookies",                              \
	  "only SYNs to known services are answered by cookies")                                                       \
	X(cookies, ATTACHED, "the setting of cookies, and cookies that the kernel refused",                            \
	  "with never, levee only watches; a refused cookie is a connection that was reset")

enum level { LEVEL_OK, LEVEL_NOTE, LEVEL_WARN, LEVEL_FAIL };

struct doctor {
	const struct options *options;
	const char *ifname; /* NULL: no interface was named */
	struct link_info link;
	int xdp_err; /* of xdp_inspect() */
	struct xdp_state xdp;
	bool attached; /* maps are open */
	struct maps maps;
	struct levee_runtime runtime;
	struct sample before, after; /* of an attached levee, a quarter of a second apart */
	__u64 rx_before, rx_after;	   /* packets of the interface, at the same moments */
	json_t *findings;
	enum exit_code worst;
	const struct doctor_check *check; /* that is being run */
};

struct doctor_check {
	const char *id;
	enum doctor_scope scope;
	const char *looks_at, *why;
	void (*run)(struct doctor *d);
};

extern const struct doctor_check doctor_checks[];
extern const unsigned int doctor_check_count;

/*
 * One finding of the check that is being run. The text may have a second line: what to do. `code` is the exit code if the
 * level is LEVEL_FAIL.
 */
__attribute__((format(printf, 4, 5))) void doctor_find(struct doctor *d, enum level level, enum exit_code code,
						       const char *fmt, ...);

#define OK(d, ...) doctor_find(d, LEVEL_OK, EXIT_OK, __VA_ARGS__)
#define NOTE(d, ...) doctor_find(d, LEVEL_NOTE, EXIT_OK, __VA_ARGS__)
#define WARN(d, ...) doctor_find(d, LEVEL_WARN, EXIT_OK, __VA_ARGS__)
#define FAILED(d, ...) doctor_find(d, LEVEL_FAIL, EXIT_FAILED, __VA_ARGS__)
#define LACKING(d, ...) doctor_find(d, LEVEL_FAIL, EXIT_UNSUPPORTED, __VA_ARGS__)

/* "levee.doctor/1". 0, or an exit code after failed(). The worst finding's exit code goes to *worst. */
int doctor_model(const struct options *options, json_t **doc, enum exit_code *worst);

void doctor_render(const json_t *doc, FILE *to);

#define DOCTOR_RUN(name, scope, looks_at, why) void check_##name(struct doctor *d);
DOCTOR_CHECKS(DOCTOR_RUN)
#undef DOCTOR_RUN

/* --- judges: pure, all facts are arguments */

void judge_syncookies(struct doctor *d, long value);
void judge_retries(struct doctor *d, long retries, unsigned int half_open_ms);

struct backlog_facts {
	unsigned int listeners, small, capped, full;
	long somaxconn;
	char small_names[192], full_names[192]; /* the first few */
};

void backlog_take(struct backlog_facts *f, const struct tcp_socket *listener);
void judge_backlogs(struct doctor *d, const struct backlog_facts *f);

/* `loose` negative: nf_conntrack is not there; `tracked`: connections that it has. */
void judge_conntrack(struct doctor *d, long loose, long tracked);

void judge_link(struct doctor *d, const struct link_info *link);

/* `master` and `lower` are names of what the link is a port of and stands on, "" none. */
void judge_place(struct doctor *d, const struct link_info *link, const char *master, const char *lower);

void judge_mtu(struct doctor *d, unsigned int mtu, bool multi_buffer);

/* `strips` as netdev_strips_vlan() has it; `tagged`: names of VLAN interfaces on top, "" none. */
void judge_vlan(struct doctor *d, const char *ifname, int strips, const char *tagged);

struct queue_facts {
	unsigned int queues, queues_max; /* receive; max 0: unknown */
	unsigned int cpus;
	unsigned int spread; /* queues that RSS uses; 0 unknown */
};

void judge_queues(struct doctor *d, const char *ifname, const struct queue_facts *f);

struct traffic_facts {
	__u64 interface_gained, levee_gained; /* packets */
	unsigned int interval_ms;
	bool behind_others; /* other programs run before levee */
};

void judge_traffic(struct doctor *d, const char *ifname, const struct traffic_facts *f);

/* Do the samples look as if packets went past levee? */
bool traffic_is_missed(const struct doctor *d);

void judge_handshakes(struct doctor *d, const char *ifname, const struct levee_stats *s, unsigned long long up_ms);

#endif
