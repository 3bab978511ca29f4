/* SPDX-License-Identifier: Apache-2.0 */
/*
 * campaign_effect -- what a change of a campaign does to its items, told before it is done.
 *
 * Each item is decided anew by scoring/consensus, the code that a fit decides with, under the new
 * settings and on what the last fit believed.  A fit that follows may believe otherwise, by what
 * came since.  Of a campaign with more than CAMPAIGN_EFFECT_ITEMS items so many are looked at,
 * drawn by chance, and what they tell is scaled up.
 */
#ifndef SCORING_CAMPAIGN_EFFECT_H
#define SCORING_CAMPAIGN_EFFECT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"

struct db;

#define CAMPAIGN_EFFECT_ITEMS 10000

struct campaign_effect {
	int64_t retire, dispute, reopen; /* items; reopen: out of retirement, some at each fit */
	int64_t withdraw;                /* disputes */
	int64_t leave, enter;            /* items in service that are handed out no more, or again */
	int64_t looked_at, items; /* of a sample: so many of so many; looked_at 0: all were counted */
	int64_t within; /* of a sample: no count above is off by more, in 19 cases of 20 each */
};

/* Of settings that become `after` (corpus/campaign_settings). ERR_NOT_FOUND. */
struct error campaign_effect_of(struct db *db, const char *name, const json_t *after,
                                struct campaign_effect *ret_effect) MUST_CHECK;

/* Of a campaign that opens, or pauses or closes. */
struct error campaign_effect_of_move(struct db *db, const char *name, bool opens,
                                     struct campaign_effect *ret_effect) MUST_CHECK;

#endif
