/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exchange -- one request to a service that the operator named, and its answer.
 *
 * Unlike fetch, which goes where a stranger points, this goes to one address of the operator's,
 * again and again: connections are kept and used anew, at most `at_once` at a time; who finds none
 * free waits. https is verified; http goes to loopback alone, by the address really connected to,
 * unless that is allowed.  Nothing is redirected, and proxies of the environment are ignored.
 *
 * Threads: any, at once.  The caller waits.
 */
#ifndef OUTSIDE_EXCHANGE_H
#define OUTSIDE_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

struct exchanges;

struct exchange_config {
	unsigned at_once;
	bool plain_allowed;  /* http to other machines too */
	const char *ca_file; /* whom to trust instead of the system's authorities; NULL: those */
};

struct exchanges *exchanges_new(const struct exchange_config *config);
void exchanges_free(struct exchanges *exchanges);

#define EXCHANGE_MOST_TEXT (4u << 20)

struct http_exchange {
	const char *method, *url;
	const char *const *headers; /* "name: value"; NULL at the end */
	const char *body;           /* or NULL: of `body_fd` from `body_from` on, by pread() */
	int body_fd;                /* -1: of none */
	uint64_t body_from, body_bytes;
	unsigned total_ms;
	bool ponders; /* the service may say nothing for long before it answers */
	/* Gets the body of an answer 2xx, piece by piece; false ends the exchange. NULL: `text`. */
	bool (*take)(void *arg, const void *bytes, size_t len);
	void *arg;

	/* The answer. */
	unsigned status;
	int64_t length;    /* of the body, as declared; -1: not */
	int64_t changed_s; /* Last-Modified, since 1970; -1: not said */
	unsigned retry_after_s;
	char etag[128]; /* without its quotes; "" for none */
	char *text;     /* what nobody took, NUL-terminated, at most EXCHANGE_MOST_TEXT; free() it */
	size_t text_len;
};

/*
 * An answer of any status is a success.  ERR_UNAVAILABLE: none came, or not all of it; worth
 * another try.  ERR_INVALID: it would be so again (a certificate nobody vouches for, http to
 * another machine). ERR_GONE: `take` ended it.
 */
struct error exchange_do(struct exchanges *exchanges, struct http_exchange *exchange) MUST_CHECK;

#endif
