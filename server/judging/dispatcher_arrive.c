/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loading volunteers when they arrive at the dispatcher.
 *
 * Who has judged little is loaded together with others; a busy one, of whom there is much to read,
 * alone and after them, so that nobody waits for more than the busy ones' own time.  What the
 * dispatcher holds in memory of the items that were seen is not read again; the rest is asked for
 * some thousand at a time.
 */
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/uuid.h"
#include "db/array.h"
#include "db/db.h"
#include "judging/dispatcher_internal.h"

#define PAIRS_AT_ONCE  4000 /* of those who are loaded together */
#define ITEMS_AT_ONCE  4000
#define LOCKED_AT_ONCE 256  /* items looked up with the dispatcher's lock held */
#define ARRIVE_MOST_MS 2000 /* then whoever is left is asked to try again */

/* An item that somebody was shown. */
struct sighting {
	uint32_t place;
	unsigned char item[UUID_BYTES];
};

/* Those who are being loaded together, by place. */
struct arrivals {
	struct volunteer **who; /* NULL: not found yet */
	const unsigned char *const *ids;
	size_t count;
	struct dispatcher *dispatcher;
	uint64_t alike_heard; /* news of near duplicates before anything was read */
	struct sighting *seen;
	size_t seen_count, seen_room;
	size_t asked; /* the first sighting that the database was just asked about */
};

/* The volunteer of a row, whose first column is the place from 1. NULL: nobody any more. */
static struct volunteer *at_place(const struct arrivals *arrivals, const struct rows *row)
{
	int64_t place = rows_integer(row, 0, 0);

	return place >= 1 && (size_t)place <= arrivals->count ? arrivals->who[place - 1] : NULL;
}

static struct error take_volunteer(void *arg, const struct rows *row)
{
	struct arrivals *arrivals = arg;
	int64_t place = rows_integer(row, 0, 0);

	if (place < 1 || (size_t)place > arrivals->count)
		return ok();
	struct volunteer *volunteer = volunteer_arriving(arrivals->ids[place - 1]);
	if (rows_text(row, 0, 1)) {
		volunteer->asker.sensitivity = rows_double(row, 0, 1);
		volunteer->asker.specificity = rows_double(row, 0, 2);
	}
	volunteer->progress = (struct progress){ .pairs = rows_integer(row, 0, 3),
		                                     .pairs_today = rows_integer(row, 0, 4),
		                                     .training_done = rows_integer(row, 0, 5),
		                                     .training_correct = rows_integer(row, 0, 6) };
	volunteer->unanswered = (uint32_t)rows_integer(row, 0, 7);
	volunteer->unanswered_s = rows_integer(row, 0, 8);
	arrivals->who[place - 1] = volunteer;
	return ok();
}

/* A row of volunteer_cache_invited. */
static struct error take_invited(void *arg, const struct rows *row)
{
	struct volunteer *volunteer = at_place(arg, row);
	unsigned char campaign[UUID_BYTES];

	if (volunteer && uuid_from_text(campaign, rows_text(row, 0, 1)))
		volunteer_invite(volunteer, campaign);
	return ok();
}

static struct error take_seen(void *arg, const struct rows *row)
{
	struct arrivals *arrivals = arg;
	int64_t place = rows_raw_integer(row, 0);
	size_t len;
	const unsigned char *item = rows_raw(row, 1, &len);

	if (place < 1 || (size_t)place > arrivals->count || !arrivals->who[place - 1] ||
	    len != UUID_BYTES)
		return ok();
	if (arrivals->seen_count == arrivals->seen_room) {
		arrivals->seen_room = arrivals->seen_room ? 2 * arrivals->seen_room : 1024;
		arrivals->seen = reallocarray(arrivals->seen, arrivals->seen_room, sizeof *arrivals->seen);
		if (!arrivals->seen)
			abort();
	}
	struct sighting *seen = &arrivals->seen[arrivals->seen_count++];
	seen->place = (uint32_t)place - 1;
	memcpy(seen->item, item, UUID_BYTES);
	return ok();
}

/* Remembers items that are in stock, and keeps the sightings of others. */
static void resolve_stocked(struct arrivals *arrivals)
{
	struct dispatcher *dispatcher = arrivals->dispatcher;
	size_t kept = 0;

	for (size_t from = 0; from < arrivals->seen_count; from += LOCKED_AT_ONCE) {
		lock_take(&dispatcher->lock);
		for (size_t i = from; i < arrivals->seen_count && i < from + LOCKED_AT_ONCE; i++) {
			const struct sighting *seen = &arrivals->seen[i];
			const struct candidate *item =
				item_cache_candidates(&dispatcher->item_cache, seen->item);

			if (item)
				pair_sampler_note(arrivals->who[seen->place]->seen, item);
			else
				arrivals->seen[kept++] = *seen;
		}
		lock_release(&dispatcher->lock);
	}
	arrivals->seen_count = kept;
}

/* One row of attendance_items. */
static struct error take_item(void *arg, const struct rows *row)
{
	const struct arrivals *arrivals = arg;
	size_t at = arrivals->asked + (size_t)rows_raw_integer(row, 0) - 1;

	const struct candidate item = { .lineage = (uint64_t)rows_raw_integer(row, 1),
		                            .near = item_cache_near(rows_raw_integer(row, 2)) };

	if (at < arrivals->seen_count)
		pair_sampler_note(arrivals->who[arrivals->seen[at].place]->seen, &item);
	return ok();
}

static int compare_sightings(const void *a, const void *b)
{
	const struct sighting *one = a, *other = b;

	return memcmp(one->item, other->item, UUID_BYTES);
}

/* Asks for what is not in stock, in the order of the index that it is looked up in. */
static struct error resolve_others(struct arrivals *arrivals, struct db *db)
{
	struct error err = ok();

	qsort(arrivals->seen, arrivals->seen_count, sizeof *arrivals->seen, compare_sightings);
	for (arrivals->asked = 0; arrivals->asked < arrivals->seen_count && !err.code;
	     arrivals->asked += ITEMS_AT_ONCE) {
		size_t left = arrivals->seen_count - arrivals->asked;
		size_t count = left < ITEMS_AT_ONCE ? left : ITEMS_AT_ONCE;
		struct arena *arena = arena_new();
		const unsigned char **ids = arena_alloc(arena, count * sizeof *ids);

		for (size_t i = 0; i < count; i++)
			ids[i] = arrivals->seen[arrivals->asked + i].item;
		err = db_stream_raw(db, SQL_VOLUNTEER_CACHE_ITEMS,
		                    (const char *[]){ uuid_array(arena, ids, count) }, take_item, arrivals);
		arena_free(arena);
	}
	return err;
}

static bool read_lease(const struct rows *row, const struct volunteer *volunteer,
                       struct lease *lease)
{
	*lease = (struct lease){ .matched = rows_flag(row, 0, 6),
		                     .policy = (uint32_t)rows_integer(row, 0, 7),
		                     .issued_s = rows_integer(row, 0, 8),
		                     .expires_s = rows_integer(row, 0, 9),
		                     .company = company_from(rows_text(row, 0, 10)) };
	memcpy(lease->volunteer, volunteer->id, UUID_BYTES);
	for (uint8_t k = 0; assignment_kinds[k]; k++)
		if (strcmp(assignment_kinds[k], rows_text(row, 0, 5)) == 0)
			lease->kind = k;
	return uuid_from_text(lease->id, rows_text(row, 0, 1)) &&
	       uuid_from_text(lease->campaign, rows_text(row, 0, 2)) &&
	       uuid_from_text(lease->left, rows_text(row, 0, 3)) &&
	       uuid_from_text(lease->right, rows_text(row, 0, 4));
}

/* False: not both of its items are known here. */
static bool find_items(struct dispatcher *dispatcher, struct open_lease *open_lease)
{
	struct item_media media;

	lock_take(&dispatcher->lock);
	open_lease->left = item_cache_find(&dispatcher->item_cache, open_lease->lease.left);
	open_lease->right = item_cache_find(&dispatcher->item_cache, open_lease->lease.right);
	bool found = open_lease->left != IDMAP_NONE && open_lease->right != IDMAP_NONE;
	if (found) {
		item_cache_media(&dispatcher->item_cache, open_lease->left, &media);
		open_lease->lease.media_type = (uint8_t)media.type;
	}
	lock_release(&dispatcher->lock);
	return found;
}

/* Of more than two, which another process may have caused, the newest count. A lease whose items
 * left service before this process began cannot be shown again: it runs out by itself. */
static struct error take_open(void *arg, const struct rows *row)
{
	struct arrivals *arrivals = arg;
	struct volunteer *volunteer = at_place(arrivals, row);
	struct open_lease open_lease;

	if (!volunteer || !read_lease(row, volunteer, &open_lease.lease) ||
	    !find_items(arrivals->dispatcher, &open_lease))
		return ok();
	if (volunteer->open_count == LEASES_OPEN)
		volunteer_let_go(volunteer, volunteer->open[0].lease.id);
	volunteer_hold(volunteer, &open_lease);
	return ok();
}

static uint64_t count_alike_news(struct dispatcher *dispatcher)
{
	lock_take(&dispatcher->lock);
	uint64_t news = dispatcher_alike_news(dispatcher);
	lock_release(&dispatcher->lock);
	return news;
}

/* Who came in meanwhile by another thread stays as they are. Nobody comes in where news that they
 * have not heard are forgotten: they are to try again. */
static void let_in(struct dispatcher *dispatcher, struct arrivals *arrivals)
{
	lock_take(&dispatcher->lock);
	for (size_t i = 0; i < arrivals->count; i++) {
		struct volunteer *volunteer = arrivals->who[i];

		if (!volunteer || arrivals->alike_heard < dispatcher->alike_forgotten ||
		    volunteer_cache_peek(dispatcher->volunteer_cache, arrivals->ids[i])) {
			volunteer_free(volunteer);
			continue;
		}
		volunteer->alike_heard = arrivals->alike_heard;
		volunteer_cache_enter(dispatcher->volunteer_cache, volunteer);
	}
	lock_release(&dispatcher->lock);
}

static bool is_among(const unsigned char *const ids[], size_t count, const unsigned char *id)
{
	for (size_t i = 0; i < count; i++)
		if (memcmp(ids[i], id, UUID_BYTES) == 0)
			return true;
	return false;
}

/* Those who were asked for and do not exist. */
struct gone {
	const unsigned char **ids;
	size_t count;
};

/* Those of `ids` who are not here, each once. */
static size_t arrive_absent(struct dispatcher *dispatcher, const unsigned char *const ids[],
                            size_t count, const unsigned char *ret_ids[])
{
	size_t found = 0;

	lock_take(&dispatcher->lock);
	for (size_t i = 0; i < count; i++)
		if (!volunteer_cache_peek(dispatcher->volunteer_cache, ids[i]) &&
		    !is_among(ret_ids, found, ids[i]))
			ret_ids[found++] = ids[i];
	lock_release(&dispatcher->lock);
	return found;
}

static struct error arrive_read_all(struct arrivals *arrivals, struct db *db, struct arena *arena)
{
	const char *params[] = { uuid_array(arena, arrivals->ids, arrivals->count) };
	struct error err =
		db_stream(db, SQL_VOLUNTEER_CACHE_VOLUNTEERS, params, take_volunteer, arrivals);

	if (!err.code)
		err = db_stream(db, SQL_VOLUNTEER_CACHE_INVITED, params, take_invited, arrivals);
	if (!err.code)
		err = db_stream_raw(db, SQL_VOLUNTEER_CACHE_SEEN, params, take_seen, arrivals);
	if (err.code)
		return err;
	resolve_stocked(arrivals);
	if ((err = resolve_others(arrivals, db)).code)
		return err;
	return db_stream(db, SQL_VOLUNTEER_CACHE_OPEN, params, take_open, arrivals);
}

/* Loads some volunteers together: all or none. Those who do not exist go to the end of `gone`. */
static struct error arrive_load(struct dispatcher *dispatcher, struct db *db, struct arena *arena,
                                const unsigned char *const ids[], size_t count, struct gone *gone)
{
	struct arrivals arrivals = { .who = arena_alloc(arena, count * sizeof(struct volunteer *)),
		                         .ids = ids,
		                         .count = count,
		                         .dispatcher = dispatcher,
		                         .alike_heard = count_alike_news(dispatcher) };
	struct error err = arrive_read_all(&arrivals, db, arena);

	free(arrivals.seen);
	if (!err.code) {
		for (size_t i = 0; i < count; i++)
			if (!arrivals.who[i])
				gone->ids[gone->count++] = ids[i];
		let_in(dispatcher, &arrivals);
		return ok();
	}
	for (size_t i = 0; i < count; i++)
		volunteer_free(arrivals.who[i]);
	return err;
}

/* Somebody who is to be loaded. */
struct arriving {
	const unsigned char *id;
	int64_t pairs;
};

static int compare_loads(const void *a, const void *b)
{
	const struct arriving *one = a, *other = b;

	return (one->pairs > other->pairs) - (one->pairs < other->pairs);
}

/* Puts those first of whom there is little to read. */
static struct error order_loads(struct db *db, struct arena *arena, const unsigned char *ids[],
                                size_t count, int64_t pairs[])
{
	struct arriving *loads = arena_alloc(arena, count * sizeof *loads);
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_VOLUNTEER_CACHE_SIZES,
	                          (const char *[]){ uuid_array(arena, ids, count) }, &rows);

	if (err.code)
		return err;
	for (size_t i = 0; i < count; i++)
		loads[i] = (struct arriving){ .id = ids[i] };
	for (size_t r = 0; r < rows_count(rows); r++)
		loads[rows_integer(rows, r, 0) - 1].pairs = rows_integer(rows, r, 1);
	qsort(loads, count, sizeof *loads, compare_loads);
	for (size_t i = 0; i < count; i++) {
		ids[i] = loads[i].id;
		pairs[i] = loads[i].pairs;
	}
	return ok();
}

/* How many from the first on are loaded together. */
static size_t load_size(const int64_t pairs[], size_t count)
{
	int64_t sum = pairs[0];
	size_t some = 1;

	while (some < count && sum + pairs[some] <= PAIRS_AT_ONCE)
		sum += pairs[some++];
	return some;
}

struct error dispatcher_arrive(struct dispatcher *dispatcher, struct db *db, struct arena *arena,
                               const unsigned char *const volunteers[], size_t count,
                               bool ret_gone[])
{
	const unsigned char **ids = arena_alloc(arena, (count + 1) * sizeof *ids);
	struct gone gone = { .ids = arena_alloc(arena, (count + 1) * sizeof *gone.ids) };
	int64_t *pairs = arena_alloc(arena, (count + 1) * sizeof *pairs);
	int64_t until_ms = clock_monotonic_ms() + ARRIVE_MOST_MS;
	size_t left = arrive_absent(dispatcher, volunteers, count, ids);
	struct error err = left ? order_loads(db, arena, ids, left, pairs) : ok();

	while (left && !err.code) {
		size_t some = load_size(pairs, left);

		err = arrive_load(dispatcher, db, arena, ids, some, &gone);
		ids += some;
		pairs += some;
		left -= some;
		if (left && !err.code && clock_monotonic_ms() >= until_ms)
			err = errorf(ERR_UNAVAILABLE, "Many come at once. Try again in a moment.");
	}
	for (size_t i = 0; ret_gone && i < count; i++)
		ret_gone[i] = is_among(gone.ids, gone.count, volunteers[i]);
	return err;
}
