/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/catalogue.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/hash.h"
#include "core/idmap.h"
#include "crowd/judgments.h"
#include "db/db.h"

#define FRESH_MS  1000
#define READ_PART 20 /* reading takes at most this part of the time */

struct catalogue {
	pthread_mutex_t lock;     /* guards everything below */
	struct snapshot *current; /* may be NULL */
	bool reading;             /* one thread is at it */
};

/* Reading a row at a time: where the next one goes. */
struct filling {
	struct snapshot *snapshot;
	struct idmap *pairs;
	uint32_t room;
};

/* Lineages and pair keys are texts of any kind: 128 bits of their SHA-256 name them. */
static uint32_t number_of(struct idmap *map, const char *text)
{
	unsigned char digest[SHA256_BYTES];

	sha256_bytes(digest, text, strlen(text));
	return idmap_add(map, digest) + 1;
}

uint32_t snapshot_lineage(const struct snapshot *snapshot, const char *lineage)
{
	unsigned char digest[SHA256_BYTES];

	sha256_bytes(digest, lineage, strlen(lineage));
	uint32_t index = idmap_find(snapshot->lineages, digest);
	return index == IDMAP_NONE ? 0 : index + 1;
}

static uint32_t campaign_of(struct snapshot *snapshot, const struct rows *row)
{
	unsigned char id[UUID_BYTES];

	if (!uuid_from_text(id, rows_text(row, 0, 7)))
		abort(); /* the column is a uuid */
	for (uint32_t c = 0; c < snapshot->campaign_count; c++)
		if (memcmp(snapshot->campaigns[c].id, id, UUID_BYTES) == 0)
			return c;

	struct campaign_facts *grown =
		realloc(snapshot->campaigns, (snapshot->campaign_count + 1) * sizeof *snapshot->campaigns);
	if (!grown)
		abort();
	snapshot->campaigns = grown;
	struct campaign_facts *campaign = &grown[snapshot->campaign_count];
	memcpy(campaign->id, id, UUID_BYTES);
	campaign->name = rows_copy(row, 0, 8, snapshot->arena);
	campaign->question = rows_copy(row, 0, 9, snapshot->arena);
	campaign->policy = (unsigned)rows_integer(row, 0, 10);
	campaign->plan = (unsigned)rows_integer(row, 0, 11);
	campaign->min_judgments = (unsigned)rows_integer(row, 0, 12);
	campaign->random_share = rows_double(row, 0, 13);
	return snapshot->campaign_count++;
}

static uint16_t small(int64_t count)
{
	return (uint16_t)(count < 0 ? 0 : count > UINT16_MAX ? UINT16_MAX : count);
}

static struct error add_item(void *arg, const struct rows *row)
{
	struct filling *filling = arg;
	struct snapshot *snapshot = filling->snapshot;
	enum media_type type;
	const char *pair = rows_text(row, 0, 3), *truth = rows_text(row, 0, 6);

	if (snapshot->count == filling->room) {
		filling->room = filling->room ? 2 * filling->room : 256;
		snapshot->items = realloc(snapshot->items, filling->room * sizeof *snapshot->items);
		if (!snapshot->items)
			abort();
	}
	struct catalogue_item *item = &snapshot->items[snapshot->count];
	memset(item, 0, sizeof *item);
	if (!uuid_from_text(item->id, rows_text(row, 0, 0)) ||
		!media_type_read(rows_text(row, 0, 1), &type))
		return errorf(ERR_INTERNAL, "the catalogue holds an item that cannot be read");
	item->campaign = campaign_of(snapshot, row);
	item->media_type = (uint8_t)type;
	item->lineage = number_of(snapshot->lineages, rows_text(row, 0, 2));
	item->pair = pair ? number_of(filling->pairs, pair) : 0;
	item->gold = rows_flag(row, 0, 4);
	item->training = rows_flag(row, 0, 5);
	item->truth = UNKNOWN;
	if (item->gold || item->training)
		item->truth = truth && strcmp(truth, "fake") == 0 ? FAKE : REAL;
	item->p_fake = (float)rows_double(row, 0, 14);
	item->judgments = small(rows_integer(row, 0, 15) - rows_integer(row, 0, 16));
	idmap_add(snapshot->index, item->id);
	snapshot->count++;
	return ok();
}

static struct error add_leases(void *arg, const struct rows *row)
{
	struct snapshot *snapshot = ((struct filling *)arg)->snapshot;
	unsigned char id[UUID_BYTES];

	if (!uuid_from_text(id, rows_text(row, 0, 0)))
		return ok();
	uint32_t index = idmap_find(snapshot->index, id);
	if (index != IDMAP_NONE)
		snapshot->items[index].in_flight = small(rows_integer(row, 0, 1));
	return ok();
}

static void snapshot_free(struct snapshot *snapshot)
{
	if (!snapshot)
		return;
	idmap_free(snapshot->index);
	idmap_free(snapshot->lineages);
	arena_free(snapshot->arena);
	free(snapshot->campaigns);
	free(snapshot->items);
	free(snapshot);
}

static struct error snapshot_read(struct db *db, struct snapshot **ret_snapshot)
{
	struct snapshot *snapshot = calloc(1, sizeof *snapshot);
	struct filling filling = { .snapshot = snapshot, .pairs = idmap_new() };
	int64_t began_ms = clock_monotonic_ms();
	struct error err;

	if (!snapshot)
		abort();
	snapshot->arena = arena_new();
	snapshot->index = idmap_new();
	snapshot->lineages = idmap_new();
	err = db_stream(db, SQL_ITEM_CATALOGUE, NULL, add_item, &filling);
	if (!err.code)
		err = db_stream(db, SQL_ITEM_IN_FLIGHT, NULL, add_leases, &filling);
	idmap_free(filling.pairs);
	if (err.code) {
		snapshot_free(snapshot);
		return err;
	}
	snapshot->made_ms = clock_monotonic_ms();
	int64_t took_ms = snapshot->made_ms - began_ms;
	snapshot->good_for_ms = took_ms * READ_PART > FRESH_MS ? took_ms * READ_PART : FRESH_MS;
	*ret_snapshot = snapshot;
	return ok();
}

struct catalogue *catalogue_new(void)
{
	struct catalogue *catalogue = calloc(1, sizeof *catalogue);

	if (!catalogue)
		abort();
	pthread_mutex_init(&catalogue->lock, NULL);
	return catalogue;
}

void catalogue_free(struct catalogue *catalogue)
{
	if (!catalogue)
		return;
	snapshot_free(catalogue->current);
	pthread_mutex_destroy(&catalogue->lock);
	free(catalogue);
}

/* With the lock held: takes `snapshot` out of service once nobody holds it. */
static void let_go(struct catalogue *catalogue, struct snapshot *snapshot)
{
	if (snapshot && snapshot != catalogue->current && !snapshot->holders)
		snapshot_free(snapshot);
}

static void replace(struct catalogue *catalogue, struct snapshot *fresh)
{
	struct snapshot *old = catalogue->current;

	catalogue->current = fresh;
	let_go(catalogue, old);
}

/* With the lock held: must this thread read? True also marks it as the one that does. */
static bool must_read(struct catalogue *catalogue)
{
	const struct snapshot *current = catalogue->current;
	bool aged = !current || clock_monotonic_ms() - current->made_ms > current->good_for_ms;

	if (!aged || (catalogue->reading && current))
		return false;
	catalogue->reading = true;
	return true;
}

struct error catalogue_hold(struct catalogue *catalogue, struct db *db,
							struct snapshot **ret_snapshot)
{
	struct snapshot *fresh = NULL;
	struct error err = ok();

	pthread_mutex_lock(&catalogue->lock);
	bool reads = must_read(catalogue);
	pthread_mutex_unlock(&catalogue->lock);
	if (reads)
		err = snapshot_read(db, &fresh);

	pthread_mutex_lock(&catalogue->lock);
	if (reads)
		catalogue->reading = false;
	if (fresh)
		replace(catalogue, fresh);
	if (!err.code) {
		*ret_snapshot = catalogue->current;
		catalogue->current->holders++;
	}
	pthread_mutex_unlock(&catalogue->lock);
	return err;
}

void snapshot_release(struct catalogue *catalogue, struct snapshot *snapshot)
{
	pthread_mutex_lock(&catalogue->lock);
	snapshot->holders--;
	let_go(catalogue, snapshot);
	pthread_mutex_unlock(&catalogue->lock);
}
