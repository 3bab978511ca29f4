/* SPDX-License-Identifier: Apache-2.0 */
#include "http/as_table.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"

#define LINE_LONGEST 200
#define AS_BITS      64 /* of an address that are looked at */
#define NO_PARENT    UINT32_MAX

/* A prefix while the file is read. IPv4 stands in the upper half. */
struct as_prefix {
	uint64_t first;
	uint32_t system;
	uint8_t bits;
};

/* Prefixes of one family, in the order of their first address, shorter ones first. */
struct as_family {
	struct as_prefix *read; /* gone when all is read */
	size_t count, room;
	uint64_t *first;
	uint32_t *system, *parent; /* parent: the smallest prefix around this one */
	uint8_t *bits;
};

struct as_table {
	struct as_family four, six;
};

static uint64_t mask_of(unsigned bits)
{
	return bits ? UINT64_MAX << (AS_BITS - bits) : 0;
}

static uint64_t upper_half(const unsigned char *bytes, size_t count)
{
	uint64_t value = 0;

	for (size_t i = 0; i < 8; i++)
		value = value << 8 | (i < count ? bytes[i] : 0);
	return value;
}

static void family_add(struct as_family *family, const struct as_prefix *prefix)
{
	if (family->count == family->room) {
		family->room = family->room ? 2 * family->room : 1024;
		family->read = mem_resize(family->read, family->room, sizeof *family->read);
	}
	family->read[family->count++] = *prefix;
}

/* A whole number at `*at`, which moves behind it. False: there is none, or it is above `most`. */
static bool take_number(const char **at, uint64_t most, uint64_t *ret_number)
{
	const char *begin = *at;
	uint64_t number = 0;

	for (; **at >= '0' && **at <= '9' && number <= most; ++*at)
		number = 10 * number + (uint64_t)(**at - '0');
	*ret_number = number;
	return *at > begin && number <= most;
}

/* What may stand between two fields. */
static bool take_blanks(const char **at)
{
	size_t blanks = strspn(*at, " \t");

	*at += blanks;
	return blanks > 0;
}

/* The first of one or more numbers, with nothing but more of them behind it. */
static bool take_system(const char **at, uint32_t *ret_system)
{
	uint64_t first, other;

	if (!take_number(at, UINT32_MAX, &first) || first == 0)
		return false;
	while (**at == '_' || **at == ',') {
		++*at;
		if (!take_number(at, UINT32_MAX, &other))
			return false;
	}
	*ret_system = (uint32_t)first;
	return true;
}

/* Fills in the prefix of a text. False: it is none, or has bits behind its length. */
static bool prefix_read(const char *address, uint64_t length, bool four, struct as_prefix *prefix,
                        bool *ret_kept)
{
	unsigned char bytes[16] = { 0 };

	if (length > (four ? 32 : 128) || inet_pton(four ? AF_INET : AF_INET6, address, bytes) != 1)
		return false;
	for (unsigned bit = (unsigned)length; bit < 128; bit++)
		if (bytes[bit / 8] & (0x80 >> bit % 8))
			return false;
	*ret_kept = length <= AS_BITS;
	prefix->first = upper_half(bytes, four ? 4 : 8);
	prefix->bits = (uint8_t)length;
	return true;
}

static bool line_read(struct as_table *table, const char *line)
{
	char address[INET6_ADDRSTRLEN] = "";
	size_t len = strcspn(line, " \t/");
	bool four = !memchr(line, ':', len), kept = false;
	struct as_prefix prefix = { 0 };
	const char *at = line + len;
	uint64_t length;

	if (len >= sizeof address)
		return false;
	memcpy(address, line, len);
	if (*at == '/')
		at++;
	else if (!take_blanks(&at))
		return false;
	if (!take_number(&at, 128, &length) || !take_blanks(&at) || !take_system(&at, &prefix.system))
		return false;
	take_blanks(&at);
	if (*at || !prefix_read(address, length, four, &prefix, &kept))
		return false;
	if (kept)
		family_add(four ? &table->four : &table->six, &prefix);
	return true;
}

static int compare_prefixes(const void *a, const void *b)
{
	const struct as_prefix *one = a, *other = b;

	if (one->first != other->first)
		return one->first < other->first ? -1 : 1;
	if (one->bits != other->bits)
		return one->bits < other->bits ? -1 : 1;
	return (one->system > other->system) - (one->system < other->system);
}

static bool prefix_holds(const struct as_family *family, uint32_t prefix, uint64_t address)
{
	return ((address ^ family->first[prefix]) & mask_of(family->bits[prefix])) == 0;
}

/* Puts the prefixes in order, and each below the smallest one around it. */
static void family_build(struct as_family *family)
{
	size_t kept = 0;
	uint32_t around = NO_PARENT;

	if (family->count)
		qsort(family->read, family->count, sizeof *family->read, compare_prefixes);
	family->first = mem_new(family->count + 1, sizeof *family->first);
	family->system = mem_new(family->count + 1, sizeof *family->system);
	family->parent = mem_new(family->count + 1, sizeof *family->parent);
	family->bits = mem_new(family->count + 1, sizeof *family->bits);
	for (size_t p = 0; p < family->count; p++) {
		const struct as_prefix *prefix = &family->read[p];

		if (kept && family->first[kept - 1] == prefix->first &&
		    family->bits[kept - 1] == prefix->bits)
			continue;
		while (around != NO_PARENT && !prefix_holds(family, around, prefix->first))
			around = family->parent[around];
		family->first[kept] = prefix->first;
		family->system[kept] = prefix->system;
		family->bits[kept] = prefix->bits;
		family->parent[kept] = around;
		around = (uint32_t)kept++;
	}
	family->count = kept;
	free(family->read);
	family->read = NULL;
}

static struct error lines_read(struct as_table *table, const char *path, FILE *file)
{
	char line[LINE_LONGEST + 2];

	for (unsigned long number = 1; fgets(line, sizeof line, file); number++) {
		size_t len = strcspn(line, "\r\n");
		bool whole = line[len] || feof(file);

		line[len] = '\0';
		if (!whole || (line[0] && line[0] != '#' && !line_read(table, line)))
			return errorf(ERR_INVALID,
			              "%.80s, line %lu: \"%.40s\" is no prefix, length and number of an "
			              "autonomous system",
			              path, number, line);
		if (table->four.count + table->six.count > AS_TABLE_MOST)
			return errorf(ERR_INVALID, "%.80s, line %lu: there are more than %d prefixes", path,
			              number, AS_TABLE_MOST);
	}
	return ferror(file) ? errorf(ERR_INVALID, "%.80s cannot be read", path) : ok();
}

struct error as_table_read(const char *path, struct as_table **ret_table)
{
	FILE *file = fopen(path, "re");

	if (!file)
		return errorf(ERR_INVALID, "%.80s: %s", path, strerrordesc_np(errno));
	struct as_table *table = mem_new(1, sizeof *table);
	struct error err = lines_read(table, path, file);
	fclose(file);
	if (!err.code) {
		family_build(&table->four);
		family_build(&table->six);
	}
	if (!err.code && !as_table_count(table))
		err = errorf(ERR_INVALID, "%.80s holds no prefix", path);
	if (err.code) {
		as_table_free(table);
		return err;
	}
	*ret_table = table;
	return ok();
}

static void family_clear(struct as_family *family)
{
	free(family->read);
	free(family->first);
	free(family->system);
	free(family->parent);
	free(family->bits);
}

void as_table_free(struct as_table *table)
{
	if (!table)
		return;
	family_clear(&table->four);
	family_clear(&table->six);
	free(table);
}

size_t as_table_count(const struct as_table *table)
{
	return table->four.count + table->six.count;
}

/* The last prefix that begins no later than the address, or one around it. */
static uint32_t family_find(const struct as_family *family, uint64_t address)
{
	size_t below = 0, above = family->count;

	while (below < above) {
		size_t middle = below + (above - below) / 2;

		if (family->first[middle] <= address)
			below = middle + 1;
		else
			above = middle;
	}
	uint32_t prefix = below ? (uint32_t)below - 1 : NO_PARENT;
	while (prefix != NO_PARENT && !prefix_holds(family, prefix, address))
		prefix = family->parent[prefix];
	return prefix == NO_PARENT ? 0 : family->system[prefix];
}

uint32_t as_table_find(const struct as_table *table, const unsigned char address[16])
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (!table)
		return 0;
	if (memcmp(address, mapped, sizeof mapped) == 0)
		return family_find(&table->four, upper_half(address + 12, 4));
	return family_find(&table->six, upper_half(address, 8));
}
