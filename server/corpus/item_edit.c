/* SPDX-License-Identifier: Apache-2.0 */
#include "corpus/item_edit.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/db.h"

static const struct {
	const char *name;
	size_t at;
} texts[] = {
	{ "truth", offsetof(struct item_row, truth) },
	{ "basis", offsetof(struct item_row, basis) },
	{ "group", offsetof(struct item_row, group) },
	{ "identity", offsetof(struct item_row, identity) },
	{ "pair", offsetof(struct item_row, pair) },
	{ "technique", offsetof(struct item_row, technique) },
	{ "generator", offsetof(struct item_row, generator) },
	{ "source", offsetof(struct item_row, source) },
	{ "licence", offsetof(struct item_row, licence) },
	{ "credit", offsetof(struct item_row, credit) },
	{ "title", offsetof(struct item_row, title) },
	{ "explanation", offsetof(struct item_row, explanation) },
	{ "rights", offsetof(struct item_row, rights) },
	{ "people", offsetof(struct item_row, people) },
	{ "made_by", offsetof(struct item_row, made_by) },
	{ "made_how", offsetof(struct item_row, made_how) },
	{ "region", offsetof(struct item_row, region) },
};

static const char *text_at(const struct item_row *row, size_t at)
{
	return *(const char *const *)(const void *)((const char *)row + at);
}

json_t *item_row_facts(const struct item_row *row)
{
	json_t *facts = json_object();

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (text_at(row, texts[i].at))
			json_object_set_new(facts, texts[i].name, json_string(text_at(row, texts[i].at)));
	if (row->says_gold)
		json_object_set_new(facts, "gold", json_boolean(row->gold));
	if (row->says_training)
		json_object_set_new(facts, "training", json_boolean(row->training));
	if (row->says_sensitive)
		json_object_set_new(facts, "sensitive", json_boolean(row->sensitive));
	return facts;
}

/* In the arena. */
static const char *facts_text(struct arena *arena, const json_t *facts)
{
	char *text = json_dumps(facts, JSON_COMPACT);

	if (!text)
		abort();
	const char *kept = arena_copy(arena, text, strlen(text));
	free(text);
	return kept;
}

static const char *edit_quoted(struct arena *arena, const char *value)
{
	return value ? arena_printf(arena, "\"%.200s\"", value) : "empty";
}

/* One clause for each difference. */
static const char *edit_difference(struct arena *arena, const struct rows *rows, size_t r)
{
	const char *field = rows_text(rows, r, 0);

	if (strcmp(field, "withdrawn") == 0)
		return "it was withdrawn";
	return arena_printf(arena, "%s is %s there and %s here", field,
	                    edit_quoted(arena, rows_text(rows, r, 1)),
	                    edit_quoted(arena, rows_text(rows, r, 2)));
}

struct error item_compare(struct db *db, struct arena *arena, const char *id,
                          const char *campaign_id, const json_t *facts, const char **ret_text,
                          bool *ret_final)
{
	const char *params[] = { id, campaign_id, facts_text(arena, facts) }, *text = NULL;
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_ITEM_DIFFERENCES, params, &rows);
	bool final = false;

	for (size_t r = 0; !err.code && r < rows_count(rows); r++) {
		const char *field = rows_text(rows, r, 0), *one = edit_difference(arena, rows, r);

		text = text ? arena_printf(arena, "%s; %s", text, one) : one;
		final = final || strcmp(field, "withdrawn") == 0 || strcmp(field, "campaign") == 0;
	}
	if (err.code)
		return err;
	*ret_text = text;
	*ret_final = final;
	return ok();
}

static struct error set_fact(struct item_row *row, struct arena *arena, const char *name,
                             const json_t *value)
{
	unsigned column = 0;

	while (item_columns[column] && strcmp(item_columns[column], name) != 0)
		column++;
	if (!item_columns[column] || strcmp(name, "file") == 0 || strcmp(name, "url") == 0)
		return errorf(ERR_INVALID, "an item has no column \"%.60s\" to correct", name);
	if (json_is_boolean(value))
		return item_row_set(row, arena, column, json_is_true(value) ? "true" : "false");
	return json_is_string(value) ? item_row_set(row, arena, column, json_string_value(value))
	                             : ok();
}

/* Sets the columns of a row from facts, which must outlive it. */
static struct error set_facts(struct item_row *row, struct arena *arena, const json_t *facts)
{
	const char *name;
	json_t *value;
	struct error err = ok();

	json_object_foreach ((json_t *)(uintptr_t)facts, name, value) {
		if ((err = set_fact(row, arena, name, value)).code) {
			snprintf(err.pointer, sizeof err.pointer, "/%.40s", name);
			break;
		}
	}
	return err;
}

struct error item_row_of_facts(struct arena *arena, const json_t *facts, struct item_row *ret_row)
{
	struct item_row row = { .file = "the item's own" };
	struct error err = set_facts(&row, arena, facts);

	if (!err.code)
		err = item_row_check(&row);
	if (!err.code)
		*ret_row = row;
	return err;
}

/* Facts in the form in which a manifest's row would store them; a blank one empties its column. */
static struct error read_as_row(struct arena *arena, const json_t *facts, const char **ret_text)
{
	struct item_row row = { 0 };
	struct error err = set_facts(&row, arena, facts);
	const char *name;
	json_t *value;

	if (err.code)
		return err;
	json_auto_t *read = item_row_facts(&row);
	json_object_foreach ((json_t *)(uintptr_t)facts, name, value) {
		if (!json_object_get(read, name))
			json_object_set_new(read, name, json_null());
	}
	*ret_text = facts_text(arena, read);
	return ok();
}

/* The rules between columns, on all that would be known of the item. */
static struct error check_facts(struct arena *arena, const char *text)
{
	json_auto_t *facts = json_loads(text, 0, NULL);
	struct item_row row = { .file = "the item's own" };
	struct error err = set_facts(&row, arena, facts);

	return err.code ? err : item_row_check(&row);
}

struct correction {
	struct arena *arena;
	const char *id, *facts, *splits;
	const struct item_editor *editor;
	bool region, pair; /* are they corrected? */
	unsigned disputes;
};

/* Holds the item until the transaction ends; *ret_facts is what would be known of it. */
static struct error edit_begin(struct db *db, struct correction *correction, const char **ret_facts)
{
	const char *who[] = { correction->editor->who, correction->editor->reason };
	const char *params[] = { correction->id, correction->facts };
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_ITEM_CORRECTED, params, &rows);

	if (err.code)
		return err;
	if (!rows_count(rows))
		return errorf(ERR_NOT_FOUND, "there is no such item");
	if (strcmp(rows_text(rows, 0, 0), "withdrawn") == 0)
		return errorf(ERR_CONFLICT, "item %s was withdrawn", correction->id);
	if (ret_facts)
		*ret_facts = rows_copy(rows, 0, 1, correction->arena);
	return db_do(db, SQL_ITEM_CORRECTION_BEGIN, who, NULL);
}

struct error item_fit_pair(struct db *db, const char *id, bool anew)
{
	const char *params[] = { id, anew ? "true" : "false" };
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_ITEM_FIT_PAIR, params, &rows);

	if (err.code || !rows_count(rows) || !rows_text(rows, 0, 0))
		return err;
	return errorf(
		ERR_INVALID,
		"item %s of its pair has another shape or length and was judged so, and both would "
		"be cut alike: give it another pair",
		rows_text(rows, 0, 0));
}

/* Where a box is cut around the region, or is the pair's own, another one cuts the item anew. */
static struct error edit_cut(struct db *db, const struct correction *correction)
{
	const char *id[] = { correction->id };
	auto_rows *rows = NULL;
	struct error err;

	if (!correction->region && !correction->pair)
		return ok();
	if ((err = db_run(db, SQL_ITEM_BOXED, id, &rows)).code)
		return err;
	bool judged = rows_count(rows) && rows_flag(rows, 0, 0);
	if (judged && correction->region)
		return errorf(ERR_CONFLICT, "item %s was judged as it is cut, so its region stays",
		              correction->id);
	if (rows_count(rows) && !judged && (err = db_do(db, SQL_ITEM_CUT_DUE, id, NULL)).code)
		return err;
	return item_fit_pair(db, correction->id, correction->region);
}

static struct error edit_correct(struct db *db, void *arg)
{
	struct correction *correction = arg;
	const char *params[] = { correction->id, correction->facts }, *facts;
	auto_rows *splits = NULL;
	struct error err;

	if ((err = edit_begin(db, correction, &facts)).code)
		return err;
	if ((err = check_facts(correction->arena, facts)).code)
		return err;
	if ((err = db_do(db, SQL_ITEM_CORRECT, params, NULL)).code)
		return err;
	if ((err = edit_cut(db, correction)).code)
		return err;
	if ((err = db_run(db, SQL_ITEM_SPLITS, params, &splits)).code)
		return err;
	correction->splits = rows_copy(splits, 0, 0, correction->arena);
	return ok();
}

/* Only these tie items together. */
static bool edit_ties(const json_t *facts)
{
	return json_object_get(facts, "group") || json_object_get(facts, "identity") ||
	       json_object_get(facts, "pair");
}

struct error item_correct(struct db *db, struct arena *arena, const char *id, const json_t *facts,
                          const struct item_editor *editor, const char **ret_splits)
{
	struct correction correction = { .arena = arena,
		                             .id = id,
		                             .editor = editor,
		                             .region = json_object_get(facts, "region"),
		                             .pair = json_object_get(facts, "pair") };
	struct error err = read_as_row(arena, facts, &correction.facts);

	if (!err.code)
		err = db_transaction(db, edit_correct, &correction);
	if (!err.code)
		*ret_splits = edit_ties(facts) ? correction.splits : NULL;
	return err;
}

static struct error edit_withdraw(struct db *db, void *arg)
{
	struct correction *correction = arg;
	auto_rows *rows = NULL;
	struct error err = edit_begin(db, correction, NULL);

	if (err.code)
		return err;
	if ((err = db_run(db, SQL_ITEM_WITHDRAW, (const char *[]){ correction->id }, &rows)).code)
		return err;
	correction->disputes = (unsigned)rows_integer(rows, 0, 0);
	return ok();
}

struct error item_take_out(struct db *db, const char *id, const struct item_editor *editor)
{
	return edit_withdraw(db, &(struct correction){ .id = id, .facts = "{}", .editor = editor });
}

struct error item_withdraw(struct db *db, const char *id, const struct item_editor *editor,
                           unsigned *ret_disputes)
{
	struct correction correction = { .id = id, .facts = "{}", .editor = editor };
	struct error err = db_transaction(db, edit_withdraw, &correction);

	if (!err.code)
		*ret_disputes = correction.disputes;
	return err;
}

struct error item_find(struct db *db, const char *name, char ret_id[UUID_TEXT])
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_ITEM_FIND, (const char *[]){ name }, &rows);

	if (err.code)
		return err;
	if (!rows_count(rows))
		return errorf(ERR_NOT_FOUND, "there is no item %.64s", name);
	if (rows_count(rows) > 1)
		return errorf(ERR_CONFLICT, "%zu items show that: name one by its id, e.g. %s",
		              rows_count(rows), rows_text(rows, 0, 0));
	snprintf(ret_id, UUID_TEXT, "%s", rows_text(rows, 0, 0));
	return ok();
}

struct describing {
	void (*use)(void *arg, const char *name, const char *value);
	void *arg;
};

static struct error describe_line(void *arg, const struct rows *row)
{
	const struct describing *describing = arg;

	describing->use(describing->arg, rows_text(row, 0, 0), rows_text(row, 0, 1));
	return ok();
}

struct error item_describe(struct db *db, const char *id,
                           void (*use)(void *arg, const char *name, const char *value), void *arg)
{
	struct describing describing = { use, arg };

	return db_stream(db, SQL_ITEM_DESCRIBE, (const char *[]){ id }, describe_line, &describing);
}
