/* SPDX-License-Identifier: Apache-2.0 */
/* manifest_encoding -- the text of a manifest, whatever its encoding; says what is none. */
#ifndef CORPUS_MANIFEST_ENCODING_H
#define CORPUS_MANIFEST_ENCODING_H

#include <stddef.h>

#include "core/error.h"

struct manifest_text {
	char *bytes; /* NUL-terminated; manifest_encoding_free() */
	size_t start, len;
};

/* Reads a file of at most 1 GiB, or a pipe. The text begins at bytes[start], past a mark. */
struct error manifest_encoding_read(const char *path, struct manifest_text *ret_text) MUST_CHECK;
void manifest_encoding_free(struct manifest_text *text);

/* ERR_INVALID: these bytes are no UTF-8; says what they look like. */
struct error manifest_encoding_check(const char *bytes, size_t len) MUST_CHECK;

#endif
