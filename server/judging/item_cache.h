/* SPDX-License-Identifier: Apache-2.0 */
/*
 * item_cache -- the items that are or were in service, in memory: what a page needs to show them,
 * and the candidate index (crowd/candidate_index) from which pairs are chosen.
 *
 * Items have numbers from 0, in order of first appearance, which they keep while the process
 * lives.  A million of them take some 170 MB.  Whoever owns a item cache guards it: the dispatcher.
 */
#ifndef JUDGING_ITEM_CACHE_H
#define JUDGING_ITEM_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/error.h"
#include "core/idmap.h"
#include "core/uuid.h"
#include "corpus/campaign_audience.h"
#include "corpus/item.h"
#include "crowd/candidate_index.h"
#include "crowd/stopping.h"
#include "crypto/sha256.h"
#include "judging/assignment.h"

struct rows;

struct campaign_facts {
	unsigned char id[UUID_BYTES];
	/* They live as long as the item cache. */
	const char *name, *question_text, *questions_text;
	const struct question *questions; /* the one for all others first, then by language */
	unsigned question_count;
	enum campaign_visibility visibility;
	unsigned policy, plan;
	double random_share, fake_rate;
	bool media[MEDIA_TYPES]; /* of these pairs are handed out */
	struct stopping rule;    /* when an item has been asked about enough */
	bool open, trusted;      /* trusted: its crowd settles items */
};

/* How an item is shown. */
struct item_view {
	unsigned char rendition[SHA256_BYTES];
	uint32_t poster; /* number of its poster from 1; 0: none */
	uint32_t width, height, duration_ms;
	uint16_t campaign;    /* index into item cache.campaigns */
	uint16_t version;     /* of the item: which rendition this is */
	uint16_t judged_from; /* the first version whose judgments count */
	uint8_t media_type;   /* enum media_type */
	uint8_t content_type; /* index into item cache.content_types */
	uint8_t reading;      /* the last one that saw it */
	bool sensitive;
	int64_t
		lent_until_s; /* the first end of a lease that this process gave out, if it is to come */
};

#define CONTENT_TYPES      32
#define ITEM_CACHE_RETIRED 256 /* items kept on a bucket, at most, to stand beside what is left */

struct item_cache {
	struct idmap *index; /* item id -> its number */
	struct candidate_index *candidates;
	struct item_view *item_views; /* by number */
	uint32_t room;
	struct campaign_facts *campaigns;
	uint32_t campaign_count;
	unsigned char (*posters)[SHA256_BYTES];
	uint32_t poster_count;
	const char *content_types[CONTENT_TYPES];
	uint8_t reading;     /* which reading of everything is the last: see item_cache_reread() */
	bool counts_anew;    /* counts of judgments are taken as they are written */
	struct arena *arena; /* of texts; some are left behind when a campaign is edited */
};

struct item_cache item_cache_new(void);
void item_cache_clear(struct item_cache *item_cache);

/* One row of the statement catalogue_campaigns, in text. */
void item_cache_take_campaign(struct item_cache *item_cache, const struct rows *rows, size_t row);

/* Keeps the doses of gold, after items have changed. */
void item_cache_balance(struct item_cache *item_cache);

/* An item as the database tells of it, before it is taken in. */
struct item_cache_row {
	unsigned char id[UUID_BYTES];
	unsigned char poster[SHA256_BYTES];
	struct item_view item_view; /* but for its poster and reading */
	struct candidate candidates;
	float decides; /* what those believe who may decide; .5 where nobody may */
	bool in_service, retired, has_poster;
};

/*
 * Reads one row of catalogue_all or catalogue_some as db_stream_raw() gives it.  This needs no
 * lock in the thread that alone changes the item cache: it adds at most a content type, of which no
 * item view tells yet.
 */
struct error item_cache_read_item(struct item_cache *item_cache, const struct rows *row,
                                  struct item_cache_row *ret_item) MUST_CHECK;

/* The view's key of near duplicates, as a candidate holds it. Two of millions of groups may share
 * one: then a pair of them is not made, which is no loss. */
static inline uint32_t item_cache_near(int64_t key)
{
	return key ? (uint32_t)key | 1u : 0;
}

/* Puts the item where it belongs, or takes it out of service; a few that retired stay in stock. */
void item_cache_take_item(struct item_cache *item_cache, const struct item_cache_row *item);

/*
 * Everything is about to be read again: between the two calls every item in service is taken.
 * Volunteers are served meanwhile; afterwards, items that were not seen are out of service.
 */
void item_cache_reread(struct item_cache *item_cache);
void item_cache_reread_done(struct item_cache *item_cache);

/* The number of an item; IDMAP_NONE: never in service while this process lived. */
uint32_t item_cache_find(const struct item_cache *item_cache, const unsigned char id[UUID_BYTES]);

/* What is in stock of an item; NULL: it is not in service. Lent until the candidate index changes.
 */
const struct candidate *item_cache_candidates(const struct item_cache *item_cache,
                                              const unsigned char id[UUID_BYTES]);

/* The bucket of one medium of one campaign. */
uint32_t item_cache_bucket(uint32_t campaign, enum media_type type);

/* What a page needs; lives as long as the item cache. */
void item_cache_media(const struct item_cache *item_cache, uint32_t item, struct item_media *media);

#endif
