/* SPDX-License-Identifier: Apache-2.0 */
#include "release/verify_internal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/hex.h"
#include "release/artefact.h"
#include "release/signed.h"

/* The card of a layout is that of the release, which another key may have signed. */
static void check_card_key(struct verifying *v, const struct public_key *key)
{
	char text[PUBLIC_KEY_TEXT], *card;

	if (*v->format)
		return;
	public_key_text(key, text);
	card = verify_small_text(v, RELEASE_CARD);
	if (!card || !strstr(card, text))
		verify_fault(v, "%s: does not name the key of %s", RELEASE_CARD, RELEASE_KEY);
	free(card);
}

/* The key that the release itself names, in its two places. False: it names none, or was told. */
static bool claimed_key(struct verifying *v, struct public_key *ret_key)
{
	char *file;
	bool good;

	if (!verify_sum_find(v, RELEASE_KEY))
		return false;
	file = verify_small_text(v, RELEASE_KEY);
	good = file && signed_key_read(file, ret_key);
	free(file);
	if (!good) {
		verify_fault(v, "%s: holds no public key", RELEASE_KEY);
		return false;
	}
	check_card_key(v, ret_key);
	return true;
}

static void check_sums_signature(struct verifying *v, const struct public_key *key)
{
	unsigned char prehash[PREHASH_BYTES];
	char *signature = verify_small_text(v, RELEASE_SIGNATURE);
	int fd = verify_open_regular(v, RELEASE_SUMS);

	if (!signature)
		verify_fault(v, "%s: missing, or no small text", RELEASE_SIGNATURE);
	else if (fd < 0 || signature_prehash(fd, prehash).code)
		verify_fault(v, "%s: cannot be read", RELEASE_SUMS);
	else {
		const char *fault = signature_minisign_fault(key, prehash, signature);

		if (fault)
			verify_fault(v, "%s: %s", RELEASE_SIGNATURE, fault);
	}
	if (fd >= 0)
		close(fd);
	free(signature);
}

static void check_manifest(struct verifying *v, const struct public_key *key)
{
	struct manifest_facts found = { .items = v->judged_count,
		                            .files = v->count,
		                            .bytes = v->bytes };
	unsigned char digest[SHA256_BYTES];
	char *note = verify_small_text(v, RELEASE_MANIFEST);
	int fd = verify_open_regular(v, RELEASE_SUMS);
	uint64_t bytes;

	if (!note)
		verify_fault(v, "%s: missing, or no small text", RELEASE_MANIFEST);
	else if (fd < 0 || sha256_fd(fd, digest, &bytes).code)
		verify_fault(v, "%s: cannot be read", RELEASE_SUMS);
	else {
		hex_encode(found.sums, digest, SHA256_BYTES);
		const char *fault = signed_manifest_fault(key, note, &found);
		if (fault)
			verify_fault(v, "%s: %s", RELEASE_MANIFEST, fault);
	}
	if (fd >= 0)
		close(fd);
	free(note);
}

/* Anybody can sign anew with a key of theirs: the folder's own word is no proof. */
void verify_signatures(struct verifying *v, const struct public_key *given)
{
	struct public_key claimed = { 0 };
	char id[PUBLIC_KEY_ID];
	bool claims = claimed_key(v, &claimed);

	if (!claims && !given) {
		if (!verify_sum_find(v, RELEASE_KEY) && *v->format)
			verify_fault(v, "%s: missing, and %s says that it is signed", RELEASE_KEY,
			             RELEASE_SIGNATURE);
		else if (!verify_sum_find(v, RELEASE_KEY))
			verify_note(v, "it is not signed: releases of before were not");
		return;
	}
	if (claims && given && memcmp(claimed.key, given->key, PUBLIC_KEY_BYTES) != 0)
		verify_fault(v, "%s: is not the key that was given", RELEASE_KEY);
	const struct public_key *key = given ? given : &claimed;
	if (v->sums_whole) { /* else it was told */
		check_sums_signature(v, key);
		if (!*v->format)
			check_manifest(v, key);
	}
	public_key_id(key, id);
	if (!given)
		verify_note(v,
		            "that the key %s signed it is the release's own claim: --key checks it "
		            "against one that you trust",
		            id);
}
