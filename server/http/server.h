/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server -- libmicrohttpd, and the life of a connection.
 *
 * MHD calls access_handler() several times for one request: with the headers, with
 * each piece of body, at the end, and, because we suspend, once more after the answer
 * is ready:
 *
 *      headers -> body... -> end: suspend, submit to lane
 *                                     |  (a lane thread answers)
 *                            end: queue the answer  <-  request_finish()
 *
 * MHD threads parse and send; they never wait for the database.  What a route's `here`
 * answers from memory is sent at once, and no other thread sees the request.
 */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "crypto/token.h"
#include "http/rate_limit.h"
#include "http/router.h"

struct as_table;
struct declared_networks;
struct networks;
struct server;

struct server_config {
	const char *listen; /* "127.0.0.1:8080", "[::1]:8080" */
	const struct route *routes;
	const char *public_url; /* whose pages may change state */
	unsigned connections;   /* the most of one network; 0: five sixths of all there can be */
	const char *hosts;      /* further names in Host, beside the public one; NULL: any will do */
	const struct networks *trusted_proxies;   /* borrowed; NULL: nobody's word is believed */
	const struct declared_networks *declared; /* borrowed; NULL: none is */
	const struct as_table *systems;           /* borrowed; NULL: of no network is it known */
	struct rate_limits *rate_limits;          /* borrowed */
	const struct token_keys *keys;            /* borrowed; keys the hash of a client's prefix */
	/* Finds out who asks, before the body is read; on an MHD thread, so it must not block. */
	struct error (*admit)(struct request *req);
	/* Answers a request that was refused before its body was read. */
	void (*refuse)(struct request *req, struct error err);
	/* Header lines for every answer, name and value in turn, NULL at the end. */
	const char *const *headers;
};

/* Listens. ERR_CONFLICT: the address is taken. ERR_INVALID: it is none. */
struct error server_start(const struct server_config *config,
                          struct server **ret_server) MUST_CHECK;

/* Where it listens: config.listen with the port it got, if that was 0. */
const char *server_address(const struct server *server);

/* Stops accepting connections; requests in flight go on, and are answered with Connection: close.
 */
void server_quiesce(struct server *server);

/* Waits until every admitted request has its answer, at most `timeout_ms`. Returns how many have
 * not. */
unsigned server_settle(struct server *server, unsigned timeout_ms);

/* Call after every lane is closed: MHD aborts if a connection is suspended. */
void server_stop(struct server *server);

struct server_counts {
	unsigned connections, in_flight;
	uint64_t requests, answers[6]; /* answers[4]: those with status 4xx */
};

struct server_counts server_counts(const struct server *server);

#endif
