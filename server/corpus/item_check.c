/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <unistd.h>

#include "core/hex.h"
#include "corpus/item.h"
#include "corpus/item_file.h"
#include "crypto/sha256.h"
#include "db/db.h"
#include "outside/fetch.h"
#include "store/store.h"

#define FETCH_MS (5 * 60 * 1000)

static struct error check_forget(struct store *store, const struct media *media)
{
	struct error err;

	if ((err = store_remove(store, media->original.digest)).code)
		return err;
	if ((err = store_remove(store, media->rendition.digest)).code)
		return err;
	if (media->has_poster && (err = store_remove(store, media->poster.digest)).code)
		return err;
	return media->has_thumbnail ? store_remove(store, media->thumbnail.digest) : ok();
}

static struct error check_file(struct db *db, struct store *scratch, struct arena *arena,
                               const struct media_cut *cut, const char *path,
                               enum item_outcome *ret_outcome)
{
	char digest[SHA256_TEXT], rendition[SHA256_TEXT];
	auto_rows *rows = NULL;
	struct media media;
	struct error err;

	if ((err = media_ingest_cut(scratch, path, cut, arena, &media)).code)
		return err;
	if ((err = check_forget(scratch, &media)).code)
		return err;
	hex_encode(digest, media.original.digest, SHA256_BYTES);
	hex_encode(rendition, media.rendition.digest, SHA256_BYTES);
	const char *params[] = { digest, rendition, NULL, NULL };
	if ((err = db_run(db, SQL_ITEM_KNOWN, params, &rows)).code)
		return err;
	*ret_outcome = rows_count(rows) ? ITEM_KNOWN : ITEM_NEW;
	return ok();
}

static struct error check_url(struct db *db, struct store *scratch, struct arena *arena,
                              const struct media_cut *cut, const char *url,
                              enum item_outcome *ret_outcome)
{
	struct fetch_limits limits = { .bytes = MEDIA_MAX_FILE_BYTES, .total_ms = FETCH_MS };
	char folder[PATH_MAX];
	uint64_t bytes;
	struct error err;

	if ((err = store_scratch(scratch, folder)).code)
		return err;
	const char *path = arena_printf(arena, "%s/fetched", folder);
	err = fetch_file(url, path, &limits, &bytes);
	if (!err.code)
		err = check_file(db, scratch, arena, cut, path, ret_outcome);
	store_scratch_remove(scratch, folder);
	return err;
}

struct error item_check(struct db *db, struct store *scratch, struct arena *arena,
                        const struct item_import *import, const struct item_row *row,
                        enum item_outcome *ret_outcome)
{
	struct media_cut cut = import->cut;
	struct error err = item_row_check(row);
	const char *path;
	int fd;

	if (err.code)
		return err;
	cut.region = media_region_read(row->region);
	if (row->url)
		return check_url(db, scratch, arena, &cut, row->url, ret_outcome);
	if ((err = item_file_find(db, arena, import->folder, row->file, &path)).code)
		return err;
	err = item_file_open(arena, import->folder, path, import->allow_outside, &fd, &path);
	if (err.code)
		return err;
	err = check_file(db, scratch, arena, &cut, path, ret_outcome);
	close(fd);
	return err;
}
