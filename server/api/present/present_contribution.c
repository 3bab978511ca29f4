/* SPDX-License-Identifier: Apache-2.0 */
#include "api/present/present_contribution.h"

#include "api/present/present_origin.h"
#include "corpus/contribution.h"
#include "corpus/quarantine.h"

static json_t *decision_json(const struct contribution *contribution, bool whole)
{
	if (!contribution->decided_at)
		return json_null();
	return json_pack("{s:s, s:s?, s:s?, s:b}", "at", contribution->decided_at, "by",
	                 whole ? contribution->decided_by : NULL, "reason", contribution->reason,
	                 "not_independent", contribution->not_independent);
}

json_t *present_contribution(const struct contribution *contribution, bool whole)
{
	json_t *facts = json_loads(contribution->facts, 0, NULL);
	/* What the platform has already is not told to volunteers: it may be in service as gold. */
	bool told = whole || !contribution->item;

	return json_pack(
		"{s:s, s:s, s:b, s:s?, s:s, s:s?, s:o, s:s, s:s, s:s?, s:s?, s:s?, s:s?, s:o, s:s}", "id",
		contribution->id, "state", contribution->state, "direct", contribution->direct, "by",
		contribution->by, "campaign", contribution->campaign, "url", contribution->url, "facts",
		facts, "rights", contribution->rights, "people", contribution->people, "made_by",
		contribution->made_by, "made_how", contribution->made_how, "item",
		whole ? contribution->item : NULL, "detail", told ? contribution->detail : NULL, "decision",
		decision_json(contribution, whole), "created_at", contribution->created_at);
}

void present_look(json_t *json, const struct quarantine_look *look, json_t *near)
{
	json_object_set_new(json, "provenance", present_origin(&look->origin));
	json_object_set_new(json, "near", near);
	json_object_set_new(json, "near_at", look->near_at ? json_string(look->near_at) : json_null());
}

json_t *present_near(const struct quarantine_near *near)
{
	return json_pack("{s:s?, s:s?, s:s, s:o, s:b}", "item", near->item, "contribution",
	                 near->contribution, "state", near->state, "distance",
	                 near->distance < 0 ? json_null() : json_integer(near->distance), "same_bytes",
	                 near->same_bytes);
}
