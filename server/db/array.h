/* SPDX-License-Identifier: Apache-2.0 */
/* array -- arrays as PostgreSQL reads them, for the parameters of a statement. */
#ifndef DB_ARRAY_H
#define DB_ARRAY_H

#include <stddef.h>

#include "core/arena.h"
#include "core/hex.h"

/* "{uuid,uuid}" in the arena. */
const char *uuid_array(struct arena *arena, const unsigned char *const ids[], size_t count);

#endif
