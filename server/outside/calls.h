/* SPDX-License-Identifier: Apache-2.0 */
/*
 * calls -- the system calls that a helper program may make: a list of what vips and ffmpeg need,
 * and EPERM for all else (seccomp).
 *
 * A helper that a file has taken over can read and write the files that it may open, and compute.
 * It cannot change a file's mode, owner, times or attributes, nor signal, trace or limit another
 * process, nor open a socket, nor leave the process group that program_run() kills.
 */
#ifndef OUTSIDE_CALLS_H
#define OUTSIDE_CALLS_H

#include <stdbool.h>

/*
 * Restricts the calling thread and what it executes from now on; no_new_privs must be set.
 * Async-signal-safe. False: the kernel has no seccomp, or the list is not known for this processor.
 */
bool calls_restrict(void);

#endif
