/* SPDX-License-Identifier: Apache-2.0 */
#include "http/client.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "core/number.h"
#include "http/as_table.h"

#define ADDRESS_BITS 128
#define V4_BITS      96 /* before an IPv4 address that is written as an IPv6 one */
#define V6_NETWORK   6  /* bytes of what is one network */

struct network {
	unsigned char address[16];
	unsigned bits; /* of its prefix */
};

struct networks {
	size_t count;
	struct network list[];
};

struct declared_network {
	char name[CLIENT_NETWORK_TEXT];
	struct networks *ranges;
	bool sensitive; /* items are shown there too */
};

struct declared_networks {
	size_t count;
	struct declared_network list[];
};

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

/* The same as a proxy writes it: perhaps in brackets, perhaps with a port. */
static bool forwarded_read(const char *text, size_t len, unsigned char address[16])
{
	const char *colon = memchr(text, ':', len);

	if (len && text[0] == '[') {
		const char *end = memchr(text, ']', len);

		return end && address_read(text + 1, (size_t)(end - text) - 1, address);
	}
	if (colon && !memchr(colon + 1, ':', len - (size_t)(colon + 1 - text)))
		len = (size_t)(colon - text); /* one colon: an IPv4 address and its port */
	return address_read(text, len, address);
}

static bool is_within(const unsigned char address[16], const struct network *network)
{
	unsigned whole = network->bits / 8, rest = network->bits % 8;

	if (memcmp(address, network->address, whole) != 0)
		return false;
	return !rest || (address[whole] ^ network->address[whole]) >> (8 - rest) == 0;
}

static bool has_bits_behind(const struct network *network)
{
	for (unsigned bit = network->bits; bit < ADDRESS_BITS; bit++)
		if (network->address[bit / 8] & (0x80 >> bit % 8))
			return true;
	return false;
}

static struct error network_read(const char *text, size_t len, struct network *network)
{
	const char *slash = memchr(text, '/', len);
	size_t address_len = slash ? (size_t)(slash - text) : len;
	bool v4 = !memchr(text, ':', address_len);
	unsigned most = v4 ? ADDRESS_BITS - V4_BITS : ADDRESS_BITS, bits = most;
	int end = 0;

	bool good = address_read(text, address_len, network->address);
	if (good && slash)
		good = slash[1] >= '0' && slash[1] <= '9' && sscanf(slash + 1, "%3u%n", &bits, &end) == 1 &&
		       slash + 1 + end == text + len && bits <= most;
	if (!good)
		return errorf(ERR_INVALID,
		              "\"%.*s\" is no address or range of trusted proxies; write for example "
		              "10.0.0.0/8",
		              len < 60 ? (int)len : 60, text);
	network->bits = v4 ? V4_BITS + bits : bits;
	if (has_bits_behind(network))
		return errorf(ERR_INVALID,
		              "\"%.*s\" has bits behind its prefix; write the range's first "
		              "address",
		              len < 60 ? (int)len : 60, text);
	return ok();
}

struct error networks_read(const char *text, struct networks **ret_networks)
{
	size_t room = (text ? strlen(text) : 0) / 2 + 1; /* a part is two letters or more */
	struct networks *networks = mem_new(1, sizeof *networks + room * sizeof networks->list[0]);
	struct error err = ok();

	for (const char *at = text ? text : ""; *at && !err.code;) {
		size_t len = strcspn(at, ", ");

		if (len && networks->count < room)
			err = network_read(at, len, &networks->list[networks->count++]);
		at += len + strspn(at + len, ", ");
	}
	if (err.code) {
		networks_free(networks);
		return err;
	}
	*ret_networks = networks;
	return ok();
}

void networks_free(struct networks *networks)
{
	free(networks);
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

static bool is_trusted(const unsigned char address[16], const struct networks *trusted)
{
	for (size_t i = 0; trusted && i < trusted->count; i++)
		if (is_within(address, &trusted->list[i]))
			return true;
	return false;
}

bool client_is_trusted(const struct sockaddr *peer, const struct networks *trusted)
{
	unsigned char address[16];

	address_of(peer, address);
	return is_trusted(address, trusted);
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

/* The client's own address, as far as an unbroken chain of trusted proxies tells it. */
static void client_address(const struct sockaddr *peer, const char *forwarded,
                           const struct networks *trusted, unsigned char address[16])
{
	unsigned char next[16];
	size_t left = forwarded ? strlen(forwarded) : 0, len;

	address_of(peer, address);
	while (left && is_trusted(address, trusted)) {
		const char *element = last_element(forwarded, &left, &len);
		if (!len || !forwarded_read(element, len, next))
			break;
		memcpy(address, next, sizeof next);
	}
}

static bool is_v4(const unsigned char address[16])
{
	return memcmp(address, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12) == 0;
}

/* Leaves the first address of its network, so that all of one network are of one system. */
static void clear_behind(unsigned char address[16])
{
	size_t kept = is_v4(address) ? 15 : V6_NETWORK;

	memset(address + kept, 0, 16 - kept);
}

/* The first bytes of an address: three of IPv4, `bytes` of IPv6, behind its family. */
static void prefix_of(const unsigned char address[16], size_t bytes,
                      unsigned char prefix[CLIENT_PREFIX])
{
	memset(prefix, 0, CLIENT_PREFIX);
	if (is_v4(address)) {
		prefix[0] = 4;
		memcpy(prefix + 1, address + 12, 3);
	} else {
		prefix[0] = 6;
		memcpy(prefix + 1, address, bytes);
	}
}

void client_prefix(const struct sockaddr *peer, const char *forwarded,
                   const struct networks *trusted, unsigned char prefix[CLIENT_PREFIX])
{
	unsigned char address[16];

	client_address(peer, forwarded, trusted, address);
	prefix_of(address, CLIENT_PREFIX - 1, prefix);
}

bool client_block(const unsigned char prefix[CLIENT_PREFIX], unsigned char block[CLIENT_PREFIX])
{
	memcpy(block, prefix, CLIENT_PREFIX);
	block[0] = 48; /* unlike the /56 that begins with the same */
	block[CLIENT_PREFIX - 1] = 0;
	return prefix[0] == 6;
}

void declared_networks_free(struct declared_networks *declared)
{
	for (size_t n = 0; declared && n < declared->count; n++)
		networks_free(declared->list[n].ranges);
	free(declared);
}

/* The length of a text without the blanks at its end. */
static size_t blanks_cut(const char *text, size_t len)
{
	while (len && text[len - 1] == ' ')
		len--;
	return len;
}

#define SENSITIVE_TOO "+sensitive"

/* Takes a suffix off a text of `*len` bytes. False: it has none. */
static bool suffix_taken(const char *text, size_t *len, const char *suffix)
{
	size_t suffix_len = strlen(suffix);

	if (*len < suffix_len || memcmp(text + *len - suffix_len, suffix, suffix_len) != 0)
		return false;
	*len -= suffix_len;
	return true;
}

/* "name=range,range" or "name=range,range+sensitive", in `len` bytes. */
static struct error declared_network_read(const char *text, size_t len,
                                          struct declared_network *network)
{
	const char *equals = memchr(text, '=', len);
	size_t name = equals ? (size_t)(equals - text) : 0;
	char *ranges;

	if (!name || name >= sizeof network->name - 1)
		return errorf(ERR_INVALID,
		              "\"%.*s\" declares no network; write for example "
		              "newsroom=10.1.0.0/16",
		              len < 60 ? (int)len : 60, text);
	memcpy(network->name, text, name);
	len = blanks_cut(text, len);
	network->sensitive = suffix_taken(text, &len, SENSITIVE_TOO);
	ranges = mem_new(len - name, 1);
	memcpy(ranges, equals + 1, len - name - 1);
	struct error err = networks_read(ranges, &network->ranges);
	free(ranges);
	return err;
}

struct error declared_networks_read(const char *text, struct declared_networks **ret_declared)
{
	const char *all = !text                       ? "loopback=127.0.0.0/8,::1" SENSITIVE_TOO
	                  : strcmp(text, "none") == 0 ? ""
	                                              : text;
	size_t room = strlen(all) / 2 + 1;
	struct declared_networks *declared =
		mem_new(1, sizeof *declared + room * sizeof declared->list[0]);
	struct error err = ok();

	for (const char *at = all + strspn(all, "; "); *at && !err.code; at += strspn(at, "; ")) {
		size_t len = strcspn(at, ";");

		err = declared_network_read(at, len, &declared->list[declared->count]);
		declared->count += !err.code;
		at += len;
	}
	if (err.code) {
		declared_networks_free(declared);
		return err;
	}
	*ret_declared = declared;
	return ok();
}

struct client_network client_network(const struct sockaddr *peer, const char *forwarded,
                                     const struct networks *trusted,
                                     const struct declared_networks *declared,
                                     const struct as_table *systems)
{
	struct client_network found = { .len = CLIENT_PREFIX };
	unsigned char address[16], prefix[CLIENT_PREFIX];

	client_address(peer, forwarded, trusted, address);
	for (size_t n = 0; declared && n < declared->count; n++) {
		const struct declared_network *network = &declared->list[n];

		if (!is_trusted(address, network->ranges))
			continue;
		found.declared = true;
		found.spared = !network->sensitive;
		memcpy(found.text, network->name, sizeof network->name);
		found.len = strlen(found.text);
		return found;
	}
	prefix_of(address, V6_NETWORK, prefix);
	memcpy(found.text, prefix, sizeof prefix);
	clear_behind(address);
	found.system = as_table_find(systems, address);
	return found;
}

socklen_t client_listen_address(const char *text, struct sockaddr_storage *address)
{
	const char *colon = strrchr(text, ':');
	char host[64];
	uint64_t port;

	memset(address, 0, sizeof *address);
	if (!colon || (size_t)(colon - text) >= sizeof host)
		return 0;
	if (!number_whole(colon + 1, 0, 65535, &port))
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
