/* SPDX-License-Identifier: Apache-2.0 */
/*
 * program -- the program as someone at a shell meets it, beside the server under test.
 *
 * Lines run in a folder of the test's own, with PROGRAM in the environment.
 */
#ifndef TESTS_HTTP_PROGRAM_H
#define TESTS_HTTP_PROGRAM_H

#include <stdbool.h>

struct ran {
	int code;
	const char *said; /* on both streams */
};

/* A folder of this test's own, absolute; it goes when the test ends. */
const char *a_folder(void);

/* Runs a line of shell in that folder. */
struct ran shell(const char *folder, const char *line);

/* The URL of another database of the PostgreSQL under test. */
const char *url_of(const char *name);

/*
 * The URL of the same database for the owner of its tables.  DATABASE_URL and a_database() name the
 * role that serves, which may do no more than db/grants.sql says.
 */
const char *for_owner(const char *url);

/* Runs the program with these arguments, a line of shell; fails the test unless it ends so. */
const char *expect_code(int code, const char *folder, const char *arguments);

/* Writes a manifest or another text there. */
void write_text(const char *folder, const char *name, const char *text);

/* The URL of a new, migrated database beside the one under test; made with options of CREATE
 * DATABASE. */
const char *a_database(void);
const char *a_database_made(const char *options);

#endif
