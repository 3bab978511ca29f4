/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_tally -- what came of a load: counts, times of each step, and a line for each judgment.
 *
 * A zeroed struct is an empty tally.  Counts that only one part of the client knows about are its
 * to raise.  The log, where there is one, belongs to whoever opened it.  One thread.
 */
#ifndef BENCH_TALLY_H
#define BENCH_TALLY_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "bench_histogram.h"
#include "bench_link.h"

#define TALLY_STATUSES 600

/* What a request is for; each is timed apart, but the two media of a pair are printed as one. */
enum step {
	STEP_PREPARED,
	STEP_ARRIVE,
	STEP_ASSIGN,
	STEP_MEDIA,
	STEP_OTHER_MEDIA,
	STEP_JUDGE,
	STEP_SKIP,
	STEP_STATS,
	STEPS
};

struct tally {
	uint64_t begun;                 /* requests or cycles */
	uint64_t lost, unsent, hung_up; /* links that fell, as enum link_event has it */
	uint64_t none_left;             /* volunteers for whom there was no pair */
	uint64_t answers[TALLY_STATUSES];
	uint64_t good, good_in_time, odd, bytes;
	struct histogram times[STEPS]; /* of good answers */
	char first_odd[512];
	FILE *log; /* NULL: none */
};

/* Counts an answer that took `took_ns`; in time: while the load was on, not while it drained. */
void tally_answer(struct tally *tally, enum step step, uint64_t tag, const struct answer *answer,
                  int64_t took_ns, bool in_time);

/* Counts a link that fell, and what it had asked. */
void tally_fall(struct tally *tally, enum step step, uint64_t tag, enum link_event event);

/* Prints one JSON object. `next_tag` is for whoever goes on where this load stopped. */
void tally_print(const struct tally *tally, double seconds, uint64_t next_tag, bool ran_out);

#endif
