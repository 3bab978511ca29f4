/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pair_links -- which items are matched pairs, from the keys that they bear.
 *
 * Two items with the same key are a pair.  A key that three items or more bear makes none: what
 * two of them say of each other is then not what pairs say (crowd/pair_prior).  Pure; any thread.
 */
#ifndef CROWD_PAIR_LINKS_H
#define CROWD_PAIR_LINKS_H

#include <stddef.h>
#include <stdint.h>

#include "crowd/judgments.h"

struct pair_key {
	int64_t key;
	uint32_t item;
};

/*
 * Sorts the keys in place; an item may bear several, and one of them several times.  Returns how
 * many pairs there are; *ret_pairs is the caller's to free, NULL where there is none.
 * *ret_larger: how many keys more than two items bear; may be NULL.
 */
size_t pair_links(struct pair_key keys[], size_t count, struct item_pair **ret_pairs,
                  size_t *ret_larger);

#endif
