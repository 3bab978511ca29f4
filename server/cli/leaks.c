/* SPDX-License-Identifier: Apache-2.0 */
/* leaks -- measures what separates real from fake media beside their content. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "core/arena.h"
#include "core/clock.h"
#include "corpus/leaks.h"
#include "db/db.h"
#include "release/leaks.h"
#include "release/release.h"
#include "store/store.h"

const char cli_leaks_usage[] = "leaks CAMPAIGN\n"
							   "       touchstone leaks RELEASE VERSION";

/* On a terminal, one line that is written over. */
static struct error leaks_show(void *arg, int64_t done, int64_t total)
{
	int64_t *last_ms = arg, now = clock_monotonic_ms();

	if (!isatty(STDERR_FILENO) || (done < total && now - *last_ms < 200))
		return ok();
	*last_ms = now;
	fprintf(stderr, "\rmeasuring %lld of %lld ", (long long)done, (long long)total);
	if (done == total)
		fputc('\n', stderr);
	return ok();
}

static void print_leak(const struct leak_medium *medium, enum leak leak)
{
	const struct auc *auc = &medium->auc[leak];

	if (isnan(auc->value))
		return;
	printf("  %-16s", leak_name(leak));
	if (leak < LEAK_ALONE && medium->constant[leak])
		puts("  the same for all");
	else
		printf("  %.2f  %.2f to %.2f%s%s\n", auc->value, auc->low, auc->high,
		       leak_warns(medium, leak) ? "  LEAK" : "",
		       leak_is_served(leak) ? "" : "  (nobody is handed it)");
}

static void print_medium(const char *type, const struct leak_medium *medium)
{
	if (medium->fakes + medium->reals + medium->unmeasured == 0)
		return;
	printf("%s: %u fake and %u real, of %u lineages; known by their source %u, by a ruling %u, by "
	       "the crowd %u; not to be read %u\n",
	       type, medium->fakes, medium->reals, medium->lineages, medium->by[LEAK_BY_TRUTH],
	       medium->by[LEAK_BY_RULING], medium->by[LEAK_BY_CROWD], medium->unmeasured);
	if (!medium->fakes || !medium->reals) {
		puts("  one class alone: nothing to compare");
		return;
	}
	for (int leak = 0; leak < LEAKS; leak++)
		print_leak(medium, (enum leak)leak);
}

static void print_leaks(const struct leak_table *table)
{
	unsigned warnings = 0;

	for (int type = 0; type < MEDIA_TYPES; type++) {
		print_medium(media_types[type], &table->medium[type]);
		for (int leak = 0; leak < LEAKS; leak++)
			warnings += leak_warns(&table->medium[type], (enum leak)leak);
	}
	printf("%u of these pass %.1f with an interval that leaves 0.5 out.\n", warnings, LEAKS_LIMIT);
}

static struct error leaks_of_release(struct db *db, struct store *store, char **argv,
                                     const struct progress_listener *progress,
                                     struct leak_table *ret_table)
{
	struct arena *arena = arena_new();
	struct release release;
	struct error err = release_find(db, arena, argv[1], argv[2], &release);

	if (!err.code)
		err = release_leaks(db, store, release.id, progress, ret_table);
	arena_free(arena);
	return err;
}

int cli_leaks(const struct settings *settings, int argc, char **argv)
{
	int64_t last_ms = 0;
	const struct progress_listener progress = { leaks_show, &last_ms };
	const struct leaks_making making = { .least = 1, .timed = true, .progress = &progress };
	struct leak_table table;

	if (!arguments_fit(argc, argv, 1, 2, cli_leaks_usage))
		return EXIT_USAGE;
	struct db *db = command_db(settings);
	struct store *store = db ? command_store(settings, db) : NULL;
	struct error err = ok();
	if (store)
		err = argc == 3 ? leaks_of_release(db, store, argv, &progress, &table)
		                : leaks_campaign(db, store, argv[1], &making, &table);
	bool done = store && !err.code;

	if (done)
		print_leaks(&table);
	store_free(store);
	db_close(db);
	return done ? EXIT_DONE : store ? failed(err) : EXIT_FAILED;
}
