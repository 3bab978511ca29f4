/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/attendance.h"

#include <stdlib.h>
#include <string.h>

#include "core/clock.h"

#define BUCKETS        ATTENDANCE_MAX
#define DAY_S          86400
#define NEWCOMER_SKILL .72 /* of someone nothing is known about: a typical volunteer's */

struct attendance {
	struct volunteer *buckets[BUCKETS];
	struct volunteer *youngest, *oldest; /* by last use */
	uint32_t count;
	uint64_t entries;
};

struct attendance *attendance_new(void)
{
	struct attendance *attendance = calloc(1, sizeof *attendance);

	if (!attendance)
		abort();
	return attendance;
}

void attendance_empty(struct attendance *attendance)
{
	for (struct volunteer *v = attendance->youngest, *older; v; v = older) {
		older = v->older;
		volunteer_free(v);
	}
	memset(attendance, 0, sizeof *attendance);
}

void attendance_free(struct attendance *attendance)
{
	if (!attendance)
		return;
	attendance_empty(attendance);
	free(attendance);
}

/* Ids are mostly random, but not all: every bit of them counts. */
static uint32_t bucket_of(const unsigned char id[UUID_BYTES])
{
	uint64_t first, last;

	memcpy(&first, id, sizeof first);
	memcpy(&last, id + sizeof first, sizeof last);
	uint64_t mixed = (first ^ last * 0x9e3779b97f4a7c15) * 0xff51afd7ed558ccd;
	return (uint32_t)(mixed >> 40) % BUCKETS;
}

static void unlink_age(struct attendance *attendance, struct volunteer *v)
{
	*(v->younger ? &v->younger->older : &attendance->youngest) = v->older;
	*(v->older ? &v->older->younger : &attendance->oldest) = v->younger;
}

static void link_youngest(struct attendance *attendance, struct volunteer *v)
{
	v->younger = NULL;
	v->older = attendance->youngest;
	*(v->older ? &v->older->younger : &attendance->oldest) = v;
	attendance->youngest = v;
}

struct volunteer *attendance_peek(const struct attendance *attendance,
								  const unsigned char id[UUID_BYTES])
{
	struct volunteer *v = attendance->buckets[bucket_of(id)];

	while (v && memcmp(v->id, id, UUID_BYTES) != 0)
		v = v->next;
	return v;
}

struct volunteer *attendance_find(struct attendance *attendance, const unsigned char id[UUID_BYTES])
{
	struct volunteer *v = attendance_peek(attendance, id);

	if (v && v != attendance->youngest) {
		unlink_age(attendance, v);
		link_youngest(attendance, v);
	}
	return v;
}

void attendance_leave(struct attendance *attendance, const unsigned char id[UUID_BYTES])
{
	struct volunteer **at = &attendance->buckets[bucket_of(id)], *v;

	while (*at && memcmp((*at)->id, id, UUID_BYTES) != 0)
		at = &(*at)->next;
	if (!(v = *at))
		return;
	*at = v->next;
	unlink_age(attendance, v);
	volunteer_free(v);
	attendance->count--;
}

void attendance_enter(struct attendance *attendance, struct volunteer *volunteer)
{
	struct volunteer **bucket = &attendance->buckets[bucket_of(volunteer->id)];

	if (attendance->count == ATTENDANCE_MAX)
		attendance_leave(attendance, attendance->oldest->id);
	volunteer->entry = ++attendance->entries;
	volunteer->next = *bucket;
	*bucket = volunteer;
	link_youngest(attendance, volunteer);
	attendance->count++;
}

uint64_t attendance_entries(const struct attendance *attendance)
{
	return attendance->entries;
}

uint32_t attendance_count(const struct attendance *attendance)
{
	return attendance->count;
}

struct volunteer *volunteer_arriving(const unsigned char id[UUID_BYTES])
{
	struct volunteer *volunteer = calloc(1, sizeof *volunteer);

	if (!volunteer)
		abort();
	memcpy(volunteer->id, id, UUID_BYTES);
	volunteer->seen = keyset_new();
	volunteer->asker.sensitivity = volunteer->asker.specificity = NEWCOMER_SKILL;
	volunteer->day = clock_now_s() / DAY_S;
	volunteer->loaded_ms = clock_monotonic_ms();
	return volunteer;
}

void volunteer_free(struct volunteer *volunteer)
{
	if (!volunteer)
		return;
	keyset_free(volunteer->seen);
	free(volunteer);
}

void volunteer_hold(struct volunteer *volunteer, const struct holding *holding)
{
	volunteer->open[volunteer->open_count++] = *holding;
}

static void remove_at(struct volunteer *volunteer, unsigned i)
{
	volunteer->open_count--;
	memmove(&volunteer->open[i], &volunteer->open[i + 1],
			(volunteer->open_count - i) * sizeof volunteer->open[0]);
}

bool volunteer_let_go(struct volunteer *volunteer, const unsigned char lease[UUID_BYTES])
{
	for (unsigned i = 0; i < volunteer->open_count; i++) {
		if (memcmp(volunteer->open[i].lease.id, lease, UUID_BYTES) == 0) {
			remove_at(volunteer, i);
			return true;
		}
	}
	return false;
}

void volunteer_expire(struct volunteer *volunteer, int64_t now_s)
{
	for (unsigned i = volunteer->open_count; i-- > 0;)
		if (volunteer->open[i].lease.expires_s <= now_s)
			remove_at(volunteer, i);
}

const struct asker *volunteer_asks(struct volunteer *volunteer)
{
	int64_t left = TRAINING_PAIRS - volunteer->progress.training_done;

	volunteer->asker.training_left = left > 0 ? (uint32_t)left : 0;
	volunteer->asker.seen = volunteer->seen;
	return &volunteer->asker;
}

void volunteer_count(struct volunteer *volunteer, bool training, unsigned correct, int64_t now_s)
{
	struct progress *progress = &volunteer->progress;

	*progress = volunteer_progress_now(volunteer, now_s);
	volunteer->day = now_s / DAY_S;
	progress->pairs++;
	progress->pairs_today++;
	progress->training_done += training;
	progress->training_correct += training ? correct : 0;
}

struct progress volunteer_progress_now(const struct volunteer *volunteer, int64_t now_s)
{
	struct progress progress = volunteer->progress;

	if (volunteer->day != now_s / DAY_S)
		progress.pairs_today = 0;
	return progress;
}
