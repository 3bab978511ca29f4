/* SPDX-License-Identifier: Apache-2.0 */
/* judgment_body -- the body of POST /judgments, from JSON to what the volunteer said. */
#ifndef API_JUDGMENT_BODY_H
#define API_JUDGMENT_BODY_H

#include <jansson.h>

#include "core/arena.h"
#include "core/error.h"
#include "judging/judgment.h"

/* The token of a body, before anything else is looked at. ERR_INVALID: there is none. */
struct error judgment_body_token(json_t *object, const char **ret_token) MUST_CHECK;

/*
 * Reads and checks a body whose token was already taken from it.  What `judgment` points to lives
 * in the arena.  ERR_INVALID names the field.
 */
struct error judgment_body_read(json_t *object, struct arena *arena,
                                struct judgment_in *judgment) MUST_CHECK;

#endif
