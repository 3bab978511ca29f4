/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_seal -- any text as a cookie, a token, a media address or a cursor; and genuine ones that
 * are damaged.  Nothing but what was sealed is revealed, and only as its own kind.
 */
#include "fuzz.h"

#include <string.h>
#include <unistd.h>

#include "core/seal.h"

static struct seal *seal;

static void start(void)
{
	char folder[] = "/tmp/touchstone-fuzz.XXXXXX", path[64];

	must(seal_start() && mkdtemp(folder), "no place for a secret");
	snprintf(path, sizeof path, "%s/secret", folder);
	struct error err = seal_open_file(path, &seal);
	must(!err.code, "no secret");
	unlink(path);
	rmdir(folder);
}

static void check_text(const char *text, size_t len)
{
	unsigned char out[SEAL_MAX_BYTES];

	for (int kind = 0; kind < SEAL_KINDS; kind++)
		must(!seal_reveal(seal, (enum seal_kind)kind, text, out, len % (SEAL_MAX_BYTES + 1)),
			 "a forged text is revealed");
}

static void check_damaged(const unsigned char *bytes, size_t len)
{
	unsigned char out[SEAL_MAX_BYTES];
	char text[SEAL_TEXT(SEAL_MAX_BYTES)];
	enum seal_kind kind = bytes[0] % SEAL_KINDS, other = (kind + 1) % SEAL_KINDS;
	char letter = (char)bytes[1];

	len = len - 2 < SEAL_MAX_BYTES ? len - 2 : SEAL_MAX_BYTES;
	seal_bytes(seal, kind, bytes + 2, len, text);
	must(strlen(text) + 1 == SEAL_TEXT(len), "it is not as long as it says");
	must(seal_reveal(seal, kind, text, out, len) && memcmp(out, bytes + 2, len) == 0,
		 "what was sealed is not revealed");
	must(!seal_reveal(seal, other, text, out, len), "another kind is revealed");
	size_t at = (bytes[0] * 256u + bytes[1]) % strlen(text);
	if (text[at] == letter)
		return;
	text[at] = letter;
	must(!seal_reveal(seal, kind, text, out, len), "a damaged text is revealed");
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t len)
{
	char *text = copy_of(bytes, len, true);

	if (!seal)
		start();
	check_text(text, len);
	if (len >= 2)
		check_damaged(bytes, len);
	free(text);
	return 0;
}
