/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /uploads -- files that come in pieces, by tus 1.0 (https://tus.io/protocols/resumable-upload):
 * creation, expiration, termination.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "api/api.h"
#include "api/ways_in.h"
#include "core/number.h"
#include "corpus/contribution.h"
#include "corpus/upload.h"
#include "people/permission.h"
#include "people/volunteer.h"

#define TUS         "1.0.0"
#define OFFSET_TYPE "application/offset+octet-stream"
#define TYPE_MOST   64 /* bytes of a content type */

/* ------------------------------------------------------------------ who sends */

static struct error contributing_account(struct request *req, struct db *db, struct contributor *by)
{
	struct error err = api_account_may(req, db, MAY_ADD);

	if (err.code)
		return err;
	*by = (struct contributor){ .account_id = req->account_id,
		                        .who = req->account_email,
		                        .direct = true,
		                        .reviews = req->permissions & MAY_REVIEW,
		                        .permissions = req->permissions,
		                        .network = req->network };
	return api_act_as(req, db, "account", req->account_id);
}

static struct error contributing_volunteer(struct request *req, struct contributor *by)
{
	struct volunteer_pass pass;

	if (!req->is_volunteer || !volunteer_cookie_open(req, &pass))
		return error_because(REASON_NO_CONSENT);
	if (pass.consent < CONSENT_VERSION)
		return error_because(REASON_CONSENT_CHANGED);
	if (!api.contributions)
		return errorf(ERR_FORBIDDEN, "This site takes no media from volunteers.");
	*by = (struct contributor){ .volunteer_id = api_volunteer(req),
		                        .who = "a volunteer",
		                        .network = req->network };
	return ok();
}

struct error contributor_of(struct request *req, struct db *db, struct contributor *ret_by)
{
	bool bearer;
	const char *secret = session_secret(req, &bearer);

	if (secret) {
		struct error err = contributing_account(req, db, ret_by);

		if (err.code != ERR_NOBODY || bearer || !req->is_volunteer)
			return err; /* who was signed out may still be a volunteer */
	}
	return contributing_volunteer(req, ret_by);
}

/* ------------------------------------------------------------------ the protocol */

static void say_version(struct request *req)
{
	request_reply_header(req, "Tus-Resumable", TUS);
}

static struct error check_version(struct request *req)
{
	const char *version = request_header(req, "Tus-Resumable");

	say_version(req);
	if (version && strcmp(version, TUS) == 0)
		return ok();
	request_reply_header(req, "Tus-Version", TUS);
	return errorf(ERR_CONDITION, "Say Tus-Resumable: " TUS ".");
}

static struct error begin_request(struct request *req, struct db *db, struct contributor *by)
{
	struct error err = check_version(req);

	return err.code ? err : contributor_of(req, db, by);
}

static void say_expiry(struct request *req, int64_t expires_s)
{
	time_t at = (time_t)expires_s;
	char text[40];
	struct tm tm;

	strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&at, &tm));
	request_reply_header(req, "Upload-Expires", text);
}

static void say_number(struct request *req, const char *name, uint64_t number)
{
	request_reply_header(req, name, arena_printf(req->arena, "%llu", (unsigned long long)number));
}

/* A header that is a whole number. */
static struct error read_header_count(struct request *req, const char *name, uint64_t *ret_count)
{
	const char *text = request_header(req, name);

	if (text && number_whole(text, 0, INT64_MAX, ret_count))
		return ok();
	return errorf(ERR_MALFORMED, "%s must be a whole number.", name);
}

struct error options_uploads(struct request *req, struct db *db)
{
	(void)db;
	say_version(req);
	request_reply_header(req, "Tus-Version", TUS);
	request_reply_header(req, "Tus-Extension", "creation,expiration,termination");
	say_number(req, "Tus-Max-Size", UPLOAD_MAX_VIDEO);
	request_reply_header(req, "Allow", "POST, OPTIONS");
	request_empty(req, 204);
	return ok();
}

/* ------------------------------------------------------------------ beginning */

static int base64_digit(char c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* Up to a letter that is none of base64's. */
static void decode_base64(const char *text, char value[TYPE_MOST])
{
	unsigned bits = 0, held = 0;
	size_t len = 0;

	for (int digit; len < TYPE_MOST - 1 && (digit = base64_digit(*text)) >= 0; text++) {
		bits = bits << 6 | (unsigned)digit;
		held += 6;
		if (held >= 8) {
			held -= 8;
			value[len++] = (char)(bits >> held & 0xff);
		}
	}
	value[len] = '\0';
}

/* The declared content type in "filename ZG9nLmpwZw==,filetype aW1hZ2UvanBlZw=="; NULL: none. */
static const char *declared_type(struct request *req, char value[TYPE_MOST])
{
	const char *at = request_header(req, "Upload-Metadata");
	size_t key = strlen("filetype ");

	while (at && *at) {
		at += strspn(at, ", ");
		if (strncmp(at, "filetype ", key) == 0) {
			decode_base64(at + key, value);
			return value;
		}
		at += strcspn(at, ",");
	}
	return NULL;
}

struct error post_upload(struct request *req, struct db *db)
{
	struct contributor by;
	struct upload upload;
	uint64_t length;
	char type[TYPE_MOST];
	struct error err = begin_request(req, db, &by);

	if (err.code)
		return err;
	if (request_header(req, "Upload-Defer-Length"))
		return errorf(ERR_MALFORMED, "Say how long the file is: Upload-Length.");
	if ((err = read_header_count(req, "Upload-Length", &length)).code)
		return err;
	uint64_t most = upload_limit(declared_type(req, type));
	if (length == 0)
		return errorf(ERR_INVALID, "The file is empty.");
	if (length > most)
		return errorf(ERR_TOO_LARGE, "At most %llu bytes of this kind, please.",
		              (unsigned long long)most);
	if ((err = upload_create(db, api.store, req->arena, &by, length, &upload)).code)
		return err;
	request_reply_header(req, "Location",
	                     arena_printf(req->arena, "/api/v1/uploads/%s", upload.id));
	say_expiry(req, upload.expires_s);
	request_json(req, 201,
	             json_pack("{s:s, s:I, s:I, s:s, s:n}", "id", upload.id, "length",
	                       (json_int_t)upload.length, "offset", (json_int_t)0, "expires_at",
	                       upload.expires_at, "contribution"));
	return ok();
}

/* ------------------------------------------------------------------ how far it is */

/* What was an upload may be a contribution by now. */
static struct error find_contributed(struct request *req, struct db *db,
                                     const struct contributor *by)
{
	struct contribution contribution;
	struct error err = contribution_find(db, req->arena, by, req->args[0], &contribution);

	if (err.code || req->is_head)
		return errorf(ERR_NOT_FOUND, "There is no such upload of yours, or its time is over.");
	request_json(req, 200,
	             json_pack("{s:s, s:n, s:n, s:n, s:s}", "id", contribution.id, "length", "offset",
	                       "expires_at", "contribution", contribution.id));
	return ok();
}

struct error get_upload(struct request *req, struct db *db)
{
	struct contributor by;
	struct upload upload;
	struct error err;

	say_version(req);
	req->cache = "no-store";
	if ((err = contributor_of(req, db, &by)).code)
		return err;
	err = upload_find(db, req->arena, &by, req->args[0], &upload);
	if (err.code == ERR_NOT_FOUND)
		return find_contributed(req, db, &by);
	if (err.code)
		return err;
	say_number(req, "Upload-Offset", upload.offset);
	say_number(req, "Upload-Length", upload.length);
	say_expiry(req, upload.expires_s);
	request_json(req, 200,
	             json_pack("{s:s, s:I, s:I, s:s, s:n}", "id", upload.id, "length",
	                       (json_int_t)upload.length, "offset", (json_int_t)upload.offset,
	                       "expires_at", upload.expires_at, "contribution"));
	return ok();
}

/* ------------------------------------------------------------------ going on */

/* Opens the upload at the offset that the client means; the descriptor is the request's. */
static struct error begin_patch(struct request *req, struct db *db, struct upload **ret_upload)
{
	struct upload *upload = arena_alloc(req->arena, sizeof *upload);
	const char *type = request_header(req, "Content-Type");
	struct contributor by;
	uint64_t offset, coming = req->body_len + req->body_left;
	struct error err = begin_request(req, db, &by);

	if (err.code)
		return err;
	if (!type || strcmp(type, OFFSET_TYPE) != 0)
		return errorf(ERR_TYPE, "Send " OFFSET_TYPE ".");
	if ((err = read_header_count(req, "Upload-Offset", &offset)).code)
		return err;
	if ((err = upload_find(db, req->arena, &by, req->args[0], upload)).code)
		return err;
	if (offset > upload->length || coming > upload->length - offset)
		return errorf(ERR_TOO_LARGE, "The upload was to have %llu bytes.",
		              (unsigned long long)upload->length);
	if ((err = upload_open(upload, offset, &req->spool)).code)
		return err;
	*ret_upload = upload;
	return ok();
}

struct error take_upload(struct request *req, struct db *db)
{
	struct upload *upload = req->taking;
	struct error err;

	if (!upload && (err = begin_patch(req, db, &upload)).code)
		return err;
	req->taking = upload;
	return upload_take(db, upload, req->spool, req->body, req->body_len);
}

struct error patch_upload(struct request *req, struct db *db)
{
	struct error err = take_upload(req, db);
	struct upload *upload = req->taking;

	if (err.code || (err = upload_settle(db, upload, req->spool)).code)
		return err;
	say_number(req, "Upload-Offset", upload->offset);
	say_expiry(req, upload->expires_s);
	request_empty(req, 204);
	return ok();
}

struct error delete_upload(struct request *req, struct db *db)
{
	struct contributor by;
	struct upload upload;
	struct error err = begin_request(req, db, &by);

	if (err.code)
		return err;
	if ((err = upload_find(db, req->arena, &by, req->args[0], &upload)).code)
		return err;
	if ((err = upload_remove(db, api.store, &upload)).code)
		return err;
	request_empty(req, 204);
	return ok();
}
