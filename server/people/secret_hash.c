/* SPDX-License-Identifier: Apache-2.0 */
#include "people/secret_hash.h"

#include <string.h>

#include "core/hex.h"

void secret_hash(char text[SHA256_TEXT], const char *secret)
{
	unsigned char digest[SHA256_BYTES];

	sha256_bytes(digest, secret, strlen(secret));
	hex_encode(text, digest, sizeof digest);
}
