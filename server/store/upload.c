/* SPDX-License-Identifier: Apache-2.0 */
/*
 * upload -- a file into the object service.
 *
 * A small one goes in one piece, a large one in parts, one after the other, which become the object
 * only when all are there; what fails is aborted, and what a crash leaves behind is given up by
 * tidying, or by the bucket's own rule (docs/operations.md).  Every body is signed with its
 * SHA-256, so a service refuses one that arrives otherwise.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/hex.h"
#include "core/strbuf.h"
#include "store/object_internal.h"

#define PART_BYTES    (16ull << 20)
#define MOST_PARTS    9000u /* the service takes 10,000 */
#define UPLOAD_TRIES  6
#define STEP_MS       60000
#define JOIN_MS       600000
#define STALE_AFTER_S 86400
#define SLOW_BYTES    64 /* a millisecond: what a body gets more time for */

static unsigned upload_ms(uint64_t bytes)
{
	uint64_t ms = STEP_MS + bytes / SLOW_BYTES;

	return ms < 3600000 ? (unsigned)ms : 3600000;
}

static struct call upload_call(struct arena *arena, const char *method, const char *key)
{
	return (struct call){ .arena = arena,
		                  .method = method,
		                  .key = key,
		                  .body_fd = -1,
		                  .total_ms = STEP_MS,
		                  .tries = UPLOAD_TRIES };
}

static struct error upload_whole(struct service *service, struct arena *arena, const char *key,
                                 int fd, uint64_t bytes, const unsigned char digest[SHA256_BYTES])
{
	struct call call = upload_call(arena, "PUT", key);
	char hex[SHA256_TEXT];

	hex_encode(hex, digest, SHA256_BYTES);
	call.payload = hex;
	call.body_fd = fd;
	call.body_bytes = bytes;
	call.total_ms = upload_ms(bytes);
	struct error err = service_call(service, &call);
	if (!err.code && !*call.etag) /* something else said yes: a proxy, a page to sign in */
		return errorf(ERR_UNAVAILABLE, "the object service gave an object no tag");
	return err;
}

/* The digest of a piece of the file. */
static bool digest_piece(int fd, uint64_t from, uint64_t bytes, char hex[SHA256_TEXT])
{
	unsigned char digest[SHA256_BYTES];
	struct sha256 hash;
	char piece[64 * 1024];

	sha256_start(&hash);
	while (bytes) {
		size_t most = bytes < sizeof piece ? (size_t)bytes : sizeof piece;
		ssize_t got = pread(fd, piece, most, (off_t)from);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		sha256_add(&hash, piece, (size_t)got);
		from += (uint64_t)got;
		bytes -= (uint64_t)got;
	}
	sha256_finish(&hash, digest);
	hex_encode(hex, digest, SHA256_BYTES);
	return true;
}

struct object_upload {
	struct service *service;
	struct arena *arena; /* of the list of parts */
	const char *key, *id;
	int fd;
	uint64_t bytes, part_bytes;
	struct strbuf parts; /* the body that makes an object of them */
};

static struct error upload_begin(struct object_upload *upload)
{
	struct call call = upload_call(upload->arena, "POST", upload->key);

	call.query[call.query_count++] = (struct sigv4_pair){ "uploads", "" };
	struct error err = service_call(upload->service, &call);
	if (err.code)
		return err;
	const char *at = call.text;
	upload->id = xml_take(upload->arena, &at, "UploadId");
	if (!upload->id || !*upload->id || strlen(upload->id) > 1024)
		return errorf(ERR_UNAVAILABLE, "the object service began no upload");
	return ok();
}

/* The service names a part by a tag, which its answer tells. */
static struct error upload_part(struct object_upload *upload, unsigned number)
{
	uint64_t from = (number - 1) * upload->part_bytes;
	uint64_t left = upload->bytes - from;
	struct arena *arena = arena_new();
	struct call call = upload_call(arena, "PUT", upload->key);
	char hex[SHA256_TEXT];
	struct error err = ok();

	call.query[call.query_count++] =
		(struct sigv4_pair){ "partNumber", arena_printf(arena, "%u", number) };
	call.query[call.query_count++] = (struct sigv4_pair){ "uploadId", upload->id };
	call.body_fd = upload->fd;
	call.body_from = from;
	call.body_bytes = left < upload->part_bytes ? left : upload->part_bytes;
	call.total_ms = upload_ms(call.body_bytes);
	call.payload = hex;
	if (!digest_piece(upload->fd, from, call.body_bytes, hex))
		err = errorf(ERR_INTERNAL, "the file to upload could not be read");
	if (!err.code)
		err = service_call(upload->service, &call);
	if (!err.code && !*call.etag)
		err = errorf(ERR_UNAVAILABLE, "the object service gave a part no tag");
	if (!err.code)
		strbuf_add(&upload->parts,
		           arena_printf(arena, "<Part><PartNumber>%u</PartNumber><ETag>%s</ETag></Part>",
		                        number, call.etag));
	arena_free(arena);
	return err;
}

/* Has the object the length of the file? The answer to the call that made it may have been lost. */
static struct error upload_is_whole(struct object_upload *upload)
{
	struct call call = upload_call(upload->arena, "HEAD", upload->key);
	struct error err = service_call(upload->service, &call);

	if (err.code && err.code != ERR_NOT_FOUND)
		return err;
	if (err.code || call.length != (int64_t)upload->bytes)
		return errorf(ERR_UNAVAILABLE, "the object service made less of the parts than they are");
	return ok();
}

/* It may be answered 200 before it is done, with a problem in the body. */
static struct error upload_end(struct object_upload *upload)
{
	struct call call = upload_call(upload->arena, "POST", upload->key);
	unsigned char digest[SHA256_BYTES];
	char hex[SHA256_TEXT];

	strbuf_add(&upload->parts, "</CompleteMultipartUpload>");
	sha256_bytes(digest, upload->parts.bytes, upload->parts.len);
	hex_encode(hex, digest, SHA256_BYTES);
	call.query[call.query_count++] = (struct sigv4_pair){ "uploadId", upload->id };
	call.body = upload->parts.bytes;
	call.body_bytes = upload->parts.len;
	call.payload = hex;
	call.ponders = true; /* it joins the parts before it answers */
	call.total_ms = JOIN_MS;
	struct error err = service_call(upload->service, &call);
	if (!err.code && strstr(call.text, "<Error>"))
		err = errorf(ERR_UNAVAILABLE, "the object service could not join the parts");
	struct error whole = upload_is_whole(upload);
	return whole.code ? (err.code ? err : whole) : ok();
}

static struct error give_up(struct service *service, struct arena *arena, const char *key,
                            const char *id)
{
	struct call call = upload_call(arena, "DELETE", key);

	call.query[call.query_count++] = (struct sigv4_pair){ "uploadId", id };
	call.tries = 2;
	struct error err = service_call(service, &call);
	return call.status == 404 ? ok() : err; /* another gave it up, or it came to its end */
}

static void upload_abort(struct object_upload *upload)
{
	struct error err = give_up(upload->service, upload->arena, upload->key, upload->id);

	(void)err; /* it is logged; tidying removes what is left, or the bucket's own rule */
}

static struct error upload_parts(struct object_upload *upload)
{
	unsigned count = (unsigned)((upload->bytes + upload->part_bytes - 1) / upload->part_bytes);
	struct error err = upload_begin(upload);

	if (err.code)
		return err;
	strbuf_add(&upload->parts, "<CompleteMultipartUpload>");
	for (unsigned number = 1; !err.code && number <= count; number++)
		err = upload_part(upload, number);
	if (!err.code)
		err = upload_end(upload);
	if (err.code)
		upload_abort(upload);
	return err;
}

struct error upload_file(struct service *service, const char *key, int fd, uint64_t bytes,
                         const unsigned char digest[SHA256_BYTES])
{
	struct arena *arena = arena_new();
	struct object_upload upload = { .service = service,
		                            .arena = arena,
		                            .key = key,
		                            .fd = fd,
		                            .bytes = bytes,
		                            .part_bytes = PART_BYTES,
		                            .parts = { .arena = arena } };

	while ((bytes + upload.part_bytes - 1) / upload.part_bytes > MOST_PARTS)
		upload.part_bytes *= 2;
	struct error err = bytes > PART_BYTES ? upload_parts(&upload)
	                                      : upload_whole(service, arena, key, fd, bytes, digest);
	arena_free(arena);
	return err;
}

/* ------------------------------------------------------------------ what broke off */

/* Where the next page of uploads begins. */
struct upload_page {
	char key[OBJECT_PREFIX + OBJECT_KEY], id[1025];
};

static struct error list_uploads(struct service *service, struct arena *arena,
                                 const struct upload_page *page, const char **ret_text)
{
	struct call call = upload_call(arena, "GET", NULL);

	call.query[call.query_count++] = (struct sigv4_pair){ "uploads", "" };
	call.query[call.query_count++] = (struct sigv4_pair){ "prefix", service->prefix };
	if (*page->key) {
		call.query[call.query_count++] = (struct sigv4_pair){ "key-marker", page->key };
		call.query[call.query_count++] = (struct sigv4_pair){ "upload-id-marker", page->id };
	}
	struct error err = service_call(service, &call);
	*ret_text = "";
	if (call.status == 501)
		return ok(); /* it lists none: the bucket's rule has to do */
	if (!err.code && !strstr(call.text, "ListMultipartUploadsResult"))
		return errorf(ERR_UNAVAILABLE, "the object service answered with no listing of uploads");
	if (!err.code)
		*ret_text = call.text;
	return err;
}

/* Gives up one <Upload>, if it is ours and old. */
static struct error tidy_one(struct service *service, struct arena *arena, const char *text,
                             uint64_t *removed)
{
	const char *at = text, *key = xml_take(arena, &at, "Key");
	const char *id = (at = text, xml_take(arena, &at, "UploadId"));
	const char *begun = (at = text, xml_take(arena, &at, "Initiated"));
	int64_t begun_s = listing_time(begun);
	unsigned char digest[SHA256_BYTES];

	if (!id || begun_s < 0 || begun_s > clock_now_s() - STALE_AFTER_S ||
	    !listing_is_ours(service, key, digest))
		return ok();
	struct error err = give_up(service, arena, key + strlen(service->prefix), id);
	if (!err.code)
		(*removed)++;
	return err;
}

/* False: there is none. */
static bool next_uploads(struct arena *arena, const char *text, struct upload_page *page)
{
	const char *at = text, *truncated = xml_take(arena, &at, "IsTruncated");
	const char *key = (at = text, xml_take(arena, &at, "NextKeyMarker"));
	const char *id = (at = text, xml_take(arena, &at, "NextUploadIdMarker"));

	if (!truncated || strcmp(truncated, "true") != 0 || !key || !*key || !id ||
	    strlen(key) >= sizeof page->key || strlen(id) >= sizeof page->id ||
	    (strcmp(key, page->key) == 0 && strcmp(id, page->id) == 0))
		return false;
	snprintf(page->key, sizeof page->key, "%s", key);
	snprintf(page->id, sizeof page->id, "%s", id);
	return true;
}

struct error upload_tidy(struct service *service, uint64_t *ret_removed)
{
	struct upload_page page = { 0 };
	uint64_t removed = 0;
	bool more = true;
	struct error err = ok();

	while (!err.code && more) {
		struct arena *arena = arena_new();
		const char *text, *one;

		err = list_uploads(service, arena, &page, &text);
		const char *at = text;
		while (!err.code && (one = xml_take(arena, &at, "Upload")))
			err = tidy_one(service, arena, one, &removed);
		more = next_uploads(arena, text, &page);
		arena_free(arena);
	}
	*ret_removed = removed;
	return err;
}
