/* SPDX-License-Identifier: Apache-2.0 */
#include "release/verify_internal.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "core/hex.h"
#include "core/mem.h"
#include "core/vocabulary.h"
#include "crowd/deciding.h"
#include "release/artefact.h"
#include "release/formats/formats.h"
#include "release/seal.h"

#define NAME_DIGITS 20
#define JSON_LINE   (8 * CSV_RECORD) /* of a row that fits labels.csv, with every letter escaped */

static struct verified_key verify_keyed(struct verified_key key, enum verified_kind kind,
                                        const char *what)
{
	key.kind = (uint8_t)kind;
	key.hash = verify_hash_of("", what);
	return key;
}

static bool name_is_opaque(const char *name)
{
	size_t digits = strspn(name, "0123456789abcdef"), end;

	if (digits != NAME_DIGITS || name[digits] != '.')
		return false;
	end = strspn(name + digits + 1, "abcdefghijklmnopqrstuvwxyz0123456789");
	return end >= 1 && end <= 4 && name[digits + 1 + end] == '\0';
}

/* The name behind the folder that large releases split theirs by: its own first two digits. */
static const char *name_in_folder(const char *path)
{
	bool split = strlen(path) > 3 && path[2] == '/' && strncmp(path, path + 3, 2) == 0;

	return split ? path + 3 : path;
}

static void note_format(struct verifying *v, const char *media_type, const char *file,
                        const char *label)
{
	char name[sizeof v->formats[0].name];
	size_t i = 0;

	snprintf(name, sizeof name, "%s %s", media_type, strrchr(file, '.') + 1);
	while (i < v->format_count && strcmp(v->formats[i].name, name) != 0)
		i++;
	if (i == FORMATS_MOST)
		return;
	if (i == v->format_count)
		snprintf(v->formats[v->format_count++].name, sizeof name, "%s", name);
	if (*label == 'f')
		v->formats[i].fake = true;
	else
		v->formats[i].real = true;
}

/* Of a test split that is sealed labels.csv has no labels. */
static bool row_is_sealed(const char *const f[])
{
	return f[LABEL_LABEL][0] == '\0' && strcmp(f[LABEL_SPLIT], "test") == 0;
}

static void check_place(struct verifying *v, const char *const f[], uint32_t row)
{
	const char *file = f[LABEL_FILE];
	char prefix[64], digest[SHA256_TEXT];
	struct listed_sum *sum = verify_sum_find(v, file);

	snprintf(prefix, sizeof prefix, "%s/%s/%s/", f[LABEL_MEDIA_TYPE], f[LABEL_SPLIT],
	         row_is_sealed(f) ? SEALED_FOLDER : f[LABEL_LABEL]);
	if (strncmp(file, prefix, strlen(prefix)) != 0) {
		verify_fault(v, "labels.csv row %u: %s is not in the folder of its type, split and label",
		             row, file);
		return;
	}
	if (!name_is_opaque(name_in_folder(file + strlen(prefix))))
		verify_fault(v, "labels.csv row %u: the name of %s may tell something", row, file);
	else if (!row_is_sealed(f))
		note_format(v, f[LABEL_MEDIA_TYPE], file, f[LABEL_LABEL]);
	if (!sum) {
		verify_fault(v, "labels.csv row %u: %s is not listed in SHA256SUMS", row, file);
		return;
	}
	hex_encode(digest, sum->digest, SHA256_BYTES);
	if (strcmp(digest, f[LABEL_SHA256]) != 0)
		verify_fault(v, "labels.csv row %u: its sha256 is not that of %s", row, file);
	if (sum->labelled)
		verify_fault(v, "labels.csv row %u: %s has a row already", row, file);
	sum->labelled = true;
}

static bool is_probability(const char *text, double *value)
{
	char *end;

	*value = strtod(text, &end);
	return *text && *end == '\0' && *value >= 0 && *value <= 1;
}

/* Where the label must come from, and what it must be then. */
static void check_source(struct verifying *v, const char *const f[], uint32_t row, double p)
{
	bool ruled = f[LABEL_RULING][0] != '\0';
	bool known = !ruled && strcmp(f[LABEL_LABEL_SOURCE], "truth") == 0;
	const char *source = ruled ? "ruling" : known ? "truth" : "crowd";
	const char *due = ruled ? f[LABEL_RULING] : known ? f[LABEL_TRUTH] : p >= .5 ? "fake" : "real";

	if (strcmp(f[LABEL_LABEL], due) != 0)
		verify_fault(v, "labels.csv row %u: the label is %s, but the %s says %s", row,
		             f[LABEL_LABEL], source, due);
	if (strcmp(f[LABEL_LABEL_SOURCE], source) != 0)
		verify_fault(v, "labels.csv row %u: label_source is not %s", row, source);
}

/* Only the crowd's labels are decided by a rule; those of before there were rules by none. */
static void check_decided_by(struct verifying *v, const char *const f[], uint32_t row)
{
	const char *by = f[LABEL_DECIDED_BY];
	bool crowd = strcmp(f[LABEL_LABEL_SOURCE], "crowd") == 0;

	if (*by && (!crowd || decided_by_read(by) == DECIDED_BY_NOBODY))
		verify_fault(v, "labels.csv row %u: decided_by is no rule of such a label", row);
}

/* Words of a fixed choice, where something was declared. */
static void check_declared(struct verifying *v, const char *const f[], uint32_t row)
{
	const char *rights = f[LABEL_RIGHTS], *people = f[LABEL_PEOPLE];

	if (*rights && !vocabulary_has(contribution_rights, rights))
		verify_fault(v, "labels.csv row %u: rights is no word of such a declaration", row);
	if (*people && !vocabulary_has(contribution_people, people))
		verify_fault(v, "labels.csv row %u: people is no word of such a declaration", row);
}

static void check_independence(struct verifying *v, const char *const f[], uint32_t row)
{
	const char *alone = f[LABEL_NOT_INDEPENDENT];
	bool ruling = strcmp(f[LABEL_LABEL_SOURCE], "ruling") == 0;

	if (*alone && (!ruling || (strcmp(alone, "true") != 0 && strcmp(alone, "false") != 0)))
		verify_fault(v, "labels.csv row %u: not_independent is no word on such a label", row);
}

static void check_label(struct verifying *v, const char *const f[], uint32_t row)
{
	bool known = strcmp(f[LABEL_LABEL_SOURCE], "truth") == 0;
	bool ruled = f[LABEL_RULING][0] != '\0', crowd = f[LABEL_P_FAKE][0] != '\0';
	double p = 0, low = 0, high = 0;

	if (crowd && !(is_probability(f[LABEL_P_FAKE], &p) && is_probability(f[LABEL_LOW], &low) &&
	               is_probability(f[LABEL_HIGH], &high) && low <= high))
		verify_fault(
			v, "labels.csv row %u: p_fake, low and high are no probability and its interval", row);
	check_decided_by(v, f, row);
	check_declared(v, f, row);
	check_independence(v, f, row);
	if (crowd || ruled || known)
		check_source(v, f, row, p);
	else
		verify_fault(v, "labels.csv row %u: a label from nowhere", row);
}

static bool is_count(const char *text, uint32_t *ret_count)
{
	size_t digits = strspn(text, "0123456789");

	if (digits == 0 || digits > 9 || text[digits])
		return false;
	*ret_count = (uint32_t)strtoul(text, NULL, 10);
	return true;
}

static void add_judged(struct verifying *v, struct verified_item judged)
{
	if (v->judged_count == v->judged_room) {
		v->judged_room = v->judged_room ? 2 * v->judged_room : 1024;
		v->judged = mem_resize(v->judged, v->judged_room, sizeof *v->judged);
	}
	v->judged[v->judged_count++] = judged;
}

static void note_judgments(struct verifying *v, const char *const f[], uint32_t row)
{
	struct verified_item judged = { .hash = verify_hash_of("", f[LABEL_ITEM]), .row = row };

	if (!is_count(f[LABEL_JUDGMENTS], &judged.counted))
		verify_fault(v, "labels.csv row %u: judgments is no whole number", row);
	judged.known = calibration_label(&v->calibration, f);
	add_judged(v, judged);
}

static void note_keys(struct verifying *v, const char *const f[], uint32_t row, int split)
{
	char *list = mem_text(f[LABEL_IDENTITIES]), *rest = list;
	struct listed_sum *sum = verify_sum_find(v, f[LABEL_FILE]);
	struct verified_key key = { .row = row,
		                        .split = (uint8_t)split,
		                        .fake = f[LABEL_LABEL][0] == 'f',
		                        .file = sum ? sum->path : "a file that is not listed" };

	verify_key_add(&v->keys, verify_keyed(key, KEY_ITEM, f[LABEL_ITEM]));
	if (!row_is_sealed(f))
		verify_key_add(&v->keys, verify_keyed(key, KEY_LINEAGE, f[LABEL_LINEAGE]));
	verify_key_add(&v->keys, verify_keyed(key, KEY_BYTES, f[LABEL_SHA256]));
	if (f[LABEL_LOOKS][0])
		verify_key_add(&v->keys, verify_keyed(key, KEY_LOOKS, f[LABEL_LOOKS]));
	for (char *who; (who = strsep(&rest, ";"));)
		if (*who)
			verify_key_add(&v->keys, verify_keyed(key, KEY_IDENTITY, who));
	free(list);
}

static unsigned verify_type_of(const char *name)
{
	return name[0] == 'i' ? 0 : name[0] == 'v' ? 1 : 2;
}

/* A loader that numbers class folders calls the one of such a split 0. */
void verify_lone_labels(struct verifying *v)
{
	for (unsigned type = 0; type < 3; type++)
		for (int split = SPLIT_TRAIN; split < SPLITS; split++) {
			const uint32_t *rows = v->labels[type][split];

			if ((rows[0] == 0) != (rows[1] == 0))
				verify_note(v, "%s/%s holds no %s", media_types[type],
				            split_name((enum split)split), rows[0] ? "fake" : "real");
		}
}

/* Its label is committed to, and nothing else tells it. */
static void check_sealed_row(struct verifying *v, const char *const f[], uint32_t row)
{
	struct verified_item judged = { .hash = verify_hash_of("", f[LABEL_ITEM]), .row = row };

	if (!seal_check_item(v->seals, f[LABEL_ITEM]))
		verify_fault(v, "labels.csv row %u: nothing commits to its label", row);
	for (int c = 0; c < LABEL_COLUMNS; c++)
		if (seal_withholds(c) && *f[c])
			verify_fault(v, "labels.csv row %u: its label is sealed, and %s is told", row,
			             label_columns[c].name);
	check_place(v, f, row);
	note_keys(v, f, row, split_read(f[LABEL_SPLIT]));
	add_judged(v, judged);
}

static void check_row(struct verifying *v, const char *const f[], uint32_t row)
{
	int split = split_read(f[LABEL_SPLIT]);
	bool sealed = row_is_sealed(f) && verify_sum_find(v, RELEASE_COMMITMENTS);

	if (split == SPLIT_NONE || !(sealed || verify_one_of(f[LABEL_LABEL], "real", "fake", NULL)) ||
	    !vocabulary_has(media_types, f[LABEL_MEDIA_TYPE])) {
		verify_fault(v, "labels.csv row %u: no such split, label or media_type", row);
		return;
	}
	if (sealed) {
		check_sealed_row(v, f, row);
		return;
	}
	v->labels[verify_type_of(f[LABEL_MEDIA_TYPE])][split][f[LABEL_LABEL][0] == 'f']++;
	check_place(v, f, row);
	check_label(v, f, row);
	note_keys(v, f, row, split);
	note_judgments(v, f, row);
}

/* The text that a value stands for, to be freed; NULL where it is of another type. */
static char *value_text(const struct column *column, const json_t *value)
{
	char *text = NULL;
	size_t len, i;
	json_t *element;
	FILE *out;

	if (json_is_null(value) || json_is_string(value))
		return strdup(json_is_string(value) ? json_string_value(value) : "");
	if (column->kind == COLUMN_FLAG && json_is_boolean(value))
		return strdup(json_is_true(value) ? "true" : "false");
	if (column->kind != COLUMN_LIST || !json_is_array(value))
		return NULL;
	if (!(out = open_memstream(&text, &len)))
		abort();
	json_array_foreach (value, i, element) {
		const char *one = json_string_value(element);

		fprintf(out, "%s%s", i ? ";" : "", one ? one : "?");
	}
	if (fclose(out) != 0)
		abort();
	return text;
}

/* labels.csv holds the text as a cell says it. */
static bool same_value(const struct column *column, const json_t *value, const char *text)
{
	if (!value)
		return false;
	if (column->kind == COLUMN_INTEGER || column->kind == COLUMN_REAL)
		return json_is_null(value) ? *text == '\0' : json_number_value(value) == strtod(text, NULL);
	char *found = value_text(column, value);
	char *cell = found ? csv_cell(found) : NULL;
	bool same = cell && strcmp(cell, text) == 0;

	free(found);
	free(cell);
	return same;
}

static void check_json_line(struct verifying *v, FILE *json, char *line, const char *const f[],
                            size_t columns, uint32_t row)
{
	bool read = verify_next_line(v, json, "labels.jsonl", row - 1, line, JSON_LINE);
	json_t *object = read ? json_loads(line, JSON_REJECT_DUPLICATES, NULL) : NULL;

	if (!json_is_object(object))
		verify_fault(v, "labels.jsonl line %u: not a JSON object", row - 1);
	for (size_t c = 0; object && c < columns; c++)
		if (!same_value(&label_columns[c], json_object_get(object, label_columns[c].name), f[c]))
			verify_fault(v, "labels.jsonl line %u: its %s is not that of labels.csv", row - 1,
			             label_columns[c].name);
	json_decref(object);
}

void verify_labels(struct verifying *v)
{
	struct verified_table table = { .name = "labels.csv", .columns = LABEL_COLUMNS };
	FILE *json = verify_open_in(v, "labels.jsonl");
	char *line = mem_resize(NULL, 1, JSON_LINE);

	if (!json)
		verify_fault(v, "labels.jsonl: cannot be read: %s", verify_why_not());
	if (verify_table_open(v, &table, label_columns)) {
		while (verify_table_next(v, &table)) {
			const char *fields[LABEL_COLUMNS];

			for (size_t c = 0; c < LABEL_COLUMNS; c++)
				fields[c] = c < table.columns ? table.fields[c] : "";
			check_row(v, fields, table.row);
			if (json)
				check_json_line(v, json, line, fields, table.columns, table.row);
		}
		verify_table_close(&table);
	}
	if (json && fgetc(json) != EOF)
		verify_fault(v, "labels.jsonl: goes on after the last row of labels.csv");
	if (json)
		fclose(json);
	free(line);
}

void verify_whole(struct verifying *v)
{
	static const char *const kinds[] = { "item", "lineage", "identity", "group of looks" };

	for (size_t i = 0; i < v->count; i++)
		if (!v->sums[i].labelled && !artefact_has_path(v->sums[i].path))
			verify_fault(v, "%s: has no row in labels.csv", v->sums[i].path);
	for (size_t i = 0; i < v->format_count; i++)
		for (size_t j = 0; j < v->format_count; j++)
			if (i != j && strncmp(v->formats[i].name, v->formats[j].name, 5) == 0 &&
			    v->formats[i].real != v->formats[i].fake)
				verify_fault(v, "files: the format %s occurs with one label only and gives it away",
				             v->formats[i].name);
	if (v->keys.count)
		qsort(v->keys.all, v->keys.count, sizeof *v->keys.all, verify_key_order);
	for (size_t i = 1; i < v->keys.count; i++) {
		const struct verified_key *a = &v->keys.all[i - 1], *b = &v->keys.all[i];

		if (a->kind != b->kind || a->hash != b->hash)
			continue;
		if (a->kind == KEY_ITEM)
			verify_fault(v, "labels.csv rows %u and %u: the same item", a->row, b->row);
		if (a->kind == KEY_BYTES && a->fake != b->fake)
			verify_fault(v, "%s and %s: the same bytes under two labels", a->file, b->file);
		if (a->kind == KEY_BYTES && a->split != b->split)
			verify_fault(v, "%s and %s: the same bytes in two splits", a->file, b->file);
		else if (a->split != b->split)
			verify_fault(v, "labels.csv rows %u and %u: one %s in %s and in %s", a->row, b->row,
			             kinds[a->kind], split_name(a->split), split_name(b->split));
	}
}

/* ------------------------------------------------------------------ sealed labels */

static void tell_seal_fault(void *arg, const char *text)
{
	verify_fault(arg, "%s", text);
}

void verify_seals(struct verifying *v)
{
	FILE *commitments =
		verify_sum_find(v, RELEASE_COMMITMENTS) ? verify_open_in(v, RELEASE_COMMITMENTS) : NULL;
	FILE *openings = commitments ? verify_open_in(v, RELEASE_OPENINGS) : NULL;
	bool missing = !openings && errno == ENOENT;

	v->seals = seal_check_new(tell_seal_fault, v);
	if (commitments)
		seal_check_commitments(v->seals, commitments);
	else if (verify_sum_find(v, RELEASE_COMMITMENTS))
		verify_fault(v, RELEASE_COMMITMENTS ": cannot be read: %s", verify_why_not());
	if (openings)
		seal_check_openings(v->seals, openings);
	else if (commitments && !missing)
		verify_fault(v, RELEASE_OPENINGS ": cannot be read");
	if (commitments)
		fclose(commitments);
	if (openings)
		fclose(openings);
}
