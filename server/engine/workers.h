/* SPDX-License-Identifier: Apache-2.0 */
/*
 * workers -- who does which jobs: a thread each, with a connection of its own.
 *
 * So many of a kind are done at once in a process as there are workers that have it; within one,
 * job_kind.priority says what comes first.
 */
#ifndef ENGINE_WORKERS_H
#define ENGINE_WORKERS_H

#include <stdbool.h>

#include "work/job_run.h"

struct job_worker {
	const char *name;
	bool nice;           /* gives way to others, and reads nothing that takes long */
	unsigned timeout_ms; /* what a statement may take; 0: as long as it needs */
	const struct job_handler *const *handlers; /* ends with NULL */
	void (*at_start)(struct db *db);           /* says something once; may be NULL */
};

#define JOB_WORKERS 11

extern const struct job_worker job_workers[JOB_WORKERS];

/* Who does a kind; NULL: nobody. */
const struct job_handler *workers_handler(const char *kind);

#endif
