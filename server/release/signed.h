/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signed -- the files by which a release says who made it: written here, and read again by verify.
 *
 * SHA256SUMS stands for every byte.  SHA256SUMS.minisig signs it for programs that check files,
 * manifest.note for those that check notes; SIGNING-KEY.pub is the release's own claim by which
 * key. All is told by the release: the same one is signed alike on any day.
 */
#ifndef RELEASE_SIGNED_H
#define RELEASE_SIGNED_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "crypto/sha256.h"
#include "crypto/signature.h"

#define FORMAT_NAME 32

struct signer;

/* What manifest.note says. Files and bytes are of what SHA256SUMS lists. */
struct manifest_facts {
	const char *name, *version, *date; /* RFC 3339 */
	uint64_t items, files, bytes;
	char sums[SHA256_TEXT]; /* the SHA-256 of SHA256SUMS */
};

void signed_key_write(FILE *out, const struct signer *signer);

/* What a signature of SHA256SUMS says of it, in the comment that is signed too. */
struct sums_facts {
	const char *name, *version;
	int64_t created_s;
	const char *format; /* of a layout, by its name; NULL: the release itself */
};

void signed_sums_write(FILE *out, const struct signer *signer,
                       const unsigned char prehash[PREHASH_BYTES], const struct sums_facts *facts);

/* Is the text a signature of a layout's SHA256SUMS, by its own word? Then its name. */
bool signed_format(const char *signature, char format[FORMAT_NAME]);
void signed_manifest_write(FILE *out, const struct signer *signer,
                           const struct manifest_facts *facts);

/* Reads the text of SIGNING-KEY.pub. */
bool signed_key_read(const char *text, struct public_key *ret_key);

/*
 * Does the text of manifest.note, which is signed, say the figures of `found`? Name, version and
 * date are the note's own to say.  NULL: it does; else what is wrong.
 */
const char *signed_manifest_fault(const struct public_key *key, const char *note,
                                  const struct manifest_facts *found);

#endif
