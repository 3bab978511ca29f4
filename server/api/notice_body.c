/* SPDX-License-Identifier: Apache-2.0 */
#include "api/notice_body.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/api.h"
#include "core/hex.h"
#include "core/json_reader.h"
#include "core/uuid.h"
#include "core/vocabulary.h"
#include "http/request.h"
#include "mail/message.h"
#include "notices/notice.h"

#define TEXT_LEAST   20
#define TEXT_MOST    10000
#define NAME_MOST    200
#define EMAIL_MOST   254
#define ADDRESS_MOST 2000

/* NAME/VERSION/files/PATH, behind "/releases/". */
static bool read_release_address(struct request *req, const char *rest,
                                 struct notice_request *notice)
{
	const char *version = strchr(rest, '/'), *files = version ? strchr(version + 1, '/') : NULL;

	if (!files || strncmp(files, "/files/", 7) != 0)
		return false;
	notice->target = TARGET_RELEASE;
	notice->release = arena_copy(req->arena, rest, (size_t)(version - rest));
	notice->version = arena_copy(req->arena, version + 1, (size_t)(files - version - 1));
	notice->path = files + 7;
	return true;
}

/* The address of a medium that somebody was shown, or of a file of a release. */
static void read_notice_address(struct request *req, struct json_reader *r, const char *address,
                                struct notice_request *notice)
{
	static const char media[] = "/api/v1/media/", releases[] = "/api/v1/releases/";
	const char *of_medium = strstr(address, media), *of_release = strstr(address, releases);
	unsigned char digest[SHA256_BYTES];
	char *text = arena_alloc(req->arena, SHA256_TEXT);

	notice->target = TARGET_ADDRESS;
	notice->sha256 = text;
	if (of_medium && media_address_digest(of_medium + strlen(media), digest))
		hex_encode(text, digest, sizeof digest);
	else if (!of_release || !read_release_address(req, of_release + strlen(releases), notice))
		json_reader_refuse(r, "address", "is none of a medium or of a file of a release here.");
}

/* Exactly one of the ways to name an item. */
static void read_reported(struct request *req, struct json_reader *r, struct notice_request *notice)
{
	unsigned char digest[SHA256_BYTES];
	const char *address = read_text_or(r, "address", ADDRESS_MOST, NULL);

	notice->item = read_text_or(r, "item", UUID_TEXT - 1, NULL);
	notice->sha256 = read_text_or(r, "sha256", SHA256_TEXT - 1, NULL);
	notice->release = read_text_or(r, "release", NAME_MOST, NULL);
	notice->version = read_text_or(r, "version", NAME_MOST, NULL);
	notice->path = read_text_or(r, "path", ADDRESS_MOST, NULL);
	bool whole = notice->release && notice->version && notice->path;
	if (!!address + !!notice->item + !!notice->sha256 + !!notice->release != 1 ||
	    (!whole && (notice->release || notice->version || notice->path)))
		json_reader_refuse(r, notice->release ? "path" : "item",
		                   "Name the item by one of item, address, sha256, or release with version "
		                   "and path.");
	else if (notice->sha256 && !hex_decode(digest, sizeof digest, notice->sha256))
		json_reader_refuse(r, "sha256", "is 64 hexadecimal digits.");
	notice->target = notice->item      ? TARGET_ITEM
	                 : notice->sha256  ? TARGET_SHA256
	                 : notice->release ? TARGET_RELEASE
	                                   : TARGET_ADDRESS;
	if (address && !r->err.code)
		read_notice_address(req, r, address, notice);
}

/* Who reports the abuse of a child need not say who they are. */
static void read_author(struct json_reader *r, bool child, struct notice_request *notice)
{
	notice->name =
		child ? read_text_or(r, "name", NAME_MOST, NULL) : read_text(r, "name", 1, NAME_MOST);
	notice->email =
		child ? read_text_or(r, "email", EMAIL_MOST, NULL) : read_text(r, "email", 3, EMAIL_MOST);
	if (notice->name && !*notice->name)
		notice->name = NULL;
	if (notice->email && !*notice->email)
		notice->email = NULL;
	if (notice->email && !message_address_is_good(notice->email))
		json_reader_refuse(r, "email", "is no address that mail can be sent to.");
}

struct error notice_body_read(struct request *req, const json_t *object,
                              struct notice_request *notice)
{
	struct json_reader r = { .object = (json_t *)object, .arena = req->arena };
	/* A site has a /48, and is one network. */
	uint64_t network = req->block ? req->block : req->network;

	if (notice->target != TARGET_FILE)
		read_reported(req, &r, notice);
	unsigned reason = read_choice(&r, "reason", notice_reasons);
	notice->reason = notice_reasons[reason];
	notice->explanation = read_text(&r, "explanation", TEXT_LEAST, TEXT_MOST);
	read_author(&r, reason == NOTICE_CHILD_SAFETY, notice);
	if (!read_flag_or(&r, "good_faith", false))
		json_reader_refuse(&r, "good_faith",
		                   "must be true: you believe in good faith that what you say is so.");
	if (network)
		notice->network = arena_printf(req->arena, "%016" PRIx64, network);
	return json_reader_done(&r);
}
