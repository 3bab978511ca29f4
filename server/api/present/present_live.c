/* SPDX-License-Identifier: Apache-2.0 */
#include "api/present/present_live.h"

#include <stdbool.h>

#include "api/present/present_number.h"

static json_t *rate_json(double part, double whole)
{
	return whole > 0 ? json_real(part / whole) : json_null();
}

static double of_fit(const struct campaign_live *live, const char *name)
{
	return json_number_value(json_object_get(live->fit, name));
}

static json_t *part_of_fit(const struct campaign_live *live, const char *name)
{
	json_t *part = json_object_get(live->fit, name);

	return part ? json_incref(part) : json_null();
}

static json_t *sides_json(const struct campaign_live *live)
{
	json_t *left = json_array_get(json_object_get(live->fit, "sides"), 0);
	json_t *right = json_array_get(json_object_get(live->fit, "sides"), 1);

	return json_pack("{s:o, s:o, s:o, s:o, s:o}", "left",
	                 rate_json(json_number_value(json_object_get(left, "fakes")),
	                           json_number_value(json_object_get(left, "judgments"))),
	                 "right",
	                 rate_json(json_number_value(json_object_get(right, "fakes")),
	                           json_number_value(json_object_get(right, "judgments"))),
	                 "difference", present_number(live->side_difference), "low",
	                 present_number(live->side_low), "high", present_number(live->side_high));
}

static json_t *gold_json(const struct campaign_live *live)
{
	return json_pack("{s:I, s:o, s:I, s:o}", "judgments", (json_int_t)of_fit(live, "gold"),
	                 "accuracy", rate_json(of_fit(live, "right"), of_fit(live, "gold")),
	                 "hour_judgments", (json_int_t)live->hour_gold, "hour_accuracy",
	                 rate_json((double)live->hour_right, (double)live->hour_gold));
}

static json_t *forecast_json(const struct campaign_forecast *forecast)
{
	return json_pack(
		"{s:s?, s:o, s:f, s:I, s:o, s:o, s:o, s:s?, s:s?, s:s?}", "unknown", forecast->why,
		"judgments_left", present_number(forecast->left), "judgments_an_hour", forecast->pace,
		"hours_seen", (json_int_t)forecast->pace_hours, "hours", present_number(forecast->hours),
		"low_hours", present_number(forecast->low), "high_hours", present_number(forecast->high),
		"at", forecast->at, "low_at", forecast->low_at, "high_at", forecast->high_at);
}

json_t *present_live(const struct campaign_live *live)
{
	return json_pack(
		"{s:s, s:s, s:s, s:s?, s:O, s:O, s:o, s:{s:I, s:I}, s:{s:I, s:o, s:o, s:o},"
		" s:{s:o, s:o, s:o, s:b}, s:o, s:{s:I, s:o}, s:o, s:o}",
		"name", live->name, "state", live->state, "read_at", live->read_at, "fitted_at",
		live->fitted_at, "minutes", live->minutes, "items", live->items, "histogram",
		part_of_fit(live, "histogram"), "volunteers", "hour", (json_int_t)live->hour_volunteers,
		"all", (json_int_t)live->volunteers, "response_ms", "pairs", (json_int_t)live->hour_pairs,
		"low", present_number(live->response_ms[0]), "middle", present_number(live->response_ms[1]),
		"high", present_number(live->response_ms[2]), "agreement", "alpha",
		present_number(live->alpha), "low", present_number(live->low), "high",
		present_number(live->high), "trusted", (int)live->trusted, "gold", gold_json(live),
		"served_fakes", "judgments", (json_int_t)of_fit(live, "served"), "rate",
		rate_json(of_fit(live, "served_fakes"), of_fit(live, "served")), "sides", sides_json(live),
		"forecast", forecast_json(&live->forecast));
}

/* ------------------------------------------------------------------ rigging */

static json_t *cohort_json(const struct rigging_cohort *cohort)
{
	return json_pack("{s:i, s:i, s:i, s:i, s:i, s:o, s:o}", "cohort", (int)cohort->cohort,
	                 "volunteers", (int)cohort->volunteers, "judgments", (int)cohort->judgments,
	                 "labels", (int)cohort->labels, "turns", (int)cohort->turns, "agree",
	                 present_number(cohort->agree), "others_agree",
	                 present_number(cohort->others_agree));
}

static json_t *network_json(const struct rigging_network *network)
{
	return json_pack("{s:s, s:b, s:I, s:I, s:I, s:f, s:f, s:o}", "network", network->network,
	                 "is_provider", (int)network->is_provider, "volunteers",
	                 (json_int_t)network->volunteers, "judgments", (json_int_t)network->judgments,
	                 "labels", (json_int_t)network->labels, "share", network->share, "excess",
	                 network->excess, "gold_accuracy", present_number(network->gold_accuracy));
}

static json_t *label_json(const struct rigging_label *label)
{
	return json_pack("{s:s, s:s, s:i, s:f, s:b, s:o}", "item", label->item, "state", label->state,
	                 "cohort", (int)label->cohort, "share", label->share, "turns",
	                 (int)label->turns, "p_fake", present_number(label->p_fake));
}

json_t *present_rigging(const struct rigging *rigging)
{
	json_t *cohorts = json_array(), *networks = json_array(), *labels = json_array();

	for (size_t n = 0; n < rigging->cohort_count; n++)
		json_array_append_new(cohorts, cohort_json(&rigging->cohorts[n]));
	for (size_t n = 0; n < rigging->network_count; n++)
		json_array_append_new(networks, network_json(&rigging->networks[n]));
	for (size_t n = 0; n < rigging->label_count; n++)
		json_array_append_new(labels, label_json(&rigging->labels[n]));
	return json_pack("{s:s?, s:o, s:o, s:o}", "fitted_at", rigging->fitted_at, "cohorts", cohorts,
	                 "networks", networks, "labels", labels);
}
