/* SPDX-License-Identifier: Apache-2.0 */
#include "api/present/present_notice.h"

#include "notices/notice.h"

json_t *present_notice_receipt(const struct notice_receipt *receipt)
{
	return json_pack("{s:s, s:s, s:b}", "reference", receipt->reference, "made_at",
	                 receipt->made_at, "hidden", (int)receipt->hidden);
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

static json_t *complaint_json(const struct notice *notice)
{
	if (!notice->complaint)
		return json_null();
	return json_pack("{s:s, s:s, s:o}", "text", notice->complaint, "made_at", notice->complained_at,
	                 "decision", reasons_json(&notice->second));
}

json_t *present_notice_state(const struct notice *notice)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:b, s:o, s:o, s:s?}", "state", notice->state, "reason",
	                 notice->reason, "explanation", notice->explanation, "made_at", notice->made_at,
	                 "hidden", (int)notice->hidden, "decision", reasons_json(&notice->first),
	                 "complaint", complaint_json(notice), "complaint_until",
	                 notice->contestable_until);
}

static void add_decider(json_t *reasons, const struct notice_reasons *from)
{
	if (from->outcome)
		json_object_set_new(reasons, "by", json_string(from->by));
}

json_t *present_notice(const struct notice *notice)
{
	json_t *json = present_notice_state(notice);
	json_t *item = json_pack("{s:s, s:s, s:s, s:b, s:b, s:b, s:s?}", "id", notice->item, "type",
	                         notice->media_type, "state", notice->item_state, "sensitive",
	                         (int)notice->sensitive, "hidden", (int)notice->hidden, "held",
	                         (int)notice->held, "held_until", notice->held_until);

	json_object_set_new(json, "id", json_string(notice->id));
	json_object_set_new(json, "target", json_string(notice->target));
	json_object_set_new(json, "name", notice->name ? json_string(notice->name) : json_null());
	json_object_set_new(json, "email", notice->email ? json_string(notice->email) : json_null());
	json_object_set_new(json, "priority", json_integer(notice->priority));
	json_object_set_new(json, "hides", json_string(notice->hides));
	json_object_set_new(json, "item", item);
	add_decider(json_object_get(json, "decision"), &notice->first);
	add_decider(json_object_get(json_object_get(json, "complaint"), "decision"), &notice->second);
	return json;
}
