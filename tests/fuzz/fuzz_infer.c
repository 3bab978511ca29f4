/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_infer -- any bytes as a file of judgments: read in pieces, fitted by every method.
 *
 * A file that is refused must say so with a line; one that is read must give finite numbers.
 */
#include "fuzz.h"

#include <math.h>
#include <string.h>

#include "core/random.h"
#include "crowd/agreement.h"
#include "crowd/judgment_csv.h"
#include "crowd/model.h"

#define METHODS 6

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

/* The first line may say how the rest is to be read: "#" and the three options, by semicolons. */
static size_t take_reading(const unsigned char *bytes, size_t len, char options[300],
                           struct csv_reading *reading)
{
	const unsigned char *end = len && *bytes == '#' ? memchr(bytes, '\n', len) : NULL;
	const char **const texts[] = { &reading->columns, &reading->labels, &reading->scale };

	if (!end || end - bytes >= 300)
		return 0;
	memcpy(options, bytes + 1, (size_t)(end - bytes));
	options[end - bytes - 1] = '\0';
	char *rest = options;
	for (int i = 0; i < 3 && rest; i++) {
		const char *text = strsep(&rest, ";");

		*texts[i] = *text ? text : NULL;
	}
	return (size_t)(end - bytes) + 1;
}

static void read_table(const unsigned char *bytes, size_t len, size_t piece,
                       enum judgment_csv_kind kind)
{
	char options[300];
	struct csv_reading reading = { .prefix = kind == JUDGMENT_CSV_TRUTH ? "truth-" : "" };
	size_t skipped = take_reading(bytes, len, options, &reading);

	struct judgment_csv *table = judgment_csv_new(kind);
	struct error err = ok();

	judgment_csv_allow(table, (enum duplicates)(len % 3));
	if (judgment_csv_read_as(table, &reading).code) {
		judgment_csv_free(table);
		return;
	}
	bytes += skipped;
	len -= skipped;
	for (size_t at = 0; at < len && !err.code; at += piece)
		err =
			judgment_csv_feed(table, (const char *)bytes + at, len - at < piece ? len - at : piece);
	if (!err.code)
		err = judgment_csv_finish(table);
	if (err.code) {
		must(err.code == ERR_INVALID && strstr(err.detail, "line ") != NULL,
		     "a refusal does not name the line");
	} else if (kind == JUDGMENT_CSV_JUDGMENTS) {
		struct judgments judgments = judgment_csv_judgments(table);
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
	must(strlen(judgment_csv_taken(table)) < 1000 && strlen(judgment_csv_advice(table)) < 1000,
	     "what is told has no end");
	judgment_csv_free(table);
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t len)
{
	size_t piece = len ? 1 + bytes[len / 2] % 64 : 1;

	read_table(bytes, len, piece, JUDGMENT_CSV_JUDGMENTS);
	read_table(bytes, len, len + 1, JUDGMENT_CSV_TRUTH);
	return 0;
}
