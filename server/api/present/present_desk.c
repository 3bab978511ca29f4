/* SPDX-License-Identifier: Apache-2.0 */
#include "api/present/present_desk.h"

#include <string.h>

#include "api/present/present_number.h"
#include "review/desk.h"
#include "review/opinion.h"

static json_t *desk_words(const char *const *words)
{
	json_t *list = json_array();

	for (; *words; words++)
		json_array_append_new(list, json_string(*words));
	return list;
}

json_t *present_desk(const struct desk *desk)
{
	json_t *queues = json_object();

	for (size_t i = 0; i < desk->queue_count; i++)
		json_object_set_new(queues, desk->queues[i].name,
		                    json_pack("{s:I, s:s?}", "waiting", (json_int_t)desk->queues[i].waiting,
		                              "oldest_at", desk->queues[i].oldest_at));
	return json_pack("{s:o, s:o, s:o}", "queues", queues, "colleagues",
	                 desk_words(desk->colleagues), "campaigns", desk_words(desk->campaigns));
}

/* How often one of them said what was ruled. */
static json_t *against_rulings(const struct opinion_agreement *agreement, const char *email)
{
	for (size_t i = 0; i < agreement->count; i++) {
		const struct moderator_agreement *one = &agreement->moderators[i];

		if (strcmp(one->email, email) == 0)
			return json_pack("{s:I, s:I, s:I, s:I}", "opinions", (json_int_t)one->opinions,
			                 "opinions_as_ruled", (json_int_t)one->opinions_as_ruled, "verdicts",
			                 (json_int_t)one->verdicts, "verdicts_as_ruled",
			                 (json_int_t)one->verdicts_as_ruled);
	}
	return json_null();
}

static json_t *exposure_json(const struct exposure *one, const struct opinion_agreement *agreement)
{
	return json_pack("{s:s, s:s, s:s, s:{s:I, s:I, s:I, s:I, s:I, s:I}, s:I, s:I, s:o, s:s?}",
	                 "email", one->email, "role", one->role, "state", one->state, "seen", "day",
	                 (json_int_t)one->day, "week", (json_int_t)one->week, "month",
	                 (json_int_t)one->month, "ever", (json_int_t)one->ever, "sensitive_month",
	                 (json_int_t)one->sensitive, "evidence_month", (json_int_t)one->evidence,
	                 "rulings_month", (json_int_t)one->rulings, "not_independent_month",
	                 (json_int_t)one->not_independent, "against_rulings",
	                 against_rulings(agreement, one->email), "last_at", one->last_at);
}

json_t *present_moderators(const struct exposure *list, size_t count,
                           const struct opinion_agreement *agreement)
{
	json_t *items = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(items, exposure_json(&list[i], agreement));
	return json_pack("{s:o, s:{s:I, s:o, s:o, s:o}}", "moderators", items, "agreement", "items",
	                 (json_int_t)agreement->items, "alpha", present_number(agreement->alpha), "low",
	                 present_number(agreement->low), "high", present_number(agreement->high));
}

json_t *present_notes(const struct note *list, size_t count)
{
	json_t *items = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(items, json_pack("{s:s, s:s, s:b, s:s, s:s?}", "text", list[i].text,
		                                       "by", list[i].by, "by_you", list[i].by_you, "at",
		                                       list[i].at, "to", list[i].to));
	return json_pack("{s:o}", "notes", items);
}

json_t *present_opinion(const struct opinion *opinion)
{
	if (!opinion)
		return json_null();
	return json_pack("{s:s, s:s, s:s, s:s, s:s?}", "id", opinion->id, "ruling", opinion->ruling,
	                 "reason", opinion->reason, "at", opinion->at, "undo_until",
	                 opinion->undo_until);
}
