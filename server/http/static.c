/* SPDX-License-Identifier: Apache-2.0 */
#include "http/static.h"

#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/hash.h"
#include "core/hex.h"
#include "core/log.h"

#define MAX_FILE (4 << 20)

struct static_files {
	struct static_file *list; /* sorted by path */
	size_t count;
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

static const char *type_of(const char *path)
{
	const char *ending = strrchr(path, '.');

	for (size_t i = 0; ending && i < sizeof types / sizeof types[0]; i++)
		if (strcmp(ending, types[i].ending) == 0)
			return types[i].type;
	return NULL;
}

static void tag(struct static_file *file)
{
	unsigned char digest[SHA256_BYTES];
	char text[33];

	sha256_bytes(digest, file->bytes, file->len);
	hex_encode(text, digest, 16);
	snprintf(file->etag, sizeof file->etag, "\"%s\"", text);
}

static bool read_file(const char *from, size_t len, struct static_file *file)
{
	FILE *source = fopen(from, "rbe");

	if (!source)
		return false;
	file->bytes = malloc(len + 1);
	if (!file->bytes)
		abort();
	file->len = fread(file->bytes, 1, len, source);
	fclose(source);
	tag(file);
	return file->len == len;
}

static void add(struct static_files *files, const FTSENT *entry, size_t root_len)
{
	const char *path = entry->fts_path + root_len + 1, *type = type_of(path);
	struct static_file file = { .type = type };

	if (!type || entry->fts_statp->st_size > MAX_FILE ||
		!read_file(entry->fts_accpath, (size_t)entry->fts_statp->st_size, &file))
		return;
	file.path = strdup(path);
	files->list = realloc(files->list, (files->count + 1) * sizeof file);
	if (!file.path || !files->list)
		abort();
	files->list[files->count++] = file;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct static_file *)a)->path, ((const struct static_file *)b)->path);
}

struct error static_read(const char *folder, struct static_files **ret_files)
{
	struct static_files *files = calloc(1, sizeof *files);
	char *root = strdup(folder);
	FTS *walk = fts_open((char *[]){ root, NULL }, FTS_PHYSICAL | FTS_NOCHDIR, NULL);

	if (!files || !root || !walk)
		abort();
	while (root[0] && root[1] && root[strlen(root) - 1] == '/')
		root[strlen(root) - 1] = '\0';
	for (FTSENT *entry; (entry = fts_read(walk));)
		if (entry->fts_info == FTS_F)
			add(files, entry, strlen(root));
	fts_close(walk);
	free(root);
	if (!files->count) {
		static_free(files);
		return errorf(ERR_INTERNAL, "no pages in %s; set TOUCHSTONE_STATIC", folder);
	}
	qsort(files->list, files->count, sizeof files->list[0], by_path);
	*ret_files = files;
	return ok();
}

void static_free(struct static_files *files)
{
	if (!files)
		return;
	for (size_t i = 0; i < files->count; i++) {
		free(files->list[i].path);
		free(files->list[i].bytes);
	}
	free(files->list);
	free(files);
}

const struct static_file *static_find(const struct static_files *files, const char *path)
{
	struct static_file key = { .path = (char *)(uintptr_t)path };

	return bsearch(&key, files->list, files->count, sizeof files->list[0], by_path);
}
