/* SPDX-License-Identifier: Apache-2.0 */
/* manifest_text -- the text of a manifest, whatever its encoding; says what is none. */
#ifndef DOMAIN_MANIFEST_TEXT_H
#define DOMAIN_MANIFEST_TEXT_H

#include <stddef.h>

#include "core/error.h"

struct manifest_text {
	char *bytes; /* NUL-terminated; manifest_text_free() */
	size_t start, len;
};

/* Reads a file of at most 1 GiB, or a pipe. The text begins at bytes[start], past a mark. */
struct error manifest_text_read(const char *path, struct manifest_text *ret_text) MUST_CHECK;
void manifest_text_free(struct manifest_text *text);

/* ERR_INVALID: these bytes are no UTF-8; says what they look like. */
struct error manifest_text_check(const char *bytes, size_t len) MUST_CHECK;

#endif
