/* SPDX-License-Identifier: Apache-2.0 */
/*
 * probe -- tries the sandbox of outside/program from inside: the table of docs/media.md, "The
 * sandbox", a line for each thing that a helper must not be able to do.
 *
 * This program runs itself as a helper (struct program's `own`) and attempts it for real; the
 * parent has put up what there is to reach: a server that listens, a file beside the folder, a
 * process of the same user.  Each line is tried as helpers run here, and, for tests and the table,
 * without one of the kernel's three features, or without all of them.
 *
 * Threads: one at a time; it forks.
 */
#ifndef OUTSIDE_PROBE_H
#define OUTSIDE_PROBE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"
#include "outside/program.h"

struct probe_line {
	const char *name; /* one word */
	const char *what; /* what is attempted */
	unsigned held_by; /* of enum program_protection: each alone holds it; 0: limits do, always */
};

extern const struct probe_line probe_lines[];
extern const size_t probe_line_count;

enum probe_outcome {
	PROBE_HELD,    /* the attempt came to nothing */
	PROBE_REACHED, /* it succeeded */
	PROBE_UNTRIED  /* what there is to reach could not be put up */
};

/* How a line is tried. All zero: as helpers run. */
struct probe_how {
	unsigned without; /* of enum program_protection: left out */
	bool wide;        /* limits are so wide that no attempt meets them */
};

/*
 * Tries one line.
 *   ret_on   the protections that were on
 * An error: the helper could not be run at all.
 */
struct error probe_try(const struct probe_line *line, struct probe_how how, enum probe_outcome *ret,
                       unsigned *ret_on) MUST_CHECK;

/* The attempt itself, inside: `touchstone helper probe-NAME`. Prints what it reached, if anything.
 * Returns the exit status. */
int probe_attempt(const char *name);

#endif
