/* SPDX-License-Identifier: Apache-2.0 */
/* What the subcommands share. */
#include "cli/commands.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/utf8.h"
#include "db/db.h"
#include "engine/resources.h"
#include "people/audit.h"

int failed(struct error err)
{
	fputs("touchstone: ", stderr);
	utf8_print(stderr, err.detail);
	fputc('\n', stderr);
	return EXIT_FAILED;
}

struct db *command_db(const struct settings *settings)
{
	char name[USER_NAME], actor[USER_NAME + 16];
	struct db *db = NULL;
	struct error err = resources_database(settings, &db);

	user_name(name);
	snprintf(actor, sizeof actor, "command:%s", name);
	if (!err.code)
		err = db_act_as(db, actor, NULL);
	if (!err.code)
		return db;
	db_close(db);
	failed(err);
	return NULL;
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

struct error command_note(struct db *db, const char *kind, const char *subject_kind,
                          const char *subject, json_t *after)
{
	char *text = after ? json_dumps(after, JSON_COMPACT) : NULL;
	struct error err = audit_note(db, kind, subject_kind, subject, text);

	free(text);
	json_decref(after);
	return err;
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
