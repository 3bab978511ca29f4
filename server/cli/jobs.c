/* SPDX-License-Identifier: Apache-2.0 */
/* jobs -- shows work that waits, runs or was given up, or that of one state. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "core/arena.h"
#include "core/utf8.h"
#include "core/vocabulary.h"
#include "db/db.h"
#include "work/job.h"

#define PAGE_JOBS 100

static void print_job(const struct job_progress *job)
{
	printf("%s  %s  %s", job->id, job->kind, job->state);
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
	bool more = true, first = true;
	size_t count = 0;

	while (more) {
		struct error err = job_list(db, arena, state, first ? NULL : &after, PAGE_JOBS, jobs,
		                            &count, &more, &next);

		if (err.code)
			return err;
		for (size_t i = 0; i < count; i++)
			print_job(&jobs[i]);
		after = next;
		first = false;
	}
	return ok();
}

const char cli_jobs_usage[] = "jobs [waiting | running | done | failed]";

int cli_jobs(const struct settings *settings, int argc, char **argv)
{
	if (!arguments_fit(argc, argv, 0, 1, cli_jobs_usage))
		return EXIT_USAGE;
	if (argc == 2 && !vocabulary_has(job_states, argv[1])) {
		fprintf(stderr, "usage: touchstone %s\n", cli_jobs_usage);
		return EXIT_USAGE;
	}
	struct db *db = command_db(settings);
	if (!db)
		return EXIT_FAILED;
	struct arena *arena = arena_new();
	struct error err = ok();
	for (size_t i = 0; !err.code && job_states[i]; i++)
		if (argc == 1 ? strcmp(job_states[i], "done") != 0 : strcmp(job_states[i], argv[1]) == 0)
			err = print_jobs(db, arena, job_states[i]);
	arena_free(arena);
	db_close(db);
	return err.code ? failed(err) : EXIT_DONE;
}
