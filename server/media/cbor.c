/* SPDX-License-Identifier: Apache-2.0 */
#include "media/cbor.h"

#include <string.h>

static bool cbor_fail(struct cbor *cbor)
{
	cbor->bad = true;
	return false;
}

/* The number of an item's head: in its first byte, or in the 1, 2, 4 or 8 bytes behind that. */
static bool cbor_number(struct cbor *cbor, unsigned low, uint64_t *ret_number)
{
	uint64_t number = low;

	if (low >= 24) {
		size_t count = (size_t)1 << (low - 24);
		if (low > 27 || (size_t)(cbor->end - cbor->at) < count)
			return cbor_fail(cbor);
		for (number = 0; count; count--)
			number = number << 8 | *cbor->at++;
	}
	*ret_number = number;
	return true;
}

bool cbor_next(struct cbor *cbor, struct cbor_item *item)
{
	if (cbor->bad || cbor->at >= cbor->end)
		return cbor_fail(cbor);
	unsigned first = *cbor->at++;
	item->kind = (enum cbor_kind)(first >> 5);
	item->bytes = cbor->at;
	if (!cbor_number(cbor, first & 31, &item->number))
		return false;
	if (item->kind != CBOR_BYTES && item->kind != CBOR_TEXT)
		return true;
	if (item->number > (uint64_t)(cbor->end - cbor->at))
		return cbor_fail(cbor);
	item->bytes = cbor->at;
	cbor->at += item->number;
	return true;
}

bool cbor_take(struct cbor *cbor, enum cbor_kind kind, struct cbor_item *item)
{
	do {
		if (!cbor_next(cbor, item))
			return false;
	} while (item->kind == CBOR_TAG);
	return item->kind == kind || cbor_fail(cbor);
}

bool cbor_skip(struct cbor *cbor)
{
	struct cbor_item item;

	/* Every item takes a byte at least, so no more can be awaited than there are bytes. */
	for (uint64_t awaited = 1; awaited; awaited--) {
		uint64_t room = (uint64_t)(cbor->end - cbor->at);
		if (!cbor_next(cbor, &item))
			return false;
		if ((item.kind == CBOR_ARRAY || item.kind == CBOR_MAP) && item.number > room)
			return cbor_fail(cbor);
		if (item.kind == CBOR_ARRAY)
			awaited += item.number;
		else if (item.kind == CBOR_MAP)
			awaited += 2 * item.number;
		else if (item.kind == CBOR_TAG)
			awaited++;
		if (awaited > room + 1)
			return cbor_fail(cbor);
	}
	return true;
}

bool cbor_is(const struct cbor_item *item, const char *text)
{
	return item->kind == CBOR_TEXT && item->number == strlen(text) &&
	       memcmp(item->bytes, text, item->number) == 0;
}

bool cbor_find(struct cbor *cbor, const char *key, uint64_t number, struct cbor *ret_value)
{
	struct cbor look = *cbor;
	struct cbor_item item;
	unsigned found = 0;

	if (!cbor_take(&look, CBOR_MAP, &item))
		return cbor_fail(cbor);
	for (uint64_t left = item.number; left; left--) {
		struct cbor before = look;
		bool hit = cbor_next(&look, &item) &&
		           (key ? cbor_is(&item, key) : item.kind == CBOR_NUMBER && item.number == number);
		look.at = before.at;
		if (!cbor_skip(&look))
			return cbor_fail(cbor);
		if (hit) {
			*ret_value = look;
			found++;
		}
		if (!cbor_skip(&look))
			return cbor_fail(cbor);
	}
	return found == 1;
}
