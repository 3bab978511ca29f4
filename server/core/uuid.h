/* SPDX-License-Identifier: Apache-2.0 */
/* uuid -- identifiers of 16 bytes (RFC 9562), as bytes and as text. */
#ifndef CORE_UUID_H
#define CORE_UUID_H

#include <stdbool.h>
#include <stdint.h>

#include "core/random.h"

#define UUID_BYTES 16
#define UUID_TEXT  37 /* with its NUL */

/* Reads the canonical 36-character form of either case. */
bool uuid_from_text(unsigned char uuid[UUID_BYTES], const char *text);
void uuid_to_text(char text[UUID_TEXT], const unsigned char uuid[UUID_BYTES]);
void uuid_random(unsigned char uuid[UUID_BYTES]);

/*
 * Begins with the time (version 7, RFC 9562): rows keyed by such ids lie in the order they came.
 * The rest is `random`'s: an id that no other has, but that may be guessed.
 */
void uuid_ordered(unsigned char uuid[UUID_BYTES], int64_t now_us, struct random *random);

#endif
