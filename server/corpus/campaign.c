/* SPDX-License-Identifier: Apache-2.0 */
#include "corpus/campaign.h"

#include <stdio.h>

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

struct media_cut campaign_cut_read(const struct rows *rows, size_t row, int column)
{
	unsigned numbers[4];

	for (int n = 0; n < 4; n++)
		numbers[n] =
			rows_text(rows, row, column + n) ? (unsigned)rows_integer(rows, row, column + n) : 0;
	return (struct media_cut){ numbers[0], numbers[1], numbers[2], numbers[3] };
}

struct error campaign_add(struct db *db, const char *name, const struct media_cut *cut)
{
	const unsigned numbers[] = { cut->width, cut->height, cut->from_ms, cut->length_ms };
	const bool there[] = { cut->width, cut->width, cut->length_ms, cut->length_ms };
	char texts[4][12];
	const char *params[5] = { name };
	int64_t made = 0;
	struct error err = media_cut_check(cut);

	if (err.code)
		return err;
	for (int n = 0; n < 4; n++) {
		snprintf(texts[n], sizeof texts[n], "%u", numbers[n]);
		params[1 + n] = there[n] ? texts[n] : NULL;
	}
	err = db_do(db, SQL_CAMPAIGN_ADD, params, &made);
	if (err.code == ERR_INVALID)
		return errorf(ERR_INVALID, "a campaign's name is made of a-z, 0-9, dot, dash, underscore");
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

static struct error set_campaign_state(struct db *db, const char *name, const char *state)
{
	int64_t changed = 0;
	struct error err = db_do(db, SQL_CAMPAIGN_SET_STATE, (const char *[]){ name, state }, &changed);

	if (!err.code && !changed)
		return errorf(ERR_NOT_FOUND, "there is no campaign %s", name);
	return err;
}

struct error campaign_open(struct db *db, const char *name)
{
	struct error err = refuse_released_gold(db, name);

	return err.code ? err : set_campaign_state(db, name, "open");
}

struct error campaign_close(struct db *db, const char *name)
{
	return set_campaign_state(db, name, "closed");
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
		                             .cut = campaign_cut_read(rows, r, 7) });
	return err;
}
