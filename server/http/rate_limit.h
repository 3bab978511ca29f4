/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rate_limit -- how much one network prefix may ask of us, and how much one volunteer may be shown.
 *
 * The generic cell rate algorithm: a client's whole state is one moment, the one at
 * which its budget is full again.  The table has a fixed size and holds keyed hashes,
 * never an address; when it is full, the budget that is nearest to full is forgotten.
 * Any thread may call.
 */
#ifndef HTTP_RATE_LIMIT_H
#define HTTP_RATE_LIMIT_H

#include <stdint.h>

#include "core/error.h"
#include "http/router.h"

struct rate_limits;

/*
 * Reads `off`, or a list such as "volunteers=20/h,writes=20/s:200,sign_ins=10/m": a rate
 * a second, minute or hour, and the burst (the rate itself when left out).  What is not
 * named keeps its default; NULL or "" is all defaults.  ERR_INVALID names what is wrong.
 */
struct error rate_limits_read(const char *text, struct rate_limits **ret_budgets) MUST_CHECK;
void rate_limits_free(struct rate_limits *rate_limits);

/*
 * Takes one from `client`'s budget.  ERR_TOO_MANY says how long to wait; the log is told how many
 * were refused, at most once a minute.
 */
struct error rate_limit_take(struct rate_limits *rate_limits, enum rate_limit which,
                             uint64_t client, int64_t now_ms) MUST_CHECK;

/* Gives back one that was taken for what could not be done, by no fault of the client. */
void rate_limit_give_back(struct rate_limits *rate_limits, enum rate_limit which, uint64_t client);

#define RATE_HOMES 8 /* budgets that the /48 around a /56 of IPv6 has */

/*
 * The same of a network: from its own budget and from that of the block around it (0: there is
 * none), which is RATE_HOMES times as large.  Refused by either, it takes from neither: who is
 * given a /48 is no 256 networks.
 */
struct error rate_limit_take_network(struct rate_limits *rate_limits, enum rate_limit which,
                                     uint64_t network, uint64_t block, int64_t now_ms) MUST_CHECK;
void rate_limit_give_back_network(struct rate_limits *rate_limits, enum rate_limit which,
                                  uint64_t network, uint64_t block);

/* As in TOUCHSTONE_BUDGETS; NULL for RATE_NONE. */
const char *rate_limit_name(enum rate_limit which);

/* How many were refused since the start. */
uint64_t rate_limit_refusals(struct rate_limits *rate_limits, enum rate_limit which);

#endif
