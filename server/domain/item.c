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
#include "outside/fetch.h"
#include "store/store.h"

#define MAX_TEXT   4000 /* bytes of one column */
#define FETCH_MS   (5 * 60 * 1000)
#define PARAMETERS 29

enum column {
	COLUMN_FILE,
	COLUMN_URL,
	COLUMN_TRUTH,
	COLUMN_BASIS,
	COLUMN_GOLD,
	COLUMN_TRAINING,
	COLUMN_GROUP,
	COLUMN_IDENTITY,
	COLUMN_PAIR,
	COLUMN_TECHNIQUE,
	COLUMN_GENERATOR,
	COLUMN_SOURCE,
	COLUMN_LICENCE,
	COLUMN_CREDIT,
	COLUMN_TITLE,
	COLUMN_EXPLANATION,
	COLUMN_SENSITIVE
};

const char *const item_columns[] = { "file",        "url",       "truth",    "basis",  "gold",
									 "training",    "group",     "identity", "pair",   "technique",
									 "generator",   "source",    "licence",  "credit", "title",
									 "explanation", "sensitive", NULL };

static const char *const truths[] = { "real", "fake", NULL };

static const char *const bases[] = { "generated_by_contributor",
									 "capture_attested",
									 "signed_provenance",
									 "forensic_report",
									 "fact_check",
									 "dataset_label",
									 "crowd",
									 "ruling",
									 NULL };

static const char *const techniques[] = { "face_swap",
										  "reenactment",
										  "lip_sync",
										  "face_edit",
										  "full_synthesis",
										  "inpainting",
										  "text_to_video",
										  "voice_clone",
										  "voice_conversion",
										  "speech_synthesis",
										  "splice",
										  "speed_change",
										  "cut",
										  "recontextualised",
										  "overlay",
										  "other",
										  NULL };

static bool is_one_of(const char *text, size_t len, const char *const choices[])
{
	for (; *choices; choices++)
		if (strlen(*choices) == len && strncmp(*choices, text, len) == 0)
			return true;
	return false;
}

static struct error set_flag(bool *flag, const char *column, const char *text)
{
	*flag = strcmp(text, "true") == 0;
	if (!*flag && strcmp(text, "false") != 0)
		return errorf(ERR_INVALID, "%s must be true or false, not \"%.40s\"", column, text);
	return ok();
}

static struct error set_choice(const char **value, const char *column, const char *text,
							   const char *const choices[])
{
	if (!is_one_of(text, strlen(text), choices))
		return errorf(ERR_INVALID, "%s \"%.40s\" is not known", column, text);
	*value = text;
	return ok();
}

/* Each part of a `;`-separated list must be a choice. */
static struct error set_list(const char **value, const char *column, const char *text,
							 const char *const choices[])
{
	for (const char *part = text; *part;) {
		size_t len = strcspn(part, ";");

		if (len && !is_one_of(part, len, choices))
			return errorf(ERR_INVALID, "%s \"%.*s\" is not known", column, len < 40 ? (int)len : 40,
						  part);
		part += len + (part[len] == ';');
	}
	*value = text;
	return ok();
}

/* Where a column without rules of its own is kept. */
static const char **text_of(struct item_row *row, enum column column)
{
	switch (column) {
	case COLUMN_FILE:
		return &row->file;
	case COLUMN_URL:
		return &row->url;
	case COLUMN_GROUP:
		return &row->group;
	case COLUMN_IDENTITY:
		return &row->identity;
	case COLUMN_PAIR:
		return &row->pair;
	case COLUMN_GENERATOR:
		return &row->generator;
	case COLUMN_SOURCE:
		return &row->source;
	case COLUMN_LICENCE:
		return &row->licence;
	case COLUMN_CREDIT:
		return &row->credit;
	case COLUMN_TITLE:
		return &row->title;
	case COLUMN_EXPLANATION:
		return &row->explanation;
	case COLUMN_TRUTH:
	case COLUMN_BASIS:
	case COLUMN_GOLD:
	case COLUMN_TRAINING:
	case COLUMN_TECHNIQUE:
	case COLUMN_SENSITIVE:
		break;
	}
	return NULL;
}

struct error item_row_set(struct item_row *row, unsigned column, const char *text)
{
	const char *name = item_columns[column];

	if (!*text)
		return ok();
	if (strlen(text) > MAX_TEXT)
		return errorf(ERR_INVALID, "%s is longer than %d bytes", name, MAX_TEXT);
	switch (column) {
	case COLUMN_TRUTH:
		return set_choice(&row->truth, name, text, truths);
	case COLUMN_BASIS:
		return set_choice(&row->basis, name, text, bases);
	case COLUMN_TECHNIQUE:
		return set_list(&row->technique, name, text, techniques);
	case COLUMN_GOLD:
		return set_flag(&row->gold, name, text);
	case COLUMN_TRAINING:
		return set_flag(&row->training, name, text);
	case COLUMN_SENSITIVE:
		return set_flag(&row->sensitive, name, text);
	default:
		*text_of(row, (enum column)column) = text;
	}
	return ok();
}

struct error item_row_check(const struct item_row *row)
{
	if (!row->file == !row->url)
		return errorf(ERR_INVALID, "give either file or url");
	if ((row->gold || row->training) && !row->truth)
		return errorf(ERR_INVALID, "%s needs a truth", row->gold ? "gold" : "training");
	if (row->gold && row->training)
		return errorf(ERR_INVALID, "an item cannot be gold and training at once");
	if (row->truth && !row->basis)
		return errorf(ERR_INVALID, "truth needs a basis: on what ground is it known?");
	return ok();
}

/* "a;b" as PostgreSQL reads an array of texts. */
static const char *text_array(struct arena *arena, const char *list)
{
	char *text = arena_alloc(arena, 2 * strlen(list ? list : "") + 8), *at = text;
	bool quoted = false;

	*at++ = '{';
	for (const char *c = list ? list : ""; *c; c++) {
		if (*c == ';') {
			if (quoted)
				*at++ = '"';
			quoted = false;
			continue;
		}
		if (!quoted) {
			if (at[-1] == '"')
				*at++ = ',';
			*at++ = '"';
			quoted = true;
		}
		if (*c == '"' || *c == '\\')
			*at++ = '\\';
		*at++ = *c;
	}
	if (quoted)
		*at++ = '"';
	*at = '}';
	return text;
}

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
		text_array(arena, row->identity),
		text_array(arena, row->technique),
		row->generator,
		row->source,
		row->licence,
		row->credit,
		row->title,
		row->explanation,
		count_text(arena, MEDIA_RECIPE),
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

	if (err.code)
		return err;
	if (row->url)
		return import_url(db, store, arena, campaign_id, row, ret_outcome);
	const char *path =
		row->file[0] == '/' ? row->file : arena_printf(arena, "%s/%s", folder, row->file);
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
