/* SPDX-License-Identifier: Apache-2.0 */
/*
 * semver -- versions of releases that promise something: MAJOR.MINOR.PATCH (semver.org, 2.0.0).
 *
 * Of a dataset: patch, no record changed; minor, records were added and none changed; major,
 * records were changed, removed, relabelled or moved between splits.  A version with a pre-release
 * ("1.1.0-rc.1") promises what its three numbers do.  Pure.
 */
#ifndef RELEASE_SEMVER_H
#define RELEASE_SEMVER_H

#include <stdbool.h>
#include <stdint.h>

/* How much a version says that it changes; more comes later. */
enum change_level { LEVEL_PATCH, LEVEL_MINOR, LEVEL_MAJOR, CHANGE_LEVELS };

struct semver {
	uint64_t numbers[3];    /* major, minor, patch */
	const char *prerelease; /* lent from the text; NULL: none */
};

/* Room for three numbers of nine digits, as they are read at most. */
#define SEMVER_TEXT 32

/* False: the text is none. One with "+rN", as revisions have, is none either. */
bool semver_read(const char *text, struct semver *ret_version);

/* As strcmp(): which comes first. */
int semver_order(const struct semver *a, const struct semver *b);

/* What `newer` promises to those who have `older`, which comes before it. */
enum change_level semver_promise(const struct semver *older, const struct semver *newer);

/* The least version behind `older` that promises this much. */
void semver_least(const struct semver *older, enum change_level level, char text[SEMVER_TEXT]);

#endif
