/* SPDX-License-Identifier: Apache-2.0 */
#include "corpus/rendering.h"

#include <stdio.h>
#include <string.h>

#include "core/hex.h"
#include "core/log.h"
#include "corpus/campaign.h"
#include "corpus/item_edit.h"
#include "crypto/sha256.h"
#include "media/media.h"

#define WINDOW           "100" /* items that one statement names */
#define FAULTS_MOST      3 /* of our own in a row: then the machine is at fault, not the items */
#define RENDITION_PARAMS 8 /* what a statement is told of a rendition, last of all */
#define NUMBER           24

#define TEXT_OF_(number) #number
#define TEXT_OF(number)  TEXT_OF_(number)

static const char recipe_now[] = TEXT_OF(MEDIA_RECIPE);

static struct error rendering_find_campaign(struct db *db, const char *name, char id[UUID_TEXT])
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_RENDERING_CAMPAIGN, (const char *[]){ name }, &rows);

	if (err.code)
		return err;
	if (rows_count(rows) == 0)
		return errorf(ERR_NOT_FOUND, "there is no campaign %s", name);
	snprintf(id, UUID_TEXT, "%s", rows_text(rows, 0, 0));
	return ok();
}

struct error rendering_check(struct db *db, const char *campaign, struct rendering_due *ret_due)
{
	char id[UUID_TEXT];
	auto_rows *rows = NULL;
	struct error err;

	if (campaign && (err = rendering_find_campaign(db, campaign, id)).code)
		return err;
	err = db_run(db, SQL_RENDERING_CHECK, (const char *[]){ recipe_now, campaign }, &rows);
	if (err.code)
		return err;
	*ret_due = (struct rendering_due){ .images = rows_integer(rows, 0, 0),
		                               .films = rows_integer(rows, 0, 1),
		                               .sounds = rows_integer(rows, 0, 2),
		                               .judgments = rows_integer(rows, 0, 3),
		                               .settled = rows_integer(rows, 0, 4),
		                               .closed_campaigns = rows_integer(rows, 0, 5) };
	return ok();
}

void rendering_remind(struct db *db)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_RENDERING_DUE, (const char *[]){ recipe_now }, &rows);

	if (!err.code && rows_integer(rows, 0, 0))
		log_warn("%lld items have renditions of an older recipe for media; "
		         "`touchstone render --check` tells what making them anew means",
		         (long long)rows_integer(rows, 0, 0));
}

static struct error under_way(struct db *db, char id[UUID_TEXT], bool *ret_found)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_RENDERING_UNDER_WAY, NULL, &rows);

	if (err.code)
		return err;
	*ret_found = rows_count(rows) > 0;
	if (*ret_found)
		snprintf(id, UUID_TEXT, "%s", rows_text(rows, 0, 0));
	return ok();
}

struct error rendering_order(struct db *db, const char *campaign, bool harmless, char id[UUID_TEXT],
                             bool *ret_new)
{
	char campaign_id[UUID_TEXT];
	auto_rows *rows = NULL;
	bool found = false;
	struct error err;

	if (campaign && (err = rendering_find_campaign(db, campaign, campaign_id)).code)
		return err;
	const char *const params[] = { campaign ? campaign_id : NULL, recipe_now,
		                           harmless ? "true" : "false" };
	err = db_run(db, SQL_RENDERING_ORDER, params, &rows);
	*ret_new = !err.code;
	if (*ret_new)
		snprintf(id, UUID_TEXT, "%s", rows_text(rows, 0, 0));
	if (err.code != ERR_CONFLICT)
		return err;
	if ((err = under_way(db, id, &found)).code)
		return err;
	return found ? ok() : errorf(ERR_UNAVAILABLE, "another rendering has just ended; try again");
}

struct error rendering_find(struct db *db, struct arena *arena, const char *id,
                            struct rendering *ret_rendering)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_RENDERING_FIND, (const char *[]){ id }, &rows);

	if (err.code)
		return err;
	if (rows_count(rows) == 0)
		return errorf(ERR_NOT_FOUND, "There is no such rendering.");
	*ret_rendering = (struct rendering){ .campaign_id = rows_copy(rows, 0, 0, arena),
		                                 .recipe = rows_integer(rows, 0, 1),
		                                 .harmless = rows_flag(rows, 0, 2),
		                                 .changed = rows_integer(rows, 0, 3),
		                                 .same = rows_integer(rows, 0, 4),
		                                 .unreadable = rows_integer(rows, 0, 5),
		                                 .state = rows_copy(rows, 0, 6, arena),
		                                 .done = rows_integer(rows, 0, 7),
		                                 .total = rows_integer(rows, 0, 8),
		                                 .detail = rows_copy(rows, 0, 9, arena) };
	return ok();
}

/* One run of a job. */
struct rendering_run {
	struct job_run *job;
	int64_t done,
		total; /* unreadable items are never done: a try that meets them anew got no further */
	int64_t unreadable;
	unsigned faults; /* of our own, in a row */
};

/* ------------------------------------------------------------------ one item */

static bool is_digest(const char *text, bool there, const struct media_file *file)
{
	char hex[SHA256_TEXT];

	hex_encode(hex, file->digest, SHA256_BYTES);
	return there ? text && strcmp(text, hex) == 0 : !text;
}

/* Is all that anybody sees of the item as it was? */
static bool is_same(const struct rows *rows, size_t row, const struct media *media)
{
	return is_digest(rows_text(rows, row, 4), true, &media->rendition) &&
	       is_digest(rows_text(rows, row, 5), media->has_poster, &media->poster) &&
	       is_digest(rows_text(rows, row, 6), media->has_thumbnail, &media->thumbnail);
}

static const char *digest_or_null(struct arena *arena, bool there, const struct media_file *file)
{
	char *text = arena_alloc(arena, SHA256_TEXT);

	hex_encode(text, file->digest, SHA256_BYTES);
	return there ? text : NULL;
}

static const char *number_or_null(struct arena *arena, uint64_t number)
{
	return number ? arena_printf(arena, "%llu", (unsigned long long)number) : NULL;
}

/* What a statement that gives an item another rendition is told of it. */
static void put_rendition(struct arena *arena, const struct media *media,
                          const char *params[RENDITION_PARAMS])
{
	params[0] = digest_or_null(arena, true, &media->rendition);
	params[1] = number_or_null(arena, media->rendition.bytes);
	params[2] = media->content_type;
	params[3] = digest_or_null(arena, media->has_poster, &media->poster);
	params[4] = digest_or_null(arena, media->has_thumbnail, &media->thumbnail);
	params[5] = number_or_null(arena, media->width);
	params[6] = number_or_null(arena, media->height);
	params[7] = number_or_null(arena, media->duration_ms);
}

static struct error change_item(const struct rendering_run *run, struct arena *arena,
                                const char *item, const char *version, const struct media *media)
{
	const char *params[3 + RENDITION_PARAMS] = { run->job->job->subject, item, version };

	put_rendition(arena, media, params + 3);
	return db_do(run->job->db, SQL_RENDERING_CHANGED, params, NULL);
}

/* Makes the rendition of one; ERR_INVALID, ERR_TOO_LARGE, ERR_NOT_FOUND: this original cannot be
 * read, or not be cut so. */
static struct error render_media(struct store *store, struct arena *arena, const struct rows *rows,
                                 size_t row, struct media *ret_media)
{
	const struct media_cut cut = item_cut_read(rows, row, 7);
	unsigned char original[SHA256_BYTES];
	struct media media;
	struct error err;

	if (!hex_decode(original, SHA256_BYTES, rows_text(rows, row, 3)))
		return errorf(ERR_INTERNAL, "a digest that cannot be read");
	if ((err = media_render(store, original, &cut, arena, &media)).code)
		return err;
	const char *type = media_type_name(media.type);
	if (strcmp(type, rows_text(rows, row, 2)) != 0)
		return errorf(ERR_INVALID, "it is %s now and was %s", type, rows_text(rows, row, 2));
	*ret_media = media;
	return ok();
}

static struct error rendering_render(const struct rendering_run *run, struct arena *arena,
                                     const struct rows *rows, size_t row)
{
	const char *item = rows_text(rows, row, 0), *version = rows_text(rows, row, 1);
	struct media media = { 0 };
	struct error err = render_media(run->job->store, arena, rows, row, &media);

	if (err.code)
		return err;
	if (is_same(rows, row, &media))
		return db_do(run->job->db, SQL_RENDERING_SAME,
		             (const char *[]){ run->job->job->subject, item, version }, NULL);
	return change_item(run, arena, item, version, &media);
}

/* An item that cannot be read stays as it was; only what concerns all of them is an error. */
static struct error render_or_note(struct rendering_run *run, const struct rows *rows, size_t row)
{
	struct arena *arena = arena_new();
	struct error err = rendering_render(run, arena, rows, row);
	bool ours = err.code == ERR_INTERNAL;

	arena_free(arena);
	run->done += !err.code;
	run->faults = ours ? run->faults + 1 : 0;
	if (!err.code || (ours && run->faults >= FAULTS_MOST))
		return err;
	if (!ours && err.code != ERR_INVALID && err.code != ERR_TOO_LARGE && err.code != ERR_NOT_FOUND)
		return err;
	log_warn("rendering: item %s stays as it was: %s", rows_text(rows, row, 0), err.detail);
	run->unreadable++;
	return db_do(run->job->db, SQL_RENDERING_UNREADABLE, (const char *[]){ run->job->job->subject },
	             NULL);
}

/* ------------------------------------------------------------------ all of them */

static struct error render_window(struct rendering_run *run, char after[UUID_TEXT], bool *ret_more)
{
	const char *const params[] = { run->job->job->subject, *after ? after : NULL, WINDOW };
	auto_rows *rows = NULL;
	struct error err = db_run(run->job->db, SQL_RENDERING_NEXT, params, &rows);

	if (err.code)
		return err;
	for (size_t r = 0; r < rows_count(rows); r++) {
		if ((err = render_or_note(run, rows, r)).code)
			return err;
		if ((err = job_tell(run->job, run->done, run->total)).code)
			return err;
		snprintf(after, UUID_TEXT, "%s", rows_text(rows, r, 0));
	}
	*ret_more = rows_count(rows) > 0;
	return ok();
}

/* Of a worker that is too old, another may do it. */
static struct error rendering_begin(struct rendering_run *run)
{
	const char *order = run->job->job->subject;
	struct arena *arena = arena_new();
	struct rendering rendering = { 0 };
	auto_rows *rows = NULL;
	struct error err = rendering_find(run->job->db, arena, order, &rendering);

	run->job->unfit = !err.code && rendering.recipe > MEDIA_RECIPE;
	if (run->job->unfit)
		err = errorf(ERR_UNAVAILABLE, "This worker is older than the order: it knows recipe %d.",
		             MEDIA_RECIPE);
	if (!err.code)
		err = db_run(run->job->db, SQL_RENDERING_BEGIN, (const char *[]){ order }, &rows);
	if (!err.code) {
		run->done = rendering.changed + rendering.same;
		run->total = run->done + rows_integer(rows, 0, 0);
		err = job_tell(run->job, run->done, run->total);
	}
	arena_free(arena);
	return err;
}

static struct error render_all(struct job_run *job)
{
	struct rendering_run run = { .job = job };
	char after[UUID_TEXT] = "";
	bool more = true;

	struct error err = rendering_begin(&run);
	while (!err.code && more)
		err = render_window(&run, after, &more);
	if (run.unreadable)
		snprintf(job->detail, sizeof job->detail,
		         "%lld items could not be read anew and stay as they were.",
		         (long long)run.unreadable);
	return err;
}

/* ------------------------------------------------------------------ another cut */

#define RECUT_AT_ONCE "50"

/* Columns of recut_next behind the cut. */
enum { RECUT_LEARNS = 16, RECUT_SINCE };

static struct error recut_change(struct db *db, struct arena *arena, const struct rows *rows,
                                 size_t row, const struct media *media)
{
	const char *params[3 + RENDITION_PARAMS] = { rows_text(rows, row, 0), rows_text(rows, row, 1),
		                                         recipe_now };

	put_rendition(arena, media, params + 3);
	return db_do(db, SQL_RECUT_CHANGED, params, NULL);
}

struct recut {
	struct arena *arena;
	const struct rows *rows;
	size_t row;
	struct media media;
};

static struct error recut_store(struct db *db, void *arg)
{
	const struct recut *recut = arg;
	const char *item = rows_text(recut->rows, recut->row, 0);
	const char *const done[] = { item, number_or_null(recut->arena, recut->media.source_width),
		                         number_or_null(recut->arena, recut->media.source_height),
		                         rows_text(recut->rows, recut->row, RECUT_SINCE) };
	struct error err = ok();

	if (!is_same(recut->rows, recut->row, &recut->media))
		err = recut_change(db, recut->arena, recut->rows, recut->row, &recut->media);
	if (!err.code)
		err = db_do(db, SQL_RECUT_DONE, done, NULL);
	if (!err.code && rows_flag(recut->rows, recut->row, RECUT_LEARNS))
		err = item_fit_pair(db, item, true);
	return err.code == ERR_INVALID ? ok() : err; /* a judged one of its pair stays as it is */
}

/* Cuts one anew, or notes why it cannot be. */
static struct error recut_one(struct db *db, struct store *store, const struct rows *rows,
                              size_t row)
{
	struct recut recut = { .arena = arena_new(), .rows = rows, .row = row };
	struct error err = render_media(store, recut.arena, rows, row, &recut.media);

	if (!err.code) {
		err = db_transaction(db, recut_store, &recut);
	} else if (err.code == ERR_INVALID || err.code == ERR_TOO_LARGE || err.code == ERR_NOT_FOUND) {
		const char *const failed[] = { rows_text(rows, row, 0), err.detail,
			                           rows_text(rows, row, RECUT_SINCE) };

		log_warn("item %s cannot be cut as it is to be: %s", failed[0], err.detail);
		err = db_do(db, SQL_RECUT_FAILED, failed, NULL);
	}
	arena_free(recut.arena);
	return err;
}

struct error rendering_recut(struct db *db, struct store *store,
                             const struct progress_listener *progress)
{
	size_t count = 1;
	int64_t done = 0;
	struct error err = ok();

	while (!err.code && count) {
		auto_rows *rows = NULL;

		err = db_run(db, SQL_RECUT_NEXT, (const char *[]){ RECUT_AT_ONCE }, &rows);
		count = err.code ? 0 : rows_count(rows);
		for (size_t r = 0; !err.code && r < count; r++) {
			err = recut_one(db, store, rows, r);
			done++;
			if (!err.code && progress)
				err = progress->tell(progress->arg, done, done);
		}
	}
	return err;
}

static struct error recut_all(struct job_run *job)
{
	const struct progress_listener progress = job_listener(job);

	return rendering_recut(job->db, job->store, &progress);
}

const struct job_handler recut_job = { .kind = "cut", .handle = recut_all };
const struct job_handler rendering_job = { .kind = "render", .handle = render_all };
