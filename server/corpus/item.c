/* SPDX-License-Identifier: Apache-2.0 */
#include "corpus/item.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/disk.h"
#include "core/hex.h"
#include "corpus/item_file.h"
#include "corpus/lost_media.h"
#include "corpus/media_intake.h"
#include "db/array.h"
#include "db/db.h"
#include "outside/fetch.h"
#include "store/store.h"

#define FETCH_MS         (5 * 60 * 1000)
#define PARAMETERS       38
#define ITEM_PATIENCE_MS 15000

/* The files of an item, in the order of item_known. */
enum { ORIGINAL, RENDITION, POSTER, THUMBNAIL, FILES };

static const char *digest_text(struct arena *arena, const unsigned char digest[SHA256_BYTES])
{
	char *text = arena_alloc(arena, SHA256_TEXT);

	hex_encode(text, digest, SHA256_BYTES);
	return text;
}

static const char *count_text(struct arena *arena, uint64_t count)
{
	return count ? arena_printf(arena, "%llu", (unsigned long long)count) : NULL;
}

/* What becomes of one row. */
struct importing {
	struct db *db;
	struct store *store;
	struct arena *arena;
	const struct item_import *import;
	const struct item_row *row;
	const struct media *media; /* once the file was read */
	unsigned recipe;           /* of its rendition */
	const char *own_id;        /* that a new item is to have; NULL: any */
	struct media_intake intake;
	bool made;
	const char *id; /* of the item that it shows, where that is known */
	const char *digests[FILES];
};

/* The item of a file, if there is one: by its bytes, and, once it was read, by what it shows. */
static struct error find_known(struct importing *one, const char *sha256)
{
	const struct media *media = one->media;
	const char *params[] = { sha256,
		                     media ? digest_text(one->arena, media->rendition.digest) : NULL,
		                     media && media->has_streams ? digest_text(one->arena, media->streams)
		                                                 : NULL,
		                     media ? count_text(one->arena, media->duration_ms) : NULL };
	auto_rows *rows = NULL;
	struct error err = db_run(one->db, SQL_ITEM_KNOWN, params, &rows);

	if (err.code || !rows_count(rows))
		return err;
	one->id = rows_copy(rows, 0, 0, one->arena);
	for (int f = 0; f < FILES; f++)
		one->digests[f] = rows_copy(rows, 0, 1 + f, one->arena);
	return ok();
}

/* No row: its bytes are known. */
static struct error item_insert(const struct importing *one, struct rows **ret_rows)
{
	const struct item_row *row = one->row;
	const struct media *media = one->media;
	struct arena *arena = one->arena;
	const char *sha256 = digest_text(arena, media->original.digest);
	const char *lineage = row->group ? row->group : row->pair ? row->pair : sha256;
	const char *params[PARAMETERS] = {
		one->import->campaign_id,
		media_type_name(media->type),
		sha256,
		count_text(arena, media->original.bytes),
		media->original_format,
		digest_text(arena, media->rendition.digest),
		count_text(arena, media->rendition.bytes),
		media->content_type,
		media->has_poster ? digest_text(arena, media->poster.digest) : NULL,
		media->has_thumbnail ? digest_text(arena, media->thumbnail.digest) : NULL,
		count_text(arena, media->width),
		count_text(arena, media->height),
		count_text(arena, media->duration_ms),
		row->truth,
		row->basis,
		row->gold ? "true" : "false",
		row->training ? "true" : "false",
		row->sensitive ? "true" : "false",
		lineage,
		row->pair,
		item_row_list(arena, row->identity),
		item_row_list(arena, row->technique),
		row->generator,
		row->source,
		row->licence,
		row->credit,
		row->title,
		row->explanation,
		media->has_streams ? digest_text(arena, media->streams) : NULL,
		count_text(arena, one->recipe),
		one->own_id,
		row->rights,
		row->people,
		row->made_by,
		row->made_how,
		row->region ? item_row_list(arena, row->region) : NULL,
		row->region && media->source_width
			? arena_printf(arena, "{%u,%u}", media->source_width, media->source_height)
			: NULL,
		one->import->account,
	};

	return db_run(one->db, SQL_ITEM_CREATE, params, ret_rows);
}

static struct error item_create(struct importing *one)
{
	auto_rows *rows = NULL;
	struct error err = item_insert(one, &rows);

	one->made = !err.code && rows_count(rows) > 0;
	if (err.code || !one->made)
		return err.code ? err
		                : find_known(one, digest_text(one->arena, one->media->original.digest));
	one->id = rows_copy(rows, 0, 0, one->arena);
	if ((err = db_do(one->db, SQL_ITEM_NOTE_DUE, (const char *[]){ one->id }, NULL)).code)
		return err;
	return one->row->pair ? item_fit_pair(one->db, one->id, false) : ok();
}

/* Of files with one rendition that come at once, one makes the item; the others find it. */
static struct error create_once(struct db *db, void *arg)
{
	struct importing *one = arg;
	const struct media *media = one->media;
	const char *sha256 = digest_text(one->arena, media->original.digest);
	const char *contents[] = { digest_text(one->arena, media->rendition.digest),
		                       media->has_streams ? digest_text(one->arena, media->streams) : NULL,
		                       one->import->campaign_id, one->row->pair };
	const char *bytes = count_text(one->arena, media->original.bytes);
	struct error err;

	one->id = NULL;
	if ((err = db_do(db, SQL_ITEM_LOCK_CONTENTS, contents, NULL)).code)
		return err;
	if ((err = find_known(one, sha256)).code)
		return err;
	one->made = false;
	if (!one->id) {
		err = media_intake_settle(&one->intake);
		return err.code ? err : item_create(one);
	}
	if ((err = media_intake_leave(&one->intake)).code)
		return err;
	if (strcmp(one->digests[ORIGINAL], sha256) == 0)
		return ok();
	const char *copy[] = { sha256, one->id, bytes, media->original_format };
	return db_do(db, SQL_ITEM_COPY_ADD, copy, NULL);
}

static struct error file_digest(const char *path, unsigned char digest[SHA256_BYTES])
{
	uint64_t bytes;
	int fd = disk_open_regular(path);

	if (fd < 0 && errno == EBADF)
		return errorf(ERR_INVALID, "not a regular file");
	if (fd < 0)
		return errorf(ERR_INVALID, "cannot read the file: %s", strerrordesc_np(errno));
	struct error err = sha256_fd(fd, digest, &bytes);
	close(fd);
	return err;
}

/* Has the store every file of the known item? */
static struct error is_whole(const struct importing *one, bool *ret_whole)
{
	unsigned char digest[SHA256_BYTES];
	bool whole = true;
	struct error err = ok();

	for (int f = 0; !err.code && whole && f < FILES; f++) {
		if (one->digests[f] && !hex_decode(digest, SHA256_BYTES, one->digests[f]))
			whole = false;
		else if (one->digests[f])
			err = store_has(one->store, digest, &whole);
	}
	*ret_whole = whole;
	return err;
}

/* The known item and the row: do they agree, and if not, may the row correct the item? */
static struct error compare_item(struct importing *one, bool mended, struct item_result *result)
{
	json_auto_t *facts = item_row_facts(one->row);
	const char *differences, *splits = NULL;
	bool final;
	struct error err = item_compare(one->db, one->arena, one->id, one->import->campaign_id, facts,
	                                &differences, &final);

	*result = (struct item_result){ .outcome = mended ? ITEM_MENDED : ITEM_KNOWN };
	if (mended)
		result->note = arena_printf(one->arena, "the media of item %s are stored again", one->id);
	if (err.code || !differences)
		return err;
	if (final || !one->import->editor) {
		result->outcome = ITEM_DIFFERS;
		result->note =
			arena_printf(one->arena, "known already as item %s, but %s%s", one->id, differences,
		                 final ? "" : " (import --update takes what is here)");
		return ok();
	}
	err = item_correct(one->db, one->arena, one->id, facts, one->import->editor, &splits);
	if (err.code)
		return err;
	result->outcome = ITEM_CHANGED;
	result->note = arena_printf(one->arena, "item %s is corrected: %s%s%s", one->id, differences,
	                            splits ? "; it now ties together items of the splits " : "",
	                            splits ? splits : "");
	return ok();
}

static void item_take_turn(const struct importing *one)
{
	if (one->import->turn)
		one->import->turn(one->import->turn_arg);
}

static struct error import_file(struct importing *one, const char *path,
                                struct item_result *ret_result)
{
	unsigned char digest[SHA256_BYTES];
	struct media media;
	bool whole = false;
	struct error err;

	if ((err = file_digest(path, digest)).code)
		return err;
	if ((err = find_known(one, digest_text(one->arena, digest))).code)
		return err;
	if (one->id && (err = is_whole(one, &whole)).code)
		return err;
	if (whole) {
		item_take_turn(one);
		return compare_item(one, false, ret_result);
	}
	const char *lost = one->id;
	one->intake = (struct media_intake){ .db = one->db, .cut = one->import->cut };
	one->intake.cut.region = media_region_read(one->row->region);
	if ((err = media_intake_ingest(&one->intake, one->store, path, one->arena, &media)).code)
		return err;
	one->media = &media;
	item_take_turn(one);
	if ((err = db_transaction(one->db, create_once, one)).code)
		return err;
	if (one->made) {
		*ret_result = (struct item_result){ .outcome = ITEM_NEW };
		return ok();
	}
	if ((err = is_whole(one, &whole)).code)
		return err;
	if (!whole)
		return errorf(ERR_CONFLICT,
		              "known already as item %s, whose media are not in the store, and "
		              "this file does not give them",
		              one->id);
	return compare_item(one, lost != NULL, ret_result);
}

static struct error import_url(struct importing *one, struct item_result *ret_result)
{
	struct fetch_limits limits = { .bytes = MEDIA_MAX_FILE_BYTES, .total_ms = FETCH_MS };
	char scratch[PATH_MAX];
	uint64_t bytes;
	struct error err;

	if ((err = store_scratch(one->store, scratch)).code)
		return err;
	const char *path = arena_printf(one->arena, "%s/fetched", scratch);
	err = fetch_file(one->row->url, path, &limits, &bytes);
	if (!err.code)
		err = import_file(one, path, ret_result);
	store_scratch_remove(one->store, scratch);
	return err;
}

struct error item_import(struct db *db, struct store *store, struct arena *arena,
                         const struct item_import *import, const struct item_row *row,
                         struct item_result *ret_result)
{
	struct importing one = { .db = db,
		                     .store = store,
		                     .arena = arena,
		                     .import = import,
		                     .row = row,
		                     .recipe = MEDIA_RECIPE };
	struct error err = item_row_check(row);
	const char *path;
	int fd;

	if (err.code)
		return err;
	if (row->url)
		return import_url(&one, ret_result);
	if ((err = item_file_find(db, arena, import->folder, row->file, &path)).code)
		return err;
	err = item_file_open(arena, import->folder, path, import->allow_outside, &fd, &path);
	if (err.code)
		return err;
	err = import_file(&one, path, ret_result);
	close(fd);
	return err;
}

struct error item_make(struct db *db, struct arena *arena, const struct item_making *making,
                       char ret_id[UUID_TEXT], bool *ret_made)
{
	const struct item_import import = { .campaign_id = making->campaign_id };
	struct importing one = { .db = db,
		                     .arena = arena,
		                     .import = &import,
		                     .row = making->row,
		                     .media = making->media,
		                     .recipe = making->recipe,
		                     .own_id = making->id,
		                     .intake = *making->intake };
	struct error err = create_once(db, &one);

	if (!err.code && !one.id)
		one.id = making->id;
	if (err.code)
		return err;
	snprintf(ret_id, UUID_TEXT, "%s", one.id);
	*ret_made = one.made;
	return ok();
}

static bool item_read_digest(const struct rows *rows, size_t row, int column,
                             unsigned char digest[SHA256_BYTES])
{
	const char *text = rows_text(rows, row, column);

	return text && hex_decode(digest, SHA256_BYTES, text);
}

static bool read_media(const struct rows *rows, size_t r, struct arena *arena,
                       struct item_media *media)
{
	*media = (struct item_media){ .content_type = rows_copy(rows, r, 3, arena),
		                          .format = rows_copy(rows, r, 11, arena),
		                          .width = (unsigned)rows_integer(rows, r, 6),
		                          .height = (unsigned)rows_integer(rows, r, 7),
		                          .duration_ms = (unsigned)rows_integer(rows, r, 8),
		                          .sensitive = rows_flag(rows, r, 9),
		                          .taken_down = rows_flag(rows, r, 12) };
	media->has_poster = item_read_digest(rows, r, 4, media->poster);
	media->has_thumbnail = item_read_digest(rows, r, 5, media->thumbnail);
	return uuid_from_text(media->id, rows_text(rows, r, 0)) &&
	       media_type_read(rows_text(rows, r, 1), &media->type) &&
	       item_read_digest(rows, r, 2, media->rendition) &&
	       item_read_digest(rows, r, 10, media->original);
}

struct error item_media(struct db *db, struct arena *arena, const unsigned char *const ids[],
                        size_t count, struct item_media media[])
{
	const char *const params[] = { uuid_array(arena, ids, count) };
	auto_rows *rows = NULL;
	struct error err;

	if ((err = db_run(db, SQL_ITEM_MEDIA, params, &rows)).code)
		return err;
	if (rows_count(rows) != count)
		return errorf(ERR_NOT_FOUND, "There is no such item.");
	for (size_t i = 0; i < count; i++)
		if (!read_media(rows, i, arena, &media[i]))
			return errorf(ERR_INTERNAL, "an item that cannot be read");
	return ok();
}

struct error item_open_now(struct store *store, const unsigned char digest[SHA256_BYTES],
                           int *ret_fd, uint64_t *ret_bytes)
{
	struct error err = store_open_now(store, digest, ret_fd, ret_bytes);

	if (err.code == ERR_NOT_FOUND)
		lost_media_note(digest);
	return err;
}

struct error item_open(struct store *store, const unsigned char digest[SHA256_BYTES], int *ret_fd,
                       uint64_t *ret_bytes)
{
	struct error err = store_open_soon(store, digest, ITEM_PATIENCE_MS, ret_fd, ret_bytes);

	if (err.code == ERR_NOT_FOUND)
		lost_media_note(digest);
	return err;
}
