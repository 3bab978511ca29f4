/* SPDX-License-Identifier: Apache-2.0 */
/* What the subcommands share. */
#include "cli/commands.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/disk.h"
#include "core/log.h"
#include "core/utf8.h"
#include "corpus/media_store.h"
#include "db/db.h"
#include "health/readiness.h"
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
