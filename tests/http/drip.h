/* SPDX-License-Identifier: Apache-2.0 */
/*
 * drip -- a client that sends a byte a second, for ever.
 *
 * It begins with the first test and is asked at the end, so that nobody waits for it.
 */
#ifndef TESTS_HTTP_DRIP_H
#define TESTS_HTTP_DRIP_H

void drip_begin(void);

/* Seconds until the server hung up, or 0 when it did not within 40. */
int drip_seconds(void);

#endif
