/* SPDX-License-Identifier: Apache-2.0 */
/*
 * leaks -- the leak table of a release (corpus/leaks.h): leaks.csv and a section of the card.
 *
 * It rests on the labels and media of the release, of which everybody who holds it knows the same.
 */
#ifndef RELEASE_LEAKS_H
#define RELEASE_LEAKS_H

#include <stdio.h>

#include "corpus/leaks.h"
#include "release/sink.h"

/* Measures it, and what of its media was not measured before. No transaction may be open. */
struct error release_leaks(struct db *db, struct store *store, const char *release_id,
                           const struct progress_listener *progress,
                           struct leak_table *ret_table) MUST_CHECK;

/* Writes the rows of leaks.csv. */
void leaks_rows(struct sink *sink, const struct leak_table *table);

/* Writes the card's section. */
void leaks_card(FILE *out, const struct leak_table *table);

#endif
