/* SPDX-License-Identifier: Apache-2.0 */
#include "api/present/present_stats.h"

#include "api/present/present_number.h"
#include "core/vocabulary.h"
#include "scoring/stats.h"

static json_t *states_json(const struct public_figures *figures)
{
	json_t *json = json_object();

	for (size_t i = 0; i < ITEM_STATES; i++)
		json_object_set_new(json, item_states[i], json_integer(figures->items[i]));
	return json;
}

static json_t *types_json(const struct public_figures *figures)
{
	json_t *json = json_object();

	for (size_t i = 0; i < MEDIA_TYPES; i++)
		json_object_set_new(json, media_types[i],
		                    json_pack("{s:I, s:I}", "items", (json_int_t)figures->items_of[i],
		                              "judgments", (json_int_t)figures->judgments_of[i]));
	return json;
}

static json_t *days_json(const struct public_figures *figures)
{
	json_t *json = json_array();

	for (size_t i = 0; i < STATS_DAYS; i++)
		json_array_append_new(json, json_pack("{s:s, s:I}", "day", figures->days[i], "judgments",
		                                      (json_int_t)figures->judgments_on[i]));
	return json;
}

static json_t *histogram_json(const struct public_figures *figures)
{
	json_t *json = json_array();

	for (size_t i = 0; i < STATS_BARS; i++)
		json_array_append_new(json, json_pack("{s:f, s:f, s:I}", "from", (double)i / STATS_BARS,
		                                      "to", (double)(i + 1) / STATS_BARS, "items",
		                                      (json_int_t)figures->believed[i]));
	return json;
}

static json_t *last_fit_json(const struct public_figures *figures)
{
	const struct fit_figures *fit = &figures->last_fit;

	if (!figures->fitted_at)
		return json_null();
	return json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:f, s:f, s:{s:I, s:I, s:f, s:I}, "
	                 "s:{s:I, s:I, s:I, s:I}}",
	                 "at", figures->fitted_at, "retired", (json_int_t)fit->retired, "reopened",
	                 (json_int_t)fit->reopened, "held", (json_int_t)fit->held, "disputed",
	                 (json_int_t)fit->disputed, "withdrawn", (json_int_t)fit->withdrawn, "gold",
	                 (json_int_t)fit->gold, "weight", fit->weight, "slope", fit->slope, "cohorts",
	                 "count", (json_int_t)fit->cohorts, "volunteers",
	                 (json_int_t)fit->cohort_volunteers, "share_of_judgments", fit->cohort_share,
	                 "labels_changed", (json_int_t)fit->cohort_changes, "decided", "full",
	                 (json_int_t)fit->decided_full, "no_gold", (json_int_t)fit->decided_no_gold,
	                 "one_network", (json_int_t)fit->decided_one_network, "no_gold_one_network",
	                 (json_int_t)fit->decided_neither);
}

json_t *present_stats(const struct public_figures *figures)
{
	return json_pack(
		"{s:I, s:I, s:I, s:o, s:o, s:{s:o, s:o, s:o}, s:o, s:o, s:o, s:o, s:s}", "volunteers",
		(json_int_t)figures->volunteers, "pairs", (json_int_t)figures->pairs, "judgments",
		(json_int_t)figures->judgments, "items", states_json(figures), "by_media_type",
		types_json(figures), "agreement", "alpha", present_number(figures->alpha), "low",
		present_number(figures->low), "high", present_number(figures->high), "judgments_by_day",
		days_json(figures), "posterior_histogram", histogram_json(figures), "served_fake_rate",
		present_number(figures->served_fake_rate), "last_fit", last_fit_json(figures),
		"generated_at", figures->read_at);
}
