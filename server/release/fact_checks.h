/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fact_checks -- rows of fact_checks.csv: what others have published about items of a release,
 * typed in by moderators.
 *
 * A release holds what stood when its items were fixed, whatever is added or removed while it is
 * written; none of sealed items.  One without any has no such file.
 *
 * Threads: as the struct db.
 */
#ifndef RELEASE_FACT_CHECKS_H
#define RELEASE_FACT_CHECKS_H

#include <stdbool.h>

#include "db/db.h"
#include "release/sink.h"

struct error fact_checks_any(struct db *db, const char *release_id, bool *ret_any) MUST_CHECK;

struct error fact_checks_rows(struct db *db, const char *release_id, struct sink *sink) MUST_CHECK;

#endif
