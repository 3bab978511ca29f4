/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_requests -- the requests of a load, as bytes.
 *
 * A judged pair carries a number of its own, its tag, as response_ms.  What is said of the pair
 * follows from the tag, so that the checker can tell from the database alone whether a pair is
 * stored as it was sent.  tests/load/bench/check.sql knows the same formulas.
 */
#ifndef BENCH_REQUESTS_H
#define BENCH_REQUESTS_H

#include <stddef.h>
#include <stdint.h>

#define BENCH_REQUEST 2048     /* bytes that hold any of these requests */
#define BENCH_TAGS    86400000 /* the server takes no larger response_ms */

/* Each writes one whole HTTP/1.1 request and returns its length; 0: it does not fit. */
size_t bench_post(char *out, const char *path, const char *cookie, const char *body);
size_t bench_get(char *out, const char *path, const char *cookie);
size_t bench_judge(char *out, const char *cookie, const char *token, uint64_t tag);

const char *bench_verdict(uint64_t tag, int on_right);
unsigned bench_confidence(uint64_t tag, int on_right);

#endif
