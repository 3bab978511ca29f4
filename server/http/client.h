/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client -- which network prefix a request comes from: /24 of IPv4, /56 of IPv6.
 *
 * X-Forwarded-For is believed only from proxies the operator named, and only as far
 * as an unbroken chain of them reaches.
 */
#ifndef HTTP_CLIENT_H
#define HTTP_CLIENT_H

#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>

#define CLIENT_PREFIX 8 /* bytes: the family, and seven of the address */

/* Fills `prefix` for a connection from `peer` that sent `forwarded` (or NULL). */
void client_prefix(const struct sockaddr *peer, const char *forwarded, const char *trusted,
				   unsigned char prefix[CLIENT_PREFIX]);

/* Reads "127.0.0.1:8080" or "[::1]:8080". Returns the length of the address, 0 if it is none. */
socklen_t client_listen_address(const char *text, struct sockaddr_storage *address);

#endif
