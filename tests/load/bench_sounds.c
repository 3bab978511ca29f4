/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench-sounds -- takes sounds in as an import would, and tells how many variants of a sound are
 * found to be near it, and how many other sounds are. Files whose names are equal up to the first
 * `@` are variants of one sound. `make bench-duplicates` makes them of the shared media.
 * usage: bench-sounds FOLDER FILE...
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/mem.h"
#include "corpus/near_duplicates.h"
#include "corpus/sound_index.h"
#include "crypto/token.h"
#include "media/fingerprint.h"

#define KINDS 16

struct heard_file {
	const char *name;
	struct chromaprint sound;
	bool comparable;
};

/* Pairs of an original and a variant of one kind, or of what is unrelated. */
struct pair_tally {
	const char *kind;
	size_t kind_len;
	unsigned pairs, near, kept; /* near: by all shifts; kept: which the index finds, too */
	unsigned least, most;
};

static bool hear_file(struct store *store, struct arena *arena, const char *path,
                      struct heard_file *ret)
{
	static struct fingerprint fingerprint;
	const char *slash = strrchr(path, '/');
	struct media media;
	struct error err = media_ingest(store, path, arena, &media);
	int64_t start = clock_monotonic_ms();

	if (!err.code)
		err = fingerprint_take(store, media.rendition.digest, media.type, arena, &fingerprint);
	ret->name = slash ? slash + 1 : path;
	if (err.code) {
		fprintf(stderr, "%s: %s\n", ret->name, err.detail);
		return false;
	}
	ret->sound = fingerprint.sound;
	ret->comparable = chromaprint_quality(&ret->sound) >= CHROMAPRINT_MIN_QUALITY;
	fprintf(stderr, "%s: %u words, quality %u, %lld ms\n", ret->name, ret->sound.count,
	        chromaprint_quality(&ret->sound), (long long)(clock_monotonic_ms() - start));
	return true;
}

static const char *kind_of(const char *name)
{
	const char *at = strchr(name, '@');

	return at ? at + 1 : "original";
}

static bool is_same_sound(const char *a, const char *b)
{
	size_t len = strcspn(a, "@");

	return len == strcspn(b, "@") && strncmp(a, b, len) == 0;
}

static struct pair_tally *tally_of(struct pair_tally tallies[KINDS], const char *kind)
{
	size_t len = strcspn(kind, ".");
	unsigned t = 0;

	while (t < KINDS - 1 && tallies[t].kind &&
	       (tallies[t].kind_len != len || strncmp(tallies[t].kind, kind, len) != 0))
		t++;
	if (!tallies[t].kind)
		tallies[t] =
			(struct pair_tally){ .kind = kind, .kind_len = len, .least = CHROMAPRINT_APART };
	return &tallies[t];
}

static void tally_pair(struct pair_tally *tally, const struct heard_file *a,
                       const struct heard_file *b)
{
	struct sound_index *index = sound_index_new();
	struct sound_match match;
	unsigned distance =
		chromaprint_distance(a->sound.words, a->sound.count, b->sound.words, b->sound.count);

	(void)sound_index_put(index, 0, b->sound.words, b->sound.count);
	tally->pairs++;
	tally->near += distance <= NEAR_DUPLICATES_SOUND;
	tally->kept += sound_index_search(index, &a->sound, NEAR_DUPLICATES_SOUND, &match, 1) > 0;
	tally->least = distance < tally->least ? distance : tally->least;
	tally->most = distance > tally->most ? distance : tally->most;
	sound_index_free(index);
}

/* Wilson's interval of 95 %, in percent. */
static void print_share(unsigned some, unsigned all)
{
	double n = all, p = some / n, z = 1.96, middle = (p + z * z / (2 * n)) / (1 + z * z / n);
	double half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n));

	printf("%.2f %% (%.2f to %.2f)", 100 * p, 100 * fmax(0, middle - half),
	       100 * fmin(1, middle + half));
}

static void print_tally(const struct pair_tally *tally, const char *what)
{
	if (!tally->pairs)
		return;
	printf("%-14.*s %5u pairs, %3u to %3u apart, %s ", (int)tally->kind_len, tally->kind,
	       tally->pairs, tally->least, tally->most, what);
	print_share(tally->kept, tally->pairs);
	printf(", all shifts without the sieve: %u, with it %u\n", tally->near, tally->kept);
}

int main(int argc, char **argv)
{
	struct arena *arena = arena_new();
	struct heard_file *files = mem_new((size_t)argc, sizeof *files);
	struct pair_tally related[KINDS] = { 0 };
	struct pair_tally others = { "unrelated", 9, 0, 0, 0, CHROMAPRINT_APART, 0 };
	struct store *store = NULL;
	unsigned count = 0, silent = 0;

	if (argc < 3 || !crypto_start() ||
	    store_open(arena_printf(arena, "file:%s", argv[1]), &store).code)
		return 1;
	for (int i = 2; i < argc; i++)
		count += hear_file(store, arena, argv[i], &files[count]);
	for (unsigned i = 0; i < count; i++) {
		silent += !files[i].comparable;
		for (unsigned j = 0; j < i && files[i].comparable; j++) {
			const char *kind = kind_of(files[j].name), *other = kind_of(files[i].name);

			if (!files[j].comparable)
				continue;
			if (!is_same_sound(files[i].name, files[j].name))
				tally_pair(&others, &files[i], &files[j]);
			else if (strncmp(kind, "original", 8) == 0)
				tally_pair(tally_of(related, other), &files[i], &files[j]);
			else if (strncmp(other, "original", 8) == 0)
				tally_pair(tally_of(related, kind), &files[j], &files[i]);
		}
	}
	printf("%u sounds, %u too short or too even to compare; near: within %d of 256\n", count,
	       silent, NEAR_DUPLICATES_SOUND);
	for (unsigned t = 0; t < KINDS; t++)
		print_tally(&related[t], "found");
	print_tally(&others, "found falsely");
	free(files);
	store_free(store);
	arena_free(arena);
	return 0;
}
