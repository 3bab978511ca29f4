/* SPDX-License-Identifier: Apache-2.0 */
/* releases -- handlers for datasets. */
#ifndef API_RELEASES_H
#define API_RELEASES_H

#include <jansson.h>

#include "http/router.h"

/* A release never changes, so neither does what lies at its addresses: Cache-Control of these. */
#define RELEASE_FOREVER "public, max-age=31536000, immutable"
/* One for researchers is asked for each time: an account may be shut out. */
#define RELEASE_GUARDED "private, no-cache"

struct error get_releases(struct request *req, struct db *db);
struct error get_release(struct request *req, struct db *db);      /* args: name, version */
struct error get_release_file(struct request *req, struct db *db); /* args: name, version, path */
struct error get_croissant(struct request *req, struct db *db);    /* args: name, version */
struct error get_signing_keys(struct request *req, struct db *db);
struct error post_release(struct request *req, struct db *db);

/* release_changes.c */
struct error get_release_diff(struct request *req, struct db *db); /* args: name, version */

/*
 * release_access.c.  Of the release by args[0] and a version: may they read what it says of single
 * items?  *ret_limited: it is not for everybody, which release_cache() makes a Cache-Control of.
 */
struct error release_let_in(struct request *req, struct db *db, const char *version,
                            bool *ret_limited) MUST_CHECK;
const char *release_cache(bool limited);
struct error post_release_open(struct request *req, struct db *db); /* args: name, version */

/* layouts.c */
struct release;
struct error get_release_archive(struct request *req, struct db *db); /* name, version, file */
struct error get_layout_file(struct request *req, struct db *db); /* name, version, layout, path */
struct error post_unseal(struct request *req, struct db *db);     /* args: name, version */
struct error post_layout(struct request *req, struct db *db);     /* args: name, version */

/* What is made of a release, with addresses. */
struct error layouts_json(struct request *req, struct db *db, const struct release *release,
                          json_t **ret_list) MUST_CHECK;

#endif
