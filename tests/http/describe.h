/* SPDX-License-Identifier: Apache-2.0 */
/*
 * describe -- holds every answer of every test to static/openapi.json.
 *
 * client.c asks for each exchange, so whatever a suite happens to see is checked: the status
 * is described, so is the content type, and the body fits its schema.  A field that is not
 * described is wrong too.  Of JSON Schema it knows what our document uses.
 */
#ifndef TESTS_HTTP_DESCRIBE_H
#define TESTS_HTTP_DESCRIBE_H

#include "client.h"

/* Reads the document: once, before the tests; threads share it read-only. */
void describe_begin(void);

/* The whole document, borrowed. */
const json_t *described(void);

/*
 * What is wrong with an answer to METHOD on a path with its query; NULL when it is as
 * described, or the document has no such operation.  `body` is what was sent, or NULL.
 */
const char *describe_check(const char *method, const char *path, const char *body, size_t body_len,
                           const struct answer *answer);

/* What is wrong with a value under "#/components/schemas/NAME"; NULL: nothing. */
const char *describe_fits(const json_t *value, const char *schema_name);

/* "/a/{b}/c" and "/a/{}/c" become "/a/{}/c", and so does a tail "{*}". */
const char *describe_template(const char *path);

#endif
