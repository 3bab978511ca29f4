/* SPDX-License-Identifier: Apache-2.0 */
#include "corpus/contribution.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/hex.h"
#include "core/log.h"
#include "corpus/campaign.h"
#include "corpus/campaign_audience.h"
#include "corpus/media_intake.h"
#include "db/db.h"
#include "outside/fetch.h"
#include "store/store.h"
#include "work/job_run.h"

#define FETCH_FILE_MS (3 * 60 * 1000)

static struct error no_such_contribution(void)
{
	return errorf(ERR_NOT_FOUND, "There is no such contribution, or it is not yours to see.");
}

static const char *json_text(struct arena *arena, const json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT);

	if (!text)
		abort();
	const char *kept = arena_copy(arena, text, strlen(text));
	free(text);
	return kept;
}

/* ------------------------------------------------------------------ making one */

struct contributing {
	const struct contribution_request *request;
	struct arena *arena;
	const char *campaign, *network;
	char id[UUID_TEXT];
};

static struct error check_waiting(struct db *db, const struct contributing *one)
{
	const char *params[] = { one->request->by.volunteer_id, one->network };
	auto_rows *rows = NULL;
	struct error err = db_do(db, SQL_CONTRIBUTION_TURN, NULL, NULL);

	if (err.code || (err = db_run(db, SQL_CONTRIBUTION_WAITING, params, &rows)).code)
		return err;
	if (!rows_flag(rows, 0, 3))
		return error_because(REASON_VOLUNTEER_GONE);
	if (rows_integer(rows, 0, 0) >= CONTRIBUTIONS_VOLUNTEER)
		return errorf(ERR_TOO_MANY,
		              "%d of your contributions wait for a moderator. Thank you; send "
		              "more when some are decided.",
		              CONTRIBUTIONS_VOLUNTEER);
	if (rows_integer(rows, 0, 1) >= CONTRIBUTIONS_NETWORK ||
	    rows_integer(rows, 0, 2) >= CONTRIBUTIONS_ALL)
		return errorf(ERR_TOO_MANY, "Too many contributions wait for a moderator.");
	if (one->request->url && (rows_integer(rows, 0, 4) >= FETCHES_VOLUNTEER ||
	                          rows_integer(rows, 0, 5) >= FETCHES_NETWORK))
		return errorf(ERR_TOO_MANY, "Addresses that were sent before are still to be fetched.");
	return ok();
}

static struct error check_account(struct db *db, const struct contributing *one)
{
	const char *params[] = { one->request->by.account_id };
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_CONTRIBUTION_ACCOUNT_WAITING, params, &rows);

	if (!err.code && rows_integer(rows, 0, 0) >= CONTRIBUTIONS_ACCOUNT)
		return errorf(ERR_TOO_MANY, "%d that you sent are still to be taken in.",
		              CONTRIBUTIONS_ACCOUNT);
	return err;
}

static struct error insert_contribution(struct db *db, void *arg)
{
	struct contributing *one = arg;
	const struct contribution_request *request = one->request;
	const struct contributor *by = &request->by;
	const char *who[] = { by->who, NULL };
	auto_rows *rows = NULL;
	struct error err = by->direct ? check_account(db, one) : check_waiting(db, one);

	if (err.code || (err = db_do(db, SQL_CONTRIBUTION_EDITOR, who, NULL)).code)
		return err;
	const char *params[] = { request->upload,
		                     by->account_id,
		                     by->volunteer_id,
		                     by->direct ? "true" : "false",
		                     by->direct ? NULL : one->network,
		                     one->campaign,
		                     request->url,
		                     request->folder,
		                     json_text(one->arena, request->facts),
		                     request->rights,
		                     request->people,
		                     request->made_by,
		                     request->made_how };
	if ((err = db_run(db, SQL_CONTRIBUTION_MAKE, params, &rows)).code)
		return err;
	if (!rows_count(rows))
		return errorf(ERR_NOT_FOUND, "There is no such upload of yours, or its time is over.");
	snprintf(one->id, UUID_TEXT, "%s", rows_text(rows, 0, 0));
	return ok();
}

/* Is the upload whole? *ret_done: it became a contribution before. */
static struct error check_upload(struct db *db, struct arena *arena,
                                 const struct contribution_request *request, bool *ret_done)
{
	struct contribution earlier;
	struct upload upload;
	struct error err = upload_find(db, arena, &request->by, request->upload, &upload);

	*ret_done = false;
	if (err.code == ERR_NOT_FOUND &&
	    !contribution_find(db, arena, &request->by, request->upload, &earlier).code) {
		*ret_done = true;
		return ok();
	}
	if (!err.code && upload.offset < upload.length)
		return errorf(ERR_CONFLICT, "Of the upload %llu bytes of %llu have come.",
		              (unsigned long long)upload.offset, (unsigned long long)upload.length);
	/* The connection that sent the last bytes may have broken before they were on disk. */
	return err.code ? err : upload_sync(arena, upload.folder);
}

struct error contribution_make(struct db *db, struct arena *arena,
                               const struct contribution_request *request, char ret_id[UUID_TEXT])
{
	struct contributing one = { .request = request, .arena = arena };
	const char *name = request->campaign ? request->campaign : "default";
	char campaign[UUID_TEXT];
	bool done = false;
	struct error err = request->upload ? check_upload(db, arena, request, &done) : ok();

	if (err.code)
		return err;
	if (done) {
		snprintf(ret_id, UUID_TEXT, "%s", request->upload);
		return ok();
	}
	const struct campaign_seeker seeker = { .volunteer = request->by.volunteer_id,
		                                    .permissions = request->by.permissions };
	if ((err = campaign_known_to(db, name, &seeker, campaign)).code)
		return err.code == ERR_NOT_FOUND ? error_field("/campaign", "%s", err.detail) : err;
	one.campaign = campaign;
	one.network = arena_printf(arena, "%016llx", (unsigned long long)request->by.network);
	if ((err = db_transaction(db, insert_contribution, &one)).code)
		return err;
	memcpy(ret_id, one.id, UUID_TEXT);
	return ok();
}

/* ------------------------------------------------------------------ looking */

static bool read_hex_digest(const struct rows *rows, size_t r, int column,
                            unsigned char digest[SHA256_BYTES])
{
	const char *text = rows_text(rows, r, column);

	return text && hex_decode(digest, SHA256_BYTES, text);
}

static void read_shown(const struct rows *rows, size_t r, struct arena *arena,
                       struct contribution *contribution)
{
	struct item_media *media = &contribution->media;

	*media = (struct item_media){ .content_type = rows_copy(rows, r, 19, arena),
		                          .width = (unsigned)rows_integer(rows, r, 22),
		                          .height = (unsigned)rows_integer(rows, r, 23),
		                          .duration_ms = (unsigned)rows_integer(rows, r, 24),
		                          .sensitive = rows_flag(rows, r, 25),
		                          .format = rows_copy(rows, r, 27, arena) };
	media->has_poster = read_hex_digest(rows, r, 20, media->poster);
	media->has_thumbnail = read_hex_digest(rows, r, 21, media->thumbnail);
	contribution->has_media = uuid_from_text(media->id, contribution->id) && media->content_type &&
	                          media_type_read(rows_text(rows, r, 17), &media->type) &&
	                          read_hex_digest(rows, r, 18, media->rendition) &&
	                          read_hex_digest(rows, r, 26, media->original);
}

static void read_contribution(const struct rows *rows, size_t r, struct arena *arena,
                              struct contribution *contribution)
{
	*contribution = (struct contribution){ .id = rows_copy(rows, r, 0, arena),
		                                   .state = rows_copy(rows, r, 1, arena),
		                                   .by = rows_copy(rows, r, 2, arena),
		                                   .direct = rows_flag(rows, r, 3),
		                                   .campaign = rows_copy(rows, r, 4, arena),
		                                   .url = rows_copy(rows, r, 5, arena),
		                                   .facts = rows_copy(rows, r, 6, arena),
		                                   .rights = rows_copy(rows, r, 7, arena),
		                                   .people = rows_copy(rows, r, 8, arena),
		                                   .made_by = rows_copy(rows, r, 9, arena),
		                                   .made_how = rows_copy(rows, r, 10, arena),
		                                   .item = rows_copy(rows, r, 11, arena),
		                                   .detail = rows_copy(rows, r, 12, arena),
		                                   .decided_by = rows_copy(rows, r, 13, arena),
		                                   .reason = rows_copy(rows, r, 14, arena),
		                                   .decided_at = rows_copy(rows, r, 15, arena),
		                                   .created_at = rows_copy(rows, r, 16, arena),
		                                   .bytes = rows_integer(rows, r, 28),
		                                   .source = rows_copy(rows, r, 30, arena),
		                                   .not_independent = rows_flag(rows, r, 31) };
	snprintf(contribution->place, sizeof contribution->place, "%s", rows_text(rows, r, 29));
	if (rows_text(rows, r, 17) && strcmp(contribution->state, "quarantined") == 0)
		read_shown(rows, r, arena, contribution);
}

struct error contribution_find(struct db *db, struct arena *arena, const struct contributor *by,
                               const char *id, struct contribution *ret_contribution)
{
	unsigned char uuid[UUID_BYTES];
	auto_rows *rows = NULL;
	struct error err;

	if (!uuid_from_text(uuid, id))
		return no_such_contribution();
	const char *params[] = {
		id, by ? by->account_id : NULL, by ? by->volunteer_id : NULL, NULL, NULL, NULL, "1"
	};
	if ((err = db_run(db, SQL_CONTRIBUTION_FIND, params, &rows)).code)
		return err;
	if (!rows_count(rows))
		return no_such_contribution();
	read_contribution(rows, 0, arena, ret_contribution);
	return ok();
}

struct error contribution_list(struct db *db, struct arena *arena, const char *state,
                               const char *after, const char *after_id, unsigned limit,
                               struct contribution contributions[], size_t *ret_count)
{
	const char *params[] = {
		NULL, NULL, NULL, state, after, after_id, arena_printf(arena, "%u", limit)
	};
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_CONTRIBUTION_FIND, params, &rows);

	if (err.code)
		return err;
	for (size_t r = 0; r < rows_count(rows); r++)
		read_contribution(rows, r, arena, &contributions[r]);
	*ret_count = rows_count(rows);
	return ok();
}

/* ------------------------------------------------------------------ deciding */

struct error contribution_check_source(struct db *db, struct arena *arena, const char *const ids[],
                                       size_t count)
{
	const char *list = "";
	auto_rows *rows = NULL;

	for (size_t i = 0; i < count; i++)
		list = arena_printf(arena, "%s%s%s", list, i ? "," : "", ids[i]);
	const char *params[] = { arena_printf(arena, "{%s}", list) };
	struct error err = db_run(db, SQL_CONTRIBUTION_SOURCES, params, &rows);
	if (!err.code && (rows_integer(rows, 0, 0) != 0 || rows_integer(rows, 0, 1) != 1))
		return error_field("/contributions", "must all come from one source, each named once.");
	return err;
}

/* A contribution that this transaction holds, and what comes of it. */
struct held_contribution {
	struct arena *arena;
	const char *id;
	const struct item_editor *editor;
	const struct media_intake *intake;
	struct media media;
	unsigned recipe;
	bool not_independent, by_notice;
	char item[UUID_TEXT];
};

static bool read_held_media(const struct rows *rows, struct arena *arena, struct media *media)
{
	struct media m = { .original_format = rows_copy(rows, 0, 8, arena),
		               .content_type = rows_copy(rows, 0, 11, arena),
		               .width = (unsigned)rows_integer(rows, 0, 14),
		               .height = (unsigned)rows_integer(rows, 0, 15),
		               .duration_ms = (unsigned)rows_integer(rows, 0, 16) };

	m.original.bytes = (uint64_t)rows_integer(rows, 0, 7);
	m.rendition.bytes = (uint64_t)rows_integer(rows, 0, 10);
	m.has_poster = read_hex_digest(rows, 0, 12, m.poster.digest);
	m.has_thumbnail = read_hex_digest(rows, 0, 13, m.thumbnail.digest);
	m.has_streams = read_hex_digest(rows, 0, 17, m.streams);
	if (!rows_text(rows, 0, 5) || !media_type_read(rows_text(rows, 0, 5), &m.type) ||
	    !read_hex_digest(rows, 0, 6, m.original.digest) ||
	    !read_hex_digest(rows, 0, 9, m.rendition.digest))
		return false;
	*media = m;
	return true;
}

/* Nothing that was taken down comes back by another door. */
static struct error refuse_withdrawn(struct db *db, const char *item)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_CONTRIBUTION_ITEM_STATE, (const char *[]){ item }, &rows);

	if (!err.code && rows_count(rows) && strcmp(rows_text(rows, 0, 0), "withdrawn") == 0)
		return errorf(ERR_INVALID, "it shows what item %s showed, which was withdrawn", item);
	return err;
}

/* What was declared goes with the item. Who made it stays behind where a volunteer says so: it goes
 * with whoever is erased. */
static void declare_item(const struct rows *rows, struct item_row *row)
{
	row->rights = rows_text(rows, 0, 20);
	row->people = rows_text(rows, 0, 21);
	row->made_by = rows_flag(rows, 0, 1) ? rows_text(rows, 0, 22) : NULL;
	row->made_how = rows_text(rows, 0, 23);
}

/* Makes the item of a row that contribution_hold read, and approves. */
static struct error make_its_item(struct db *db, struct held_contribution *held,
                                  const struct rows *rows)
{
	json_auto_t *facts = json_loads(rows_text(rows, 0, 4), 0, NULL);
	struct item_row row;
	bool made;
	struct error err = item_row_of_facts(held->arena, facts, &row);

	if (err.code)
		return err;
	declare_item(rows, &row);
	const struct media_intake nothing = { .db = db };
	const struct item_making making = { .id = held->id,
		                                .campaign_id = rows_text(rows, 0, 2),
		                                .row = &row,
		                                .media = &held->media,
		                                .recipe = held->recipe,
		                                .intake = held->intake ? held->intake : &nothing };
	if ((err = item_make(db, held->arena, &making, held->item, &made)).code)
		return err;
	if (!made && (err = refuse_withdrawn(db, held->item)).code)
		return err;
	const char *params[] = { held->id,
		                     held->item,
		                     held->editor ? held->editor->who : NULL,
		                     held->editor ? held->editor->reason : NULL,
		                     made ? NULL : "another item shows the same; nothing of it was changed",
		                     held->not_independent ? "true" : "false" };
	return db_do(db, SQL_CONTRIBUTION_APPROVE, params, NULL);
}

/* Nobody decides on what they sent, unless nobody else can; and nobody but a notice's decision on
 * what was reported. */
static struct error check_interest(struct db *db, struct held_contribution *held)
{
	const struct item_editor *editor = held->editor;
	const char *params[] = { held->id, editor->account, editor->volunteer };
	auto_rows *rows = NULL;

	struct error err = db_run(db, SQL_CONTRIBUTION_INTEREST, params, &rows);
	if (err.code)
		return err;
	if (rows_flag(rows, 0, 2) && !held->by_notice)
		return error_because(REASON_CONTRIBUTION_REPORTED);
	if (!editor->account || held->by_notice)
		return ok();
	held->not_independent = rows_flag(rows, 0, 0);
	if (held->not_independent && rows_flag(rows, 0, 1))
		return error_because(REASON_OWN_ITEM);
	return ok();
}

/* Holds one that waits for a decision. */
static struct error hold_quarantined(struct db *db, struct held_contribution *held,
                                     struct rows **ret_rows)
{
	const char *id = held->id, *who[] = { held->editor->who, held->editor->reason };
	unsigned char uuid[UUID_BYTES];
	struct error err;

	if (!uuid_from_text(uuid, id))
		return no_such_contribution();
	if ((err = db_run(db, SQL_CONTRIBUTION_HOLD, (const char *[]){ id }, ret_rows)).code)
		return err;
	if (!rows_count(*ret_rows))
		return no_such_contribution();
	if (strcmp(rows_text(*ret_rows, 0, 0), "quarantined") != 0)
		return errorf(ERR_CONFLICT, "The contribution does not wait for a decision: it is %s.",
		              rows_text(*ret_rows, 0, 0));
	if ((err = check_interest(db, held)).code)
		return err;
	return db_do(db, SQL_CONTRIBUTION_EDITOR, who, NULL);
}

static struct error approve_held(struct db *db, void *arg)
{
	struct held_contribution *held = arg;
	auto_rows *rows = NULL;
	struct error err = hold_quarantined(db, held, &rows);

	if (err.code)
		return err;
	if (!read_held_media(rows, held->arena, &held->media))
		return errorf(ERR_INTERNAL, "a contribution whose media cannot be read");
	held->recipe = (unsigned)rows_integer(rows, 0, 18);
	return make_its_item(db, held, rows);
}

struct error contribution_approve(struct db *db, struct arena *arena, const char *id,
                                  const struct item_editor *editor, char ret_item[UUID_TEXT])
{
	struct held_contribution held = { .arena = arena, .id = id, .editor = editor };
	struct error err = db_transaction(db, approve_held, &held);

	if (err.code == ERR_INVALID)
		err.code = ERR_CONFLICT;
	if (!err.code)
		memcpy(ret_item, held.item, UUID_TEXT);
	return err;
}

static struct error reject_held(struct db *db, void *arg)
{
	struct held_contribution *held = arg;
	auto_rows *rows = NULL;
	struct error err = hold_quarantined(db, held, &rows);

	if (err.code)
		return err;
	const char *params[] = { held->id, held->editor->who, held->editor->reason,
		                     held->not_independent ? "true" : "false" };
	return db_do(db, SQL_CONTRIBUTION_REJECT, params, NULL);
}

struct error contribution_reject(struct db *db, const char *id, const struct item_editor *editor)
{
	struct held_contribution held = { .id = id, .editor = editor };

	return db_transaction(db, reject_held, &held);
}

struct error contribution_reject_reported(struct db *db, const char *id,
                                          const struct item_editor *editor)
{
	struct held_contribution held = { .id = id, .editor = editor, .by_notice = true };

	return reject_held(db, &held);
}

/* ------------------------------------------------------------------ taking a file in */

static const char *hex_text(struct arena *arena, const unsigned char digest[SHA256_BYTES])
{
	char *text = arena_alloc(arena, SHA256_TEXT);

	hex_encode(text, digest, SHA256_BYTES);
	return text;
}

static const char *nonzero_text(struct arena *arena, uint64_t number)
{
	return number ? arena_printf(arena, "%llu", (unsigned long long)number) : NULL;
}

static struct error write_media(struct db *db, struct held_contribution *held)
{
	const struct media *media = &held->media;
	struct arena *arena = held->arena;
	const char *params[] = { held->id,
		                     media_type_name(media->type),
		                     hex_text(arena, media->original.digest),
		                     nonzero_text(arena, media->original.bytes),
		                     media->original_format,
		                     hex_text(arena, media->rendition.digest),
		                     nonzero_text(arena, media->rendition.bytes),
		                     media->content_type,
		                     media->has_poster ? hex_text(arena, media->poster.digest) : NULL,
		                     media->has_thumbnail ? hex_text(arena, media->thumbnail.digest) : NULL,
		                     nonzero_text(arena, media->width),
		                     nonzero_text(arena, media->height),
		                     nonzero_text(arena, media->duration_ms),
		                     media->has_streams ? hex_text(arena, media->streams) : NULL,
		                     nonzero_text(arena, held->recipe) };

	return db_do(db, SQL_CONTRIBUTION_MEDIA, params, NULL);
}

/* Quarantines what the public sent, and makes the item of what an account sent that may. */
static struct error take_contribution_in(struct db *db, void *arg)
{
	struct held_contribution *held = arg;
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_CONTRIBUTION_HOLD, (const char *[]){ held->id }, &rows);

	if (err.code || !rows_count(rows) || strcmp(rows_text(rows, 0, 0), "processing") != 0)
		return err; /* it was taken back */
	if ((err = write_media(db, held)).code)
		return err;
	return rows_flag(rows, 0, 1) ? make_its_item(db, held, rows)
	                             : media_intake_settle(held->intake);
}

static struct error check_kind(const struct media *media)
{
	if (media->original.bytes <= upload_limit_of(media->type))
		return ok();
	return errorf(ERR_INVALID, "the file has %llu megabytes; %llu is the limit for its kind",
	              (unsigned long long)media->original.bytes >> 20,
	              (unsigned long long)upload_limit_of(media->type) >> 20);
}

static struct error ingest_contribution(struct job_run *run, struct arena *arena,
                                        const char *folder, const char *campaign,
                                        const char *region)
{
	struct media_intake intake = { .db = run->db };
	struct held_contribution held = {
		.arena = arena, .id = run->job->subject, .intake = &intake, .recipe = MEDIA_RECIPE
	};
	const char *path = upload_path(arena, folder);
	struct error err;

	if (access(path, R_OK) != 0) {
		run->unfit = true;
		return errorf(ERR_UNAVAILABLE, "The file lies on another machine.");
	}
	if ((err = campaign_cut(run->db, campaign, &intake.cut)).code)
		return err;
	intake.cut.region = media_region_read(region);
	err = media_intake_ingest(&intake, run->store, path, arena, &held.media);
	if (err.code == ERR_TOO_LARGE)
		err.code = ERR_INVALID;
	if (!err.code)
		err = check_kind(&held.media);
	if (!err.code)
		err = db_transaction(run->db, take_contribution_in, &held);
	/* A store or a database that is away for an hour is no fault of what was sent. */
	run->unfit = err.code == ERR_UNAVAILABLE || err.code == ERR_DISK;
	if (!err.code || err.code == ERR_INVALID) /* no other try comes */
		store_scratch_remove(run->store, folder);
	return err;
}

/* Reads the one that a job is about. *ret_place: its campaign, folder or address, by the column;
 * NULL: it is done. */
static struct error begin_job(struct job_run *run, struct arena *arena, int column,
                              const char **ret_place)
{
	auto_rows *rows = NULL;
	struct error err =
		db_run(run->db, SQL_CONTRIBUTION_HOLD, (const char *[]){ run->job->subject }, &rows);

	*ret_place = NULL;
	if (!err.code && rows_count(rows) && strcmp(rows_text(rows, 0, 0), "processing") == 0)
		*ret_place = rows_copy(rows, 0, column, arena);
	return err;
}

static const char *region_of_facts(struct arena *arena, const char *text)
{
	json_auto_t *facts = json_loads(text, 0, NULL);
	struct item_row row = { 0 };
	struct error err = item_row_of_facts(arena, facts, &row);

	return err.code ? NULL : row.region;
}

static struct error run_contribution(struct job_run *run)
{
	struct arena *arena = arena_new();
	const char *folder, *campaign = NULL, *facts = NULL;
	struct error err = begin_job(run, arena, 3, &folder);

	if (!err.code && folder)
		err = begin_job(run, arena, 2, &campaign);
	if (!err.code && campaign)
		err = begin_job(run, arena, 4, &facts);
	if (!err.code && facts)
		err = ingest_contribution(run, arena, folder, campaign, region_of_facts(arena, facts));
	arena_free(arena);
	return err;
}

/* The file, on disk, and the job that takes it in. */
static struct error fetch_into(struct job_run *run, struct arena *arena, const char *url,
                               const char *folder)
{
	const struct fetch_limits limits = { .bytes = MEDIA_MAX_FILE_BYTES, .total_ms = FETCH_FILE_MS };
	const char *params[] = { run->job->subject, folder };
	struct error err;
	uint64_t bytes;

	if ((err = upload_check_room(folder, limits.bytes)).code)
		return err;
	if ((err = fetch_file(url, upload_path(arena, folder), &limits, &bytes)).code)
		return err;
	if ((err = upload_sync(arena, folder)).code)
		return err;
	return db_do(run->db, SQL_CONTRIBUTION_FETCHED, params, NULL);
}

static struct error run_fetch(struct job_run *run)
{
	struct arena *arena = arena_new();
	char folder[PATH_MAX] = "";
	const char *url;
	struct error err = begin_job(run, arena, 19, &url);

	if (!err.code && url && !(err = store_scratch(run->store, folder)).code) {
		err = fetch_into(run, arena, url, folder);
		if (err.code)
			store_scratch_remove(run->store, folder);
		if (err.code == ERR_TOO_LARGE)
			err.code = ERR_INVALID;
	}
	arena_free(arena);
	return err;
}

struct contribution_end {
	const struct job *job;
	const char *why;
};

static struct error fail_contribution(struct db *db, void *arg)
{
	const struct contribution_end *given = arg;
	const char *params[] = { given->job->subject, given->why };
	struct error err = db_do(db, SQL_CONTRIBUTION_FAIL, params, NULL);

	return err.code ? err : job_fail(db, given->job, given->why);
}

static struct error give_contribution_up(struct db *db, const struct job *job, const char *why)
{
	struct contribution_end given = { job, why };

	return db_transaction(db, fail_contribution, &given);
}

static struct error sweep_contributions(struct job_run *run)
{
	struct error err;

	if ((err = db_do(run->db, SQL_CONTRIBUTION_STUCK, NULL, NULL)).code)
		return err;
	if ((err = db_do(run->db, SQL_CONTRIBUTION_TAKEN_BACK, NULL, NULL)).code)
		return err;
	if ((err = upload_sweep(run->db, run->store)).code)
		return err;
	return media_intake_sweep(run->db, run->store);
}

const struct job_handler contribution_job = { .kind = "contribute",
	                                          .handle = run_contribution,
	                                          .give_up = give_contribution_up };
const struct job_handler contribution_fetch_job = { .kind = "fetch",
	                                                .handle = run_fetch,
	                                                .give_up = give_contribution_up };
const struct job_handler contribution_sweep_job = { .kind = "intake_sweep",
	                                                .handle = sweep_contributions };
