/* SPDX-License-Identifier: Apache-2.0 */
/*
 * upload -- a file into the object service.
 *
 * A small one goes in one piece, a large one in parts, one after the other, which become the object
 * only when all are there; what fails is aborted, and what a crash leaves behind the bucket's own
 * rule removes (docs/operations.md).  Every body is signed with its SHA-256, so a service refuses
 * one that arrives otherwise.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/hex.h"
#include "core/strbuf.h"
#include "store/object_internal.h"

#define PART_BYTES   (16ull << 20)
#define MOST_PARTS   9000u /* the service takes 10,000 */
#define UPLOAD_TRIES 6
#define STEP_MS      60000
#define JOIN_MS      600000
#define SLOW_BYTES   64 /* a millisecond: what a body gets more time for */

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

struct upload {
	struct service *service;
	struct arena *arena; /* of the list of parts */
	const char *key, *id;
	int fd;
	uint64_t bytes, part_bytes;
	struct strbuf parts; /* the body that makes an object of them */
};

static struct error upload_begin(struct upload *upload)
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
static struct error upload_part(struct upload *upload, unsigned number)
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
static struct error upload_is_whole(struct upload *upload)
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
static struct error upload_end(struct upload *upload)
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

static void upload_abort(struct upload *upload)
{
	struct call call = upload_call(upload->arena, "DELETE", upload->key);

	call.query[call.query_count++] = (struct sigv4_pair){ "uploadId", upload->id };
	call.tries = 2;
	struct error err = service_call(upload->service, &call);
	(void)err; /* it is logged; the bucket's rule removes what is left */
}

static struct error upload_parts(struct upload *upload)
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
	struct upload upload = { .service = service,
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
