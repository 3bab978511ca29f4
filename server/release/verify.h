/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify -- is this folder a sound release? Asks nothing but the folder.
 *
 * Checks that SHA256SUMS lists every file, no more and no less, with its digest; that
 * labels.csv follows its own rules and fits the folder; that labels.jsonl says the same;
 * that judgments.csv speaks of these items; that nothing (an item, a lineage, a person, the same
 * bytes) lies in two splits; and that no name tells what it names.
 *
 * Memory: some 150 bytes a file and 16 a key; files themselves stream.
 */
#ifndef RELEASE_VERIFY_H
#define RELEASE_VERIFY_H

#include <stdint.h>
#include <stdio.h>

#include "core/error.h"
#include "release/make.h"

/*
 * Writes a line to `out` for each fault, at most VERIFY_MOST of them, and counts all.
 * ERR_NOT_FOUND: no folder, or no SHA256SUMS in it.
 */
#define VERIFY_MOST 200
struct error release_verify(const char *folder, FILE *out, const struct release_progress *progress,
							uint64_t *ret_faults, uint64_t *ret_files) MUST_CHECK;

#endif
