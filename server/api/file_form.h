/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file_form -- a form with a file in it (RFC 7578), which comes in pieces: one part `file`, and one
 * part `metadata`, of JSON.
 *
 * What comes lies in a file that has no name, and so goes with the request, whatever happens.
 */
#ifndef API_FILE_FORM_H
#define API_FILE_FORM_H

#include <stddef.h>

#include "http/multipart.h"
#include "http/request.h"

/* The bytes of a form: its only piece, or all of them, mapped. */
struct form_bytes {
	const char *bytes;
	size_t len;
	void *mapped; /* NULL: the request has them */
};

/* Where the request's pieces go; it closes it. */
struct error file_form_begin(struct request *req) MUST_CHECK;

/* A form whose last piece the request has now; `spooled`: those before were begun.
 * file_form_end() it. */
struct error file_form_whole(struct request *req, bool spooled, struct form_bytes *ret) MUST_CHECK;
void file_form_end(struct form_bytes *form);

/* The parts lend the form's bytes. ERR_MALFORMED, ERR_INVALID, ERR_TOO_LARGE. */
struct file_parts {
	struct multipart_part file, metadata;
};
struct error file_form_read(struct request *req, const struct form_bytes *form,
                            struct file_parts *ret) MUST_CHECK;

#endif
