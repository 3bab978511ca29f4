/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/resources.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/disk.h"
#include "corpus/media_store.h"
#include "crypto/token.h"
#include "db/db.h"
#include "health/readiness.h"
#include "store/store.h"

struct error resources_database(const struct settings *settings, struct db **ret_db)
{
	struct db *db = db_open(settings->database_url, 0);

	if (!db)
		return errorf(ERR_UNAVAILABLE, "no database, or not migrated: is DATABASE_URL right? "
		                               "`touchstone migrate` brings the schema up to date");
	struct error err = readiness_schema(db);
	if (err.code) {
		db_close(db);
		return err;
	}
	*ret_db = db;
	return ok();
}

static struct error make_data_folder(const char *path)
{
	bool made = mkdir(path, 0755) == 0;

	if (made ? disk_sync_folder_of(path) : errno == EEXIST)
		return ok();
	return errorf(ERR_INTERNAL, "cannot make %s: %s", path, strerrordesc_np(errno));
}

struct error resources_store(const struct settings *settings, struct db *db, bool adopt,
                             struct store **ret_store)
{
	struct store *store = NULL;
	struct error err = media_store_open(db, settings->store, adopt, &store);

	if (err.code)
		return errorf(err.code, "%s: %s", settings->store, err.detail);
	if ((err = make_data_folder(settings->data)).code) {
		store_free(store);
		return err;
	}
	*ret_store = store;
	return ok();
}

/* A secret that is lost is not made anew by itself: everybody would be signed out. */
struct error resources_secret(const struct settings *settings, struct db *db, bool renew,
                              struct token_keys **ret_keys)
{
	struct token_keys *keys = NULL;
	struct error err = ok();

	if (access(settings->secret_file, F_OK) != 0)
		err = readiness_secret(db, NULL, renew);
	if (err.code || (err = token_keys_open(settings->secret_file, &keys)).code)
		return err;
	if ((err = readiness_secret(db, keys, renew)).code) {
		token_keys_free(keys);
		return err;
	}
	*ret_keys = keys;
	return ok();
}
