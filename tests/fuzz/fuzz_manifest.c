/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_manifest -- any bytes as a manifest, and the list of its refused rows as one again.
 *
 * With clang's libFuzzer it is a fuzz target. Without (-DFUZZ_ALONE) it is a program that reads
 * seeds and runs their mutations: fuzz_manifest RUNS SEED_FILE...
 * Rows come in the order of their lines, a refused one says why, and what a sound one holds is
 * UTF-8.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/random.h"
#include "core/utf8.h"
#include "domain/manifest.h"

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t len);

static void must(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "fuzz_manifest: %s\n", what);
	abort();
}

static unsigned count_lines(const char *bytes, size_t len)
{
	unsigned lines = 1;

	for (size_t i = 0; i < len; i++)
		lines += bytes[i] == '\n' || bytes[i] == '\r';
	return lines;
}

static void check_item(const struct item_row *item)
{
	const char *const texts[] = { item->file, item->url,    item->group,  item->identity,
								  item->pair, item->source, item->credit, item->title };

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		must(!texts[i] || utf8_fault(texts[i], strlen(texts[i])) == strlen(texts[i]),
			 "a text is no UTF-8");
	must(!item->identity || !strstr(item->identity, ";;"), "a name is empty");
}

/* Opens bytes as a manifest; NULL: they are none. */
static struct manifest *open_bytes(const char *bytes, size_t len)
{
	int fd = memfd_create("manifest", MFD_CLOEXEC);
	struct manifest *manifest = NULL;
	char path[64];

	must(fd >= 0 && write(fd, bytes, len) == (ssize_t)len, "no memory file");
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	struct error err = manifest_open(path, ".", &manifest);
	must(!err.code == !!manifest && (!err.code || *err.detail), "refused without a word");
	close(fd);
	return manifest;
}

/* Reads all rows, writes the refused ones, and returns how many there are. */
static unsigned read_rows(struct manifest *manifest, unsigned lines, FILE *refused)
{
	unsigned last = 0, bad = 0;
	struct manifest_row row;
	bool more = true;

	manifest_refused_head(manifest, refused);
	while (more) {
		struct arena *arena = arena_new();

		if ((more = manifest_next(manifest, arena, &row))) {
			must(row.line >= last && row.line <= lines, "a line out of order");
			must(!row.err.code || *row.err.detail, "refused without a word");
			if (!row.err.code)
				check_item(&row.item);
			else
				manifest_refused_row(manifest, &row, row.err.detail, refused);
			bad += !!row.err.code;
			last = row.line;
		}
		arena_free(arena);
	}
	must(manifest_progress(manifest) == 1, "something is left");
	return bad;
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t len)
{
	struct manifest *manifest = open_bytes((const char *)bytes, len);
	char *list = NULL;
	size_t list_len = 0;
	FILE *out;

	if (!manifest)
		return 0;
	out = open_memstream(&list, &list_len);
	unsigned bad = read_rows(manifest, 2 * count_lines((const char *)bytes, len), out);
	manifest_close(manifest);
	fclose(out);
	if (bad && (manifest = open_bytes(list, list_len))) {
		out = fopen("/dev/null", "w");
		read_rows(manifest, 2 * count_lines(list, list_len), out);
		manifest_close(manifest);
		fclose(out);
	}
	free(list);
	return 0;
}

#ifdef FUZZ_ALONE

#define MOST 8192

static const char *const tokens[] = {
	"\"",   "\"\"",         ",",    ";",    "\t",  "\n",      "\r",
	"\r\n", "\xef\xbb\xbf", "{",    "}",    "[",   "]",       ":",
	"\xe9", "\xc3\xa9",     "\x1b", "file", "url", "reason,", "9007199254740993",
	"null", "true",         "1.0",  " "
};

static size_t put(char *bytes, size_t len, size_t at, const char *what, size_t what_len)
{
	if (len + what_len > MOST)
		return len;
	memmove(bytes + at + what_len, bytes + at, len - at);
	memcpy(bytes + at, what, what_len);
	return len + what_len;
}

/* Damages the bytes in one of five ways. */
static size_t mutate(char *bytes, size_t len, struct random *random)
{
	size_t at = random_below(random, (uint32_t)len + 1), span = random_below(random, 16);
	const char *token = tokens[random_below(random, sizeof tokens / sizeof tokens[0])];
	char piece[16];

	span = span < len - at ? span : len - at;
	switch (random_below(random, 16)) {
	case 0: /* cut, now and then */
		return at;
	case 1:
	case 2:
	case 3:
		if (at < len)
			bytes[at] = (char)random_u32(random);
		return len;
	case 4:
	case 5:
		memmove(bytes + at, bytes + at + span, len - at - span);
		return len - span;
	case 6:
	case 7:
	case 8:
		memcpy(piece, bytes + at, span);
		return put(bytes, len, random_below(random, (uint32_t)len + 1), piece, span);
	default:
		return put(bytes, len, at, token, strlen(token));
	}
}

int main(int argc, char **argv)
{
	unsigned long runs = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
	struct random random = random_seeded(1);
	char bytes[MOST];

	must(argc > 2, "usage: fuzz_manifest RUNS SEED_FILE...");
	for (unsigned long i = 0; i < runs; i++) {
		FILE *seed = fopen(argv[2 + i % (unsigned)(argc - 2)], "r");

		must(seed, "a seed cannot be read");
		size_t len = fread(bytes, 1, MOST, seed);
		fclose(seed);
		for (uint32_t times = 1 + random_below(&random, 6); times; times--)
			len = mutate(bytes, len, &random);
		LLVMFuzzerTestOneInput((unsigned char *)bytes, len);
	}
	printf("%lu damaged manifests\n", runs);
	return 0;
}

#endif
