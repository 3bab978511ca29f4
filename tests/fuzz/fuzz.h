/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz -- what targets of libFuzzer share. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t len);

static inline void must(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "fuzz: %s\n", what);
	abort();
}

/* A copy that ends where the bytes end, so that the sanitizer sees whoever reads on. */
static inline char *copy_of(const unsigned char *bytes, size_t len, bool as_text)
{
	char *copy = malloc(len + as_text + !len);

	must(copy != NULL, "out of memory");
	for (size_t i = 0; i < len; i++)
		copy[i] = (char)bytes[i];
	if (as_text)
		copy[len] = 0;
	return copy;
}

#endif
