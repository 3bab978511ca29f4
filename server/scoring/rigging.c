/* SPDX-License-Identifier: Apache-2.0 */
#include "scoring/rigging.h"

#include <stdio.h>

#include "db/db.h"

/* Runs a statement that takes a campaign and how many rows. */
static struct error run_bounded(struct db *db, enum statement statement, const char *id, int most,
                                struct rows **ret_rows)
{
	char text[12];

	snprintf(text, sizeof text, "%d", most);
	return db_run(db, statement, (const char *[]){ id, text }, ret_rows);
}

static struct error read_cohorts(struct db *db, const char *id, struct rigging *rigging)
{
	auto_rows *rows = NULL;
	struct error err = run_bounded(db, SQL_RIGGING_COHORTS, id, RIGGING_COHORTS, &rows);

	for (size_t r = 0; !err.code && r < rows_count(rows); r++)
		rigging->cohorts[rigging->cohort_count++] = (struct rigging_cohort){
			.cohort = (uint32_t)rows_integer(rows, r, 0),
			.volunteers = (uint32_t)rows_integer(rows, r, 1),
			.judgments = (uint32_t)rows_integer(rows, r, 2),
			.labels = (uint32_t)rows_integer(rows, r, 3),
			.turns = (uint32_t)rows_integer(rows, r, 4),
			.agree = rows_double_or_nan(rows, r, 5),
			.others_agree = rows_double_or_nan(rows, r, 6),
		};
	return err;
}

static struct error read_networks(struct db *db, struct arena *arena, const char *id,
                                  struct rigging *rigging)
{
	auto_rows *rows = NULL;
	struct error err = run_bounded(db, SQL_RIGGING_NETWORKS, id, RIGGING_NETWORKS, &rows);

	for (size_t r = 0; !err.code && r < rows_count(rows); r++)
		rigging->networks[rigging->network_count++] = (struct rigging_network){
			.network = rows_copy(rows, r, 0, arena),
			.is_provider = rows_flag(rows, r, 1),
			.volunteers = rows_integer(rows, r, 2),
			.judgments = rows_integer(rows, r, 3),
			.labels = rows_integer(rows, r, 4),
			.excess = rows_double(rows, r, 5),
			.gold_accuracy = rows_double_or_nan(rows, r, 6),
			.share = rows_double(rows, r, 7),
		};
	return err;
}

static struct error read_carried(struct db *db, struct arena *arena, const char *id,
                                 struct rigging *rigging)
{
	auto_rows *rows = NULL;
	struct error err = run_bounded(db, SQL_RIGGING_LABELS, id, RIGGING_LABELS, &rows);

	for (size_t r = 0; !err.code && r < rows_count(rows); r++)
		rigging->labels[rigging->label_count++] =
			(struct rigging_label){ .item = rows_copy(rows, r, 0, arena),
			                        .state = rows_copy(rows, r, 1, arena),
			                        .cohort = (uint32_t)rows_integer(rows, r, 2),
			                        .share = rows_double(rows, r, 3),
			                        .turns = rows_flag(rows, r, 4),
			                        .p_fake = rows_double_or_nan(rows, r, 5) };
	return err;
}

struct error rigging_read(struct db *db, struct arena *arena, const char *campaign,
                          struct rigging *ret_rigging)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_RIGGING_FIT, (const char *[]){ campaign }, &rows);

	if (err.code)
		return err;
	if (!rows_count(rows))
		return errorf(ERR_NOT_FOUND, "there is no campaign \"%s\"", campaign);
	const char *id = rows_text(rows, 0, 0);
	*ret_rigging = (struct rigging){ .fitted_at = rows_copy(rows, 0, 1, arena) };
	if ((err = read_cohorts(db, id, ret_rigging)).code)
		return err;
	if ((err = read_networks(db, arena, id, ret_rigging)).code)
		return err;
	return read_carried(db, arena, id, ret_rigging);
}
