/* SPDX-License-Identifier: Apache-2.0 */
#include "http/response.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "core/mem.h"
#include "http/gzip.h"
#include "http/response_pool.h"
#include "http/response_stream.h"
#include "http/static.h"

#define PLACES \
	2048 /* some 50 files, most at two addresses, plain and compressed, each with its 304 */
#define PROBES 16

/* An answer that never changes, with every header: a page, and its 304. */
struct lasting {
	const struct static_file *page;
	unsigned status;
	struct MHD_Response *response;
};

struct responses {
	const char *const *headers;
	const char **json_headers; /* of a JSON answer that nobody keeps, all of them */
	struct response_pool *pool;
	_Atomic(struct lasting *) places[PLACES]; /* set once, by any thread, and never changed */
};

static const char json[] = "application/json";

static const char **with_json(const char *const *headers)
{
	static const char *const first[] = { "Content-Type", json, "Cache-Control", "no-store" };
	size_t count = 0;

	while (headers && headers[count])
		count++;
	const char **all = mem_new(4 + count + 1, sizeof *all);
	memcpy(all, first, sizeof first);
	if (count)
		memcpy(all + 4, headers, count * sizeof *all);
	return all;
}

struct responses *responses_new(const char *const *headers)
{
	struct responses *answers = mem_new(1, sizeof *answers);

	answers->headers = headers;
	answers->json_headers = with_json(headers);
	answers->pool = response_pool_new(answers->json_headers);
	return answers;
}

void responses_free(struct responses *answers)
{
	for (unsigned i = 0; i < PLACES; i++) {
		struct lasting *lasting = answers->places[i];

		if (lasting)
			MHD_destroy_response(lasting->response);
		free(lasting);
	}
	response_pool_free(answers->pool);
	free(answers->json_headers);
	free(answers);
}

static unsigned first_place(const struct static_file *page)
{
	return (unsigned)((uintptr_t)page * 0x9e3779b97f4a7c15 >> 40);
}

static bool response_digits(const char *text, size_t len)
{
	return len > 0 && len < 19 && strspn(text, "0123456789") >= len;
}

enum range_kind range_read(const char *header, uint64_t bytes, struct byte_range *range)
{
	if (!header || strncasecmp(header, "bytes=", 6) != 0 || strchr(header, ','))
		return RANGE_NONE;
	const char *first = header + 6, *dash = strchr(first, '-');
	size_t first_len = dash ? (size_t)(dash - first) : 0, last_len = dash ? strlen(dash + 1) : 0;

	if (!dash || (first_len && !response_digits(first, first_len)) ||
	    (last_len && !response_digits(dash + 1, last_len)))
		return RANGE_NONE;
	if (!first_len && !last_len)
		return RANGE_NONE;
	uint64_t from = strtoull(first, NULL, 10), to = last_len ? strtoull(dash + 1, NULL, 10) : 0;

	if (!first_len) { /* the last `to` bytes */
		if (!to || !bytes)
			return RANGE_UNSATISFIABLE;
		from = to < bytes ? bytes - to : 0;
		to = bytes - 1;
	} else if (!last_len || to >= bytes) {
		if (last_len && to < from)
			return RANGE_NONE;
		to = bytes ? bytes - 1 : 0;
	} else if (to < from) {
		return RANGE_NONE;
	}
	if (from >= bytes)
		return RANGE_UNSATISFIABLE;
	*range = (struct byte_range){ from, to - from + 1 };
	return RANGE_ONE;
}

struct tag_search {
	const char *field, *etag; /* NULL: what is asked for has no tag */
	bool strong;              /* compared so (RFC 9110, 8.8.3.2): a weak tag matches nothing */
	bool found;
};

/* One line of the field, of which there may be several: tags, each whole in its quotes. */
static enum MHD_Result search_line(void *arg, enum MHD_ValueKind kind, const char *name,
                                   const char *value)
{
	struct tag_search *search = arg;
	const char *at = value;
	(void)kind;

	if (strcasecmp(name, search->field) != 0 || !value)
		return MHD_YES;
	search->found = search->found || strcmp(value, "*") == 0;
	while (search->etag && *(at += strspn(at, ", \t"))) {
		bool weak = strncmp(at, "W/", 2) == 0;

		at += weak ? 2 : 0;
		const char *end = *at == '"' ? strchr(at + 1, '"') : NULL;

		if (!end)
			break;
		size_t len = (size_t)(end - at) + 1;
		bool same = len == strlen(search->etag) && memcmp(at, search->etag, len) == 0;

		search->found = search->found || (same && !(weak && search->strong));
		at = end + 1;
	}
	return MHD_YES;
}

static bool tag_listed(const struct request *req, struct tag_search search)
{
	MHD_get_connection_values(req->connection, MHD_HEADER_KIND, search_line, &search);
	return search.found;
}

/* Does the client want something else than there is? `*` means whatever there is. */
static bool is_unwanted(struct request *req)
{
	return request_header(req, "If-Match") &&
	       !tag_listed(
			   req, (struct tag_search){ .field = "If-Match", .etag = req->etag, .strong = true });
}

/* Does the client hold this already? `*` means any; a weak tag matches its strong self. */
static bool is_held(const struct request *req)
{
	return req->etag &&
	       tag_listed(req, (struct tag_search){ .field = "If-None-Match", .etag = req->etag });
}

static struct MHD_Response *response_unsatisfiable(struct request *req)
{
	struct MHD_Response *response;

	request_fail(req, errorf(ERR_RANGE, "The range lies outside the file."));
	req->cache = NULL; /* who may keep the file may not keep this */
	response = MHD_create_response_from_buffer(req->reply_len, (void *)(uintptr_t)req->reply,
	                                           MHD_RESPMEM_PERSISTENT);
	MHD_add_response_header(response, "Content-Range",
	                        arena_printf(req->arena, "bytes */%" PRIu64, req->file_bytes));
	return response;
}

/* The bytes of an open file, or of a stream; either belongs to the response from now on. */
static struct MHD_Response *response_of_bytes(struct request *req, const struct byte_range *range)
{
	struct MHD_Response *response;

	if (req->stream.read)
		return stream_response(req, range);
	response = MHD_create_response_from_fd_at_offset64(range->count, req->file, range->first);
	if (response)
		req->file = -1; /* MHD closes it with the response */
	return response;
}

static struct MHD_Response *from_file(struct request *req)
{
	struct byte_range range = { 0, req->file_bytes };
	const char *only_if = request_header(req, "If-Range");
	const char *wanted = request_header(req, "Range");
	enum range_kind kind = RANGE_NONE;
	struct MHD_Response *response;

	if (req->status == 200 && !req->is_head &&
	    (!only_if || (req->etag && strcmp(only_if, req->etag) == 0)))
		kind = range_read(wanted, req->file_bytes, &range);
	if (kind == RANGE_UNSATISFIABLE)
		return response_unsatisfiable(req);
	if (!(response = response_of_bytes(req, &range)))
		return NULL;
	MHD_add_response_header(response, "Accept-Ranges", "bytes");
	if (kind == RANGE_ONE) {
		req->status = 206;
		MHD_add_response_header(response, "Content-Range",
		                        arena_printf(req->arena, "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64,
		                                     range.first, range.first + range.count - 1,
		                                     req->file_bytes));
	}
	req->reply_len = range.count;
	return response;
}

static struct MHD_Response *body_of(struct request *req)
{
	if (req->file >= 0 || req->stream.read)
		return from_file(req);
	return MHD_create_response_from_buffer(req->reply_len, (void *)(uintptr_t)req->reply,
	                                       MHD_RESPMEM_PERSISTENT);
}

/* A shared cache must know that there are two forms, whichever it got. */
static void add_encoding(struct MHD_Response *response, const struct request *req)
{
	const struct static_file *page = req->page;

	if (!page || (!page->gzip && !page->encoding))
		return;
	MHD_add_response_header(response, "Vary", "Accept-Encoding");
	if (page->encoding && req->status != 304)
		MHD_add_response_header(response, "Content-Encoding", page->encoding);
}

static struct MHD_Response *with_headers(const struct responses *answers, struct request *req,
                                         bool closing)
{
	struct MHD_Response *response = body_of(req);

	if (!response)
		return NULL;
	if (req->reply_type && req->status != 304)
		MHD_add_response_header(response, "Content-Type", req->reply_type);
	if (req->etag && req->status < 400)
		MHD_add_response_header(response, "ETag", req->etag);
	MHD_add_response_header(response, "Cache-Control", req->cache ? req->cache : "no-store");
	add_encoding(response, req);
	for (const char *const *header = answers->headers; header && *header; header += 2)
		MHD_add_response_header(response, header[0], header[1]);
	for (const struct request_header *h = req->headers; h; h = h->next)
		MHD_add_response_header(response, h->name, h->value);
	if (closing)
		MHD_add_response_header(response, "Connection", "close");
	return response;
}

/* A page fills the answer in; it is the same for everybody unless a handler added to it. */
static bool spread_page(struct request *req)
{
	if (!req->page)
		return false;
	bool same = !req->headers && !req->cache;

	if (req->page->gzip && gzip_accepted(request_header_list(req, "Accept-Encoding")))
		req->page = req->page->gzip;
	req->reply = req->page->bytes;
	req->reply_len = req->page->len;
	req->reply_type = req->page->type;
	if (req->page->etag[0]) {
		req->etag = req->page->etag;
		req->cache = req->cache ? req->cache : req->page->cache;
	}
	return same;
}

/* The lasting answer, or NULL. */
static struct MHD_Response *response_find(struct responses *answers, const struct request *req)
{
	for (unsigned i = first_place(req->page), n = 0; n < PROBES; i++, n++) {
		const struct lasting *l = atomic_load(&answers->places[i % PLACES]);

		if (!l)
			return NULL;
		if (l->page == req->page && l->status == req->status)
			return l->response;
	}
	return NULL;
}

/* Keeps it for ever, if there is room; two threads may do so at once, and waste one place. */
static bool response_keep(struct responses *answers, const struct request *req,
                          struct MHD_Response *response)
{
	struct lasting *lasting = mem_new(1, sizeof *lasting);

	*lasting = (struct lasting){ req->page, req->status, response };
	for (unsigned i = first_place(req->page), n = 0; n < PROBES; i++, n++)
		if (atomic_compare_exchange_strong(&answers->places[i % PLACES],
		                                   &(struct lasting *){ NULL }, lasting))
			return true;
	free(lasting);
	return false;
}

/* Most of what the API answers: JSON with no header of its own. */
static bool is_plain_json(const struct request *req)
{
	return !req->headers && !req->etag && !req->cache && !req->page && req->file < 0 &&
	       !req->stream.read && req->reply_type && strcmp(req->reply_type, json) == 0;
}

/* A response that is made already, and stays ours; NULL: make one. */
static struct MHD_Response *made_before(struct responses *answers, struct request *req, bool same)
{
	if (same)
		return response_find(answers, req);
	if (!is_plain_json(req))
		return NULL;
	req->pooled = response_pool_take(answers->pool, req->reply, req->reply_len);
	return req->pooled ? pooled_response_of(req->pooled) : NULL;
}

/* A problem instead of what the handler left. */
static void response_withdraw(struct request *req, struct error err)
{
	if (req->file >= 0)
		close(req->file);
	req->file = -1;
	stream_drop(req);
	req->page = NULL;
	req->cache = NULL;
	request_fail(req, err);
}

/* In the order of RFC 9110, 13.2.2. What was done already, by POST and the like, stands. */
static void weigh_conditions(struct request *req)
{
	if (req->status != 200 || strcmp(req->method, "GET") != 0)
		return;
	if (is_unwanted(req))
		response_withdraw(req, errorf(ERR_CONDITION, "If-Match names none of what is here now."));
	else if (is_held(req))
		req->status = 304; /* with the length of what is not sent again */
}

enum MHD_Result response_send(struct responses *answers, struct request *req, bool closing,
                              uint64_t *ret_bytes)
{
	closing = closing || req->close;
	bool same = spread_page(req) && !closing;

	weigh_conditions(req);
	same = same && req->page;
	struct MHD_Response *response = closing ? NULL : made_before(answers, req, same);
	bool ours = response != NULL;
	if (!ours) {
		response = with_headers(answers, req, closing);
		ours = response && same && response_keep(answers, req, response);
	}
	if (!response)
		return MHD_NO;
	*ret_bytes = req->status == 304 ? 0 : req->reply_len;
	enum MHD_Result queued = MHD_queue_response(req->connection, req->status, response);
	if (!ours)
		MHD_destroy_response(response);
	return queued;
}

void response_done(struct responses *answers, struct request *req)
{
	if (req->pooled)
		response_pool_give_back(answers->pool, req->pooled);
	req->pooled = NULL;
}
