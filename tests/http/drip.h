/* SPDX-License-Identifier: Apache-2.0 */
/*
 * drip -- clients that send a byte a second, for ever.
 *
 * They begin with the first test and are asked at the end, so that nobody waits for them.
 */
#ifndef TESTS_HTTP_DRIP_H
#define TESTS_HTTP_DRIP_H

enum drip { DRIP_BODY, DRIP_HEADERS, DRIP_FIRST_LINE, DRIP_SECOND_REQUEST, DRIPS };

void drip_begin(void);

/* Seconds until the server hung up, or 0 when it did not within 40. */
int drip_seconds(enum drip what);

#endif
