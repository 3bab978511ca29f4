/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The addresses of media.
 *
 * An address is a sealed pass: who may look, at which bytes, until when.  It is made
 * afresh for every showing, so it says nothing about the item, and it works for nobody
 * else.  Checking it needs no database, so an MHD thread answers and the file leaves by
 * sendfile.  A lane takes over where the file has to be fetched from an object service first, and
 * where the time is over: it asks whether the lease was renewed, and the address works on until the
 * lease ends.
 */
#include <string.h>
#include <unistd.h>

#include "api/api.h"
#include "core/clock.h"
#include "core/strbuf.h"
#include "core/uuid.h"
#include "corpus/item.h"
#include "crypto/sha256.h"
#include "judging/assignment.h"
#include "people/revocation.h"

/* Exactly these bytes are sealed. */
struct pass {
	unsigned char holder[UUID_BYTES]; /* a volunteer, or the hash of a session */
	unsigned char digest[SHA256_BYTES];
	int64_t expires_s;
	uint8_t type; /* index into content_types */
	uint8_t zero[7];
};

_Static_assert(sizeof(struct pass) == UUID_BYTES + SHA256_BYTES + 16, "no padding");

static const char *const content_types[] = { "image/jpeg", "video/mp4", "audio/mp4",
	                                         "application/octet-stream" };

/* The first half of a session secret's hash stands for whoever holds it. */
static void session_holder(const char *secret, unsigned char holder[UUID_BYTES])
{
	unsigned char digest[SHA256_BYTES];

	sha256_bytes(digest, secret, strlen(secret));
	memcpy(holder, digest, UUID_BYTES);
}

static void holder_of(struct request *req, unsigned char holder[UUID_BYTES])
{
	bool bearer;

	if (!req->account_id)
		memcpy(holder, req->volunteer, UUID_BYTES);
	else
		session_holder(session_secret(req, &bearer), holder);
}

static uint8_t type_index(const char *type)
{
	uint8_t last = sizeof content_types / sizeof content_types[0] - 1;

	for (uint8_t i = 0; i < last; i++)
		if (strcmp(content_types[i], type) == 0)
			return i;
	return last;
}

static void add_url(struct strbuf *text, struct request *req, const struct item_media *media,
                    enum showing what, int64_t expires_s)
{
	static const char *const picture = "image/jpeg";
	struct pass pass = { .expires_s = media->taken_down ? 0 : expires_s }; /* 0: it never works */
	const unsigned char *digests[] = { [SHOW_RENDITION] = media->rendition,
		                               [SHOW_POSTER] = media->poster,
		                               [SHOW_THUMBNAIL] = media->thumbnail,
		                               [SHOW_ORIGINAL] = media->original };

	holder_of(req, pass.holder);
	memcpy(pass.digest, digests[what], SHA256_BYTES);
	pass.type = what == SHOW_RENDITION  ? type_index(media->content_type)
	            : what == SHOW_ORIGINAL ? type_index("")
	                                    : type_index(picture);
	strbuf_add(text, "/api/v1/media/");
	token_seal(api.keys, TOKEN_MEDIA, &pass, sizeof pass,
	           strbuf_room(text, TOKEN_TEXT(sizeof pass)));
	strbuf_grew(text, TOKEN_TEXT(sizeof pass) - 1);
}

json_t *showing_url(struct request *req, const struct item_media *media, enum showing what,
                    int64_t expires_s)
{
	struct strbuf text = { .arena = req->arena };

	add_url(&text, req, media, what, expires_s);
	return json_stringn(text.bytes, text.len);
}

/* Nothing where there is no such number. */
static void add_number(struct strbuf *text, const char *name, unsigned number)
{
	if (!number)
		return;
	strbuf_add(text, name);
	strbuf_add_number(text, number);
}

/* Nothing in it needs escaping: names of types, numbers, and addresses of our own. */
void showing_add(struct strbuf *text, struct request *req, const struct item_media *media,
                 int64_t expires_s)
{
	strbuf_add(text, "{\"type\":\"");
	strbuf_add(text, media_type_name(media->type));
	strbuf_add(text, "\",\"content_type\":\"");
	strbuf_add(text, media->content_type);
	strbuf_add(text, "\",\"url\":\"");
	add_url(text, req, media, SHOW_RENDITION, expires_s);
	strbuf_add(text, "\"");
	add_number(text, ",\"width\":", media->width);
	add_number(text, ",\"height\":", media->height);
	add_number(text, ",\"duration_ms\":", media->duration_ms);
	if (media->has_poster) {
		strbuf_add(text, ",\"poster_url\":\"");
		add_url(text, req, media, SHOW_POSTER, expires_s);
		strbuf_add(text, "\"");
	}
	strbuf_add(text, "}");
}

json_t *showing_json(struct request *req, const struct item_media *media, int64_t expires_s)
{
	struct strbuf text = { .arena = req->arena };

	showing_add(&text, req, media, expires_s);
	return json_loadb(text.bytes, text.len, 0, NULL);
}

bool media_address_digest(const char *token, unsigned char digest[SHA256_BYTES])
{
	struct pass pass;

	if (!token_open(api.keys, TOKEN_MEDIA, token, &pass, sizeof pass))
		return false;
	memcpy(digest, pass.digest, SHA256_BYTES);
	return true;
}

static bool is_holder(struct request *req, const struct pass *pass)
{
	unsigned char holder[UUID_BYTES];
	bool bearer;

	if (req->is_volunteer && memcmp(pass->holder, req->volunteer, UUID_BYTES) == 0)
		return true;
	const char *secret = session_secret(req, &bearer);
	if (!secret)
		return false;
	session_holder(secret, holder);
	return memcmp(pass->holder, holder, UUID_BYTES) == 0;
}

/* Reads the pass, and says whether it is this client's, and neither its right nor what it leads to
 * was taken back. Says nothing of time. */
static bool read_pass(struct request *req, struct pass *pass)
{
	return token_open(api.keys, TOKEN_MEDIA, req->args[0], pass, sizeof *pass) &&
	       is_holder(req, pass) && !revocations_have(api.revocations, pass->holder) &&
	       !revocations_have(api.revocations, pass->digest);
}

/* The lease of a pass that has run out may have been renewed since; a session's pass has none. */
static bool may_be_renewed(struct request *req, const struct pass *pass)
{
	return req->is_volunteer && memcmp(pass->holder, req->volunteer, UUID_BYTES) == 0 &&
	       pass->expires_s + (int64_t)RENEWALS * LEASE_S >= clock_now_s();
}

void passes_revoke_session(const char *secret)
{
	unsigned char holder[UUID_BYTES];

	session_holder(secret, holder);
	revocations_add(api.revocations, holder);
}

static struct error no_such_medium(void)
{
	return errorf(ERR_NOT_FOUND, "There is no such medium, or it is not yours to see.");
}

static void send_medium(struct request *req, const struct pass *pass, int fd, uint64_t bytes)
{
	/* The tag is the address's nonce, and says nothing of the bytes: fresh for every showing. */
	request_file(req, fd, bytes, content_types[pass->type],
	             arena_printf(req->arena, "\"%.*s\"", TOKEN_NONCE_TEXT, req->args[0]),
	             "private, max-age=600");
}

static struct error find_medium(struct request *req, const struct pass *pass)
{
	uint64_t bytes;
	int fd;
	struct error err = item_open(api.store, pass->digest, &fd, &bytes);

	if (!err.code)
		send_medium(req, pass, fd, bytes);
	return err;
}

/* Nearly every pass is good or bad by itself, and nearly every file at hand. False: a lane asks the
 * object service, or the database whether its lease was renewed. */
bool get_media_here(struct request *req)
{
	struct pass pass;
	struct error err = no_such_medium();
	uint64_t bytes;
	int fd;

	if (read_pass(req, &pass)) {
		if (pass.expires_s < clock_now_s() && may_be_renewed(req, &pass))
			return false;
		if (pass.expires_s >= clock_now_s())
			err = item_open_now(api.store, pass.digest, &fd, &bytes);
	}
	if (err.code == ERR_UNAVAILABLE)
		return false;
	if (err.code)
		request_fail(req, err);
	else
		send_medium(req, &pass, fd, bytes);
	return true;
}

/* Of a pass that has run out, or of a file that is not at hand. */
struct error get_media(struct request *req, struct db *db)
{
	bool shown = false;
	struct pass pass;
	struct error err;

	if (!read_pass(req, &pass))
		return no_such_medium();
	if (pass.expires_s >= clock_now_s())
		return find_medium(req, &pass);
	if (!may_be_renewed(req, &pass))
		return no_such_medium();
	if ((err = lease_shows(db, req->arena, req->volunteer, pass.digest, &shown)).code)
		return err;
	return shown ? find_medium(req, &pass) : no_such_medium();
}
