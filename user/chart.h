/* SPDX-License-Identifier: GPL-2.0 */
/*
 * chart.h - values over time as an inline SVG with its legend. It needs no script: peaks are written beside the lines.
 *
 * Values come as JSON arrays as long as the array of times; null is no value. Where several fall on one column of the
 * picture the largest is drawn: a peak of one second is seen in an hour.
 */
#ifndef USER_CHART_H
#define USER_CHART_H

#include <stdbool.h>
#include <stdio.h>
#include <jansson.h>

#define CHART_SERIES_MAX 5
#define CHART_LINES_MAX 2

struct chart_axis {
	const json_t *times; /* Unix ms, rising */
	long long from, to;  /* Unix ms at the left and the right end */
	long long gap_ms;	  /* times further apart are not joined */
	const json_t *bands; /* [{"from_unix_ms", "to_unix_ms"}], shaded, and what they are */
	const char *band_title;
};

struct chart_series {
	const char *title;
	const json_t *values;
};

struct chart {
	const char *title, *unit; /* "SYNs received", "per second" */
	const struct chart_axis *axis;
	unsigned int count;
	struct chart_series series[CHART_SERIES_MAX];
	double top; /* where the axis shall end at least; 0: where the values do */
	struct {
		double at; /* 0: none. Drawn if it is within the picture */
		const char *title;
	} line[CHART_LINES_MAX];
};

/* A <figure>. */
void chart_write(const struct chart *chart, FILE *to);

/* --- its parts, for who tests them */

#define CHART_WIDTH 900
#define CHART_HEIGHT 132
#define CHART_LEFT 48
#define CHART_RIGHT 12
#define CHART_TOP 8
#define CHART_BOTTOM 20

/* The end of an axis for values up to `max`: 2, 4, 6 or 10 times a power of ten, 2 at least. */
double chart_nice_top(double max);

/* ms between the marks of time on an axis that is so long. */
long long chart_time_step(long long span_ms);

/* What goes into d="" of a <path>: a line, or with `area` what lies below it. */
void chart_path(const struct chart_axis *axis, const json_t *values, double top, bool area, FILE *to);

#endif
