/* SPDX-License-Identifier: Apache-2.0 */
#include "scoring/campaign_effect.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "db/db.h"
#include "scoring/consensus.h"

static void count_decision(struct campaign_effect *effect, const char *from, const char *to)
{
	effect->retire += strcmp(to, "retired") == 0;
	effect->dispute += strcmp(to, "disputed") == 0;
	effect->reopen += strcmp(to, "in_service") == 0;
	effect->withdraw += strcmp(from, "disputed") == 0;
}

static struct error weigh_item(void *arg, const struct rows *row)
{
	struct campaign_effect *effect = arg;

	effect->looked_at++;
	effect->items = rows_integer(row, 0, 21);
	if (!rows_flag(row, 0, 20))
		return ok();
	const struct item_facts facts = item_facts_read(row);
	const struct belief belief = { .p_fake = facts.p_before,
		                           .decides = isnan(facts.decides) ? .5 : facts.decides,
		                           .by = facts.decided_by };
	json_auto_t *decision = consensus_decision(&facts, &belief, rows_flag(row, 0, 19));

	if (decision)
		count_decision(effect, json_string_value(json_object_get(decision, "from")),
		               json_string_value(json_object_get(decision, "to")));
	return ok();
}

static bool effect_has_medium(const json_t *after, const char *medium)
{
	json_t *media = json_object_get(after, "media_types"), *one;
	size_t n;

	json_array_foreach (media, n, one)
		if (strcmp(json_string_value(one), medium) == 0)
			return true;
	return false;
}

/* `after` NULL: the media stay, and the campaign becomes open or not. */
static struct error weigh_media(struct db *db, const char *name, const json_t *after, bool opens,
                                struct campaign_effect *effect)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_CAMPAIGN_EFFECT_MEDIA, (const char *[]){ name }, &rows);

	for (size_t r = 0; !err.code && r < rows_count(rows); r++) {
		bool open = rows_flag(rows, r, 2), has = rows_flag(rows, r, 3);
		bool is_out = open && has;
		bool will_be =
			after ? open && effect_has_medium(after, rows_text(rows, r, 0)) : opens && has;

		effect->leave += is_out && !will_be ? rows_integer(rows, r, 1) : 0;
		effect->enter += will_be && !is_out ? rows_integer(rows, r, 1) : 0;
	}
	return err;
}

/* From a sample to all: a ratio, and 1.96 standard errors of the largest count, as of one at least.
 */
static void scale_effect(struct campaign_effect *effect)
{
	int64_t *const counts[] = { &effect->retire, &effect->dispute, &effect->reopen,
		                        &effect->withdraw };
	double looked = (double)effect->looked_at, items = (double)effect->items, widest = 0;

	for (size_t n = 0; n < sizeof counts / sizeof counts[0]; n++) {
		double share = fmin(1, fmax(1, (double)*counts[n]) / looked);

		widest = fmax(widest, sqrt(share * (1 - share) / looked * (1 - looked / items)));
		*counts[n] = llround((double)*counts[n] / looked * items);
	}
	effect->within = llround(ceil(1.96 * widest * items));
}

struct error campaign_effect_of(struct db *db, const char *name, const json_t *after,
                                struct campaign_effect *ret_effect)
{
	char threshold[32], least[16], most[16], limit[16];
	struct campaign_effect effect = { 0 };

	snprintf(limit, sizeof limit, "%d", CAMPAIGN_EFFECT_ITEMS);
	snprintf(threshold, sizeof threshold, "%.15g",
	         json_number_value(json_object_get(after, "threshold")));
	snprintf(least, sizeof least, "%d",
	         (int)json_number_value(json_object_get(after, "min_judgments")));
	snprintf(most, sizeof most, "%d",
	         (int)json_number_value(json_object_get(after, "max_judgments")));
	struct error err =
		db_stream(db, SQL_CAMPAIGN_EFFECT_ITEMS,
	              (const char *[]){ name, threshold, least, most, limit }, weigh_item, &effect);

	if (effect.looked_at && effect.looked_at < effect.items)
		scale_effect(&effect);
	else
		effect.looked_at = 0;
	if (!err.code)
		err = weigh_media(db, name, after, false, &effect);
	if (!err.code)
		*ret_effect = effect;
	return err;
}

struct error campaign_effect_of_move(struct db *db, const char *name, bool opens,
                                     struct campaign_effect *ret_effect)
{
	struct campaign_effect effect = { 0 };
	struct error err = weigh_media(db, name, NULL, opens, &effect);

	if (!err.code)
		*ret_effect = effect;
	return err;
}
