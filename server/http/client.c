/* SPDX-License-Identifier: Apache-2.0 */
#include "http/client.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One address in 16 bytes; IPv4 as ::ffff:a.b.c.d. */
static bool address_read(const char *text, size_t len, unsigned char address[16])
{
	char copy[INET6_ADDRSTRLEN];

	if (len >= sizeof copy)
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	memset(address, 0, 10);
	memset(address + 10, 0xff, 2);
	return inet_pton(AF_INET, copy, address + 12) == 1 || inet_pton(AF_INET6, copy, address) == 1;
}

static void address_of(const struct sockaddr *peer, unsigned char address[16])
{
	memset(address, 0, 16);
	if (peer->sa_family == AF_INET6) {
		memcpy(address, &((const struct sockaddr_in6 *)(const void *)peer)->sin6_addr, 16);
	} else if (peer->sa_family == AF_INET) {
		memset(address + 10, 0xff, 2);
		memcpy(address + 12, &((const struct sockaddr_in *)(const void *)peer)->sin_addr, 4);
	}
}

static bool is_trusted(const unsigned char address[16], const char *trusted)
{
	unsigned char one[16];

	while (trusted && *trusted) {
		size_t len = strcspn(trusted, ", ");

		if (len && address_read(trusted, len, one) && memcmp(one, address, 16) == 0)
			return true;
		trusted += len + strspn(trusted + len, ", ");
	}
	return false;
}

/* The last element of a comma-separated list of `*len` bytes; shortens the list by it. */
static const char *last_element(const char *list, size_t *len, size_t *element_len)
{
	size_t end = *len, start;

	while (end && (list[end - 1] == ' ' || list[end - 1] == ','))
		end--;
	start = end;
	while (start && list[start - 1] != ',' && list[start - 1] != ' ')
		start--;
	*element_len = end - start;
	*len = start;
	return list + start;
}

void client_prefix(const struct sockaddr *peer, const char *forwarded, const char *trusted,
				   unsigned char prefix[CLIENT_PREFIX])
{
	unsigned char address[16], next[16];
	size_t left = forwarded ? strlen(forwarded) : 0, len;

	address_of(peer, address);
	while (left && is_trusted(address, trusted)) {
		const char *element = last_element(forwarded, &left, &len);
		if (!len || !address_read(element, len, next))
			break;
		memcpy(address, next, sizeof address);
	}
	memset(prefix, 0, CLIENT_PREFIX);
	if (memcmp(address, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12) == 0) {
		prefix[0] = 4;
		memcpy(prefix + 1, address + 12, 3);
	} else {
		prefix[0] = 6;
		memcpy(prefix + 1, address, 7);
	}
}

socklen_t client_listen_address(const char *text, struct sockaddr_storage *address)
{
	const char *colon = strrchr(text, ':');
	char host[64], *end;

	memset(address, 0, sizeof *address);
	if (!colon || (size_t)(colon - text) >= sizeof host)
		return 0;
	unsigned long port = strtoul(colon + 1, &end, 10);
	if (*end || end == colon + 1 || port > 65535)
		return 0;
	snprintf(host, sizeof host, "%.*s", (int)(colon - text), text);

	struct sockaddr_in *v4 = (struct sockaddr_in *)address;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)address;
	size_t len = strlen(host);
	if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons((uint16_t)port);
		return sizeof *v4;
	}
	if (len > 2 && host[0] == '[' && host[len - 1] == ']') {
		host[len - 1] = '\0';
		if (inet_pton(AF_INET6, host + 1, &v6->sin6_addr) == 1) {
			v6->sin6_family = AF_INET6;
			v6->sin6_port = htons((uint16_t)port);
			return sizeof *v6;
		}
	}
	return 0;
}
