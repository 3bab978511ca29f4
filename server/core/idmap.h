/* SPDX-License-Identifier: Apache-2.0 */
/*
 * idmap -- UUIDs to dense indices, in order of first appearance.
 *
 * Open addressing.  Ids are mostly random, but not all: every bit of them counts.
 * One thread at a time may add; any number may look up while none adds.
 */
#ifndef CORE_IDMAP_H
#define CORE_IDMAP_H

#include <stddef.h>
#include <stdint.h>

#include "core/uuid.h"

#define IDMAP_NONE UINT32_MAX

struct idmap;

struct idmap *idmap_new(void);
void idmap_free(struct idmap *map);

/* The index of `id`, which is added when it is not there. */
uint32_t idmap_add(struct idmap *map, const unsigned char id[UUID_BYTES]);

/* IDMAP_NONE when it is not there. */
uint32_t idmap_find(const struct idmap *map, const unsigned char id[UUID_BYTES]);

uint32_t idmap_count(const struct idmap *map);
const unsigned char *idmap_id(const struct idmap *map, uint32_t index);

#endif
