/* SPDX-License-Identifier: Apache-2.0 */
/* stats -- the public figures. */
#ifndef SCORING_STATS_H
#define SCORING_STATS_H

#include <stdbool.h>

#include "core/arena.h"
#include "core/error.h"
#include "core/vocabulary.h"

struct db;
struct job_handler;

/* What the last full fit told, and sums over all; `fits` is 0 before the first. */
struct fit_figures {
	long long fits, retired, reopened, disputed, withdrawn;
	long long held, gold; /* of the last one */
	double weight, slope; /* of its calibration */
	/* Volunteers who err together beyond what all share, and labels that turn without them. */
	long long cohorts, cohort_volunteers, cohort_changes;
	double cohort_share; /* of the judgments; in public in hundredths */
	/* Retired items by the rule of who may decide them; volunteers worse than chance, not public.
	 */
	long long decided_full, decided_no_gold, decided_one_network, decided_neither, ignored;
	double fitted_at_s; /* since 1970 */
};

/* Reads them: call it every few seconds, so that stats_fit() need not wait for the database. */
struct error stats_watch_fit(struct db *db) MUST_CHECK;

/* As they were last read. Any thread. */
struct fit_figures stats_fit(void);

/* Counts the pairs of the past, so that stats_public() need not. *ret_more: there is more to
 * count, but the time for it is over; call again soon. */
struct error stats_fold(struct db *db, bool *ret_more) MUST_CHECK;

/* Counts all of them. */
extern const struct job_handler figures_job;

#define STATS_DAYS 30
#define STATS_BARS 10

/* The public figures. Numbers that are not known are NAN; texts live in an arena. */
struct public_figures {
	long long volunteers, pairs, judgments;
	long long items[ITEM_STATES];                               /* by enum item_state */
	long long items_of[MEDIA_TYPES], judgments_of[MEDIA_TYPES]; /* by enum media_type */
	double alpha, low, high;            /* Krippendorff's, of the largest campaign */
	const char *days[STATS_DAYS];       /* the last of them, UTC: "2026-01-02" */
	long long judgments_on[STATS_DAYS]; /* of each */
	long long believed[STATS_BARS];     /* items by p_fake, in tenths */
	double served_fake_rate;            /* rounded, up to yesterday */
	const char *fitted_at;              /* RFC 3339; NULL: nothing was fitted yet */
	struct fit_figures last_fit;        /* of that fit alone; gold in tens, the rest in tenths */
	const char *read_at;                /* RFC 3339 */
};

struct error stats_public(struct db *db, struct arena *arena,
                          struct public_figures *ret_figures) MUST_CHECK;

#endif
