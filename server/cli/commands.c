/* SPDX-License-Identifier: Apache-2.0 */
/* What the subcommands share. */
#include "cli/commands.h"

#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

#include "core/utf8.h"
#include "db/db.h"
#include "engine/resources.h"

int failed(struct error err)
{
	fputs("touchstone: ", stderr);
	utf8_print(stderr, err.detail);
	fputc('\n', stderr);
	return EXIT_FAILED;
}

struct db *command_db(const struct settings *settings)
{
	struct db *db = NULL;
	struct error err = resources_database(settings, &db);

	if (err.code)
		failed(err);
	return db;
}

struct store *command_open_store(const struct settings *settings, struct db *db, bool adopt)
{
	struct store *store = NULL;
	struct error err = resources_store(settings, db, adopt, &store);

	if (err.code)
		failed(err);
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
