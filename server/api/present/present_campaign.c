/* SPDX-License-Identifier: Apache-2.0 */
#include "api/present/present_campaign.h"

json_t *present_campaign(struct campaign_standing *standing)
{
	json_t *json = json_pack(
		"{s:s, s:s, s:s, s:I, s:O, s:O, s:O, s:I, s:I, s:I}", "name", standing->name, "state",
		standing->state, "created_at", standing->created_at, "version",
		(json_int_t)standing->version, "settings", standing->settings, "cut", standing->cut,
		"items", standing->items, "waiting_to_be_cut", (json_int_t)standing->due, "cannot_be_cut",
		(json_int_t)standing->uncut, "open_pairs", (json_int_t)standing->open_pairs);

	campaign_standing_clear(standing);
	return json;
}

json_t *present_campaign_effect(const struct campaign_effect *effect)
{
	json_t *sample =
		effect->looked_at
			? json_pack("{s:I, s:I, s:I}", "items", (json_int_t)effect->looked_at, "of",
	                    (json_int_t)effect->items, "within", (json_int_t)effect->within)
			: json_null();

	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "retire", (json_int_t)effect->retire,
	                 "dispute", (json_int_t)effect->dispute, "reopen", (json_int_t)effect->reopen,
	                 "withdraw", (json_int_t)effect->withdraw, "leave", (json_int_t)effect->leave,
	                 "enter", (json_int_t)effect->enter, "sample", sample);
}

static json_t *setting_words(const struct campaign_setting *setting)
{
	json_t *words = setting->words ? json_array() : json_null();

	for (const char *const *word = setting->words; word && *word; word++)
		json_array_append_new(words, json_string(*word));
	return words;
}

json_t *present_campaign_settings(const struct campaign_setting settings[], size_t count)
{
	json_t *list = json_array();

	for (size_t s = 0; s < count; s++) {
		const struct campaign_setting *setting = &settings[s];
		bool bounded = !setting->words && setting->kind != SETTING_FLAG;

		json_array_append_new(
			list, json_pack("{s:s, s:s, s:s?, s:o, s:o, s:o, s:o, s:b}", "name", setting->name,
		                    "kind", setting_kinds[setting->kind], "unit", setting->unit, "least",
		                    bounded ? json_real(setting->least) : json_null(), "most",
		                    bounded ? json_real(setting->most) : json_null(), "default",
		                    json_loads(setting->fresh, JSON_DECODE_ANY, NULL), "words",
		                    setting_words(setting), "decides", (int)setting->decides));
	}
	return list;
}
