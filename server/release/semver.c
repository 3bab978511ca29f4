/* SPDX-License-Identifier: Apache-2.0 */
#include "release/semver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER_DIGITS 9

/* A number without leading zeros; NULL: there is none. Returns what follows it. */
static const char *read_version_number(const char *text, uint64_t *ret_number)
{
	size_t len = strspn(text, "0123456789");

	if (len == 0 || len > NUMBER_DIGITS || (*text == '0' && len > 1))
		return NULL;
	*ret_number = strtoull(text, NULL, 10);
	return text + len;
}

/* Identifiers with '.' between them: letters, digits and '-'; a number has no leading zero. */
static bool prerelease_is_good(const char *text)
{
	for (;;) {
		size_t len =
			strspn(text, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-");

		if (len == 0 || (*text == '0' && len > 1 && strspn(text, "0123456789") == len))
			return false;
		if (!text[len])
			return true;
		if (text[len] != '.')
			return false;
		text += len + 1;
	}
}

bool semver_read(const char *text, struct semver *ret_version)
{
	struct semver version = { .prerelease = NULL };

	for (int i = 0; i < 3; i++) {
		if (i && *text++ != '.')
			return false;
		if (!(text = read_version_number(text, &version.numbers[i])))
			return false;
	}
	if (*text == '-')
		version.prerelease = ++text;
	if (version.prerelease ? !prerelease_is_good(text) : *text)
		return false;
	*ret_version = version;
	return true;
}

/* Of two identifiers without '.': numbers by size, before texts. */
static int identifier_order(const char *a, size_t a_len, const char *b, size_t b_len)
{
	bool a_is_number = strspn(a, "0123456789") == a_len;
	bool b_is_number = strspn(b, "0123456789") == b_len;
	int order;

	if (a_is_number != b_is_number)
		return a_is_number ? -1 : 1;
	if (a_is_number && a_len != b_len)
		return a_len < b_len ? -1 : 1;
	order = memcmp(a, b, a_len < b_len ? a_len : b_len);
	return order ? order : (a_len > b_len) - (a_len < b_len);
}

/* NULL comes last: what is released comes behind what was tried before. */
static int prerelease_order(const char *a, const char *b)
{
	if (!a || !b)
		return !a - !b;
	for (;;) {
		size_t a_len = strcspn(a, "."), b_len = strcspn(b, ".");
		int order = identifier_order(a, a_len, b, b_len);

		if (order || (!a[a_len] && !b[b_len]))
			return order;
		if (!a[a_len] || !b[b_len])
			return a[a_len] ? 1 : -1;
		a += a_len + 1;
		b += b_len + 1;
	}
}

int semver_order(const struct semver *a, const struct semver *b)
{
	for (int i = 0; i < 3; i++)
		if (a->numbers[i] != b->numbers[i])
			return a->numbers[i] < b->numbers[i] ? -1 : 1;
	return prerelease_order(a->prerelease, b->prerelease);
}

enum change_level semver_promise(const struct semver *older, const struct semver *newer)
{
	if (newer->numbers[0] != older->numbers[0])
		return LEVEL_MAJOR;
	return newer->numbers[1] != older->numbers[1] ? LEVEL_MINOR : LEVEL_PATCH;
}

void semver_least(const struct semver *older, enum change_level level, char text[SEMVER_TEXT])
{
	unsigned long long major = older->numbers[0], minor = older->numbers[1];

	if (level == LEVEL_MAJOR)
		snprintf(text, SEMVER_TEXT, "%llu.0.0", major + 1);
	else if (level == LEVEL_MINOR)
		snprintf(text, SEMVER_TEXT, "%llu.%llu.0", major, minor + 1);
	else
		snprintf(text, SEMVER_TEXT, "%llu.%llu.%llu", major, minor,
		         (unsigned long long)older->numbers[2] + 1);
}
