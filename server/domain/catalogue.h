/* SPDX-License-Identifier: Apache-2.0 */
/*
 * catalogue -- the items that are or were in service, in memory: what a page needs to show them,
 * and the stock (crowd/stock) from which pairs are chosen.
 *
 * Items have numbers from 0, in order of first appearance, which they keep while the process
 * lives.  A million of them take some 170 MB.  Whoever owns a catalogue guards it: the desk.
 */
#ifndef DOMAIN_CATALOGUE_H
#define DOMAIN_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/error.h"
#include "core/hash.h"
#include "core/hex.h"
#include "core/idmap.h"
#include "crowd/stock.h"
#include "domain/item.h"

struct rows;

struct campaign_facts {
	unsigned char id[UUID_BYTES];
	const char *name, *question_json; /* live as long as the catalogue */
	unsigned policy, plan;
	double random_share;
	bool open;
};

/* How an item is shown. */
struct exhibit {
	unsigned char rendition[SHA256_BYTES];
	uint32_t poster; /* number of its poster from 1; 0: none */
	uint32_t width, height, duration_ms;
	uint16_t campaign;    /* index into catalogue.campaigns */
	uint16_t version;     /* of the item: which rendition this is */
	uint16_t judged_from; /* the first version whose judgments count */
	uint8_t media_type;   /* enum media_type */
	uint8_t content_type; /* index into catalogue.content_types */
	uint8_t reading;      /* the last one that saw it */
	bool sensitive;
	int64_t
		lent_until_s; /* the first end of a lease that this process gave out, if it is to come */
};

#define CONTENT_TYPES     32
#define CATALOGUE_RETIRED 256 /* items kept on a shelf, at most, to stand beside what is left */

struct catalogue {
	struct idmap *index; /* item id -> its number */
	struct stock *stock;
	struct exhibit *exhibits; /* by number */
	uint32_t room;
	struct campaign_facts *campaigns;
	uint32_t campaign_count;
	unsigned char (*posters)[SHA256_BYTES];
	uint32_t poster_count;
	const char *content_types[CONTENT_TYPES];
	uint8_t reading;     /* which reading of everything is the last: see catalogue_reread() */
	bool counts_anew;    /* counts of judgments are taken as they are written */
	struct arena *arena; /* of texts; some are left behind when a campaign is edited */
};

struct catalogue catalogue_new(void);
void catalogue_clear(struct catalogue *catalogue);

/* One row of the statement catalogue_campaigns, in text. */
void catalogue_take_campaign(struct catalogue *catalogue, const struct rows *rows, size_t row);

/* An item as the database tells of it, before it is taken in. */
struct catalogue_row {
	unsigned char id[UUID_BYTES];
	unsigned char poster[SHA256_BYTES];
	struct exhibit exhibit; /* but for its poster and reading */
	struct stock_item stock;
	bool in_service, retired, has_poster;
};

/*
 * Reads one row of catalogue_all or catalogue_some as db_stream_raw() gives it.  This needs no
 * lock in the thread that alone changes the catalogue: it adds at most a content type, of which no
 * exhibit tells yet.
 */
struct error catalogue_read_item(struct catalogue *catalogue, const struct rows *row,
								 struct catalogue_row *ret_item) MUST_CHECK;

/* Puts the item where it belongs, or takes it out of service; a few that retired stay in stock. */
void catalogue_take_item(struct catalogue *catalogue, const struct catalogue_row *item);

/*
 * Everything is about to be read again: between the two calls every item in service is taken.
 * Volunteers are served meanwhile; afterwards, items that were not seen are out of service.
 */
void catalogue_reread(struct catalogue *catalogue);
void catalogue_reread_done(struct catalogue *catalogue);

/* The number of an item; IDMAP_NONE: never in service while this process lived. */
uint32_t catalogue_find(const struct catalogue *catalogue, const unsigned char id[UUID_BYTES]);

/* What is in stock of an item; NULL: it is not in service. Lent until the stock changes. */
const struct stock_item *catalogue_stocked(const struct catalogue *catalogue,
										   const unsigned char id[UUID_BYTES]);

/* The shelf of one medium of one campaign. */
uint32_t catalogue_shelf(uint32_t campaign, enum media_type type);

/* What a page needs; lives as long as the catalogue. */
void catalogue_media(const struct catalogue *catalogue, uint32_t item, struct item_media *media);

#endif
