/* SPDX-License-Identifier: Apache-2.0 */
/*
 * changelog -- what a release carries of its own history: changes.csv, the items that are not as in
 * the version before; CHANGELOG.md, all versions of its name with how much changed; and a section
 * of its card.  The first release of a name has none of them.
 *
 * Threads: as the struct db.
 */
#ifndef RELEASE_CHANGELOG_H
#define RELEASE_CHANGELOG_H

#include <stdio.h>

#include "core/error.h"
#include "db/db.h"
#include "release/bundle.h"
#include "release/changes.h"
#include "release/sink.h"

/* Writes the rows of changes.csv and keeps what was counted; labels.csv of the bundle is kept
 * already. */
struct error changelog_changes(const struct bundle *bundle, const struct predecessor *before,
                               struct sink *sink) MUST_CHECK;

/* CHANGELOG.md of a release that is being written: of whichever of its name is ready, and of
 * itself.
 */
struct error changelog_write(FILE *out, struct db *db, const struct release *release) MUST_CHECK;

/* The section of the card; nothing where there is no version before. */
struct error changelog_card(FILE *out, struct db *db, const struct release *release) MUST_CHECK;

#endif
