/* SPDX-License-Identifier: Apache-2.0 */
#include "core/keyset.h"

#include <stdlib.h>

#include "core/mem.h"

#define FIRST_ROOM 8 /* slots: a cache line */

struct keyset {
	uint64_t *slots; /* 0 is free */
	uint32_t count;
	uint32_t room; /* 0, or a power of two of which three quarters may be taken */
};

struct keyset *keyset_new(void)
{
	return mem_new(1, sizeof(struct keyset));
}

void keyset_free(struct keyset *set)
{
	if (!set)
		return;
	free(set->slots);
	free(set);
}

/* The finaliser of MurmurHash3 (Appleby): numbers from 1 must not stand in a row. */
static uint64_t keyset_hash_of(uint64_t key)
{
	key = (key ^ key >> 33) * 0xff51afd7ed558ccdULL;
	key = (key ^ key >> 33) * 0xc4ceb9fe1a85ec53ULL;
	return key ^ key >> 33;
}

/* Where the key is, or would be. There is a free slot always. */
static uint64_t *keyset_slot_of(const struct keyset *set, uint64_t key)
{
	uint64_t at = keyset_hash_of(key);

	for (;; at++) {
		uint64_t *slot = &set->slots[at & (set->room - 1)];

		if (!*slot || *slot == key)
			return slot;
	}
}

static void keyset_grow(struct keyset *set)
{
	struct keyset old = *set;

	if (old.room > UINT32_MAX / 2)
		abort();
	set->room = old.room ? 2 * old.room : FIRST_ROOM;
	set->slots = mem_new(set->room, sizeof set->slots[0]);
	for (uint32_t i = 0; i < old.room; i++)
		if (old.slots[i])
			*keyset_slot_of(set, old.slots[i]) = old.slots[i];
	free(old.slots);
}

bool keyset_add(struct keyset *set, uint64_t key)
{
	if (!key || keyset_has(set, key))
		return false;
	if (set->count + 1 > set->room / 4 * 3)
		keyset_grow(set);
	*keyset_slot_of(set, key) = key;
	set->count++;
	return true;
}

bool keyset_has(const struct keyset *set, uint64_t key)
{
	return key && set && set->room && *keyset_slot_of(set, key);
}

uint32_t keyset_count(const struct keyset *set)
{
	return set ? set->count : 0;
}

bool keyset_next(const struct keyset *set, uint32_t *cursor, uint64_t *ret_key)
{
	while (set && *cursor < set->room) {
		uint64_t key = set->slots[(*cursor)++];

		if (key) {
			*ret_key = key;
			return true;
		}
	}
	return false;
}

size_t keyset_bytes(const struct keyset *set)
{
	return set ? sizeof *set + set->room * sizeof set->slots[0] : 0;
}
