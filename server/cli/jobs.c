/* SPDX-License-Identifier: Apache-2.0 */
/* jobs -- shows work that waits, runs or was given up, or that of one state; cancels a job. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "core/arena.h"
#include "core/clock.h"
#include "core/utf8.h"
#include "core/uuid.h"
#include "core/vocabulary.h"
#include "db/db.h"
#include "engine/workers.h"
#include "work/job.h"
#include "work/job_cancel.h"

#define PAGE_JOBS      100
#define CANCEL_MOST_MS 15000
#define LOOK_AGAIN_MS  200

static void print_job(const struct job_progress *job)
{
	printf("%s  %s  %s", job->id, job->kind, job->state);
	if (job->cancelled_by) {
		fputs("  by ", stdout);
		utf8_print(stdout, job->cancelled_by);
	}
	if (job->total)
		printf("  %" PRId64 " of %" PRId64, job->done, job->total);
	if (job->failures)
		printf("  %" PRId64 " %s", job->failures, job->failures == 1 ? "failure" : "failures");
	printf("  %s", job->finished_at ? job->finished_at : job->created_at);
	if (job->detail) {
		fputs("  ", stdout);
		utf8_print(stdout, job->detail);
	}
	putchar('\n');
}

static struct error print_jobs(struct db *db, struct arena *arena, const char *state)
{
	struct job_progress jobs[PAGE_JOBS];
	struct job_place next, after;
	struct job_query query = { .state = state, .limit = PAGE_JOBS };
	bool more = true;
	size_t count = 0;

	while (more) {
		struct error err = job_list(db, arena, &query, jobs, &count, &more, &next);

		if (err.code)
			return err;
		for (size_t i = 0; i < count; i++)
			print_job(&jobs[i]);
		after = next;
		query.after = &after;
	}
	return ok();
}

/* All but those that are done, or those of one state. */
static struct error show_jobs(struct db *db, struct arena *arena, const char *state)
{
	struct error err = ok();

	for (size_t i = 0; !err.code && job_states[i]; i++) {
		bool over = strcmp(job_states[i], "done") == 0 || strcmp(job_states[i], "cancelled") == 0;

		if (state ? strcmp(job_states[i], state) == 0 : !over)
			err = print_jobs(db, arena, job_states[i]);
	}
	return err;
}

/* A worker ends what it works on within seconds: it is waited for. */
static struct error await_cancelled(struct db *db, struct arena *arena, struct job_progress *job)
{
	int64_t until_ms = clock_monotonic_ms() + CANCEL_MOST_MS;
	struct error err = ok();

	while (!err.code && strcmp(job->state, "cancelled") != 0 && clock_monotonic_ms() < until_ms) {
		clock_rest_ms(LOOK_AGAIN_MS);
		err = job_find(db, arena, job->id, job);
	}
	return err;
}

static struct error cancel_job(struct db *db, struct arena *arena, const char *id)
{
	unsigned char uuid[UUID_BYTES];
	struct job_progress job;
	char who[USER_NAME];
	struct error err;

	if (!uuid_from_text(uuid, id))
		return errorf(ERR_NOT_FOUND, "%s is no id of a job: `touchstone jobs` lists them", id);
	user_name(who);
	if ((err = job_find(db, arena, id, &job)).code)
		return err;
	if ((err = job_cancel(db, arena, workers_handler, who, &job)).code)
		return err;
	if ((err = await_cancelled(db, arena, &job)).code)
		return err;
	print_job(&job);
	return ok();
}

const char cli_jobs_usage[] = "jobs [waiting | running | done | failed | cancelled]\n"
							  "       touchstone jobs cancel ID";

int cli_jobs(const struct settings *settings, int argc, char **argv)
{
	bool cancels = argc > 1 && strcmp(argv[1], "cancel") == 0;

	if (!arguments_fit(argc, argv, cancels ? 2 : 0, cancels ? 2 : 1, cli_jobs_usage))
		return EXIT_USAGE;
	if (argc == 2 && !vocabulary_has(job_states, argv[1])) {
		fprintf(stderr, "usage: touchstone %s\n", cli_jobs_usage);
		return EXIT_USAGE;
	}
	struct db *db = command_db(settings);
	if (!db)
		return EXIT_FAILED;
	struct arena *arena = arena_new();
	struct error err =
		cancels ? cancel_job(db, arena, argv[2]) : show_jobs(db, arena, argc == 2 ? argv[1] : NULL);
	arena_free(arena);
	db_close(db);
	return err.code ? failed(err) : EXIT_DONE;
}
