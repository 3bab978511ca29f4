/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audience -- for whom a release is: for everybody, or for approved researchers.
 *
 * It is said when the release is asked for, and may only become more open: a release for
 * researchers can be opened to everybody, with its revisions, once and for good.  What says
 * nothing of single items (artefact_stays) is for everybody in any case.
 *
 * Threads: as the struct db.
 */
#ifndef RELEASE_AUDIENCE_H
#define RELEASE_AUDIENCE_H

#include <stdbool.h>

#include "core/error.h"

struct db;
struct release;

/* Is it for approved researchers alone?  False where there is no such release. */
struct error audience_is_limited(struct db *db, const char *name, const char *version,
                                 bool *ret_limited) MUST_CHECK;

/* Opens it to everybody; again does nothing. */
struct error audience_open(struct db *db, const struct release *release) MUST_CHECK;

#endif
