/* SPDX-License-Identifier: Apache-2.0 */
#include "corpus/leaks.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/arena.h"
#include "core/clock.h"
#include "core/hex.h"
#include "core/log.h"
#include "core/mem.h"
#include "corpus/campaign.h"
#include "crowd/joint_leak.h"
#include "db/db.h"
#include "media/media.h"
#include "media/traits.h"
#include "work/job_run.h"

#define SEED 1 /* of the folds: the same items give the same table */

#define TIMED_ROUNDS 7
#define TIMED_MS     10000
#define TIMED_BUFFER 65536

#define TEXT_OF_(number) #number
#define TEXT_OF(number)  TEXT_OF_(number)

/* Columns of leaks_sample. */
enum leaks_column {
	OF_TYPE,
	OF_FAKE,
	OF_SOURCE,
	OF_LINEAGE,
	OF_PLACE,
	OF_IMPORT,
	OF_RENDITION,
};

/* The items of one medium that were measured. */
struct leak_items {
	size_t count;
	double *x; /* LEAK_ALONE numbers an item */
	uint8_t *fake;
	uint32_t *group;
	const char **rendition; /* hex; the rows' */
};

const char *leak_name(enum leak leak)
{
	static const char *const others[] = { "file_order", "import_order", "response_time",
		                                  "together" };

	return leak < LEAK_FILE_ORDER ? media_trait_name((enum media_trait)leak)
	                              : others[leak - LEAK_FILE_ORDER];
}

bool leak_is_served(enum leak leak)
{
	return leak != LEAK_IMPORT_ORDER;
}

bool leak_is_joined(enum leak leak)
{
	return leak_is_served(leak) && leak != LEAK_RESPONSE_TIME;
}

bool leak_warns(const struct leak_medium *medium, enum leak leak)
{
	return leak_is_served(leak) && medium->fakes >= LEAKS_FEW && medium->reals >= LEAKS_FEW &&
	       auc_passes(&medium->auc[leak], LEAKS_LIMIT);
}

/* ------------------------------------------------------------------ one file */

/* "{1,NaN,0.5}", as PostgreSQL reads and writes it. */
static const char *traits_text(struct arena *arena, const double traits[MEDIA_TRAITS])
{
	const char *text = "{";

	for (int t = 0; t < MEDIA_TRAITS; t++) {
		const char *number = isnan(traits[t]) ? "NaN" : arena_printf(arena, "%.17g", traits[t]);

		text = arena_printf(arena, "%s%s%s", text, t ? "," : "", number);
	}
	return arena_printf(arena, "%s}", text);
}

static bool traits_from(const char *text, double traits[MEDIA_TRAITS])
{
	const char *at = text;

	for (int t = 0; t < MEDIA_TRAITS; t++) {
		char *end = NULL;

		if (*at != '{' && *at != ',')
			return false;
		traits[t] = strtod(at + 1, &end);
		if (end == at + 1)
			return false;
		at = end;
	}
	return *at == '}';
}

static struct error measure_and_keep(struct db *db, struct store *store, const char *rendition,
                                     enum media_type type, double traits[MEDIA_TRAITS])
{
	unsigned char digest[SHA256_BYTES];
	struct arena *arena = arena_new();
	struct error err = errorf(ERR_INTERNAL, "a digest that cannot be read");

	if (hex_decode(digest, SHA256_BYTES, rendition))
		err = media_measure(store, digest, type, arena, traits);
	if (!err.code)
		err =
			db_do(db, SQL_LEAKS_KEEP_TRAITS,
		          (const char *[]){ rendition, TEXT_OF(TRAITS_RECIPE), traits_text(arena, traits) },
		          NULL);
	arena_free(arena);
	return err;
}

static struct error leaks_traits_of(struct db *db, struct store *store, const char *rendition,
                                    enum media_type type, double traits[MEDIA_TRAITS])
{
	auto_rows *rows = NULL;
	struct error err =
		db_run(db, SQL_LEAKS_TRAITS, (const char *[]){ rendition, TEXT_OF(TRAITS_RECIPE) }, &rows);

	if (err.code)
		return err;
	if (rows_count(rows) && traits_from(rows_text(rows, 0, 0), traits))
		return ok();
	return measure_and_keep(db, store, rendition, type, traits);
}

/* ------------------------------------------------------------------ one medium */

static enum leak_source leak_source_of(const char *text)
{
	return strcmp(text, "ruling") == 0  ? LEAK_BY_RULING
	       : strcmp(text, "truth") == 0 ? LEAK_BY_TRUTH
	                                    : LEAK_BY_CROWD;
}

static void add_item(const struct rows *rows, size_t row, const double traits[MEDIA_TRAITS],
                     struct leak_items *items, struct leak_medium *medium)
{
	double *x = items->x + items->count * LEAK_ALONE;
	bool fake = rows_flag(rows, row, OF_FAKE);

	for (int t = 0; t < MEDIA_TRAITS; t++)
		x[t] = media_trait_is_scale((enum media_trait)t) ? log(traits[t]) : traits[t];
	x[LEAK_FILE_ORDER] = (double)rows_integer(rows, row, OF_PLACE);
	x[LEAK_IMPORT_ORDER] = rows_double_or_nan(rows, row, OF_IMPORT);
	x[LEAK_RESPONSE_TIME] = NAN;
	items->rendition[items->count] = rows_text(rows, row, OF_RENDITION);
	items->fake[items->count] = fake;
	items->group[items->count++] = (uint32_t)rows_integer(rows, row, OF_LINEAGE);
	medium->fakes += fake;
	medium->reals += !fake;
	medium->by[leak_source_of(rows_text(rows, row, OF_SOURCE))]++;
}

/* Numbers lineages from 0 without gaps: below the number of items, as crowd/ wants them. `most` is
 * above all numbers that they have so far. */
static void number_lineages(struct leak_items *items, size_t most, struct leak_medium *medium)
{
	uint32_t *number = mem_new(most, sizeof *number); /* from 1; 0: not met yet */

	for (size_t i = 0; i < items->count; i++) {
		if (!number[items->group[i]])
			number[items->group[i]] = ++medium->lineages;
		items->group[i] = number[items->group[i]] - 1;
	}
	free(number);
}

/* The column of one feature, into `score`; false: there is none, or it is the same for all. */
static bool leak_column(const struct leak_items *items, int feature, double score[], bool *constant)
{
	bool known = items->count > 0;

	*constant = true;
	for (size_t i = 0; i < items->count; i++) {
		score[i] = items->x[i * LEAK_ALONE + (size_t)feature];
		known = known && !isnan(score[i]);
		*constant = *constant && score[i] == score[0];
	}
	return known;
}

/* All features that are joined and vary, side by side. */
static struct auc leak_together(const struct leak_items *items, const struct leak_medium *medium)
{
	double *x = mem_new(items->count * LEAK_ALONE + 1, sizeof *x);
	int joined[LEAK_ALONE];
	unsigned features = 0;

	for (int f = 0; f < LEAK_ALONE; f++)
		if (leak_is_joined((enum leak)f) && !isnan(medium->auc[f].value) && !medium->constant[f])
			joined[features++] = f;
	for (size_t i = 0; i < items->count; i++)
		for (unsigned f = 0; f < features; f++)
			x[i * features + f] = items->x[i * LEAK_ALONE + (size_t)joined[f]];
	struct auc auc = joint_leak(&(struct joint_data){ .count = items->count,
	                                                  .features = features,
	                                                  .x = x,
	                                                  .fake = items->fake,
	                                                  .group = items->group },
	                            SEED);
	free(x);
	return auc;
}

static void fill_medium(struct leak_items *items, struct leak_medium *medium)
{
	double *score = mem_new(items->count + 1, sizeof *score);
	struct scored scored = {
		.count = items->count, .score = score, .fake = items->fake, .group = items->group
	};

	_Static_assert(LEAK_TRAITS == (int)MEDIA_TRAITS, "a trait was added");
	_Static_assert(LEAK_ALONE <= JOINT_FEATURES, "more features than joint_leak() takes");
	for (int f = 0; f < LEAK_ALONE; f++) {
		medium->auc[f] = (struct auc){ NAN, NAN, NAN };
		if (leak_column(items, f, score, &medium->constant[f]))
			medium->auc[f] = auc_of(&scored);
	}
	medium->auc[LEAK_TOGETHER] = leak_together(items, medium);
	free(score);
}

/* ------------------------------------------------------------------ response times */

/* Seconds until the store has handed over the whole file; NAN: it cannot now. */
static double time_of_file(struct store *store, const char *rendition)
{
	static _Thread_local char buffer[TIMED_BUFFER];
	unsigned char digest[SHA256_BYTES];
	int64_t began_ns = clock_monotonic_ns();
	uint64_t bytes;
	ssize_t got = -1;
	int fd;

	if (!hex_decode(digest, SHA256_BYTES, rendition))
		return NAN;
	if (store_open_read(store, digest, &fd, &bytes).code)
		return NAN;
	while ((got = read(fd, buffer, sizeof buffer)) > 0)
		;
	close(fd);
	return got < 0 ? NAN : (double)(clock_monotonic_ns() - began_ns) / 1e9;
}

/*
 * The shortest time of some rounds over all files: whatever else the machine does makes a time
 * longer, never shorter.  One round at least, and no other once they took long.
 */
static void time_files(struct store *store, struct leak_items *items)
{
	int64_t began_ms = clock_monotonic_ms();

	for (int round = 0; round < TIMED_ROUNDS; round++) {
		if (round && clock_monotonic_ms() - began_ms > TIMED_MS)
			break;
		for (size_t i = 0; i < items->count; i++) {
			double *least = &items->x[i * LEAK_ALONE + LEAK_RESPONSE_TIME];
			double now = time_of_file(store, items->rendition[i]);

			*least = round == 0 || now < *least ? now : *least;
		}
	}
}

/* ------------------------------------------------------------------ a table */

/* Which rows are of one medium, and how many of each class. */
struct leak_part {
	size_t from, count, classes[2];
};

static struct leak_part leak_part_of(const struct rows *rows, enum media_type type)
{
	struct leak_part part = { 0 };

	for (size_t r = 0; r < rows_count(rows); r++) {
		if (strcmp(rows_text(rows, r, OF_TYPE), media_type_name(type)) != 0)
			continue;
		if (!part.count++)
			part.from = r;
		part.classes[rows_flag(rows, r, OF_FAKE)]++;
	}
	return part;
}

/* Counts items that are too few to compare. */
static void count_medium(const struct rows *rows, const struct leak_part *part,
                         struct leak_medium *medium)
{
	medium->reals = (uint32_t)part->classes[0];
	medium->fakes = (uint32_t)part->classes[1];
	for (size_t r = part->from; r < part->from + part->count; r++)
		medium->by[leak_source_of(rows_text(rows, r, OF_SOURCE))]++;
}

/* Measures the items of one medium. */
static struct error measure_medium(struct db *db, struct store *store, const struct rows *rows,
                                   const struct leak_part *part, enum media_type type,
                                   const struct progress_listener *progress,
                                   struct leak_items *items, struct leak_medium *medium)
{
	double traits[MEDIA_TRAITS];
	struct error err = ok();

	for (size_t r = part->from; !err.code && r < part->from + part->count; r++) {
		const char *rendition = rows_text(rows, r, OF_RENDITION);

		err = leaks_traits_of(db, store, rendition, type, traits);
		if (err.code == ERR_INVALID || err.code == ERR_NOT_FOUND) {
			if (!medium->unmeasured++)
				log_warn("leaks: rendition %s is not measured, nor what else is like it: %s",
				         rendition, err.detail);
			err = ok();
		} else if (!err.code) {
			add_item(rows, r, traits, items, medium);
		}
		if (!err.code && progress)
			err = progress->tell(progress->arg, (int64_t)r + 1, (int64_t)rows_count(rows));
	}
	return err;
}

static struct error fill_table(struct db *db, struct store *store, const struct rows *rows,
                               const struct leaks_making *making, struct leak_items *items,
                               struct leak_table *table)
{
	struct error err = ok();

	for (int type = 0; !err.code && type < MEDIA_TYPES; type++) {
		struct leak_medium *medium = &table->medium[type];
		struct leak_part part = leak_part_of(rows, (enum media_type)type);

		items->count = 0;
		if (part.classes[0] < making->least || part.classes[1] < making->least)
			count_medium(rows, &part, medium);
		else
			err = measure_medium(db, store, rows, &part, (enum media_type)type, making->progress,
			                     items, medium);
		if (making->timed && !err.code)
			time_files(store, items);
		number_lineages(items, rows_count(rows) + 1, medium);
		fill_medium(items, medium);
	}
	return err;
}

struct error leaks_measure(struct db *db, struct store *store, const struct rows *rows,
                           const struct leaks_making *making, struct leak_table *ret_table)
{
	struct leak_table table = { 0 };
	size_t most = rows_count(rows) + 1;
	struct leak_items items = { .x = mem_new(most * LEAK_ALONE, sizeof *items.x),
		                        .fake = mem_new(most, sizeof *items.fake),
		                        .group = mem_new(most, sizeof *items.group),
		                        .rendition = mem_new(most, sizeof *items.rendition) };
	struct error err = fill_table(db, store, rows, making, &items, &table);

	free(items.x);
	free(items.fake);
	free(items.group);
	free(items.rendition);
	if (!err.code)
		*ret_table = table;
	return err;
}

/* ------------------------------------------------------------------ a campaign */

struct leaks_keeping {
	const char *campaign;
	const struct leak_table *table;
};

static struct error keep_figure(struct db *db, const char *campaign, const char *type,
                                enum leak leak, const struct auc *auc)
{
	char value[32], low[32], high[32];

	snprintf(value, sizeof value, "%.6f", auc->value);
	snprintf(low, sizeof low, "%.6f", auc->low);
	snprintf(high, sizeof high, "%.6f", auc->high);
	return db_do(db, SQL_LEAKS_KEEP_FIGURE,
	             (const char *[]){ campaign, type, leak_name(leak), value, low, high,
	                               leak_is_served(leak) ? "true" : "false" },
	             NULL);
}

static struct error keep_medium(struct db *db, const char *campaign, const char *type,
                                const struct leak_medium *medium)
{
	const uint32_t counts[] = { medium->fakes,
		                        medium->reals,
		                        medium->lineages,
		                        medium->by[LEAK_BY_TRUTH],
		                        medium->by[LEAK_BY_RULING],
		                        medium->by[LEAK_BY_CROWD],
		                        medium->unmeasured };
	char texts[7][16];
	const char *params[9] = { campaign, type };

	for (int c = 0; c < 7; c++) {
		snprintf(texts[c], sizeof texts[c], "%u", counts[c]);
		params[2 + c] = texts[c];
	}
	struct error err = db_do(db, SQL_LEAKS_KEEP_TABLE, params, NULL);
	for (int leak = 0; !err.code && leak < LEAKS; leak++)
		if (!isnan(medium->auc[leak].value))
			err = keep_figure(db, campaign, type, (enum leak)leak, &medium->auc[leak]);
	return err;
}

static struct error leaks_keep(struct db *db, void *arg)
{
	const struct leaks_keeping *keeping = arg;
	struct error err = db_do(db, SQL_LEAKS_TURN, NULL, NULL);

	if (!err.code)
		err = db_do(db, SQL_LEAKS_FORGET, (const char *[]){ keeping->campaign }, NULL);

	for (int type = 0; !err.code && type < MEDIA_TYPES; type++) {
		const struct leak_medium *medium = &keeping->table->medium[type];

		if (medium->fakes + medium->reals + medium->unmeasured)
			err =
				keep_medium(db, keeping->campaign, media_type_name((enum media_type)type), medium);
	}
	return err;
}

/* A campaign that is sought among all. */
struct leaks_search {
	const char *name;
	bool found;
};

static void note_if_sought(void *arg, const struct campaign *campaign)
{
	struct leaks_search *search = arg;

	search->found |= strcmp(campaign->name, search->name) == 0;
}

struct error leaks_campaign(struct db *db, struct store *store, const char *campaign,
                            const struct leaks_making *making, struct leak_table *ret_table)
{
	struct leaks_search search = { .name = campaign };
	auto_rows *rows = NULL;
	struct leak_table table;
	struct error err = campaign_each(db, note_if_sought, &search);

	if (!err.code && !search.found)
		err = errorf(ERR_NOT_FOUND, "There is no campaign of this name.");
	if (!err.code)
		err = db_run(db, SQL_LEAKS_SAMPLE, (const char *[]){ campaign, TEXT_OF(LEAKS_SAMPLE) },
		             &rows);
	if (!err.code)
		err = leaks_measure(db, store, rows, making, &table);
	if (!err.code)
		err = db_transaction(db, leaks_keep, &(struct leaks_keeping){ campaign, &table });
	if (!err.code)
		*ret_table = table;
	return err;
}

/* ------------------------------------------------------------------ in the background */

static struct error measure_due(struct job_run *run, const char *campaign, const char *counts)
{
	const struct progress_listener progress = job_listener(run);
	const struct leaks_making making = { .least = LEAKS_LEAST,
		                                 .timed = true,
		                                 .progress = &progress };
	struct leak_table table;
	char took[24];
	int64_t began_ms = clock_monotonic_ms();
	struct error err = leaks_campaign(run->db, run->store, campaign, &making, &table);

	if (err.code)
		return err;
	snprintf(took, sizeof took, "%lld", (long long)(clock_monotonic_ms() - began_ms));
	return db_do(run->db, SQL_LEAKS_NOTE_TURN, (const char *[]){ campaign, counts, took }, NULL);
}

static struct error measure_all_due(struct job_run *run)
{
	auto_rows *rows = NULL;
	struct error err = db_run(run->db, SQL_LEAKS_DUE, NULL, &rows);

	for (size_t r = 0; !err.code && r < rows_count(rows); r++)
		err = measure_due(run, rows_text(rows, r, 0), rows_text(rows, r, 1));
	return err;
}

const struct job_handler leaks_job = { .kind = "leaks", .handle = measure_all_due };
