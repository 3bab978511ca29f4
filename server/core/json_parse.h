/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_parse -- JSON text (RFC 8259) into Jansson's values.
 *
 * Jansson's own parser takes 180 instructions a byte, and was half of what the server spent on a
 * judgment; this one takes some 15, and making the values as many again.  It accepts and refuses
 * what Jansson does with JSON_REJECT_DUPLICATES and JSON_DECODE_ANY: strict UTF-8, no key twice, no
 * NUL in a string, no number beyond 64 bits or a double.  It also refuses what nests deeper than
 * JSON_DEPTH, numbers of more than 400 characters, and every zero byte, of which Jansson overlooks
 * some.  The tests hold it to Jansson's verdict and values.
 *
 * Any thread, no state.
 */
#ifndef CORE_JSON_PARSE_H
#define CORE_JSON_PARSE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define JSON_DEPTH 16 /* no body of ours nests deeper */

/* What is wrong, and in which line of the text, from 1. */
struct json_fault {
	unsigned line;
	const char *why;
	bool memory; /* the text may be well: there was no memory for its value */
};

/* The value of a whole text, which the caller owns; NULL: *ret_fault says why not. */
json_t *json_parse(const char *text, size_t len, struct json_fault *ret_fault);

#endif
