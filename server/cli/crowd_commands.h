/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crowd_commands -- the subcommands that need no database.
 *
 * argv[0] is the subcommand's name. They return the exit code: 0 done, 1 failed, 2 wrong usage.
 */
#ifndef CLI_CROWD_COMMANDS_H
#define CLI_CROWD_COMMANDS_H

int cli_infer(int argc, char **argv);
int cli_replay(int argc, char **argv);

/* How each is called, beginning with its name: what stands behind "usage: touchstone ". */
extern const char cli_infer_usage[], cli_replay_usage[];

#endif
