/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_token -- any text as a cookie, a token, a media address or a cursor; and genuine ones that
 * are damaged.  Nothing but what was sealed is revealed, and only as its own kind.
 */
#include "fuzz.h"

#include <string.h>
#include <unistd.h>

#include "crypto/token.h"

static struct token_keys *keys;

static void start(void)
{
	char folder[] = "/tmp/touchstone-fuzz.XXXXXX", path[64];

	must(crypto_start() && mkdtemp(folder), "no place for a secret");
	snprintf(path, sizeof path, "%s/secret", folder);
	struct error err = token_keys_open(path, &keys);
	must(!err.code, "no secret");
	unlink(path);
	rmdir(folder);
}

static void check_text(const char *text, size_t len)
{
	unsigned char out[TOKEN_MAX_BYTES];

	for (int kind = 0; kind < TOKEN_KINDS; kind++)
		must(!token_open(keys, (enum token_kind)kind, text, out, len % (TOKEN_MAX_BYTES + 1)),
		     "a forged text is revealed");
}

static void check_damaged(const unsigned char *bytes, size_t len)
{
	unsigned char out[TOKEN_MAX_BYTES];
	char text[TOKEN_TEXT(TOKEN_MAX_BYTES)];
	enum token_kind kind = bytes[0] % TOKEN_KINDS, other = (kind + 1) % TOKEN_KINDS;
	char letter = (char)bytes[1];

	len = len - 2 < TOKEN_MAX_BYTES ? len - 2 : TOKEN_MAX_BYTES;
	token_seal(keys, kind, bytes + 2, len, text);
	must(strlen(text) + 1 == TOKEN_TEXT(len), "it is not as long as it says");
	must(token_open(keys, kind, text, out, len) && memcmp(out, bytes + 2, len) == 0,
	     "what was sealed is not revealed");
	must(!token_open(keys, other, text, out, len), "another kind is revealed");
	size_t at = (bytes[0] * 256u + bytes[1]) % strlen(text);
	if (text[at] == letter)
		return;
	text[at] = letter;
	must(!token_open(keys, kind, text, out, len), "a damaged text is revealed");
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t len)
{
	char *text = copy_of(bytes, len, true);

	if (!keys)
		start();
	check_text(text, len);
	if (len >= 2)
		check_damaged(bytes, len);
	free(text);
	return 0;
}
