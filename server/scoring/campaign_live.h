/* SPDX-License-Identifier: Apache-2.0 */
/*
 * campaign_live -- how a campaign goes, for those who watch it.
 *
 * What needs all judgments is counted by the last full fit (scoring/estimates_campaigns); here
 * those figures are read, and the last hour's pairs, by the index of their time.  So a look costs
 * the same however many judgments there are.
 *
 * Threads: as the struct db.
 */
#ifndef SCORING_CAMPAIGN_LIVE_H
#define SCORING_CAMPAIGN_LIVE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/error.h"

struct db;

#define LIVE_QUANTILES 3 /* a tenth, the half and nine tenths */

/* When it will be done (crowd/forecast), in hours from now. */
struct campaign_forecast {
	const char *why; /* of forecast_reasons, why it is not known; NULL: it is */
	double left;     /* judgments, those of items that nobody judged too; NAN: not known */
	double pace;     /* judgments an hour that help */
	int64_t pace_hours;
	double hours, low, high;           /* NAN: not known */
	const char *at, *low_at, *high_at; /* the same, as times */
};

/* Why there is no forecast. */
extern const char *const forecast_reasons[];

/* Texts live in the arena. Numbers that are not known are NAN. */
struct campaign_live {
	const char *name, *state, *read_at, *fitted_at; /* fitted_at NULL: there was no fit */
	json_t *minutes; /* judgments of each of the last sixty minutes */
	json_t *items;   /* by state */
	json_t *fit;     /* figures of the last fit, or NULL */
	int64_t hour_pairs, hour_volunteers, volunteers;
	double response_ms[LIVE_QUANTILES];
	double alpha, low, high;
	bool trusted;
	int64_t hour_gold, hour_right;
	double side_difference, side_low, side_high; /* fake verdicts, left less right; 95 % */
	struct campaign_forecast forecast;
};

/* ERR_NOT_FOUND. End it with campaign_live_clear(). */
struct error campaign_live_read(struct db *db, struct arena *arena, const char *name,
                                struct campaign_live *ret_live) MUST_CHECK;
void campaign_live_clear(struct campaign_live *live);

#endif
