/* SPDX-License-Identifier: Apache-2.0 */
/*
 * program -- runs a helper program that reads a stranger's file.
 *
 * ffmpeg and libvips parse hostile input, so a helper is treated as if it were
 * already taken over.  It starts without a shell, with an environment of our own, no
 * descriptor but a null stdin and two pipes, limits on time, memory, file size and
 * open files, and no way to gain privileges.  It never runs as root: where the server does, the
 * helper is the user `nobody`, who owns the folder and its files as long as it runs.  Where the
 * kernel can, it also gets a network of its own with nothing in it (a user namespace), no system
 * calls but those that a decoder makes (seccomp) and a file system that consists of the system's
 * programs and its own folder (Landlock).  What the kernel cannot do is left out, and the first run
 * logs which protections are on.
 *
 * When the program ends, or its time is up, everything it started is killed
 * with it; and it dies with the thread that runs it.
 *
 * Threads: any, at once.  The caller waits.  SIGCHLD must not be ignored.
 */
#ifndef OUTSIDE_PROGRAM_H
#define OUTSIDE_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

#define PROGRAM_OUT_BYTES 16384 /* how much of stdout is kept, with a NUL */
#define PROGRAM_ERR_BYTES 4096  /* of stderr */
#define PROGRAM_MAX_ENV   8

struct program {
	const char *const *argv; /* ends with NULL; argv[0] is a bare name: "ffmpeg" */
	bool own;                /* it is this very program, whatever argv[0] calls it */
	const char *const *env;  /* "NAME=value", ends with NULL, at most PROGRAM_MAX_ENV; or NULL */
	const char *folder;      /* absolute; where it runs, and all that it may read and write: name
	                          * files in it without a path, for the user may not reach it by one */
	unsigned wall_ms;
	unsigned still_ms; /* the longest that it may run and no file in the folder grow; 0: as long as
	                    * wall_ms */
	unsigned cpu_s;
	uint64_t memory_bytes; /* of address space */
	uint64_t file_bytes;   /* of each file it writes */
	unsigned open_files;
	bool yields;      /* other helpers go first, wherever both would use the processor */
	unsigned without; /* of enum program_protection: left out, to try what the others hold */
};

/* What the kernel does for the sandbox, beside what it does for every program. */
enum program_protection {
	PROGRAM_OWN_NETWORK = 1, /* namespaces of its own: network, users, so processes are counted */
	PROGRAM_OWN_FILES = 2,   /* Landlock */
	PROGRAM_FEW_CALLS = 4,   /* seccomp */
	PROGRAM_PROTECTIONS = 7
};

enum program_end {
	PROGRAM_EXITED,    /* by itself: see status */
	PROGRAM_KILLED,    /* by a signal, a limit's among them: see signal */
	PROGRAM_TIMED_OUT, /* we killed it at wall_ms */
	PROGRAM_STOOD_STILL
};

struct program_result {
	enum program_end end;
	int status; /* PROGRAM_EXITED: 0..255 */
	int signal; /* PROGRAM_KILLED */
	int64_t took_ms;
	unsigned protections;        /* that were on */
	char out[PROGRAM_OUT_BYTES]; /* always NUL-terminated; what does not fit is dropped */
	char err[PROGRAM_ERR_BYTES]; /* the same, but the last bytes are kept, not the first */
	size_t out_len;
};

/*
 * Runs to the end.  How it went, failure included, is in the result; an error means that it did not
 * run: ERR_INTERNAL when the program is not installed or the system would not start it,
 * ERR_UNAVAILABLE when this process has no descriptors left.
 */
struct error program_run(const struct program *program, struct program_result *result) MUST_CHECK;

/* Is there a helper program of this name? */
bool program_is_installed(const char *name);

/* True if it ended by itself with status 0. */
static inline bool program_succeeded(const struct program_result *result)
{
	return result->end == PROGRAM_EXITED && result->status == 0;
}

#endif
