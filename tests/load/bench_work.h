/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_work -- the file of prepared work, taken piece by piece.
 *
 * A piece is a whole request (bench_tokens writes them) or a line with a volunteer's cookie; the
 * mode says which of the two a file holds.  The file is mapped until the program ends, so the
 * requests that are handed out stay where they are.  A zeroed struct is a file without work.  One
 * thread.
 */
#ifndef BENCH_WORK_H
#define BENCH_WORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct work {
	char *bytes, *at, *end;
};

/* Ends the program if the file cannot be read. */
void work_open(struct work *work, const char *name);

/* "LENGTH TAG\n", then the request itself. False: there are no more. */
bool work_next_request(struct work *work, const char **ret_request, size_t *ret_len,
                       uint64_t *ret_tag);

/* A line, cut at `size`. False: there are no more. */
bool work_next_cookie(struct work *work, char *out, size_t size);

/* Whether there was a file, and all of it was handed out. */
bool work_ran_out(const struct work *work);

#endif
