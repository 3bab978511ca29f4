/* SPDX-License-Identifier: Apache-2.0 */
#include "http/request.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/json_reader.h"

const char *request_header(struct request *req, const char *name)
{
	return MHD_lookup_connection_value(req->connection, MHD_HEADER_KIND, name);
}

struct joined {
	struct arena *arena;
	const char *name, *list; /* NULL: none yet */
};

static enum MHD_Result request_join(void *arg, enum MHD_ValueKind kind, const char *name,
                                    const char *value)
{
	struct joined *joined = arg;
	(void)kind;

	if (value && strcasecmp(name, joined->name) == 0)
		joined->list =
			joined->list ? arena_printf(joined->arena, "%s, %s", joined->list, value) : value;
	return MHD_YES;
}

const char *request_header_list(struct request *req, const char *name)
{
	struct joined joined = { .arena = req->arena, .name = name };

	MHD_get_connection_values(req->connection, MHD_HEADER_KIND, request_join, &joined);
	return joined.list;
}

const char *request_cookie(struct request *req, const char *name)
{
	return MHD_lookup_connection_value(req->connection, MHD_COOKIE_KIND, name);
}

const char *request_query(struct request *req, const char *name)
{
	return MHD_lookup_connection_value(req->connection, MHD_GET_ARGUMENT_KIND, name);
}

struct error request_limit(struct request *req, unsigned max, unsigned otherwise,
                           unsigned *ret_limit)
{
	const char *text = request_query(req, "limit");
	char *end = NULL;

	if (!text) {
		*ret_limit = otherwise;
		return ok();
	}
	unsigned long limit = strspn(text, "0123456789") == strlen(text) ? strtoul(text, &end, 10) : 0;
	if (limit < 1 || limit > max)
		return error_field("/limit", "must be a whole number from 1 to %u.", max);
	*ret_limit = (unsigned)limit;
	return ok();
}

struct error request_object(struct request *req, json_t **object)
{
	return json_reader_parse(req->body ? req->body : "", req->body_len, object);
}

void request_text(struct request *req, unsigned status, const char *type, const char *text)
{
	req->status = status;
	req->reply = text;
	req->reply_len = strlen(text);
	req->reply_type = type;
}

void request_json_text(struct request *req, unsigned status, const char *text)
{
	request_text(req, status, "application/json", text);
}

void request_json(struct request *req, unsigned status, json_t *body)
{
	char *text = json_dumps(body, JSON_COMPACT);

	if (!text)
		abort();
	request_json_text(req, status, arena_copy(req->arena, text, strlen(text)));
	free(text);
	json_decref(body);
}

void request_empty(struct request *req, unsigned status)
{
	req->status = status;
	req->reply = "";
	req->reply_len = 0;
	req->reply_type = NULL;
}

void request_file(struct request *req, int fd, uint64_t bytes, const char *type, const char *etag,
                  const char *cache)
{
	req->status = 200;
	req->file = fd;
	req->file_bytes = bytes;
	req->reply_type = type;
	req->etag = etag;
	req->cache = cache;
}

void request_stream(struct request *req, const struct reply_stream *stream, uint64_t bytes,
                    const char *type, const char *etag, const char *cache)
{
	req->status = 200;
	req->stream = *stream;
	req->file_bytes = bytes;
	req->reply_type = type;
	req->etag = etag;
	req->cache = cache;
}

void request_static(struct request *req, unsigned status, const struct static_file *file)
{
	req->status = status;
	req->page = file;
}

void request_reply_header(struct request *req, const char *name, const char *value)
{
	struct request_header *header = arena_alloc(req->arena, sizeof *header);

	header->name = name;
	header->value = arena_copy(req->arena, value, strlen(value));
	header->next = req->headers;
	req->headers = header;
}
