/* SPDX-License-Identifier: Apache-2.0 */
/* card -- README.md of a release: what it is, how it was labelled, how sure, how to load it. */
#ifndef RELEASE_CARD_H
#define RELEASE_CARD_H

#include <stdio.h>

#include "core/error.h"
#include "db/db.h"

struct leak_table;
struct release_facts;
struct said;
struct signer;

/* Writes the dataset card of a decided release as Markdown with a Hugging Face header.
 * `said`: its judgments. `leaks`: what was measured of its media. `signer`: who will sign it. */
struct error card_write(FILE *out, struct db *db, const struct release_facts *facts,
                        const struct said *said, const struct leak_table *leaks,
                        const struct signer *signer) MUST_CHECK;

/* Writes its last section: by which key the release is signed. */
void card_signature(FILE *out, const struct signer *signer);

/*
 * Foreign text as a line of Markdown, in a cell of a table too: what Markdown and HTML would take
 * for markup stands as a number (`&#60;`), which both show as the letter; so do the letters that
 * begin a link by themselves.
 */
void card_text(FILE *out, const char *text);

#endif
