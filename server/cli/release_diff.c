/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/release_diff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "core/vocabulary.h"
#include "db/db.h"
#include "release/changes.h"
#include "release/changes_csv.h"
#include "store/store.h"

enum diff_form { FORM_TEXT, FORM_JSON, FORM_CSV };

/* The two tables, and what they are called. */
struct compared {
	const char *from, *to;
	FILE *before, *after;
	struct changes changes;
	enum diff_form form;
	bool listed; /* something stands in the list of FORM_JSON */
	struct sink sink;
};

/* ------------------------------------------------------------------ the three forms */

static json_t *side_json(const struct release_change *change, int when)
{
	return change->label[when]
	           ? json_pack("{s:s, s:s}", "split", change->split[when], "label", change->label[when])
	           : json_null();
}

static void print_json(struct compared *compared, const struct release_change *change)
{
	json_auto_t *json =
		json_pack("{s:s, s:s, s:s, s:s?, s:s, s:o, s:o}", "item", change->item, "change",
	              change_kinds[change->kind], "why", change_reasons[change->why], "reason_class",
	              change->reason_class, "columns", change->columns, "before", side_json(change, 0),
	              "after", side_json(change, 1));

	fputs(compared->listed ? ",\n" : "\n", stdout);
	json_dumpf(json, stdout, JSON_COMPACT);
	compared->listed = true;
}

static const char *text_or_dash(const char *text)
{
	return text && *text ? text : "-";
}

static struct error print_difference(void *arg, const struct release_change *change)
{
	struct compared *compared = arg;

	if (compared->form == FORM_CSV)
		changes_csv_row(&compared->sink, change);
	else if (compared->form == FORM_JSON)
		print_json(compared, change);
	else
		printf("%s\t%s\t%s/%s\t%s/%s\t%s%s%s\t%s\n", change_kinds[change->kind], change->item,
		       text_or_dash(change->split[0]), text_or_dash(change->label[0]),
		       text_or_dash(change->split[1]), text_or_dash(change->label[1]),
		       change_reasons[change->why], change->reason_class ? " " : "",
		       change->reason_class ? change->reason_class : "", text_or_dash(change->columns));
	return ok();
}

static void print_reasons(const struct change_counts *counts, int kind)
{
	const char *between = " (";

	for (int reason = 0; reason < CHANGE_REASONS; reason++)
		if (counts->why[kind][reason]) {
			printf("%s%s %lld", between, change_reasons[reason],
			       (long long)counts->why[kind][reason]);
			between = ", ";
		}
	puts(counts->of[kind] ? ")" : "");
}

static void print_counts(const struct compared *compared, const struct change_counts *counts)
{
	if (compared->form == FORM_JSON) {
		json_auto_t *json = change_counts_json(counts);

		printf("{\"from\": ");
		json_auto_t *from = json_string(compared->from), *to = json_string(compared->to);
		json_dumpf(from, stdout, JSON_ENCODE_ANY);
		printf(", \"to\": ");
		json_dumpf(to, stdout, JSON_ENCODE_ANY);
		printf(", \"counts\": ");
		json_dumpf(json, stdout, JSON_COMPACT);
		printf(", \"items\": [");
	} else if (compared->form == FORM_TEXT) {
		for (int kind = 0; kind < CHANGE_KINDS; kind++) {
			printf("%s %lld", change_kinds[kind], (long long)counts->of[kind]);
			print_reasons(counts, kind);
		}
		printf("same %lld\n", (long long)counts->same);
	}
}

/* ------------------------------------------------------------------ counts first, then the list */

static struct error diff_again(struct compared *compared)
{
	diff_free(compared->changes.diff);
	compared->changes.diff = NULL;
	rewind(compared->before);
	rewind(compared->after);
	return diff_new(compared->before, compared->after, (struct diff_place){ 0, 0 },
	                &compared->changes.diff);
}

static struct error count_compared(struct compared *compared, struct change_counts *ret_counts)
{
	struct error err = diff_again(compared);

	if (err.code)
		return err;
	return compared->changes.db ? changes_counted(&compared->changes, false, ret_counts)
	                            : changes_all(&compared->changes, NULL, NULL, ret_counts);
}

static struct error print_compared(struct compared *compared)
{
	struct change_counts counts = { .same = 0 };
	struct error err = count_compared(compared, &counts);

	if (err.code)
		return err;
	print_counts(compared, &counts);
	if (compared->form == FORM_CSV)
		compared->sink = changes_csv_begin(stdout);
	if (!(err = diff_again(compared)).code)
		err = changes_all(&compared->changes, print_difference, compared, &counts);
	if (!err.code && compared->form == FORM_JSON)
		puts("\n]}");
	return err;
}

static int end_compared(struct compared *compared, struct error err)
{
	if (!err.code)
		err = print_compared(compared);
	diff_free(compared->changes.diff);
	if (compared->before)
		fclose(compared->before);
	if (compared->after)
		fclose(compared->after);
	return err.code ? failed(err) : EXIT_DONE;
}

/* ------------------------------------------------------------------ of what */

static int diff_folders(struct compared *compared)
{
	struct error err = changes_folder_labels(compared->from, &compared->before);

	if (!err.code)
		err = changes_folder_labels(compared->to, &compared->after);
	return end_compared(compared, err);
}

static struct error open_releases(struct db *db, struct store *store, struct arena *arena,
                                  const char *name, struct compared *compared)
{
	struct release *pair = arena_alloc(arena, 2 * sizeof *pair);
	struct error err = release_find(db, arena, name, compared->from, &pair[0]);

	if (err.code || (err = release_find(db, arena, name, compared->to, &pair[1])).code)
		return err;
	if (strcmp(pair[0].id, pair[1].id) == 0)
		return errorf(ERR_INVALID, "These are not two releases.");
	compared->changes = (struct changes){ db, pair[0].id, pair[1].id, NULL };
	if ((err = changes_labels(db, store, name, compared->from, &compared->before)).code)
		return err;
	return changes_labels(db, store, name, compared->to, &compared->after);
}

static int diff_releases(const struct settings *settings, const char *name,
                         struct compared *compared)
{
	struct arena *arena = arena_new();
	struct db *db = command_db(settings);
	struct store *store = db ? command_store(settings, db) : NULL;
	int code = EXIT_FAILED;

	if (store)
		code = end_compared(compared, open_releases(db, store, arena, name, compared));
	db_close(db);
	if (store)
		store_free(store);
	arena_free(arena);
	return code;
}

int release_diff(const struct settings *settings, int argc, char **argv)
{
	bool json = take_flag(&argc, argv, "--json"), csv = take_flag(&argc, argv, "--csv");
	struct compared compared = { .form = json ? FORM_JSON : csv ? FORM_CSV : FORM_TEXT };

	if ((json && csv) || (argc != 3 && argc != 4) || *argv[1] == '-')
		return USAGE_WRONG;
	compared.from = argv[argc - 2];
	compared.to = argv[argc - 1];
	return argc == 3 ? diff_folders(&compared) : diff_releases(settings, argv[1], &compared);
}
