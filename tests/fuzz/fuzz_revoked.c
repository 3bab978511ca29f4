/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_revoked -- any bytes as a list of revocations and, behind the first 0x1e, as labels.csv; and
 * the same two as tables that are compared.
 *
 * What is refused says why; what is written holds no escapes.
 */
#include "fuzz.h"

#include <stdio.h>
#include <string.h>

#include "core/arena.h"
#include "release/diff.h"
#include "release/revoked.h"

static FILE *file_of(const unsigned char *bytes, size_t len)
{
	static const char nothing[] = " ";
	FILE *file = len ? fmemopen((void *)(uintptr_t)bytes, len, "r")
	                 : fmemopen((void *)(uintptr_t)nothing, 1, "r");

	must(file != NULL, "no file");
	return file;
}

static void read_list(FILE *list, FILE *labels)
{
	struct revoked *revoked = revoked_new();
	const char *next = NULL;
	char *said = NULL;
	uint64_t there = 0;
	size_t len = 0;
	struct error err = revoked_read(revoked, list, &next);

	must(!err.code || *err.detail, "refused without a word");
	FILE *out = open_memstream(&said, &len);
	if (!err.code)
		err = revoked_check(revoked, labels, out, &there);
	fclose(out);
	must(!err.code || *err.detail, "refused without a word");
	for (size_t i = 0; i < len; i++)
		must((unsigned char)said[i] >= ' ' || said[i] == '\n' || said[i] == '\t',
		     "an escape is written");
	free(said);
	revoked_free(revoked);
}

static void compare(FILE *before, FILE *after)
{
	struct arena *arena = arena_new();
	struct release_change change;
	struct diff *diff = NULL;
	bool found = true;
	struct error err = diff_new(before, after, (struct diff_place){ 0, 0 }, &diff);

	while (!err.code && found) {
		err = diff_next(diff, arena, 1000000, &change, &found);
		must(err.code || !found || change.kind < CHANGE_KINDS, "a change of no kind");
	}
	must(!err.code || *err.detail, "refused without a word");
	if (diff)
		diff_free(diff);
	arena_free(arena);
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t len)
{
	const unsigned char *end = len ? memchr(bytes, 0x1e, len) : NULL;
	size_t first = end ? (size_t)(end - bytes) : len, rest = end ? len - first - 1 : 0;
	FILE *before = file_of(bytes, first), *after = file_of(bytes + len - rest, rest);

	read_list(before, after);
	rewind(before);
	rewind(after);
	compare(before, after);
	fclose(before);
	fclose(after);
	return 0;
}
