/* SPDX-License-Identifier: Apache-2.0 */
#include "api/present/present_dispute.h"

#include <stdlib.h>
#include <string.h>

#include "api/present/present_desk.h"
#include "api/present/present_number.h"
#include "api/present/present_origin.h"
#include "api/present/present_ruling.h"
#include "core/vocabulary.h"
#include "corpus/item_provenance.h"
#include "review/dispute.h"
#include "review/ruling.h"

static json_t *whole_json(int64_t number)
{
	return number < 0 ? json_null() : json_integer(number);
}

static json_t *words_json(const char *const *words)
{
	json_t *list = words ? json_array() : json_null();

	for (size_t i = 0; words && words[i]; i++)
		json_array_append_new(list, json_string(words[i]));
	return list;
}

static json_t *closing_json(const struct dispute *dispute)
{
	return dispute->closed_at
	           ? json_pack("{s:s, s:s}", "at", dispute->closed_at, "by", dispute->closed_by)
	           : json_null();
}

static json_t *claim_json(const struct dispute *dispute)
{
	return dispute->claimed_until ? json_pack("{s:b, s:s}", "by_you", dispute->claimed_by_you,
	                                          "expires_at", dispute->claimed_until)
	                              : json_null();
}

json_t *present_dispute(const struct dispute *dispute)
{
	return json_pack(
		"{s:s, s:s, s:s, s:o, s:I, s:s, s:s, s:o, s:o, s:b, s:b, s:s, s:b, s:s?, s:b, s:b, s:b}",
		"id", dispute->id, "media_type", dispute->media_type, "reason",
		dispute->reason ?: "undisclosed", "distrust", words_json(dispute->distrust), "judgments",
		(json_int_t)dispute->judgments, "opened_at", dispute->opened_at, "state", dispute->state,
		"closed", closing_json(dispute), "claim", claim_json(dispute), "verdict_given",
		dispute->verdict_given, "sensitive", dispute->sensitive, "campaign", dispute->campaign,
		"own_item", dispute->own_item, "escalated_to", dispute->escalated_to, "escalated_to_you",
		dispute->escalated_to_you, "second_opinion", dispute->second_opinion, "opinion_given",
		dispute->opinion_given);
}

json_t *present_dispute_story(const struct dispute_story *story)
{
	json_t *json = present_dispute(&story->dispute), *rulings = json_array();
	json_t *verdict = json_null();

	if (story->verdict)
		verdict = json_pack("{s:s, s:I, s:b, s:s}", "verdict", story->verdict, "confidence",
		                    (json_int_t)story->verdict_confidence, "blind", story->verdict_blind,
		                    "given_at", story->verdict_at);
	for (size_t i = 0; i < story->ruling_count; i++)
		json_array_append_new(rulings, present_ruling(&story->rulings[i]));
	json_object_set_new(json, "verdict", verdict);
	json_object_set_new(json, "rulings", rulings);
	json_object_set_new(json, "guidelines",
	                    story->guidelines ? json_string(story->guidelines) : json_null());
	json_object_set_new(json, "may_rule", json_boolean(story->may_rule));
	json_object_set_new(json, "opinion", present_opinion(story->opinion));
	return json;
}

/* Volunteers have a number of their own within this item. */
static json_t *judgments_json(const struct evidence *evidence)
{
	json_t *list = json_array();

	for (size_t i = 0; i < evidence->judgment_count; i++) {
		const struct evidence_judgment *judgment = &evidence->judgments[i];

		json_array_append_new(
			list,
			json_pack("{s:o, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:s}", "volunteer",
		              json_sprintf("v%zu", i + 1), "position", judgment->position, "verdict",
		              judgment->verdict, "confidence", whole_json(judgment->confidence),
		              "sensitivity", present_number(judgment->sensitivity), "specificity",
		              present_number(judgment->specificity), "tells", words_json(judgment->tells),
		              "marks", json_loads(judgment->marks, 0, NULL) ?: json_array(), "exposure_ms",
		              whole_json(judgment->exposure_ms), "judged_at", judgment->day));
	}
	return list;
}

struct tell_count {
	const char *tell;
	json_int_t count;
};

/* What most have named comes first; of those named as often, the first in the alphabet. */
static int compare_tells(const void *a, const void *b)
{
	const struct tell_count *one = a, *other = b;

	if (one->count != other->count)
		return one->count > other->count ? -1 : 1;
	return strcmp(one->tell, other->tell);
}

static json_t *tells_json(const struct evidence *evidence)
{
	struct tell_count counts[TELL_WORDS];
	json_t *list = json_array();

	for (size_t t = 0; t < TELL_WORDS; t++) {
		counts[t] = (struct tell_count){ .tell = tells[t] };
		for (size_t i = 0; i < evidence->judgment_count; i++)
			for (const char *const *said = evidence->judgments[i].tells; *said; said++)
				counts[t].count += strcmp(*said, tells[t]) == 0;
	}
	qsort(counts, TELL_WORDS, sizeof counts[0], compare_tells);
	for (size_t t = 0; t < TELL_WORDS && counts[t].count; t++)
		json_array_append_new(
			list, json_pack("{s:s, s:I}", "tell", counts[t].tell, "count", counts[t].count));
	return list;
}

static json_t *posterior_json(const struct evidence *evidence)
{
	if (!evidence->has_posterior)
		return json_null();
	return json_pack("{s:f, s:o, s:o, s:I}", "p_fake", evidence->p_fake, "low",
	                 present_number(evidence->low), "high", present_number(evidence->high),
	                 "judgments", (json_int_t)evidence->posterior_judgments);
}

static json_t *provenance_json(const struct evidence *evidence)
{
	return json_pack("{s:s?, s:s?, s:b, s:s?, s:s?, s:s?, s:s?, s:s?, s:o, s:s?, s:s?, s:s?}",
	                 "truth", evidence->truth, "basis", evidence->basis, "gold", evidence->gold,
	                 "title", evidence->title, "source", evidence->source, "licence",
	                 evidence->licence, "credit", evidence->credit, "generator",
	                 evidence->generator, "technique", words_json(evidence->techniques),
	                 "explanation", evidence->explanation, "sha256", evidence->sha256,
	                 "original_format", evidence->original_format);
}

static json_t *near_json(const struct evidence *evidence)
{
	json_t *list = json_array();

	for (size_t i = 0; i < evidence->near_count; i++)
		json_array_append_new(
			list, json_pack("{s:s, s:I, s:b, s:s}", "item", evidence->near[i].item, "distance",
		                    (json_int_t)evidence->near[i].distance, "declared",
		                    evidence->near[i].declared, "state", evidence->near[i].state));
	return list;
}

static json_t *origin_json(const struct evidence *evidence)
{
	return present_origin(
		&(struct file_origin){ .read_at = evidence->read_at,
	                           .tool = evidence->tool,
	                           .tool_version = evidence->tool_version,
	                           .c2pa_state = evidence->c2pa_state,
	                           .report = evidence->report,
	                           .report_cut = evidence->report_cut,
	                           .digital_source_type = evidence->digital_source_type,
	                           .c2pa = evidence->c2pa });
}

json_t *present_evidence(const struct evidence *evidence)
{
	return json_pack(
		"{s:o, s:{s:o, s:o}, s:o, s:o, s:o, s:o, s:o}", "posterior", posterior_json(evidence),
		"agreement", "item_alpha", present_number(evidence->item_alpha), "campaign_alpha",
		present_number(evidence->campaign_alpha), "judgments", judgments_json(evidence), "tells",
		tells_json(evidence), "provenance", provenance_json(evidence), "origin",
		origin_json(evidence), "near_duplicates", near_json(evidence));
}
