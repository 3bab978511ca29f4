/* SPDX-License-Identifier: Apache-2.0 */
#include "review/dispute.h"

#include <stdio.h>
#include <string.h>

#include "core/log.h"
#include "db/db.h"
#include "review/opinion.h"
#include "review/ruling.h"
#include "work/job_run.h"

const char *const dispute_sorts[] = { "oldest", "newest", "disagreement", NULL };

static struct error none_such(void)
{
	return errorf(ERR_NOT_FOUND, "There is no such dispute.");
}

static bool is_uuid(const char *text)
{
	unsigned char ignored[UUID_BYTES];

	return uuid_from_text(ignored, text);
}

/* Words with commas between, as a list that ends with NULL; NULL for NULL. */
static const char *const *copy_words(const struct rows *rows, size_t row, int column,
                                     struct arena *arena)
{
	const char *text = rows_text(rows, row, column);
	size_t count = 0;

	if (!text)
		return NULL;
	char *rest = arena_copy(arena, text, strlen(text));
	const char **words = arena_alloc(arena, (strlen(text) + 2) * sizeof *words);
	while (rest && *rest)
		words[count++] = strsep(&rest, ",");
	words[count] = NULL;
	return words;
}

/* The columns that dispute_list and dispute_one share. */
static struct error read_dispute(const struct rows *rows, size_t row, struct arena *arena,
                                 struct dispute *dispute)
{
	*dispute = (struct dispute){ .id = rows_copy(rows, row, 0, arena),
		                         .media_type = rows_copy(rows, row, 1, arena),
		                         .reason = rows_copy(rows, row, 2, arena),
		                         .distrust = copy_words(rows, row, 3, arena),
		                         .judgments = rows_integer(rows, row, 4),
		                         .opened_at = rows_copy(rows, row, 5, arena),
		                         .state = rows_copy(rows, row, 6, arena),
		                         .closed_at = rows_copy(rows, row, 7, arena),
		                         .closed_by = rows_copy(rows, row, 8, arena),
		                         .claimed_until = rows_copy(rows, row, 9, arena),
		                         .claimed_by_you = rows_flag(rows, row, 10),
		                         .verdict_given = rows_flag(rows, row, 11),
		                         .sensitive = rows_flag(rows, row, 12),
		                         .campaign = rows_copy(rows, row, 14, arena),
		                         .own_item = rows_flag(rows, row, 15),
		                         .escalated_to = rows_copy(rows, row, 16, arena),
		                         .escalated_to_you = rows_flag(rows, row, 17),
		                         .second_opinion = rows_flag(rows, row, 18),
		                         .opinion_given = rows_flag(rows, row, 19) };
	if (!uuid_from_text(dispute->item, rows_text(rows, row, 13)))
		return errorf(ERR_INTERNAL, "a dispute that cannot be read");
	return ok();
}

struct error dispute_list(struct db *db, struct arena *arena, const char *account,
                          const struct dispute_wish *wish, const struct dispute_place *place,
                          unsigned limit, struct dispute list[], size_t *ret_count, bool *ret_more,
                          struct dispute_place *ret_next)
{
	bool by_time = strcmp(wish->sort, "disagreement") != 0;
	const char *value = place ? place->value : NULL;
	auto_rows *rows = NULL;
	char wanted[12];
	struct error err;

	snprintf(wanted, sizeof wanted, "%u", limit + 1);
	const char *params[] = {
		account,          wish->state,    by_time ? value : NULL, place ? place->id : NULL,
		wish->media_type, wish->campaign, wish->reason,           wish->technique,
		wish->waits_for,  wish->sort,     by_time ? NULL : value, wanted
	};
	if ((err = db_run(db, SQL_DISPUTE_LIST, params, &rows)).code)
		return err;
	size_t count = rows_count(rows) > limit ? limit : rows_count(rows);
	for (size_t r = 0; r < count; r++)
		if ((err = read_dispute(rows, r, arena, &list[r])).code)
			return err;
	*ret_count = count;
	*ret_more = rows_count(rows) > limit;
	if (*ret_more) {
		snprintf(ret_next->value, sizeof ret_next->value, "%s",
		         rows_text(rows, count - 1, by_time ? 20 : 21));
		snprintf(ret_next->id, sizeof ret_next->id, "%s", rows_text(rows, count - 1, 0));
	}
	return ok();
}

struct error dispute_count(struct db *db, struct dispute_counts *ret_counts)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_DISPUTE_COUNTS, NULL, &rows);

	if (err.code)
		return err;
	*ret_counts = (struct dispute_counts){ .open = rows_integer(rows, 0, 0),
		                                   .ruled = rows_integer(rows, 0, 1),
		                                   .withdrawn = rows_integer(rows, 0, 2) };
	return ok();
}

static int64_t whole_or_none(const struct rows *rows, size_t row, int column)
{
	return rows_text(rows, row, column) ? rows_integer(rows, row, column) : -1;
}

static struct evidence_judgment read_evidence_judgment(const struct rows *rows, size_t row,
                                                       struct arena *arena)
{
	const char *const *named = copy_words(rows, row, 5, arena);

	return (struct evidence_judgment){ .position = rows_copy(rows, row, 0, arena),
		                               .verdict = rows_copy(rows, row, 1, arena),
		                               .confidence = whole_or_none(rows, row, 2),
		                               .sensitivity = rows_double_or_nan(rows, row, 3),
		                               .specificity = rows_double_or_nan(rows, row, 4),
		                               .tells = named ?: arena_alloc(arena, sizeof *named),
		                               .marks = rows_copy(rows, row, 6, arena),
		                               .exposure_ms = whole_or_none(rows, row, 7),
		                               .day = rows_copy(rows, row, 8, arena) };
}

struct evidence_of {
	struct arena *arena;
	const char *item, *partner;
	struct evidence evidence;
};

static struct error read_judgments_of(struct db *db, struct evidence_of *of)
{
	auto_rows *rows = NULL;
	struct evidence *evidence = &of->evidence;
	struct error err = db_run(db, SQL_DISPUTE_JUDGMENTS, (const char *[]){ of->item }, &rows);

	if (err.code)
		return err;
	evidence->judgment_count = rows_count(rows);
	evidence->judgments =
		arena_alloc(of->arena, (evidence->judgment_count + 1) * sizeof *evidence->judgments);
	for (size_t r = 0; r < evidence->judgment_count; r++)
		evidence->judgments[r] = read_evidence_judgment(rows, r, of->arena);
	return ok();
}

static struct error read_near_of(struct db *db, struct evidence_of *of)
{
	const char *most = arena_printf(of->arena, "%d", EVIDENCE_NEAR);
	auto_rows *rows = NULL;
	struct evidence *evidence = &of->evidence;
	struct error err = db_run(db, SQL_DISPUTE_NEAR, (const char *[]){ of->item, most }, &rows);

	if (err.code)
		return err;
	evidence->near_count = rows_count(rows);
	evidence->near = arena_alloc(of->arena, (evidence->near_count + 1) * sizeof *evidence->near);
	for (size_t r = 0; r < evidence->near_count; r++)
		evidence->near[r] = (struct evidence_near){ .item = rows_copy(rows, r, 0, of->arena),
			                                        .distance = rows_integer(rows, r, 1),
			                                        .declared = rows_flag(rows, r, 2),
			                                        .state = rows_copy(rows, r, 3, of->arena) };
	return ok();
}

/* In one snapshot: a rendering may say meanwhile which judgments count. */
static struct error read_evidence(struct db *db, void *arg)
{
	struct evidence_of *of = arg;
	struct arena *arena = of->arena;
	auto_rows *rows = NULL;
	struct error err =
		db_run(db, SQL_DISPUTE_EVIDENCE, (const char *[]){ of->item, of->partner }, &rows);

	if (err.code)
		return err;
	of->evidence = (struct evidence){ .has_posterior = rows_text(rows, 0, 0),
		                              .p_fake = rows_double_or_nan(rows, 0, 0),
		                              .low = rows_double_or_nan(rows, 0, 1),
		                              .high = rows_double_or_nan(rows, 0, 2),
		                              .posterior_judgments = rows_integer(rows, 0, 3),
		                              .item_alpha = rows_double_or_nan(rows, 0, 4),
		                              .campaign_alpha = rows_double_or_nan(rows, 0, 5),
		                              .truth = rows_copy(rows, 0, 6, arena),
		                              .basis = rows_copy(rows, 0, 7, arena),
		                              .gold = rows_flag(rows, 0, 8),
		                              .title = rows_copy(rows, 0, 9, arena),
		                              .source = rows_copy(rows, 0, 10, arena),
		                              .licence = rows_copy(rows, 0, 11, arena),
		                              .credit = rows_copy(rows, 0, 12, arena),
		                              .generator = rows_copy(rows, 0, 13, arena),
		                              .techniques = copy_words(rows, 0, 14, arena),
		                              .explanation = rows_copy(rows, 0, 15, arena),
		                              .sha256 = rows_copy(rows, 0, 16, arena),
		                              .original_format = rows_copy(rows, 0, 17, arena),
		                              .partner_truth = rows_copy(rows, 0, 18, arena),
		                              .read_at = rows_copy(rows, 0, 19, arena),
		                              .tool = rows_copy(rows, 0, 20, arena),
		                              .tool_version = rows_copy(rows, 0, 21, arena),
		                              .report = rows_copy(rows, 0, 22, arena),
		                              .report_cut = rows_flag(rows, 0, 23),
		                              .digital_source_type = rows_copy(rows, 0, 24, arena),
		                              .c2pa_state = rows_copy(rows, 0, 25, arena),
		                              .c2pa = rows_copy(rows, 0, 26, arena) };
	err = read_near_of(db, of);
	return err.code ? err : read_judgments_of(db, of);
}

/* What the first statement allows to be seen: evidence and rulings. */
static struct error open_evidence(struct db *db, struct arena *arena, const struct rows *one,
                                  const char *account, struct dispute_story *story)
{
	const char *item = rows_text(one, 0, 13), *partner = rows_text(one, 0, 21);
	struct error err;

	if (!story->dispute.verdict_given) {
		err = db_do(db, SQL_DISPUTE_SEEN, (const char *[]){ story->dispute.id, account }, NULL);
		if (err.code)
			return err;
	}
	err = ruling_list(db, arena, item, account, &story->rulings, &story->ruling_count);
	if (err.code)
		return err;
	story->has_partner = partner && uuid_from_text(story->partner, partner);
	struct evidence_of *of = arena_alloc(arena, sizeof *of);
	*of = (struct evidence_of){ .arena = arena, .item = item, .partner = partner };
	if ((err = db_snapshot(db, read_evidence, of)).code)
		return err;
	story->evidence = &of->evidence;
	return ok();
}

static struct error open_lonely_disputes(struct job_run *run)
{
	auto_rows *rows = NULL;
	struct error err = db_run(run->db, SQL_DISPUTE_OPEN_LONELY, NULL, &rows);

	if (!err.code && rows_integer(rows, 0, 0) > 0)
		log_info("%s items go to a moderator: there is nothing to show them beside",
		         rows_text(rows, 0, 0));
	return err;
}

const struct job_handler lonely_job = { .kind = "lonely", .handle = open_lonely_disputes };

struct error dispute_read(struct db *db, struct arena *arena, const char *id, const char *account,
                          struct dispute_story *ret_story)
{
	auto_rows *rows = NULL;
	struct error err;

	if (!is_uuid(id))
		return none_such();
	if ((err = db_run(db, SQL_DISPUTE_ONE, (const char *[]){ id, account }, &rows)).code)
		return err;
	if (!rows_count(rows))
		return none_such();
	struct dispute_story story = { .verdict = rows_copy(rows, 0, 22, arena),
		                           .verdict_confidence = rows_integer(rows, 0, 23),
		                           .verdict_blind = rows_flag(rows, 0, 24),
		                           .verdict_at = rows_copy(rows, 0, 25, arena),
		                           .guidelines = rows_copy(rows, 0, 26, arena),
		                           .may_rule = !rows_flag(rows, 0, 15) || !rows_flag(rows, 0, 27) };
	struct opinion *own = NULL;
	if ((err = read_dispute(rows, 0, arena, &story.dispute)).code)
		return err;
	if ((err = opinion_own(db, arena, id, account, &own)).code)
		return err;
	story.opinion = own;
	if (rows_flag(rows, 0, 20) && (err = open_evidence(db, arena, rows, account, &story)).code)
		return err;
	*ret_story = story;
	return ok();
}

static struct error closed_already(const struct rows *state)
{
	if (strcmp(rows_text(state, 0, 0), "withdrawn") == 0)
		return error_because(REASON_DISPUTE_SETTLED);
	return error_because(REASON_DISPUTE_RULED);
}

struct error dispute_claim(struct db *db, struct arena *arena, const char *id, const char *account,
                           const char **ret_expires_at)
{
	auto_rows *rows = NULL, *state = NULL;
	char seconds[12];
	struct error err;

	if (!is_uuid(id))
		return none_such();
	snprintf(seconds, sizeof seconds, "%d", CLAIM_S);
	err = db_run(db, SQL_DISPUTE_CLAIM, (const char *[]){ id, account, seconds }, &rows);
	if (err.code)
		return err;
	if (rows_count(rows)) {
		*ret_expires_at = rows_copy(rows, 0, 0, arena);
		return ok();
	}
	if ((err = db_run(db, SQL_DISPUTE_STATE, (const char *[]){ id, account }, &state)).code)
		return err;
	if (!rows_count(state))
		return none_such();
	if (strcmp(rows_text(state, 0, 0), "open") != 0)
		return closed_already(state);
	if (rows_flag(state, 0, 6))
		return error_because(REASON_OWN_ITEM);
	if (rows_flag(state, 0, 5))
		return error_because(REASON_OPINION_GIVEN);
	return error_because(rows_flag(state, 0, 4) ? REASON_DISPUTE_ESCALATED
	                                            : REASON_DISPUTE_CLAIMED);
}

struct error dispute_unclaim(struct db *db, const char *id, const char *account)
{
	auto_rows *rows = NULL;
	struct error err;

	if (!is_uuid(id))
		return none_such();
	err = db_run(db, SQL_DISPUTE_UNCLAIM, (const char *[]){ id, account }, &rows);
	if (err.code)
		return err;
	return rows_count(rows) ? ok() : none_such();
}

struct error dispute_hold(struct db *db, const char *id)
{
	auto_rows *rows = NULL;
	struct error err;

	if (!is_uuid(id))
		return none_such();
	if ((err = db_run(db, SQL_DISPUTE_LOCK, (const char *[]){ id }, &rows)).code)
		return err;
	return rows_count(rows) ? ok() : none_such();
}

struct move {
	const char *id, *account, *verdict;
	unsigned confidence;
	bool again;
};

static struct error dispute_check_open(const struct rows *state)
{
	if (strcmp(rows_text(state, 0, 0), "open") != 0)
		return closed_already(state);
	if (!rows_flag(state, 0, 1))
		return error_because(REASON_NO_CLAIM);
	return ok();
}

static struct error give_verdict(struct db *db, void *arg)
{
	struct move *move = arg;
	auto_rows *state = NULL;
	char confidence[12];
	struct error err;

	move->again = false;
	if ((err = dispute_hold(db, move->id)).code)
		return err;
	err = db_run(db, SQL_DISPUTE_STATE, (const char *[]){ move->id, move->account }, &state);
	if (err.code)
		return err;
	if (rows_text(state, 0, 2)) {
		move->again = strcmp(rows_text(state, 0, 2), move->verdict) == 0 &&
		              rows_integer(state, 0, 3) == move->confidence;
		return move->again ? ok() : error_because(REASON_VERDICT_OTHERWISE);
	}
	if ((err = dispute_check_open(state)).code)
		return err;
	snprintf(confidence, sizeof confidence, "%u", move->confidence);
	const char *params[] = { move->id, move->account, move->verdict, confidence };
	return db_do(db, SQL_DISPUTE_VERDICT, params, NULL);
}

struct error dispute_verdict(struct db *db, const char *id, const char *account,
                             const char *verdict, unsigned confidence, bool *ret_again)
{
	struct move move = {
		.id = id, .account = account, .verdict = verdict, .confidence = confidence
	};
	struct error err = db_transaction(db, give_verdict, &move);

	*ret_again = move.again;
	return err;
}
