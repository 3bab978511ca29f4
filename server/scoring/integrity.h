/* SPDX-License-Identifier: Apache-2.0 */
/*
 * integrity -- who carries the labels, for the operator: figures, alarms, metrics.
 *
 * A full fit writes what it knows (crowd/integrity); a job writes, every half minute, what was said
 * and skipped in the last hour, and compares all with the thresholds, which stand in crowd/alarms.
 * An alarm stands while its figure is at its threshold or above; the log is told once an hour. What
 * is shown is read from the tables.
 *
 * Threads: as the struct db; integrity_metrics() from any.
 */
#ifndef SCORING_INTEGRITY_H
#define SCORING_INTEGRITY_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "core/error.h"
#include "db/db.h"

struct job_handler;

/* A figure as integrity_write() takes it, appended to `figures`, an array. `campaign` is a uuid. */
void integrity_add(json_t *figures, const char *campaign, const char *name, const char *label,
                   double value);

/* Replaces the figures of a source: "fit", "activity" or "groups". */
struct error integrity_write(struct db *db, const char *source, const json_t *figures) MUST_CHECK;

/* Figures and alarms as they stand. The texts live as long as the rows that `each` is called for.
 */
struct integrity_figure {
	const char *campaign, *name, *label, *at;
	double value;
};
struct integrity_alarm {
	const char *campaign, *alarm, *what, *since;
	double value, threshold;
};

struct error integrity_each_figure(struct db *db, const char *campaign,
                                   void (*each)(void *arg, const struct integrity_figure *figure),
                                   void *arg) MUST_CHECK;
struct error integrity_each_alarm(struct db *db, const char *campaign,
                                  void (*each)(void *arg, const struct integrity_alarm *alarm),
                                  void *arg) MUST_CHECK;

/* Reads them for integrity_metrics(): call it every few seconds. */
struct error integrity_watch(struct db *db) MUST_CHECK;

/* Them as Prometheus reads them, in the arena: "touchstone_integrity_...". No network is named. */
const char *integrity_metrics(struct arena *arena);

/* Looks at the last hour, and raises alarms. */
struct error integrity_look(struct db *db) MUST_CHECK;
extern const struct job_handler integrity_job;

#endif
