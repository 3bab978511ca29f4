/* SPDX-License-Identifier: Apache-2.0 */
/*
 * publisher -- who publishes releases: what the operator says of themselves, and where the secret
 * key lies that releases are signed with (release/keys).
 *
 * Said once, before any thread makes a release; read-only afterwards.
 */
#ifndef RELEASE_PUBLISHER_H
#define RELEASE_PUBLISHER_H

#include "core/error.h"

/* Texts are borrowed; NULL: nobody said it. */
struct publisher {
	const char *name;    /* of the operator, a line */
	const char *contact; /* a line */
	const char *address; /* of the server, without a path */
	const char *key_file;
};

extern struct publisher publisher;

/* ERR_INVALID: a text is no line that can be printed. */
struct error publisher_set(const struct publisher *said) MUST_CHECK;

/* The host of the address; "touchstone" where nobody said the address. */
#define PUBLISHER_HOST 65
void publisher_host(char host[PUBLISHER_HOST]);

#endif
