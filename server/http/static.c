/* SPDX-License-Identifier: Apache-2.0 */
#include "http/static.h"

#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/arena.h"
#include "core/hex.h"
#include "core/mem.h"
#include "crypto/sha256.h"
#include "http/gzip.h"
#include "http/markup.h"
#include "http/sentences.h"

#define MAX_FILE (4 << 20)
#define ASK_EACH "no-cache"
#define FOREVER  "public, max-age=31536000, immutable"

#define LANGUAGE "lang/en.json" /* what the pages and their scripts say */

struct static_files {
	struct arena *arena;      /* of all that the list points to */
	struct static_file *list; /* sorted by path */
	size_t count;
	char version[STATIC_VERSION];
};

static const struct {
	const char *ending, *type;
} types[] = {
	{ ".html", "text/html; charset=utf-8" },
	{ ".css", "text/css; charset=utf-8" },
	{ ".js", "text/javascript; charset=utf-8" },
	{ ".json", "application/json" },
	{ ".svg", "image/svg+xml" },
	{ ".png", "image/png" },
	{ ".webp", "image/webp" },
	{ ".woff2", "font/woff2" },
	{ ".txt", "text/plain; charset=utf-8" },
	{ ".webmanifest", "application/manifest+json" },
};

static const char *static_type_of(const char *path)
{
	const char *ending = strrchr(path, '.');

	for (size_t i = 0; ending && i < sizeof types / sizeof types[0]; i++)
		if (strcmp(ending, types[i].ending) == 0)
			return types[i].type;
	return NULL;
}

static void static_tag(struct static_file *file)
{
	unsigned char digest[SHA256_BYTES];
	char text[33];

	sha256_bytes(digest, file->bytes, file->len);
	hex_encode(text, digest, 16);
	snprintf(file->etag, sizeof file->etag, "\"%s\"", text);
}

static bool is_page(const struct static_file *file)
{
	return strncmp(file->type, "text/html", strlen("text/html")) == 0;
}

static struct error read_file(struct arena *arena, const char *from, size_t len,
                              struct static_file *file)
{
	FILE *source = fopen(from, "rbe");

	if (!source)
		return errorf(ERR_INTERNAL, "%s: %s", from, strerrordesc_np(errno));
	char *bytes = arena_alloc(arena, len + 1);
	errno = 0;
	file->len = fread(bytes, 1, len, source);
	file->bytes = bytes;
	int why = errno;
	fclose(source);
	if (file->len < len)
		return errorf(ERR_INTERNAL, "%s: %s", from,
		              why ? strerrordesc_np(why) : "it became shorter while it was read");
	return ok();
}

static void static_append(struct static_files *files, struct static_file file)
{
	files->list = mem_resize(files->list, (files->count + 1), sizeof file);
	files->list[files->count++] = file;
}

static struct error static_add(struct static_files *files, const FTSENT *entry, size_t root_len)
{
	const char *path = entry->fts_path + root_len + 1, *type = static_type_of(path);
	struct static_file file = { .type = type, .cache = ASK_EACH };

	if (!type || entry->fts_statp->st_size > MAX_FILE)
		return ok();
	struct error err =
		read_file(files->arena, entry->fts_accpath, (size_t)entry->fts_statp->st_size, &file);
	if (err.code)
		return err;
	file.path = arena_copy(files->arena, path, strlen(path));
	static_append(files, file);
	return ok();
}

/* Reads all that the folder holds. A file or folder that cannot be read is an error: pages that
 * lack one would say something else, or nothing. */
static struct error static_walk(struct static_files *files, char *root)
{
	FTS *walk = fts_open((char *[]){ root, NULL }, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	struct error err = ok();

	if (!walk)
		abort();
	for (FTSENT *entry; !err.code && (entry = fts_read(walk));) {
		if (entry->fts_info == FTS_F)
			err = static_add(files, entry, strlen(root));
		else if (entry->fts_level > FTS_ROOTLEVEL &&
		         (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR ||
		          entry->fts_info == FTS_NS))
			err =
				errorf(ERR_INTERNAL, "%s: %s", entry->fts_path, strerrordesc_np(entry->fts_errno));
	}
	fts_close(walk);
	return err;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct static_file *)a)->path, ((const struct static_file *)b)->path);
}

static void static_sort(struct static_files *files)
{
	qsort(files->list, files->count, sizeof files->list[0], by_path);
}

static const struct static_file *look_up(const struct static_files *files, const char *path)
{
	return bsearch(&(struct static_file){ .path = path }, files->list, files->count,
	               sizeof files->list[0], by_path);
}

static void find_version(struct static_files *files)
{
	unsigned char digest[SHA256_BYTES];
	struct sha256 hash;

	sha256_start(&hash);
	for (size_t i = 0; i < files->count; i++) {
		const struct static_file *file = &files->list[i];

		if (is_page(file))
			continue;
		sha256_add(&hash, file->path, strlen(file->path) + 1);
		sha256_add(&hash, file->etag, strlen(file->etag));
	}
	sha256_finish(&hash, digest);
	hex_encode(files->version, digest, (STATIC_VERSION - 1) / 2);
}

static void static_compress(struct arena *arena, struct static_file *file)
{
	struct static_file *small = arena_alloc(arena, sizeof *small);

	*small = *file;
	small->encoding = "gzip";
	small->bytes = gzip_compress(arena, file->bytes, file->len, &small->len);
	static_tag(small);
	if (small->len < file->len)
		file->gzip = small;
}

/* The file under its second address, with the same bytes. */
static struct static_file for_ever(struct static_files *files, const struct static_file *file)
{
	struct static_file kept = *file;

	kept.path = arena_printf(files->arena, "%s/%s", files->version, file->path);
	kept.cache = FOREVER;
	if (file->gzip) {
		struct static_file *small = arena_alloc(files->arena, sizeof *small);

		*small = *file->gzip;
		small->cache = FOREVER;
		kept.gzip = small;
	}
	return kept;
}

/* Reads the sentences, and writes them into the pages; NULL: there are none, and no page has any.
 */
static struct error static_translate(struct static_files *files, json_t **ret_sentences)
{
	json_auto_t *sentences = NULL;
	struct error err;

	static_sort(files);
	const struct static_file *source = look_up(files, LANGUAGE);

	if (source && (err = sentences_read(source, &sentences)).code)
		return err;
	for (size_t i = 0; i < files->count; i++)
		if (is_page(&files->list[i]) &&
		    (err = sentences_fill(files->arena, sentences, &files->list[i])).code)
			return err;
	*ret_sentences = json_incref(sentences);
	return ok();
}

/* What each file is once all of them are known. */
static void static_finish(struct static_files *files, const json_t *sentences)
{
	size_t count = files->count;

	static_sort(files);
	for (size_t i = 0; i < count; i++)
		static_tag(&files->list[i]);
	find_version(files);
	for (size_t i = 0; i < count; i++) {
		struct static_file *file = &files->list[i];

		if (is_page(file)) {
			markup_link(files->arena, files, files->version, sentences, file);
			static_tag(file);
		}
		static_compress(files->arena, file);
	}
	for (size_t i = 0; i < count; i++)
		if (!is_page(&files->list[i]))
			static_append(files, for_ever(files, &files->list[i]));
	static_sort(files);
}

struct error static_read(const char *folder, struct static_files **ret_files)
{
	struct static_files *files = calloc(1, sizeof *files);
	char *root = strdup(folder);

	if (!files || !root)
		abort();
	files->arena = arena_new();
	while (root[0] && root[1] && root[strlen(root) - 1] == '/')
		root[strlen(root) - 1] = '\0';
	json_auto_t *sentences = NULL;
	struct error err = static_walk(files, root);

	free(root);
	if (!err.code && !files->count)
		err = errorf(ERR_INTERNAL, "no pages in %s; set TOUCHSTONE_STATIC", folder);
	if (!err.code)
		err = static_translate(files, &sentences);
	if (err.code) {
		static_free(files);
		return err;
	}
	static_finish(files, sentences);
	*ret_files = files;
	return ok();
}

void static_free(struct static_files *files)
{
	if (!files)
		return;
	arena_free(files->arena);
	free(files->list);
	free(files);
}

/* The path behind a version, whoever's it is; NULL: it begins with none. */
static const char *behind_version(const char *path)
{
	size_t digits = strspn(path, "0123456789abcdef");

	return digits == STATIC_VERSION - 1 && path[digits] == '/' ? path + digits + 1 : NULL;
}

const struct static_file *static_find(const struct static_files *files, const char *path)
{
	const struct static_file *file = look_up(files, path);
	const char *rest = file ? NULL : behind_version(path);

	return rest ? look_up(files, rest) : file;
}
