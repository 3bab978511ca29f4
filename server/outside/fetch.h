/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fetch -- downloads one http or https address to a file.
 *
 * The address comes from a stranger, so it must not become a way into our own
 * network: the address actually connected to is checked, after the name is resolved and after
 * every redirect.  Loopback, private, link-local and other special addresses are refused, and so
 * are this machine's own, whatever they are: no firewall sees who comes from inside.  Proxies from
 * the environment are ignored, because they would hide where we go.  A name server that translates
 * for IPv6 alone (DNS64 under a prefix of its own) hides IPv4 addresses from this look.
 *
 * Threads: any, at once.  The caller waits.
 */
#ifndef OUTSIDE_FETCH_H
#define OUTSIDE_FETCH_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"

struct sockaddr;

struct fetch_limits {
	uint64_t bytes;        /* of the body */
	unsigned total_ms;     /* from the name's look-up to the last byte */
	uint16_t private_port; /* of IPv4 networks that are not public, this port alone: for tests */
};

/*
 * Writes the body to `path`, which must not exist yet; on failure there is no file.  ERR_INVALID:
 * the address is not one we fetch, or its server refused.  ERR_TOO_LARGE.  ERR_UNAVAILABLE: worth
 * another try (no answer, too slow, a 5xx).
 */
struct error fetch_file(const char *url, const char *path, const struct fetch_limits *limits,
                        uint64_t *ret_bytes) MUST_CHECK;

/* True for an IPv4 or IPv6 address that anybody on the Internet could mean by it. */
bool fetch_address_public(const struct sockaddr *address);

/* True for an address of this machine, on whichever of its networks. */
bool fetch_address_own(const struct sockaddr *address);

#endif
