/* SPDX-License-Identifier: Apache-2.0 */
/* review -- lists what the public sent, and decides what of it becomes an item. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "core/arena.h"
#include "core/utf8.h"
#include "core/vocabulary.h"
#include "corpus/contribution.h"
#include "corpus/quarantine.h"
#include "db/db.h"

#define PAGE 100

const char cli_review_usage[] = "review list [--state STATE]\n"
								"       touchstone review approve ID [--reason TEXT]\n"
								"       touchstone review reject ID --reason TEXT";

static void print_field(const char *name, const char *value)
{
	if (!value)
		return;
	printf("  %-10s ", name);
	utf8_print(stdout, value);
	putchar('\n');
}

/* What its file says of its own origin, in a line. */
static void print_origin(const struct file_origin *origin)
{
	json_auto_t *c2pa = origin->c2pa ? json_loads(origin->c2pa, 0, NULL) : NULL;
	json_auto_t *report = origin->report ? json_loads(origin->report, JSON_ALLOW_NUL, NULL) : NULL;
	const char *reason = json_string_value(json_object_get(c2pa, "reason"));
	const char *signer = json_string_value(json_object_get(c2pa, "signer"));

	if (!origin->read_at) {
		print_field("origin", "not read yet");
		return;
	}
	printf("  %-10s credentials %s", "origin", origin->c2pa_state);
	if (reason)
		fputs(" (", stdout), utf8_print_line(stdout, reason), fputs(")", stdout);
	if (signer)
		fputs("; signed as ", stdout), utf8_print_line(stdout, signer);
	printf("; digital source type %s; %zu fields of metadata, by %s %s\n",
	       origin->digital_source_type ? origin->digital_source_type : "not said",
	       json_object_size(report), origin->tool, origin->tool_version);
}

/* Which items look like it, and what has its bytes, in a line. */
static void print_near(const struct quarantine_look *look)
{
	printf("  %-10s ", "near");
	for (size_t n = 0; n < look->near_count; n++) {
		const struct quarantine_near *near = &look->near[n];

		printf("%s%s %s, %s", n ? "; " : "", near->item ? "item" : "contribution",
		       near->item ? near->item : near->contribution, near->state);
		if (near->same_bytes)
			fputs(", the same bytes", stdout);
		else
			printf(", %lld of 256 apart", (long long)near->distance);
	}
	if (!look->near_count)
		fputs(look->near_at ? "nothing" : "nothing with its bytes", stdout);
	puts(look->near_at ? "" : "; its looks were not compared");
}

static void print_contribution(const struct contribution *contribution,
                               const struct quarantine_look *look)
{
	printf("%s %s, %s, by %s\n", contribution->id, contribution->state, contribution->created_at,
	       contribution->by ? contribution->by : "a volunteer");
	if (contribution->has_media)
		printf("  %-10s %s, %s, %lld bytes\n", "medium", media_type_name(contribution->media.type),
		       contribution->media.format, (long long)contribution->bytes);
	print_field("address", contribution->url);
	print_field("campaign", contribution->campaign);
	print_field("rights", contribution->rights);
	print_field("people", contribution->people);
	print_field("made by", contribution->made_by);
	print_field("made how", contribution->made_how);
	print_field("says", contribution->facts);
	if (contribution->has_media) {
		print_origin(&look->origin);
		print_near(look);
	}
	print_field("item", contribution->item);
	print_field("detail", contribution->detail);
	print_field("decided by", contribution->decided_by);
	print_field("reason", contribution->reason);
}

/* Where a page ends: the place and the id of its last one; "": before the first. */
struct review_place {
	char place[40], id[UUID_TEXT];
};

static struct error review_list_page(struct db *db, const char *state, struct review_place *behind,
                                     size_t *ret_count)
{
	struct arena *arena = arena_new();
	struct contribution page[PAGE];
	struct quarantine_look looks[PAGE];
	size_t count = 0;
	bool first = !*behind->id;
	struct error err = contribution_list(db, arena, state, first ? NULL : behind->place,
	                                     first ? NULL : behind->id, PAGE, page, &count);

	if (!err.code)
		err = quarantine_look(db, arena, page, count, looks);
	for (size_t i = 0; !err.code && i < count; i++)
		print_contribution(&page[i], &looks[i]);
	if (!err.code && count) {
		snprintf(behind->place, sizeof behind->place, "%s", page[count - 1].place);
		snprintf(behind->id, sizeof behind->id, "%s", page[count - 1].id);
	}
	arena_free(arena);
	*ret_count = count;
	return err;
}

static struct error list_contributions(struct db *db, const char *state)
{
	struct review_place behind = { "", "" };
	size_t count = PAGE, all = 0;
	struct error err = ok();

	while (!err.code && count == PAGE) {
		err = review_list_page(db, state, &behind, &count);
		all += count;
	}
	if (err.code)
		return err;
	if (all && strcmp(state, "quarantined") == 0)
		puts("What a file says of its origin, or does not say, tells no fake; nor does likeness: a "
		     "photograph and its manipulation look alike.");
	printf("%zu %s\n", all, state);
	return ok();
}

static struct error decide_one(struct db *db, const char *verb, const char *id,
                               const struct item_editor *editor)
{
	struct arena *arena = arena_new();
	char item[UUID_TEXT] = "";
	bool approve = strcmp(verb, "approve") == 0;
	struct error err = approve ? contribution_approve(db, arena, id, editor, item)
	                           : contribution_reject(db, id, editor);

	if (!err.code && approve)
		printf("approved: item %s\n", item);
	else if (!err.code)
		puts("rejected; its media will be removed");
	arena_free(arena);
	return err;
}

static bool is_review_verb(int argc, char **argv, const char *state, const char *reason)
{
	const char *verb = argv[1];

	if (strcmp(verb, "list") == 0)
		return argc == 2 && !reason && (!state || vocabulary_has(contribution_states, state));
	if (strcmp(verb, "approve") == 0)
		return argc == 3 && !state;
	return strcmp(verb, "reject") == 0 && argc == 3 && !state && reason &&
	       reason[strspn(reason, " ")];
}

int cli_review(const struct settings *settings, int argc, char **argv)
{
	const char *state = take_option(&argc, argv, "--state");
	struct item_editor editor = { .reason = take_option(&argc, argv, "--reason") };
	char who[USER_NAME];

	if (!arguments_fit(argc, argv, 1, 2, cli_review_usage))
		return EXIT_USAGE;
	if (!is_review_verb(argc, argv, state, editor.reason)) {
		fprintf(stderr, "usage: touchstone %s\n", cli_review_usage);
		return EXIT_USAGE;
	}
	user_name(who);
	editor.who = who;
	struct db *db = command_db(settings);
	if (!db)
		return EXIT_FAILED;
	struct error err = argc == 2 ? list_contributions(db, state ? state : "quarantined")
	                             : decide_one(db, argv[1], argv[2], &editor);
	db_close(db);
	return err.code ? failed(err) : EXIT_DONE;
}
