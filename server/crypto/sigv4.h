/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sigv4 -- signs requests to a service that speaks the protocol of Amazon S3.
 *
 * AWS Signature Version 4: the key of a day, a region and a service is derived by HMAC-SHA-256, and
 * signs a canonical form of the request, which the service makes again from what it received. Paths
 * are encoded once, as S3 wants it.  libcurl has a signer too, but that of Debian 12 (7.88) fails
 * the published vectors with a query that is not in order or has a name without a value, and signs
 * no addresses.
 *
 * Threads: any.  All texts are made in the caller's arena; secrets in the key are never copied
 * there.
 */
#ifndef CRYPTO_SIGV4_H
#define CRYPTO_SIGV4_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"

struct sigv4_key {
	const char *id, *secret, *region, *service;
};

struct sigv4_pair {
	const char *name, *value;
};

#define SIGV4_MOST_PAIRS 16

struct sigv4_request {
	const char *method;
	const char *path;               /* decoded, from its first slash */
	const struct sigv4_pair *query; /* decoded, in any order; at most SIGV4_MOST_PAIRS */
	size_t query_count;
	const struct sigv4_pair *headers; /* lower-case names in order; "host" is one of them */
	size_t header_count;
	const char *payload; /* its SHA-256 in hexadecimal, or UNSIGNED-PAYLOAD */
	int64_t at_s;        /* seconds since 1970 */
};

#define SIGV4_TIME 17 /* "20150830T123600Z" and its NUL */

/* What goes into the header x-amz-date, and is signed with it. */
void sigv4_time(char text[SIGV4_TIME], int64_t at_s);

/* Percent-encodes all but unreserved characters; a path keeps its slashes. */
char *sigv4_encode(struct arena *arena, const char *text, bool is_path);

/* The query as it is signed, which is how it must be sent: "a=1&b=2", or "". */
char *sigv4_query(struct arena *arena, const struct sigv4_pair query[], size_t count);

/* The value of the header Authorization. */
char *sigv4_authorization(struct arena *arena, const struct sigv4_key *key,
                          const struct sigv4_request *request);

/*
 * A path with a query that lets whoever holds it send this request until `expires_s` seconds after
 * request->at_s (at most seven days, by the service).  `token`: the session's, or NULL.
 */
char *sigv4_presign(struct arena *arena, const struct sigv4_key *key,
                    const struct sigv4_request *request, unsigned expires_s, const char *token);

#endif
