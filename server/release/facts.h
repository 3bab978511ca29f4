/* SPDX-License-Identifier: Apache-2.0 */
/*
 * facts -- what a release says of itself, asked of the database once: for the card, the datasheet
 * and the descriptions that programs read.
 *
 * Of a decided release that is not ready yet: its draft holds what is counted here.
 */
#ifndef RELEASE_FACTS_H
#define RELEASE_FACTS_H

#include <stdbool.h>

#include "core/error.h"
#include "db/db.h"
#include "release/said.h"

/* Columns of the statement release_facts. */
enum fact {
	FACT_NAME,
	FACT_VERSION,
	FACT_DATE,
	FACT_HELD_BACK,
	FACT_ALPHA,
	FACT_ALPHA_LOW,
	FACT_ALPHA_HIGH,
	FACT_FILTER,
	FACT_ITEMS,
	FACT_BYTES,
	FACT_CROWD,
	FACT_RULED,
	FACT_KNOWN,
	FACT_AGREE,
	FACT_TYPES,
	FACT_GOLD,
	FACT_GOLD_JUDGED,
	FACT_GOLD_RIGHT,
	FACT_UNSETTLED,
	FACT_CONTRADICTING,
	FACT_DECIDED_FULL,
	FACT_DECIDED_NO_GOLD,
	FACT_DECIDED_ONE_NETWORK,
	FACT_DECIDED_NEITHER,
	FACT_FEWEST,
	FACT_MEAN,
	FACT_MOST,
	FACT_UNJUDGED,
	FACT_SEALED,
	FACT_UNCUTTABLE,
	FACT_NOT_INDEPENDENT,
	FACT_LIMITED,
};

/* Columns of release_campaigns. */
enum campaign_fact { BY_NAME, BY_THRESHOLD, BY_LEAST, BY_MOST, BY_ITEMS };

/* Which statement the rows are of. */
enum fact_set {
	FACTS_WHOLE,
	FACTS_TABLE,
	FACTS_CORRECTIONS,
	FACTS_SET_ASIDE,
	FACTS_LICENCES,
	FACTS_PEOPLE,
	FACTS_CAMPAIGNS,
	FACTS_OPINIONS,
	FACT_SETS
};

struct release_facts {
	const struct release *release;
	bool volunteers;         /* judgments.csv is in it */
	bool seals;              /* sealed.csv is */
	bool follows;            /* another of its name: changes.csv is in it */
	bool fact_checks;        /* fact_checks.csv is */
	struct said_counts said; /* of the judgments that were written */
	struct rows *of[FACT_SETS];
};

/* facts_free() it, after a failure too. ERR_GONE: another process was quicker. */
struct error facts_gather(struct db *db, const char *release_id,
                          struct release_facts *facts) MUST_CHECK;
void facts_free(struct release_facts *facts);

/* A value of the whole release, as text; NULL where it is not known. */
const char *fact_text(const struct release_facts *facts, enum fact fact);
int64_t fact_number(const struct release_facts *facts, enum fact fact);

/* The SPDX identifier of the licence that all items share; NULL: there is none such. */
const char *facts_licence(const struct release_facts *facts);

/* Is it the SPDX identifier of a licence for media and data? */
bool licence_is_spdx(const char *licence);

/* The first address at which people read of it, to be freed: of its page, or its id as a URN where
 * nobody said a public address. */
char *facts_url(const struct release_facts *facts);

/* Who made it: the operator, or "Touchstone contributors". */
const char *facts_author(void);

#endif
