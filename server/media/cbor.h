/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cbor -- reads a stranger's CBOR (RFC 8949) where it lies: no copy, no tree, no recursion.
 *
 * A struct cbor is a place in bytes and where they end.  Once anything was wrong it is `bad`, and
 * all that is read from it afterwards fails, so that a reader checks once.  Items of indefinite
 * length are refused: what C2PA signs has none.
 */
#ifndef MEDIA_CBOR_H
#define MEDIA_CBOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cbor {
	const unsigned char *at, *end;
	bool bad;
};

enum cbor_kind { /* by major type */
	             CBOR_NUMBER,
	             CBOR_NEGATIVE, /* -1 - number */
	             CBOR_BYTES,
	             CBOR_TEXT,
	             CBOR_ARRAY, /* `number` items follow */
	             CBOR_MAP,   /* `number` keys and their values follow */
	             CBOR_TAG,   /* one item follows */
	             CBOR_SIMPLE
};

struct cbor_item {
	enum cbor_kind kind;
	uint64_t number;
	const unsigned char *bytes; /* CBOR_BYTES, CBOR_TEXT: so many as `number` */
};

/* Reads the head of the next item, and its bytes where it is a string. False: bad. */
bool cbor_next(struct cbor *cbor, struct cbor_item *item);

/* The same, behind any tags, and it must be of a kind. */
bool cbor_take(struct cbor *cbor, enum cbor_kind kind, struct cbor_item *item);

/* Passes over one item with all that it holds. False: bad. */
bool cbor_skip(struct cbor *cbor);

/*
 * In the map that comes next, stands before the value of a text key, or of a number (`key` NULL).
 * False: there is no such key, or it is there twice, or what comes is no map, or it is bad.
 * `cbor` itself does not move, but it is bad where the map is.
 */
bool cbor_find(struct cbor *cbor, const char *key, uint64_t number, struct cbor *ret_value);

/* Is this string the text? */
bool cbor_is(const struct cbor_item *item, const char *text);

#endif
