/* SPDX-License-Identifier: Apache-2.0 */
/*
 * consensus -- reads judgments, lets the model (crowd/) infer, stores what follows.
 *
 * One transaction: it takes the news, fits, writes posteriors and skills, retires items
 * and opens disputes; killed anywhere, nothing is lost and nothing half done.  One
 * process scores at a time; the others find the lock taken and leave it alone.
 */
#ifndef DOMAIN_CONSENSUS_H
#define DOMAIN_CONSENSUS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"

struct db;

struct scoring {
	bool led;      /* false: another process is scoring */
	uint32_t news; /* items with new judgments */
	uint32_t items, volunteers;
	uint64_t judgments;
	uint32_t iterations;
	uint32_t retired, disputed, moved; /* moved: posteriors that changed by .01 or more */
	double alpha;                      /* of the largest campaign; NAN: undefined */
};

/* Scores if there is news, or in any case with `full`. */
struct error consensus_score(struct db *db, bool full, struct scoring *ret_scoring) MUST_CHECK;

#endif
