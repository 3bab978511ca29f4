/* SPDX-License-Identifier: Apache-2.0 */
#include "release/build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/clock.h"
#include "core/mem.h"
#include "core/thread.h"
#include "core/uuid.h"
#include "release/announce.h"
#include "release/artefact.h"
#include "release/bundle.h"
#include "release/calibration_table.h"
#include "release/card.h"
#include "release/changelog.h"
#include "release/changes.h"
#include "release/columns.h"
#include "release/crowd_count.h"
#include "release/described.h"
#include "release/fact_checks.h"
#include "release/facts.h"
#include "release/figures.h"
#include "release/keys.h"
#include "release/leakage.h"
#include "release/leaks.h"
#include "release/marks.h"
#include "release/release.h"
#include "release/said.h"
#include "release/seal.h"
#include "release/select.h"
#include "release/signed.h"
#include "release/stage.h"

#define WINDOW "2000" /* items between two renewals of the claim */

/* An item whose judgments are counted in calibration.csv. */
struct known_item {
	char item[UUID_TEXT];
	uint16_t known; /* as calibration_label() has it */
};

struct making {
	struct bundle bundle;
	const char *release_id;
	const struct progress_listener *progress;
	struct error err; /* how it went */
	bool volunteers;  /* they have rows of their own: judgments.csv */
	bool fact_checks; /* some stood beside its items when these were fixed */
	bool seals;       /* it was asked to, or holds what another release has sealed */
	struct sink sinks[ARTEFACTS];
	struct leak_table leaks;
	struct figures *figures; /* both of the rows that were written */
	struct leakage *leakage;
	struct seal *seal;
	struct said *said;
	double disagreement;      /* that alpha of an item is measured by; 0: it is not known */
	struct crowd_count crowd; /* both of the item whose trials go by */
	struct mark_list marks;
	struct calibration_table calibration;
	struct known_item *known; /* items of the window whose truth is known, in order */
	size_t known_count, known_at, known_room;
	struct predecessor before;
};

static bool is_left_out(const struct making *making, int file)
{
	if (file == BUNDLE_CHANGELOG)
		return !making->before.found;
	if (file >= ARTEFACTS)
		return false;
	enum release_table table = artefacts[file].table;
	return (table == RELEASE_JUDGMENTS && !making->volunteers) ||
	       (table == RELEASE_SEALED && !making->seals) ||
	       (table == RELEASE_CHANGES && !making->before.found) ||
	       (table == RELEASE_FACT_CHECKS && !making->fact_checks);
}

static void begin_sinks(struct making *making)
{
	for (int file = 0; file < ARTEFACTS; file++) {
		const struct described_table *table = &described_tables[artefacts[file].table];

		if (!is_left_out(making, file))
			making->sinks[file] = sink_begin(artefacts[file].format, making->bundle.out[file],
			                                 table->columns, table->count);
	}
}

static void write_row(struct making *making, enum release_table table, const char *const values[])
{
	for (int file = 0; file < ARTEFACTS; file++)
		if (artefacts[file].table == table && !is_left_out(making, file))
			sink_row(&making->sinks[file], values);
}

static void write_mark(void *arg, const char *const values[MARK_COLUMNS])
{
	write_row(arg, RELEASE_MARKS, values);
}

static void keep_known(struct making *making, const char *const label[])
{
	uint16_t known = calibration_label(&making->calibration, label);

	if (!known)
		return;
	if (making->known_count == making->known_room) {
		making->known_room = making->known_room ? 2 * making->known_room : 256;
		making->known = mem_resize(making->known, making->known_room, sizeof *making->known);
	}
	struct known_item *kept = &making->known[making->known_count++];
	snprintf(kept->item, sizeof kept->item, "%s", label[LABEL_ITEM]);
	kept->known = known;
}

/* Items come in one order, their labels before their trials. */
static void count_calibrated(struct making *making)
{
	const struct crowd_count *crowd = &making->crowd;

	while (making->known_at < making->known_count &&
	       strcmp(making->known[making->known_at].item, crowd->item) < 0)
		making->known_at++;
	if (making->known_at < making->known_count &&
	    strcmp(making->known[making->known_at].item, crowd->item) == 0)
		calibration_judgments(&making->calibration, making->known[making->known_at].known,
		                      crowd->saying[0], crowd->saying[1]);
}

/* What the trials of the last item come to. */
static void end_trials(struct making *making)
{
	struct crowd_row row;

	if (!*making->crowd.item)
		return;
	crowd_count_row(&making->crowd, making->disagreement, &row);
	write_row(making, RELEASE_CROWD, row.values);
	count_calibrated(making);
	marks_rows(&making->marks, making->crowd.item, write_mark, making);
	making->crowd = (struct crowd_count){ 0 };
}

static struct error note_trial(struct making *making, const char *const values[])
{
	if (strcmp(making->crowd.item, values[TRIAL_ITEM]) != 0)
		end_trials(making);
	figures_trial(making->figures, values);
	crowd_count_take(&making->crowd, values);
	return marks_take(&making->marks, values[TRIAL_VERDICT], values[TRIAL_MARKS]);
}

/* What is counted while rows go by, and the tables that are made of them. */
static struct error note_row(struct making *making, enum release_table table,
                             const char *const values[])
{
	if (table == RELEASE_TRIALS)
		return note_trial(making, values);
	if (table == RELEASE_LABELS) {
		figures_label(making->figures, values);
		leakage_row(making->leakage, values);
		keep_known(making, values);
	}
	return ok();
}

/* Of a sealed item, withholds from the row what tells its label, and commits to that instead. */
static struct error seal_label(struct making *making, const char *values[])
{
	char commitment[SHA256_TEXT];
	struct error err = seal_row(making->seal, values, values[LABEL_SALT], commitment);

	if (!err.code)
		write_row(making, RELEASE_SEALED,
		          (const char *[]){
					  [SEALED_ITEM] = values[LABEL_ITEM], [SEALED_COMMITMENT] = commitment });
	return err;
}

static struct error build_row(void *arg, enum release_table table, const char *const values[])
{
	struct making *making = arg;
	struct error err = note_row(making, table, values);

	if (!err.code)
		write_row(making, table, values);
	return err;
}

static struct error build_label(void *arg, const struct rows *rows)
{
	struct making *making = arg;
	const char *values[LABEL_READ];
	struct error err = ok();

	for (int c = 0; c < LABEL_READ; c++)
		values[c] = rows_text(rows, 0, c);
	if (rows_flag(rows, 0, LABEL_SEALED))
		err = seal_label(making, values);
	return err.code ? err : build_row(making, RELEASE_LABELS, values);
}

static struct error build_tell(const struct making *making, int64_t done)
{
	const struct progress_listener *progress = making->progress;

	return progress ? progress->tell(progress->arg, done, making->bundle.items) : ok();
}

/* What a few items have in each table. */
static struct error write_few(struct making *making, const char *const few[])
{
	struct db *db = making->bundle.db;
	struct error err = db_stream(db, SQL_RELEASE_LABELS, few, build_label, making);

	if (!err.code)
		err = said_window(making->said, db, few, build_row, making);
	if (err.code)
		return err;
	end_trials(making);
	making->known_count = making->known_at = 0;
	return seal_keep(making->seal, making->bundle.db, making->release_id);
}

/* Labels, licences and judgments of all items, some items at a time. */
static struct error build_write_items(struct making *making)
{
	char after[UUID_TEXT] = "", upto[UUID_TEXT];
	int64_t done = 0;
	struct error err;

	for (;;) {
		const char *const window[] = { making->release_id, *after ? after : NULL, WINDOW };
		const char *const few[] = { making->release_id, *after ? after : NULL, upto };
		auto_rows *rows = NULL;

		if ((err = db_run(making->bundle.db, SQL_RELEASE_WINDOW, window, &rows)).code)
			return err;
		if (rows_count(rows) == 0)
			return ok();
		snprintf(upto, sizeof upto, "%s", rows_text(rows, 0, 0));
		if ((err = write_few(making, few)).code)
			return err;
		done += rows_integer(rows, 0, 1);
		if ((err = build_tell(making, done)).code)
			return err;
		memcpy(after, upto, sizeof after);
	}
}

/* Writes calibration.csv. */
static void write_calibration(struct making *making)
{
	struct calibration_row row;

	for (int medium = 0; medium < MEDIA_TYPES; medium++)
		for (int bin = 0; bin < CALIBRATION_BINS; bin++)
			if (calibration_row(&making->calibration, medium, bin, &row))
				write_row(making, RELEASE_CALIBRATION, row.values);
}

/* Keeps the claim; what is measured is no item that was written. */
static struct error leaks_told(void *arg, int64_t done, int64_t total)
{
	const struct making *making = arg;

	(void)done;
	(void)total;
	return build_tell(making, making->bundle.items);
}

/* Measures what gives the media away; writes leaks.csv. */
static struct error write_leaks(struct making *making)
{
	const struct progress_listener listener = { leaks_told, making };
	struct error err = release_leaks(making->bundle.db, making->bundle.store, making->release_id,
	                                 &listener, &making->leaks);

	for (int file = 0; !err.code && file < ARTEFACTS; file++)
		if (artefacts[file].table == RELEASE_LEAKS)
			leaks_rows(&making->sinks[file], &making->leaks);
	return err;
}

/* What is said of the release in words and counts. */
static struct error write_descriptions(struct making *making, const struct release_facts *facts)
{
	struct bundle *bundle = &making->bundle;
	struct error err = card_write(bundle->out[BUNDLE_CARD], bundle->db, facts, making->said,
	                              &making->leaks, &bundle->signer);

	if (err.code)
		return err;
	signed_key_write(bundle->out[BUNDLE_KEY], &bundle->signer);
	citation_write(bundle->out[BUNDLE_CITATION], facts);
	datasheet_write(bundle->out[BUNDLE_DATASHEET], facts);
	dictionary_write(bundle->out[BUNDLE_DICTIONARY], facts);
	figures_write(bundle->out[BUNDLE_FIGURES], making->figures);
	if (making->before.found &&
	    (err = changelog_write(bundle->out[BUNDLE_CHANGELOG], bundle->db, bundle->release)).code)
		return err;
	return bundle_keep(bundle, BUNDLE_LABELS + 1, BUNDLE_LEAKAGE);
}

static struct error write_leakage(struct making *making, const struct release_facts *facts)
{
	struct bundle *bundle = &making->bundle;
	struct error err = leakage_write(bundle->out[BUNDLE_LEAKAGE], making->leakage, facts,
	                                 &making->leaks, bundle->written[BUNDLE_LABELS].sha256);

	return err.code ? err : bundle_keep(bundle, BUNDLE_LEAKAGE, BUNDLE_DATAPACKAGE);
}

/* What lists the files before it with their digests. */
static struct error write_listings(struct making *making, const struct release_facts *facts)
{
	struct bundle *bundle = &making->bundle;
	struct listed_file files[BUNDLE_DATAPACKAGE];
	size_t count = bundle_listed(bundle, files);

	datapackage_write(bundle->out[BUNDLE_DATAPACKAGE], facts, files, count);
	croissant_write(bundle->out[BUNDLE_CROISSANT], facts, files, count);
	return bundle_keep(bundle, BUNDLE_DATAPACKAGE, BUNDLE_SUMS);
}

static struct error describe_release(struct making *making)
{
	struct release_facts facts = { .release = making->bundle.release,
		                           .volunteers = making->volunteers,
		                           .seals = making->seals,
		                           .follows = making->before.found,
		                           .fact_checks = making->fact_checks };

	said_count(making->said, &facts.said);
	struct error err = facts_gather(making->bundle.db, making->release_id, &facts);

	if (!err.code)
		err = write_descriptions(making, &facts);
	if (!err.code)
		err = write_leakage(making, &facts);
	if (!err.code)
		err = write_listings(making, &facts);
	facts_free(&facts);
	return err;
}

/* Compares labels.csv, which is at its end and kept for it, with that of the version before. */
static struct error write_changes_table(struct making *making)
{
	struct bundle *bundle = &making->bundle;
	struct error err = bundle_keep(bundle, BUNDLE_LABELS, BUNDLE_LABELS + 1);

	for (int file = 0; !err.code && making->before.found && file < ARTEFACTS; file++)
		if (artefacts[file].table == RELEASE_CHANGES)
			err = changelog_changes(bundle, &making->before, &making->sinks[file]);
	return err;
}

/* Writes fact_checks.csv, where there is one. */
static struct error write_fact_checks(struct making *making)
{
	struct error err = ok();

	for (int file = 0; !err.code && making->fact_checks && file < ARTEFACTS; file++)
		if (artefacts[file].table == RELEASE_FACT_CHECKS)
			err = fact_checks_rows(making->bundle.db, making->release_id, &making->sinks[file]);
	return err;
}

static struct error end_sinks(struct making *making)
{
	struct error err = ok();

	for (int file = 0; !err.code && file < ARTEFACTS; file++)
		if (!is_left_out(making, file))
			err = sink_end(&making->sinks[file]);
	return err;
}

static struct error write_tables(struct making *making)
{
	struct db *db = making->bundle.db;
	int64_t since_ms = clock_monotonic_ms();
	struct error err = seal_prepare(db, making->release_id);

	if (err.code || (err = said_begin(making->said, db, making->release_id)).code)
		return err;
	if ((err = build_write_items(making)).code)
		return err;
	write_calibration(making);
	since_ms = stage_end(since_ms, "tables");
	if ((err = write_leaks(making)).code)
		return err;
	since_ms = stage_end(since_ms, "measuring leaks");
	if ((err = write_changes_table(making)).code || (err = write_fact_checks(making)).code)
		return err;
	if ((err = end_sinks(making)).code)
		return err;
	if ((err = describe_release(making)).code)
		return err;
	since_ms = stage_end(since_ms, "describing");
	if ((err = bundle_seal(&making->bundle)).code)
		return err;
	stage_end(since_ms, "sums and signatures");
	return ok();
}

/* What was chosen becomes items and files of the release, some at a time. Nobody sees them before
 * it is ready, and whoever goes on with a release that broke off passes over those that are there.
 */
static struct error take_items(struct making *making)
{
	char after[UUID_TEXT] = "", upto[UUID_TEXT];
	struct error err;

	for (;;) {
		const char *const window[] = { making->release_id, *after ? after : NULL, WINDOW };
		const char *const few[] = { making->release_id, *after ? after : NULL, upto };
		auto_rows *rows = NULL;

		if ((err = db_run(making->bundle.db, SQL_RELEASE_DRAFT_WINDOW, window, &rows)).code)
			return err;
		if (rows_count(rows) == 0)
			return ok();
		snprintf(upto, sizeof upto, "%s", rows_text(rows, 0, 0));
		if ((err = db_do(making->bundle.db, SQL_RELEASE_TAKE, few, NULL)).code)
			return err;
		memcpy(after, upto, sizeof after);
	}
}

static struct error write_and_finish(struct making *making)
{
	struct bundle *bundle = &making->bundle;
	auto_rows *rows = NULL;
	int64_t since_ms = clock_monotonic_ms();
	struct error err = take_items(making);

	if (err.code)
		return err;
	stage_end(since_ms, "taking items");
	err = db_run(bundle->db, SQL_RELEASE_SIZE, (const char *[]){ making->release_id }, &rows);
	if (err.code)
		return err;
	bundle->items = rows_integer(rows, 0, 0);
	making->volunteers = rows_flag(rows, 0, 1);
	making->seals = rows_flag(rows, 0, 2);
	making->disagreement = rows_text(rows, 0, 3) ? rows_double(rows, 0, 3) : 0;
	err = fact_checks_any(bundle->db, making->release_id, &making->fact_checks);
	if (err.code)
		return err;
	for (int file = 0; file < BUNDLE_FILES; file++)
		bundle->left_out[file] = is_left_out(making, file);
	if ((err = build_tell(making, 0)).code)
		return err;
	if ((err = bundle_summarise(bundle)).code)
		return err;
	if (!(err = bundle_open(bundle)).code) {
		begin_sinks(making);
		err = write_tables(making);
	}
	bundle_close_rest(bundle);
	since_ms = clock_monotonic_ms();
	if (!err.code && !(err = bundle_finish(bundle)).code)
		stage_end(since_ms, "finishing");
	return err;
}

static void make_nicely(void *arg)
{
	struct making *making = arg;

	making->err = write_and_finish(making);
}

/* The key is opened first: who cannot sign need not begin. */
static struct error make_release(struct making *making)
{
	struct error err = signer_open(making->bundle.db, &making->bundle.signer);

	if (err.code)
		return err;
	if (!(err = release_decide(making->bundle.db, making->bundle.store, making->release_id)).code) {
		thread_run_nicely(make_nicely, making);
		err = making->err;
	}
	signer_close(&making->bundle.signer);
	return err;
}

struct error release_make(struct db *db, struct store *store, const char *release_id,
                          const struct progress_listener *progress)
{
	struct arena *arena = arena_new();
	struct release release;
	struct error err = release_by_id(db, arena, release_id, &release);

	if (!err.code && strcmp(release.state, "ready") != 0) {
		struct making *making = mem_new(1, sizeof *making);

		making->bundle.db = db;
		making->bundle.store = store;
		making->release_id = release_id;
		making->bundle.release = &release;
		making->progress = progress;
		making->figures = figures_new();
		making->leakage = leakage_new();
		making->seal = seal_new();
		making->said = said_new();
		err = predecessor_find(db, arena, release.name, release.version, &making->before);
		if (!err.code)
			err = make_release(making);
		figures_free(making->figures);
		leakage_free(making->leakage);
		seal_free(making->seal);
		said_free(making->said);
		marks_free(&making->marks);
		free(making->known);
		free(making);
	}
	arena_free(arena);
	return err;
}

/* ERR_CONFLICT: it is for a later try, or for another machine. */
static struct error check_turn(struct db *db, const char *release_id)
{
	struct arena *arena = arena_new();
	struct release release;
	struct error err = release_by_id(db, arena, release_id, &release);

	if (!err.code)
		err = predecessor_settled(db, &release);
	arena_free(arena);
	return err.code ? err : keys_check(db);
}

/* A machine without the key leaves the release to one that has it. */
static struct error make_by_job(struct job_run *run)
{
	const struct progress_listener progress = job_listener(run);
	struct error err = check_turn(run->db, run->job->subject);

	run->unfit = err.code != OK;
	if (err.code)
		return err;
	return release_make(run->db, run->store, run->job->subject, &progress);
}

const struct job_handler release_job = {
	.kind = "release", .handle = make_by_job, .give_up = release_give_up, .finish = announce_done
};
