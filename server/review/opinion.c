/* SPDX-License-Identifier: Apache-2.0 */
#include "review/opinion.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/random.h"
#include "core/uuid.h"
#include "crowd/agreement.h"
#include "db/db.h"
#include "review/dispute.h"
#include "review/ruling.h"

#define RESAMPLES 2000
#define SEED      20260701 /* the same opinions give the same interval */

/* How the round stands, and what this moderator would add to it. */
struct opinion_round {
	int64_t others;
	bool agrees, has_more;
	const char *own_ruling, *own_reason;
};

static struct error opinion_draw(struct db *db, const char *dispute, bool *ret_drawn)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_OPINION_DRAW, (const char *[]){ dispute }, &rows);

	if (!err.code)
		*ret_drawn = rows_count(rows) && rows_flag(rows, 0, 0);
	return err;
}

/* Does the campaign ask for a second opinion on this ruling? */
static struct error demands_second(struct db *db, const struct opinion_wish *wish,
                                   bool *ret_demanded)
{
	bool verdict = strcmp(wish->ruling, "real") == 0 || strcmp(wish->ruling, "fake") == 0;

	*ret_demanded = strcmp(wish->demand, "always") == 0;
	if (strcmp(wish->demand, "gold") == 0)
		*ret_demanded = wish->gold;
	if (strcmp(wish->demand, "contradiction") != 0 && strcmp(wish->demand, "share") != 0)
		return ok();
	struct error err = opinion_draw(db, wish->dispute, ret_demanded);
	if (!err.code && strcmp(wish->demand, "contradiction") == 0 && verdict && wish->truth &&
	    strcmp(wish->truth, wish->ruling) != 0)
		*ret_demanded = true;
	return err;
}

static struct error store_opinion(struct db *db, const struct opinion_wish *wish, bool waits)
{
	const char *params[] = { wish->dispute, wish->account, wish->round,
		                     wish->ruling,  wish->reason,  waits ? "true" : "false" };

	return db_do(db, SQL_OPINION_STORE, params, NULL);
}

static struct error opinion_decide(struct db *db, const struct opinion_wish *wish,
                                   const struct opinion_round *round,
                                   enum opinion_outcome *ret_outcome)
{
	bool settles = round->agrees || round->others > 1, waits = !settles && round->has_more;
	struct error err = store_opinion(db, wish, waits);

	*ret_outcome = waits ? OPINION_WAITS : settles ? OPINION_RULES : OPINION_RULES_ALONE;
	return err;
}

struct error opinion_settle(struct db *db, const struct opinion_wish *wish,
                            enum opinion_outcome *ret_outcome)
{
	const char *params[] = { wish->dispute, wish->account, wish->round, wish->ruling };
	auto_rows *rows = NULL;
	bool demanded = true;
	struct error err = db_run(db, SQL_OPINION_ROUND, params, &rows);

	if (err.code)
		return err;
	const struct opinion_round round = { .others = rows_integer(rows, 0, 0),
		                                 .agrees = rows_flag(rows, 0, 1),
		                                 .own_ruling = rows_text(rows, 0, 2),
		                                 .own_reason = rows_text(rows, 0, 3),
		                                 .has_more = rows_flag(rows, 0, 4) };
	*ret_outcome = OPINION_AGAIN;
	if (round.own_ruling)
		return strcmp(round.own_ruling, wish->ruling) == 0 &&
		               strcmp(round.own_reason, wish->reason) == 0
		           ? ok()
		           : error_because(REASON_OPINION_GIVEN);
	if (!round.others && (err = demands_second(db, wish, &demanded)).code)
		return err;
	*ret_outcome = OPINION_RULES;
	return demanded ? opinion_decide(db, wish, &round, ret_outcome) : ok();
}

struct error opinion_undo(struct db *db, const char *dispute, const char *account,
                          const char *opinion, bool *ret_found)
{
	unsigned char ignored[UUID_BYTES];
	char undo_s[12], claim_s[12];
	auto_rows *rows = NULL;
	struct error err;

	*ret_found = false;
	if (!uuid_from_text(ignored, opinion))
		return ok();
	snprintf(undo_s, sizeof undo_s, "%d", RULING_UNDO_S);
	snprintf(claim_s, sizeof claim_s, "%d", CLAIM_S);
	err =
		db_run(db, SQL_OPINION_GIVEN, (const char *[]){ dispute, account, opinion, undo_s }, &rows);
	if (err.code || !rows_count(rows))
		return err;
	*ret_found = true;
	if (rows_flag(rows, 0, 0))
		return ok();
	if (!rows_flag(rows, 0, 1))
		return error_because(REASON_RULED_MEANWHILE);
	if (!rows_flag(rows, 0, 2))
		return error_because(REASON_UNDO_LATE);
	return db_do(db, SQL_OPINION_UNDO, (const char *[]){ dispute, account, opinion, claim_s },
	             NULL);
}

struct error opinion_own(struct db *db, struct arena *arena, const char *dispute,
                         const char *account, struct opinion **ret_opinion)
{
	auto_rows *rows = NULL;
	char undo_s[12];

	snprintf(undo_s, sizeof undo_s, "%d", RULING_UNDO_S);
	struct error err =
		db_run(db, SQL_OPINION_OWN, (const char *[]){ dispute, account, undo_s }, &rows);
	if (err.code)
		return err;
	*ret_opinion = NULL;
	if (!rows_count(rows))
		return ok();
	struct opinion *own = arena_alloc(arena, sizeof *own);
	*own = (struct opinion){ .id = rows_copy(rows, 0, 0, arena),
		                     .ruling = rows_copy(rows, 0, 1, arena),
		                     .reason = rows_copy(rows, 0, 2, arena),
		                     .at = rows_copy(rows, 0, 3, arena),
		                     .undo_until = rows_copy(rows, 0, 4, arena) };
	*ret_opinion = own;
	return ok();
}

/* Alpha of all opinions on which two or more moderators were asked. */
static struct error read_alpha(struct db *db, struct opinion_agreement *agreement)
{
	struct random random = random_seeded(SEED);
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_OPINION_COUNTS, NULL, &rows);

	agreement->alpha = agreement->low = agreement->high = NAN;
	if (err.code)
		return err;
	struct agreement_tally *tally = agreement_tally_new();
	for (size_t r = 0; r < rows_count(rows); r++)
		agreement_tally_add(tally, (uint32_t)rows_integer(rows, r, 0),
		                    (uint32_t)rows_integer(rows, r, 1));
	struct agreement all = agreement_alpha_of_tally(tally, RESAMPLES, &random);
	agreement_tally_free(tally);
	agreement->items = (int64_t)rows_count(rows);
	if (all.defined) {
		agreement->alpha = all.alpha;
		agreement->low = all.low;
		agreement->high = all.high;
	}
	return ok();
}

struct error opinion_agreement(struct db *db, struct arena *arena,
                               struct opinion_agreement *ret_agreement)
{
	struct opinion_agreement agreement = { 0 };
	auto_rows *rows = NULL;
	struct error err;

	if ((err = read_alpha(db, &agreement)).code)
		return err;
	if ((err = db_run(db, SQL_OPINION_AGAINST_RULINGS, NULL, &rows)).code)
		return err;
	agreement.count = rows_count(rows);
	agreement.moderators = arena_alloc(arena, (agreement.count + 1) * sizeof *agreement.moderators);
	for (size_t r = 0; r < agreement.count; r++)
		agreement.moderators[r] =
			(struct moderator_agreement){ .email = rows_copy(rows, r, 0, arena),
			                              .opinions = rows_integer(rows, r, 1),
			                              .opinions_as_ruled = rows_integer(rows, r, 2),
			                              .verdicts = rows_integer(rows, r, 3),
			                              .verdicts_as_ruled = rows_integer(rows, r, 4) };
	*ret_agreement = agreement;
	return ok();
}
