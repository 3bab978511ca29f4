/* SPDX-License-Identifier: Apache-2.0 */
#include "judging/volunteer_cache.h"

#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/mem.h"

#define BUCKETS        VOLUNTEER_CACHE_MAX
#define DAY_S          86400
#define NEWCOMER_SKILL .72 /* of someone nothing is known about: a typical volunteer's */

struct volunteer_cache {
	struct volunteer *buckets[BUCKETS];
	struct volunteer *youngest, *oldest; /* by last use */
	uint32_t count;
	uint64_t entries;
};

struct volunteer_cache *volunteer_cache_new(void)
{
	struct volunteer_cache *volunteer_cache = mem_new(1, sizeof *volunteer_cache);

	return volunteer_cache;
}

void volunteer_cache_empty(struct volunteer_cache *volunteer_cache)
{
	for (struct volunteer *v = volunteer_cache->youngest, *older; v; v = older) {
		older = v->older;
		volunteer_free(v);
	}
	memset(volunteer_cache, 0, sizeof *volunteer_cache);
}

void volunteer_cache_free(struct volunteer_cache *volunteer_cache)
{
	if (!volunteer_cache)
		return;
	volunteer_cache_empty(volunteer_cache);
	free(volunteer_cache);
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

static void unlink_age(struct volunteer_cache *volunteer_cache, struct volunteer *v)
{
	*(v->younger ? &v->younger->older : &volunteer_cache->youngest) = v->older;
	*(v->older ? &v->older->younger : &volunteer_cache->oldest) = v->younger;
}

static void link_youngest(struct volunteer_cache *volunteer_cache, struct volunteer *v)
{
	v->younger = NULL;
	v->older = volunteer_cache->youngest;
	*(v->older ? &v->older->younger : &volunteer_cache->oldest) = v;
	volunteer_cache->youngest = v;
}

struct volunteer *volunteer_cache_peek(const struct volunteer_cache *volunteer_cache,
                                       const unsigned char id[UUID_BYTES])
{
	struct volunteer *v = volunteer_cache->buckets[bucket_of(id)];

	while (v && memcmp(v->id, id, UUID_BYTES) != 0)
		v = v->next;
	return v;
}

struct volunteer *volunteer_cache_find(struct volunteer_cache *volunteer_cache,
                                       const unsigned char id[UUID_BYTES])
{
	struct volunteer *v = volunteer_cache_peek(volunteer_cache, id);

	if (v && v != volunteer_cache->youngest) {
		unlink_age(volunteer_cache, v);
		link_youngest(volunteer_cache, v);
	}
	return v;
}

void volunteer_cache_leave(struct volunteer_cache *volunteer_cache,
                           const unsigned char id[UUID_BYTES])
{
	struct volunteer **at = &volunteer_cache->buckets[bucket_of(id)], *v;

	while (*at && memcmp((*at)->id, id, UUID_BYTES) != 0)
		at = &(*at)->next;
	if (!(v = *at))
		return;
	*at = v->next;
	unlink_age(volunteer_cache, v);
	volunteer_free(v);
	volunteer_cache->count--;
}

void volunteer_cache_enter(struct volunteer_cache *volunteer_cache, struct volunteer *volunteer)
{
	struct volunteer **bucket = &volunteer_cache->buckets[bucket_of(volunteer->id)];

	if (volunteer_cache->count == VOLUNTEER_CACHE_MAX)
		volunteer_cache_leave(volunteer_cache, volunteer_cache->oldest->id);
	volunteer->entry = ++volunteer_cache->entries;
	volunteer->next = *bucket;
	*bucket = volunteer;
	link_youngest(volunteer_cache, volunteer);
	volunteer_cache->count++;
}

uint64_t volunteer_cache_entries(const struct volunteer_cache *volunteer_cache)
{
	return volunteer_cache->entries;
}

uint32_t volunteer_cache_count(const struct volunteer_cache *volunteer_cache)
{
	return volunteer_cache->count;
}

void volunteer_invite(struct volunteer *volunteer, const unsigned char campaign[UUID_BYTES])
{
	volunteer->invited =
		mem_resize(volunteer->invited, volunteer->invited_count + 1, sizeof *volunteer->invited);
	memcpy(volunteer->invited[volunteer->invited_count++], campaign, UUID_BYTES);
}

bool volunteer_is_invited(const struct volunteer *volunteer,
                          const unsigned char campaign[UUID_BYTES])
{
	for (unsigned i = 0; i < volunteer->invited_count; i++)
		if (memcmp(volunteer->invited[i], campaign, UUID_BYTES) == 0)
			return true;
	return false;
}

bool volunteer_hears_event(struct volunteer *volunteer, uint64_t event)
{
	if (!volunteer->heard_event)
		volunteer->event = event;
	volunteer->heard_event = true;
	return volunteer->event == event;
}

struct volunteer *volunteer_arriving(const unsigned char id[UUID_BYTES])
{
	struct volunteer *volunteer = mem_new(1, sizeof *volunteer);

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
	free(volunteer->invited);
	free(volunteer);
}

void volunteer_hold(struct volunteer *volunteer, const struct open_lease *open_lease)
{
	volunteer->open[volunteer->open_count++] = *open_lease;
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
	for (unsigned i = volunteer->open_count; i-- > 0;) {
		if (volunteer->open[i].lease.expires_s > now_s)
			continue;
		volunteer_unanswered(volunteer, volunteer->open[i].lease.expires_s);
		remove_at(volunteer, i);
	}
}

/* Yesterday's pairs are not today's. */
static void volunteer_turn_day(struct volunteer *volunteer, int64_t now_s)
{
	if (volunteer->day >= now_s / DAY_S)
		return;
	volunteer->day = now_s / DAY_S;
	volunteer->progress.pairs_today = 0;
	volunteer->unanswered = 0;
}

void volunteer_unanswered(struct volunteer *volunteer, int64_t when_s)
{
	volunteer_turn_day(volunteer, when_s);
	if (volunteer->day > when_s / DAY_S)
		return;
	volunteer->unanswered++;
	if (volunteer->unanswered_s < when_s)
		volunteer->unanswered_s = when_s;
}

int64_t volunteer_wait(const struct volunteer *volunteer, int64_t now_s)
{
	if (volunteer->day < now_s / DAY_S)
		return 0;
	int64_t beyond = (int64_t)volunteer->unanswered - UNANSWERED_FREE -
	                 volunteer->progress.pairs_today / UNANSWERED_PACE;
	if (beyond <= 0)
		return 0;
	int64_t doubles = beyond - 1 < UNANSWERED_DOUBLES ? beyond - 1 : UNANSWERED_DOUBLES;
	int64_t until_s = volunteer->unanswered_s + ((int64_t)UNANSWERED_WAIT_S << doubles);
	return until_s > now_s ? until_s - now_s : 0;
}

const struct asker *volunteer_asks(struct volunteer *volunteer)
{
	int64_t left = TRAINING_PAIRS - volunteer->progress.training_done;

	volunteer->asker.training_left = left > 0 ? (uint32_t)left : 0;
	volunteer->asker.seen = volunteer->seen;
	return &volunteer->asker;
}

static bool counted_lately(const struct volunteer *volunteer, uint64_t key)
{
	for (unsigned i = 0; i < COUNTED_LATELY; i++)
		if (volunteer->counted[i] == key)
			return true;
	return false;
}

void volunteer_count(struct volunteer *volunteer, const struct lease *lease, unsigned correct,
                     int64_t now_s)
{
	struct progress *progress = &volunteer->progress;
	bool training = lease->kind == KIND_TRAINING;

	if (counted_lately(volunteer, lease_key(lease->id)))
		return;
	volunteer->counted[volunteer->counted_next++ % COUNTED_LATELY] = lease_key(lease->id);
	volunteer_turn_day(volunteer, now_s);
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
