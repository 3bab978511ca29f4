/* SPDX-License-Identifier: Apache-2.0 */
#include "scoring/campaign_live.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/json_reader.h"
#include "crowd/forecast.h"
#include "db/db.h"

#define HOURS_MOST 168 /* a week's */
#define NORMAL_95  1.959963984540054

const char *const forecast_reasons[] = { "not_open",  "no_fit",  "few_items",
	                                     "few_hours", "no_pace", NULL };

enum { FACTS_PLAIN = 10 }; /* a column of campaign_live_facts */

/* Text of the database's own making; NULL of NULL. */
static json_t *live_json(const char *text)
{
	json_t *object = NULL;
	struct error err = text ? json_reader_parse(text, strlen(text), &object) : ok();

	return err.code ? NULL : object;
}

static double live_number(const json_t *object, const char *name)
{
	return json_number_value(json_object_get(object, name));
}

static struct error read_hour(struct db *db, const char *id, struct campaign_live *live)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_CAMPAIGN_LIVE_HOUR, (const char *[]){ id }, &rows);

	if (err.code)
		return err;
	json_auto_t *object = live_json(rows_text(rows, 0, 0));
	live->minutes = json_incref(json_object_get(object, "minutes"));
	live->hour_pairs = rows_integer(rows, 0, 1);
	live->hour_volunteers = rows_integer(rows, 0, 2);
	for (int q = 0; q < LIVE_QUANTILES; q++)
		live->response_ms[q] = rows_double_or_nan(rows, 0, 3 + q);
	return ok();
}

/* How much more often the left one is called fake, with an interval of 95 %. */
static void find_side_bias(struct campaign_live *live)
{
	const json_t *sides = json_object_get(live->fit, "sides");
	double rate[2], spread = 0;

	live->side_difference = live->side_low = live->side_high = NAN;
	for (size_t s = 0; s < 2; s++) {
		const json_t *side = json_array_get(sides, s);
		double judgments = live_number(side, "judgments");

		if (!(judgments > 0))
			return;
		rate[s] = live_number(side, "fakes") / judgments;
		spread += rate[s] * (1 - rate[s]) / judgments;
	}
	live->side_difference = rate[0] - rate[1];
	live->side_low = live->side_difference - NORMAL_95 * sqrt(spread);
	live->side_high = live->side_difference + NORMAL_95 * sqrt(spread);
}

/* ------------------------------------------------------------------ forecast */

static struct error read_pace(struct db *db, const char *id, const json_t *fit,
                              struct forecast_pace *ret_pace)
{
	double judgments = live_number(fit, "judgments"), gold = live_number(fit, "gold");
	double helping = judgments > 0 ? 2 * (1 - gold / judgments) : 2; /* of a pair's */
	double hours[HOURS_MOST];
	size_t count = 0;
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_CAMPAIGN_LIVE_HOURS, (const char *[]){ id }, &rows);

	if (err.code)
		return err;
	for (size_t r = 0; r < rows_count(rows) && count < HOURS_MOST; r++)
		hours[count++] = helping * rows_double(rows, r, 0);
	*ret_pace = forecast_pace_of(hours, count);
	return ok();
}

static struct forecast_left left_of_fit(const json_t *fit, double in_service)
{
	const json_t *told = json_object_get(fit, "left");
	struct forecast_left left = { .judgments = live_number(told, "judgments"),
		                          .variance = live_number(told, "variance"),
		                          .fresh = live_number(told, "fresh"),
		                          .fresh_variance = live_number(told, "fresh_variance"),
		                          .ended = (uint32_t)live_number(told, "ended") };

	forecast_add_fresh(&left, fmax(0, in_service - live_number(told, "open")));
	return left;
}

static const char *why_unknown(const struct campaign_live *live, const struct forecast_left *left,
                               const struct forecast_pace *pace)
{
	if (strcmp(live->state, "open") != 0)
		return "not_open";
	if (!live->fit)
		return "no_fit";
	if (left->ended < FORECAST_ENDED)
		return "few_items";
	if (pace->hours < FORECAST_HOURS)
		return "few_hours";
	return pace->mean > 0 ? NULL : "no_pace";
}

static const char *hours_text(struct arena *arena, double hours)
{
	return isnan(hours) ? NULL : arena_printf(arena, "%.6f", hours);
}

static struct error name_ends(struct db *db, struct arena *arena,
                              struct campaign_forecast *forecast)
{
	const char *params[] = { hours_text(arena, forecast->hours), hours_text(arena, forecast->low),
		                     hours_text(arena, forecast->high) };
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_CAMPAIGN_LIVE_ENDS, params, &rows);

	if (err.code)
		return err;
	forecast->at = rows_copy(rows, 0, 0, arena);
	forecast->low_at = rows_copy(rows, 0, 1, arena);
	forecast->high_at = rows_copy(rows, 0, 2, arena);
	return ok();
}

static struct error find_forecast(struct db *db, struct arena *arena, const char *id,
                                  double in_service, struct campaign_live *live)
{
	struct forecast_pace pace = { 0 };
	struct error err = read_pace(db, id, live->fit, &pace);

	if (err.code)
		return err;
	struct forecast_left left = left_of_fit(live->fit, in_service);
	live->forecast = (struct campaign_forecast){
		.why = why_unknown(live, &left, &pace),
		.left = live->fit && left.ended >= FORECAST_ENDED ? left.judgments : NAN,
		.pace = pace.mean,
		.pace_hours = (int64_t)pace.hours,
		.hours = NAN,
		.low = NAN,
		.high = NAN,
	};
	struct forecast_end end = forecast_end_of(&left, &pace);
	if (live->forecast.why || !end.known)
		return ok();
	live->forecast.hours = end.hours;
	live->forecast.low = end.low;
	live->forecast.high = end.high;
	return name_ends(db, arena, &live->forecast);
}

/* ------------------------------------------------------------------ all of it */

static struct campaign_live live_of(const struct rows *rows, struct arena *arena, const char *name)
{
	return (struct campaign_live){
		.name = name,
		.state = rows_copy(rows, 0, 1, arena),
		.read_at = rows_copy(rows, 0, 2, arena),
		.fitted_at = rows_copy(rows, 0, 3, arena),
		.fit = live_json(rows_text(rows, 0, 4)),
		.alpha = rows_double_or_nan(rows, 0, 5),
		.low = rows_double_or_nan(rows, 0, 6),
		.high = rows_double_or_nan(rows, 0, 7),
		.trusted = rows_flag(rows, 0, 8),
		.items = live_json(rows_text(rows, 0, 9)),
		.volunteers = rows_integer(rows, 0, FACTS_PLAIN + 1),
		.hour_gold = rows_integer(rows, 0, FACTS_PLAIN + 2),
		.hour_right = rows_integer(rows, 0, FACTS_PLAIN + 3),
	};
}

struct error campaign_live_read(struct db *db, struct arena *arena, const char *name,
                                struct campaign_live *ret_live)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_CAMPAIGN_LIVE_FACTS, (const char *[]){ name }, &rows);

	if (err.code)
		return err;
	if (!rows_count(rows))
		return errorf(ERR_NOT_FOUND, "there is no campaign \"%s\"", name);
	struct campaign_live live = live_of(rows, arena, name);
	const char *id = rows_text(rows, 0, 0);
	find_side_bias(&live);
	err = read_hour(db, id, &live);
	if (!err.code)
		err = find_forecast(db, arena, id, rows_double(rows, 0, FACTS_PLAIN), &live);
	if (err.code)
		campaign_live_clear(&live);
	else
		*ret_live = live;
	return err;
}

void campaign_live_clear(struct campaign_live *live)
{
	json_decref(live->minutes);
	json_decref(live->items);
	json_decref(live->fit);
	*live = (struct campaign_live){ 0 };
}
