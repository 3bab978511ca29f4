/* SPDX-License-Identifier: Apache-2.0 */
#include "crowd/pair_links.h"

#include <stdlib.h>

#include "core/mem.h"

static int compare_pair_keys(const void *a, const void *b)
{
	const struct pair_key *one = a, *other = b;

	if (one->key != other->key)
		return one->key < other->key ? -1 : 1;
	return (one->item > other->item) - (one->item < other->item);
}

/* Drops what is there twice. Returns how many are left. */
static size_t keys_once(struct pair_key keys[], size_t count)
{
	size_t kept = 0;

	for (size_t k = 0; k < count; k++)
		if (!kept || compare_pair_keys(&keys[kept - 1], &keys[k]))
			keys[kept++] = keys[k];
	return kept;
}

size_t pair_links(struct pair_key keys[], size_t count, struct item_pair **ret_pairs,
                  size_t *ret_larger)
{
	size_t pairs = 0, larger = 0, end;

	*ret_pairs = NULL;
	if (count)
		qsort(keys, count, sizeof *keys, compare_pair_keys);
	count = keys_once(keys, count);
	for (size_t k = 0; k < count; k = end) {
		for (end = k + 1; end < count && keys[end].key == keys[k].key;)
			end++;
		larger += end - k > 2;
		if (end - k != 2)
			continue;
		if (!*ret_pairs)
			*ret_pairs = mem_new(count / 2, sizeof **ret_pairs);
		(*ret_pairs)[pairs++] = (struct item_pair){ keys[k].item, keys[k + 1].item };
	}
	if (ret_larger)
		*ret_larger = larger;
	return pairs;
}
