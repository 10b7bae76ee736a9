/* SPDX-License-Identifier: GPL-2.0 */
/*
 * top_feed.h - fills the view of `levee top` from the maps of an attached levee.
 */
#ifndef USER_TOP_FEED_H
#define USER_TOP_FEED_H

#include "listener.h"
#include "rates.h"
#include "sources.h"
#include "top_view.h"

struct top_feed {
	struct maps *maps;
	struct top_view *view;
	struct sample before;
	struct listener listener;
	bool listening;
	__s64 unix_minus_monotonic_ns;
	struct sources sources;
	bool sampling;
};

/*
 * What can be read by those alone who may write to a map (sources, connections), or by one at a time (connections), is left
 * out where it has to be; the view then says why. After any answer, top_feed_close() is right.
 */
int top_feed_open(struct top_feed *f, struct maps *maps, struct top_view *view);
void top_feed_close(struct top_feed *f);

/* Takes what events there are, and says that somebody listens: to be called several times a second. Waits for nothing. */
void top_feed_drain(struct top_feed *f);

/* Everything else: once a second. Exit code 3 where levee is no longer attached. */
int top_feed_second(struct top_feed *f);

#endif
