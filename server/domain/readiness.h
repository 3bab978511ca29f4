/* SPDX-License-Identifier: Apache-2.0 */
/* readiness -- can what we stand on be used right now, and is it ours? */
#ifndef DOMAIN_READINESS_H
#define DOMAIN_READINESS_H

#include <stdbool.h>

#include "core/error.h"

struct db;
struct store;

struct readiness {
	bool database;       /* answers */
	struct error schema; /* ERR_CONFLICT says why this program may not run on it */
	bool store;          /* takes a file */
};

struct readiness readiness_check(struct db *db, struct store *store);

/* ERR_CONFLICT: the schema is older than this program, newer and not for it, or was altered. */
struct error readiness_schema(struct db *db) MUST_CHECK;

#endif
