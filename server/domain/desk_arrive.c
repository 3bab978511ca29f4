/* SPDX-License-Identifier: Apache-2.0 */
/* Loading volunteers when they arrive at the desk. */
#include <string.h>

#include "db/array.h"
#include "db/db.h"
#include "domain/desk_inside.h"

/* Those who are being loaded, by place. */
struct arrivals {
	struct volunteer **who; /* NULL: not found yet */
	const unsigned char *const *ids;
	size_t count;
	struct desk *desk;
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
	arrivals->who[place - 1] = volunteer;
	return ok();
}

/* Groups that must not come again, and sides to balance. */
static struct error take_seen(void *arg, const struct rows *row)
{
	struct volunteer *volunteer = at_place(arg, row);
	bool on_left = rows_flag(row, 0, 2), gold = rows_flag(row, 0, 4);

	if (!volunteer)
		return ok();
	struct asker *asker = &volunteer->asker;
	keyset_add(volunteer->seen, (uint64_t)rows_integer(row, 0, 1));
	*(on_left ? &asker->fake_left : &asker->fake_right) += rows_double(row, 0, 3);
	asker->gold_seen += gold;
	*(on_left ? &asker->gold_left : &asker->gold_right) += gold;
	return ok();
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
static bool find_items(struct desk *desk, struct holding *holding)
{
	struct item_media media;

	lock_take(&desk->lock);
	holding->left = catalogue_find(&desk->catalogue, holding->lease.left);
	holding->right = catalogue_find(&desk->catalogue, holding->lease.right);
	bool found = holding->left != IDMAP_NONE && holding->right != IDMAP_NONE;
	if (found) {
		catalogue_media(&desk->catalogue, holding->left, &media);
		holding->lease.media_type = (uint8_t)media.type;
	}
	lock_release(&desk->lock);
	return found;
}

/* Of more than two, which another process may have caused, the newest count. A lease whose items
 * left service before this process began cannot be shown again: it runs out by itself. */
static struct error take_open(void *arg, const struct rows *row)
{
	struct arrivals *arrivals = arg;
	struct volunteer *volunteer = at_place(arrivals, row);
	struct holding holding;

	if (!volunteer || !read_lease(row, volunteer, &holding.lease) ||
		!find_items(arrivals->desk, &holding))
		return ok();
	if (volunteer->open_count == LEASES_OPEN)
		volunteer_let_go(volunteer, volunteer->open[0].lease.id);
	volunteer_hold(volunteer, &holding);
	return ok();
}

/* Who came in meanwhile by another thread stays as they are. */
static void let_in(struct desk *desk, struct arrivals *arrivals)
{
	lock_take(&desk->lock);
	for (size_t i = 0; i < arrivals->count; i++) {
		if (!arrivals->who[i] || attendance_peek(desk->attendance, arrivals->ids[i]))
			volunteer_free(arrivals->who[i]);
		else
			attendance_enter(desk->attendance, arrivals->who[i]);
	}
	lock_release(&desk->lock);
}

static bool is_among(const unsigned char *const ids[], size_t count, const unsigned char *id)
{
	for (size_t i = 0; i < count; i++)
		if (memcmp(ids[i], id, UUID_BYTES) == 0)
			return true;
	return false;
}

/* Those of `ids` who are not here, each once. */
static size_t absent(struct desk *desk, const unsigned char *const ids[], size_t count,
					 const unsigned char *ret_ids[])
{
	size_t found = 0;

	lock_take(&desk->lock);
	for (size_t i = 0; i < count; i++)
		if (!attendance_peek(desk->attendance, ids[i]) && !is_among(ret_ids, found, ids[i]))
			ret_ids[found++] = ids[i];
	lock_release(&desk->lock);
	return found;
}

struct error desk_arrive(struct desk *desk, struct db *db, struct arena *arena,
						 const unsigned char *const volunteers[], size_t count)
{
	const unsigned char **ids = arena_alloc(arena, (count + 1) * sizeof *ids);
	struct arrivals arrivals = { .ids = ids,
								 .count = absent(desk, volunteers, count, ids),
								 .desk = desk };
	struct error err;

	if (!arrivals.count)
		return ok();
	arrivals.who = arena_alloc(arena, arrivals.count * sizeof(struct volunteer *));
	const char *params[] = { uuid_array(arena, ids, arrivals.count) };
	err = db_stream(db, SQL_ATTENDANCE_VOLUNTEERS, params, take_volunteer, &arrivals);
	if (!err.code)
		err = db_stream(db, SQL_ATTENDANCE_SEEN, params, take_seen, &arrivals);
	if (!err.code)
		err = db_stream(db, SQL_ATTENDANCE_OPEN, params, take_open, &arrivals);
	if (!err.code) {
		let_in(desk, &arrivals);
		return ok();
	}
	for (size_t i = 0; i < arrivals.count; i++)
		volunteer_free(arrivals.who[i]);
	return err;
}
