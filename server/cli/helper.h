/* SPDX-License-Identifier: Apache-2.0 */
/*
 * helper -- what this program does when it is its own helper in the sandbox (struct program's
 * `own`): `touchstone helper NAME`, in a folder with the file to read. Nobody else calls it.
 */
#ifndef CLI_HELPER_H
#define CLI_HELPER_H

/* Returns the exit status; 2: there is no such helper. */
int helper_run(const char *name);

#endif
