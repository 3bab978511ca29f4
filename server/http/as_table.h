/* SPDX-License-Identifier: Apache-2.0 */
/*
 * as_table -- which autonomous system an address belongs to, by a file that the operator gives.
 *
 * A line is a prefix, its length and the number of the system, as CAIDA's pfx2as files have them
 * ("192.0.2.0<TAB>24<TAB>64500"), or "192.0.2.0/24 64500".  Of several systems ("64500_64501",
 * "64500,64501") the first one counts.  Empty lines and those that begin with '#' are passed over.
 * The longest prefix wins; of two lines on one prefix the smaller number.  Read once, then
 * unchanged: any thread may look up.  O(log n) for most addresses; 17 bytes a prefix.
 */
#ifndef HTTP_AS_TABLE_H
#define HTTP_AS_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

#define AS_TABLE_MOST 2000000 /* prefixes; the whole internet's are 1.2 million */

struct as_table;

/*
 * ERR_INVALID names the line that cannot be read, or the file; no prefix longer than /64 is kept of
 * IPv6, because no network here is smaller.
 */
struct error as_table_read(const char *path, struct as_table **ret_table) MUST_CHECK;
void as_table_free(struct as_table *table);

/* The system of an address in 16 bytes (IPv4 as ::ffff:a.b.c.d); 0: none, or there is no table. */
uint32_t as_table_find(const struct as_table *table, const unsigned char address[16]);

/* How many prefixes it holds. */
size_t as_table_count(const struct as_table *table);

#endif
