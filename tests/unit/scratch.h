/* SPDX-License-Identifier: Apache-2.0 */
/* scratch -- a folder for one test, its files, and helpers run in it. */
#ifndef TESTS_UNIT_SCRATCH_H
#define TESTS_UNIT_SCRATCH_H

#include <limits.h>
#include <stddef.h>

#include "outside/program.h"

/* Makes the folder anew; call from a fixture. scratch_clear() removes all of it. */
void scratch_make(void);
void scratch_clear(void);

/* The absolute path of a name in the folder; "" gives the folder. Four live at a time. */
const char *scratch_path(const char *name);

void scratch_write(const char *name, const void *bytes, size_t len);

/* The whole file, NUL-terminated, for the caller to free. */
char *scratch_read(const char *path, size_t *len);

/* How many regular files lie in the folder `name` and below. */
unsigned scratch_count(const char *name);

/* Runs a helper in the folder, boxed in with generous limits; it must succeed. */
void scratch_run(const char *const argv[]);

#endif
