/* SPDX-License-Identifier: Apache-2.0 */
#include "notices/held.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/hex.h"
#include "core/log.h"
#include "core/number.h"
#include "core/strbuf.h"
#include "corpus/item_edit.h"
#include "crypto/secret.h"
#include "notices/hiding.h"
#include "release/layout.h"
#include "release/withdrawal.h"
#include "store/store.h"
#include "work/job_run.h"

#define GRACE_DAYS 30

/* The operator's public key, and how many days after the deadline what is held is destroyed. */
static struct {
	bool sealed; /* there is a key */
	unsigned char public[SEALING_KEY_BYTES];
	unsigned grace_days;
} held_settings = { .grace_days = GRACE_DAYS };

struct error held_configure(const char *key_file, const char *grace_days)
{
	uint64_t days = GRACE_DAYS;

	if (grace_days && !number_whole(grace_days, 0, 3650, &days))
		return errorf(ERR_INVALID, "TOUCHSTONE_NOTICE_GRACE_DAYS is a number of days; not %s",
		              grace_days);
	held_settings.grace_days = (unsigned)days;
	held_settings.sealed = key_file && *key_file;
	return held_settings.sealed ? sealing_key_read(key_file, held_settings.public) : ok();
}

/* One run of the job. */
struct holding {
	struct job_run *run;
	const char *layouts;  /* those that repeat media, as an array in PostgreSQL's text */
	struct strbuf absent; /* digests of files that the store has not, as another */
	bool absent_any;
	const char *hex;           /* the file that is being removed, ... */
	const char *item, *notice; /* ... or the item that is destroyed */
};

/* ------------------------------------------------------------------ encrypting */

/* A file on its way: as it was, and encrypted. */
struct held_pair {
	unsigned char plain[SHA256_BYTES], stored[SHA256_BYTES];
	struct sealed_file sealed;
	char path[PATH_MAX + 8]; /* of the encrypted file, in a scratch folder */
};

static struct error seal_into(struct held_pair *pair, int from)
{
	int to = open(pair->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	uint64_t bytes = 0;
	struct error err;

	if (to < 0) {
		log_error("held: %s: %s", pair->path, strerrordesc_np(errno));
		return errorf(ERR_DISK, "a file cannot be written");
	}
	err = sealed_file_write(held_settings.public, from, to, &pair->sealed);
	if (!err.code)
		err = sha256_fd(to, pair->stored, &bytes);
	close(to);
	if (!err.code && memcmp(pair->sealed.plain, pair->plain, SHA256_BYTES) != 0)
		return errorf(ERR_CONFLICT, "a file has other bytes than its name says");
	return err;
}

/* The encrypted file is read where it lies, and opened by the key that is forgotten after that. */
static struct error check_sealed(struct store *store, const struct held_pair *pair)
{
	unsigned char plain[SHA256_BYTES];
	bool damaged = false;
	uint64_t bytes = 0;
	int fd = -1;
	struct error err = store_verify(store, pair->stored, &damaged);

	if (!err.code && !damaged)
		err = store_open_read(store, pair->stored, &fd, &bytes);
	if (!err.code && !damaged)
		err = sealed_file_read(pair->sealed.key, fd, -1, plain, &bytes);
	if (fd >= 0)
		close(fd);
	if (err.code)
		return err;
	if (damaged || bytes != pair->sealed.bytes || memcmp(plain, pair->plain, SHA256_BYTES) != 0)
		return errorf(ERR_INTERNAL, "the encrypted file does not read back as it was written");
	return ok();
}

/* *ret_note: what has the encrypted file removed, should nothing come to name it. */
static struct error note_sealed(const struct holding *holding, const struct held_pair *pair,
                                char ret_note[UUID_TEXT])
{
	char hex[SHA256_TEXT];
	auto_rows *rows = NULL;

	hex_encode(hex, pair->stored, SHA256_BYTES);
	struct error err = db_run(holding->run->db, SQL_HELD_NOTE, (const char *[]){ hex }, &rows);
	if (!err.code)
		snprintf(ret_note, UUID_TEXT, "%s", rows_text(rows, 0, 0));
	return err;
}

/* What is not to be held any more, or was encrypted by another worker, leaves nothing behind. */
static struct error name_sealed(const struct holding *holding, const struct held_pair *pair,
                                const char *note)
{
	char plain[SHA256_TEXT], stored[SHA256_TEXT], bytes[24];
	char sealed[2 * SEALED_KEY_BYTES + 1], public[2 * SEALING_KEY_BYTES + 1];
	auto_rows *rows = NULL;

	hex_encode(plain, pair->plain, SHA256_BYTES);
	hex_encode(stored, pair->stored, SHA256_BYTES);
	hex_encode(sealed, pair->sealed.sealed, SEALED_KEY_BYTES);
	hex_encode(public, held_settings.public, SEALING_KEY_BYTES);
	snprintf(bytes, sizeof bytes, "%llu", (unsigned long long)pair->sealed.bytes);
	const char *const file[] = { plain, stored, sealed, public, bytes, holding->layouts, note };
	struct error err = db_run(holding->run->db, SQL_HELD_ADD, file, &rows);
	if (err.code)
		return err;
	return rows_flag(rows, 0, 0) ? ok() : store_remove(holding->run->store, pair->stored);
}

static struct error seal_and_name(const struct holding *holding, struct held_pair *pair, int from)
{
	struct store *store = holding->run->store;
	unsigned char found[SHA256_BYTES];
	char note[UUID_TEXT] = "";
	uint64_t bytes = 0;
	struct error err = seal_into(pair, from);

	if (err.code || (err = note_sealed(holding, pair, note)).code)
		return err;
	if ((err = store_take(store, pair->path, found, &bytes)).code)
		return err;
	if (memcmp(found, pair->stored, SHA256_BYTES) != 0)
		return errorf(ERR_INTERNAL, "the encrypted file changed on its way");
	if ((err = check_sealed(store, pair)).code)
		return err;
	return name_sealed(holding, pair, note);
}

static void add_absent(struct holding *holding, const char *hex)
{
	strbuf_add(&holding->absent, holding->absent_any ? "," : "");
	strbuf_add(&holding->absent, hex);
	holding->absent_any = true;
}

/* What the store has lost, or has removed, cannot be held. */
static struct error hold_file(struct holding *holding, const char *hex)
{
	struct store *store = holding->run->store;
	struct held_pair pair = { .path = "" };
	char folder[PATH_MAX] = "";
	uint64_t bytes = 0;
	int from = -1;

	if (!hex_decode(pair.plain, SHA256_BYTES, hex))
		return errorf(ERR_INTERNAL, "a digest cannot be read");
	struct error err = store_open_read(store, pair.plain, &from, &bytes);
	if (err.code == ERR_NOT_FOUND) {
		add_absent(holding, hex);
		return ok();
	}
	if (err.code)
		return err;
	if (!(err = store_scratch_lasting(store, folder)).code) {
		snprintf(pair.path, sizeof pair.path, "%s/sealed", folder);
		err = seal_and_name(holding, &pair, from);
		store_scratch_remove(store, folder);
	}
	close(from);
	secret_wipe(&pair.sealed, sizeof pair.sealed);
	return err;
}

/* One file that cannot be encrypted keeps no other from it. */
static struct error hold_due(struct holding *holding)
{
	auto_rows *rows = NULL;
	struct error first = ok();
	struct error err = db_run(holding->run->db, SQL_HELD_DUE, &holding->layouts, &rows);

	if (err.code)
		return err;
	for (size_t r = 0; r < rows_count(rows); r++) {
		err = hold_file(holding, rows_text(rows, r, 0));
		if (err.code)
			log_error("held: a file of item %s cannot be encrypted: %s", rows_text(rows, r, 1),
			          err.detail);
		if (err.code && !first.code)
			first = err;
		if ((err = job_tell(holding->run, (int64_t)r + 1, (int64_t)rows_count(rows))).code)
			return err;
	}
	return first;
}

/* ------------------------------------------------------------------ as they were */

/* The row first: it says whether the file is still to be held, and whoever brings it back waits. */
static struct error remove_plain(struct db *db, void *arg)
{
	struct holding *holding = arg;
	const char *const file[] = { holding->hex, holding->layouts };
	unsigned char digest[SHA256_BYTES];
	auto_rows *rows = NULL;
	struct error err = db_do(db, SQL_HELD_TURN, NULL, NULL);

	if (err.code || (err = db_run(db, SQL_HELD_GONE, file, &rows)).code)
		return err;
	if (!rows_count(rows))
		return ok();
	if (!hex_decode(digest, SHA256_BYTES, holding->hex))
		return errorf(ERR_INTERNAL, "a digest cannot be read");
	return store_remove(holding->run->store, digest);
}

static struct error remove_left(struct holding *holding)
{
	auto_rows *rows = NULL;
	struct error err = db_run(holding->run->db, SQL_HELD_LEFT, &holding->layouts, &rows);

	for (size_t r = 0; !err.code && r < rows_count(rows); r++) {
		holding->hex = rows_text(rows, r, 0);
		err = db_transaction(holding->run->db, remove_plain, holding);
	}
	return err;
}

static struct error note_done(struct holding *holding)
{
	const char *const params[] = { holding->layouts, holding->absent.bytes };
	auto_rows *rows = NULL;
	struct error err = db_run(holding->run->db, SQL_HELD_DONE, params, &rows);

	for (size_t r = 0; !err.code && r < rows_count(rows); r++)
		log_info("held: %s files of item %s are encrypted", rows_text(rows, r, 1),
		         rows_text(rows, r, 0));
	return err;
}

/* ------------------------------------------------------------------ after the deadline */

/* It is taken down with its original: release/takedown removes files and keys. */
static struct error destroy_held(struct db *db, void *arg)
{
	const struct holding *holding = arg;
	const struct item_editor editor = { .who = "deadline",
		                                .reason = "Nobody decided in time on what was held." };
	const struct withdrawal_request request = {
		.item = holding->item, .reason_class = "illegal", .original = true, .editor = &editor
	};
	struct error err = hiding_end(db, holding->notice, "the deadline has passed", true);

	if (err.code)
		return err;
	err = withdrawal_within(db, &request);
	return err.code == ERR_CONFLICT ? ok() : err;
}

static struct error destroy_over(struct holding *holding)
{
	char days[12];
	auto_rows *rows = NULL;

	snprintf(days, sizeof days, "%u", held_settings.grace_days);
	struct error err = db_run(holding->run->db, SQL_HELD_OVER, (const char *[]){ days }, &rows);
	for (size_t r = 0; !err.code && r < rows_count(rows); r++) {
		holding->item = rows_text(rows, r, 0);
		holding->notice = rows_text(rows, r, 1);
		if (!(err = db_transaction(holding->run->db, destroy_held, holding)).code)
			log_warn("held: nobody decided on item %s in time: it is taken down, and its files and "
			         "their keys are destroyed",
			         holding->item);
	}
	return err;
}

/* ------------------------------------------------------------------ all that is due */

/* Without a key nothing is encrypted, and what was goes on. */
static struct error hold_all(struct job_run *run)
{
	struct arena *arena = arena_new();
	struct holding holding = { .run = run, .absent = { .arena = arena } };
	struct error first = ok(), err;

	holding.layouts = layouts_that_repeat(arena);
	strbuf_add(&holding.absent, "{");
	if (held_settings.sealed)
		first = hold_due(&holding);
	strbuf_add(&holding.absent, "}");
	if (!(err = remove_left(&holding)).code && !first.code)
		err = note_done(&holding);
	if (!err.code)
		err = destroy_over(&holding);
	arena_free(arena);
	return first.code ? first : err;
}

const struct job_handler held_job = { .kind = "hold", .handle = hold_all };

/* ------------------------------------------------------------------ what there is */

struct error held_items(struct db *db, struct arena *arena, struct held_item **ret_items,
                        size_t *ret_count)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_HELD_LIST, NULL, &rows);

	if (err.code)
		return err;
	size_t count = rows_count(rows);
	struct held_item *items = arena_alloc(arena, (count + 1) * sizeof *items);
	for (size_t r = 0; r < count; r++)
		items[r] = (struct held_item){ .item = rows_copy(rows, r, 0, arena),
			                           .notice = rows_copy(rows, r, 1, arena),
			                           .since = rows_copy(rows, r, 2, arena),
			                           .until = rows_copy(rows, r, 3, arena),
			                           .files = rows_integer(rows, r, 4),
			                           .done = rows_flag(rows, r, 5),
			                           .withdrawn = rows_flag(rows, r, 6) };
	*ret_items = items;
	*ret_count = count;
	return ok();
}
