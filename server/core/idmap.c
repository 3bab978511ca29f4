/* SPDX-License-Identifier: Apache-2.0 */
#include "core/idmap.h"

#include <stdlib.h>
#include <string.h>

#include "core/mem.h"

struct idmap {
	unsigned char (*ids)[UUID_BYTES];
	uint32_t count, ids_room;
	uint32_t *slots;     /* index + 1; 0 is free */
	uint32_t slot_count; /* a power of two, at least twice `count` */
};

struct idmap *idmap_new(void)
{
	struct idmap *map = mem_new(1, sizeof *map);

	map->slot_count = 64;
	map->slots = mem_new(map->slot_count, sizeof map->slots[0]);
	return map;
}

void idmap_free(struct idmap *map)
{
	if (!map)
		return;
	free(map->ids);
	free(map->slots);
	free(map);
}

/* The finaliser of MurmurHash3 (Appleby), over both halves. */
static uint32_t idmap_hash_of(const unsigned char id[UUID_BYTES])
{
	uint64_t low, high;

	memcpy(&low, id, sizeof low);
	memcpy(&high, id + 8, sizeof high);
	uint64_t hash = low * 0x9e3779b97f4a7c15ULL ^ high;
	hash = (hash ^ hash >> 33) * 0xff51afd7ed558ccdULL;
	hash = (hash ^ hash >> 33) * 0xc4ceb9fe1a85ec53ULL;
	return (uint32_t)(hash ^ hash >> 33);
}

static uint32_t *idmap_slot_of(const struct idmap *map, const unsigned char id[UUID_BYTES])
{
	uint32_t at = idmap_hash_of(id);

	for (;; at++) {
		uint32_t *slot = &map->slots[at & (map->slot_count - 1)];

		if (!*slot || memcmp(map->ids[*slot - 1], id, UUID_BYTES) == 0)
			return slot;
	}
}

static void idmap_grow(struct idmap *map)
{
	if (map->count == map->ids_room) {
		map->ids_room = map->ids_room ? 2 * map->ids_room : 32;
		map->ids = mem_resize(map->ids, map->ids_room, sizeof map->ids[0]);
	}
	if (2 * (map->count + 1) <= map->slot_count)
		return;
	map->slot_count *= 2;
	free(map->slots);
	map->slots = mem_new(map->slot_count, sizeof map->slots[0]);
	for (uint32_t i = 0; i < map->count; i++)
		*idmap_slot_of(map, map->ids[i]) = i + 1;
}

uint32_t idmap_add(struct idmap *map, const unsigned char id[UUID_BYTES])
{
	uint32_t found = idmap_find(map, id);

	if (found != IDMAP_NONE)
		return found;
	idmap_grow(map);
	uint32_t *slot = idmap_slot_of(map, id);
	memcpy(map->ids[map->count], id, UUID_BYTES);
	*slot = ++map->count;
	return map->count - 1;
}

uint32_t idmap_find(const struct idmap *map, const unsigned char id[UUID_BYTES])
{
	uint32_t slot = *idmap_slot_of(map, id);

	return slot ? slot - 1 : IDMAP_NONE;
}

uint32_t idmap_count(const struct idmap *map)
{
	return map->count;
}

const unsigned char *idmap_id(const struct idmap *map, uint32_t index)
{
	return map->ids[index];
}
