/* SPDX-License-Identifier: Apache-2.0 */
/*
 * readiness -- can what we stand on be used right now, and is it ours?
 *
 * Each of its parts is an error of its own, OK when all is well: its words are for operators.
 */
#ifndef HEALTH_READINESS_H
#define HEALTH_READINESS_H

#include <stdbool.h>

#include "core/error.h"
#include "crypto/token.h"

struct db;
struct store;

struct readiness {
	bool works;           /* nothing but what is only named is amiss */
	bool database;        /* answers; else what it would tell is not known */
	struct error schema;  /* this program may run on it */
	struct error store;   /* is there, and the database's */
	struct error storing; /* it takes a file. Only named: judging needs no such thing */
	struct error secret;  /* is the one that the servers share */
	struct error clock;   /* is the database's, to a minute. Only named */
};

struct readiness readiness_check(struct db *db, struct store *store, const struct token_keys *keys);

/* ERR_CONFLICT: the schema is older than this program, newer and not for it, or was altered. */
struct error readiness_schema(struct db *db) MUST_CHECK;

/*
 * ERR_CONFLICT: the database's servers share another secret, or, without a seal, they share one at
 * all, so that none may be made.  With `renew` they share this one from now on.
 */
struct error readiness_secret(struct db *db, const struct token_keys *keys, bool renew) MUST_CHECK;

/* ERR_CONFLICT: our role owns the tables, so that nothing keeps it from rewriting judgments. */
struct error readiness_owner(struct db *db) MUST_CHECK;

#endif
