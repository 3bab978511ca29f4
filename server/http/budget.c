/* SPDX-License-Identifier: Apache-2.0 */
#include "http/budget.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS  (1 << 16)
#define PROBES 8

struct rate {
	double interval_ms; /* between two, at the steady rate */
	double burst;
};

struct slot {
	uint64_t key;
	double full_at_ms;
};

struct budgets {
	bool off;
	struct rate rates[BUDGETS];
	pthread_mutex_t lock; /* guards the slots */
	struct slot slots[SLOTS];
};

static const char *const names[BUDGETS] = {
	[BUDGET_WRITE] = "writes",
	[BUDGET_VOLUNTEER] = "volunteers",
	[BUDGET_SIGN_IN] = "sign_ins",
};

static double unit_ms(const char *unit)
{
	return unit[0] == 's' ? 1e3 : unit[0] == 'm' ? 6e4 : unit[0] == 'h' ? 3.6e6 : 0;
}

static struct error read_one(const char *text, struct budgets *budgets)
{
	char name[16], unit[2];
	double count, burst;
	int got = sscanf(text, "%15[a-z_]=%lf/%1[smh]:%lf", name, &count, unit, &burst);

	if (got < 3 || count <= 0 || count > 1e6 || (got == 4 && (burst < 1 || burst > 1e9)))
		return errorf(ERR_INVALID, "\"%s\" is not a budget; write for example writes=20/s:200",
					  text);
	for (unsigned i = 1; i < BUDGETS; i++) {
		if (strcmp(names[i], name) == 0) {
			budgets->rates[i] = (struct rate){ unit_ms(unit) / count, got == 4    ? burst
																	  : count < 1 ? 1
																				  : count };
			return ok();
		}
	}
	return errorf(ERR_INVALID, "there is no budget \"%s\"; there are writes, volunteers, sign_ins",
				  name);
}

struct error budgets_read(const char *text, struct budgets **ret_budgets)
{
	struct budgets *budgets = calloc(1, sizeof *budgets);
	char *copy = strdup(text ? text : ""), *rest = NULL;
	struct error err = ok();

	if (!budgets || !copy)
		abort();
	budgets->rates[BUDGET_WRITE] = (struct rate){ 50, 200 };
	budgets->rates[BUDGET_VOLUNTEER] = (struct rate){ 3.6e6 / 20, 20 };
	budgets->rates[BUDGET_SIGN_IN] = (struct rate){ 6e3, 10 };
	budgets->off = strcmp(copy, "off") == 0;
	for (char *one = budgets->off ? NULL : strtok_r(copy, ",", &rest); one && !err.code;
		 one = strtok_r(NULL, ",", &rest))
		err = read_one(one, budgets);
	free(copy);
	if (err.code) {
		free(budgets);
		return err;
	}
	pthread_mutex_init(&budgets->lock, NULL);
	*ret_budgets = budgets;
	return ok();
}

void budgets_free(struct budgets *budgets)
{
	if (!budgets)
		return;
	pthread_mutex_destroy(&budgets->lock);
	free(budgets);
}

/* The client's slot, or the one of its neighbours that is the least loss to forget. */
static struct slot *find(struct budgets *budgets, uint64_t key)
{
	struct slot *best = NULL;

	for (unsigned i = 0; i < PROBES; i++) {
		struct slot *slot = &budgets->slots[(key + i) % SLOTS];

		if (slot->key == key)
			return slot;
		if (!best || slot->full_at_ms < best->full_at_ms)
			best = slot;
	}
	*best = (struct slot){ .key = key };
	return best;
}

struct error budget_take(struct budgets *budgets, enum budget which, uint64_t client,
						 int64_t now_ms)
{
	const struct rate *rate = &budgets->rates[which];
	double now = (double)now_ms, wait_ms;

	if (budgets->off || which == BUDGET_NONE)
		return ok();
	pthread_mutex_lock(&budgets->lock);
	struct slot *slot = find(budgets, client * BUDGETS + which);
	double full_at = (slot->full_at_ms > now ? slot->full_at_ms : now) + rate->interval_ms;
	wait_ms = full_at - now - rate->burst * rate->interval_ms;
	if (wait_ms <= 0)
		slot->full_at_ms = full_at;
	pthread_mutex_unlock(&budgets->lock);
	if (wait_ms <= 0)
		return ok();

	struct error err = errorf(ERR_TOO_MANY, "Too many requests from your network. Wait a little.");
	err.retry_after_s = (unsigned)(wait_ms / 1000) + 1;
	return err;
}
