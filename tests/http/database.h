/* SPDX-License-Identifier: Apache-2.0 */
/*
 * database -- what a test looks up, or puts straight into the database.
 *
 * One connection a process, opened when first used; one thread at a time.  The only file
 * that knows libpq.
 */
#ifndef TESTS_HTTP_DATABASE_H
#define TESTS_HTTP_DATABASE_H

/* Runs printf-made SQL; fails the test when the database refuses. */
void tell_db(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The first column of the first row, or NULL for NULL and for no row. Lives as long as the process.
 */
const char *ask_db(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same as a whole number; 0 for none. */
long long count_db(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Calls `each` with the texts of every row; NULL is "". */
void each_row(void (*each)(void *arg, const char *const columns[]), void *arg, const char *sql);

/* How the newest connection of db_open() has planned a statement so far. */
struct plans {
	long long custom;  /* for the values of one run */
	long long generic; /* once, for whatever values come */
};
struct plans plans_made(const char *statement);

/* Everything that writing requests may store, counted: the same before and after a refusal. */
long long rows_stored(void);

#endif
