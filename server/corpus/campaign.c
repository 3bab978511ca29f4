/* SPDX-License-Identifier: Apache-2.0 */
#include "corpus/campaign.h"

#include <stdio.h>
#include <string.h>

#include "db/db.h"

struct error campaign_find(struct db *db, const char *name, char ret_id[UUID_TEXT])
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_CAMPAIGN_FIND, (const char *[]){ name }, &rows);

	if (err.code == ERR_INVALID)
		return errorf(ERR_INVALID, "a campaign's name is made of a-z, 0-9, dot, dash, underscore");
	if (!err.code && rows_count(rows))
		snprintf(ret_id, UUID_TEXT, "%s", rows_text(rows, 0, 0));
	return err;
}

static int cut_number(const struct rows *rows, size_t row, int column)
{
	return rows_text(rows, row, column) ? (int)rows_integer(rows, row, column) : 0;
}

struct media_cut campaign_cut_read(const struct rows *rows, size_t row, int column)
{
	return (struct media_cut){ .width = (unsigned)cut_number(rows, row, column),
		                       .height = (unsigned)cut_number(rows, row, column + 1),
		                       .from_ms = (unsigned)cut_number(rows, row, column + 2),
		                       .length_ms = (unsigned)cut_number(rows, row, column + 3),
		                       .noise_db = cut_number(rows, row, column + 4) };
}

struct media_cut item_cut_read(const struct rows *rows, size_t row, int column)
{
	struct media_cut cut = campaign_cut_read(rows, row, column);

	cut.region = media_region_read(rows_text(rows, row, column + 5));
	cut.lent = media_region_read(rows_text(rows, row, column + 6));
	cut.lent_width = (unsigned)cut_number(rows, row, column + 7);
	cut.lent_height = (unsigned)cut_number(rows, row, column + 8);
	return cut;
}

struct error campaign_add(struct db *db, const char *name, const struct media_cut *cut,
                          bool shortest)
{
	const int numbers[] = { (int)cut->width, (int)cut->height, (int)cut->from_ms,
		                    (int)cut->length_ms, cut->noise_db };
	const bool there[] = { cut->width, cut->width, cut->length_ms, cut->length_ms, cut->noise_db };
	char texts[5][12];
	const char *params[7] = { name };
	int64_t made = 0;
	struct error err = media_cut_check(cut);

	if (err.code)
		return err;
	for (int n = 0; n < 5; n++) {
		snprintf(texts[n], sizeof texts[n], "%d", numbers[n]);
		params[1 + n] = there[n] ? texts[n] : NULL;
	}
	params[6] = shortest ? "true" : "false";
	err = db_do(db, SQL_CAMPAIGN_ADD, params, &made);
	if (err.code == ERR_INVALID)
		return error_field("/name", "a campaign's name is made of a-z, 0-9, dot, dash, underscore");
	if (!err.code && !made)
		return errorf(ERR_CONFLICT, "there is a campaign %s already, and it stays as it was made",
		              name);
	return err;
}

struct error campaign_cut(struct db *db, const char *id, struct media_cut *ret_cut)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_CAMPAIGN_CUT, (const char *[]){ id }, &rows);

	if (!err.code && rows_count(rows))
		*ret_cut = campaign_cut_read(rows, 0, 0);
	return err;
}

/* What was released as gold is public, and would measure nobody if it came back into service. */
static struct error refuse_released_gold(struct db *db, const char *name)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_CAMPAIGN_RELEASED_GOLD, (const char *[]){ name }, &rows);

	if (err.code || rows_count(rows) == 0 || rows_integer(rows, 0, 0) == 0)
		return err;
	return errorf(ERR_CONFLICT,
	              "%lld gold item(s) of %s are in a release, so it cannot be opened again; "
	              "import what is new into another campaign",
	              (long long)rows_integer(rows, 0, 0), name);
}

/* From now on all films and sounds are as long as the shortest that is there, to the frame. */
static struct error settle_length(struct db *db, const char *name)
{
	auto_rows *rows = NULL;
	char text[24];
	struct error err = db_run(db, SQL_CAMPAIGN_SHORTEST, (const char *[]){ name }, &rows);

	if (err.code || rows_count(rows) == 0)
		return err;
	int64_t length_ms = rows_integer(rows, 0, 1) / CUT_FRAME_MS * CUT_FRAME_MS;
	if ((err = media_cut_check(&(struct media_cut){ .length_ms = (unsigned)length_ms })).code)
		return errorf(ERR_CONFLICT, "item %s is %.2f seconds long: %s; withdraw it",
		              rows_text(rows, 0, 0), (double)rows_integer(rows, 0, 1) / 1000, err.detail);
	snprintf(text, sizeof text, "%lld", (long long)length_ms);
	return db_do(db, SQL_CAMPAIGN_SETTLE, (const char *[]){ name, text }, NULL);
}

static const char *const states_after[] = {
	[CAMPAIGN_OPEN] = "open", [CAMPAIGN_PAUSE] = "paused", [CAMPAIGN_CLOSE] = "closed"
};

/* Of the campaign as it stands; its row is held. */
static struct error may_move(const struct campaign_move *move, const char *state, int64_t version)
{
	if (move->version && move->version != version)
		return errorf(ERR_CONDITION, "The campaign was changed meanwhile: read it again.");
	if (move->act == CAMPAIGN_PAUSE && strcmp(state, "open") != 0 && strcmp(state, "paused") != 0)
		return errorf(ERR_CONFLICT, "%s is not open, so it cannot be paused", move->name);
	return ok();
}

static struct error move_campaign(struct db *db, void *arg)
{
	const struct campaign_move *move = arg;
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_CAMPAIGN_STATE_LOCK, (const char *[]){ move->name }, &rows);

	if (err.code)
		return err;
	if (!rows_count(rows))
		return errorf(ERR_NOT_FOUND, "there is no campaign %s", move->name);
	if ((err = may_move(move, rows_text(rows, 0, 0), rows_integer(rows, 0, 1))).code)
		return err;
	if (move->act == CAMPAIGN_OPEN && (err = refuse_released_gold(db, move->name)).code)
		return err;
	if (move->dry)
		return ok();
	if (move->act == CAMPAIGN_OPEN && (err = settle_length(db, move->name)).code)
		return err;
	return db_do(db, SQL_CAMPAIGN_SET_STATE,
	             (const char *[]){ move->name, states_after[move->act] }, NULL);
}

struct error campaign_move(struct db *db, const struct campaign_move *move)
{
	return db_transaction(db, move_campaign, (void *)(uintptr_t)move);
}

struct error campaign_each(struct db *db, void (*use)(void *arg, const struct campaign *campaign),
                           void *arg)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_CAMPAIGN_LIST, NULL, &rows);

	for (size_t r = 0; !err.code && r < rows_count(rows); r++)
		use(arg, &(struct campaign){ .name = rows_text(rows, r, 0),
		                             .state = rows_text(rows, r, 1),
		                             .items = rows_integer(rows, r, 2),
		                             .in_service = rows_integer(rows, r, 3),
		                             .retired = rows_integer(rows, r, 4),
		                             .disputed = rows_integer(rows, r, 5),
		                             .settled = rows_integer(rows, r, 6),
		                             .cut = campaign_cut_read(rows, r, 7),
		                             .shortest = rows_flag(rows, r, 12),
		                             .due = rows_integer(rows, r, 13),
		                             .uncut = rows_integer(rows, r, 14) });
	return err;
}

struct error campaign_uncut(struct db *db, const char *name,
                            void (*use)(void *arg, const char *item, const char *why), void *arg)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_CAMPAIGN_UNCUT, (const char *[]){ name }, &rows);

	for (size_t r = 0; !err.code && r < rows_count(rows); r++)
		use(arg, rows_text(rows, r, 0), rows_text(rows, r, 1));
	return err;
}
