/* SPDX-License-Identifier: Apache-2.0 */
/*
 * media_store -- which store holds the media of this database.
 *
 * An id stands in the database and in a marker file inside the store, so that a store that was
 * moved or restored is known again, and media are never put where no server looks.  The first
 * program to open a store of a new database writes both.
 */
#ifndef CORPUS_MEDIA_STORE_H
#define CORPUS_MEDIA_STORE_H

#include <stdbool.h>

#include "core/error.h"
#include "store/store.h"

struct db;

/*
 * Opens a store, if it is this database's.  With `adopt` it becomes that, whatever it is.
 * ERR_CONFLICT says why it is not, and what to do.
 */
struct error media_store_open(struct db *db, const char *url, bool adopt,
                              struct store **ret_store) MUST_CHECK;

/*
 * Opens a store that holds, or is to hold, a copy of the database's media: one with its id, or with
 * none
 * (`*ret_marked` is false).  Writes nothing.  ERR_CONFLICT: it is another database's.
 */
struct error media_store_open_copy(struct db *db, const char *url, struct store **ret_store,
                                   bool *ret_marked) MUST_CHECK;

/* Makes an open store without an id one of this database's, beside that which it has. */
struct error media_store_mark_copy(struct db *db, struct store *store) MUST_CHECK;

/* Is the open store still the database's? ERR_CONFLICT: it is gone, or another lies in its place.
 */
struct error media_store_holds(struct db *db, struct store *store) MUST_CHECK;

#endif
