/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rigging -- who may have bent the labels of a campaign: cohorts that agree too much, networks of
 * unusual weight, and labels that one cohort carries, as the last full fit found them.
 *
 * Networks are keyed hashes of their prefixes; who is behind them stands nowhere.  review/set_aside
 * takes their judgments away.  Threads: as the struct db.
 */
#ifndef SCORING_RIGGING_H
#define SCORING_RIGGING_H

#include <stdbool.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/error.h"

struct db;

struct rigging_cohort {
	uint32_t cohort, volunteers;       /* who judged in this campaign */
	uint32_t judgments, labels, turns; /* labels: mainly by it; turns: those of them that are others
	                                    * without all cohorts */
	double agree, others_agree; /* how often two of it say the same of an item, and two of the
	                             * others on these items; NAN: no two did */
};

struct rigging_network {
	const char *network; /* hexadecimal */
	bool is_provider;
	int64_t volunteers, judgments, labels;
	double share;         /* of the campaign's judgments */
	double excess;        /* of labels mainly by it, standard deviations beyond chance */
	double gold_accuracy; /* NAN: no answer to gold */
};

struct rigging_label {
	const char *item, *state;
	uint32_t cohort;
	double share, p_fake; /* p_fake NAN: none any more */
	bool turns;
};

#define RIGGING_COHORTS  50
#define RIGGING_NETWORKS 20
#define RIGGING_LABELS   100

/* Texts live in the arena. */
struct rigging {
	const char *fitted_at; /* NULL: there was no fit */
	struct rigging_cohort cohorts[RIGGING_COHORTS];
	struct rigging_network networks[RIGGING_NETWORKS];
	struct rigging_label labels[RIGGING_LABELS]; /* the most one-sided first */
	size_t cohort_count, network_count, label_count;
};

/* ERR_NOT_FOUND. */
struct error rigging_read(struct db *db, struct arena *arena, const char *campaign,
                          struct rigging *ret_rigging) MUST_CHECK;

#endif
