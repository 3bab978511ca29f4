/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench-fingerprints -- takes files in as an import would, and tells which of them look alike, how
 * near the nearest of the others come, and what a fingerprint takes. `make bench-duplicates` runs
 * it on the shared media. usage: bench-fingerprints FOLDER FILE...
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/mem.h"
#include "crypto/token.h"
#include "media/fingerprint.h"

#define NEAR 31

struct shown_file {
	const char *name;
	struct fingerprint fingerprint;
};

static bool take_file(struct store *store, struct arena *arena, const char *path,
                      struct shown_file *ret)
{
	const char *slash = strrchr(path, '/');
	struct media media;
	struct error err = media_ingest(store, path, arena, &media);
	int64_t start = clock_monotonic_ms();

	if (!err.code)
		err = fingerprint_take(store, media.rendition.digest, media.type, arena, &ret->fingerprint);
	ret->name = slash ? slash + 1 : path;
	if (err.code)
		fprintf(stderr, "%s: %s\n", ret->name, err.detail);
	else if (ret->fingerprint.count)
		fprintf(stderr, "%s: %u frames, quality %u, %lld ms\n", ret->name, ret->fingerprint.count,
		        ret->fingerprint.frames[0][0].quality, (long long)(clock_monotonic_ms() - start));
	return !err.code && ret->fingerprint.count;
}

/* The nearest of all frames of quality, one of the two turned in every way. */
static unsigned nearest_frames(const struct fingerprint *a, const struct fingerprint *b)
{
	unsigned nearest = 256;

	for (unsigned i = 0; i < a->count; i++)
		for (unsigned j = 0; j < b->count; j++) {
			if (a->frames[i][0].quality < PDQ_MIN_QUALITY ||
			    b->frames[j][0].quality < PDQ_MIN_QUALITY)
				continue;
			for (unsigned v = 0; v < PDQ_VARIANTS; v++) {
				unsigned distance = pdq_distance(a->frames[i][v].hash, b->frames[j][0].hash);

				nearest = distance < nearest ? distance : nearest;
			}
		}
	return nearest;
}

int main(int argc, char **argv)
{
	struct arena *arena = arena_new();
	struct shown_file *files = mem_new((size_t)argc, sizeof *files);
	struct store *store = NULL;
	unsigned count = 0, pairs = 0, near = 0, nearest = 256;

	if (argc < 3 || !crypto_start() ||
	    store_open(arena_printf(arena, "file:%s", argv[1]), &store).code)
		return 1;
	for (int i = 2; i < argc; i++)
		count += take_file(store, arena, argv[i], &files[count]);
	for (unsigned i = 0; i < count; i++)
		for (unsigned j = 0; j < i; j++, pairs++) {
			unsigned distance = nearest_frames(&files[i].fingerprint, &files[j].fingerprint);

			if (distance <= NEAR && ++near)
				printf("%3u bits  %s  %s\n", distance, files[j].name, files[i].name);
			else if (distance < nearest)
				nearest = distance;
		}
	printf("%u files, %u pairs, %u within %d bits; the nearest of the others %u\n", count, pairs,
	       near, NEAR, nearest);
	free(files);
	store_free(store);
	arena_free(arena);
	return 0;
}
