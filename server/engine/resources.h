/* SPDX-License-Identifier: Apache-2.0 */
/* resources -- the database, the store and the secret that the settings name, opened and found fit.
 */
#ifndef ENGINE_RESOURCES_H
#define ENGINE_RESOURCES_H

#include <stdbool.h>

#include "core/error.h"
#include "engine/settings.h"

struct db;
struct store;
struct token_keys;

/*
 * Opens the database, whose statements may take as long as they need.  ERR_UNAVAILABLE: it is not
 * there, or its schema is not this program's.
 */
struct error resources_database(const struct settings *settings, struct db **ret_db) MUST_CHECK;

/* Tells release/ who publishes, and by which key. ERR_INVALID: the settings say no such thing. */
struct error resources_publisher(const struct settings *settings) MUST_CHECK;

/* How mail is sent, for who sends some. */
struct error resources_mail(const struct settings *settings) MUST_CHECK;

/* Tells store/ what the settings say of an object service. ERR_INVALID: one of them is none. */
struct error resources_configure(const struct settings *settings) MUST_CHECK;

/*
 * Opens the database's store, and makes the data folder where it is missing; with `adopt` the store
 * becomes the database's, whatever it is.  Fails where it is another database's.  Tells release/
 * who publishes what is made of it.
 */
struct error resources_store(const struct settings *settings, struct db *db, bool adopt,
                             struct store **ret_store) MUST_CHECK;

/*
 * The keys of the secret file, which is made where no server has started yet.  ERR_CONFLICT: the
 * file is missing or is not the one that this database's servers share, and nobody says `renew`.
 */
struct error resources_secret(const struct settings *settings, struct db *db, bool renew,
                              struct token_keys **ret_keys) MUST_CHECK;

#endif
