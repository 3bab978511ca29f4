/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify -- is this folder a sound release? Asks nothing but the folder.
 *
 * Checks that SHA256SUMS lists every file, no more and no less, with its digest; that
 * labels.csv follows its own rules and fits the folder; that labels.jsonl says the same;
 * that judgments.csv speaks of these items; that nothing (an item, a lineage, a person, looks, the
 * same bytes) lies in two splits, and no bytes under two labels; that no name tells what it names;
 * that what was sealed opens as it was committed to, where that is there (release/seal_check);
 * and that it is signed, by the key that the caller trusts or else by the one that the folder
 * claims.  Of a layout (release/layout) that was signed as such it checks the files and the
 * signature: its paths are others, and its tables are those of the release.
 *
 * The folder may be hostile: nothing but regular files is opened, no link is followed, and no line
 * is kept that is longer than one of ours can be.  Memory: some 150 bytes a file and 24 a key;
 * files themselves stream.
 */
#ifndef RELEASE_VERIFY_H
#define RELEASE_VERIFY_H

#include <stdint.h>
#include <stdio.h>

#include "core/error.h"
#include "crypto/signature.h"
#include "release/build.h"

struct verified {
	uint64_t faults;
	uint64_t strays; /* of the faults: files that do not belong to the release, to be deleted */
	uint64_t files;
	uint64_t sealed, opened; /* items whose labels are withheld, and those that are published */
};

/*
 * Writes a line to `out` for each fault and each note, at most VERIFY_MOST of each, and counts all.
 * A note is no fault: what an operating system leaves in folders, a split without one of the
 * labels, that nothing but the folder says who signed it. `key`: whose signature it must have;
 * NULL: the one in its SIGNING-KEY.pub, and none where it has none. ERR_NOT_FOUND: no folder, or no
 * SHA256SUMS in it.
 */
#define VERIFY_MOST 200
struct error release_verify(const char *folder, const struct public_key *key, FILE *out,
                            const struct progress_listener *progress,
                            struct verified *ret_verified) MUST_CHECK;

#endif
