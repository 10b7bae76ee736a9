/* SPDX-License-Identifier: GPL-2.0 */
/*
 * frame.h - one TCP segment in an Ethernet frame: built, and read again. Options are laid out as Linux does.
 */
#ifndef USER_FRAME_H
#define USER_FRAME_H

#include <stdbool.h>

#include <levee/addr.h>
#include <levee/segment.h>

/* Ethernet, IPv6, TCP with 40 bytes of options, and data. */
#define FRAME_DATA_MAX 1400U
#define FRAME_MAX (14U + 40U + 60U + FRAME_DATA_MAX)

/* Control bits of the header that levee itself does not look at. */
#define TCP_PSH 0x08
#define TCP_URG 0x20

/* Numbers in host order, ports in network byte order. */
struct frame {
	unsigned char mac_from[6], mac_to[6];
	union levee_addr from, to; /* of one family */
	__be16 port_from, port_to;
	__u32 seq;
	__u32 ack;
	__u32 payload; /* bytes, at most FRAME_DATA_MAX */
	__u16 window;  /* as in the header */
	__u8 flags;    /* TCP_* */
	__u8 options;  /* LEVEE_OPT_MSS, WSCALE, SACK, TS, SIGNED (an MD5 signature of zeros) */
	__u16 mss;
	__u8 wscale;
	__u32 tsval, tsecr;
};

/* Returns the length of the frame. Both checksums are right. */
unsigned int frame_build(unsigned char to[FRAME_MAX], const struct frame *frame);

/* False if these bytes are no TCP segment as frame_build() makes them, or its checksums are wrong. What follows the IP packet is no part of it. */
bool frame_read(struct frame *frame, const unsigned char *bytes, unsigned int len);

/*
 * Control bits by their letters, F S R P A U E C in any order, "." for A as tcpdump writes it, or "none". The text form names
 * them: "SYN,ACK".
 */
bool flags_parse(const char *text, __u8 *flags);
const char *flags_text(char to[40], __u8 flags);

/* "mss=1460,wscale=7,sack,ts=VALUE:ECHO,md5" or "none". The text form is the same. */
bool frame_options_parse(const char *text, struct frame *frame);
const char *frame_options_text(char to[96], const struct frame *frame);

#endif
