/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_credentials -- any bytes as a file with content credentials. */
#include "fuzz.h"

#include "media/credentials.h"

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t len)
{
	struct arena *arena = arena_new();
	struct credentials found;

	credentials_read(bytes, len, arena, &found);
	must((found.state == CREDENTIALS_BROKEN || found.state == CREDENTIALS_UNREADABLE) ==
	         !!found.reason,
	     "a reason without a fault, or a fault without a reason");
	must(found.state != CREDENTIALS_SIGNED || (found.algorithm && found.claimed.len &&
	                                           found.signature.len && found.certificate_count),
	     "signed, and nothing to check it with");
	must(found.certificate_count <= CREDENTIALS_MOST_CERTIFICATES, "too many certificates");
	arena_free(arena);
	return 0;
}
