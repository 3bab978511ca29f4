/* SPDX-License-Identifier: Apache-2.0 */
#include "release/verify_internal.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "core/hex.h"
#include "release/artefact.h"
#include "release/leakage.h"

/* A description that lists files: in which array, and by which names. */
struct described_list {
	const char *file, *array, *path, *digest;
	const char *before; /* stands before the digits */
};

static void check_listed(struct verifying *v, const struct described_list *list,
                         const json_t *listed)
{
	const char *path = json_string_value(json_object_get(listed, list->path));
	const char *digest = json_string_value(json_object_get(listed, list->digest));
	const struct listed_sum *sum = path ? verify_sum_find(v, path) : NULL;
	char digits[SHA256_TEXT], due[SHA256_TEXT + 8];

	if (!digest)
		return; /* a set of files */
	if (!sum) {
		verify_fault(v, "%s: lists %s, which SHA256SUMS does not", list->file, path ? path : "?");
		return;
	}
	hex_encode(digits, sum->digest, SHA256_BYTES);
	snprintf(due, sizeof due, "%s%s", list->before, digits);
	if (strcmp(digest, due) != 0)
		verify_fault(v, "%s: has another digest of %s than SHA256SUMS", list->file, path);
}

/* Releases of before have none. */
static void check_description(struct verifying *v, const struct described_list *list)
{
	char *text = verify_sum_find(v, list->file) ? verify_small_text(v, list->file) : NULL;
	json_t *object = text ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : NULL;
	const json_t *array = json_object_get(object, list->array);
	const json_t *listed;
	size_t i;

	if (verify_sum_find(v, list->file) && !json_is_array(array))
		verify_fault(v, "%s: no JSON that lists files", list->file);
	json_array_foreach (array, i, listed)
		check_listed(v, list, listed);
	json_decref(object);
	free(text);
}

void verify_descriptions(struct verifying *v)
{
	static const struct described_list lists[] = {
		{ RELEASE_DATAPACKAGE, "resources", "path", "hash", "sha256:" },
		{ RELEASE_CROISSANT, "distribution", "name", "sha256", "" },
	};

	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
		check_description(v, &lists[i]);
}

/* ------------------------------------------------------------------ leakage.json */

/* Counts the group of equal keys that begins at `from`; returns where the next one begins. */
static size_t count_equal(const struct verified_keys *keys, size_t from, struct tie_count *count)
{
	const struct verified_key *first = &keys->all[from];
	uint64_t items = 1;
	bool crosses = false;
	size_t i = from + 1;

	for (; i < keys->count; i++) {
		const struct verified_key *next = &keys->all[i];

		if (next->kind != first->kind || next->hash != first->hash)
			break;
		items += next->row != next[-1].row;
		crosses |= next->split != first->split;
	}
	if (items > 1) {
		count->groups++;
		count->items += items;
		count->crossing += crosses;
	}
	return i;
}

/* Counts groups of one kind among the keys of labels.csv, which are in order. */
static struct tie_count count_keys(const struct verified_keys *keys, enum verified_kind kind)
{
	struct tie_count count = { 0 }, others = { 0 };

	for (size_t i = 0; i < keys->count;)
		i = count_equal(keys, i, keys->all[i].kind == kind ? &count : &others);
	return count;
}

static void check_tie(struct verifying *v, const json_t *said, enum tie tie)
{
	const struct tie_count found = count_keys(&v->keys, (enum verified_kind)(KEY_LINEAGE + tie));

	if (json_integer_value(json_object_get(said, "groups")) != (json_int_t)found.groups ||
	    json_integer_value(json_object_get(said, "items")) != (json_int_t)found.items ||
	    json_integer_value(json_object_get(said, "crossing")) != (json_int_t)found.crossing)
		verify_fault(v,
		             "%s: labels.csv shows other groups of one %s: %llu of %llu items, %llu of "
		             "them in several splits",
		             RELEASE_LEAKAGE, tie_names[tie], (unsigned long long)found.groups,
		             (unsigned long long)found.items, (unsigned long long)found.crossing);
}

/* The certificate says which labels.csv it is about, and what anybody can count there. */
static void check_certificate(struct verifying *v, const json_t *said)
{
	const json_t *labels = json_object_get(said, "labels");
	const char *digest = json_string_value(json_object_get(labels, "sha256"));
	const struct listed_sum *sum = verify_sum_find(v, "labels.csv");
	char due[SHA256_TEXT] = "";

	if (sum)
		hex_encode(due, sum->digest, SHA256_BYTES);
	if (!digest || strcmp(digest, due) != 0)
		verify_fault(v, "%s: is about another labels.csv than SHA256SUMS lists", RELEASE_LEAKAGE);
	if (json_integer_value(json_object_get(labels, "items")) != (json_int_t)v->judged_count)
		verify_fault(v, "%s: labels.csv holds another number of items", RELEASE_LEAKAGE);
	for (int tie = 0; tie < TIES; tie++)
		check_tie(v, json_object_get(json_object_get(said, "ties"), tie_names[tie]), (enum tie)tie);
}

/* Releases of before have none. */
void verify_leakage(struct verifying *v)
{
	char *text = verify_sum_find(v, RELEASE_LEAKAGE) ? verify_small_text(v, RELEASE_LEAKAGE) : NULL;
	json_t *object = text ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : NULL;

	if (json_is_object(object))
		check_certificate(v, object);
	else if (verify_sum_find(v, RELEASE_LEAKAGE))
		verify_fault(v, "%s: no JSON object", RELEASE_LEAKAGE);
	json_decref(object);
	free(text);
}
