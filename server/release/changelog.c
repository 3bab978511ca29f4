/* SPDX-License-Identifier: Apache-2.0 */
#include "release/changelog.h"

#include <jansson.h>
#include <string.h>

#include "core/vocabulary.h"
#include "release/changes_csv.h"
#include "release/release.h"

/* ------------------------------------------------------------------ changes.csv */

static struct error changelog_row(void *sink, const struct release_change *change)
{
	changes_csv_row(sink, change);
	return ok();
}

/* Both tables are open. */
static struct error write_changes(struct changes *changes, FILE *older, FILE *newer,
                                  struct sink *sink)
{
	struct change_counts counts = { .same = 0 };
	struct error err = diff_new(older, newer, (struct diff_place){ 0, 0 }, &changes->diff);

	if (err.code)
		return err;
	err = changes_all(changes, changelog_row, sink, &counts);
	diff_free(changes->diff);
	return err.code ? err : changes_keep(changes, &counts, true);
}

struct error changelog_changes(const struct bundle *bundle, const struct predecessor *before,
                               struct sink *sink)
{
	struct changes changes = { bundle->db, before->id, bundle->release->id, NULL };
	FILE *older = NULL, *newer = NULL;
	struct error err =
		changes_older_labels(bundle->db, bundle->store, bundle->release->name, before, &older);

	if (!err.code)
		err = bundle_labels(bundle, &newer);
	if (!err.code)
		err = write_changes(&changes, older, newer, sink);
	if (older)
		fclose(older);
	if (newer)
		fclose(newer);
	return err;
}

/* ------------------------------------------------------------------ in words */

/* "1 added, 2 removed" of the kinds that are there; "nothing" of none. */
static void say_counts(FILE *out, const struct change_counts *counts)
{
	const char *between = "";

	for (int kind = 0; kind < CHANGE_KINDS; kind++)
		if (counts->of[kind]) {
			fprintf(out, "%s%lld %s", between, (long long)counts->of[kind], change_kinds[kind]);
			between = ", ";
		}
	fputs(*between ? "" : "nothing", out);
}

/* A line for each kind that is there, with its reasons. */
static void list_reasons(FILE *out, const struct change_counts *counts)
{
	for (int kind = 0; kind < CHANGE_KINDS; kind++) {
		const char *between = "";

		if (!counts->of[kind])
			continue;
		fprintf(out, "- %lld %s: ", (long long)counts->of[kind], change_kinds[kind]);
		for (int reason = 0; reason < CHANGE_REASONS; reason++)
			if (counts->why[kind][reason]) {
				fprintf(out, "%s`%s` %lld", between, change_reasons[reason],
				        (long long)counts->why[kind][reason]);
				between = ", ";
			}
		fputc('\n', out);
	}
}

/* Columns of changelog_versions. */
enum history {
	HISTORY_VERSION,
	HISTORY_DAY,
	HISTORY_ITEMS,
	HISTORY_BEFORE,
	HISTORY_COUNTS,
	HISTORY_REVISES,
	HISTORY_GONE,
};

static void say_revision(FILE *out, const struct rows *rows, size_t row)
{
	const char *text = rows_text(rows, row, HISTORY_GONE), *between = " (", *reason_class;
	json_auto_t *gone = text ? json_loads(text, 0, NULL) : NULL;
	json_int_t all = 0;
	json_t *count;

	json_object_foreach (gone, reason_class, count)
		all += json_integer_value(count);
	fprintf(out, "A revision of %s without %lld items that were taken down",
	        rows_text(rows, row, HISTORY_REVISES), (long long)all);
	json_object_foreach (gone, reason_class, count) {
		fprintf(out, "%s%s %lld", between, reason_class, (long long)json_integer_value(count));
		between = ", ";
	}
	fprintf(out, "%s; else the same.\n", all ? ")" : "");
}

/* Whether what the number says was checked. */
static void say_rule(FILE *out, const char *before, const char *version)
{
	struct semver older, newer;

	if (semver_read(before, &older) && semver_read(version, &newer) && !older.prerelease &&
	    semver_order(&older, &newer) < 0)
		return;
	fputs("\nThe rule of versions was not applied: not both are MAJOR.MINOR.PATCH in their "
	      "order.\n",
	      out);
}

static void say_past_version(FILE *out, const struct rows *rows, size_t row)
{
	const char *version = rows_text(rows, row, HISTORY_VERSION);
	const char *before = rows_text(rows, row, HISTORY_BEFORE);

	fprintf(out, "\n## %s (%s)\n\n", version, rows_text(rows, row, HISTORY_DAY));
	if (rows_text(rows, row, HISTORY_REVISES)) {
		say_revision(out, rows, row);
		return;
	}
	fprintf(out, "%s items.", rows_text(rows, row, HISTORY_ITEMS));
	if (!before) {
		fputs(row + 1 == rows_count(rows) ? " The first version.\n"
		                                  : " What changed was not counted.\n",
		      out);
		return;
	}
	json_auto_t *json = json_loads(rows_text(rows, row, HISTORY_COUNTS), 0, NULL);
	struct change_counts counts = change_counts_read(json);
	fprintf(out, " Since %s: ", before);
	say_counts(out, &counts);
	fputs(".\n\n", out);
	list_reasons(out, &counts);
	say_rule(out, before, version);
}

struct error changelog_write(FILE *out, struct db *db, const struct release *release)
{
	const char *const params[] = { release->name, release->id };
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_CHANGELOG_VERSIONS, params, &rows);

	if (err.code)
		return err;
	fprintf(out,
	        "# Changes of %s\n\nNewest first. A version MAJOR.MINOR.PATCH says how much changed: "
	        "major, that records were changed, removed, relabelled or moved between splits; minor, "
	        "that they were only added; patch, that what describes them or the model's estimates "
	        "changed. Behind each kind of change stands why, as far as the platform noted it; "
	        "`changes.csv` says it of every item since the version before.\n",
	        release->name);
	for (size_t row = 0; row < rows_count(rows); row++)
		say_past_version(out, rows, row);
	return ok();
}

struct error changelog_card(FILE *out, struct db *db, const struct release *release)
{
	struct arena *arena = arena_new();
	struct change_counts counts = { .same = 0 };
	const char *before = NULL;
	struct error err = changes_before(db, arena, release->id, &before, &counts);

	if (!err.code && before) {
		fprintf(out, "## What changed\n\nSince version %s: ", before);
		say_counts(out, &counts);
		fputs(". `CHANGELOG.md` says why, of all versions; `changes.csv` of every item.\n\n", out);
	}
	arena_free(arena);
	return err;
}
