/* SPDX-License-Identifier: Apache-2.0 */
#include "corpus/media_store.h"

#include <stdio.h>
#include <string.h>

#include "core/hex.h"
#include "core/uuid.h"
#include "crypto/sha256.h"
#include "db/db.h"

#define WHAT_TO_DO                                                                   \
	"set TOUCHSTONE_STORE or TOUCHSTONE_DATA to the right one%s%.60s, or make this " \
	"it: touchstone store adopt"

struct binding {
	struct store *store;
	bool adopt;
	char own[UUID_TEXT];    /* of the database; "" when none was opened yet */
	char marker[UUID_TEXT]; /* of the store; "": none */
	char last_path[PATH_MAX];
};

static struct error not_the_store(const struct binding *binding, const char *why)
{
	return errorf(ERR_CONFLICT, "%s: " WHAT_TO_DO, why, *binding->last_path ? ", last at " : "",
	              binding->last_path);
}

/* A store without a marker, or a database that has not noted one, tells by what lies in it. */
static struct error holds_media(struct db *db, struct store *store, bool *ret_some, bool *ret_any)
{
	unsigned char digest[SHA256_BYTES];
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_MEDIA_STORE_SOME, NULL, &rows);
	bool some = false;

	for (size_t r = 0; !err.code && !some && r < rows_count(rows); r++)
		if (hex_decode(digest, SHA256_BYTES, rows_text(rows, r, 0)))
			err = store_has(store, digest, &some);
	*ret_some = some;
	*ret_any = !err.code && rows_count(rows) > 0;
	return err;
}

/* Is an unmarked or unnoted store the one? Only by its media, or when there are none to miss. */
static struct error judge_store(struct db *db, struct binding *binding)
{
	bool some, any;
	struct error err = holds_media(db, binding->store, &some, &any);

	if (err.code || some)
		return err;
	if (binding->adopt) {
		*binding->own = '\0'; /* another store takes another id, or both would pass for it */
		return ok();
	}
	if (!*binding->own && !any)
		return ok();
	return not_the_store(binding, any ? "this store holds no media of the database"
	                                  : "this is not the store that the database began with");
}

static struct error read_both(struct db *db, struct binding *binding)
{
	auto_rows *rows = NULL;
	struct error err;

	if ((err = db_do(db, SQL_MEDIA_STORE_LOCK, NULL, NULL)).code)
		return err;
	if ((err = db_run(db, SQL_MEDIA_STORE_FIND, NULL, &rows)).code)
		return err;
	*binding->own = *binding->last_path = '\0';
	if (rows_count(rows)) {
		snprintf(binding->own, UUID_TEXT, "%s", rows_text(rows, 0, 0));
		snprintf(binding->last_path, sizeof binding->last_path, "%s", rows_text(rows, 0, 1));
	}
	return store_marker(binding->store, binding->marker);
}

static struct error bind_store(struct db *db, void *arg)
{
	struct binding *binding = arg;
	unsigned char fresh[UUID_BYTES];
	struct error err;

	if ((err = read_both(db, binding)).code)
		return err;
	bool same = *binding->own && strcmp(binding->own, binding->marker) == 0;
	if (*binding->own && *binding->marker && !same && !binding->adopt)
		return not_the_store(binding, "this is the store of another database");
	if (!same && (err = judge_store(db, binding)).code)
		return err;
	if (!*binding->marker) {
		uuid_random(fresh);
		uuid_to_text(binding->marker, fresh);
		err = store_mark(binding->store, *binding->own ? binding->own : binding->marker,
		                 binding->marker);
	}
	if (err.code)
		return err;
	const char *params[] = { binding->marker, store_root(binding->store) };
	return db_do(db, SQL_MEDIA_STORE_WRITE, params, NULL);
}

/* A folder that is not there is not made for a database whose media lie elsewhere. */
static struct error refuse_missing(struct db *db, const char *url)
{
	struct binding binding = { 0 };
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_MEDIA_STORE_FIND, NULL, &rows);

	if (err.code || !rows_count(rows) || store_is_there(url))
		return err;
	snprintf(binding.last_path, sizeof binding.last_path, "%s", rows_text(rows, 0, 1));
	return not_the_store(&binding, "there is no such store");
}

struct error media_store_open(struct db *db, const char *url, bool adopt, struct store **ret_store)
{
	struct binding binding = { .adopt = adopt };
	struct error err = adopt ? ok() : refuse_missing(db, url);

	if (err.code)
		return err;
	if ((err = store_open(url, &binding.store)).code)
		return err;
	if ((err = db_transaction(db, bind_store, &binding)).code) {
		store_free(binding.store);
		return err;
	}
	*ret_store = binding.store;
	return ok();
}

/* ERR_CONFLICT: no store was opened for this database yet. */
static struct error own_id(struct db *db, char ret_id[UUID_TEXT])
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_MEDIA_STORE_FIND, NULL, &rows);

	if (err.code)
		return err;
	if (!rows_count(rows))
		return errorf(ERR_CONFLICT, "this database has no media store yet: import something first");
	snprintf(ret_id, UUID_TEXT, "%s", rows_text(rows, 0, 0));
	return ok();
}

struct error media_store_open_copy(struct db *db, const char *url, struct store **ret_store,
                                   bool *ret_marked)
{
	char own[UUID_TEXT], marker[UUID_TEXT];
	struct store *store;
	struct error err;

	if ((err = own_id(db, own)).code || (err = store_open(url, &store)).code)
		return err;
	err = store_marker(store, marker);
	if (!err.code && *marker && strcmp(marker, own) != 0)
		err = errorf(ERR_CONFLICT, "%.100s is the store of another database", url);
	if (err.code) {
		store_free(store);
		return err;
	}
	*ret_store = store;
	*ret_marked = *marker;
	return ok();
}

struct error media_store_mark_copy(struct db *db, struct store *store)
{
	char own[UUID_TEXT], marker[UUID_TEXT];
	struct error err;

	if ((err = own_id(db, own)).code || (err = store_mark(store, own, marker)).code)
		return err;
	if (strcmp(own, marker) == 0)
		return ok();
	return errorf(ERR_CONFLICT, "another program made it the store of another database");
}

struct error media_store_holds(struct db *db, struct store *store)
{
	char marker[UUID_TEXT];
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_MEDIA_STORE_FIND, NULL, &rows);

	if (err.code || (err = store_marker(store, marker)).code)
		return err;
	if (rows_count(rows) && strcmp(rows_text(rows, 0, 0), marker) == 0)
		return ok();
	return errorf(ERR_CONFLICT, "the media store is %s",
	              *marker ? "another database's" : "gone: its folder is empty, or was replaced");
}
