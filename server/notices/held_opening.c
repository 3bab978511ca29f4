/* SPDX-License-Identifier: Apache-2.0 */
/* What only the operator's key opens: files for an authority, and files that come back. */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/disk.h"
#include "core/hex.h"
#include "core/log.h"
#include "core/strbuf.h"
#include "crypto/secret.h"
#include "notices/held.h"
#include "release/layout.h"
#include "store/store.h"

#define NO_LAYOUTS "{}"

/* Columns of held_files. */
enum { HELD_DIGEST, HELD_STORED, HELD_SEALED, HELD_PUBLIC, HELD_BYTES, HELD_WHAT, HELD_SINCE };

struct opening {
	struct db *db;
	struct store *store;
	const struct held_opener *opener;
	const char *item, *layouts;
	const char *path;        /* of the file in a scratch folder that comes back */
	const struct rows *rows; /* of held_files, ... */
	size_t row;              /* ... and which */
	bool back;
};

/* ------------------------------------------------------------------ the key */

/* Keys are told apart by how their public half begins, as the .pub file has it. */
static struct error check_opener(const struct opening *opening, const struct rows *rows)
{
	char hex[2 * SEALING_KEY_BYTES + 1];

	hex_encode(hex, opening->opener->public, SEALING_KEY_BYTES);
	for (size_t r = 0; r < rows_count(rows); r++)
		if (strcmp(rows_text(rows, r, HELD_PUBLIC), hex) != 0)
			return errorf(ERR_FORBIDDEN,
			              "this is another key: the files were sealed for the one whose public "
			              "half begins with %.16s",
			              rows_text(rows, r, HELD_PUBLIC));
	return ok();
}

static struct error find_state(struct db *db, const char *item, bool *ret_held, bool *ret_done)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_HELD_STATE, &item, &rows);

	if (err.code)
		return err;
	if (!rows_count(rows))
		return errorf(ERR_NOT_FOUND, "no files of this item are encrypted");
	*ret_held = rows_flag(rows, 0, 0);
	*ret_done = rows_flag(rows, 0, 1);
	return ok();
}

static struct error find_files(const struct opening *opening, struct rows **ret_rows)
{
	const char *const params[] = { opening->item, opening->layouts };
	struct error err = db_run(opening->db, SQL_HELD_FILES, params, ret_rows);

	return err.code ? err : check_opener(opening, *ret_rows);
}

/* Writes a file as it was to a new file, and compares. */
static struct error open_into(const struct opening *opening, const char *path)
{
	unsigned char digest[SHA256_BYTES], stored[SHA256_BYTES], found[SHA256_BYTES];
	unsigned char sealed[SEALED_KEY_BYTES], key[SEALING_KEY_BYTES];
	const struct rows *rows = opening->rows;
	uint64_t bytes = 0;
	int from = -1, to = -1;

	if (!hex_decode(digest, SHA256_BYTES, rows_text(rows, opening->row, HELD_DIGEST)) ||
	    !hex_decode(stored, SHA256_BYTES, rows_text(rows, opening->row, HELD_STORED)) ||
	    !hex_decode(sealed, SEALED_KEY_BYTES, rows_text(rows, opening->row, HELD_SEALED)))
		return errorf(ERR_INTERNAL, "a digest cannot be read");
	struct error err =
		sealed_key_open(opening->opener->secret, opening->opener->public, sealed, key);
	if (!err.code)
		err = store_open_read(opening->store, stored, &from, &bytes);
	if (!err.code && (to = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) < 0)
		err = disk_error("held", "a file cannot be written");
	if (!err.code)
		err = sealed_file_read(key, from, to, found, &bytes);
	secret_wipe(key, sizeof key);
	if (!err.code && memcmp(found, digest, SHA256_BYTES) != 0)
		err = errorf(ERR_CONFLICT, "a held file has other bytes than its name says");
	if (!err.code && fsync(to))
		err = disk_error("held", "a file cannot be brought to disk");
	if (to >= 0)
		close(to);
	if (from >= 0)
		close(from);
	return err;
}

/* ------------------------------------------------------------------ handing over */

struct error held_may_open(struct db *db, const struct held_opener *opener, const char *item)
{
	const struct opening opening = {
		.db = db, .opener = opener, .item = item, .layouts = NO_LAYOUTS
	};
	bool held = false, done = false;
	auto_rows *rows = NULL;
	struct error err = find_state(db, item, &held, &done);

	if (err.code)
		return err;
	if (!done)
		return errorf(ERR_CONFLICT, "not all files of this item are encrypted yet: a server, or "
		                            "`touchstone work`, does that within minutes");
	return find_files(&opening, &rows);
}

static json_t *file_facts(const struct rows *rows, size_t row)
{
	return json_pack("{s:s, s:s, s:s, s:I, s:s}", "file", rows_text(rows, row, HELD_DIGEST),
	                 "sha256", rows_text(rows, row, HELD_DIGEST), "what",
	                 rows_text(rows, row, HELD_WHAT), "bytes",
	                 (json_int_t)rows_integer(rows, row, HELD_BYTES), "encrypted_at",
	                 rows_text(rows, row, HELD_SINCE));
}

/* What was reported, without who did. */
static struct error add_notices(struct db *db, const char *item, json_t *manifest)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_HELD_NOTICES, &item, &rows);

	if (err.code)
		return err;
	json_t *notices = json_array();
	for (size_t r = 0; r < rows_count(rows); r++) {
		json_object_set_new(manifest, "media_type", json_string(rows_text(rows, r, 0)));
		json_array_append_new(
			notices, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "notice", rows_text(rows, r, 1),
		                       "made_at", rows_text(rows, r, 2), "reason", rows_text(rows, r, 3),
		                       "target", rows_text(rows, r, 4), "explanation",
		                       rows_text(rows, r, 5), "state", rows_text(rows, r, 6)));
	}
	json_object_set_new(manifest, "notices", notices);
	return ok();
}

static struct error write_private(const char *folder, const char *name, const char *text)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
		return errorf(ERR_INVALID, "the path of the folder is too long");
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool written = fd >= 0 && disk_write(fd, text, strlen(text)) && fsync(fd) == 0;
	struct error err =
		written ? ok() : disk_error("held", "what describes the files cannot be written");
	if (fd >= 0)
		close(fd);
	return err;
}

static struct error write_manifest(const struct opening *opening, const char *folder)
{
	char made_at[CLOCK_TEXT];
	struct arena *arena = arena_new();
	struct strbuf sums = { .arena = arena };
	json_auto_t *manifest = NULL, *files = json_array();

	clock_text(made_at, clock_now_s());
	for (size_t r = 0; r < rows_count(opening->rows); r++) {
		const char *digest = rows_text(opening->rows, r, HELD_DIGEST);

		json_array_append_new(files, file_facts(opening->rows, r));
		strbuf_add(&sums, arena_printf(arena, "%s  %s\n", digest, digest));
	}
	manifest =
		json_pack("{s:s, s:s, s:O}", "item", opening->item, "made_at", made_at, "files", files);
	struct error err = add_notices(opening->db, opening->item, manifest);
	char *text = err.code ? NULL : json_dumps(manifest, JSON_INDENT(2));
	if (!err.code)
		err = text ? write_private(folder, "manifest.json", text) : error_memory();
	if (!err.code)
		err = write_private(folder, "SHA256SUMS", sums.len ? sums.bytes : "");
	free(text);
	arena_free(arena);
	return err;
}

static struct error hand_files(struct opening *opening, const char *folder)
{
	char path[PATH_MAX];
	struct error err = ok();

	for (opening->row = 0; !err.code && opening->row < rows_count(opening->rows); opening->row++) {
		const char *name = rows_text(opening->rows, opening->row, HELD_DIGEST);

		if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
			return errorf(ERR_INVALID, "the path of the folder is too long");
		err = open_into(opening, path);
	}
	return err.code ? err : write_manifest(opening, folder);
}

/* Takes back what was written: nobody is left with half of it. */
static void remove_handed(const struct rows *rows, const char *folder)
{
	char path[PATH_MAX];

	for (size_t r = 0; r < rows_count(rows) + 2; r++) {
		const char *name = r < rows_count(rows)    ? rows_text(rows, r, HELD_DIGEST)
		                   : r == rows_count(rows) ? "manifest.json"
		                                           : "SHA256SUMS";

		if (snprintf(path, sizeof path, "%s/%s", folder, name) < (int)sizeof path)
			unlink(path);
	}
	rmdir(folder);
}

struct error held_hand_over(struct db *db, struct store *store, const struct held_opener *opener,
                            const char *item, const char *folder, size_t *ret_files)
{
	struct opening opening = {
		.db = db, .store = store, .opener = opener, .item = item, .layouts = NO_LAYOUTS
	};
	auto_rows *rows = NULL;
	struct error err = held_may_open(db, opener, item);

	if (err.code || (err = find_files(&opening, &rows)).code)
		return err;
	if (mkdir(folder, 0700) != 0)
		return errno == EEXIST
		           ? errorf(ERR_CONFLICT, "there is a folder of this name: name a new one")
		           : disk_error("held", "the folder cannot be made");
	opening.rows = rows;
	if (!(err = hand_files(&opening, folder)).code && !disk_sync_folder_of(folder))
		err = disk_error("held", "the folder cannot be brought to disk");
	if (err.code)
		remove_handed(rows, folder);
	else
		*ret_files = rows_count(rows);
	return err;
}

/* ------------------------------------------------------------------ bringing back */

struct error held_free_items(struct db *db, struct arena *arena, const char *const **ret_items,
                             size_t *ret_count)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_HELD_ALL_FREE, NULL, &rows);

	if (err.code)
		return err;
	const char **items = arena_alloc(arena, (rows_count(rows) + 1) * sizeof *items);
	for (size_t r = 0; r < rows_count(rows); r++)
		items[r] = rows_copy(rows, r, 0, arena);
	*ret_items = items;
	*ret_count = rows_count(rows);
	return ok();
}

/* The file is in the store before its key goes. */
static struct error return_file(struct db *db, void *arg)
{
	struct opening *opening = arg;
	const char *digest = rows_text(opening->rows, opening->row, HELD_DIGEST);
	unsigned char found[SHA256_BYTES];
	uint64_t bytes = 0;
	auto_rows *rows = NULL;
	struct error err = db_do(db, SQL_HELD_TURN, NULL, NULL);

	if (!err.code)
		err = db_run(db, SQL_HELD_BACK, (const char *[]){ digest, opening->layouts }, &rows);
	opening->back = !err.code && rows_count(rows);
	if (err.code || !opening->back)
		return err;
	return store_put(opening->store, opening->path, found, &bytes);
}

/* The encrypted file goes last; should that fail, the note that return_file wrote has it removed.
 */
static struct error open_and_return(struct opening *opening)
{
	unsigned char stored[SHA256_BYTES];
	char folder[PATH_MAX], path[PATH_MAX + 8];
	struct error err = store_scratch(opening->store, folder);

	if (err.code)
		return err;
	snprintf(path, sizeof path, "%s/opened", folder);
	opening->path = path;
	if (!(err = open_into(opening, path)).code)
		err = db_transaction(opening->db, return_file, opening);
	opening->path = NULL;
	store_scratch_remove(opening->store, folder);
	if (err.code || !opening->back)
		return err;
	return hex_decode(stored, SHA256_BYTES, rows_text(opening->rows, opening->row, HELD_STORED))
	           ? store_remove(opening->store, stored)
	           : errorf(ERR_INTERNAL, "a digest cannot be read");
}

static struct error note_returned(struct db *db, void *arg)
{
	const struct opening *opening = arg;

	return db_do(db, SQL_HELD_RETURNED, (const char *[]){ opening->item, opening->layouts }, NULL);
}

static struct error bring_files(struct opening *opening, size_t *ret_files)
{
	auto_rows *rows = NULL;
	size_t files = 0;
	struct error err = find_files(opening, &rows);

	if (err.code)
		return err;
	opening->rows = rows;
	for (size_t r = 0; r < rows_count(rows); r++) {
		opening->row = r;
		if ((err = open_and_return(opening)).code)
			return err;
		files += opening->back;
	}
	if ((err = db_transaction(opening->db, note_returned, opening)).code)
		return err;
	*ret_files = files;
	return ok();
}

struct error held_bring_back(struct db *db, struct store *store, const struct held_opener *opener,
                             const char *item, size_t *ret_files)
{
	struct arena *arena = arena_new();
	struct opening opening = { .db = db, .store = store, .opener = opener, .item = item };
	bool held = false, done = false;
	struct error err = find_state(db, item, &held, &done);

	if (!err.code && held)
		err = errorf(ERR_CONFLICT, "this item is held: its files come back once a decision has "
		                           "ended that");
	opening.layouts = layouts_that_repeat(arena);
	if (!err.code)
		err = bring_files(&opening, ret_files);
	arena_free(arena);
	return err;
}
