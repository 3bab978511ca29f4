/* SPDX-License-Identifier: Apache-2.0 */
/*
 * multipart -- takes a multipart/form-data body (RFC 7578) that lies in memory, or is mapped,
 * apart.
 *
 * Names of files are passed over: nobody here asks what a stranger calls his file.  Parts lend the
 * body's bytes.
 */
#ifndef HTTP_MULTIPART_H
#define HTTP_MULTIPART_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"

#define MULTIPART_BOUNDARY 70 /* characters at most (RFC 2046) */
#define MULTIPART_NAME     64

struct multipart {
	const char *at, *end;
	char delimiter[MULTIPART_BOUNDARY + 5]; /* CR LF - - boundary */
	size_t delimiter_len;
};

struct multipart_part {
	char name[MULTIPART_NAME];
	const char *bytes;
	size_t len;
};

/* ERR_MALFORMED: the type names no boundary, or the body does not begin with it. */
struct error multipart_begin(struct multipart *multipart, const char *content_type,
                             const char *body, size_t len) MUST_CHECK;

/* *ret_found false: that was the last. ERR_MALFORMED: it is cut off, or has no name. */
struct error multipart_next(struct multipart *multipart, struct multipart_part *ret_part,
                            bool *ret_found) MUST_CHECK;

#endif
