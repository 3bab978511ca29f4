/* SPDX-License-Identifier: Apache-2.0 */
#include "api/present/present_notice.h"

#include "core/vocabulary.h"
#include "notices/notice.h"
#include "notices/statement.h"

json_t *present_notice_receipt(const struct notice_receipt *receipt)
{
	return json_pack("{s:s, s:s, s:b, s:s?}", "reference", receipt->reference, "made_at",
	                 receipt->made_at, "hidden", (int)receipt->hidden, "found_by",
	                 receipt->found_by);
}

/* A statement of reasons; null: nothing is decided. */
static json_t *reasons_json(const struct notice_reasons *reasons)
{
	if (!reasons->outcome)
		return json_null();
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:b, s:s?, s:s}", "outcome", reasons->outcome,
	                 "action", reasons->action, "ground_kind", reasons->ground_kind, "ground",
	                 reasons->ground, "facts", reasons->facts, "automated", (int)reasons->automated,
	                 "independent", (int)reasons->independent, "authority", reasons->authority,
	                 "decided_at", reasons->decided_at);
}

static json_t *complaint_json(const struct notice *notice, enum notice_party party)
{
	const struct notice_contested *contested = &notice->contests[party];

	if (!contested->text)
		return json_null();
	return json_pack("{s:s, s:s, s:o}", "text", contested->text, "made_at", contested->made_at,
	                 "decision", contested->answered ? reasons_json(&notice->second) : json_null());
}

/* Who contributed the item is not told in which words somebody reported it. */
json_t *present_notice_state(const struct notice *notice)
{
	bool sent = notice->party == PARTY_NOTIFIER;

	return json_pack("{s:s, s:s, s:s, s:s?, s:s, s:b, s:o, s:o, s:o, s:s?}", "party",
	                 notice_parties[notice->party], "state", notice->state, "reason",
	                 notice->reason, "explanation", sent ? notice->explanation : NULL, "made_at",
	                 notice->made_at, "hidden", (int)notice->hidden, "decision",
	                 reasons_json(&notice->first), "revised", reasons_json(&notice->second),
	                 "complaint", complaint_json(notice, notice->party), "complaint_until",
	                 notice->contests[notice->party].until);
}

json_t *present_statement(const struct notice_statement *statement)
{
	json_t *json = present_notice_state(&statement->notice);

	json_object_set_new(json, "id", json_string(statement->id));
	json_object_set_new(json, "contribution", json_string(statement->contribution));
	return json;
}

static void add_decider(json_t *reasons, const struct notice_reasons *from)
{
	if (json_is_object(reasons))
		json_object_set_new(reasons, "by", json_string(from->by));
}

static json_t *subject_json(const struct notice *notice)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:b, s:b, s:b, s:s?}", "id",
	                 notice->item ? notice->item : notice->contribution, "kind",
	                 notice->item ? "item" : "contribution", "type", notice->media_type, "state",
	                 notice->item_state, "sensitive", (int)notice->sensitive, "hidden",
	                 (int)notice->hidden, "held", (int)notice->held, "held_until",
	                 notice->held_until);
}

static json_t *text_or_null(const char *text)
{
	return text ? json_string(text) : json_null();
}

json_t *present_notice(const struct notice *notice)
{
	json_t *json = present_notice_state(notice);
	json_t *contributors = complaint_json(notice, PARTY_CONTRIBUTOR);

	json_object_del(json, "party");
	json_object_set_new(json, "id", json_string(notice->id));
	json_object_set_new(json, "target", json_string(notice->target));
	json_object_set_new(json, "found_by", text_or_null(notice->found_by));
	json_object_set_new(json, "name", text_or_null(notice->name));
	json_object_set_new(json, "email", text_or_null(notice->email));
	json_object_set_new(json, "priority", json_integer(notice->priority));
	json_object_set_new(json, "hides", json_string(notice->hides));
	json_object_set_new(json, "item", subject_json(notice));
	json_object_set_new(json, "contributor_complaint", contributors);
	add_decider(json_object_get(json, "decision"), &notice->first);
	add_decider(json_object_get(json, "revised"), &notice->second);
	add_decider(json_object_get(json_object_get(json, "complaint"), "decision"), &notice->second);
	add_decider(json_object_get(contributors, "decision"), &notice->second);
	return json;
}
