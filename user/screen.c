/* SPDX-License-Identifier: GPL-2.0 */
/*
 * screen.c - ncurses, and the ways out of it.
 *
 * Signals that end or stop are only noted, and the loop does what they ask for: curses' own handlers would call it from
 * within anything. Only a crash cannot wait; for that, what the terminal needs to hear was put together beforehand.
 */
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <term.h>

#include "color.h"
#include "errors.h"
#include "screen.h"

#define ESCAPE_WAIT_MS 25

static SCREEN *screen;
static struct termios before;
static attr_t attributes[STYLE_COUNT];
static short pairs[STYLE_COUNT];

static volatile sig_atomic_t ended, stop_asked, continued;

/* --- a crash */

static char give_back[512]; /* to the terminal */
static size_t give_back_len;

/* Without the padding that "$<5>" stands for. */
static void add_sequence(const char *capability)
{
	const char *text = tigetstr(capability);

	if (!text || text == (char *)-1)
		return;
	for (; *text && give_back_len < sizeof(give_back) - 1; text++) {
		const char *padding_end = strncmp(text, "$<", 2) == 0 ? strchr(text, '>') : NULL;

		if (padding_end)
			text = padding_end;
		else
			give_back[give_back_len++] = *text;
	}
}

static void prepare_give_back(void)
{
	static const char *const capabilities[] = { "sgr0", "op", "rmkx", "cnorm", "rmcup" };

	give_back_len = 0;
	for (size_t i = 0; i < sizeof(capabilities) / sizeof(capabilities[0]); i++)
		add_sequence(capabilities[i]);
	if (give_back_len < sizeof(give_back))
		give_back[give_back_len++] = '\r';
}

/* Only what a signal handler may call. The default of the signal then does its work: a core, and the right exit status. */
static void crash(int signal)
{
	static const char text[] = "levee: top has crashed; the protection of the interface goes on\n";
	struct sigaction action = { .sa_handler = SIG_IGN };
	ssize_t unused;

	sigaction(SIGTTOU, &action, NULL);
	unused = write(STDOUT_FILENO, give_back, give_back_len);
	tcsetattr(STDIN_FILENO, TCSANOW, &before);
	unused = write(STDERR_FILENO, text, sizeof(text) - 1);
	(void)unused;
	action.sa_handler = SIG_DFL;
	sigaction(signal, &action, NULL);
	raise(signal);
}

/* --- signals that can wait */

static void note_end(int signal)
{
	(void)signal;
	ended = 1;
}

static void note_stop(int signal)
{
	(void)signal;
	stop_asked = 1;
}

static void note_continued(int signal)
{
	(void)signal;
	continued = 1;
}

static void handle(int signal, void (*handler)(int), int flags)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = flags };

	sigaction(signal, &action, NULL);
}

static void handle_all(bool on)
{
	static const int ends[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE };
	static const int crashes[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGTRAP };

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		handle(ends[i], on ? note_end : SIG_DFL, 0);
	for (size_t i = 0; i < sizeof(crashes) / sizeof(crashes[0]); i++)
		handle(crashes[i], on ? crash : SIG_DFL, on ? SA_ONSTACK : 0);
	handle(SIGTSTP, on ? note_stop : SIG_DFL, 0);
	handle(SIGCONT, on ? note_continued : SIG_DFL, 0);
}

/* A stack that has overflowed is no place for a handler. */
static void take_signal_stack(void)
{
	static char memory[65536];
	const stack_t stack = { .ss_sp = memory, .ss_size = sizeof(memory) };

	sigaltstack(&stack, NULL);
}

bool screen_ended(void)
{
	return ended;
}

/* It may have another size now, and in the background it must not be written to: this stops a process there. */
static void take_back(void)
{
	struct winsize size;

	reset_prog_mode();
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row && size.ws_col)
		resizeterm(size.ws_row, size.ws_col);
	clearok(curscr, TRUE);
	refresh();
}

bool screen_suspended(void)
{
	if (!stop_asked && !continued)
		return false;
	if (stop_asked) {
		endwin();
		handle(SIGTSTP, SIG_DFL, 0);
		raise(SIGTSTP); /* here it stops, and goes on */
		handle(SIGTSTP, note_stop, 0);
	} else { /* stopped by what cannot be caught: the shell has written where it liked */
		reset_prog_mode();
		endwin();
	}
	stop_asked = 0;
	continued = 0;
	take_back();
	return true;
}

/* --- looks */

static const struct look {
	attr_t plain, coloured; /* without colours, and with */
	short text, behind; /* -1: the terminal's own */
} looks[STYLE_COUNT] = {
	[STYLE_PLAIN] = { A_NORMAL, A_NORMAL, -1, -1 },
	[STYLE_DIM] = { A_DIM, A_DIM, -1, -1 },
	[STYLE_STRONG] = { A_BOLD, A_BOLD, -1, -1 },
	[STYLE_TITLE] = { A_REVERSE, A_NORMAL, COLOR_BLACK, COLOR_GREEN },
	[STYLE_FOCUS] = { A_REVERSE | A_BOLD, A_NORMAL, COLOR_BLACK, COLOR_CYAN },
	[STYLE_KEY] = { A_REVERSE, A_NORMAL, COLOR_BLACK, COLOR_CYAN },
	[STYLE_GRAPH] = { A_NORMAL, A_NORMAL, COLOR_CYAN, -1 },
	[STYLE_GOOD] = { A_NORMAL, A_NORMAL, COLOR_GREEN, -1 },
	[STYLE_WARN] = { A_BOLD, A_BOLD, COLOR_YELLOW, -1 },
	[STYLE_BAD] = { A_BOLD | A_REVERSE, A_BOLD, COLOR_WHITE, COLOR_RED },
};

static bool wants_colours(void)
{
	return color_is_on(stdout) && has_colors();
}

static void choose_looks(void)
{
	bool colours = wants_colours() && start_color() == OK;
	short none = -1;

	if (colours && use_default_colors() != OK)
		none = COLOR_BLACK;
	for (short i = 0; i < STYLE_COUNT; i++) {
		const struct look *l = &looks[i];

		attributes[i] = colours ? l->coloured : l->plain;
		pairs[i] = 0;
		if (!colours || (l->text < 0 && l->behind < 0))
			continue;
		pairs[i] = i + 1;
		init_pair(pairs[i], l->text, l->behind < 0 ? none : l->behind);
	}
}

/* --- from open to close */

static int check_terminal(const char *instead)
{
	const char *term = getenv("TERM");
	int known;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return failed(EXIT_FAILED, "top needs a terminal, and %s is none\nuse \"%s\" instead",
			      isatty(STDIN_FILENO) ? "the output" : "the input", instead);
	if (setupterm(NULL, STDOUT_FILENO, &known) != OK)
		return failed(EXIT_FAILED,
			      "the terminal \"%s\" (TERM) is not known here\n"
			      "set TERM to one that is, such as xterm or vt100, or use \"%s\" instead",
			      term ? term : "", instead);
	if (!tigetstr("cup") || !tigetstr("clear"))
		return failed(EXIT_FAILED,
			      "the terminal \"%s\" (TERM) cannot move its cursor\n"
			      "set TERM to what it really is, or use \"%s\" instead",
			      term ? term : "", instead);
	return 0;
}

int screen_open(const char *instead)
{
	int err;

	setlocale(LC_CTYPE, ""); /* not the numbers': they are as in all of levee's output */
	err = check_terminal(instead);
	if (err)
		return err;
	if (tcgetattr(STDIN_FILENO, &before) < 0)
		return failed(EXIT_FAILED, "reading the terminal's state failed: %s", strerror(errno));
	prepare_give_back();
	take_signal_stack();
	handle_all(true);
	screen = newterm(NULL, stdout, stdin);
	if (!screen) {
		handle_all(false);
		return failed(EXIT_FAILED, "the terminal cannot be used\nuse \"%s\" instead", instead);
	}
	errors_before(screen_close);
	set_escdelay(ESCAPE_WAIT_MS);
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	curs_set(0);
	choose_looks();
	return 0;
}

void screen_close(void)
{
	if (!screen)
		return;
	errors_before(NULL);
	endwin();
	delscreen(screen);
	screen = NULL;
	tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
	handle_all(false);
}

void screen_size(int *rows, int *cols)
{
	getmaxyx(stdscr, *rows, *cols);
}

bool screen_unicode(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

int screen_key(void)
{
	return getch();
}

void screen_paint(const struct grid *g)
{
	for (int row = 0; row < g->rows; row++)
		for (int col = 0; col < g->cols; col++) {
			const struct grid_cell *cell = &g->cell[row * g->cols + col];
			const wchar_t text[2] = { cell->ch };
			cchar_t c;

			setcchar(&c, text, attributes[cell->style], pairs[cell->style], NULL);
			mvadd_wch(row, col, &c);
		}
	refresh();
}

void screen_repaint(const struct grid *g)
{
	clearok(curscr, TRUE);
	screen_paint(g);
}
