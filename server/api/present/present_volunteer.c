/* SPDX-License-Identifier: Apache-2.0 */
#include "api/present/present_volunteer.h"

#include "core/strbuf.h"
#include "people/volunteer.h"

static long long training_left(const struct progress *progress)
{
	long long left = TRAINING_PAIRS - progress->training_done;

	return left > 0 ? left : 0;
}

void present_progress_text(struct strbuf *text, const struct progress *progress)
{
	strbuf_add(text, "{\"pairs\":");
	strbuf_add_number(text, (uint64_t)progress->pairs);
	strbuf_add(text, ",\"pairs_today\":");
	strbuf_add_number(text, (uint64_t)progress->pairs_today);
	strbuf_add(text, ",\"training\":{\"done\":");
	strbuf_add_number(text, (uint64_t)progress->training_done);
	strbuf_add(text, ",\"correct\":");
	strbuf_add_number(text, (uint64_t)progress->training_correct);
	strbuf_add(text, ",\"left\":");
	strbuf_add_number(text, (uint64_t)training_left(progress));
	strbuf_add(text, "}}");
}

json_t *present_progress(struct arena *arena, const struct progress *progress)
{
	struct strbuf text = { .arena = arena };

	present_progress_text(&text, progress);
	return json_loadb(text.bytes, text.len, 0, NULL);
}

json_t *present_result(const struct volunteer_result *result)
{
	json_t *confidence = result->confidence < 0 ? json_null() : json_integer(result->confidence);

	return json_pack("{s:s, s:s, s:o, s:s, s:s, s:b, s:s}", "media_type", result->media_type,
	                 "verdict", result->verdict, "confidence", confidence, "label", result->label,
	                 "label_source", result->label_source, "correct", result->correct, "judged_at",
	                 result->judged_at);
}
