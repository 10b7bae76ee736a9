/* SPDX-License-Identifier: GPL-2.0 */
/*
 * screen.h - the terminal, by ncurses: paints grids, reads keys, and gives the terminal back as it was, whatever happens: the
 * end, an error, Ctrl-Z, a signal, a crash.
 */
#ifndef USER_SCREEN_H
#define USER_SCREEN_H

#include "grid.h"

/*
 * Takes the terminal over. `instead`: the command that serves where there is none that can do it, for the error's text.
 * failed() gives it back before it prints.
 */
int screen_open(const char *instead);

/* Gives it back. May be called twice, and without screen_open(). */
void screen_close(void);

/* Of the terminal now. */
void screen_size(int *rows, int *cols);

/* Can it show more than ASCII? */
bool screen_unicode(void);

void screen_paint(const struct grid *g);

/* All of it anew, whatever it shows. */
void screen_repaint(const struct grid *g);

/* A key as curses numbers them, or -1 if none waits. */
int screen_key(void);

/* Has a signal asked to end? */
bool screen_ended(void);

/* Stops the process if Ctrl-Z asked for it; returns true, back from there, if all has to be painted anew. */
bool screen_suspended(void);

#endif
