/* SPDX-License-Identifier: Apache-2.0 */
/*
 * standing_inside -- what a standing is made of, for the three files that work on it:
 * standing.c reads and fits, standing_publish.c writes, standing_news.c takes in what comes.
 */
#ifndef DOMAIN_STANDING_INSIDE_H
#define DOMAIN_STANDING_INSIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "core/idmap.h"
#include "crowd/agreement.h"
#include "crowd/model.h"
#include "crowd/online.h"
#include "domain/consensus.h"
#include "domain/standing.h"

/* Judgments as the model reads them; only while a fit runs. */
struct loaded {
	size_t count, room;
	uint32_t *item, *volunteer;
	uint8_t *verdict, *confidence, *position;
	int8_t *gold;
};

struct tally {
	uint32_t count, fake;
	uint32_t oldest; /* the least version of the item that was judged; UINT32_MAX: none was */
};

struct standing {
	struct idmap *items, *volunteers, *campaigns;
	struct item_facts *facts; /* by item, as the fit saw them */
	struct loaded loaded;
	struct fit *fit;
	struct agreement *agreement; /* by campaign */
	struct crowd_audit *audits;  /* by campaign: may its crowd settle items? */
	int64_t *folded; /* numbers of the news that the fit has read, until it is published */
	size_t folded_count;

	/* Since the fit. */
	struct online_item *online_items; /* by item; grows with items newer than the fit */
	struct tally *tallies;            /* the same: judgments until now */
	struct online_volunteer *online_volunteers;
	uint32_t items_room, volunteers_room;
	int64_t
		*known; /* numbers of news taken in, not sorted; those that are OUT_OF_STEP are dropped */
	size_t known_count, known_room;
	int64_t newest;
};

/* The index of an id that the database wrote; added when it is new. */
uint32_t standing_index(struct idmap *map, const char *uuid);

/* May the crowd of this item's campaign settle items? One newer than the fit may not yet. */
bool standing_trusts(const struct standing *standing, const struct item_facts *facts);

void standing_forget_judgments(struct standing *standing);

/* Memory that was there to be had; its absence ends the program. */
static inline void *standing_must(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

#endif
