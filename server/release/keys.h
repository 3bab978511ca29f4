/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keys -- what releases are signed with.
 *
 * The secret half lies in a file (publisher.key_file), made at first use; machines that share a
 * database share it.  The database knows the public halves, the current one and those of before, so
 * a file that is missing or another's is noticed instead of replaced.
 *
 * Threads: as the struct db.
 */
#ifndef RELEASE_KEYS_H
#define RELEASE_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "core/error.h"
#include "crypto/signature.h"
#include "db/db.h"

struct signer {
	struct signing_key *key;
	char name[NOTE_NAME_MAX + 1];
};

/*
 * Opens the current key; makes it where this database has none yet.  ERR_CONFLICT: the file is
 * missing, or holds another key than the current one.  signer_close() it.
 */
struct error signer_open(struct db *db, struct signer *ret_signer) MUST_CHECK;
void signer_close(struct signer *signer);

/* Can releases be signed here? Makes the key as signer_open() does, and fails as that. */
struct error keys_check(struct db *db) MUST_CHECK;

/*
 * Makes a new key, which takes the place of the current one, in the database and in the file.  The
 * secret half of before is gone then.  Broken off anywhere, it is done again.
 */
struct error keys_rotate(struct db *db) MUST_CHECK;

struct release_key {
	struct public_key key;
	const char *name;
	const char *made_at, *retired_at; /* RFC 3339; NULL: it is the current one */
};

/* All of them, the current one first, then newest first. They live in the arena. */
struct error keys_list(struct db *db, struct arena *arena, struct release_key **ret_keys,
                       size_t *ret_count) MUST_CHECK;

#endif
