/* SPDX-License-Identifier: Apache-2.0 */
#include "core/number.h"

#include <stdlib.h>
#include <string.h>

#define DIGITS "0123456789"

bool number_whole(const char *text, uint64_t least, uint64_t most, uint64_t *ret_number)
{
	uint64_t number = 0;

	if (*text == '\0')
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9' || __builtin_mul_overflow(number, (uint64_t)10, &number) ||
		    __builtin_add_overflow(number, (uint64_t)(*text - '0'), &number))
			return false;
	}
	if (number < least || number > most)
		return false;
	*ret_number = number;
	return true;
}

bool number_real(const char *text, double least, double most, double *ret_number)
{
	size_t whole = strspn(text, DIGITS), digits = whole;
	const char *rest = text + whole;

	if (*rest == '.') {
		size_t part = strspn(rest + 1, DIGITS);
		digits += part;
		rest += 1 + part;
	}
	if (digits && (*rest == 'e' || *rest == 'E')) {
		rest += 1 + (rest[1] == '+' || rest[1] == '-');
		digits = strspn(rest, DIGITS);
		rest += digits;
	}
	double number = strtod(text, NULL); /* the process never leaves the C locale */
	if (digits == 0 || *rest || !(number >= least && number <= most))
		return false;
	*ret_number = number;
	return true;
}
