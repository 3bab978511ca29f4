/* SPDX-License-Identifier: Apache-2.0 */
/*
 * head -- the first look at a request: its request line and its header fields, as they came.
 *
 * libmicrohttpd takes folded fields, bare line feeds, NUL, names that are no tokens and lengths
 * that are no numbers, and a proxy in front may read each of these otherwise (request smuggling).
 * So nothing of a request reaches the library before its whole head has been read here, by the
 * letter of RFC 9112.  What the RFC allows and the library does not know is written so that the
 * library knows it, in place and of the same length:
 *
 *      blanks behind a value move before it, where the library skips them
 *      GET http://host/path becomes GET /path, and Host says what the address said
 *
 * Threads: any; nothing is kept.
 */
#ifndef HTTP_HEAD_H
#define HTTP_HEAD_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"

/*
 * What a head may take of the memory that the library has for a connection: its bytes, and for
 * each field, cookie and parameter of the query HEAD_ENTRY more; cookies count twice, because the
 * library copies them.  The rest is for the answer's headers.
 */
#define HEAD_ROOM     (10 * 1024 + 512)
#define HEAD_ENTRY    64
#define HEAD_ADDRESS  (8 * 1024) /* the most for the request line */
#define CHUNKED       (-1)
#define LENGTH_DIGITS 15

struct head {
	size_t len;       /* of the head, with its empty line; 0: it is not whole yet */
	long long length; /* of the body that is announced, or CHUNKED */
	bool is_head;     /* HEAD: whatever the answer, it has no body. Known of refused ones too. */
};

/*
 * Reads what has come of a head, and what may come behind it.  Blank lines before it must be gone.
 * An error is what to answer before the connection ends: ERR_MALFORMED, ERR_VERSION,
 * ERR_UNSUPPORTED, ERR_TARGET_LONG or ERR_HEAD_LARGE.
 */
struct error head_read(char *bytes, size_t len, struct head *head) MUST_CHECK;

/* Letters, digits and some marks: what the name of a method or of a field is made of (RFC 9110). */
bool head_is_token(const char *text, size_t len);

#endif
