/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_infer -- any bytes as a file of judgments: read in pieces, fitted by every method.
 *
 * With clang's libFuzzer it is a fuzz target. Without (-DFUZZ_ALONE) it is a program that reads
 * seeds and runs their mutations: fuzz_infer RUNS SEED_FILE...
 * A file that is refused must say so with a line; one that is read must give finite numbers.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/random.h"
#include "crowd/agreement.h"
#include "crowd/model.h"
#include "crowd/table.h"

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t len);

#define METHODS 6

static void must(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "fuzz_infer: %s\n", what);
	abort();
}

static void fit_all(const struct judgments *judgments)
{
	for (int method = 0; method < METHODS; method++) {
		struct model_options options = { .method = (enum method)method,
										 .iterations_max = 5,
										 .intervals = true };
		struct fit *fit = model_fit(judgments, &options);

		must(isfinite(fit->log_likelihood), "the likelihood is not finite");
		for (uint32_t i = 0; i < fit->items; i++)
			must(fit->p_fake[i].low >= 0 && fit->p_fake[i].high <= 1 && fit->p_fake[i].mean >= 0 &&
					 fit->p_fake[i].mean <= 1,
				 "a posterior is out of bounds");
		for (uint32_t v = 0; v < fit->volunteers; v++)
			must(fit->sensitivity[v].low >= 0 && fit->specificity[v].high <= 1,
				 "a skill is out of bounds");
		fit_free(fit);
	}
}

static void read_table(const unsigned char *bytes, size_t len, size_t piece, enum table_kind kind)
{
	struct table *table = table_new(kind);
	struct error err = ok();

	table_allow(table, (enum duplicates)(len % 3));
	for (size_t at = 0; at < len && !err.code; at += piece)
		err = table_feed(table, (const char *)bytes + at, len - at < piece ? len - at : piece);
	if (!err.code)
		err = table_finish(table);
	if (err.code) {
		must(err.code == ERR_INVALID && strstr(err.detail, "line ") != NULL,
			 "a refusal does not name the line");
	} else if (kind == TABLE_JUDGMENTS) {
		struct judgments judgments = table_judgments(table);
		struct random random = random_seeded(1);
		int8_t *gold = malloc((size_t)judgments.items + 1);

		must(gold != NULL, "out of memory");
		agreement_alpha(&judgments, 10, &random);
		for (uint32_t i = 0; i < judgments.items; i++)
			gold[i] = (int8_t)(i % 3 == 0 ? (int)(i % 2) : UNKNOWN);
		judgments.truth = len % 2 ? gold : NULL;
		fit_all(&judgments);
		free(gold);
	}
	table_free(table);
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t len)
{
	size_t piece = len ? 1 + bytes[len / 2] % 64 : 1;

	read_table(bytes, len, piece, TABLE_JUDGMENTS);
	read_table(bytes, len, len + 1, TABLE_TRUTH);
	return 0;
}

#ifdef FUZZ_ALONE

#define INPUT_MAX 4096

struct input {
	unsigned char bytes[INPUT_MAX];
	size_t len;
};

static void insert(struct input *input, size_t at, const char *text, size_t len)
{
	if (input->len + len > INPUT_MAX)
		return;
	memmove(input->bytes + at + len, input->bytes + at, input->len - at);
	memcpy(input->bytes + at, text, len);
	input->len += len;
}

/* One small damage: a byte changed, a piece cut, repeated or moved, something special put in. */
static void mutate(struct input *input, struct random *random)
{
	static const char *const special[] = {
		"\"",   "\"\"", ",", "\n",         "\r\n", "\xEF\xBB\xBF", "\xFF",      "\xC3",    "fake",
		"real", "1",    "0", "confidence", "100",  "49",           "w1,t1,1\n", ",,,,,,\n"
	};
	size_t at = random_below(random, (uint32_t)input->len + 1);
	size_t len = random_below(random, 24);
	const char *word = special[random_below(random, sizeof special / sizeof *special)];

	len = len > input->len - at ? input->len - at : len;
	switch (random_below(random, 4)) {
	case 0:
		if (at < input->len)
			input->bytes[at] = (unsigned char)random_u32(random);
		break;
	case 1:
		memmove(input->bytes + at, input->bytes + at + len, input->len - at - len);
		input->len -= len;
		break;
	case 2: {
		char piece[24];

		memcpy(piece, input->bytes + at, len);
		insert(input, random_below(random, (uint32_t)input->len + 1), piece, len);
		break;
	}
	default:
		insert(input, at, word, strlen(word));
	}
}

static bool load(const char *path, struct input *input)
{
	FILE *file = fopen(path, "rb");

	if (!file)
		return false;
	input->len = fread(input->bytes, 1, INPUT_MAX, file);
	fclose(file);
	return true;
}

int main(int argc, char **argv)
{
	struct random random = random_seeded(1);
	static struct input seed, input;

	if (argc < 3) {
		fputs("usage: fuzz_infer RUNS SEED_FILE...\n", stderr);
		return 2;
	}
	for (long run = 0, runs = strtol(argv[1], NULL, 10); run < runs; run++) {
		if (!load(argv[2 + run / 16 % (argc - 2)], &seed) && run == 0)
			return 1;
		input = seed;
		for (uint32_t damage = random_below(&random, 6); damage; damage--)
			mutate(&input, &random);
		LLVMFuzzerTestOneInput(input.bytes, input.len);
	}
	printf("fuzz_infer: %s runs, nothing found\n", argv[1]);
	return 0;
}

#endif
