/* SPDX-License-Identifier: Apache-2.0 */
/*
 * consensus -- what the crowd's word on each item amounts to, as rows: posteriors, skills,
 * agreement, and what follows from them (items retire, disputes open).
 *
 * scoring/estimates infers; this only decides, and makes rows of it.  Every write is harmless to
 * repeat, and a posterior never gives way to one that rests on fewer judgments, so a slow fit
 * and quick updates may write side by side.
 */
#ifndef SCORING_CONSENSUS_H
#define SCORING_CONSENSUS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "core/uuid.h"
#include "crowd/deciding.h"
#include "crowd/model.h"
#include "crowd/stopping.h"
#include "db/db.h"

enum contest {
	CONTEST_NONE, /* no open dispute, or a moderator has it */
	CONTEST_MAX_JUDGMENTS,
	CONTEST_NOT_TRUSTED,
	CONTEST_AGAINST_GOLD,
	CONTEST_AGAINST_PROVENANCE,
};

/* What is known of an item besides its judgments. */
struct item_facts {
	unsigned char id[UUID_BYTES], campaign[UUID_BYTES];
	bool gold;
	bool in_service, retired; /* neither: a moderator has it, or had it, or it was withdrawn */
	enum contest contest;     /* its open dispute, while no moderator has begun with it */
	int8_t truth;             /* provenance truth: REAL, FAKE or UNKNOWN */
	struct stopping rule;
	uint32_t spent;  /* judgments it had when it was last ruled to be asked about again */
	double p_before; /* NAN: none yet */
	enum decided_by decided_by; /* as it was written */
	double decides;             /* the same; NAN: it was not */
	uint32_t scored;            /* judgments behind p_before */
	uint32_t count, fake;
	uint32_t judged_from; /* the first version of the item whose judgments count */
	uint32_t recount;     /* how often judgments on it were set aside, or given back */
};

/* Reads a row of consensus_items. */
struct item_facts item_facts_read(const struct rows *row);

/*
 * Rows gather on a sheet and are sent to a statement as one JSON array when there are enough
 * of them; totals[] add up what the statement answers.  Free with
 * write_sheet_free(), or declare it `auto_sheet`.
 */
struct write_sheet {
	struct db *db;
	enum statement statement;
	json_t *rows;
	uint32_t *totals[4];
};

struct write_sheet write_sheet_new(struct db *db, enum statement statement);
struct error write_sheet_add(struct write_sheet *matrix, json_t *row) MUST_CHECK;
struct error write_sheet_send(struct write_sheet *matrix) MUST_CHECK;
void write_sheet_free(struct write_sheet *matrix);

#define auto_sheet __attribute__((cleanup(write_sheet_free))) struct write_sheet

/* What the crowd believes of an item, and what those believe who may decide it, and by which rule
 * (crowd/deciding.h). */
struct belief {
	double p_fake, decides;
	enum decided_by by;
};

/* A row for consensus_write; alpha NAN leaves it as it was. */
json_t *consensus_row(const struct item_facts *facts, const struct estimate *crowd,
                      const struct belief *belief, double alpha);

/*
 * A row for consensus_settle, or NULL when the item stays where it is: the campaign's rule, with
 * a whole plan again when it is reopened.  A crowd that is not `trusted` settles nothing: its
 * items go on until their plan is spent, and then to a moderator, who is told so where the crowd
 * agrees.  An item that retired comes
 * back when later fits are clearly less sure of it.  A dispute that nobody has begun with is
 * withdrawn when the crowd has settled the item since, or no longer contradicts what is known.
 * Only who may decide settles; whether an item has faded, everybody says.
 */
json_t *consensus_decision(const struct item_facts *facts, const struct belief *belief,
                           bool trusted);

/* A retired item that has faded, and what a fit makes of it now. */
struct faded {
	json_t *decision;
	double sure; /* max(p, 1 - p) */
};

/*
 * One fit unsettles few: those that have faded most come first in `faded`, and the answer is how
 * many of them come back now; the others wait for the next fit, which may think better of them.
 * `retired`: how many items are retired.
 */
size_t consensus_unsettle(struct faded faded[], size_t count, size_t retired);

/* What a fit tells of one campaign's crowd. */
struct crowd_audit {
	bool agrees;          /* Krippendorff's alpha is above 0, by its whole interval */
	uint32_t gold, right; /* gold items with enough judgments; those that the crowd gets right */
};

/*
 * May this crowd settle items?  Only if it agrees beyond chance and, once ten gold items are
 * judged, is better on them than a coin (one-sided, 5 %).  A model of independent volunteers
 * cannot see by itself that they all guess, and would be sure all the same.
 */
bool crowd_is_trusted(const struct crowd_audit *audit);

/*
 * What an operator can do about disputes that are there because a crowd is not trusted: calls
 * `tell` with a sentence for each campaign that has some, and counts them.
 */
struct error consensus_tell_distrust(struct db *db, void (*tell)(const char *sentence),
                                     size_t *ret_told) MUST_CHECK;

#endif
