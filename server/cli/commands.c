/* SPDX-License-Identifier: Apache-2.0 */
/* What the subcommands share, and those that are too small for a file of their own. */
#include "cli/commands.h"

#include <errno.h>
#include <math.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/disk.h"
#include "core/log.h"
#include "core/utf8.h"
#include "db/db.h"
#include "db/migrate.h"
#include "domain/consensus.h"
#include "domain/media_store.h"
#include "domain/readiness.h"
#include "domain/scorer.h"
#include "store/store.h"

int failed(struct error err)
{
	fputs("touchstone: ", stderr);
	utf8_print(stderr, err.detail);
	fputc('\n', stderr);
	return EXIT_FAILED;
}

struct db *command_db(const struct settings *settings)
{
	struct db *db = db_open(settings->database_url, 0);

	if (!db) {
		fputs("touchstone: no database, or not migrated: is DATABASE_URL right? "
			  "`touchstone migrate` brings the schema up to date\n",
			  stderr);
		return NULL;
	}
	struct error err = readiness_schema(db);
	if (err.code) {
		failed(err);
		db_close(db);
		return NULL;
	}
	return db;
}

struct store *command_open_store(const struct settings *settings, struct db *db, bool adopt)
{
	struct store *store = NULL;
	struct error err = media_store_open(db, settings->store, adopt, &store);

	if (err.code) {
		fprintf(stderr, "touchstone: %s: %s\n", settings->store, err.detail);
		return NULL;
	}
	bool made = mkdir(settings->data, 0755) == 0;
	if (made ? !disk_sync_folder_of(settings->data) : errno != EEXIST) {
		failed(errorf(ERR_INTERNAL, "cannot make %s: %s", settings->data, strerrordesc_np(errno)));
		store_free(store);
		return NULL;
	}
	return store;
}

struct store *command_store(const struct settings *settings, struct db *db)
{
	return command_open_store(settings, db, false);
}

struct store *command_store_alone(const struct settings *settings)
{
	struct db *db = command_db(settings);
	struct store *store = db ? command_open_store(settings, db, false) : NULL;

	db_close(db);
	return store;
}

void user_name(char name[USER_NAME])
{
	struct passwd entry, *found = NULL;
	char room[4096];

	if (getpwuid_r(geteuid(), &entry, room, sizeof room, &found) == 0 && found)
		snprintf(name, USER_NAME, "%s", found->pw_name);
	else
		snprintf(name, USER_NAME, "user %u", geteuid());
}

int cli_migrate(const struct settings *settings, int argc, char **argv)
{
	bool status = take_flag(&argc, argv, "--status");
	unsigned run = 0;
	struct error err;

	if (!arguments_fit(argc, argv, 0, 0, "migrate [--status]"))
		return EXIT_USAGE;
	const char *owner = settings->migrate_url ? settings->migrate_url : settings->database_url;
	if ((err = status ? migrate_status(owner)
					  : migrate(owner, settings->migrate_url ? settings->database_url : NULL, &run))
			.code)
		return failed(err);
	if (!status)
		printf(run ? "%u migration(s) ran\n" : "the schema is up to date\n", run);
	return EXIT_DONE;
}

static void tell_operator(const char *sentence)
{
	fprintf(stderr, "%s\n", sentence);
}

int cli_score(const struct settings *settings, int argc, char **argv)
{
	bool full = take_flag(&argc, argv, "--full");
	struct scoring scoring;
	bool scored = false;

	if (!arguments_fit(argc, argv, 0, 0, "score [--full]"))
		return EXIT_USAGE;
	struct db *db = command_db(settings);
	if (!db)
		return EXIT_FAILED;
	struct error err = scorer_score_once(db, full, &scored, &scoring);
	size_t told;
	struct error distrust = err.code ? ok() : consensus_tell_distrust(db, tell_operator, &told);
	db_close(db);
	if (err.code)
		return failed(err);
	if (!scored) {
		puts("nothing new to score");
		return EXIT_DONE;
	}
	printf("%llu judgments of %u items by %u volunteers, %u iterations\n"
		   "%u posteriors moved, %u items retired, %u came back, %u held back, %u new disputes, "
		   "%u withdrawn\n"
		   "calibrated on %u gold items, weight %.2f, slope %.2f\n",
		   (unsigned long long)scoring.judgments, scoring.items, scoring.volunteers,
		   scoring.iterations, scoring.moved, scoring.retired, scoring.reopened, scoring.held,
		   scoring.disputed, scoring.withdrawn, scoring.gold, scoring.weight, scoring.slope);
	if (!isnan(scoring.alpha))
		printf("Krippendorff's alpha %.3f\n", scoring.alpha);
	if (distrust.code)
		return failed(distrust);
	return EXIT_DONE;
}

static struct error list_campaigns(struct db *db)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_CAMPAIGN_LIST, NULL, &rows);

	for (size_t r = 0; !err.code && r < rows_count(rows); r++)
		printf("%s  %s  %s items: %s in service, %s retired, %s disputed, %s settled\n",
			   rows_text(rows, r, 0), rows_text(rows, r, 1), rows_text(rows, r, 2),
			   rows_text(rows, r, 3), rows_text(rows, r, 4), rows_text(rows, r, 5),
			   rows_text(rows, r, 6));
	return err;
}

/* What was released as gold is public, and would measure nobody if it came back into service. */
static struct error refuse_released_gold(struct db *db, const char *name)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_CAMPAIGN_RELEASED_GOLD, (const char *[]){ name }, &rows);

	if (err.code || rows_count(rows) == 0 || rows_integer(rows, 0, 0) == 0)
		return err;
	return errorf(ERR_CONFLICT,
				  "%lld gold item(s) of %s are in a release, so it cannot be opened again; "
				  "import what is new into another campaign",
				  (long long)rows_integer(rows, 0, 0), name);
}

static struct error set_campaign(struct db *db, const char *name, const char *state)
{
	int64_t changed = 0;
	struct error err = *state == 'o' ? refuse_released_gold(db, name) : ok();

	if (err.code)
		return err;
	err = db_do(db, SQL_CAMPAIGN_SET_STATE, (const char *[]){ name, state }, &changed);
	if (!err.code && !changed)
		return errorf(ERR_NOT_FOUND, "there is no campaign %s", name);
	return err;
}

int cli_campaign(const struct settings *settings, int argc, char **argv)
{
	static const char *const usage = "campaign list | open NAME | close NAME";

	if (!arguments_fit(argc, argv, 1, 2, usage))
		return EXIT_USAGE;
	bool list = strcmp(argv[1], "list") == 0 && argc == 2;
	bool open = strcmp(argv[1], "open") == 0 && argc == 3;
	if (!list && !open && !(strcmp(argv[1], "close") == 0 && argc == 3)) {
		fprintf(stderr, "usage: touchstone %s\n", usage);
		return EXIT_USAGE;
	}
	struct db *db = command_db(settings);
	if (!db)
		return EXIT_FAILED;
	struct error err =
		list ? list_campaigns(db) : set_campaign(db, argv[2], open ? "open" : "closed");
	db_close(db);
	return err.code ? failed(err) : EXIT_DONE;
}
