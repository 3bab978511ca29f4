/* SPDX-License-Identifier: Apache-2.0 */
/*
 * media_pause -- keeps files from being kept while others are removed (corpus/media_intake).
 *
 * Threads: as the struct db.
 */
#ifndef CORPUS_MEDIA_PAUSE_H
#define CORPUS_MEDIA_PAUSE_H

#include "core/error.h"

struct db;

/* Within a transaction: nobody notes files until it ends, so what no note lists is being kept by
 * nobody. */
struct error media_pause(struct db *db) MUST_CHECK;

#endif
