/* SPDX-License-Identifier: Apache-2.0 */
/*
 * estimates_internal -- what a estimates is made of, for the three files that work on it:
 * standing.c reads and fits, estimates_publish.c writes, estimates_news.c takes in what comes.
 */
#ifndef SCORING_ESTIMATES_INTERNAL_H
#define SCORING_ESTIMATES_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "core/idmap.h"
#include "crowd/agreement.h"
#include "crowd/cohort.h"
#include "crowd/model.h"
#include "crowd/online.h"
#include "crowd/pair_links.h"
#include "scoring/consensus.h"
#include "scoring/estimates.h"

/* Judgments as the model reads them; only while a fit runs. */
struct loaded {
	size_t count, room;
	uint32_t *item, *volunteer;
	uint8_t *verdict, *confidence, *position;
	int8_t *gold;
	struct pair_key *pair_keys; /* of the items that have one */
	size_t pair_key_count;
	struct item_pair *pairs; /* two items of one key */
	size_t pair_count;
};

struct score_counts {
	uint32_t count, fake;
	uint32_t oldest; /* the least version of the item that was judged; UINT32_MAX: none was */
};

struct estimates {
	struct idmap *items, *volunteers, *campaigns;
	struct item_facts *facts; /* by item, as the fit saw them */
	struct loaded loaded;
	struct fit *fit;
	struct agreement *agreement; /* by campaign */
	struct crowd_audit *audits;  /* by campaign: may its crowd settle items? */
	struct cohorts cohorts;      /* who err together */
	int64_t *folded; /* numbers of the news that the fit has read, until it is published */
	size_t folded_count;

	/* Since the fit. */
	struct online_item *online_items; /* by item; grows with items newer than the fit */
	struct score_counts *tallies;     /* the same: judgments until now */
	struct online_volunteer *online_volunteers;
	uint32_t items_room, volunteers_room;
	int64_t
		*known; /* numbers of news taken in, not sorted; those that are OUT_OF_STEP are dropped */
	size_t known_count, known_room;
	int64_t newest;
};

/* The index of an id that the database wrote; added when it is new. */
uint32_t estimates_index(struct idmap *map, const char *uuid);

/* May the crowd of this item's campaign settle items? One newer than the fit may not yet. */
bool estimates_trusts(const struct estimates *estimates, const struct item_facts *facts);

void estimates_forget_judgments(struct estimates *estimates);

/* Memory that was there to be had; its absence ends the program. */
static inline void *estimates_must(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

#endif
