/* SPDX-License-Identifier: GPL-2.0 */
/*
 * flood.c - the lab's flood generator: spoofed TCP segments from inside a network namespace, made by
 * flood.bpf.c through BPF_PROG_RUN with live frames and sent out of a veth device.
 *
 * It is a test tool and fit for nothing else: it runs only in a namespace whose every address is of the lab's
 * (198.18.0.0/15, fd00::/8) and that has no default route, only on a veth device, only towards and
 * from those addresses, and never longer than two minutes.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <ifaddrs.h>
#include <linux/bpf.h>
#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "flood.h"
#include "flood.skel.h"

#define SECONDS_MAX 120
#define PACKETS_MAX 100000000ULL
#define RATE_MAX 20000000ULL
#define POLL_NS 20000000L
#define LIVE_NS 200000000ULL
#define NS_PER_S 1000000000ULL

struct address {
	int family;
	unsigned int prefix;
	unsigned char bytes[16];
};

struct options {
	const char *dev;
	const char *kind;
	struct address dst;
	struct address src;
	unsigned char dst_mac[6];
	unsigned long long port;
	unsigned long long rate;
	unsigned long long packets;
	unsigned long long seed;
	unsigned long long cpu;
	double seconds;
	bool json;
	bool live;
	enum { ACT_FLOOD, ACT_STUB, ACT_REFLECT, ACT_NONE } action;
};

static volatile sig_atomic_t interrupted;

__attribute__((format(printf, 1, 2))) static int fail(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fputs("flood: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
	return -1;
}

/* --- addresses */

static bool in_prefix(const unsigned char *bytes, const unsigned char *net, unsigned int bits)
{
	unsigned int whole = bits / 8, rest = bits % 8;

	if (memcmp(bytes, net, whole))
		return false;
	return !rest || !((bytes[whole] ^ net[whole]) & (0xff << (8 - rest)));
}

static bool in_lab(int family, const unsigned char *bytes)
{
	static const unsigned char lab4[] = { 198, 18 }, lab6[] = { 0xfd };

	return family == AF_INET ? in_prefix(bytes, lab4, 15) : in_prefix(bytes, lab6, 8);
}

static int parse_address(const char *text, struct address *address)
{
	char copy[64], *slash;
	unsigned int longest;

	snprintf(copy, sizeof(copy), "%s", text);
	slash = strchr(copy, '/');
	if (slash)
		*slash++ = '\0';
	address->family = strchr(copy, ':') ? AF_INET6 : AF_INET;
	longest = address->family == AF_INET ? 32 : 128;
	if (inet_pton(address->family, copy, address->bytes) != 1)
		return fail("%s is not an address", text);
	address->prefix = slash ? (unsigned int)atoi(slash) : longest;
	if (address->prefix > longest || (slash && !address->prefix))
		return fail("%s: prefix length must be 1 to %u", text, longest);
	if (!in_lab(address->family, address->bytes) || address->prefix < (address->family == AF_INET ? 15 : 8))
		return fail("%s is outside 198.18.0.0/15 and fd00::/8, the only addresses this tool touches", text);
	return 0;
}

/* --- the guard: only in a lab */

static int guard_namespace(void)
{
	struct stat own, init;

	/* Where init has a capability that this process lacks, its namespaces are hidden; kthreadd's are the same. */
	if (stat("/proc/self/ns/net", &own) || (stat("/proc/1/ns/net", &init) && stat("/proc/2/ns/net", &init)))
		return fail("cannot tell this network namespace from the machine's own (%s): run as root",
			    strerror(errno));
	if (own.st_ino == init.st_ino)
		return fail("this is the machine's own network namespace; run inside a lab: tests/lab.sh flood");
	return 0;
}

static const unsigned char *sockaddr_bytes(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET)
		return (const void *)&((const struct sockaddr_in *)address)->sin_addr;
	if (address->sa_family == AF_INET6)
		return (const void *)&((const struct sockaddr_in6 *)address)->sin6_addr;
	return NULL;
}

static bool address_allowed(const struct ifaddrs *entry)
{
	static const unsigned char linklocal[] = { 0xfe, 0x80 };
	const unsigned char *bytes = entry->ifa_addr ? sockaddr_bytes(entry->ifa_addr) : NULL;

	if (!bytes || (entry->ifa_flags & IFF_LOOPBACK))
		return true;
	if (entry->ifa_addr->sa_family == AF_INET6 && in_prefix(bytes, linklocal, 10))
		return true;
	return in_lab(entry->ifa_addr->sa_family, bytes);
}

static int guard_addresses(const char *dev)
{
	struct ifaddrs *list, *entry;
	const char *stranger = NULL;
	bool marked = false;

	if (getifaddrs(&list))
		return fail("cannot list this namespace's addresses: %s", strerror(errno));
	for (entry = list; entry; entry = entry->ifa_next) {
		if (!address_allowed(entry))
			stranger = entry->ifa_name;
		else if (entry->ifa_addr && !strcmp(entry->ifa_name, dev) && sockaddr_bytes(entry->ifa_addr))
			marked |= in_lab(entry->ifa_addr->sa_family, sockaddr_bytes(entry->ifa_addr));
	}
	if (stranger)
		fail("%s has an address outside 198.18.0.0/15 and fd00::/8: this is no lab", stranger);
	else if (!marked)
		fail("%s has no address in 198.18.0.0/15 or fd00::/8: this is no lab", dev);
	freeifaddrs(list);
	return stranger || !marked ? -1 : 0;
}

static bool default_route_ipv4(void)
{
	char line[256], name[IF_NAMESIZE];
	unsigned int destination, mask;
	bool found = false;
	FILE *file = fopen("/proc/net/route", "re");

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "%15s %x %*x %*x %*d %*d %*d %x", name, &destination, &mask) == 3)
			found |= !destination && !mask;
	if (file)
		fclose(file);
	return found;
}

/* The kernel lists an unreachable ::/0 on lo in every namespace; that one is none. */
static bool default_route_ipv6(void)
{
	char line[256], destination[33], name[IF_NAMESIZE];
	unsigned int bits;
	bool found = false;
	FILE *file = fopen("/proc/net/ipv6_route", "re");

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "%32s %x %*s %*s %*s %*s %*s %*s %*s %15s", destination, &bits, name) == 3)
			found |= !bits && strcmp(name, "lo");
	if (file)
		fclose(file);
	return found;
}

static int device_ioctl(const char *dev, void *argument)
{
	struct ifreq request = { .ifr_data = argument };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), err;

	if (fd < 0)
		return -1;
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", dev);
	err = ioctl(fd, SIOCETHTOOL, &request);
	close(fd);
	return err;
}

static int guard_device(const char *dev)
{
	struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };

	if (!if_nametoindex(dev))
		return fail("there is no device %s in this namespace", dev);
	if (device_ioctl(dev, &info) || strcmp(info.driver, "veth"))
		return fail("%s is not a veth device", dev);
	return 0;
}

static int guard(const char *dev)
{
	if (guard_namespace() || guard_device(dev) || guard_addresses(dev))
		return -1;
	if (default_route_ipv4() || default_route_ipv6())
		return fail("this namespace has a default route: this is no lab");
	return 0;
}

/* --- the frames */

/* In the order of memory, like the BPF side reads words: endianness does not matter to this sum. */
static __u32 sum_words(const unsigned char *bytes, size_t length)
{
	__u32 sum = 0;
	__u16 word;

	for (size_t i = 0; i < length; i += 2) {
		memcpy(&word, bytes + i, 2);
		sum += word;
	}
	return sum;
}

static void put16(unsigned char *at, unsigned int value)
{
	at[0] = value >> 8;
	at[1] = value;
}

static size_t write_tcp(unsigned char *tcp, enum flood_kind kind, bool ipv6, unsigned int port)
{
	static const unsigned char syn_options[] = { 2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0, 1, 3, 3, 7 };
	static const unsigned char ack_options[] = { 1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 1 };
	static const unsigned char flags[FLOOD_KINDS] = { 0x02, 0x10, 0x04 };
	static const unsigned char words[FLOOD_KINDS] = { 10, 8, 5 };

	put16(tcp + 2, port);
	tcp[12] = words[kind] << 4;
	tcp[13] = flags[kind];
	put16(tcp + 14, kind == FLOOD_RST ? 0 : 64240);
	if (kind == FLOOD_SYN)
		memcpy(tcp + 20, syn_options, sizeof(syn_options));
	if (kind == FLOOD_SYN && ipv6)
		put16(tcp + 22, 1440);
	if (kind == FLOOD_ACK)
		memcpy(tcp + 20, ack_options, sizeof(ack_options));
	return words[kind] * 4;
}

static void fill_template(struct flood_template *template, enum flood_kind kind, const struct options *options,
			  const unsigned char *src_mac)
{
	unsigned char *frame = (void *)template->frame, pseudo[4] = { 0, 6, 0, 0 };
	bool ipv6 = options->dst.family == AF_INET6;
	unsigned char *ip = frame + 14, *tcp = ip + (ipv6 ? 40 : 20);
	size_t length = write_tcp(tcp, kind, ipv6, options->port);

	memcpy(frame, options->dst_mac, 6);
	memcpy(frame + 6, src_mac, 6);
	put16(frame + 12, ipv6 ? 0x86dd : 0x0800);
	put16(pseudo + 2, length);
	if (ipv6) {
		ip[0] = 0x60;
		put16(ip + 4, length);
		ip[6] = 6;
		ip[7] = 64;
		memcpy(ip + 24, options->dst.bytes, 16);
		template->tcp_sum = sum_words(ip + 24, 16);
	} else {
		ip[0] = 0x45;
		put16(ip + 2, 20 + length);
		ip[6] = 0x40;
		ip[8] = 64;
		ip[9] = 6;
		memcpy(ip + 16, options->dst.bytes, 4);
		template->ip_sum = sum_words(ip, 20);
		template->tcp_sum = sum_words(ip + 16, 4);
	}
	template->tcp_sum += sum_words(pseudo, 4) + sum_words(tcp, length);
}

static void fill_source(struct flood_plan *plan, const struct address *src)
{
	unsigned char net[16] = { 0 }, lot[16] = { 0 };

	for (unsigned int bit = 0; bit < (src->family == AF_INET ? 32 : 128); bit++)
		if (bit < src->prefix)
			net[bit / 8] |= src->bytes[bit / 8] & (0x80 >> bit % 8);
		else
			lot[bit / 8] |= 0x80 >> bit % 8;
	memcpy(plan->src_net, net, 16);
	memcpy(plan->src_random, lot, 16);
}

static int parse_kind(const char *word, struct flood_plan *plan)
{
	static const char *const names[] = { "syn", "ack", "rst" };

	plan->kinds = 1;
	for (unsigned int i = 0; i < FLOOD_KINDS; i++)
		if (!strcmp(word, names[i])) {
			plan->first_kind = i;
			return 0;
		}
	plan->kinds = FLOOD_KINDS;
	return strcmp(word, "mixed") ? fail("--kind %s: it is syn, ack, rst or mixed", word) : 0;
}

static int device_mac(const char *dev, unsigned char *mac)
{
	struct ifreq request = { 0 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), err;

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", dev);
	err = fd < 0 ? -1 : ioctl(fd, SIOCGIFHWADDR, &request);
	if (fd >= 0)
		close(fd);
	memcpy(mac, request.ifr_hwaddr.sa_data, 6);
	return err ? fail("cannot read the address of %s: %s", dev, strerror(errno)) : 0;
}

static int make_plan(struct flood_plan *plan, const struct options *options)
{
	unsigned char src_mac[6];

	if (parse_kind(options->kind, plan) || device_mac(options->dev, src_mac))
		return -1;
	for (unsigned int kind = 0; kind < FLOOD_KINDS; kind++)
		fill_template(&plan->kind[kind], kind, options, src_mac);
	fill_source(plan, &options->src);
	plan->ipv6 = options->dst.family == AF_INET6;
	plan->interval = options->rate ? (NS_PER_S << FLOOD_TIME_SHIFT) / options->rate : 0;
	plan->duration_ns = options->seconds * NS_PER_S;
	plan->packets = options->packets;
	plan->ifindex = if_nametoindex(options->dev);
	return 0;
}

/* --- the run */

struct run {
	const struct options *options;
	int prog_fd;
	int err;
	volatile bool finished;
};

static void on_signal(int number)
{
	if (number != SIGUSR1)
		interrupted = 1;
}

static void catch_signals(void)
{
	/* No SA_RESTART: SIGUSR1 is there to end the system call of the other thread. */
	struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGUSR1, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
}

/* A core of its own where there are two: the receiver is measured, not the fight for the core. */
static void pin_generator(unsigned long long cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sysconf(_SC_NPROCESSORS_ONLN) > 1)
		pthread_setaffinity_np(pthread_self(), sizeof(set), &set);
}

static void *generate(void *argument)
{
	struct run *run = argument;
	unsigned char frame[FLOOD_FRAME_V6] = { 0 };
	bool ipv6 = run->options->dst.family == AF_INET6;
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = ipv6 ? FLOOD_FRAME_V6 : FLOOD_FRAME_V4,
		    .repeat = 0x7fffffff, .flags = BPF_F_TEST_XDP_LIVE_FRAMES);

	pin_generator(run->options->cpu);
	/* It ends by a signal only: the main thread sends it when flood.bpf.c has said "done". */
	if (bpf_prog_test_run_opts(run->prog_fd, &opts) && errno != EINTR)
		run->err = errno;
	run->finished = true;
	return NULL;
}

static void watch(struct run *run, pthread_t thread, volatile struct flood_progress *progress)
{
	struct timespec nap = { .tv_nsec = POLL_NS };
	__u64 elapsed, next_line = LIVE_NS;

	while (!run->finished) {
		nanosleep(&nap, NULL);
		elapsed = progress->end_ns ? progress->end_ns - progress->start_ns : 0;
		if (run->options->live && elapsed >= next_line) {
			printf("%.3f %llu\n", elapsed / 1e9, progress->sent);
			fflush(stdout);
			next_line += LIVE_NS;
		}
		if (progress->done || interrupted)
			pthread_kill(thread, SIGUSR1);
	}
}

/* Frames that the veth's ring had no room for, as its driver counts them. */
static unsigned long long refused_frames(const char *dev)
{
	enum { STATS_MAX = 512 };
	struct ethtool_gstrings *names = calloc(1, sizeof(*names) + STATS_MAX * ETH_GSTRING_LEN);
	struct ethtool_stats *stats = calloc(1, sizeof(*stats) + STATS_MAX * sizeof(__u64));
	struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };
	unsigned long long sum = 0;

	if (names && stats && !device_ioctl(dev, &info) && info.n_stats <= STATS_MAX) {
		*names = (struct ethtool_gstrings){ .cmd = ETHTOOL_GSTRINGS,
						    .string_set = ETH_SS_STATS,
						    .len = info.n_stats };
		*stats = (struct ethtool_stats){ .cmd = ETHTOOL_GSTATS, .n_stats = info.n_stats };
		if (!device_ioctl(dev, names) && !device_ioctl(dev, stats))
			for (unsigned int i = 0; i < info.n_stats; i++)
				if (strstr((char *)names->data + (size_t)i * ETH_GSTRING_LEN, "xdp_xmit_errors"))
					sum += stats->data[i];
	}
	free(names);
	free(stats);
	return sum;
}

static void report(const struct options *options, const struct flood_progress *progress, unsigned long long refused)
{
	double seconds = (progress->end_ns - progress->start_ns) / 1e9;
	double rate = seconds > 0 ? progress->sent / seconds : 0;

	if (options->json)
		printf("{\"schema\":\"levee.flood/1\",\"kind\":\"%s\",\"sent\":%llu,\"refused\":%llu,\"seconds\":%.3f,"
		       "\"rate\":%.0f}\n",
		       options->kind, progress->sent, refused, seconds, rate);
	else
		printf("%llu packets (%s) in %.2f s: %.0f per second; %llu of them found the veth's ring full\n",
		       progress->sent, options->kind, seconds, rate, refused);
}

static int run_generator(struct flood_bpf *skel, const struct options *options)
{
	struct run run = { .options = options, .prog_fd = bpf_program__fd(skel->progs.flood_generate) };
	unsigned long long refused = refused_frames(options->dev);
	pthread_t thread;

	catch_signals();
	if (pthread_create(&thread, NULL, generate, &run))
		return fail("cannot start the generator's thread");
	watch(&run, thread, &skel->bss->progress);
	pthread_join(thread, NULL);
	if (run.err)
		return fail("live frames on %s: %s (Linux 5.18 or newer is needed)", options->dev, strerror(run.err));
	report(options, &skel->bss->progress, refused_frames(options->dev) - refused);
	if (!skel->bss->progress.sent)
		return fail("no packet left %s: is it up, and is GRO or an XDP program on at the other end?",
			    options->dev);
	return 0;
}

static int flood(const struct options *options)
{
	struct flood_bpf *skel = flood_bpf__open();
	struct flood_plan plan = { 0 };
	int err = -1;

	if (!skel)
		return fail("cannot open the generator: %s", strerror(errno));
	if (make_plan(&plan, options))
		goto out;
	memcpy((void *)&skel->rodata->plan, &plan, sizeof(plan));
	skel->bss->progress.random = options->seed;
	err = flood_bpf__load(skel) ? fail("cannot load the generator: %s", strerror(errno)) :
				      run_generator(skel, options);
out:
	flood_bpf__destroy(skel);
	return err;
}

/* The program stays on the device by itself until it is replaced or the device goes. */
static int attach(const struct options *options)
{
	struct flood_bpf *skel = options->action == ACT_NONE ? NULL : flood_bpf__open_and_load();
	int fd = -1, err;

	if (!skel && options->action != ACT_NONE)
		return fail("cannot load the XDP program: %s", strerror(errno));
	if (skel)
		fd = bpf_program__fd(options->action == ACT_STUB ? skel->progs.flood_stub : skel->progs.flood_reflect);
	err = bpf_xdp_attach(if_nametoindex(options->dev), fd, XDP_FLAGS_DRV_MODE, NULL);
	if (err)
		fail("cannot change the XDP program of %s: %s", options->dev, strerror(-err));
	flood_bpf__destroy(skel);
	return err;
}

/* --- options */

static const char help[] =
	"Usage: flood --dev DEV --dst ADDRESS [--port N] [--kind syn|ack|rst|mixed] [--rate PPS]\n"
	"             [--seconds S] [--packets N] [--src PREFIX] [--dst-mac MAC] [--seed N] [--cpu N]\n"
	"             [--live] [--json]\n"
	"       flood --stub DEV | --reflect DEV | --no-xdp DEV\n"
	"\n"
	"Send spoofed TCP segments out of a veth device of a lab (tests/lab.sh).\n"
	"\n"
	"  --dev DEV        the veth device, in this network namespace\n"
	"  --dst ADDRESS    the victim, IPv4 or IPv6\n"
	"  --port N         its port [80]\n"
	"  --kind KIND      syn, ack, rst, or mixed: each of them by lot [syn]\n"
	"  --rate PPS       packets per second; 0: as fast as it goes [100000]\n"
	"  --seconds S      stop after S seconds, at most 120 [10]\n"
	"  --packets N      stop after N packets, at most 100000000 [100000000]\n"
	"  --src PREFIX     spoofed sources [198.19.0.0/16 or fd00:0:0:1::/64]\n"
	"  --dst-mac MAC    of the victim [02:00:00:00:00:01, the lab's server]\n"
	"  --seed N         makes the packets repeatable [random]\n"
	"  --cpu N          the generator's core, if there are two [0]\n"
	"  --live           seconds and packets sent so far, five times a second\n"
	"  --json           the result as JSON\n"
	"  --stub DEV       XDP program for the attackers' end: drops answers to spoofed sources\n"
	"  --reflect DEV    XDP program for the victim's end: sends the flood back, passes the rest\n"
	"  --no-xdp DEV     removes either\n"
	"\n"
	"Frames have the size of a SYN (74 bytes, IPv6 94); ACK and RST are padded to it.\n"
	"Exit codes: 0 ok, 1 failed or refused, 2 usage.\n";

enum {
	OPT_DEV = 1000,
	OPT_DST,
	OPT_PORT,
	OPT_KIND,
	OPT_RATE,
	OPT_SECONDS,
	OPT_PACKETS,
	OPT_SRC,
	OPT_DST_MAC,
	OPT_SEED,
	OPT_CPU,
	OPT_LIVE,
	OPT_JSON,
	OPT_STUB,
	OPT_REFLECT,
	OPT_NO_XDP,
	OPT_HELP
};

static const struct option long_options[] = {
	{ "dev", 1, NULL, OPT_DEV },	     { "dst", 1, NULL, OPT_DST },   { "port", 1, NULL, OPT_PORT },
	{ "kind", 1, NULL, OPT_KIND },	     { "rate", 1, NULL, OPT_RATE }, { "seconds", 1, NULL, OPT_SECONDS },
	{ "packets", 1, NULL, OPT_PACKETS }, { "src", 1, NULL, OPT_SRC },   { "dst-mac", 1, NULL, OPT_DST_MAC },
	{ "seed", 1, NULL, OPT_SEED },	     { "cpu", 1, NULL, OPT_CPU },   { "live", 0, NULL, OPT_LIVE },
	{ "json", 0, NULL, OPT_JSON },	     { "stub", 1, NULL, OPT_STUB }, { "reflect", 1, NULL, OPT_REFLECT },
	{ "no-xdp", 1, NULL, OPT_NO_XDP },   { "help", 0, NULL, OPT_HELP }, { 0 },
};

static int parse_number(const char *name, const char *text, unsigned long long least, unsigned long long most,
			unsigned long long *value)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 10);
	if (errno || *end || end == text || strchr(text, '-') || *value < least || *value > most)
		return fail("--%s %s: it takes a number from %llu to %llu", name, text, least, most);
	return 0;
}

static int parse_seconds(const char *text, double *seconds)
{
	char *end;

	*seconds = strtod(text, &end);
	if (*end || end == text || !(*seconds > 0 && *seconds <= SECONDS_MAX))
		return fail("--seconds %s: it takes a number above 0, at most %d", text, SECONDS_MAX);
	return 0;
}

static int parse_mac(const char *text, unsigned char *mac)
{
	char rest;

	if (sscanf(text, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx%c", mac, mac + 1, mac + 2, mac + 3, mac + 4, mac + 5, &rest) !=
	    6)
		return fail("--dst-mac %s: it takes an address like 02:00:00:00:00:01", text);
	return 0;
}

static int set_action(struct options *options, int action, const char *dev)
{
	options->action = action;
	options->dev = dev;
	return 0;
}

static int parse_option(int option, const char *value, struct options *o)
{
	switch (option) {
	case OPT_DEV:
		o->dev = value;
		return 0;
	case OPT_KIND:
		o->kind = value;
		return 0;
	case OPT_LIVE:
		o->live = true;
		return 0;
	case OPT_JSON:
		o->json = true;
		return 0;
	case OPT_DST:
		return parse_address(value, &o->dst);
	case OPT_SRC:
		return parse_address(value, &o->src);
	case OPT_DST_MAC:
		return parse_mac(value, o->dst_mac);
	case OPT_SECONDS:
		return parse_seconds(value, &o->seconds);
	case OPT_PORT:
		return parse_number("port", value, 1, 65535, &o->port);
	case OPT_RATE:
		return parse_number("rate", value, 0, RATE_MAX, &o->rate);
	case OPT_PACKETS:
		return parse_number("packets", value, 1, PACKETS_MAX, &o->packets);
	case OPT_SEED:
		return parse_number("seed", value, 1, ~0ULL, &o->seed);
	case OPT_CPU:
		return parse_number("cpu", value, 0, CPU_SETSIZE - 1, &o->cpu);
	case OPT_STUB:
		return set_action(o, ACT_STUB, value);
	case OPT_REFLECT:
		return set_action(o, ACT_REFLECT, value);
	case OPT_NO_XDP:
		return set_action(o, ACT_NONE, value);
	default:
		return -1;
	}
}

static int complete(struct options *options)
{
	const char *src = options->dst.family == AF_INET6 ? "fd00:0:0:1::/64" : "198.19.0.0/16";

	if (!options->dev)
		return fail("--dev is missing; flood --help lists the options");
	if (options->action != ACT_FLOOD)
		return 0;
	if (!options->dst.family)
		return fail("--dst is missing; flood --help lists the options");
	if (!options->src.family && parse_address(src, &options->src))
		return -1;
	if (options->src.family != options->dst.family)
		return fail("--src and --dst must be of one family");
	if (!options->seed && getrandom(&options->seed, sizeof(options->seed), 0) != sizeof(options->seed))
		return fail("no random numbers: %s", strerror(errno));
	options->seed |= !options->seed;
	return 0;
}

int main(int argc, char **argv)
{
	struct options options = { .kind = "syn",
				   .port = 80,
				   .rate = 100000,
				   .packets = PACKETS_MAX,
				   .seconds = 10,
				   .dst_mac = { 2, 0, 0, 0, 0, 1 } };
	int option;

	while ((option = getopt_long(argc, argv, "h", long_options, NULL)) != -1) {
		if (option == OPT_HELP || option == 'h')
			return fputs(help, stdout) < 0;
		if (parse_option(option, optarg, &options))
			return 2;
	}
	if (optind < argc) {
		fail("unexpected argument \"%s\"", argv[optind]);
		return 2;
	}
	if (complete(&options))
		return 2;
	if (guard(options.dev))
		return 1;
	return (options.action == ACT_FLOOD ? flood(&options) : attach(&options)) ? 1 : 0;
}
