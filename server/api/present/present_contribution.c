/* SPDX-License-Identifier: Apache-2.0 */
#include "api/present/present_contribution.h"

#include "corpus/contribution.h"

static json_t *decision_json(const struct contribution *contribution, bool whole)
{
	if (!contribution->decided_at)
		return json_null();
	return json_pack("{s:s, s:s?, s:s?}", "at", contribution->decided_at, "by",
	                 whole ? contribution->decided_by : NULL, "reason", contribution->reason);
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
