/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rule -- does the version of a release that is being chosen promise what changes?
 *
 * MAJOR.MINOR.PATCH is read as release/semver says, against the newest version before it.  What the
 * release would hold is known before anything of it is written, so one whose version promises too
 * little is refused then, and leaves nothing behind.  Where either version is of another kind, or
 * there is none before, nothing is promised and nothing refused.
 *
 * Takes 34 bytes an item of the version before.  Threads: as the struct db.
 */
#ifndef RELEASE_RULE_H
#define RELEASE_RULE_H

#include <stdbool.h>

#include "core/arena.h"
#include "core/error.h"
#include "db/db.h"
#include "release/cut.h"
#include "release/diff.h"
#include "release/semver.h"
#include "release/split.h"
#include "store/store.h"

struct rule;

/* What follows from what was counted. */
struct rule_verdict {
	const char *since;           /* the version before; NULL: there is none. Lent by the rule */
	bool applies;                /* both are MAJOR.MINOR.PATCH */
	bool kept;                   /* the version promises enough, or the rule does not apply */
	enum change_level level;     /* what changes, and */
	char least[SEMVER_TEXT];     /* the least version that says so; "" where it does not apply */
	struct change_counts counts; /* without those of estimates and descriptions */
};

/* Reads what the version before holds. With `only_where_needed` not where nothing that changes
 * could be too much: then nothing is counted. */
struct error rule_open(struct db *db, struct store *store, const char *name, const char *version,
                       bool only_where_needed, struct rule **ret_rule) MUST_CHECK;
void rule_free(struct rule *rule);

/* An item that goes in, as it was cut, with its split. */
struct error rule_item(struct rule *rule, const char *const values[CUT_COLUMNS], enum split split,
                       bool sealed) MUST_CHECK;

/*
 * Whether the items of a release to come may break the rule, and are few enough to be looked at
 * while somebody waits: else its job tells.  Few are those of the campaign (NULL: all) and
 * those that have a split, as all that were ever released: the time of a choice goes by these.
 */
struct error rule_is_urgent(struct db *db, const char *name, const char *version,
                            const char *campaign, bool *ret_urgent) MUST_CHECK;

/* When all were told. */
struct rule_verdict rule_verdict(const struct rule *rule);

/* ERR_INVALID where the version promises too little: it says which would be right, and why. */
struct error rule_refusal(const struct rule_verdict *verdict, const char *version) MUST_CHECK;

#endif
