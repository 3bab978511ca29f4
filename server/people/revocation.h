/* SPDX-License-Identifier: Apache-2.0 */
/*
 * revocation -- which passes to media work no more, in memory.
 *
 * A pass is believed without the database (api/media), for up to half an hour.  Whoever is erased
 * or signed out before that stands in revoked_pass, by triggers, and so do the first 16 bytes of
 * the digest of whatever is taken down (release/withdrawal); the sync thread reads the table
 * several times a second, and who ends a right in this process says so at once.
 *
 * Threads: revocations_refresh() from one, the rest from any.
 */
#ifndef PEOPLE_REVOCATION_H
#define PEOPLE_REVOCATION_H

#include <stdbool.h>

#include "core/error.h"
#include "core/uuid.h"

struct db;
struct revocations;

struct revocations *revocations_new(void);
void revocations_free(struct revocations *revocations);

/* Once what ends the right is committed. */
void revocations_add(struct revocations *revocations, const unsigned char holder[UUID_BYTES]);
bool revocations_have(struct revocations *revocations, const unsigned char holder[UUID_BYTES]);

/* Reads all that is in force, and has the table swept now and then. */
struct error revocations_refresh(struct revocations *revocations, struct db *db) MUST_CHECK;

#endif
