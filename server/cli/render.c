/* SPDX-License-Identifier: Apache-2.0 */
/* render -- orders that renditions be made anew, says what hangs on it, and waits for it. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "core/arena.h"
#include "core/clock.h"
#include "core/uuid.h"
#include "corpus/rendering.h"
#include "db/db.h"
#include "media/media.h"
#include "store/store.h"

#define LOOK_EVERY_MS 500

const char cli_render_usage[] = "render [--check] [--harmless] [--campaign NAME] [--wait]";

struct render_request {
	bool check, harmless, wait;
	const char *campaign;
};

static void say_due(const struct rendering_due *due)
{
	printf("%lld images, %lld films and %lld sounds have renditions of an older recipe than %d\n",
	       (long long)due->images, (long long)due->films, (long long)due->sounds, MEDIA_RECIPE);
	printf("%lld judgments on them count now, and %lld of these items are retired or disputed\n",
	       (long long)due->judgments, (long long)due->settled);
	if (due->closed_campaigns)
		printf("%lld of them are in closed campaigns: nobody is asked about these again\n",
		       (long long)due->closed_campaigns);
}

static void say_meaning(const struct rendering_due *due, bool harmless)
{
	if (harmless || !due->judgments)
		return;
	puts("where the rendition comes out with other bytes, judgments so far will not count, and the "
	     "crowd is asked anew; --harmless keeps them");
}

/* On a terminal, one line that is written over. */
static struct error render_show(void *arg, int64_t done, int64_t total)
{
	(void)arg;
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\rrendering %lld of %lld ", (long long)done, (long long)total);
	return ok();
}

/* Whoever comes first works: this process, or a server whose progress is shown here. */
static struct error do_or_watch(struct db *db, struct store *store, const char *id, bool *ret_ended)
{
	const struct progress_listener progress = { render_show, NULL };
	struct arena *arena = arena_new();
	struct rendering rendering = { 0 };
	struct job job;
	bool claimed = false;
	struct error err = rendering_find(db, arena, id, &rendering);

	*ret_ended = !err.code &&
	             (strcmp(rendering.state, "done") == 0 || strcmp(rendering.state, "failed") == 0);
	if (!err.code && !*ret_ended)
		err = job_claim_subject(db, id, &job, &claimed);
	if (!err.code && claimed)
		err = job_do(&rendering_job, db, store, &job, &progress);
	else if (!err.code && !*ret_ended)
		err = render_show(NULL, rendering.done, rendering.total);
	arena_free(arena);
	return err.code == ERR_GONE ? ok() : err;
}

static struct error wait_for(struct db *db, struct store *store, const char *id)
{
	bool ended = false;
	struct error err;

	while (!(err = do_or_watch(db, store, id, &ended)).code && !ended)
		clock_rest_ms(LOOK_EVERY_MS);
	if (isatty(STDERR_FILENO))
		fputc('\n', stderr);
	return err;
}

static struct error say_state(struct db *db, const char *id)
{
	struct arena *arena = arena_new();
	struct rendering rendering;
	struct error err = rendering_find(db, arena, id, &rendering);

	if (!err.code)
		printf(
			"%s: %lld of %lld items; %lld changed, %lld came out the same, %lld could not be read "
			"anew\n",
			rendering.state, (long long)rendering.done, (long long)rendering.total,
			(long long)rendering.changed, (long long)rendering.same,
			(long long)rendering.unreadable);
	arena_free(arena);
	return err;
}

static struct error render_here(struct db *db, struct store *store,
                                const struct render_request *request)
{
	struct rendering_due due;
	char id[UUID_TEXT];
	bool new = false;
	struct error err = rendering_check(db, request->campaign, &due);

	if (err.code)
		return err;
	say_due(&due);
	say_meaning(&due, request->harmless);
	fflush(stdout);
	if (request->check || due.images + due.films + due.sounds == 0)
		return ok();
	if ((err = rendering_order(db, request->campaign, request->harmless, id, &new)).code)
		return err;
	puts(new ? "ordered: a running server, or `touchstone work`, does it"
	         : "one is under way already, and goes on as it was ordered");
	fflush(stdout);
	if (request->wait && (err = wait_for(db, store, id)).code)
		return err;
	return say_state(db, id);
}

int cli_render(const struct settings *settings, int argc, char **argv)
{
	struct render_request request = { .check = take_flag(&argc, argv, "--check"),
		                              .harmless = take_flag(&argc, argv, "--harmless"),
		                              .wait = take_flag(&argc, argv, "--wait"),
		                              .campaign = take_option(&argc, argv, "--campaign") };

	if (!arguments_fit(argc, argv, 0, 0, cli_render_usage))
		return EXIT_USAGE;
	struct db *db = command_db(settings);
	struct store *store = db ? command_store(settings, db) : NULL;
	struct error err = store ? render_here(db, store, &request) : ok();
	bool done = store && !err.code;

	store_free(store);
	db_close(db);
	return done ? EXIT_DONE : store ? failed(err) : EXIT_FAILED;
}
