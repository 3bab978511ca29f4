/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client -- which network prefix a request comes from.
 *
 * Budgets go by /24 of IPv4 and by /56 of IPv6, which is one home, and by the /48 around it, which
 * a site is given or a provider's customers of one street.  Who decides a label goes by /24 and
 * /48: whoever holds a /48 would else be 256 networks.
 *
 * X-Forwarded-For is believed only from proxies the operator named, and only as far
 * as an unbroken chain of them reaches.  Threads: any; networks do not change once read.
 */
#ifndef HTTP_CLIENT_H
#define HTTP_CLIENT_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "core/error.h"

#define CLIENT_PREFIX 8 /* bytes: the family, and seven of the address */

struct as_table;

/* Whose word is believed: addresses and CIDR ranges. */
struct networks;

/*
 * Reads "127.0.0.1, 10.0.0.0/8, fd00::/8"; NULL or "" are none.  ERR_INVALID names the part that
 * is no address or range, or has bits behind its prefix.
 */
struct error networks_read(const char *text, struct networks **ret_networks) MUST_CHECK;
void networks_free(struct networks *networks);

/* Fills `prefix` for a connection from `peer` that sent `forwarded` (or NULL). */
void client_prefix(const struct sockaddr *peer, const char *forwarded,
                   const struct networks *trusted, unsigned char prefix[CLIENT_PREFIX]);

/* Fills `block` for the /48 around a prefix of IPv6. False: it is one of IPv4, which has none. */
bool client_block(const unsigned char prefix[CLIENT_PREFIX], unsigned char block[CLIENT_PREFIX]);

#define CLIENT_NETWORK_TEXT 64 /* bytes of a network's name */

/* Networks that the operator declares by name: a classroom, a newsroom. */
struct declared_networks;

/*
 * Reads "newsroom=10.1.0.0/16,2001:db8::/32+sensitive; class=192.0.2.0/24"; NULL: the loopback
 * addresses alone, as "loopback", which are shown sensitive items too.  "none" declares none.
 * ERR_INVALID names the part that is wrong.
 */
struct error declared_networks_read(const char *text,
                                    struct declared_networks **ret_declared) MUST_CHECK;
void declared_networks_free(struct declared_networks *declared);

/* What tells the network of a request from others. */
struct client_network {
	char text[CLIENT_NETWORK_TEXT]; /* the prefix, /24 of IPv4 and /48 of IPv6, or a name */
	size_t len;
	bool declared;   /* it is the name of a declared one */
	bool spared;     /* declared, without "+sensitive": nothing sensitive is shown there */
	uint32_t system; /* the autonomous system of the prefix; 0: not known, or declared */
};

struct client_network client_network(const struct sockaddr *peer, const char *forwarded,
                                     const struct networks *trusted,
                                     const struct declared_networks *declared,
                                     const struct as_table *systems);

/* Is this peer one whose word is believed? */
bool client_is_trusted(const struct sockaddr *peer, const struct networks *trusted);

/* Reads "127.0.0.1:8080" or "[::1]:8080". Returns the length of the address, 0 if it is none. */
socklen_t client_listen_address(const char *text, struct sockaddr_storage *address);

#endif
