/* SPDX-License-Identifier: Apache-2.0 */
#include "release/cohort_card.h"

#include <stdlib.h>
#include <string.h>

#include "core/idmap.h"
#include "core/mem.h"
#include "core/uuid.h"
#include "crowd/cohort.h"
#include "db/db.h"

#define NAMED_MOST 20 /* of a cohort; the others are counted */

/* The judgments of a release. */
struct card_judgments {
	struct idmap *items, *volunteers;
	size_t count, room, truths;
	uint32_t *item, *volunteer;
	uint8_t *verdict;
	int8_t *truth; /* by item */
};

static void *card_grow(void *array, size_t count, size_t size)
{
	void *grown = realloc(array, count * size);

	if (!grown)
		abort();
	return grown;
}

static uint32_t card_index(struct idmap *map, const struct rows *row, int column)
{
	size_t len;
	const unsigned char *id = rows_raw(row, column, &len);

	if (!id || len != UUID_BYTES)
		abort(); /* the column is a uuid */
	return idmap_add(map, id);
}

static struct error card_add_judgment(void *arg, const struct rows *row)
{
	struct card_judgments *said = arg;
	uint32_t item = card_index(said->items, row, 0);

	if (said->count == said->room) {
		said->room = said->room ? 2 * said->room : 4096;
		said->item = card_grow(said->item, said->room, sizeof *said->item);
		said->volunteer = card_grow(said->volunteer, said->room, sizeof *said->volunteer);
		said->verdict = card_grow(said->verdict, said->room, 1);
	}
	if (item >= said->truths) {
		said->truths = said->truths ? 2 * said->truths : 1024;
		said->truth = card_grow(said->truth, said->truths, 1);
	}
	size_t n = said->count++;
	said->item[n] = item;
	said->volunteer[n] = card_index(said->volunteers, row, 1);
	said->verdict[n] = rows_raw_flag(row, 2) ? FAKE : REAL;
	said->truth[item] = (int8_t)(!rows_raw_flag(row, 3) ? UNKNOWN : rows_raw_flag(row, 4));
	return ok();
}

static void card_judgments_clear(struct card_judgments *said)
{
	idmap_free(said->items);
	idmap_free(said->volunteers);
	free(said->item);
	free(said->volunteer);
	free(said->verdict);
	free(said->truth);
}

/* "{uuid,uuid}" of a cohort's volunteers, for the caller to free. */
static char *cohort_ids(const struct card_judgments *said, const struct cohorts *cohorts,
                        uint32_t cohort)
{
	uint32_t volunteers = idmap_count(said->volunteers);
	char *text = mem_new((size_t)cohorts->volunteers * (UUID_TEXT + 1) + 3, 1), *at = text;

	*at++ = '{';
	for (uint32_t v = 0; v < volunteers; v++) {
		if (cohorts->of[v] != cohort)
			continue;
		if (at > text + 1)
			*at++ = ',';
		uuid_to_text(at, idmap_id(said->volunteers, v));
		at += strlen(at);
	}
	*at = '}';
	return text;
}

static struct error card_members(FILE *out, struct db *db, const char *release_id,
                                 const struct card_judgments *said, const struct cohorts *cohorts)
{
	for (uint32_t cohort = 1; cohort <= cohorts->count; cohort++) {
		char *ids = cohort_ids(said, cohorts, cohort);
		auto_rows *rows = NULL;
		struct error err =
			db_run(db, SQL_RELEASE_SAID_BY, (const char *[]){ release_id, ids }, &rows);

		free(ids);
		if (err.code)
			return err;
		fputs("- ", out);
		for (size_t i = 0; i < rows_count(rows) && i < NAMED_MOST; i++)
			fprintf(out, "%s`%s`", i ? ", " : "", rows_text(rows, i, 0));
		if (rows_count(rows) > NAMED_MOST)
			fprintf(out, " and %zu others", rows_count(rows) - NAMED_MOST);
		fputc('\n', out);
	}
	fputc('\n', out);
	return ok();
}

static void card_warning(FILE *out, const struct cohorts *cohorts)
{
	uint32_t judged = cohorts->judged ? cohorts->judged : 1;

	fprintf(out,
	        "**%u volunteers err together beyond what all share.** They gave %.1f %% of the "
	        "judgments here, and half or more of those of %.1f %% of the judged items. The model "
	        "takes volunteers for independent: what these share may pass for the truth. Fitted to "
	        "the judgments here without theirs, %u of %u labels of the crowd turn (%.1f %%), %u "
	        "are left without a judgment, and %.1f %% of the items are fake instead of %.1f %%. "
	        "Check these items before you trust their labels.\n\n",
	        cohorts->volunteers,
	        100 * (double)cohorts->judgments /
	            (double)(cohorts->judgments_all ? cohorts->judgments_all : 1),
	        100. * cohorts->carried / judged, cohorts->changed, cohorts->judged,
	        100. * cohorts->changed / judged, cohorts->alone, 100 * cohorts->prevalence_without,
	        100 * cohorts->prevalence);
}

static struct error card_cohorts(FILE *out, struct db *db, const char *release_id, bool volunteers,
                                 const struct card_judgments *said)
{
	const struct judgments judgments = { .items = idmap_count(said->items),
		                                 .volunteers = idmap_count(said->volunteers),
		                                 .count = said->count,
		                                 .item = said->item,
		                                 .volunteer = said->volunteer,
		                                 .verdict = said->verdict,
		                                 .truth = said->truth };
	const struct model_options model = { .method = METHOD_DEFAULT };
	const struct cohort_options options = cohort_options_usual();
	struct cohorts cohorts = cohorts_of(&judgments, &options);
	struct fit *without = cohorts_fit_without(&judgments, &cohorts, &model);
	struct error err = ok();

	if (without) {
		struct fit *with = model_fit(&judgments, &model);

		cohorts_compare(&cohorts, with, without, judgments.truth, NULL);
		fit_free(with);
		card_warning(out, &cohorts);
		if (volunteers)
			err = card_members(out, db, release_id, said, &cohorts);
	} else {
		fputs("No volunteers were found who err together beyond what all share; who share few "
		      "items cannot be compared.\n\n",
		      out);
	}
	fit_free(without);
	cohorts_clear(&cohorts);
	return err;
}

struct error cohort_card_write(FILE *out, struct db *db, const char *release_id, bool volunteers)
{
	struct card_judgments said = { .items = idmap_new(), .volunteers = idmap_new() };
	struct error err = db_stream_raw(db, SQL_RELEASE_SAID, (const char *[]){ release_id },
	                                 card_add_judgment, &said);

	if (!err.code && said.count)
		err = card_cohorts(out, db, release_id, volunteers, &said);
	card_judgments_clear(&said);
	return err;
}
