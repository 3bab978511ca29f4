/* SPDX-License-Identifier: Apache-2.0 */
/* hex -- bytes as lower-case hexadecimal, and back. Not for secrets: its time tells the digits. */
#ifndef CORE_HEX_H
#define CORE_HEX_H

#include <stdbool.h>
#include <stddef.h>

/* Writes 2 * len digits and a NUL to `text`. */
void hex_encode(char *text, const unsigned char *bytes, size_t len);

/* Reads exactly 2 * len digits of either case. False, with `bytes` unspecified, otherwise. */
bool hex_decode(unsigned char *bytes, size_t len, const char *text);

#endif
