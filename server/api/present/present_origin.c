/* SPDX-License-Identifier: Apache-2.0 */
#include "api/present/present_origin.h"

#include <stdlib.h>
#include <string.h>

#include "core/utf8.h"
#include "corpus/item_provenance.h"

/* A stranger's text without what ends a line or turns it round: U+FFFD stands for it. */
static json_t *clean_text(const char *text)
{
	static const char instead[] = "\xef\xbf\xbd", more[] = "\xe2\x80\xa6";
	char clean[ORIGIN_MOST_BYTES + sizeof instead + sizeof more];
	size_t len = 0, step;

	for (; *text; text += step) {
		uint32_t character = utf8_next(text, &step);
		bool bad = utf8_ends_line(character) || utf8_turns_text(character) ||
		           !utf8_length(text, text + step);
		const char *from = bad ? instead : text;
		size_t took = bad ? sizeof instead - 1 : step;
		if (len + took > ORIGIN_MOST_BYTES) {
			memcpy(clean + len, more, sizeof more - 1);
			len += sizeof more - 1;
			break;
		}
		memcpy(clean + len, from, took);
		len += took;
	}
	return json_stringn(clean, len);
}

static json_t *clean_member(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? clean_text(text) : json_null();
}

static json_t *credentials_json(const struct file_origin *origin)
{
	json_auto_t *c2pa = origin->c2pa ? json_loads(origin->c2pa, 0, NULL) : NULL;

	return json_pack("{s:s?, s:o, s:o, s:o, s:o}", "state", origin->c2pa_state, "reason",
	                 clean_member(c2pa, "reason"), "algorithm", clean_member(c2pa, "algorithm"),
	                 "signer", clean_member(c2pa, "signer"), "generator",
	                 clean_member(c2pa, "generator"));
}

/* The report as a list, in its order; what is no text (a structure) is shown as JSON. */
static json_t *tags_json(const struct file_origin *origin)
{
	json_t *list = json_array(), *value;
	json_auto_t *report = origin->report ? json_loads(origin->report, JSON_ALLOW_NUL, NULL) : NULL;
	const char *tag;

	json_object_foreach (report, tag, value) {
		if (json_array_size(list) == ORIGIN_MOST_TAGS)
			break;
		char *dumped = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
		const char *text = json_string_value(value) ? json_string_value(value) : dumped;
		json_array_append_new(list, json_pack("{s:o, s:o}", "tag", clean_text(tag), "value",
		                                      clean_text(text ? text : "")));
		free(dumped);
	}
	return list;
}

json_t *present_origin(const struct file_origin *origin)
{
	if (!origin->read_at)
		return json_null();
	return json_pack("{s:s, s:s?, s:s?, s:s?, s:o, s:o, s:b}", "read_at", origin->read_at, "tool",
	                 origin->tool, "tool_version", origin->tool_version, "digital_source_type",
	                 origin->digital_source_type, "c2pa", credentials_json(origin), "metadata",
	                 tags_json(origin), "metadata_cut", origin->report_cut);
}
