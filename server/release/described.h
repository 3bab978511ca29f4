/* SPDX-License-Identifier: Apache-2.0 */
/*
 * described -- the files that describe a release to people and programs, from its facts.
 *
 *   CITATION.cff     how to cite it (Citation File Format 1.2.0)
 *   DATASHEET.md     the questions of Gebru et al. (2021), answered (release/datasheet.c)
 *   dictionary.csv   what every column means
 *   datapackage.json tables, types and digests (Data Package 2; release/datapackage.c)
 *   croissant.json   the same for loaders of machine learning, and how it was made (Croissant 1.1
 * with its RAI extension; release/croissant.c)
 *
 * Nothing in them depends on when or where they are written: the day is the release's.
 */
#ifndef RELEASE_DESCRIBED_H
#define RELEASE_DESCRIBED_H

#include <stdint.h>
#include <stdio.h>

#include "release/artefact.h"
#include "release/facts.h"

/* A file that is written already, for the descriptions that carry digests. */
struct listed_file {
	const char *path, *sha256;
	uint64_t bytes;
	const struct artefact *artefact; /* NULL: it is no table */
};

void citation_write(FILE *out, const struct release_facts *facts);
void datasheet_write(FILE *out, const struct release_facts *facts);
void dictionary_write(FILE *out, const struct release_facts *facts);
void datapackage_write(FILE *out, const struct release_facts *facts,
                       const struct listed_file files[], size_t count);
void croissant_write(FILE *out, const struct release_facts *facts, const struct listed_file files[],
                     size_t count);

/* Which formats spare whoever gets a release of so many items its very many files, as a paragraph;
 * nothing where its folders are not split. */
void few_files_write(FILE *out, int64_t items);

/* What the platform did to come to the release, and what follows from it. */
enum account_of {
	ACCOUNT_COLLECTION,
	ACCOUNT_PROTOCOL,
	ACCOUNT_PLATFORM,
	ACCOUNT_PER_ITEM,
	ACCOUNT_ANALYSIS,
	ACCOUNT_SELECTION,    /* a bias: what is missing */
	ACCOUNT_CROWD,        /* a bias: who judged */
	ACCOUNT_SHOWN,        /* a bias: what was shown to whom */
	ACCOUNT_NO_PROOF,     /* a limit */
	ACCOUNT_RENDITIONS,   /* a limit */
	ACCOUNT_INDEPENDENCE, /* a limit */
	ACCOUNT_MAINTENANCE,
	ACCOUNT_PERSONAL,
	ACCOUNTS
};

/* Writes sentences in plain text, on one line without its end. */
void account_write(FILE *out, enum account_of what, const struct release_facts *facts);

#endif
