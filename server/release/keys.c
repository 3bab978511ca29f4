/* SPDX-License-Identifier: Apache-2.0 */
#include "release/keys.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/disk.h"
#include "core/hex.h"
#include "core/log.h"
#include "release/publisher.h"

#define KEY_HEX (2 * PUBLIC_KEY_BYTES + 1)

static void key_hex(const struct signing_key *key, char hex[KEY_HEX])
{
	hex_encode(hex, signing_key_public(key)->key, PUBLIC_KEY_BYTES);
}

/* The current key of the database; "" where it has none. */
static struct error key_current(struct db *db, char hex[KEY_HEX], char name[NOTE_NAME_MAX + 1])
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_RELEASE_KEY_CURRENT, NULL, &rows);

	if (err.code)
		return err;
	bool there = rows_count(rows) > 0;
	snprintf(hex, KEY_HEX, "%s", there ? rows_text(rows, 0, 0) : "");
	snprintf(name, NOTE_NAME_MAX + 1, "%s", there ? rows_text(rows, 0, 1) : "");
	return ok();
}

static struct error key_mismatch(const char *what)
{
	return errorf(ERR_CONFLICT,
	              "the signing key file is %s this database's releases are signed with: put that "
	              "back; `touchstone release rotate-key` goes on with a new one",
	              what);
}

/* The first server's key is the one that all share. */
static struct error key_hold(struct db *db, struct signer *signer)
{
	char ours[KEY_HEX], shared[KEY_HEX], host[PUBLISHER_HOST];
	struct error err;

	key_hex(signer->key, ours);
	publisher_host(host);
	if ((err = key_current(db, shared, signer->name)).code)
		return err;
	if (!*shared) {
		if ((err = db_do(db, SQL_RELEASE_KEY_NOTE, (const char *[]){ ours, host }, NULL)).code)
			return err;
		if ((err = key_current(db, shared, signer->name)).code)
			return err;
	}
	return strcmp(ours, shared) == 0 ? ok() : key_mismatch("not the one that");
}

struct error signer_open(struct db *db, struct signer *ret_signer)
{
	struct signer signer = { 0 };
	char shared[KEY_HEX] = "";
	struct error err = ok();

	if (!publisher.key_file)
		return errorf(ERR_INTERNAL, "nobody said where the signing key lies");
	if (access(publisher.key_file, F_OK) != 0)
		err = key_current(db, shared, signer.name);
	if (!err.code && *shared)
		err = key_mismatch("missing, which");
	if (!err.code)
		err = signing_key_open(publisher.key_file, &signer.key);
	if (!err.code)
		err = key_hold(db, &signer);
	if (err.code)
		signer_close(&signer);
	else
		*ret_signer = signer;
	return err;
}

void signer_close(struct signer *signer)
{
	signing_key_free(signer->key);
	signer->key = NULL;
}

struct error keys_check(struct db *db)
{
	struct signer signer = { 0 };
	struct error err = signer_open(db, &signer);

	signer_close(&signer);
	return err;
}

struct key_change {
	char hex[KEY_HEX], name[PUBLISHER_HOST];
};

static struct error key_replace(struct db *db, void *arg)
{
	const struct key_change *change = arg;
	struct error err = db_do(db, SQL_RELEASE_KEY_RETIRE, (const char *[]){ change->hex }, NULL);

	return err.code ? err
	                : db_do(db, SQL_RELEASE_KEY_NOTE, (const char *[]){ change->hex, change->name },
	                        NULL);
}

/*
 * The new key lies beside the old one until the database knows it: whoever broke off in between
 * finds it there, and goes on with it.
 */
struct error keys_rotate(struct db *db)
{
	struct key_change change;
	struct signing_key *key = NULL;
	char next[PATH_MAX];
	struct error err;

	if (snprintf(next, sizeof next, "%s.next", publisher.key_file) >= (int)sizeof next)
		return errorf(ERR_INVALID, "the path of the signing key file is too long");
	if ((err = signing_key_open(next, &key)).code)
		return err;
	key_hex(key, change.hex);
	signing_key_free(key);
	publisher_host(change.name);
	if ((err = db_transaction(db, key_replace, &change)).code)
		return err;
	if (rename(next, publisher.key_file) == 0 && disk_sync_folder_of(publisher.key_file))
		return ok();
	log_error("signing key file %s: %s", publisher.key_file, strerrordesc_np(errno));
	return errorf(ERR_INTERNAL, "the new signing key cannot be put in its place; try again");
}

struct error keys_list(struct db *db, struct arena *arena, struct release_key **ret_keys,
                       size_t *ret_count)
{
	unsigned char bytes[PUBLIC_KEY_BYTES];
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_RELEASE_KEY_LIST, NULL, &rows);

	if (err.code)
		return err;
	struct release_key *keys = arena_alloc(arena, (rows_count(rows) + 1) * sizeof *keys);
	for (size_t i = 0; i < rows_count(rows); i++) {
		if (!hex_decode(bytes, sizeof bytes, rows_text(rows, i, 0)))
			return errorf(ERR_INTERNAL, "a public key cannot be read");
		public_key_from(bytes, &keys[i].key);
		keys[i].name = rows_copy(rows, i, 1, arena);
		keys[i].made_at = rows_copy(rows, i, 2, arena);
		keys[i].retired_at = rows_copy(rows, i, 3, arena);
	}
	*ret_keys = keys;
	*ret_count = rows_count(rows);
	return ok();
}
