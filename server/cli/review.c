/* SPDX-License-Identifier: Apache-2.0 */
/* review -- lists what the public sent, and decides what of it becomes an item. */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "core/arena.h"
#include "core/utf8.h"
#include "core/vocabulary.h"
#include "corpus/contribution.h"
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

static void print_contribution(const struct contribution *contribution)
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
	print_field("item", contribution->item);
	print_field("detail", contribution->detail);
	print_field("decided by", contribution->decided_by);
	print_field("reason", contribution->reason);
}

static struct error list_contributions(struct db *db, const char *state)
{
	struct contribution page[PAGE];
	char place[sizeof page[0].place], id[UUID_TEXT];
	size_t count = PAGE, all = 0;
	struct error err = ok();

	while (!err.code && count == PAGE) {
		struct arena *arena = arena_new();

		err = contribution_list(db, arena, state, all ? place : NULL, all ? id : NULL, PAGE, page,
		                        &count);
		for (size_t i = 0; !err.code && i < count; i++)
			print_contribution(&page[i]);
		if (!err.code && count) {
			snprintf(place, sizeof place, "%s", page[count - 1].place);
			snprintf(id, sizeof id, "%s", page[count - 1].id);
			all += count;
		}
		arena_free(arena);
	}
	if (!err.code)
		printf("%zu %s\n", all, state);
	return err;
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
