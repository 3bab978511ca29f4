/* SPDX-License-Identifier: Apache-2.0 */
/*
 * smtp -- hands one message to the operator's mail server.
 *
 * smtps is verified. smtp goes in the clear to this very machine alone; to any other the server
 * must offer STARTTLS, and is verified as well.  Proxies of the environment are ignored.
 *
 * Threads: any, at once.  The caller waits, 30 seconds at most.
 */
#ifndef OUTSIDE_SMTP_H
#define OUTSIDE_SMTP_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"

struct smtp_server {
	const char *url;             /* smtp[s]://HOST[:PORT] */
	const char *hello;           /* the name that we give: a host's */
	const char *user, *password; /* NULL: none is asked for */
	const char *ca_file; /* whom to trust instead of the system's authorities; NULL: those */
};

struct smtp_message {
	const char *from, *to; /* bare addresses */
	const char *text;      /* headers and body, with CRLF at the ends of lines */
	size_t text_len;
};

/* Is it smtp[s]://HOST[:PORT], and no more? */
bool smtp_url_is_good(const char *url);

/* Of a good one: is its host "localhost", or an address of the loopback? Only there mail goes in
 * the clear. */
bool smtp_is_this_machine(const char *url);

/*
 * ok(): the server has taken it.  ERR_INVALID: it refuses this message for good (5xx).
 * ERR_UNAVAILABLE: worth another try; whether a server took it that went silent after the last byte
 * nobody knows.
 */
struct error smtp_send(const struct smtp_server *server,
                       const struct smtp_message *message) MUST_CHECK;

#endif
