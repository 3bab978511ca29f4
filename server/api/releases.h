/* SPDX-License-Identifier: Apache-2.0 */
/* releases -- handlers for datasets. */
#ifndef API_RELEASES_H
#define API_RELEASES_H

#include "http/router.h"

struct error get_releases(struct request *req, struct db *db);
struct error get_release(struct request *req, struct db *db);      /* args: name, version */
struct error get_release_file(struct request *req, struct db *db); /* args: name, version, path */
struct error get_croissant(struct request *req, struct db *db);    /* args: name, version */
struct error get_signing_keys(struct request *req, struct db *db);
struct error post_release(struct request *req, struct db *db);

#endif
