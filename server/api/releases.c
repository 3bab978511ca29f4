/* SPDX-License-Identifier: Apache-2.0 */
#include "api/releases.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/api.h"
#include "api/jobs.h"
#include "api/present/present_release.h"
#include "core/json_reader.h"
#include "core/uuid.h"
#include "core/vocabulary.h"
#include "mail/outbox.h"
#include "release/artefact.h"
#include "release/changes.h"
#include "release/keys.h"
#include "release/release.h"
#include "release/rule.h"
#include "release/select.h"
#include "release/unseal.h"
#include "release/withdrawal.h"
#include "store/store.h"
#include "work/job.h"

#define RELEASES_MOST 100
#define FILES_AT_ONCE 1000
#define ADDRESS_S     600
#define CARD_MOST     (256u << 10) /* bytes */

struct error get_releases(struct request *req, struct db *db)
{
	struct release *releases;
	const char *after;
	unsigned char uuid[UUID_BYTES];
	unsigned limit;
	size_t count;
	struct error err;

	if ((err = request_limit(req, RELEASES_MOST, 20, &limit)).code)
		return err;
	if ((err = cursor_read(req, &after)).code)
		return err;
	if (after && !uuid_from_text(uuid, after))
		return error_field("/cursor", "is another list's.");
	if ((err = release_page(db, req->arena, after, limit + 1, &releases, &count)).code)
		return err;

	json_t *items = json_array(), *next = json_null();
	for (size_t i = 0; i < count && i < limit; i++)
		json_array_append_new(items, present_release(&releases[i]));
	if (count > limit)
		next = json_string(cursor_make(req, releases[limit - 1].id));
	request_json(req, 200, json_pack("{s:o, s:o}", "items", items, "next", next));
	return ok();
}

/* At most FILES_AT_ONCE of them, tables first; `files_next` goes into `?files_after=`. */
static struct error add_files(struct request *req, struct db *db, const struct release *release,
                              json_t *body)
{
	json_t *list = json_array(), *next = json_null();
	struct release_file *files;
	size_t count;
	struct error err = release_files(db, req->arena, release->id, request_query(req, "files_after"),
	                                 FILES_AT_ONCE + 1, &files, &count);

	if (err.code) {
		json_decref(list);
		return err;
	}
	for (size_t i = 0; i < count && i < FILES_AT_ONCE; i++)
		json_array_append_new(list, present_release_file(release, &files[i]));
	if (count > FILES_AT_ONCE)
		next = json_string(files[FILES_AT_ONCE - 1].path);
	json_object_set_new(body, "files", list);
	json_object_set_new(body, "files_next", next);
	return ok();
}

/* The dataset card; null when the release is not ready. */
static struct error add_card(struct request *req, struct db *db, const struct release *release,
                             json_t *body)
{
	char *card = arena_alloc(req->arena, CARD_MOST + 1);
	struct release_file file = { .path = RELEASE_CARD };
	size_t len = 0;
	ssize_t some = 0;
	int fd;

	json_object_set_new(body, "card", json_null());
	if (strcmp(release->state, "ready") != 0)
		return ok();
	struct error err =
		release_file_open(db, api.store, release->name, release->version, &file, &fd);
	if (err.code)
		return err;
	while (len < CARD_MOST && (some = read(fd, card + len, CARD_MOST - len)) > 0)
		len += (size_t)some;
	close(fd);
	if (len < CARD_MOST && some < 0)
		return errorf(ERR_INTERNAL, "The card cannot be read.");
	json_object_set_new(body, "card", json_stringn(card, len));
	return ok();
}

/* What was taken down of it, and what to use instead. */
static struct error add_withdrawn(struct request *req, struct db *db, const struct release *release,
                                  json_t *body)
{
	const char *revision;
	int64_t withdrawn;
	struct error err = withdrawal_count(db, req->arena, release->id, &revision, &withdrawn);

	if (err.code)
		return err;
	json_object_set_new(body, "revision", revision ? json_string(revision) : json_null());
	json_object_set_new(body, "withdrawn", json_integer(withdrawn));
	return ok();
}

/* Since when its sealed labels are published, and where; null: they are not, or none is sealed. */
static struct error add_unsealed(struct request *req, struct db *db, const struct release *release,
                                 json_t *body)
{
	struct release_sealed sealed = { 0 };
	struct error err = unseal_state(db, req->arena, release->id, &sealed);

	if (!err.code)
		json_object_set_new(body, "unsealed", present_unsealed(release, &sealed));
	return err;
}

/* What changed since the version before, in counts; null where there is none. */
static struct error add_since(struct request *req, struct db *db, const struct release *release,
                              json_t *body)
{
	struct change_counts counts = { .same = 0 };
	const char *before;
	struct error err = changes_before(db, req->arena, release->id, &before, &counts);

	if (!err.code)
		json_object_set_new(body, "since",
		                    before ? json_pack("{s:s, s:o}", "version", before, "counts",
		                                       change_counts_json(&counts))
		                           : json_null());
	return err;
}

struct error get_release(struct request *req, struct db *db)
{
	struct release release;
	struct error err = release_find(db, req->arena, req->args[0], req->args[1], &release);

	if (err.code)
		return err;
	json_auto_t *body = present_release(&release);
	json_t *layouts;
	if ((err = add_files(req, db, &release, body)).code)
		return err;
	if ((err = add_withdrawn(req, db, &release, body)).code)
		return err;
	if ((err = add_unsealed(req, db, &release, body)).code)
		return err;
	if ((err = add_since(req, db, &release, body)).code)
		return err;
	if ((err = layouts_json(req, db, &release, &layouts)).code)
		return err;
	json_object_set_new(body, "layouts", layouts);
	if ((err = add_card(req, db, &release, body)).code)
		return err;
	request_json(req, 200, json_incref(body));
	return ok();
}

/* To the object service, where it serves the public: for as long as a download may take to begin.
 */
static struct error send_elsewhere(struct request *req, const struct release_file *file,
                                   const char *disposition, bool *ret_sent)
{
	struct store_reading reading = { .method = req->is_head ? "HEAD" : "GET",
		                             .type = artefact_media_type(file->path),
		                             .disposition = disposition,
		                             .cache = RELEASE_FOREVER,
		                             .seconds = ADDRESS_S };
	const char *url;
	struct error err = release_file_address(api.store, file, &reading, req->arena, &url);

	*ret_sent = !err.code && url;
	if (*ret_sent) {
		request_reply_header(req, "Location", url);
		request_empty(req, 307);
	}
	return err;
}

static struct error send_release_file(struct request *req, struct db *db, const char *path)
{
	const char *slash = strrchr(path, '/');
	struct release_file file = { .path = path };
	bool sent = false, limited = false;
	int fd;
	struct error err =
		artefact_stays(path) ? ok() : release_let_in(req, db, req->args[1], &limited);

	if (err.code || (err = release_file_find(db, req->args[0], req->args[1], &file)).code)
		return err;
	err = withdrawal_check_file(db, req->args[0], req->args[1], path, file.sha256);
	if (err.code)
		return err;
	/* The path is one that we made: no quotes, no control characters. */
	const char *disposition =
		arena_printf(req->arena, "attachment; filename=\"%s\"", slash ? slash + 1 : path);
	/* A page reads its figures, and its policy lets it ask nobody else; an address of the object
	 * service would be anybody's. */
	if (strcmp(path, RELEASE_FIGURES) != 0 && !limited &&
	    ((err = send_elsewhere(req, &file, disposition, &sent)).code || sent))
		return err;
	if ((err = release_file_read(api.store, &file, &fd)).code)
		return err;
	request_reply_header(req, "Content-Disposition", disposition);
	request_file(req, fd, file.bytes, artefact_media_type(path),
	             arena_printf(req->arena, "\"%s\"", file.sha256), release_cache(limited));
	return ok();
}

struct error get_release_file(struct request *req, struct db *db)
{
	return send_release_file(req, db, req->args[2]);
}

struct error get_croissant(struct request *req, struct db *db)
{
	return send_release_file(req, db, RELEASE_CROISSANT);
}

struct error get_signing_keys(struct request *req, struct db *db)
{
	struct release_key *keys;
	size_t count;
	struct error err = keys_list(db, req->arena, &keys, &count);

	if (err.code)
		return err;
	json_t *items = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(items, present_release_key(&keys[i]));
	request_json(req, 200, json_pack("{s:o, s:n}", "items", items, "next"));
	return ok();
}

static struct error read_release_request(struct json_reader *body,
                                         struct release_request *ret_request, bool *ret_dry_run)
{
	struct release_request request = { 0 };
	json_t *object;
	struct error err;

	request.name = read_text(body, "name", 1, RELEASE_NAME_MAX);
	request.version = read_text(body, "version", 1, RELEASE_NAME_MAX);
	object = read_object_or_null(body, "filter");
	*ret_dry_run = read_flag_or(body, "dry_run", false);
	request.filter.seal_test = read_flag_or(body, "seal_test", false);
	request.filter.for_researchers = read_choice_or(body, "audience", release_audiences,
	                                                AUDIENCE_EVERYBODY) == AUDIENCE_RESEARCHERS;
	request.mail = read_flag_or(body, "mail", false);
	if ((err = json_reader_done(body)).code)
		return err;
	if (request.mail && !outbox_sends())
		return error_field("/mail", "must be false: this server sends no mail");
	if (object) {
		struct json_reader filter = { .object = object, .arena = body->arena, .at = "/filter" };
		unsigned type = read_choice_or(&filter, "media_type", media_types, 3);

		request.filter.media_type = type < 3 ? media_types[type] : NULL;
		request.filter.campaign = read_text_or(&filter, "campaign", RELEASE_NAME_MAX, NULL);
		request.filter.min_judgments = read_integer_or(&filter, "min_judgments", 0, 10000, 0);
		if (read_present(&filter, "min_confidence"))
			request.filter.min_confidence = read_number(&filter, "min_confidence", .5, 1);
		request.filter.no_volunteers = !read_flag_or(&filter, "volunteers", true);
		if ((err = json_reader_done(&filter)).code)
			return err;
	}
	*ret_request = request;
	return ok();
}

/* What it would hold: nothing is made. */
static struct error answer_preview(struct request *req, struct db *db,
                                   const struct release_request *request)
{
	struct release_preview preview;
	struct error err = release_preview(db, api.store, request, &preview);

	if (!err.code)
		request_json(req, 200, present_preview(&preview));
	return err;
}

/* What its job would refuse later is refused here, where that takes no long look. */
static struct error refuse_version(struct db *db, const struct release_request *request)
{
	struct release_preview preview;
	bool urgent = false;
	struct error err =
		rule_is_urgent(db, request->name, request->version, request->filter.campaign, &urgent);

	if (err.code || !urgent || release_preview(db, api.store, request, &preview).code)
		return err; /* the job will say why it cannot be chosen */
	return preview.refusal;
}

struct error post_release(struct request *req, struct db *db)
{
	json_auto_t *object = NULL;
	bool dry_run = false;
	struct release_request request = { 0 };
	struct job job;
	struct error err;

	if ((err = request_object(req, &object)).code)
		return err;
	struct json_reader body = { .object = object, .arena = req->arena };
	if ((err = read_release_request(&body, &request, &dry_run)).code)
		return err;
	if (dry_run)
		return answer_preview(req, db, &request);
	if ((err = refuse_version(db, &request)).code)
		return err;
	request.account = req->account_id;
	if ((err = release_create(db, &request, false, &job)).code)
		return err;
	return job_answer(req, db, job.id);
}

struct error post_unseal(struct request *req, struct db *db)
{
	json_auto_t *object = NULL;
	struct release release;
	char job[UUID_TEXT];
	struct error err = request_object(req, &object);

	if (err.code)
		return err;
	struct json_reader body = { .object = object, .arena = req->arena };
	bool with_others = read_flag_or(&body, "with_others", false);

	if ((err = json_reader_done(&body)).code)
		return err;
	if ((err = release_find(db, req->arena, req->args[0], req->args[1], &release)).code)
		return err;
	if ((err = unseal_ask(db, &release, with_others, req->account_id, job)).code)
		return err;
	return job_answer(req, db, job);
}
