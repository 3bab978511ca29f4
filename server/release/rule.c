/* SPDX-License-Identifier: Apache-2.0 */
#include "release/rule.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/csv.h"
#include "core/mem.h"
#include "core/uuid.h"
#include "crypto/sha256.h"
#include "release/changes.h"
#include "release/formats/formats.h"
#include "release/seal.h"

#define URGENT_ITEMS "5000" /* a fraction of a second */

#define MARK_BYTES 16 /* of a digest: enough that no two records are taken for the same */

/* What the version before says of an item. */
struct former_record {
	unsigned char item[UUID_BYTES], mark[MARK_BYTES];
	bool seen;
	char label; /* label_sign() */
	unsigned char split;
};

struct rule {
	struct arena *arena;
	struct predecessor before;
	struct semver older, newer;
	struct label_header header;
	struct former_record *records; /* in the order of items */
	size_t count, room;
	bool counted; /* the records were read */
	struct change_counts counts;
};

/* ------------------------------------------------------------------ records */

/* f or r; 0: it is sealed. */
static char label_sign(const char *label)
{
	return label ? *label : '\0';
}

/* The digest of the columns of a record that the version before has; NULL stands for nothing. */
static void mark_record(const struct label_header *header, const char *const values[LABEL_COLUMNS],
                        unsigned char mark[MARK_BYTES])
{
	unsigned char digest[SHA256_BYTES];
	struct sha256 sha256;

	sha256_start(&sha256);
	for (int c = 0; c < LABEL_COLUMNS; c++)
		if (header->field[c] >= 0 && change_is_of_record((enum label_column)c)) {
			const char *text = values[c] ? values[c] : "";

			sha256_add(&sha256, text, strlen(text) + 1);
		}
	sha256_finish(&sha256, digest);
	memcpy(mark, digest, MARK_BYTES);
}

static struct error add_former(struct rule *rule, const char *const fields[], size_t count)
{
	const char *values[LABEL_COLUMNS];
	struct former_record record = { .seen = false };

	for (int c = 0; c < LABEL_COLUMNS; c++)
		values[c] = label_field(&rule->header, fields, count, (enum label_column)c);
	if (!values[LABEL_ITEM] || !values[LABEL_SPLIT] ||
	    !uuid_from_text(record.item, values[LABEL_ITEM]))
		return errorf(ERR_INTERNAL, "labels.csv of version %s cannot be read",
		              rule->before.version);
	record.label = label_sign(values[LABEL_LABEL]);
	record.split = (unsigned char)split_read(values[LABEL_SPLIT]);
	mark_record(&rule->header, values, record.mark);
	if (rule->count == rule->room) {
		rule->room = rule->room ? 2 * rule->room : 1024;
		rule->records = mem_resize(rule->records, rule->room, sizeof *rule->records);
	}
	rule->records[rule->count++] = record;
	return ok();
}

static struct error read_former(struct rule *rule, FILE *labels)
{
	struct csv *csv = csv_new(labels);
	const char *const *fields;
	size_t count;
	struct error err = csv_next(csv, &fields, &count);

	if (!err.code)
		err = label_header_read(fields, count, &rule->header);
	while (!err.code && !(err = csv_next(csv, &fields, &count)).code && count)
		err = add_former(rule, fields, count);
	csv_free(csv);
	rule->counted = !err.code;
	return err;
}

static bool rule_applies(const struct rule *rule)
{
	return rule->before.found && rule->before.rule;
}

/* Could anything that changes be too much for it? */
static bool rule_is_needed(const struct rule *rule)
{
	return rule_applies(rule) && semver_promise(&rule->older, &rule->newer) < LEVEL_MAJOR;
}

static struct error choice_is_small(struct db *db, const char *campaign, bool *ret_small)
{
	auto_rows *rows = NULL;
	struct error err =
		db_run(db, SQL_RULE_IS_QUICK, (const char *[]){ campaign, URGENT_ITEMS }, &rows);

	if (!err.code)
		*ret_small = rows_flag(rows, 0, 0);
	return err;
}

/* Items of the version before have a split, so they are counted there. */
struct error rule_is_urgent(struct db *db, const char *name, const char *version,
                            const char *campaign, bool *ret_urgent)
{
	struct arena *arena = arena_new();
	struct rule rule = { .count = 0 };
	struct error err = predecessor_find(db, arena, name, version, &rule.before);
	bool urgent = !err.code && rule_applies(&rule) && semver_read(version, &rule.newer) &&
	              semver_read(rule.before.version, &rule.older) && rule_is_needed(&rule);

	arena_free(arena);
	if (urgent)
		err = choice_is_small(db, campaign, &urgent);
	if (!err.code)
		*ret_urgent = urgent;
	return err;
}

struct error rule_open(struct db *db, struct store *store, const char *name, const char *version,
                       bool only_where_needed, struct rule **ret_rule)
{
	struct rule *rule = mem_new(1, sizeof *rule);
	FILE *labels = NULL;

	rule->arena = arena_new();
	struct error err = predecessor_find(db, rule->arena, name, version, &rule->before);
	if (!err.code && rule_applies(rule) &&
	    (!semver_read(rule->before.version, &rule->older) || !semver_read(version, &rule->newer)))
		err = errorf(ERR_INTERNAL, "a version cannot be read");
	if (!err.code && (only_where_needed ? rule_is_needed(rule) : rule->before.found))
		err = changes_older_labels(db, store, name, &rule->before, &labels);
	if (!err.code && labels)
		err = read_former(rule, labels);
	if (labels)
		fclose(labels);
	if (err.code)
		rule_free(rule);
	else
		*ret_rule = rule;
	return err;
}

void rule_free(struct rule *rule)
{
	if (!rule)
		return;
	free(rule->records);
	arena_free(rule->arena);
	free(rule);
}

/* ------------------------------------------------------------------ what would be there now */

static int compare_former(const void *a, const void *b)
{
	return memcmp(a, ((const struct former_record *)b)->item, UUID_BYTES);
}

/* The texts of a list of the item with ';' between them, to be freed; NULL: it is empty. */
static char *joined_texts(const json_t *list)
{
	char *text = NULL;
	size_t len, i;
	json_t *value;
	FILE *out = json_array_size(list) ? open_memstream(&text, &len) : NULL;

	if (!out)
		return NULL;
	json_array_foreach (list, i, value)
		fprintf(out, "%s%s", i ? ";" : "", json_string_value(value));
	if (fclose(out) != 0)
		abort();
	return text;
}

/* As csv_cell(), of what may be NULL. */
static char *cell_or_null(const char *text)
{
	return text ? csv_cell(text) : NULL;
}

/* The mark of an item as labels.csv will have it. */
static struct error mark_cut(const struct label_header *header,
                             const char *const values[CUT_COLUMNS], bool sealed,
                             unsigned char mark[MARK_BYTES])
{
	json_auto_t *item = json_loads(values[CUT_ROW], 0, NULL);
	const char *truth = json_string_value(json_object_get(item, "truth"));
	const char *row[LABEL_COLUMNS] = { NULL };

	if (!item)
		return errorf(ERR_INTERNAL, "an item of the release cannot be read");
	char *used = joined_texts(json_object_get(item, "techniques"));
	char *technique = cell_or_null(used);
	char *generator = cell_or_null(json_string_value(json_object_get(item, "generator")));
	row[LABEL_MEDIA_TYPE] = values[CUT_MEDIA_TYPE];
	row[LABEL_LABEL_SOURCE] = values[CUT_LABEL_SOURCE];
	row[LABEL_RULING] = values[CUT_RULING];
	row[LABEL_TRUTH] = strcmp(values[CUT_LABEL_SOURCE], "truth") == 0 ? values[CUT_LABEL] : truth;
	row[LABEL_TECHNIQUE] = technique;
	row[LABEL_GENERATOR] = generator;
	row[LABEL_SHA256] = values[CUT_RENDITION] + strlen("\\x");
	for (int c = 0; sealed && c < LABEL_COLUMNS; c++)
		row[c] = seal_withholds(c) ? NULL : row[c];
	mark_record(header, row, mark);
	free(used);
	free(technique);
	free(generator);
	return ok();
}

struct error rule_item(struct rule *rule, const char *const values[CUT_COLUMNS], enum split split,
                       bool sealed)
{
	unsigned char id[UUID_BYTES], mark[MARK_BYTES];
	struct former_record *record = NULL;

	if (!rule->counted)
		return ok();
	if (!uuid_from_text(id, values[CUT_ITEM]))
		return errorf(ERR_INTERNAL, "an item of the release cannot be read");
	struct error err = mark_cut(&rule->header, values, sealed, mark);
	if (err.code)
		return err;
	if (rule->count)
		record = bsearch(id, rule->records, rule->count, sizeof *record, compare_former);
	if (!record) {
		rule->counts.of[CHANGE_ADDED]++;
		return ok();
	}
	record->seen = true;
	if (record->label && !sealed && record->label != label_sign(values[CUT_LABEL]))
		rule->counts.of[CHANGE_RELABELLED]++;
	else if (record->split != split)
		rule->counts.of[CHANGE_MOVED]++;
	else if (!record->label != sealed || memcmp(record->mark, mark, MARK_BYTES) != 0)
		rule->counts.of[CHANGE_CHANGED]++;
	else
		rule->counts.same++;
	return ok();
}

/* ------------------------------------------------------------------ what follows */

struct rule_verdict rule_verdict(const struct rule *rule)
{
	struct rule_verdict verdict = { .since = rule->before.found ? rule->before.version : NULL,
		                            .applies = rule_applies(rule),
		                            .kept = true,
		                            .counts = rule->counts };

	if (!rule->counted)
		return verdict;
	for (size_t i = 0; i < rule->count; i++)
		verdict.counts.of[CHANGE_REMOVED] += !rule->records[i].seen;
	verdict.level = change_level(&verdict.counts);
	if (!verdict.applies)
		return verdict;
	semver_least(&rule->older, verdict.level, verdict.least);
	verdict.kept = semver_promise(&rule->older, &rule->newer) >= verdict.level;
	return verdict;
}

struct error rule_refusal(const struct rule_verdict *verdict, const char *version)
{
	const int64_t *of = verdict->counts.of;

	if (verdict->kept)
		return ok();
	if (verdict->level == LEVEL_MINOR)
		return errorf_because(REASON_VERSION_TOO_SMALL,
		                      "%.24s should be %s: since %.24s, %lld items were added.", version,
		                      verdict->least, verdict->since, (long long)of[CHANGE_ADDED]);
	return errorf_because(
		REASON_VERSION_TOO_SMALL,
		"%.24s should be %s: since %.24s, %lld items were removed, %lld relabelled, %lld moved, "
		"%lld changed otherwise.",
		version, verdict->least, verdict->since, (long long)of[CHANGE_REMOVED],
		(long long)of[CHANGE_RELABELLED], (long long)of[CHANGE_MOVED],
		(long long)of[CHANGE_CHANGED]);
}
