/* SPDX-License-Identifier: Apache-2.0 */
/* readiness -- can what we stand on be used right now? */
#ifndef DOMAIN_READINESS_H
#define DOMAIN_READINESS_H

#include <stdbool.h>

struct db;
struct store;

struct readiness {
	bool database; /* answers, and its schema is ours: every statement is prepared */
	bool store;    /* takes a file */
};

struct readiness readiness_check(struct db *db, struct store *store);

#endif
