/* SPDX-License-Identifier: Apache-2.0 */
#include "release/changes.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "core/disk.h"
#include "core/hex.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/vocabulary.h"
#include "crypto/sha256.h"
#include "db/array.h"
#include "release/seal.h"

#define LABELS   "labels.csv"
#define ALL_ROWS UINT64_MAX

#define KEPT_AT_ONCE "2000" /* rows a statement */

/* ------------------------------------------------------------------ what comes before */

struct error predecessor_find(struct db *db, struct arena *arena, const char *name,
                              const char *version, struct predecessor *ret_predecessor)
{
	struct predecessor found = { .found = false };
	struct semver asked, best = { .prerelease = NULL }, other;
	bool promises = semver_read(version, &asked);
	auto_rows *rows = NULL;
	size_t chosen = 0;
	struct error err = db_run(db, SQL_CHANGES_VERSIONS, (const char *[]){ name }, &rows);

	if (err.code)
		return err;
	found.found = rows_count(rows) > 0;
	for (size_t i = 0; promises && i < rows_count(rows); i++) {
		if (!semver_read(rows_text(rows, i, 1), &other) || other.prerelease ||
		    semver_order(&other, &asked) >= 0)
			continue;
		if (!found.rule || semver_order(&other, &best) > 0) {
			chosen = i;
			best = other;
		}
		found.rule = true;
	}
	if (found.found) {
		snprintf(found.id, sizeof found.id, "%s", rows_text(rows, chosen, 0));
		found.version = rows_copy(rows, chosen, 1, arena);
	}
	*ret_predecessor = found;
	return ok();
}

struct error predecessor_settled(struct db *db, const struct release *release)
{
	struct semver version;
	auto_rows *rows = NULL;

	if (!semver_read(release->version, &version))
		return ok();
	struct error err = db_run(db, SQL_CHANGES_UNSETTLED, (const char *[]){ release->id }, &rows);
	for (size_t i = 0; !err.code && i < rows_count(rows); i++)
		if (semver_read(rows_text(rows, i, 0), &version))
			err = errorf(ERR_CONFLICT,
			             "%s %s is being made, and this version is to be compared with it.",
			             release->name, rows_text(rows, i, 0));
	return err;
}

/* ------------------------------------------------------------------ the tables */

struct error changes_labels(struct db *db, struct store *store, const char *name,
                            const char *version, FILE **ret_file)
{
	struct release_file file = { .path = LABELS };
	int fd = -1;
	struct error err = release_file_open(db, store, name, version, &file, &fd);

	return err.code ? err : disk_stream(fd, ret_file);
}

/* Columns of changes_rows; the last says whether the label is withheld. */
static const enum label_column kept_columns[] = {
	LABEL_ITEM, LABEL_SPLIT, LABEL_MEDIA_TYPE, LABEL_LABEL,  LABEL_LABEL_SOURCE, LABEL_P_FAKE,
	LABEL_LOW,  LABEL_HIGH,  LABEL_JUDGMENTS,  LABEL_RULING, LABEL_SHA256,       LABEL_DECIDED_BY,
};

#define KEPT_COLUMNS (sizeof kept_columns / sizeof kept_columns[0])

/* Ids, words and numbers: nothing of it needs quotes. */
static void write_kept_row(FILE *out, const struct rows *rows, size_t row)
{
	bool sealed = rows_flag(rows, row, KEPT_COLUMNS);

	for (size_t c = 0; c < KEPT_COLUMNS; c++) {
		const char *text = rows_text(rows, row, (int)c);
		bool told = text && !(sealed && seal_withholds((int)kept_columns[c]));

		fprintf(out, "%s%s", c ? "," : "", told ? text : "");
	}
	fputc('\n', out);
}

static struct error write_kept_labels(struct db *db, const char *release_id, FILE *out)
{
	char last[UUID_TEXT] = "";
	struct error err = ok();

	for (size_t c = 0; c < KEPT_COLUMNS; c++)
		fprintf(out, "%s%s", c ? "," : "", label_columns[kept_columns[c]].name);
	fputc('\n', out);
	for (bool more = true; more && !err.code;) {
		const char *const from[] = { release_id, *last ? last : NULL, KEPT_AT_ONCE };
		auto_rows *rows = NULL;

		err = db_run(db, SQL_CHANGES_ROWS, from, &rows);
		more = !err.code && rows_count(rows) > 0;
		for (size_t row = 0; more && row < rows_count(rows); row++)
			write_kept_row(out, rows, row);
		if (more)
			snprintf(last, sizeof last, "%s", rows_text(rows, rows_count(rows) - 1, 0));
	}
	if (!err.code && (fflush(out) != 0 || ferror(out)))
		err = disk_error("release", "the rows of the version before could not be kept");
	rewind(out);
	return err;
}

/* Is it known that the store has not got it? */
static bool labels_are_lost(struct db *db, struct store *store, const char *name,
                            const char *version)
{
	struct release_file file = { .path = LABELS };
	unsigned char digest[SHA256_BYTES];
	bool there = true;

	return !release_file_find(db, name, version, &file).code &&
	       hex_decode(digest, sizeof digest, file.sha256) &&
	       !store_has(store, digest, &there).code && !there;
}

struct error changes_older_labels(struct db *db, struct store *store, const char *name,
                                  const struct predecessor *older, FILE **ret_file)
{
	struct error err = changes_labels(db, store, name, older->version, ret_file);
	FILE *kept = NULL;

	if (!err.code || !labels_are_lost(db, store, name, older->version))
		return err;
	log_warn("release: " LABELS
	         " of %s %s is lost from the store: the version after it is compared "
	         "with what the database keeps",
	         name, older->version);
	if ((err = store_scratch_file(store, &kept)).code)
		return err;
	if ((err = write_kept_labels(db, older->id, kept)).code)
		fclose(kept);
	else
		*ret_file = kept;
	return err;
}

struct error changes_folder_labels(const char *folder, FILE **ret_file)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof path, "%s/" LABELS, folder) >= (int)sizeof path)
		return errorf(ERR_INVALID, "The path of the folder is too long.");
	int fd = disk_open_regular(path);
	if (fd < 0)
		return errorf(ERR_NOT_FOUND, "%.120s: %s", path, strerror(errno));
	return disk_stream(fd, ret_file);
}

/* ------------------------------------------------------------------ why */

/* Columns of changes_facts. */
enum change_fact {
	NOTED_ITEM,
	NOTED_WITHDRAWN,
	NOTED_RULING,
	NOTED_IMPORTED,
	NOTED_FIELDS,
	NOTED_RENDERED,
	NOTED_OLDER_ASKED_OTHERS,
	NOTED_NEWER_ASKED_OTHERS,
	NOTED_JUDGED,
	NOTED_LOOKS_ACROSS,
};

/* Was one of these fields, with ' ' between them, corrected? */
static bool noted_field(const struct rows *rows, size_t row, const char *const fields[])
{
	const char *text = rows_text(rows, row, NOTED_FIELDS);

	for (; text; text = strchr(text, ' ') ? strchr(text, ' ') + 1 : NULL)
		for (size_t i = 0; fields[i]; i++)
			if (strcspn(text, " ") == strlen(fields[i]) &&
			    strncmp(text, fields[i], strlen(fields[i])) == 0)
				return true;
	return false;
}

static const char *const truth_fields[] = { "truth", "basis", "gold", "training", NULL };
static const char *const group_fields[] = { "group", "identity", NULL };
static const char *const service_fields[] = { "withdrawn", NULL };

static bool noted_ruling(const struct rows *rows, size_t row, const char *ruling)
{
	const char *is = rows_text(rows, row, NOTED_RULING);

	return is && (!ruling || strcmp(is, ruling) == 0);
}

static enum change_reason reason_of_removal(const struct rows *rows, size_t row)
{
	if (rows_text(rows, row, NOTED_WITHDRAWN))
		return WHY_WITHDRAWN;
	if (noted_ruling(rows, row, "exclude"))
		return WHY_EXCLUDED;
	if (noted_ruling(rows, row, "reopen"))
		return WHY_REOPENED;
	if (noted_field(rows, row, service_fields))
		return WHY_OUT_OF_SERVICE;
	if (rows_flag(rows, row, NOTED_NEWER_ASKED_OTHERS))
		return WHY_FILTER;
	if (rows_flag(rows, row, NOTED_LOOKS_ACROSS))
		return WHY_NEAR_DUPLICATE;
	return noted_field(rows, row, group_fields) ? WHY_GROUP : WHY_NOT_KNOWN;
}

/* Of a sealed item nothing is told of what its label rests on. */
static enum change_reason reason_of_addition(const struct rows *rows, size_t row,
                                             const struct release_change *change)
{
	if (rows_flag(rows, row, NOTED_IMPORTED))
		return WHY_IMPORTED;
	if (rows_flag(rows, row, NOTED_OLDER_ASKED_OTHERS))
		return WHY_FILTER;
	if (!*change->label[1])
		return WHY_SEALED;
	if (noted_ruling(rows, row, NULL))
		return WHY_RULING;
	if (noted_field(rows, row, truth_fields))
		return WHY_TRUTH;
	return rows_flag(rows, row, NOTED_JUDGED) ? WHY_JUDGMENTS : WHY_NOT_KNOWN;
}

/* Of one in both releases, of which the rows do not tell it. */
static enum change_reason reason_of_other(const struct rows *rows, size_t row,
                                          const struct release_change *change)
{
	if (change->kind == CHANGE_MOVED)
		return noted_field(rows, row, group_fields) ? WHY_GROUP : WHY_NOT_KNOWN;
	if (noted_ruling(rows, row, "reopen"))
		return WHY_REOPENED;
	if (noted_ruling(rows, row, NULL))
		return WHY_RULING;
	if (noted_field(rows, row, truth_fields))
		return WHY_TRUTH;
	return rows_flag(rows, row, NOTED_RENDERED) ? WHY_RENDERED : change->why;
}

static void note_reason(const struct rows *rows, size_t row, struct arena *arena,
                        struct release_change *change)
{
	if (change->kind == CHANGE_REMOVED)
		change->why = reason_of_removal(rows, row);
	else if (change->kind == CHANGE_ADDED)
		change->why = reason_of_addition(rows, row, change);
	else
		change->why = reason_of_other(rows, row, change);
	if (change->why == WHY_WITHDRAWN)
		change->reason_class = rows_copy(rows, row, NOTED_WITHDRAWN, arena);
}

/* Do the rows of the tables leave it open? */
static bool is_open_question(const struct release_change *change)
{
	return change->why == WHY_NOT_KNOWN ||
	       (change->kind == CHANGE_RELABELLED && change->why == WHY_FITTED);
}

/* Asks the database of those that the tables do not tell; both come in the order of items. */
static struct error ask_reasons(const struct changes *changes, struct arena *arena,
                                struct release_change list[], size_t count)
{
	unsigned char(*ids)[UUID_BYTES] = arena_alloc(arena, (count + 1) * sizeof *ids);
	const unsigned char **asked = arena_alloc(arena, (count + 1) * sizeof *asked);
	auto_rows *rows = NULL;
	size_t open = 0, row = 0;

	for (size_t i = 0; i < count; i++)
		if (is_open_question(&list[i]) && uuid_from_text(ids[open], list[i].item)) {
			asked[open] = ids[open];
			open++;
		}
	if (!open)
		return ok();
	const char *const params[] = { changes->older_id, changes->newer_id,
		                           uuid_array(arena, asked, open) };
	struct error err = db_run(changes->db, SQL_CHANGES_FACTS, params, &rows);
	for (size_t i = 0; !err.code && i < count && row < rows_count(rows); i++)
		if (strcmp(list[i].item, rows_text(rows, row, NOTED_ITEM)) == 0)
			note_reason(rows, row++, arena, &list[i]);
	return err;
}

/* ------------------------------------------------------------------ reading */

struct error changes_next(const struct changes *changes, struct arena *arena, size_t limit,
                          uint64_t rows, struct release_change list[CHANGES_AT_ONCE],
                          size_t *ret_count)
{
	int64_t same = diff_same(changes->diff);
	uint64_t read = 0;
	size_t count = 0;
	bool found = true;
	struct error err = ok();

	while (!err.code && found && count < limit && count < CHANGES_AT_ONCE && read < rows) {
		err = diff_next(changes->diff, arena, rows - read, &list[count], &found);
		count += !err.code && found;
		read = count + (uint64_t)(diff_same(changes->diff) - same);
	}
	if (!err.code && changes->db)
		err = ask_reasons(changes, arena, list, count);
	if (!err.code)
		*ret_count = count;
	return err;
}

struct error changes_all(const struct changes *changes, changes_reader reader, void *arg,
                         struct change_counts *ret_counts)
{
	struct release_change *list = mem_new(CHANGES_AT_ONCE, sizeof *list);
	struct change_counts counts = { .same = 0 };
	struct error err = ok();

	while (!err.code && !diff_ended(changes->diff)) {
		struct arena *arena = arena_new();
		size_t count = 0;

		err = changes_next(changes, arena, CHANGES_AT_ONCE, ALL_ROWS, list, &count);
		for (size_t i = 0; !err.code && i < count; i++) {
			change_count(&counts, &list[i]);
			if (reader)
				err = reader(arg, &list[i]);
		}
		arena_free(arena);
	}
	free(list);
	counts.same = diff_same(changes->diff);
	if (!err.code)
		*ret_counts = counts;
	return err;
}

/* ------------------------------------------------------------------ counts */

json_t *change_counts_json(const struct change_counts *counts)
{
	json_t *json = json_object(), *why = json_object();

	for (int kind = 0; kind < CHANGE_KINDS; kind++) {
		json_t *reasons = json_object();

		for (int reason = 0; reason < CHANGE_REASONS; reason++)
			if (counts->why[kind][reason])
				json_object_set_new(reasons, change_reasons[reason],
				                    json_integer(counts->why[kind][reason]));
		json_object_set_new(json, change_kinds[kind], json_integer(counts->of[kind]));
		json_object_set_new(why, change_kinds[kind], reasons);
	}
	json_object_set_new(json, "same", json_integer(counts->same));
	json_object_set_new(json, "why", why);
	return json;
}

struct change_counts change_counts_read(const json_t *json)
{
	const json_t *why = json_object_get(json, "why");
	struct change_counts counts = { .same = json_integer_value(json_object_get(json, "same")) };

	for (int kind = 0; kind < CHANGE_KINDS; kind++) {
		const json_t *reasons = json_object_get(why, change_kinds[kind]);

		counts.of[kind] = json_integer_value(json_object_get(json, change_kinds[kind]));
		for (int reason = 0; reason < CHANGE_REASONS; reason++)
			counts.why[kind][reason] =
				json_integer_value(json_object_get(reasons, change_reasons[reason]));
	}
	return counts;
}

static struct change_counts counts_of_text(const char *text)
{
	json_auto_t *json = json_loads(text, 0, NULL);

	return change_counts_read(json);
}

struct error changes_keep(const struct changes *changes, const struct change_counts *counts,
                          bool follows)
{
	json_auto_t *json = change_counts_json(counts);
	char *text = json_dumps(json, JSON_COMPACT);

	if (!text)
		abort();
	struct error err = db_do(
		changes->db, SQL_CHANGES_KEEP,
		(const char *[]){ changes->older_id, changes->newer_id, text, follows ? "true" : "false" },
		NULL);
	free(text);
	return err;
}

struct error changes_counted(const struct changes *changes, bool follows,
                             struct change_counts *ret_counts)
{
	const char *const pair[] = { changes->older_id, changes->newer_id };
	auto_rows *rows = NULL;
	struct error err = db_run(changes->db, SQL_CHANGES_KNOWN, pair, &rows);

	if (err.code)
		return err;
	if (rows_count(rows)) {
		*ret_counts = counts_of_text(rows_text(rows, 0, 0));
		return ok();
	}
	struct change_counts counts;
	err = changes_all(changes, NULL, NULL, &counts);
	if (!err.code)
		err = changes_keep(changes, &counts, follows);
	if (!err.code)
		*ret_counts = counts;
	return err;
}

struct error changes_before(struct db *db, struct arena *arena, const char *release_id,
                            const char **ret_version, struct change_counts *ret_counts)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_CHANGES_BEFORE, (const char *[]){ release_id }, &rows);

	if (err.code)
		return err;
	*ret_version = NULL;
	if (rows_count(rows)) {
		*ret_version = rows_copy(rows, 0, 0, arena);
		*ret_counts = counts_of_text(rows_text(rows, 0, 1));
	}
	return ok();
}
