/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_target -- any text as a request's target, and as a Range header. */
#include "fuzz.h"

#include <string.h>

#include "core/utf8.h"
#include "http/guard.h"
#include "http/response.h"

static int digit_of(char letter)
{
	if (letter >= '0' && letter <= '9')
		return letter - '0';
	letter |= ' ';
	return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

/* What an address says, as the library decodes it. */
static size_t decode(const char *text, char *out)
{
	size_t len = 0;

	for (; *text; text++) {
		bool coded = *text == '%' && digit_of(text[1]) >= 0 && digit_of(text[2]) >= 0;

		out[len++] = coded ? (char)(digit_of(text[1]) * 16 + digit_of(text[2])) : *text;
		text += coded ? 2 : 0;
	}
	return len;
}

static void check_target(const char *text)
{
	size_t path_len = strcspn(text, "?");
	char *path = copy_of((const unsigned char *)text, path_len, true);
	char *plain = calloc(1, strlen(text) + 2);
	size_t len = decode(path, plain);

	must(!memchr(plain, 0, len), "a zero byte passed");
	must(utf8_fault(plain, len) == len, "what is no UTF-8 passed");
	must(!strchr(plain, '\\'), "a backslash passed");
	for (const char *at = plain; (at = strstr(at, "..")); at++)
		must((at > plain && at[-1] != '/') || (at[2] && at[2] != '/'), "a step up passed");
	free(plain);
	free(path);
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t len)
{
	static const uint64_t sizes[] = { 0, 1, 2, 1000, UINT32_MAX, INT64_MAX, UINT64_MAX };
	char *text = copy_of(bytes, len, true);

	if (guard_target(text))
		check_target(text);
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		struct byte_range range = { 0 };

		if (range_read(text, sizes[i], &range) == RANGE_ONE)
			must(range.count && range.first < sizes[i] && range.count <= sizes[i] - range.first,
			     "a range that the file does not have");
	}
	free(text);
	return 0;
}
