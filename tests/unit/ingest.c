/* SPDX-License-Identifier: Apache-2.0 */
#include "ingest.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

struct arena *arena;
struct store *store;

void ingest_setup(void)
{
	scratch_make();
	arena = arena_new();
	struct error err = store_open(arena_printf(arena, "file:%s", scratch_path("store")), &store);
	ck_assert_msg(!err.code, "%s", err.detail);
}

void ingest_teardown(void)
{
	store_free(store);
	arena_free(arena);
	scratch_clear();
}

struct media ingest(const char *name)
{
	struct media media;
	struct error err = media_ingest(store, scratch_path(name), arena, &media);

	ck_assert_msg(!err.code, "%s: %s", name, err.detail);
	return media;
}

char *stored(const struct media_file *file, size_t *len)
{
	char path[PATH_MAX];

	store_locate(store, file->digest, path);
	return scratch_read(path, len);
}

bool found(const char *bytes, size_t len, const char *text)
{
	return memmem(bytes, len, text, strlen(text)) != NULL;
}

void refused(const char *name, const char *reason)
{
	struct media media = { .duration_ms = 77 };
	struct error err = media_ingest(store, scratch_path(name), arena, &media);

	ck_assert_int_eq(err.code, ERR_INVALID);
	ck_assert_str_eq(err.detail, reason);
	ck_assert_uint_eq(media.duration_ms, 77);
	ck_assert_uint_eq(scratch_count("store"), 0);
}

unsigned char *decoded(const struct media_file *file)
{
	size_t len;
	char *bytes = stored(file, &len);

	scratch_write("rendition", bytes, len);
	free(bytes);
	scratch_run((const char *const[]){ "ffmpeg", "-v", "error", "-y", "-i", "rendition",
	                                   "-frames:v", "1", "-vf",
	                                   "scale=flags=accurate_rnd+full_chroma_int,format=rgb24",
	                                   "-f", "rawvideo", "pixels", NULL });
	return (unsigned char *)scratch_read(scratch_path("pixels"), &len);
}
