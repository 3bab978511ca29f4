/* SPDX-License-Identifier: Apache-2.0 */
/* gzip -- answers made smaller (RFC 1952), by zlib. Any thread may call. */
#ifndef HTTP_GZIP_H
#define HTTP_GZIP_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"

/*
 * Does an Accept-Encoding header (NULL: none) allow gzip?  As RFC 9110 says: by its name, or
 * else by `*`, and not where its weight is 0.
 */
bool gzip_accepted(const char *header);

/* The bytes, compressed as far as zlib can; owned by the arena. */
char *gzip_compress(struct arena *arena, const char *bytes, size_t len, size_t *ret_len);

#endif
