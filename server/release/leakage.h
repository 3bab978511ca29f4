/* SPDX-License-Identifier: Apache-2.0 */
/*
 * leakage -- leakage.json: the certificate that nothing ties the splits of a release together, and
 * what its files tell beside their content.
 *
 * Ties are counted from the rows of labels.csv as they are written, not from what decided the
 * splits: whoever has the table can count them again (release/verify does).
 *
 * Memory: 16 bytes a tie, some 50 an item.  Threads: one at a time.
 */
#ifndef RELEASE_LEAKAGE_H
#define RELEASE_LEAKAGE_H

#include <stdint.h>
#include <stdio.h>

#include "core/error.h"
#include "corpus/leaks.h"
#include "release/facts.h"

/* How splits are given (release/split.h); another number where the same content gets others. */
#define LEAKAGE_RULE         "connected-components-by-smallest-sha256"
#define LEAKAGE_RULE_VERSION 1

/* What may tie items together. */
enum tie { TIE_LINEAGE, TIE_IDENTITY, TIE_LOOKS, TIE_BYTES, TIES };

extern const char *const tie_names[TIES];

/* Groups of two and more items that share a tie. */
struct tie_count {
	uint64_t groups, items;
	uint64_t crossing; /* of the groups: they lie in several splits */
};

struct leakage;

struct leakage *leakage_new(void);
void leakage_free(struct leakage *leakage);

/* Takes a row of labels.csv, by its columns. */
void leakage_row(struct leakage *leakage, const char *const values[]);

/* Counts what was taken. */
void leakage_count(struct leakage *leakage, struct tie_count counts[TIES]);

/* Writes the certificate about the labels.csv with this digest. ERR_INVALID: splits are tied. */
struct error leakage_write(FILE *out, struct leakage *leakage, const struct release_facts *facts,
                           const struct leak_table *leaks, const char *labels_sha256) MUST_CHECK;

/*
 * Writes a certificate that another release has again, about the labels.csv whose rows were taken:
 * a revision's.  The leak table stays as it was measured.  ERR_INVALID: splits are tied.
 */
struct error leakage_revise(FILE *out, struct leakage *leakage, FILE *former, const char *version,
                            const char *labels_sha256) MUST_CHECK;

#endif
