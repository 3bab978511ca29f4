/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_parquet ROWS FILE... -- how fast tables are written: rows such as labels.csv has them, in
 * each format that FILE ends like.  Prints rows a second, the size, and the most memory so far.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "core/clock.h"
#include "core/hex.h"
#include "core/random.h"
#include "core/writer.h"
#include "release/columns.h"
#include "release/formats/formats.h"

static const struct sink_format *const formats[] = { &format_csv, &format_jsonl, &format_parquet };

static const struct sink_format *format_of(const char *path)
{
	for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
		size_t len = strlen(path), part = strlen(formats[i]->ending);

		if (len >= part && strcmp(path + len - part, formats[i]->ending) == 0)
			return formats[i];
	}
	fprintf(stderr, "bench_parquet: %s has the ending of no format\n", path);
	exit(2);
}

static void put_hex(char *to, struct random *random, size_t bytes)
{
	unsigned char digits[32];

	for (size_t i = 0; i < bytes; i++)
		digits[i] = (unsigned char)random_u32(random);
	hex_encode(to, digits, bytes);
}

/* Texts that differ from row to row. */
struct row_texts {
	char item[40], file[64], p_fake[24], low[24], high[24], judgments[12], generator[24];
	char lineage[24], identities[48], width[12], height[12], credit[48], bytes[12], sha256[68];
	char made_how[80];
};

static void make_texts(struct row_texts *texts, struct random *random)
{
	put_hex(texts->item, random, 16);
	memcpy(texts->file, "image/train/fake/", 17);
	put_hex(texts->file + 17, random, 10);
	snprintf(texts->p_fake, sizeof texts->p_fake, "%.17g", random_unit(random));
	snprintf(texts->low, sizeof texts->low, "%.17g", random_unit(random));
	snprintf(texts->high, sizeof texts->high, "%.17g", random_unit(random));
	snprintf(texts->judgments, sizeof texts->judgments, "%u", 3 + random_below(random, 20));
	snprintf(texts->generator, sizeof texts->generator, "model-%u", random_below(random, 40));
	put_hex(texts->lineage, random, 10);
	put_hex(texts->identities, random, 10);
	texts->identities[20] = ';';
	put_hex(texts->identities + 21, random, 10);
	snprintf(texts->width, sizeof texts->width, "%u", 512 + random_below(random, 512));
	snprintf(texts->height, sizeof texts->height, "%u", 512 + random_below(random, 512));
	snprintf(texts->credit, sizeof texts->credit, "Photographer %u", random_below(random, 5000));
	snprintf(texts->bytes, sizeof texts->bytes, "%u", 20000 + random_below(random, 200000));
	put_hex(texts->sha256, random, 32);
	snprintf(texts->made_how, sizeof texts->made_how, "made with model-%u, seed %u",
	         random_below(random, 40), random_u32(random));
}

static void fill_row(const char *values[LABEL_COLUMNS], const struct row_texts *texts,
                     struct random *random)
{
	bool fake = random_below(random, 2);

	memcpy(values,
	       (const char *[LABEL_COLUMNS]){
			   [LABEL_ITEM] = texts->item,
			   [LABEL_SPLIT] = "train",
			   [LABEL_MEDIA_TYPE] = "image",
			   [LABEL_FILE] = texts->file,
			   [LABEL_LABEL] = fake ? "fake" : "real",
			   [LABEL_LABEL_SOURCE] = "crowd",
			   [LABEL_P_FAKE] = texts->p_fake,
			   [LABEL_LOW] = texts->low,
			   [LABEL_HIGH] = texts->high,
			   [LABEL_JUDGMENTS] = texts->judgments,
			   [LABEL_TRUTH] = fake ? "fake" : NULL,
			   [LABEL_BASIS] = "dataset_label",
			   [LABEL_TECHNIQUE] = fake ? "full_synthesis" : "",
			   [LABEL_GENERATOR] = fake ? texts->generator : NULL,
			   [LABEL_LINEAGE] = texts->lineage,
			   [LABEL_IDENTITIES] = texts->identities,
			   [LABEL_WIDTH] = texts->width,
			   [LABEL_HEIGHT] = texts->height,
			   [LABEL_LICENCE] = "CC-BY-4.0",
			   [LABEL_CREDIT] = texts->credit,
			   [LABEL_BYTES] = texts->bytes,
			   [LABEL_SHA256] = texts->sha256,
			   [LABEL_DECIDED_BY] = "full",
			   [LABEL_RIGHTS] = "licensed",
			   [LABEL_PEOPLE] = "consented",
			   [LABEL_MADE_HOW] = fake ? texts->made_how : NULL,
		   },
	       LABEL_COLUMNS * sizeof *values);
}

static void bench_format(const char *path, unsigned long rows)
{
	struct random random = random_seeded(1);
	const char *values[LABEL_COLUMNS];
	struct row_texts texts = { 0 };
	FILE *out = fopen(path, "w");
	struct rusage usage;
	int64_t began, spent_ns = 0;

	if (!out)
		exit(1);
	struct sink sink = sink_begin(format_of(path), out, label_columns, LABEL_COLUMNS);

	for (unsigned long r = 0; r < rows; r++) {
		make_texts(&texts, &random);
		fill_row(values, &texts, &random);
		began = clock_monotonic_ns();
		sink_row(&sink, values);
		spent_ns += clock_monotonic_ns() - began;
	}
	began = clock_monotonic_ns();
	struct error err = sink_end(&sink);
	long size = ftell(out);
	if (!writer_close(out) || err.code)
		exit(1);
	spent_ns += clock_monotonic_ns() - began;
	getrusage(RUSAGE_SELF, &usage);
	printf("%s: %.0f rows/s, %.1f MB, %.1f bytes a row, peak %.1f MB of memory\n", path,
	       (double)rows * 1e9 / (double)spent_ns, (double)size / 1e6, (double)size / (double)rows,
	       (double)usage.ru_maxrss / 1e3);
}

int main(int argc, char **argv)
{
	if (argc < 3) {
		fputs("usage: bench_parquet ROWS FILE...\n", stderr);
		return 2;
	}
	for (int i = 2; i < argc; i++)
		bench_format(argv[i], strtoul(argv[1], NULL, 10));
	return 0;
}
