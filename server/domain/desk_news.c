/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a desk keeps true what it holds: once its leases are written (desk_leases.c), it reads in one
 * snapshot of the database what was told since the last look, and how many leases are open.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/log.h"
#include "db/array.h"
#include "db/db.h"
#include "domain/desk_inside.h"

#define LOOK_EVERY_MS 200
#define LOOK_PART     8               /* looking takes at most about this part of the time */
#define DEAF_MS       (4 * 60 * 1000) /* then a desk reads everything */
#define FORGET_MS     (5 * 60 * 1000) /* and news older than a moment so long ago are forgotten */
#define SOME          4096            /* items a statement */
#define BUNCH         256             /* items with the lock held: a fraction of a millisecond */

/* Growing lists of what a look finds. */
struct ids {
	unsigned char (*list)[UUID_BYTES];
	size_t count, room;
};

struct look {
	struct desk *desk;
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
	struct catalogue_row *read; /* items that were read and not yet taken in: at most a bunch */
	size_t read_count;
};

static void ids_add(struct ids *ids, const unsigned char *id)
{
	if (ids->count == ids->room) {
		ids->room = ids->room ? 2 * ids->room : 256;
		ids->list = realloc(ids->list, ids->room * sizeof *ids->list);
		if (!ids->list)
			abort();
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

static int compare_ids(const void *a, const void *b)
{
	return memcmp(a, b, UUID_BYTES);
}

/* An item that changed ten times is read once. */
static void ids_unique(struct ids *ids)
{
	size_t kept = 0;

	if (ids->count)
		qsort(ids->list, ids->count, sizeof *ids->list, compare_ids);
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

static struct error hear(void *arg, const struct rows *row)
{
	struct look *look = arg;
	uint64_t number = (uint64_t)rows_raw_integer(row, 0);

	keyset_add(look->heard, number);
	if (keyset_has(look->desk->heard, number))
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
	/* Only the keeper adds items, and it is the keeper who looks here. */
	uint32_t item =
		id && len == UUID_BYTES ? catalogue_find(&look->desk->catalogue, id) : IDMAP_NONE;
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

static void take_read(struct look *look)
{
	struct desk *desk = look->desk;

	lock_take(&desk->lock);
	for (size_t i = 0; i < look->read_count; i++)
		catalogue_take_item(&desk->catalogue, &look->read[i]);
	lock_release(&desk->lock);
	look->read_count = 0;
}

/* Rows are waited for without the lock, which volunteers need: a slow database must not stop them.
 */
static struct error read_item(void *arg, const struct rows *row)
{
	struct look *look = arg;
	struct error err =
		catalogue_read_item(&look->desk->catalogue, row, &look->read[look->read_count]);

	if (err.code)
		return err;
	if (++look->read_count == BUNCH)
		take_read(look);
	return ok();
}

static struct error read_campaigns(struct db *db, struct look *look)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_CATALOGUE_CAMPAIGNS, NULL, &rows);

	if (err.code)
		return err;
	lock_take(&look->desk->lock);
	for (size_t r = 0; r < rows_count(rows); r++)
		catalogue_take_campaign(&look->desk->catalogue, rows, r);
	lock_release(&look->desk->lock);
	return ok();
}

static struct error read_moment(struct db *db, struct look *look)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_CATALOGUE_MOMENT, NULL, &rows);

	if (!err.code)
		snprintf(look->moment, sizeof look->moment, "%s", rows_text(rows, 0, 0));
	return err;
}

/* Judgments first: a consensus that is read afterwards, in the same snapshot, has them or will. */
static void take_judged(struct look *look)
{
	struct desk *desk = look->desk;

	lock_take(&desk->lock);
	for (size_t i = 0; i < look->judged.count; i++) {
		const unsigned char *id = look->judged.list[i];
		const struct stock_item *stocked = catalogue_stocked(&desk->catalogue, id);

		if (stocked && !stocked->retired)
			stock_set_judgments(desk->catalogue.stock, catalogue_find(&desk->catalogue, id),
								stocked->judgments + 1u);
		if (i % BUNCH == BUNCH - 1) {
			lock_release(&desk->lock);
			lock_take(&desk->lock);
		}
	}
	lock_release(&desk->lock);
}

/* What a volunteer did at another desk makes what is known of them here wrong. */
static void take_pairs(struct look *look)
{
	struct desk *desk = look->desk;

	lock_take(&desk->lock);
	for (size_t i = 0; i < look->pairs.count; i++) {
		const struct volunteer *here = attendance_peek(desk->attendance, look->who.list[i]);
		bool known = false;

		for (size_t side = 0; here && side < 2; side++) {
			const struct stock_item *stocked =
				catalogue_stocked(&desk->catalogue, look->items.list[2 * i + side]);

			known = known || !stocked || keyset_has(here->seen, stocked->lineage);
		}
		for (unsigned k = 0; here && k < here->open_count; k++)
			if (memcmp(here->open[k].lease.id, look->pairs.list[i], UUID_BYTES) == 0)
				known = false; /* handed out here and answered elsewhere */
		if (here && !known)
			attendance_leave(desk->attendance, look->who.list[i]);
	}
	lock_release(&desk->lock);
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
		err = db_stream_raw(db, SQL_CATALOGUE_SOME,
							(const char *[]){ uuid_array(arena, ids, count) }, read_item, look);
		take_read(look);
		arena_free(arena);
	}
	return err;
}

/* The database's count, and what was handed out since it was asked to count. */
static void take_flights(struct look *look)
{
	struct desk *desk = look->desk;
	struct stock *stock = desk->catalogue.stock;

	lock_take(&desk->lock);
	for (size_t i = 0; i < desk->flying_count; i++)
		stock_set_in_flight(stock, desk->flying[i], 0);
	for (size_t i = 0; i < look->flying_count; i++)
		stock_set_in_flight(stock, look->flying[i], look->flights[i]);
	for (size_t i = 0; i < desk->unwritten.count; i++) {
		stock_lease(stock, desk->unwritten.list[i].left);
		stock_lease(stock, desk->unwritten.list[i].right);
	}
	lock_release(&desk->lock);
}

static struct error read_retired(struct db *db, struct look *look)
{
	char most[16];

	snprintf(most, sizeof most, "%d", CATALOGUE_RETIRED);
	struct error err =
		db_stream_raw(db, SQL_CATALOGUE_RETIRED, (const char *[]){ most }, read_item, look);
	take_read(look);
	return err;
}

/* Volunteers who are here may have done things that nobody told us of. */
static struct error read_everything(struct db *db, struct look *look)
{
	struct desk *desk = look->desk;
	struct error err = db_stream(db, SQL_CATALOGUE_TOLD, NULL, note_told, look);

	if (err.code)
		return err;
	lock_take(&desk->lock);
	attendance_empty(desk->attendance);
	catalogue_reread(&desk->catalogue);
	lock_release(&desk->lock);
	err = db_stream_raw(db, SQL_CATALOGUE_ALL, NULL, read_item, look);
	take_read(look);
	if (!err.code)
		err = read_retired(db, look);
	if (err.code)
		return err;
	lock_take(&desk->lock);
	catalogue_reread_done(&desk->catalogue);
	lock_release(&desk->lock);
	return ok();
}

static struct error read_news(struct db *db, struct look *look)
{
	struct error err =
		db_stream_raw(db, SQL_CATALOGUE_NEWS, (const char *[]){ look->desk->moment }, hear, look);

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

	if ((err = read_moment(db, look)).code || (err = read_campaigns(db, look)).code)
		return err;
	if (look->everything) {
		err = read_everything(db, look);
	} else {
		err = read_news(db, look);
	}
	if (!err.code)
		err = db_stream_raw(db, SQL_CATALOGUE_LEASES, NULL, count_lease, look);
	if (!err.code)
		take_flights(look);
	return err;
}

/* ---------------------------------------------------------------- once round */

/* The last look is what the next one goes on from. */
static void remember(struct desk *desk, struct db *db, struct look *look)
{
	memcpy(desk->moment, look->moment, sizeof desk->moment);
	keyset_free(desk->heard);
	desk->heard = look->heard;
	look->heard = NULL;
	free(desk->flying);
	desk->flying = look->flying;
	desk->flying_count = look->flying_count;
	desk->flying_room = look->flying_room;
	look->flying = NULL;
	desk->life = db_life(db);
	desk->looked_ms = clock_monotonic_ms();
}

static struct error look_once(struct desk *desk, struct db *db, bool everything)
{
	struct look look = { .desk = desk, .everything = everything, .heard = keyset_new() };
	struct error err;

	if (!(look.read = malloc(BUNCH * sizeof *look.read)))
		abort();
	err = db_snapshot(db, look_around, &look);
	if (!err.code)
		err = desk_close_answered(desk, db, (const unsigned char(*)[UUID_BYTES])look.who.list,
								  (const unsigned char(*)[UUID_BYTES])look.pairs.list,
								  look.pairs.count);
	desk->close_answered = desk->close_answered || everything;
	if (!err.code)
		remember(desk, db, &look);
	else
		desk->life = 0; /* what was half taken in is put right by reading everything */
	look_clear(&look);
	return err;
}

struct error desk_open(struct desk *desk, struct db *db)
{
	return look_once(desk, db, true);
}

static void forget_news(struct desk *desk, struct db *db)
{
	int64_t now_ms = clock_monotonic_ms();
	struct error err = ok();

	if (desk->forget_moment[0] && now_ms - desk->forget_ms < FORGET_MS)
		return;
	if (desk->forget_moment[0])
		err = db_do(db, SQL_CATALOGUE_NEWS_FORGET, (const char *[]){ desk->forget_moment }, NULL);
	if (err.code)
		return;
	memcpy(desk->forget_moment, desk->moment, sizeof desk->forget_moment);
	desk->forget_ms = now_ms;
}

/* Looks at the database, but not so often that it takes more than a part of the time. */
static struct error look_when_due(struct desk *desk, struct db *db)
{
	int64_t began_ms = clock_monotonic_ms();
	struct error err;

	if (began_ms < desk->next_look_ms)
		return ok();
	bool deaf = began_ms - desk->looked_ms > DEAF_MS || db_life(db) != desk->life;
	if ((err = look_once(desk, db, deaf)).code)
		return err;
	int64_t took_ms = clock_monotonic_ms() - began_ms;
	desk->next_look_ms = began_ms + took_ms + LOOK_PART * took_ms;
	lock_take(&desk->lock);
	desk->figures.refreshes++;
	desk->figures.refresh_ms = took_ms;
	lock_release(&desk->lock);
	return ok();
}

struct error desk_refresh(struct desk *desk, struct db *db, int64_t *ret_rest_ms)
{
	struct error err = desk_write_leases(desk, db);

	*ret_rest_ms = LOOK_EVERY_MS;
	if (!err.code)
		err = look_when_due(desk, db);
	if (!err.code)
		forget_news(desk, db);
	return err;
}
