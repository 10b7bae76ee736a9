/* SPDX-License-Identifier: GPL-2.0 */
/*
 * top_state.c - keys, as htop has them, and what they change.
 */
#include <stdlib.h>
#include <string.h>

#include <curses.h>

#include "top_state.h"

#define ORDER_WORD(NAME, word, help) [TOP_BY_##NAME] = word,
const char *const top_order_word[TOP_ORDER_COUNT] = { TOP_ORDERS(ORDER_WORD) };
#undef ORDER_WORD

#define ORDER_HELP(NAME, word, help) [TOP_BY_##NAME] = help,
const char *const top_order_help[TOP_ORDER_COUNT] = { TOP_ORDERS(ORDER_HELP) };
#undef ORDER_HELP

#define KEY_CTRL(letter) ((letter) & 31)
#define KEY_ESCAPE 27
#define KEY_DELETE 127

static void scroll_to(struct top_state *s, int top)
{
	int last = s->lines[s->focus] - s->rows[s->focus];

	if (top > last)
		top = last;
	s->top[s->focus] = top > 0 ? top : 0;
}

static void scroll_by(struct top_state *s, int lines)
{
	scroll_to(s, s->top[s->focus] + lines);
}

static void focus_next(struct top_state *s, int step)
{
	s->focus = (s->focus + PANE_COUNT + step) % PANE_COUNT;
}

static void open_sort(struct top_state *s)
{
	s->dialog = DIALOG_SORT;
	s->menu = s->order;
}

/* --- while a dialog is open */

static void key_in_sort(struct top_state *s, int key)
{
	switch (key) {
	case KEY_UP:
	case 'k':
		s->menu = (s->menu + TOP_ORDER_COUNT - 1) % TOP_ORDER_COUNT;
		break;
	case KEY_DOWN:
	case 'j':
	case 's':
	case KEY_F(6):
		s->menu = (s->menu + 1) % TOP_ORDER_COUNT;
		break;
	case '\r':
	case '\n':
	case KEY_ENTER:
		s->order = s->menu;
		s->reverse = false;
		s->top[PANE_LISTENERS] = 0;
		s->dialog = DIALOG_NONE;
		break;
	case KEY_ESCAPE:
	case 'q':
	case KEY_F(10):
		s->dialog = DIALOG_NONE;
		break;
	}
}

static void filter_changed(struct top_state *s)
{
	memset(s->top, 0, sizeof(s->top));
}

static void key_in_filter(struct top_state *s, int key)
{
	size_t len = strlen(s->filter);

	if (key == '\r' || key == '\n' || key == KEY_ENTER) {
		s->dialog = DIALOG_NONE;
	} else if (key == KEY_ESCAPE) {
		s->filter[0] = '\0';
		s->dialog = DIALOG_NONE;
	} else if ((key == KEY_BACKSPACE || key == KEY_DELETE || key == '\b') && len > 0) {
		s->filter[len - 1] = '\0';
	} else if (key == KEY_CTRL('u')) {
		s->filter[0] = '\0';
	} else if (key >= ' ' && key <= '~' && len + 1 < sizeof(s->filter)) {
		s->filter[len] = key;
		s->filter[len + 1] = '\0';
	}
	filter_changed(s);
}

/* --- keys of the screen */

static bool key_scrolls(struct top_state *s, int key)
{
	int page = s->rows[s->focus] > 1 ? s->rows[s->focus] - 1 : 1;

	switch (key) {
	case KEY_UP:
	case 'k':
		scroll_by(s, -1);
		return true;
	case KEY_DOWN:
	case 'j':
		scroll_by(s, 1);
		return true;
	case KEY_PPAGE:
		scroll_by(s, -page);
		return true;
	case KEY_NPAGE:
		scroll_by(s, page);
		return true;
	case KEY_HOME:
		scroll_to(s, 0);
		return true;
	case KEY_END:
		scroll_to(s, s->lines[s->focus]);
		return true;
	}
	return false;
}

static enum top_action key_on_screen(struct top_state *s, int key)
{
	switch (key) {
	case 'q':
	case KEY_F(10):
		return TOP_QUIT;
	case 'h':
	case '?':
	case KEY_F(1):
		s->dialog = DIALOG_HELP;
		break;
	case '/':
	case KEY_F(4):
		s->dialog = DIALOG_FILTER;
		break;
	case 's':
	case '>':
	case KEY_F(6):
		open_sort(s);
		break;
	case 'I':
		s->reverse = !s->reverse;
		break;
	case 'p':
	case ' ':
		s->frozen = !s->frozen;
		break;
	case '\t':
		focus_next(s, 1);
		break;
	case KEY_BTAB:
		focus_next(s, -1);
		break;
	case KEY_ESCAPE:
		s->filter[0] = '\0';
		filter_changed(s);
		break;
	case KEY_CTRL('l'):
		return TOP_REDRAW;
	default:
		key_scrolls(s, key);
	}
	return TOP_GO_ON;
}

enum top_action top_key(struct top_state *s, int key)
{
	if (key == KEY_RESIZE)
		return TOP_REDRAW;
	switch (s->dialog) {
	case DIALOG_HELP:
		s->dialog = DIALOG_NONE; /* any key, as in htop */
		return TOP_GO_ON;
	case DIALOG_SORT:
		key_in_sort(s, key);
		return TOP_GO_ON;
	case DIALOG_FILTER:
		key_in_filter(s, key);
		return TOP_GO_ON;
	case DIALOG_NONE:
		break;
	}
	return key_on_screen(s, key);
}

/* --- filter and order */

bool top_passes(const struct top_state *s, const char *text)
{
	return !s->filter[0] || strcasestr(text, s->filter);
}

static double measure(const struct top_listener *l, enum top_order order)
{
	switch (order) {
	case TOP_BY_SYN_QUEUE:
		return l->levee;
	case TOP_BY_ACCEPT_QUEUE:
		return l->accept;
	case TOP_BY_SENT:
		return l->sent;
	case TOP_BY_DROPS:
		return l->drops;
	case TOP_BY_RTT:
		return l->p50_us;
	case TOP_BY_ADDRESS:
		return 0;
	case TOP_BY_PRESSURE:
	case TOP_ORDER_COUNT:
		break;
	}
	return -l->rank;
}

static int by_address(const struct top_listener *a, const struct top_listener *b)
{
	return a->port != b->port ? a->port - b->port : strcmp(a->address, b->address);
}

static int compare(const void *x, const void *y, void *arg)
{
	const struct top_listener *a = *(const struct top_listener *const *)x;
	const struct top_listener *b = *(const struct top_listener *const *)y;
	const struct top_state *s = arg;
	double m = measure(a, s->order), n = measure(b, s->order);
	int order = (m < n) - (m > n);

	if (!order)
		order = by_address(a, b);
	return s->reverse ? -order : order;
}

static bool listener_passes(const struct top_state *s, const struct top_listener *l)
{
	return top_passes(s, l->endpoint) || top_passes(s, l->cookie ? "cookie" : "calm") || top_passes(s, l->note);
}

unsigned int top_sorted(const struct top_state *s, const struct top_view *v, const struct top_listener **row)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < v->listeners; i++)
		if (listener_passes(s, &v->listener[i]))
			row[n++] = &v->listener[i];
	if (n)
		qsort_r(row, n, sizeof(*row), compare, (void *)s);
	return n;
}
