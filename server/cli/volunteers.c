/* SPDX-License-Identifier: Apache-2.0 */
/* volunteers -- takes judgments of volunteers out of what counts, and gives them back. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "core/arena.h"
#include "core/utf8.h"
#include "core/uuid.h"
#include "db/db.h"
#include "review/set_aside.h"
#include "scoring/scorer.h"

#define PAGE_ACTS 50

const char cli_volunteers_usage[] =
	"volunteers set-aside [VOLUNTEER... | --cohort N | --network HASH] [--campaign NAME] "
	"[--from TIME] [--to TIME] --reason TEXT | set-aside --undo ACT --reason TEXT | set-asides";

/* "{uuid,uuid}" in the arena; NULL: one is none. */
static const char *ids_read(struct arena *arena, int count, char **ids)
{
	const char *text = "{";

	for (int i = 0; i < count; i++) {
		unsigned char raw[UUID_BYTES];

		if (!uuid_from_text(raw, ids[i]))
			return NULL;
		text = arena_printf(arena, "%s%s%s", text, i ? "," : "", ids[i]);
	}
	return arena_printf(arena, "%s}", text);
}

static void print_change(void *arg, const struct set_aside_change *change)
{
	(void)arg;
	printf("%s  %s -> %s\n", change->item, change->before ? change->before : "none",
	       change->now ? change->now : "none");
}

/* Scores now, and tells whose label is another. A server that runs makes a fit of its own. */
static struct error follow_act(struct db *db, const char *id)
{
	struct scoring scoring;
	bool scored;
	struct error err = scorer_score_once(db, true, &scored, &scoring);

	if (err.code)
		return err;
	printf("labels that are others now, or none any more (the first 500; after --undo, those that "
	       "differ from before the act):\n");
	return set_aside_changes(db, id, print_change, NULL);
}

static struct error aside_do(struct db *db, const struct set_aside_request *request,
                             const char *undo)
{
	struct set_aside_outcome outcome;
	struct error err = undo ? set_aside_undo(db, undo, request->reason, request->by, &outcome)
	                        : set_aside_make(db, request, &outcome);

	if (err.code)
		return err;
	printf("%s  %" PRId64 " judgments of %" PRId64 " volunteers on %" PRId64 " items %s; %" PRId64
	       " labels %s\n",
	       outcome.id, outcome.judgments, outcome.volunteers, outcome.items,
	       undo ? "count again" : "set aside", outcome.labels,
	       undo ? "are back" : "had to be made anew");
	return follow_act(db, outcome.id);
}

static void print_act(const struct set_aside_act *act)
{
	printf("%s  %s  %s  %s  %" PRId64 " volunteers, %" PRId64 " items, ", act->id, act->at,
	       act->kind, act->campaign ? act->campaign : "all campaigns", act->volunteers, act->items);
	if (act->labels_changed < 0)
		fputs("no fit yet", stdout);
	else
		printf("%" PRId64 " labels changed", act->labels_changed);
	printf("  %s: ", act->by);
	utf8_print(stdout, act->reason);
	if (act->undone_at) {
		printf("  undone %s by %s: ", act->undone_at, act->undone_by);
		utf8_print(stdout, act->undone_reason);
	}
	putchar('\n');
}

static struct error print_acts(struct db *db, struct arena *arena)
{
	struct set_aside_act acts[PAGE_ACTS];
	const char *place = NULL, *id = NULL;
	size_t count = PAGE_ACTS;

	while (count == PAGE_ACTS) {
		struct error err = set_aside_list(db, arena, place, id, PAGE_ACTS, acts, &count);

		if (err.code)
			return err;
		for (size_t i = 0; i < count; i++)
			print_act(&acts[i]);
		if (count) {
			place = acts[count - 1].place;
			id = acts[count - 1].id;
		}
	}
	return ok();
}

/* Does the words mean something? *ret_lists: acts are to be shown. */
static bool words_fit(int argc, char **argv, const struct set_aside_request *request,
                      const char *undo, const char *cohort, bool *ret_lists)
{
	const char *reason = request->reason;
	bool chosen = request->cohort || request->network || request->campaign || request->from ||
	              request->to || argc > 2;

	*ret_lists = argc == 2 && strcmp(argv[1], "set-asides") == 0;
	if (*ret_lists)
		return !reason && !undo && !chosen;
	return argc > 1 && strcmp(argv[1], "set-aside") == 0 && reason && reason[strspn(reason, " ")] &&
	       (undo ? !chosen : chosen) && (!cohort || request->cohort);
}

int cli_volunteers(const struct settings *settings, int argc, char **argv)
{
	char who[USER_NAME];
	const char *undo = take_option(&argc, argv, "--undo");
	const char *cohort = take_option(&argc, argv, "--cohort");
	struct set_aside_request request = { .reason = take_option(&argc, argv, "--reason"),
		                                 .cohort = cohort ? (unsigned)atoi(cohort) : 0,
		                                 .network = take_option(&argc, argv, "--network"),
		                                 .campaign = take_option(&argc, argv, "--campaign"),
		                                 .from = take_option(&argc, argv, "--from"),
		                                 .to = take_option(&argc, argv, "--to"),
		                                 .by = who };
	bool lists = false;

	if (!arguments_fit(argc, argv, 1, 1000, cli_volunteers_usage))
		return EXIT_USAGE;
	struct arena *arena = arena_new();
	if (argc > 2)
		request.volunteers = ids_read(arena, argc - 2, argv + 2);
	if (!words_fit(argc, argv, &request, undo, cohort, &lists) ||
	    (argc > 2 && !request.volunteers)) {
		fprintf(stderr, "usage: touchstone %s\n", cli_volunteers_usage);
		arena_free(arena);
		return EXIT_USAGE;
	}
	user_name(who);
	struct db *db = command_db(settings);
	struct error err = ok();
	if (db)
		err = lists ? print_acts(db, arena) : aside_do(db, &request, undo);
	arena_free(arena);
	if (!db)
		return EXIT_FAILED;
	db_close(db);
	return err.code ? failed(err) : EXIT_DONE;
}
