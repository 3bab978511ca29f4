/* SPDX-License-Identifier: Apache-2.0 */
/* secret_hash -- what the database keeps of a random secret: whoever reads it can open nothing. */
#ifndef PEOPLE_SECRET_HASH_H
#define PEOPLE_SECRET_HASH_H

#include "crypto/sha256.h"

void secret_hash(char text[SHA256_TEXT], const char *secret);

#endif
