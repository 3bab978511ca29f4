/* SPDX-License-Identifier: Apache-2.0 */
/*
 * framing -- where the body of a request ends.
 *
 * Follows a body as its bytes pass by: so many, or chunks (RFC 9112, 7.1) and fields behind them.
 * Extensions of chunks and those fields mean nothing to us, and go no further.
 */
#ifndef HTTP_FRAMING_H
#define HTTP_FRAMING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

enum framing_place {
	FRAMING_END, /* the request is whole */
	FRAMING_COUNTED,
	FRAMING_SIZE,  /* of a chunk, in hexadecimal digits */
	FRAMING_BLANK, /* between a size and an extension */
	FRAMING_EXTENSION,
	FRAMING_SIZE_LF,
	FRAMING_DATA,
	FRAMING_DATA_CR,
	FRAMING_DATA_LF,
	FRAMING_TRAILER, /* a field, or the empty line that ends all */
	FRAMING_TRAILER_NAME,
	FRAMING_TRAILER_VALUE,
	FRAMING_TRAILER_LF,
	FRAMING_LAST_LF
};

struct framing {
	enum framing_place place;
	unsigned digits; /* of the size that is being read */
	uint64_t left;   /* of the chunk, or of all */
	uint64_t total;  /* of all chunks so far */
	uint64_t most;   /* of all chunks together */
	unsigned around; /* bytes of extensions and trailers so far */
};

/* `length` as a head says it: a number, or CHUNKED, and then at most `most` bytes. */
struct framing framing_of(long long length, uint64_t most);

/*
 * Follows the next bytes. *ret_taken of them belong to this request: all, or those up to its end.
 * *ret_kept of these are left, at the front: what an extension or a field behind the chunks held is
 * not.  ERR_MALFORMED: no chunks. ERR_TOO_LARGE: more than `most`, as soon as a chunk says so.
 */
struct error framing_follow(struct framing *framing, char *bytes, size_t len, size_t *ret_taken,
                            size_t *ret_kept) MUST_CHECK;

#endif
