/* SPDX-License-Identifier: Apache-2.0 */
/*
 * estimates_internal -- what estimates are made of, for the files that work on them:
 * estimates.c reads and fits, estimates_publish.c writes, estimates_feed.c takes in what comes,
 * estimates_voices.c knows who may decide, estimates_integrity.c finds who carries the labels,
 * estimates_campaigns.c sums up each campaign.
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
#include "crowd/integrity.h"
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
	uint32_t newest; /* 1 more than the place of its newest later voice; 0: none */
	uint32_t oldest; /* the least version of the item that was judged; UINT32_MAX: none was */
};

/* A judgment in 32 bits: twice the volunteer's index, and 1 more for "fake". */
struct later_voice {
	uint32_t said, before; /* before: 1 more than the place of the item's one before; 0: none */
};

/* Who said what of each item, since the rules ask who decides. */
struct voices {
	uint32_t items; /* of the fit */
	size_t *start;  /* items + 1 */
	uint32_t *said;
	struct later_voice *later; /* since the fit */
	size_t later_count, later_room;
	struct testimony *testimonies; /* of the item that is weighed */
	size_t testimonies_room;
};

struct campaign_rules {
	struct deciding_policy policy;
	struct deciding_scope scope;
};

/* What volunteers bring to a decision. */
struct electorate {
	struct idmap *networks, *places; /* networks: their providers too; places: of a volunteer in a
	                                  * campaign */
	struct idmap *ruled, *skippers;  /* campaigns, with judgments or not; who ever skipped */
	struct campaign_rules *rules;    /* ruled */
	uint32_t *skips;                 /* skippers: pairs */
	uint32_t *provider;              /* networks: whose it is; itself where that is not known */
	uint32_t providers_room;
	uint32_t *network; /* places */
	bool *declared;    /* places */
	uint32_t places_room;
	uint32_t *gold, *judged,
		*skipped; /* by volunteer; grow with those who are newer than the fit */
	uint32_t room;
};

struct estimates {
	struct idmap *items, *volunteers, *campaigns;
	struct item_facts *facts; /* by item, as the fit saw them */
	struct loaded loaded;
	struct fit *fit;
	struct agreement *agreement; /* by campaign */
	struct crowd_audit *audits;  /* by campaign: may its crowd settle items? */
	struct belief *beliefs;      /* by item, by the fit */
	struct voices voices;
	struct electorate electorate;
	struct cohorts cohorts; /* who err together */
	uint8_t *turned;        /* by item: its label turns without them; NULL: there are none */
	struct integrity_carried *carried; /* by item: which of them holds most of its label */
	json_t *integrity;                 /* figures as integrity_write() takes them */
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

/* Reads the rules of campaigns and what is known of volunteers; part of a fit's snapshot. */
struct error electorate_load(struct db *db, struct estimates *estimates) MUST_CHECK;
struct electorate electorate_new(void);
void electorate_free(struct electorate *electorate);

/* Notes the networks of news behind number `after`, in the database and here. */
struct error electorate_note_networks(struct db *db, struct estimates *estimates,
                                      int64_t after) MUST_CHECK;

/* Sorts the judgments that were read by item, and counts what is gold among them. */
void voices_gather(struct estimates *estimates);
void voices_free(struct voices *voices);

/* Takes in one judgment since the fit. */
void voices_add(struct estimates *estimates, uint32_t item, uint32_t volunteer, uint8_t verdict);

/* The network from which a volunteer judges in an item's campaign, from 1; 0: not known, or
 * declared by the operator. */
uint32_t electorate_network(const struct estimates *estimates, const struct item_facts *facts,
                            uint32_t volunteer);

/* The provider of a network, both from 1; 0: it is not known. */
uint32_t electorate_provider(const struct estimates *estimates, uint32_t network);

/* Gold answers of a volunteer, less the share that was skipped. */
uint32_t electorate_gold(const struct estimates *estimates, uint32_t volunteer);

/* What is believed of an item by all (`p_fake`, from `odds`) and by who may decide. */
struct belief estimates_belief(struct estimates *estimates, uint32_t item,
                               const struct item_facts *facts, double p_fake, double odds);

void estimates_forget_judgments(struct estimates *estimates);

/* estimates_integrity.c: finds who carries the labels; writes it. */
void estimates_find_integrity(struct estimates *estimates, const struct judgments *view);
struct error estimates_write_integrity(struct db *db, const struct estimates *estimates) MUST_CHECK;

/* estimates_campaigns.c: writes what those who watch a campaign want to know. */
struct error estimates_write_campaigns(struct db *db, const struct estimates *estimates) MUST_CHECK;

/* Memory that was there to be had; its absence ends the program. */
static inline void *estimates_must(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

#endif
