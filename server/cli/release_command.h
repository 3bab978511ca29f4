/* SPDX-License-Identifier: Apache-2.0 */
/*
 * release_command -- `touchstone release create|list|write|verify`.
 *
 * argv[0] is "release". Returns the exit code: 0 done, 1 failed, 2 wrong usage. Only verify needs
 * neither a database nor a store.
 */
#ifndef CLI_RELEASE_COMMAND_H
#define CLI_RELEASE_COMMAND_H

int cli_release(int argc, char **argv);

#endif
