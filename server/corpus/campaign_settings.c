/* SPDX-License-Identifier: Apache-2.0 */
#include "corpus/campaign_settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/number.h"
#include "core/utf8.h"
#include "core/vocabulary.h"
#include "corpus/campaign.h"
#include "db/db.h"

#define QUESTION_MOST   500 /* bytes */
#define LANGUAGES_MOST  60
#define LANGUAGE_LENGTH 35 /* of a tag (RFC 5646, 4.4.1) */

const char *const setting_kinds[] = { "text",   "texts",   "number", "whole",
	                                  "choice", "choices", "flag",   NULL };

const struct campaign_setting campaign_settings[CAMPAIGN_SETTINGS] = {
	{ .name = "question",
	  .kind = SETTING_TEXT,
	  .least = 1,
	  .most = QUESTION_MOST,
	  .fresh = "\"How real is each? Both may be real, both may be fake.\"" },
	{ .name = "questions",
	  .kind = SETTING_TEXTS,
	  .least = 1,
	  .most = QUESTION_MOST,
	  .fresh = "{}" },
	{ .name = "media_types",
	  .kind = SETTING_CHOICES,
	  .words = media_types,
	  .fresh = "[\"image\",\"video\",\"audio\"]" },
	{ .name = "visibility",
	  .kind = SETTING_CHOICE,
	  .words = campaign_visibilities,
	  .fresh = "\"everyone\"" },
	{ .name = "threshold",
	  .kind = SETTING_NUMBER,
	  .least = .51,
	  .most = .999,
	  .unit = "probability",
	  .fresh = "0.97",
	  .decides = true },
	{ .name = "min_judgments",
	  .kind = SETTING_WHOLE,
	  .least = 1,
	  .most = 1000,
	  .unit = "judgments",
	  .fresh = "5",
	  .decides = true },
	{ .name = "max_judgments",
	  .kind = SETTING_WHOLE,
	  .least = 1,
	  .most = 10000,
	  .unit = "judgments",
	  .fresh = "25",
	  .decides = true },
	{ .name = "random_share", .kind = SETTING_NUMBER, .most = 1, .unit = "share", .fresh = "0.2" },
	{ .name = "fake_rate",
	  .kind = SETTING_NUMBER,
	  .least = .2,
	  .most = .8,
	  .unit = "share",
	  .fresh = "0.5" },
	{ .name = "gold_dose",
	  .kind = SETTING_NUMBER,
	  .least = .01,
	  .most = .5,
	  .unit = "share",
	  .fresh = "null",
	  .may_lack = true },
	{ .name = "guidelines",
	  .kind = SETTING_TEXT,
	  .least = 1,
	  .most = GUIDELINES_MAX,
	  .fresh = "null",
	  .may_lack = true },
	{ .name = "second_opinion",
	  .kind = SETTING_CHOICE,
	  .words = second_opinions,
	  .fresh = "\"never\"" },
	{ .name = "second_share", .kind = SETTING_NUMBER, .most = 1, .unit = "share", .fresh = "0.1" },
};

const struct campaign_setting campaign_cuts[CAMPAIGN_CUTS] = {
	{ .name = "box_width",
	  .kind = SETTING_WHOLE,
	  .least = 32,
	  .most = 960,
	  .unit = "pixels",
	  .fresh = "null",
	  .may_lack = true },
	{ .name = "box_height",
	  .kind = SETTING_WHOLE,
	  .least = 32,
	  .most = 960,
	  .unit = "pixels",
	  .fresh = "null",
	  .may_lack = true },
	{ .name = "window_from_ms",
	  .kind = SETTING_WHOLE,
	  .most = 60000,
	  .unit = "milliseconds",
	  .fresh = "null",
	  .may_lack = true },
	{ .name = "window_ms",
	  .kind = SETTING_WHOLE,
	  .least = 520, /* as of media/cut, in whole frames */
	  .most = 60000,
	  .unit = "milliseconds",
	  .fresh = "null",
	  .may_lack = true },
	{ .name = "noise_db",
	  .kind = SETTING_WHOLE,
	  .least = -70,
	  .most = -30,
	  .unit = "decibels",
	  .fresh = "null",
	  .may_lack = true },
	{ .name = "shortest", .kind = SETTING_FLAG, .fresh = "false" },
};

/* ------------------------------------------------------------------ reading */

/* "de", "pt-BR", "zh-Hant-TW": letters first, then parts of letters and digits. */
static bool is_language(const char *tag)
{
	size_t len = strlen(tag), part = strspn(tag, "abcdefghijklmnopqrstuvwxyz");

	if (len > LANGUAGE_LENGTH || part < 2 || part > 3)
		return false;
	for (const char *at = tag + part; *at; at += part) {
		if (*at++ != '-')
			return false;
		part = strcspn(at, "-");
		if (part < 2 || part > 8 ||
		    strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") < part)
			return false;
	}
	return true;
}

static json_t *read_languages(struct json_reader *r, const struct campaign_setting *setting)
{
	json_t *object = read_object_or_null(r, setting->name), *value;
	json_t *texts = json_object();
	const char *tag;

	if (!object || json_object_size(object) > LANGUAGES_MOST) {
		json_reader_refuse(r, setting->name, "has a text for each of at most %d languages.",
		                   LANGUAGES_MOST);
		return texts;
	}
	json_object_foreach (object, tag, value) {
		struct json_reader inner = { .object = object, .arena = r->arena };
		const char *text = read_text(&inner, tag, (size_t)setting->least, (size_t)setting->most);

		if (!is_language(tag) || !text)
			json_reader_refuse(
				r, setting->name,
				"has tags of languages such as de or pt-BR, each with 1 to %d bytes.",
				QUESTION_MOST);
		json_object_set_new(texts, tag, json_string(text ? text : ""));
	}
	return texts;
}

/* Each word once, in the order of the list. */
static json_t *read_choices(struct json_reader *r, const struct campaign_setting *setting)
{
	json_t *array = read_array(r, setting->name, 1, 16), *value, *chosen = json_array();
	size_t n;

	json_array_foreach (array, n, value)
		if (!json_is_string(value) || !vocabulary_has(setting->words, json_string_value(value)))
			json_reader_refuse(r, setting->name, "has words that are none of these.");
	for (const char *const *word = setting->words; *word; word++)
		json_array_foreach (array, n, value)
			if (json_is_string(value) && strcmp(json_string_value(value), *word) == 0) {
				json_array_append_new(chosen, json_string(*word));
				break;
			}
	return chosen;
}

static json_t *read_setting(struct json_reader *r, const struct campaign_setting *setting)
{
	const char *name = setting->name;

	switch (setting->kind) {
	case SETTING_TEXT:
		return json_string(read_text(r, name, (size_t)setting->least, (size_t)setting->most));
	case SETTING_TEXTS:
		return read_languages(r, setting);
	case SETTING_NUMBER:
		return json_real(read_number(r, name, setting->least, setting->most));
	case SETTING_WHOLE:
		return json_integer(read_integer(r, name, (int64_t)setting->least, (int64_t)setting->most));
	case SETTING_CHOICE:
		return json_string(setting->words[read_choice(r, name, setting->words)]);
	case SETTING_CHOICES:
		return read_choices(r, setting);
	case SETTING_FLAG:
		return json_boolean(read_flag_or(r, name, false));
	}
	abort();
}

/* A whole number of the table of cuts; 0: not said. */
static int read_cut_number(struct json_reader *r, size_t place)
{
	const struct campaign_setting *setting = &campaign_cuts[place];

	return (int)read_integer_or(r, setting->name, (int64_t)setting->least, (int64_t)setting->most,
	                            0);
}

struct error campaign_cut_settings_read(struct json_reader *outer, struct media_cut *ret_cut,
                                        bool *ret_shortest)
{
	json_t *object = read_object_or_null(outer, "cut");
	struct json_reader r = { .object = object, .arena = outer->arena, .at = "/cut" };

	if (!object)
		return ok();
	*ret_cut = (struct media_cut){ .width = (unsigned)read_cut_number(&r, 0),
		                           .height = (unsigned)read_cut_number(&r, 1),
		                           .from_ms = (unsigned)read_cut_number(&r, 2),
		                           .length_ms = (unsigned)read_cut_number(&r, 3),
		                           .noise_db = read_cut_number(&r, 4) };
	*ret_shortest = read_flag_or(&r, campaign_cuts[5].name, false);
	struct error err = json_reader_done(&r);
	if (err.code)
		return err;
	if (!ret_cut->width != !ret_cut->height)
		return error_field("/cut/box_width", "and box_height are given together.");
	if (*ret_shortest && ret_cut->length_ms)
		return error_field("/cut/shortest", "goes with no window: one of the two.");
	err = media_cut_check(ret_cut);
	return err.code ? error_field("/cut", "%s", err.detail) : ok();
}

json_t *campaign_settings_read(struct json_reader *r)
{
	json_t *changes = json_object();

	for (size_t s = 0; s < CAMPAIGN_SETTINGS; s++) {
		const struct campaign_setting *setting = &campaign_settings[s];
		json_t *given = json_object_get(r->object, setting->name);

		if (!given || json_is_null(given)) {
			read_present(r, setting->name);
			if (given && setting->may_lack)
				json_object_set_new(changes, setting->name, json_null());
			else if (given)
				json_reader_refuse(r, setting->name, "cannot be nothing.");
			continue;
		}
		json_t *value = read_setting(r, setting);
		if (r->err.code)
			json_decref(value);
		else
			json_object_set_new(changes, setting->name, value);
	}
	return changes;
}

/* ------------------------------------------------------------------ words of a command line */

static const struct campaign_setting *setting_named(const char *word, size_t len)
{
	for (size_t s = 0; s < CAMPAIGN_SETTINGS; s++)
		if (strlen(campaign_settings[s].name) == len &&
		    memcmp(campaign_settings[s].name, word, len) == 0)
			return &campaign_settings[s];
	return NULL;
}

static json_t *words_apart(const char *text)
{
	json_t *array = json_array();

	for (const char *at = text; *at;) {
		size_t len = strcspn(at, ",");

		json_array_append_new(array, json_stringn(at, len));
		at += len + (at[len] == ',');
	}
	return array;
}

/* An object; NULL: it is none. */
static json_t *json_told(const char *text)
{
	json_t *object = NULL;
	struct error err = json_reader_parse(text, strlen(text), &object);

	return err.code ? NULL : object;
}

/* As JSON has it; NULL: it is no number, or no JSON, where one is wanted. */
static json_t *value_of_word(const struct campaign_setting *setting, const char *text)
{
	double number;

	if (setting->may_lack && !*text)
		return json_null();
	switch (setting->kind) {
	case SETTING_NUMBER:
		return number_real(text, -1e6, 1e6, &number) ? json_real(number) : NULL;
	case SETTING_WHOLE:
		return number_real(text, -1e6, 1e6, &number) && number == (double)(int64_t)number
		           ? json_integer((json_int_t)number)
		           : NULL;
	case SETTING_TEXTS:
		return json_told(text);
	case SETTING_CHOICES:
		return words_apart(text);
	case SETTING_TEXT:
	case SETTING_CHOICE:
		return json_string(text);
	case SETTING_FLAG:
		return json_boolean(strcmp(text, "true") == 0);
	}
	return NULL;
}

struct error campaign_settings_words(char *const words[], int count, json_t **ret_changes)
{
	json_auto_t *object = json_object();
	struct arena *arena = arena_new();
	struct json_reader r = { .object = object, .arena = arena };
	struct error err = ok();

	for (int w = 0; w < count && !err.code; w++) {
		size_t len = strcspn(words[w], "=");
		const struct campaign_setting *setting = setting_named(words[w], len);
		json_t *value =
			setting && words[w][len] ? value_of_word(setting, words[w] + len + 1) : NULL;

		if (value)
			json_object_set_new(object, setting->name, value);
		else
			err = errorf(ERR_INVALID, "%s is no setting with its value", words[w]);
	}
	json_t *changes = campaign_settings_read(&r);
	if (!err.code)
		err = json_reader_done(&r);
	if (!err.code)
		*ret_changes = json_incref(changes);
	json_decref(changes);
	arena_free(arena);
	return err;
}

/* ------------------------------------------------------------------ changing */

struct setting_work {
	const struct campaign_wish *wish;
	json_t *after;
};

/* What holds between settings. */
static struct error check_together(const json_t *settings)
{
	json_int_t least = json_integer_value(json_object_get(settings, "min_judgments"));
	json_int_t most = json_integer_value(json_object_get(settings, "max_judgments"));

	if (least > most)
		return error_field("/min_judgments", "is more than max_judgments, which is %lld.",
		                   (long long)most);
	return ok();
}

/* Is a label decided otherwise than before? */
static bool decides_otherwise(const json_t *before, const json_t *after)
{
	for (size_t s = 0; s < CAMPAIGN_SETTINGS; s++) {
		const char *name = campaign_settings[s].name;
		double was = json_number_value(json_object_get(before, name));
		double is = json_number_value(json_object_get(after, name));

		if (campaign_settings[s].decides && (was < is || was > is))
			return true;
	}
	return false;
}

static struct error write_settings(struct db *db, const char *name, const json_t *before,
                                   const json_t *after)
{
	char *text = json_dumps(after, JSON_COMPACT | JSON_REAL_PRECISION(15));

	if (!text)
		abort();
	struct error err = db_do(
		db, SQL_CAMPAIGN_SETTINGS_WRITE,
		(const char *[]){ name, text, decides_otherwise(before, after) ? "true" : "false" }, NULL);
	free(text);
	return err;
}

static struct error change_settings(struct db *db, void *arg)
{
	struct setting_work *work = arg;
	const struct campaign_wish *wish = work->wish;
	auto_rows *rows = NULL;
	struct error err =
		db_run(db, SQL_CAMPAIGN_SETTINGS_LOCK, (const char *[]){ wish->name }, &rows);

	if (err.code)
		return err;
	if (!rows_count(rows))
		return errorf(ERR_NOT_FOUND, "there is no campaign \"%s\"", wish->name);
	if (wish->version != CAMPAIGN_VERSION_ANY && wish->version != rows_integer(rows, 0, 1))
		return errorf(ERR_CONDITION, "The campaign was changed meanwhile: read it again.");
	json_auto_t *before = json_told(rows_text(rows, 0, 0));
	json_auto_t *after = json_copy(before);
	json_object_update(after, (json_t *)(uintptr_t)wish->changes);
	if ((err = check_together(after)).code)
		return err;
	if (!wish->dry && !json_equal(before, after) &&
	    (err = write_settings(db, wish->name, before, after)).code)
		return err;
	json_decref(work->after);
	work->after = json_incref(after);
	return ok();
}

struct error campaign_set(struct db *db, const struct campaign_wish *wish, json_t **ret_after)
{
	struct setting_work work = { .wish = wish };
	struct error err = db_transaction(db, change_settings, &work);

	if (err.code)
		json_decref(work.after);
	else
		*ret_after = work.after;
	return err;
}

struct make_work {
	const struct campaign_wanted *wanted;
	struct setting_work setting;
};

static struct error make_campaign(struct db *db, void *arg)
{
	struct make_work *work = arg;
	const struct campaign_wanted *wanted = work->wanted;
	struct error err = campaign_add(db, wanted->name, &wanted->cut, wanted->shortest);

	if (err.code)
		return err;
	if ((err = change_settings(db, &work->setting)).code || wanted->open)
		return err;
	return db_do(db, SQL_CAMPAIGN_SET_STATE, (const char *[]){ wanted->name, "preparing" }, NULL);
}

struct error campaign_make(struct db *db, const struct campaign_wanted *wanted)
{
	const struct campaign_wish wish = { .name = wanted->name, .changes = wanted->settings };
	struct make_work work = { .wanted = wanted, .setting = { .wish = &wish } };
	struct error err = db_transaction(db, make_campaign, &work);

	json_decref(work.setting.after);
	return err;
}

/* ------------------------------------------------------------------ as it stands */

static struct campaign_standing standing_read(const struct rows *rows, size_t row,
                                              struct arena *arena)
{
	return (struct campaign_standing){
		.name = rows_copy(rows, row, 0, arena),
		.state = rows_copy(rows, row, 1, arena),
		.created_at = rows_copy(rows, row, 2, arena),
		.version = rows_integer(rows, row, 3),
		.settings = json_told(rows_text(rows, row, 4)),
		.cut = json_told(rows_text(rows, row, 5)),
		.items = json_told(rows_text(rows, row, 6)),
		.due = rows_integer(rows, row, 7),
		.uncut = rows_integer(rows, row, 8),
		.open_pairs = rows_integer(rows, row, 9),
	};
}

void campaign_standing_clear(struct campaign_standing *standing)
{
	json_decref(standing->settings);
	json_decref(standing->cut);
	json_decref(standing->items);
	*standing = (struct campaign_standing){ 0 };
}

struct error campaign_stands(struct db *db, struct arena *arena, const char *name,
                             struct campaign_standing *ret_standing)
{
	auto_rows *rows = NULL;
	struct error err =
		db_run(db, SQL_CAMPAIGN_STANDING, (const char *[]){ name, NULL, "1" }, &rows);

	if (err.code)
		return err;
	if (!rows_count(rows))
		return errorf(ERR_NOT_FOUND, "there is no campaign \"%s\"", name);
	*ret_standing = standing_read(rows, 0, arena);
	return ok();
}

struct error campaign_page(struct db *db, struct arena *arena, const char *after, unsigned count,
                           void (*use)(void *arg, struct campaign_standing *standing), void *arg)
{
	const char *most = arena_printf(arena, "%u", count);
	auto_rows *rows = NULL;
	struct error err =
		db_run(db, SQL_CAMPAIGN_STANDING, (const char *[]){ NULL, after, most }, &rows);

	for (size_t r = 0; !err.code && r < rows_count(rows); r++) {
		struct campaign_standing standing = standing_read(rows, r, arena);

		use(arg, &standing);
	}
	return err;
}
