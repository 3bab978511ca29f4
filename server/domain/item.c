/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/item.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "db/db.h"
#include "domain/item_file.h"
#include "outside/fetch.h"
#include "store/store.h"

#define FETCH_MS   (5 * 60 * 1000)
#define PARAMETERS 28

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

static struct error write_item(struct db *db, struct arena *arena, const char *campaign_id,
							   const struct item_row *row, const struct media *media,
							   enum item_outcome *ret_outcome)
{
	const char *sha256 = digest_text(arena, media->original.digest);
	const char *lineage = row->group ? row->group : row->pair ? row->pair : sha256;
	const char *params[PARAMETERS] = {
		campaign_id,
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
	};
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_ITEM_CREATE, params, &rows);

	if (!err.code)
		*ret_outcome = rows_count(rows) ? ITEM_NEW : ITEM_KNOWN;
	return err;
}

/* Are the bytes of an open file an item already? */
static struct error is_known(struct db *db, struct arena *arena, const char *path, bool *ret_known)
{
	unsigned char digest[SHA256_BYTES];
	auto_rows *rows = NULL;
	struct stat stat;
	uint64_t bytes;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return errorf(ERR_INVALID, "cannot read the file: %s", strerrordesc_np(errno));
	if (fstat(fd, &stat) != 0 || !S_ISREG(stat.st_mode)) {
		close(fd);
		return errorf(ERR_INVALID, "not a regular file");
	}
	struct error err = sha256_fd(fd, digest, &bytes);
	close(fd);
	if (err.code)
		return err;
	err = db_run(db, SQL_ITEM_KNOWN, (const char *[]){ digest_text(arena, digest) }, &rows);
	if (!err.code)
		*ret_known = rows_count(rows) > 0;
	return err;
}

static struct error import_file(struct db *db, struct store *store, struct arena *arena,
								const char *path, const char *campaign_id,
								const struct item_row *row, enum item_outcome *ret_outcome)
{
	struct media media;
	bool known = false;
	struct error err;

	if ((err = is_known(db, arena, path, &known)).code)
		return err;
	if (known) {
		*ret_outcome = ITEM_KNOWN;
		return ok();
	}
	if ((err = media_ingest(store, path, arena, &media)).code)
		return err;
	return write_item(db, arena, campaign_id, row, &media, ret_outcome);
}

static struct error import_url(struct db *db, struct store *store, struct arena *arena,
							   const char *campaign_id, const struct item_row *row,
							   enum item_outcome *ret_outcome)
{
	struct fetch_limits limits = { .bytes = MEDIA_MAX_FILE_BYTES, .total_ms = FETCH_MS };
	char scratch[PATH_MAX];
	uint64_t bytes;
	struct error err;

	if ((err = store_scratch(store, scratch)).code)
		return err;
	const char *path = arena_printf(arena, "%s/fetched", scratch);
	err = fetch_file(row->url, path, &limits, &bytes);
	if (!err.code)
		err = import_file(db, store, arena, path, campaign_id, row, ret_outcome);
	store_scratch_remove(scratch);
	return err;
}

struct error item_import(struct db *db, struct store *store, struct arena *arena,
						 const char *folder, const char *campaign_id, const struct item_row *row,
						 enum item_outcome *ret_outcome)
{
	struct error err = item_row_check(row);
	const char *path;

	if (err.code)
		return err;
	if (row->url)
		return import_url(db, store, arena, campaign_id, row, ret_outcome);
	if ((err = item_file_find(db, arena, folder, row->file, &path)).code)
		return err;
	return import_file(db, store, arena, path, campaign_id, row, ret_outcome);
}

static bool read_digest(const struct rows *rows, size_t row, int column,
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
								  .sensitive = rows_flag(rows, r, 9) };
	media->has_poster = read_digest(rows, r, 4, media->poster);
	media->has_thumbnail = read_digest(rows, r, 5, media->thumbnail);
	return uuid_from_text(media->id, rows_text(rows, r, 0)) &&
		   media_type_read(rows_text(rows, r, 1), &media->type) &&
		   read_digest(rows, r, 2, media->rendition) && read_digest(rows, r, 10, media->original);
}

struct error item_media(struct db *db, struct arena *arena, const unsigned char *const ids[],
						size_t count, struct item_media media[])
{
	auto_rows *rows = NULL;
	char id[UUID_TEXT];
	const char *list = "";
	struct error err;

	for (size_t i = 0; i < count; i++) {
		uuid_to_text(id, ids[i]);
		list = arena_printf(arena, "%s%s%s", list, i ? "," : "", id);
	}
	list = arena_printf(arena, "{%s}", list);
	if ((err = db_run(db, SQL_ITEM_MEDIA, (const char *[]){ list }, &rows)).code)
		return err;
	if (rows_count(rows) != count)
		return errorf(ERR_NOT_FOUND, "There is no such item.");
	for (size_t i = 0; i < count; i++)
		if (!read_media(rows, i, arena, &media[i]))
			return errorf(ERR_INTERNAL, "an item that cannot be read");
	return ok();
}

struct error item_open(struct store *store, const unsigned char digest[SHA256_BYTES], int *ret_fd,
					   uint64_t *ret_bytes)
{
	return store_open_read(store, digest, ret_fd, ret_bytes);
}
