/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a dispatcher keeps true what it holds: once its leases are written (dispatcher_leases.c), it
 * reads in one snapshot of the database what was told since the last look, and how many leases are
 * open.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/uuid.h"
#include "db/array.h"
#include "db/db.h"
#include "judging/dispatcher_internal.h"

#define LOOK_EVERY_MS 200
#define LOOK_PART     8               /* looking takes at most about this part of the time */
#define DEAF_MS       (4 * 60 * 1000) /* then a dispatcher reads everything */
#define FORGET_MS     (5 * 60 * 1000) /* and news older than a moment so long ago are forgotten */
#define SOME          4096            /* items a statement */
#define BUNCH         256             /* items with the lock held: a fraction of a millisecond */

/* Growing lists of what a look finds. */
struct ids {
	unsigned char (*list)[UUID_BYTES];
	size_t count, room;
};

struct look {
	struct dispatcher *dispatcher;
	char moment[24];
	struct keyset *heard;  /* numbers of news */
	struct ids changed;    /* items to read again */
	struct ids pairs, who; /* assignments answered, and by whom */
	struct ids items;      /* of each pair, two by two */
	struct ids judged;     /* items, one for each judgment */
	uint32_t *flying;      /* items with open leases, and how many each */
	uint16_t *flights;
	size_t flying_count, flying_room;
	bool everything;
	struct item_cache_row *read; /* items that were read and not yet taken in: at most a bunch */
	size_t read_count;
};

static void ids_add(struct ids *ids, const unsigned char *id)
{
	if (ids->count == ids->room) {
		ids->room = ids->room ? 2 * ids->room : 256;
		ids->list = mem_resize(ids->list, ids->room, sizeof *ids->list);
	}
	memcpy(ids->list[ids->count++], id, UUID_BYTES);
}

static void look_clear(struct look *look)
{
	keyset_free(look->heard);
	free(look->changed.list);
	free(look->items.list);
	free(look->judged.list);
	free(look->pairs.list);
	free(look->who.list);
	free(look->flying);
	free(look->flights);
	free(look->read);
}

static int change_feed_compare_ids(const void *a, const void *b)
{
	return memcmp(a, b, UUID_BYTES);
}

/* An item that changed ten times is read once. */
static void ids_unique(struct ids *ids)
{
	size_t kept = 0;

	if (ids->count)
		qsort(ids->list, ids->count, sizeof *ids->list, change_feed_compare_ids);
	for (size_t i = 0; i < ids->count; i++)
		if (!kept || memcmp(ids->list[kept - 1], ids->list[i], UUID_BYTES) != 0)
			memmove(ids->list[kept++], ids->list[i], UUID_BYTES);
	ids->count = kept;
}

/* ---------------------------------------------------------------- reading */

static struct error note_told(void *arg, const struct rows *row)
{
	struct look *look = arg;

	keyset_add(look->heard, (uint64_t)rows_integer(row, 0, 0));
	return ok();
}

static void add_uuids(struct ids *ids, const struct rows *row, int column)
{
	for (size_t i = 0, count = rows_raw_uuids(row, column); i < count; i++)
		ids_add(ids, rows_raw_uuid(row, column, i));
}

static struct error change_feed_hear(void *arg, const struct rows *row)
{
	struct look *look = arg;
	uint64_t number = (uint64_t)rows_raw_integer(row, 0);

	keyset_add(look->heard, number);
	if (keyset_has(look->dispatcher->heard, number))
		return ok();
	add_uuids(&look->changed, row, 1);
	add_uuids(&look->pairs, row, 2);
	add_uuids(&look->who, row, 3);
	add_uuids(&look->items, row, 4);
	if (!rows_raw_flag(row, 5))
		add_uuids(&look->judged, row, 4);
	return ok();
}

static struct error count_lease(void *arg, const struct rows *row)
{
	struct look *look = arg;
	size_t len;
	const unsigned char *id = rows_raw(row, 0, &len);
	/* Only the sync thread adds items, and it is the sync thread who looks here. */
	uint32_t item =
		id && len == UUID_BYTES ? item_cache_find(&look->dispatcher->item_cache, id) : IDMAP_NONE;
	int64_t leases = rows_raw_integer(row, 1);

	if (item == IDMAP_NONE)
		return ok();
	if (look->flying_count == look->flying_room) {
		look->flying_room = look->flying_room ? 2 * look->flying_room : 1024;
		look->flying = realloc(look->flying, look->flying_room * sizeof *look->flying);
		look->flights = realloc(look->flights, look->flying_room * sizeof *look->flights);
		if (!look->flying || !look->flights)
			abort();
	}
	look->flying[look->flying_count] = item;
	look->flights[look->flying_count++] = (uint16_t)(leases > UINT16_MAX ? UINT16_MAX : leases);
	return ok();
}

/* Tells the volunteers who are here, each when they ask next. With so many news they are loaded
 * anew instead. Where everything is read, nobody is here who saw an item that is new to us. */
static void tell_alike(struct look *look, const struct item_cache_row *item)
{
	struct dispatcher *dispatcher = look->dispatcher;
	const struct candidate *before = item_cache_candidates(&dispatcher->item_cache, item->id);
	const struct candidate *now = &item->candidates;

	if (!now->near || (before ? before->near == now->near : look->everything))
		return;
	if (!dispatcher->alike)
		dispatcher->alike = mem_new(ALIKE_MOST, sizeof *dispatcher->alike);
	if (dispatcher->alike_count == ALIKE_MOST) {
		volunteer_cache_empty(dispatcher->volunteer_cache);
		dispatcher->alike_forgotten += dispatcher->alike_count;
		dispatcher->alike_count = 0;
	}
	dispatcher->alike[dispatcher->alike_count++] =
		(struct alike){ now->lineage, pair_sampler_near_key(now->near) };
}

static void take_read(struct look *look)
{
	struct dispatcher *dispatcher = look->dispatcher;

	lock_take(&dispatcher->lock);
	for (size_t i = 0; i < look->read_count; i++) {
		tell_alike(look, &look->read[i]);
		item_cache_take_item(&dispatcher->item_cache, &look->read[i]);
	}
	lock_release(&dispatcher->lock);
	look->read_count = 0;
}

/* Rows are waited for without the lock, which volunteers need: a slow database must not stop them.
 */
static struct error read_item(void *arg, const struct rows *row)
{
	struct look *look = arg;
	struct error err =
		item_cache_read_item(&look->dispatcher->item_cache, row, &look->read[look->read_count]);

	if (err.code)
		return err;
	if (++look->read_count == BUNCH)
		take_read(look);
	return ok();
}

static struct error read_campaigns(struct db *db, struct look *look)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_ITEM_CACHE_CAMPAIGNS, NULL, &rows);

	if (err.code)
		return err;
	lock_take(&look->dispatcher->lock);
	for (size_t r = 0; r < rows_count(rows); r++)
		item_cache_take_campaign(&look->dispatcher->item_cache, rows, r);
	lock_release(&look->dispatcher->lock);
	return ok();
}

static struct error change_feed_read_moment(struct db *db, struct look *look)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_ITEM_CACHE_MOMENT, NULL, &rows);

	if (!err.code)
		snprintf(look->moment, sizeof look->moment, "%s", rows_text(rows, 0, 0));
	return err;
}

/* Judgments first: a consensus that is read afterwards, in the same snapshot, has them or will. */
static void take_judged(struct look *look)
{
	struct dispatcher *dispatcher = look->dispatcher;

	lock_take(&dispatcher->lock);
	for (size_t i = 0; i < look->judged.count; i++) {
		const unsigned char *id = look->judged.list[i];
		const struct candidate *stocked = item_cache_candidates(&dispatcher->item_cache, id);

		if (stocked && !stocked->retired)
			candidate_index_set_judgments(dispatcher->item_cache.candidates,
			                              item_cache_find(&dispatcher->item_cache, id),
			                              stocked->judgments + 1u);
		if (i % BUNCH == BUNCH - 1) {
			lock_release(&dispatcher->lock);
			lock_take(&dispatcher->lock);
		}
	}
	lock_release(&dispatcher->lock);
}

/* What a volunteer did at another dispatcher makes what is known of them here wrong. */
static void take_pairs(struct look *look)
{
	struct dispatcher *dispatcher = look->dispatcher;

	lock_take(&dispatcher->lock);
	for (size_t i = 0; i < look->pairs.count; i++) {
		const struct volunteer *here =
			volunteer_cache_peek(dispatcher->volunteer_cache, look->who.list[i]);
		bool known = false;

		for (size_t side = 0; here && side < 2; side++) {
			const struct candidate *stocked =
				item_cache_candidates(&dispatcher->item_cache, look->items.list[2 * i + side]);

			known = known || !stocked || keyset_has(here->seen, stocked->lineage);
		}
		for (unsigned k = 0; here && k < here->open_count; k++)
			if (memcmp(here->open[k].lease.id, look->pairs.list[i], UUID_BYTES) == 0)
				known = false; /* handed out here and answered elsewhere */
		if (here && !known)
			volunteer_cache_leave(dispatcher->volunteer_cache, look->who.list[i]);
	}
	lock_release(&dispatcher->lock);
}

static struct error read_changed(struct db *db, struct look *look)
{
	struct error err = ok();

	ids_unique(&look->changed);
	for (size_t from = 0; from < look->changed.count && !err.code; from += SOME) {
		size_t count = look->changed.count - from < SOME ? look->changed.count - from : SOME;
		struct arena *arena = arena_new();
		const unsigned char **ids = arena_alloc(arena, count * sizeof *ids);

		for (size_t i = 0; i < count; i++)
			ids[i] = look->changed.list[from + i];
		err = db_stream_raw(db, SQL_ITEM_CACHE_SOME,
		                    (const char *[]){ uuid_array(arena, ids, count) }, read_item, look);
		take_read(look);
		arena_free(arena);
	}
	return err;
}

/* The database's count, and what was handed out since it was asked to count. */
static void take_flights(struct look *look)
{
	struct dispatcher *dispatcher = look->dispatcher;
	struct candidate_index *candidates = dispatcher->item_cache.candidates;

	lock_take(&dispatcher->lock);
	for (size_t i = 0; i < dispatcher->flying_count; i++)
		candidate_index_set_in_flight(candidates, dispatcher->flying[i], 0);
	for (size_t i = 0; i < look->flying_count; i++)
		candidate_index_set_in_flight(candidates, look->flying[i], look->flights[i]);
	for (size_t i = 0; i < dispatcher->unwritten.count; i++) {
		candidate_index_lease(candidates, dispatcher->unwritten.list[i].left);
		candidate_index_lease(candidates, dispatcher->unwritten.list[i].right);
	}
	lock_release(&dispatcher->lock);
}

static struct error read_retired(struct db *db, struct look *look)
{
	char most[16];

	snprintf(most, sizeof most, "%d", ITEM_CACHE_RETIRED);
	struct error err =
		db_stream_raw(db, SQL_ITEM_CACHE_RETIRED, (const char *[]){ most }, read_item, look);
	take_read(look);
	return err;
}

/* Volunteers who are here may have done things that nobody told us of. */
static struct error read_everything(struct db *db, struct look *look)
{
	struct dispatcher *dispatcher = look->dispatcher;
	struct error err = db_stream(db, SQL_ITEM_CACHE_TOLD, NULL, note_told, look);

	if (err.code)
		return err;
	lock_take(&dispatcher->lock);
	volunteer_cache_empty(dispatcher->volunteer_cache);
	item_cache_reread(&dispatcher->item_cache);
	lock_release(&dispatcher->lock);
	err = db_stream_raw(db, SQL_ITEM_CACHE_ALL, NULL, read_item, look);
	take_read(look);
	if (!err.code)
		err = read_retired(db, look);
	if (err.code)
		return err;
	lock_take(&dispatcher->lock);
	item_cache_reread_done(&dispatcher->item_cache);
	lock_release(&dispatcher->lock);
	return ok();
}

static struct error read_news(struct db *db, struct look *look)
{
	struct error err =
		db_stream_raw(db, SQL_CHANGE_FEED_READ, (const char *[]){ look->dispatcher->moment },
	                  change_feed_hear, look);

	if (err.code)
		return err;
	take_pairs(look);
	take_judged(look);
	return read_changed(db, look);
}

static struct error look_around(struct db *db, void *arg)
{
	struct look *look = arg;
	struct error err;

	if ((err = change_feed_read_moment(db, look)).code || (err = read_campaigns(db, look)).code)
		return err;
	if (look->everything) {
		err = read_everything(db, look);
	} else {
		err = read_news(db, look);
	}
	if (!err.code)
		err = db_stream_raw(db, SQL_ITEM_CACHE_LEASES, NULL, count_lease, look);
	if (err.code)
		return err;
	take_flights(look);
	lock_take(&look->dispatcher->lock);
	item_cache_balance(&look->dispatcher->item_cache);
	lock_release(&look->dispatcher->lock);
	return ok();
}

/* ---------------------------------------------------------------- once round */

/* The last look is what the next one goes on from. */
static void change_feed_remember(struct dispatcher *dispatcher, struct db *db, struct look *look)
{
	memcpy(dispatcher->moment, look->moment, sizeof dispatcher->moment);
	keyset_free(dispatcher->heard);
	dispatcher->heard = look->heard;
	look->heard = NULL;
	free(dispatcher->flying);
	dispatcher->flying = look->flying;
	dispatcher->flying_count = look->flying_count;
	dispatcher->flying_room = look->flying_room;
	look->flying = NULL;
	dispatcher->life = db_life(db);
	dispatcher->looked_ms = clock_monotonic_ms();
}

static struct error look_once(struct dispatcher *dispatcher, struct db *db, bool everything)
{
	struct look look = { .dispatcher = dispatcher,
		                 .everything = everything,
		                 .heard = keyset_new() };
	struct error err;

	look.read = mem_new(BUNCH, sizeof *look.read);
	err = db_snapshot(db, look_around, &look);
	if (!err.code)
		err = dispatcher_close_answered(
			dispatcher, db, (const unsigned char(*)[UUID_BYTES])look.who.list,
			(const unsigned char(*)[UUID_BYTES])look.pairs.list, look.pairs.count);
	dispatcher->close_answered = dispatcher->close_answered || everything;
	if (!err.code)
		change_feed_remember(dispatcher, db, &look);
	else
		dispatcher->life = 0; /* what was half taken in is put right by reading everything */
	look_clear(&look);
	return err;
}

struct error dispatcher_open(struct dispatcher *dispatcher, struct db *db)
{
	return look_once(dispatcher, db, true);
}

static void forget_news(struct dispatcher *dispatcher, struct db *db)
{
	int64_t now_ms = clock_monotonic_ms();
	struct error err = ok();

	if (dispatcher->forget_moment[0] && now_ms - dispatcher->forget_ms < FORGET_MS)
		return;
	if (dispatcher->forget_moment[0])
		err =
			db_do(db, SQL_CHANGE_FEED_FORGET, (const char *[]){ dispatcher->forget_moment }, NULL);
	if (err.code)
		return;
	memcpy(dispatcher->forget_moment, dispatcher->moment, sizeof dispatcher->forget_moment);
	dispatcher->forget_ms = now_ms;
}

/* Looks at the database, but not so often that it takes more than a part of the time. */
static struct error look_when_due(struct dispatcher *dispatcher, struct db *db)
{
	int64_t began_ms = clock_monotonic_ms();
	struct error err;

	if (began_ms < dispatcher->next_look_ms)
		return ok();
	bool deaf = began_ms - dispatcher->looked_ms > DEAF_MS || db_life(db) != dispatcher->life;
	if ((err = look_once(dispatcher, db, deaf)).code)
		return err;
	int64_t took_ms = clock_monotonic_ms() - began_ms;
	dispatcher->next_look_ms = began_ms + took_ms + LOOK_PART * took_ms;
	lock_take(&dispatcher->lock);
	dispatcher->figures.refreshes++;
	dispatcher->figures.refresh_ms = took_ms;
	lock_release(&dispatcher->lock);
	return ok();
}

struct error dispatcher_refresh(struct dispatcher *dispatcher, struct db *db, int64_t *ret_rest_ms)
{
	struct error err = dispatcher_write_leases(dispatcher, db);

	*ret_rest_ms = LOOK_EVERY_MS;
	if (!err.code)
		err = look_when_due(dispatcher, db);
	if (!err.code)
		forget_news(dispatcher, db);
	return err;
}
