/* SPDX-License-Identifier: Apache-2.0 */
/*
 * leaks -- what separates real from fake media beside their content, and how well: the leak table.
 *
 * Each trait of the renditions that volunteers are served (media/traits), and the order of files,
 * is held against the labels alone (crowd/auc), and all that files tell together
 * (crowd/joint_leak).  corpus/leak_figures reads what is kept.
 *
 * It stands in corpus/ because it is about items and their files: it reads the one and has the
 * other measured.  A release's table is made by the same function from rows of its own.
 *
 * Threads: as the struct db.
 */
#ifndef CORPUS_LEAKS_H
#define CORPUS_LEAKS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "core/progress.h"
#include "core/vocabulary.h"
#include "crowd/auc.h"

struct db;
struct job_handler;
struct rows;
struct store;

#define LEAKS_LIMIT  0.6 /* a strength above it warns, where the interval leaves 0.5 out */
#define LEAKS_SAMPLE 500 /* items of a medium and class that a table rests on, at most */
#define LEAKS_LEAST  10  /* of each class, for what leaves the server */
#define LEAKS_FEW \
	4 /* of each class, for a warning: three and three part by chance one time in ten */

#define LEAK_TRAITS 18 /* as many as media/traits.h has, in its order */

/* The traits, then what is no file's own. */
enum leak {
	LEAK_FILE_ORDER = LEAK_TRAITS, /* the order of ids, or of names in a release */
	LEAK_IMPORT_ORDER,             /* nobody is handed it */
	LEAK_RESPONSE_TIME,            /* seconds until the store has handed over the file */
	LEAK_ALONE,                    /* so many stand alone */
	LEAK_TOGETHER = LEAK_ALONE,    /* all that a file tells and is not constant */
	LEAKS
};

enum leak_source { LEAK_BY_TRUTH, LEAK_BY_RULING, LEAK_BY_CROWD, LEAK_SOURCES };

struct leak_medium {
	uint32_t fakes, reals, lineages;
	uint32_t by[LEAK_SOURCES];
	uint32_t unmeasured;       /* their files could not be read; in no other count */
	struct auc auc[LEAKS];     /* NAN: there is no such figure */
	bool constant[LEAK_ALONE]; /* the same for all of them */
};

struct leak_table {
	struct leak_medium medium[MEDIA_TYPES];
};

const char *leak_name(enum leak leak); /* "file_order"; static */
bool leak_is_served(enum leak leak);

/* Does `together` rest on it? Not on response times: they are others each time, and no file's. */
bool leak_is_joined(enum leak leak);

/* Is it served, and does it pass LEAKS_LIMIT? */
bool leak_warns(const struct leak_medium *medium, enum leak leak);

/* How a table is made. */
struct leaks_making {
	uint32_t least; /* a medium with fewer of a class is counted, and not measured */
	bool timed;     /* response times too, of whole files: what else the server does for a file is
	                 * the same for all */
	const struct progress_listener *progress; /* NULL: nobody is told */
};

/*
 * Makes a table of rows of leaks_sample, or of a statement with its columns: all of one medium
 * stand together.  What was not measured yet is measured, which takes a moment an image and some
 * seconds a film, and is kept; so no transaction may be open.  A file that cannot be read is
 * counted and left out.
 */
struct error leaks_measure(struct db *db, struct store *store, const struct rows *rows,
                           const struct leaks_making *making,
                           struct leak_table *ret_table) MUST_CHECK;

/* Measures a campaign, and keeps its table in the place of the last. ERR_NOT_FOUND. */
struct error leaks_campaign(struct db *db, struct store *store, const char *campaign,
                            const struct leaks_making *making,
                            struct leak_table *ret_table) MUST_CHECK;

/*
 * Again and again: measures campaigns whose items changed since their table was made, or that have
 * none.  A table that took long comes seldom; what was measured before a stop is kept.
 */
extern const struct job_handler leaks_job;

#endif
