/* SPDX-License-Identifier: Apache-2.0 */
#include "review/evidence_board.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "core/vocabulary.h"
#include "crowd/blocs.h"
#include "crowd/judgments.h"
#include "db/db.h"
#include "review/fact_check.h"

#define TEXT_OF_(number) #number
#define TEXT_OF(number)  TEXT_OF_(number)

#define NEW_GOLD      5  /* a newcomer has judged fewer gold items, */
#define NEW_JUDGMENTS 20 /* or fewer items, where nobody judged gold (crowd/integrity) */
#define QUICK_S       2  /* a quick look is a shorter one */

/* Bits of a vote's blocs: one of each kind, then a bit for each network and cohort. */
enum {
	BIT_NETWORKS = BLOC_NETWORK,
	BIT_COHORTS = BIT_NETWORKS + BOARD_GROUPS,
	BOARD_BLOCS = BIT_COHORTS + BOARD_GROUPS
};
_Static_assert(BOARD_BLOCS <= BLOCS_MAX, "each bloc has a bit");

struct board_reading {
	struct arena *arena;
	const char *item;
	struct evidence_board *board;
};

struct error evidence_open(struct db *db, const char *dispute, const char *account,
                           char ret_item[UUID_TEXT])
{
	unsigned char ignored[UUID_BYTES];
	auto_rows *rows = NULL;
	struct error err;

	if (!uuid_from_text(ignored, dispute))
		return errorf(ERR_NOT_FOUND, "There is no such dispute.");
	err = db_run(db, SQL_EVIDENCE_OPEN, (const char *[]){ dispute, account }, &rows);
	if (err.code)
		return err;
	if (!rows_count(rows))
		return errorf(ERR_NOT_FOUND, "There is no such dispute.");
	if (!rows_flag(rows, 0, 1))
		return error_because(REASON_NO_VERDICT);
	snprintf(ret_item, UUID_TEXT, "%s", rows_text(rows, 0, 0));
	return ok();
}

/* ------------------------------------------------------------------ votes */

static bool says_fake(const struct rows *rows, size_t row)
{
	return rows_text(rows, row, 0)[0] == 'f';
}

static void count_vote(struct vote_count *count, const struct rows *rows, size_t row)
{
	if (says_fake(rows, row))
		count->fake++;
	else
		count->real++;
}

static struct exposure_votes *exposure_of(struct evidence_board *board, double from_s)
{
	for (size_t e = 0; e < board->exposure_count; e++)
		if (board->exposures[e].from_s == from_s ||
		    (isnan(board->exposures[e].from_s) && isnan(from_s)))
			return &board->exposures[e];
	board->exposures[board->exposure_count] = (struct exposure_votes){ .from_s = from_s };
	return &board->exposures[board->exposure_count++];
}

static int by_exposure(const void *left, const void *right)
{
	const struct exposure_votes *one = left, *other = right;

	if (isnan(one->from_s) || isnan(other->from_s))
		return isnan(one->from_s) - isnan(other->from_s);
	return (one->from_s > other->from_s) - (one->from_s < other->from_s);
}

static void count_exposures(struct evidence_board *board, const struct rows *rows,
                            struct arena *arena)
{
	board->exposures = arena_alloc(arena, (board->votes + 1) * sizeof *board->exposures);
	for (size_t r = 0; r < board->votes; r++)
		count_vote(&exposure_of(board, rows_double_or_nan(rows, r, 5))->votes, rows, r);
	qsort(board->exposures, board->exposure_count, sizeof *board->exposures, by_exposure);
}

/* Rows come in the order of their days. */
static void count_days(struct evidence_board *board, const struct rows *rows, struct arena *arena)
{
	board->days = arena_alloc(arena, (board->votes + 1) * sizeof *board->days);
	for (size_t r = 0; r < board->votes; r++) {
		const char *at = rows_text(rows, r, 6);

		if (!board->day_count || strcmp(board->days[board->day_count - 1].at, at) != 0)
			board->days[board->day_count++] =
				(struct day_votes){ .at = rows_copy(rows, r, 6, arena) };
		count_vote(&board->days[board->day_count - 1].votes, rows, r);
	}
	board->weeks = board->votes && rows_flag(rows, 0, 7);
}

static bool has_skill(const struct rows *rows, size_t row)
{
	return rows_text(rows, row, 1) && rows_text(rows, row, 2);
}

static double skill_at(const struct rows *rows, size_t row)
{
	return has_skill(rows, row) ? (rows_double(rows, row, 1) + rows_double(rows, row, 2)) / 2 : .5;
}

static double to_a_twentieth(double skill)
{
	return round(20 * skill) / 20;
}

static void count_thirds(struct evidence_board *board, const struct rows *rows,
                         const double skill[], const uint8_t third[])
{
	for (int t = 0; t < BOARD_THIRDS; t++)
		board->thirds[t] = (struct skill_votes){ .from = NAN, .to = NAN };
	for (size_t r = 0; r < board->votes; r++) {
		struct skill_votes *of = &board->thirds[third[r]];

		of->from = fmin(of->from, to_a_twentieth(skill[r]));
		of->to = fmax(of->to, to_a_twentieth(skill[r]));
		count_vote(&of->votes, rows, r);
		board->unskilled += !has_skill(rows, r);
	}
}

/* ------------------------------------------------------------------ blocs */

static bool anybody_judged_gold(const struct rows *rows)
{
	for (size_t r = 0; r < rows_count(rows); r++)
		if (rows_double_or_nan(rows, r, 3) > 0)
			return true;
	return false;
}

/* A volunteer of whom nothing is known is new. */
static bool is_newcomer(const struct rows *rows, size_t row, bool gold)
{
	double known = rows_double_or_nan(rows, row, gold ? 3 : 4);

	return !(known >= (gold ? NEW_GOLD : NEW_JUDGMENTS));
}

/* The bit of a network's or cohort's number, from 1; none for NULL. */
static uint32_t bit_of_group(const struct rows *rows, size_t row, int column, unsigned first)
{
	return rows_text(rows, row, column) ? 1u << (first + rows_integer(rows, row, column) - 1) : 0;
}

/* As exact as skills are told: the bloc of one volunteer would tell theirs. */
static double told_skill(const struct rows *rows, size_t row, int column)
{
	return has_skill(rows, row)
	           ? fmin(fmax(to_a_twentieth(rows_double(rows, row, column)), .05), .95)
	           : .5;
}

static struct bloc_vote vote_at(const struct rows *rows, size_t row, uint8_t third, bool gold)
{
	bool new = is_newcomer(rows, row, gold);
	uint32_t blocs = 1u << (BLOC_SKILL_LOW + third);

	blocs |= new ? 1u << BLOC_NEWCOMERS : 0;
	blocs |= rows_double_or_nan(rows, row, 5) < QUICK_S ? 1u << BLOC_QUICK : 0;
	blocs |= bit_of_group(rows, row, 8, BIT_NETWORKS) | bit_of_group(rows, row, 9, BIT_COHORTS);
	return (struct bloc_vote){ .sensitivity = told_skill(rows, row, 1),
		                       .specificity = told_skill(rows, row, 2),
		                       .verdict = says_fake(rows, row) ? FAKE : REAL,
		                       .blocs = blocs };
}

static const char *kind_of_bit(uint32_t bit)
{
	return bloc_kinds[bit < BIT_NETWORKS  ? bit
	                  : bit < BIT_COHORTS ? (uint32_t)BLOC_NETWORK
	                                      : (uint32_t)BLOC_COHORT];
}

static unsigned number_of_bit(uint32_t bit)
{
	return bit < BIT_NETWORKS ? 0 : (bit - BIT_NETWORKS) % BOARD_GROUPS + 1;
}

/* Those that have a volunteer. */
static void tell_blocs(struct evidence_board *board, const struct bloc_outcome outcomes[],
                       struct arena *arena)
{
	board->blocs = arena_alloc(arena, BOARD_BLOCS * sizeof *board->blocs);
	for (uint32_t b = 0; b < BOARD_BLOCS; b++)
		if (outcomes[b].volunteers)
			board->blocs[board->bloc_count++] =
				(struct bloc_told){ .kind = kind_of_bit(b),
				                    .number = number_of_bit(b),
				                    .volunteers = outcomes[b].volunteers,
				                    .saying_fake = outcomes[b].saying_fake,
				                    .alone = outcomes[b].alone,
				                    .without = outcomes[b].without,
				                    .turns = outcomes[b].turns };
}

static void weigh_votes(struct evidence_board *board, const struct rows *rows, struct arena *arena)
{
	struct bloc_vote *votes = mem_new(board->votes, sizeof *votes);
	double *skill = mem_new(board->votes, sizeof *skill);
	uint8_t *third = mem_new(board->votes, sizeof *third);
	struct bloc_outcome outcomes[BOARD_BLOCS];
	struct bloc_whole whole = { .p_fake = NAN, .flip_cost = UINT32_MAX };
	bool gold = anybody_judged_gold(rows);

	for (size_t r = 0; r < board->votes; r++)
		skill[r] = skill_at(rows, r);
	blocs_thirds(skill, board->votes, third);
	for (size_t r = 0; r < board->votes; r++)
		votes[r] = vote_at(rows, r, third[r], gold);
	blocs_weigh(votes, board->votes, BOARD_BLOCS, outcomes, &whole);
	count_thirds(board, rows, skill, third);
	tell_blocs(board, outcomes, arena);
	board->p_fake = board->votes ? whole.p_fake : NAN;
	board->flip_cost = whole.flip_cost;
	free(votes);
	free(skill);
	free(third);
}

static struct error read_votes(struct db *db, const struct board_reading *reading)
{
	struct evidence_board *board = reading->board;
	auto_rows *rows = NULL;
	char most[12];

	snprintf(most, sizeof most, "%d", BOARD_VOTES + 1);
	struct error err =
		db_run(db, SQL_EVIDENCE_VOTES,
	           (const char *[]){ reading->item, most, TEXT_OF(BOARD_GROUPS) }, &rows);

	if (err.code)
		return err;
	board->more_votes = rows_count(rows) > BOARD_VOTES;
	board->votes = board->more_votes ? BOARD_VOTES : (uint32_t)rows_count(rows);
	count_exposures(board, rows, reading->arena);
	count_days(board, rows, reading->arena);
	weigh_votes(board, rows, reading->arena);
	return ok();
}

/* ------------------------------------------------------------------ marks and lineage */

static int place_at(const struct rows *rows, size_t row, int column)
{
	return rows_text(rows, row, column) ? (int)rows_integer(rows, row, column) : -1;
}

static struct error read_board_marks(struct db *db, const struct board_reading *reading)
{
	struct evidence_board *board = reading->board;
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_EVIDENCE_MARKS,
	                          (const char *[]){ reading->item, TEXT_OF(BOARD_VOTES),
	                                            TEXT_OF(BOARD_CELLS), TEXT_OF(BOARD_MOMENTS) },
	                          &rows);

	if (err.code)
		return err;
	board->mark_count = rows_count(rows);
	board->marks = arena_alloc(reading->arena, (board->mark_count + 1) * sizeof *board->marks);
	for (size_t r = 0; r < board->mark_count; r++)
		board->marks[r] =
			(struct mark_cell){ .column = place_at(rows, r, 0),
			                    .row = place_at(rows, r, 1),
			                    .step = place_at(rows, r, 2),
			                    .volunteers = { .real = (uint32_t)rows_integer(rows, r, 3),
			                                    .fake = (uint32_t)rows_integer(rows, r, 4) } };
	return ok();
}

/* Words with commas between, as a list that ends with NULL. */
static const char *const *split_words(char *text, struct arena *arena)
{
	size_t count = 0;
	const char **words = arena_alloc(arena, (strlen(text) + 2) * sizeof *words);

	while (text && *text)
		words[count++] = strsep(&text, ",");
	words[count] = NULL;
	return words;
}

static struct error read_lineage(struct db *db, const struct board_reading *reading)
{
	struct evidence_board *board = reading->board;
	struct arena *arena = reading->arena;
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_EVIDENCE_LINEAGE,
	                          (const char *[]){ reading->item, TEXT_OF(BOARD_LINEAGE) }, &rows);

	if (err.code)
		return err;
	board->lineage_count = rows_count(rows);
	board->lineage = arena_alloc(arena, (board->lineage_count + 1) * sizeof *board->lineage);
	for (size_t r = 0; r < board->lineage_count; r++) {
		const char *said = rows_text(rows, r, 5) ?: "";

		board->lineage[r] = (struct lineage_item){
			.item = rows_copy(rows, r, 0, arena),
			.media_type = rows_copy(rows, r, 1, arena),
			.state = rows_copy(rows, r, 2, arena),
			.truth = rows_copy(rows, r, 3, arena),
			.paired = rows_flag(rows, r, 4),
			.techniques = split_words(arena_copy(arena, said, strlen(said)), arena),
			.title = rows_copy(rows, r, 6, arena),
			.ruling = rows_copy(rows, r, 7, arena),
			.taken_in_at = rows_copy(rows, r, 8, arena),
		};
	}
	return ok();
}

/* In one snapshot, so that all is said of the same votes. */
static struct error read_board(struct db *db, void *arg)
{
	const struct board_reading *reading = arg;
	struct evidence_board *board = reading->board;
	struct error err;

	*board = (struct evidence_board){ 0 };
	if ((err = read_votes(db, reading)).code)
		return err;
	if ((err = read_board_marks(db, reading)).code)
		return err;
	if ((err = read_lineage(db, reading)).code)
		return err;
	return fact_check_list(db, reading->arena, reading->item, &board->facts, &board->fact_count);
}

struct error evidence_board_read(struct db *db, struct arena *arena, const char *dispute,
                                 const char *account, struct evidence_board *ret_board)
{
	struct evidence_board board;
	char item[UUID_TEXT];
	struct error err = evidence_open(db, dispute, account, item);

	if (err.code)
		return err;
	struct board_reading reading = { .arena = arena, .item = item, .board = &board };
	if ((err = db_snapshot(db, read_board, &reading)).code)
		return err;
	*ret_board = board;
	return ok();
}
