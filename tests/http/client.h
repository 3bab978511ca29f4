/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client -- says what an HTTP test says: send this, expect that.
 *
 * Every test runs against a real server on a real, freshly migrated database; scripts/check
 * starts both.  Check runs each test in a process of its own.  Any thread may call; what a
 * call returns lives until the process ends.  The only file that knows libcurl.
 */
#ifndef TESTS_HTTP_CLIENT_H
#define TESTS_HTTP_CLIENT_H

#include <check.h>
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* Someone with a cookie jar of one cookie, or a bearer token. One thread at a time. */
struct person {
	char cookie[512]; /* "name=value"; kept up to date by what the server sets */
	char bearer[64];
};

struct answer {
	long status;
	char type[96]; /* Content-Type */
	json_t *body;  /* NULL when it is not JSON */
	const char *text;
	size_t len;
	const char *headers; /* as they came */
};

/* One request. Only path is needed. */
struct call {
	const char *server; /* default: SERVER_URL */
	const char *method; /* default: GET, or POST with a body */
	const char *path;
	struct person *as;
	json_t *body;     /* taken over */
	const char *text; /* instead of body: sent as it is */
	size_t text_len;  /* default: strlen(text) */
	const char *type; /* default: application/json; "" sends none */
	const char *headers[6];
	bool chunked;
};

struct answer call(const struct call *call);

struct answer get(struct person *as, const char *path);
struct answer post(struct person *as, const char *path, json_t *body); /* takes over `body` */
struct answer put(struct person *as, const char *path, json_t *body);  /* takes over `body` */
struct answer delete_at(struct person *as, const char *path);

/* The value of an answer's header, or NULL. */
const char *header_of(struct answer answer, const char *name);

/* The value at "items/0/media/url"; NULL when there is none. */
json_t *at(const json_t *json, const char *path);
const char *text_at(const json_t *json, const char *path); /* fails the test when it is no text */
long long number_at(const json_t *json, const char *path); /* fails when it is no whole number */
bool true_at(const json_t *json, const char *path);        /* fails when it is no boolean */

/* printf into memory that lives as long as the process. */
char *say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Frees `memory` when the process ends. */
void *keep(void *memory);

/* Fails the test unless it is an answer of that status. */
void check_status(struct answer answer, long status, const char *file, int line);

/* Fails the test unless `answer` is the problem+json document /problems/KIND of that status. */
void check_problem(struct answer answer, long status, const char *kind, const char *file, int line);

#define expect_status(given, expected) check_status(given, expected, __FILE__, __LINE__)
#define expect_problem(given, expected, kind) \
	check_problem(given, expected, kind, __FILE__, __LINE__)

#endif
