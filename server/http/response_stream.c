/* SPDX-License-Identifier: Apache-2.0 */
#include "http/response_stream.h"

#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "core/mem.h"
#include "http/router.h"
#include "work/lane.h"

#define BLOCK_BYTES (64u << 10)  /* of every answer that is sent: a thousand take 64 MB */
#define PIECE_BYTES (256u << 10) /* what a lane's thread reads at once */

/* What was read by a lane's thread, and is being sent. */
struct stream_piece {
	uint64_t at;
	size_t len;
	struct error err;
	char bytes[PIECE_BYTES];
};

struct streaming {
	struct request *req;
	struct reply_stream stream;
	struct byte_range range;
	struct stream_piece *piece; /* NULL: the stream does not wait */
};

static ssize_t stream_failed(const struct error *err)
{
	log_error("http: an answer broke off: %s", err->detail);
	return MHD_CONTENT_READER_END_WITH_ERROR;
}

/* Has a lane's thread read the piece at `at`; nothing is sent until it has. */
static ssize_t stream_ask(struct streaming *streaming, uint64_t at)
{
	struct request *req = streaming->req;
	struct stream_piece *piece = streaming->piece;

	piece->at = at;
	piece->len = 0;
	req->piece = piece;
	req->stream = streaming->stream;
	MHD_suspend_connection(req->connection);
	if (!lane_submit(*req->route->lane, req)) {
		req->piece = NULL;
		req->stream.read = NULL;
		piece->err = errorf(ERR_UNAVAILABLE, "the lane is full");
		MHD_resume_connection(req->connection);
	}
	return 0;
}

static ssize_t stream_take(struct streaming *streaming, uint64_t at, char *to, size_t room)
{
	const struct stream_piece *piece = streaming->piece;

	if (piece->err.code)
		return stream_failed(&piece->err);
	if (at < piece->at || at >= piece->at + piece->len)
		return stream_ask(streaming, at);
	size_t from = (size_t)(at - piece->at), left = piece->len - from;
	size_t some = left < room ? left : room;
	memcpy(to, piece->bytes + from, some);
	return (ssize_t)some;
}

static ssize_t stream_read(void *arg, uint64_t pos, char *to, size_t room)
{
	struct streaming *streaming = arg;
	uint64_t at = streaming->range.first + pos, left = streaming->range.count - pos;
	size_t len = 0;

	if (streaming->piece)
		return stream_take(streaming, at, to, room < left ? room : (size_t)left);
	struct error err = streaming->stream.read(streaming->stream.arg, at, to,
	                                          room < left ? room : (size_t)left, &len);
	if (err.code)
		return stream_failed(&err);
	return len ? (ssize_t)len : MHD_CONTENT_READER_END_WITH_ERROR;
}

static void stream_end(void *arg)
{
	struct streaming *streaming = arg;

	streaming->stream.end(streaming->stream.arg);
	free(streaming->piece);
	free(streaming);
}

struct MHD_Response *stream_response(struct request *req, const struct byte_range *range)
{
	struct streaming *streaming = mem_new(1, sizeof *streaming);
	struct MHD_Response *response;

	*streaming = (struct streaming){ .req = req, .stream = req->stream, .range = *range };
	if (req->stream.waits)
		streaming->piece = mem_new(1, sizeof *streaming->piece);
	response = MHD_create_response_from_callback(range->count, BLOCK_BYTES, stream_read, streaming,
	                                             stream_end);
	if (!response) {
		free(streaming->piece);
		free(streaming);
		return NULL;
	}
	req->stream.read = NULL;
	return response;
}

void stream_drop(struct request *req)
{
	if (req->stream.read)
		req->stream.end(req->stream.arg);
	req->stream.read = NULL;
}

bool request_read_piece(struct request *req)
{
	struct stream_piece *piece = req->piece;

	if (!piece)
		return false;
	req->piece = NULL;
	piece->err =
		req->stream.read(req->stream.arg, piece->at, piece->bytes, PIECE_BYTES, &piece->len);
	if (!piece->err.code && !piece->len)
		piece->err = errorf(ERR_INTERNAL, "a stream is shorter than it was said to be");
	req->stream.read = NULL; /* the response owns it */
	return true;
}
