/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keyset -- a set of 64-bit keys, none of them 0.
 *
 * Open addressing; an empty set holds no slots, so that thousands of small ones are cheap:
 * some 11 to 21 bytes a key.  Keys are mixed: they may be numbers from 1 as well as hashes.
 * Keys are never taken out.  One thread at a time may add; any number may look while none adds.
 */
#ifndef CORE_KEYSET_H
#define CORE_KEYSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct keyset;

struct keyset *keyset_new(void);
void keyset_free(struct keyset *set);

/* False when it was there already, or is 0: that is in no set. */
bool keyset_add(struct keyset *set, uint64_t key);

/* NULL is an empty set, here and below. */
bool keyset_has(const struct keyset *set, uint64_t key);

uint32_t keyset_count(const struct keyset *set);

/*
 * Visits every key once, in no order: begin with a cursor of 0.  False after the last, and
 * *ret_key is untouched.  Nothing may be added in between.
 */
bool keyset_next(const struct keyset *set, uint32_t *cursor, uint64_t *ret_key);

/* What it takes of the heap. */
size_t keyset_bytes(const struct keyset *set);

#endif
