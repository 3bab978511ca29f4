/* SPDX-License-Identifier: Apache-2.0 */
#include "http/rate_limit.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"

#define SLOTS  (1 << 16)
#define PROBES 8

#define TELL_EVERY_MS 60000

struct rate {
	double interval_ms; /* between two, at the steady rate */
	double burst;
};

struct rate_slot {
	uint64_t key;
	double full_at_ms;
};

struct rate_limits {
	bool off;
	struct rate rates[BUDGETS];
	pthread_mutex_t lock; /* guards everything below */
	struct rate_slot slots[SLOTS];
	struct refusals {
		uint64_t all, told;
		int64_t told_ms;
	} refusals[BUDGETS];
};

static const char *const names[BUDGETS] = {
	[RATE_WRITE] = "writes", [RATE_VOLUNTEER] = "volunteers", [RATE_SIGN_IN] = "sign_ins",
	[RATE_READ] = "reads",   [RATE_VIEW] = "views",           [RATE_OWN_VIEW] = "volunteer_views",
	[RATE_EVENT] = "events", [RATE_NOTICE] = "notices",
};

static const struct {
	const char *name;
	double ms;
} units[] = { { "s", 1e3 }, { "sec", 1e3 }, { "m", 6e4 }, { "min", 6e4 }, { "h", 3.6e6 } };

/* 0: there is no such unit. */
static double unit_ms(const char *name)
{
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
		if (strcmp(units[i].name, name) == 0)
			return units[i].ms;
	return 0;
}

static enum rate_limit budget_named(const char *name)
{
	for (unsigned i = 1; i < BUDGETS; i++)
		if (strcmp(names[i], name) == 0)
			return (enum rate_limit)i;
	return RATE_NONE;
}

/* NAME=COUNT/UNIT or NAME=COUNT/UNIT:BURST, and nothing behind it. */
static struct error read_one(const char *text, struct rate_limits *rate_limits)
{
	char name[16], unit[8];
	double count, burst;
	int rate_end = 0, burst_end = 0, len = (int)strlen(text);

	int got = sscanf(text, " %15[a-z_]=%lf/%7[a-z] %n:%lf %n", name, &count, unit, &rate_end,
	                 &burst, &burst_end);
	bool whole = got == 3 ? rate_end == len : got == 4 && burst_end == len;
	if (!whole || !(count > 0 && count <= 1e6) || unit_ms(unit) <= 0 ||
	    (got == 4 && !(burst >= 1 && burst <= 1e9)))
		return errorf(
			ERR_INVALID,
			"\"%.80s\" is not a budget; write for example writes=20/s:200, with s, m or h", text);
	enum rate_limit which = budget_named(name);
	if (which == RATE_NONE)
		return errorf(ERR_INVALID,
		              "there is no budget \"%s\"; there are writes, volunteers, sign_ins, reads, "
		              "views, volunteer_views, events, notices",
		              name);
	if (got == 3)
		burst = count < 1 ? 1 : count;
	rate_limits->rates[which] = (struct rate){ unit_ms(unit) / count, burst };
	return ok();
}

struct error rate_limits_read(const char *text, struct rate_limits **ret_budgets)
{
	struct rate_limits *rate_limits = calloc(1, sizeof *rate_limits);
	char *copy = strdup(text ? text : ""), *rest = NULL;
	struct error err = ok();

	if (!rate_limits || !copy)
		abort();
	rate_limits->rates[RATE_WRITE] = (struct rate){ 50, 200 };
	rate_limits->rates[RATE_VOLUNTEER] = (struct rate){ 3.6e6 / 20, 20 };
	rate_limits->rates[RATE_SIGN_IN] = (struct rate){ 6e3, 10 };
	rate_limits->rates[RATE_READ] = (struct rate){ 10, 400 };   /* less than a lane holds */
	rate_limits->rates[RATE_VIEW] = (struct rate){ 1e3, 1200 }; /* a class of 20 for a lesson */
	rate_limits->rates[RATE_OWN_VIEW] =
		(struct rate){ 6e3, 40 }; /* nobody judges faster for long */
	rate_limits->rates[RATE_NOTICE] = (struct rate){ 3.6e6 / 30, 30 };
	rate_limits->rates[RATE_EVENT] = (struct rate){ 10, 1000 };
	rate_limits->off = strcmp(copy, "off") == 0;
	for (char *one = rate_limits->off ? NULL : strtok_r(copy, ",", &rest); one && !err.code;
	     one = strtok_r(NULL, ",", &rest))
		err = read_one(one, rate_limits);
	free(copy);
	if (err.code) {
		free(rate_limits);
		return err;
	}
	pthread_mutex_init(&rate_limits->lock, NULL);
	*ret_budgets = rate_limits;
	return ok();
}

void rate_limits_free(struct rate_limits *rate_limits)
{
	if (!rate_limits)
		return;
	pthread_mutex_destroy(&rate_limits->lock);
	free(rate_limits);
}

/* The client's slot, or the one of its neighbours that is the least loss to forget. */
static struct rate_slot *rate_limit_find(struct rate_limits *rate_limits, uint64_t key)
{
	struct rate_slot *best = NULL;

	for (unsigned i = 0; i < PROBES; i++) {
		struct rate_slot *slot = &rate_limits->slots[(key + i) % SLOTS];

		if (slot->key == key)
			return slot;
		if (!best || slot->full_at_ms < best->full_at_ms)
			best = slot;
	}
	*best = (struct rate_slot){ .key = key };
	return best;
}

const char *rate_limit_name(enum rate_limit which)
{
	return names[which];
}

uint64_t rate_limit_refusals(struct rate_limits *rate_limits, enum rate_limit which)
{
	pthread_mutex_lock(&rate_limits->lock);
	uint64_t all = rate_limits->refusals[which].all;
	pthread_mutex_unlock(&rate_limits->lock);
	return all;
}

/* Counts a refusal, with the lock held. Returns how many the log should tell of now, or 0. */
static uint64_t count_refusal(struct refusals *refusals, int64_t now_ms)
{
	uint64_t untold = ++refusals->all - refusals->told;

	if (refusals->told && now_ms - refusals->told_ms < TELL_EVERY_MS)
		return 0;
	refusals->told = refusals->all;
	refusals->told_ms = now_ms;
	return untold;
}

static struct rate rate_of(const struct rate_limits *rate_limits, enum rate_limit which,
                           unsigned times)
{
	const struct rate *rate = &rate_limits->rates[which];

	return (struct rate){ rate->interval_ms / times, rate->burst * times };
}

/* Takes one from a budget that is so many `times` as large as others, with the lock held. Returns
 * how many milliseconds are missing; 0: it is taken. */
static double take_token(struct rate_limits *rate_limits, enum rate_limit which, uint64_t client,
                         unsigned times, int64_t now_ms)
{
	struct rate rate = rate_of(rate_limits, which, times);
	struct rate_slot *slot = rate_limit_find(rate_limits, client * BUDGETS + which);
	double now = (double)now_ms;
	double full_at = (slot->full_at_ms > now ? slot->full_at_ms : now) + rate.interval_ms;
	double wait_ms = full_at - now - rate.burst * rate.interval_ms;

	if (wait_ms > 0)
		return wait_ms;
	slot->full_at_ms = full_at;
	return 0;
}

/* Gives one back, with the lock held. */
static void give_token(struct rate_limits *rate_limits, enum rate_limit which, uint64_t client,
                       unsigned times)
{
	rate_limit_find(rate_limits, client * BUDGETS + which)->full_at_ms -=
		rate_of(rate_limits, which, times).interval_ms;
}

struct error rate_limit_take(struct rate_limits *rate_limits, enum rate_limit which,
                             uint64_t client, int64_t now_ms)
{
	return rate_limit_take_network(rate_limits, which, client, 0, now_ms);
}

struct error rate_limit_take_network(struct rate_limits *rate_limits, enum rate_limit which,
                                     uint64_t network, uint64_t block, int64_t now_ms)
{
	uint64_t tell = 0;

	if (rate_limits->off || which == RATE_NONE)
		return ok();
	pthread_mutex_lock(&rate_limits->lock);
	double wait_ms = take_token(rate_limits, which, network, 1, now_ms);
	if (wait_ms <= 0 && block &&
	    (wait_ms = take_token(rate_limits, which, block, RATE_HOMES, now_ms)) > 0)
		give_token(rate_limits, which, network, 1);
	if (wait_ms > 0)
		tell = count_refusal(&rate_limits->refusals[which], now_ms);
	pthread_mutex_unlock(&rate_limits->lock);
	if (wait_ms <= 0)
		return ok();

	if (tell)
		log_warn("the budget \"%s\" refused requests: %llu more; a school or an event behind one "
		         "address may need an invitation (touchstone invite) or TOUCHSTONE_BUDGETS raised",
		         names[which], (unsigned long long)tell);
	/* Whoever is refused at the door has done nothing, let alone too often. */
	struct error err =
		which == RATE_VOLUNTEER  ? error_because(REASON_TOO_MANY_VOLUNTEERS)
		: which == RATE_OWN_VIEW ? errorf(ERR_TOO_MANY, "New pairs come no faster. Wait a little.")
		: which == RATE_EVENT
			? errorf(ERR_TOO_MANY, "Very many take part in this event now. Wait a little.")
			: errorf(ERR_TOO_MANY, "Too many requests from your network. Wait a little.");
	err.retry_after_s = (unsigned)(wait_ms / 1000) + 1;
	return err;
}

void rate_limit_give_back(struct rate_limits *rate_limits, enum rate_limit which, uint64_t client)
{
	rate_limit_give_back_network(rate_limits, which, client, 0);
}

void rate_limit_give_back_network(struct rate_limits *rate_limits, enum rate_limit which,
                                  uint64_t network, uint64_t block)
{
	if (rate_limits->off || which == RATE_NONE)
		return;
	pthread_mutex_lock(&rate_limits->lock);
	give_token(rate_limits, which, network, 1);
	if (block)
		give_token(rate_limits, which, block, RATE_HOMES);
	pthread_mutex_unlock(&rate_limits->lock);
}
