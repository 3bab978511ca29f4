/* SPDX-License-Identifier: Apache-2.0 */
/*
 * split -- which items train a detector, and which test it.
 *
 * Items that share anything (an original, a person, a voice, the very bytes) form a
 * component and go to one split together, or a detector would be tested on what it was
 * trained on.  80 % train, 10 % validation, 10 % test, in every stratum (media type and
 * label) as nearly as the sizes of components allow.  The result depends on
 * the content alone, never on order: a component is known by its smallest SHA-256, and
 * components take their turn in the order of these.
 *
 * A split holds both labels of a media type, or nothing of that type: loaders number the classes
 * that they find, and would call real 0 in a split without fakes.  So a label that a split lacks is
 * moved there, as little as possible; where there is too little of it, the rest of the type goes to
 * train.  Only what was released before, and a type of which there is one label in all, may
 * stand in the way.
 *
 * An item keeps the split that it was first released in.  A new item that ties
 * together items of different splits cannot go anywhere without a leak: its component's
 * new items are held back.
 *
 * Pure; any thread.  Memory is the caller's array and an index of it: 28 bytes an item.
 */
#ifndef RELEASE_SPLIT_H
#define RELEASE_SPLIT_H

#include <stddef.h>
#include <stdint.h>

#define SPLIT_KEY_BYTES 16 /* enough that no two files have one */
#define SPLIT_STRATA    8  /* most; 2t and 2t + 1 are the two labels of media type t */

enum split { SPLIT_NONE, SPLIT_TRAIN, SPLIT_VALIDATION, SPLIT_TEST, SPLITS };

struct split_item {
	unsigned char key[SPLIT_KEY_BYTES]; /* how the SHA-256 of the file begins */
	uint32_t parent;                    /* split_start() and split_tie() keep it */
	uint8_t wanted;                     /* 0: only here because it was released before */
	uint8_t stratum;                    /* below SPLIT_STRATA */
	uint8_t former;                     /* enum split; SPLIT_NONE: never released */
	uint8_t split;                      /* the result; SPLIT_NONE: held back, or not wanted */
};

/* Begins: nothing is tied to anything. */
void split_start(struct split_item items[], uint32_t count);

/* Says that two items share something. */
void split_tie(struct split_item items[], uint32_t a, uint32_t b);

/* Gives every wanted item its split and returns how many were held back. O(n log n). */
uint32_t split_assign(struct split_item items[], uint32_t count);

/* "train", "validation", "test"; SPLIT_NONE is "". */
const char *split_name(enum split split);

/* SPLIT_NONE: it is none of them. */
enum split split_read(const char *text);

#endif
