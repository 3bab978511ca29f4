/* SPDX-License-Identifier: Apache-2.0 */
/*
 * request -- one HTTP exchange, from its headers to its answer.
 *
 * Life: http/server.c creates it, an MHD thread fills it, a lane thread (or, for
 * routes without a lane, the MHD thread itself) answers it, the MHD thread sends
 * it and frees it.  It has exactly one owner at any moment; the hand-overs are
 * lane_submit() and request_finish().
 */
#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/error.h"
#include "core/uuid.h"

struct MHD_Connection;
struct connection;
struct route;
struct server;
struct pooled_response;
struct static_file;
struct stream_piece;

#define MAX_PATH_ARGS 4

struct request_header {
	const char *name, *value;
	struct request_header *next;
};

/* An answer that is read while it is sent, and never lies in memory whole. */
struct reply_stream {
	/* Reads what is at `at`; less than there is room for at the end alone. An error ends the
	 * connection, for the client to see that something is missing. */
	struct error (*read)(void *arg, uint64_t at, void *to, size_t room, size_t *ret_len);
	void (*end)(void *arg);
	void *arg;
	bool waits; /* reading may wait for others: a thread of the route's lane does it */
};

struct request {
	struct arena *arena;
	const struct route *route;
	const char *method; /* HEAD reads as GET */
	bool is_head;
	const char *path;                /* decoded, without the query */
	const char *args[MAX_PATH_ARGS]; /* "/items/{}" -> args[0]; "{*}" takes the rest */
	char *body;
	size_t body_len, body_room;
	uint64_t body_left;      /* bytes that have not come yet, of a body that comes in pieces */
	bool is_streamed;        /* it does */
	unsigned stream_network; /* where http/server counts it */
	bool is_piece;           /* more follows what the lane has now */
	bool is_permitted;       /* its account may ask: a lane has looked, at an earlier piece */
	int spool;               /* a file that is closed when the request ends; -1: none */
	void *taking;            /* what the route's `take` keeps from piece to piece, in the arena */

	/* Who asks, filled by api/: a volunteer by cookie, an account by session or token. */
	unsigned char volunteer[UUID_BYTES];
	bool is_volunteer;
	bool spared;      /* the volunteer entered by an invitation that leaves sensitive items out */
	uint64_t event;   /* whose budget is this volunteer's; 0: none, it is the network's */
	uint64_t network; /* keyed hash of the client's prefix; 0 where no budget asks for it */
	uint64_t block;   /* the same of the /48 around it; 0: there is none */
	const char *account_id; /* NULL: none */
	const char *account_email;
	unsigned permissions; /* the account's, as people/permission has them */

	/* The answer: set once, by one of the request_* functions below. */
	unsigned status;
	const char *reply;
	size_t reply_len;
	const char *reply_type;
	const struct static_file *page;
	int file;                   /* -1: none */
	struct reply_stream stream; /* `read` is NULL: none */
	uint64_t file_bytes;        /* of either */
	struct stream_piece *piece; /* what the lane is to read next, while the answer is sent */
	const char *etag, *cache;
	struct request_header *headers;
	bool close; /* the connection cannot be trusted any more */

	struct MHD_Connection *connection; /* for http/server.c and the readers below */
	struct connection *peer;           /* its deadlines, for http/server.c */
	struct pooled_response *pooled; /* the answer, if it is written on one: for http/response.c */
	struct server *server;
};

/* What the client sent; NULL when absent. Lives as long as the request. */
const char *request_header(struct request *req, const char *name);
/* All lines of a header that is a list, as one. */
const char *request_header_list(struct request *req, const char *name);
const char *request_cookie(struct request *req, const char *name);
const char *request_query(struct request *req, const char *name);

/* `?limit=` within 1..max, else `otherwise`; ERR_INVALID when it is no such number. */
struct error request_limit(struct request *req, unsigned max, unsigned otherwise,
                           unsigned *ret_limit) MUST_CHECK;

#define REQUEST_NETWORK 33 /* bytes */

/* The network that a request comes from, as a campaign knows it: a keyed hash of 16 bytes, 1
 * behind it if the operator declared the network, 0 if not, and a keyed hash of its autonomous
 * system, zeros where that is not known. */
void request_network(struct request *req, const unsigned char campaign[UUID_BYTES],
                     unsigned char network[REQUEST_NETWORK]);

/* Is nothing sensitive to be shown: to this volunteer, or in the declared network that they are in?
 */
bool request_spared(struct request *req);

/* Parses the body as a JSON object. The caller owns *object (json_auto_t). */
struct error request_object(struct request *req, json_t **object) MUST_CHECK;

/* Answers with `status` and `body`; takes over the reference to `body`. */
void request_json(struct request *req, unsigned status, json_t *body);

/* Answers with JSON text that the database made; it must live as long as the request. */
void request_json_text(struct request *req, unsigned status, const char *text);

/* Answers with a text that lives as long as the request. */
void request_text(struct request *req, unsigned status, const char *type, const char *text);

/* Answers without a body. */
void request_empty(struct request *req, unsigned status);

/*
 * Answers with an open file, whose descriptor now belongs to the request: Range,
 * If-None-Match and If-Range are honoured, the bytes leave by sendfile.
 *   etag   a strong one, with its quotes; `cache` is the Cache-Control header
 */
void request_file(struct request *req, int fd, uint64_t bytes, const char *type, const char *etag,
                  const char *cache);

/* The same for what is read while it is sent: `stream` belongs to the request from now on. */
void request_stream(struct request *req, const struct reply_stream *stream, uint64_t bytes,
                    const char *type, const char *etag, const char *cache);

/* On a lane's thread: reads the piece that a stream waits for. False: there is none to read. */
bool request_read_piece(struct request *req);

/* Answers with a file that lies in memory for the server's whole life. */
void request_static(struct request *req, unsigned status, const struct static_file *file);

void request_reply_header(struct request *req, const char *name, const char *value);

/* Answers with the problem+json document for `err`. */
void request_fail(struct request *req, struct error err);

/* Gives the request back to its MHD thread, which sends the answer. */
void request_finish(struct request *req);

#endif
