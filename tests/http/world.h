/* SPDX-License-Identifier: Apache-2.0 */
/*
 * world -- the people and things that tests begin with.
 *
 * Items are put straight into the database and their bytes into the store's folder, because
 * importing is another test's business.  Names are fresh at every call, so that tests never
 * meet.  The server reads its item cache about once a second: a_lease() waits for it.
 */
#ifndef TESTS_HTTP_WORLD_H
#define TESTS_HTTP_WORLD_H

#include "client.h"
#include "core/uuid.h"
#include "judging/assignment.h"

/* A text that no other call returns: "x" and 16 hexadecimal digits. */
const char *fresh_name(void);

/* Someone who has consented. */
struct person a_volunteer(void);

/* Someone with an account of this role who is signed in. */
struct person an_account(const char *role);

/* The name of a new campaign; its items never retire nor become disputes. */
const char *a_campaign(void);

/* Items to be made; zero is a plain image of unknown truth, alone in its lineage. */
struct items {
	const char *campaign; /* name */
	int count;
	const char *type;    /* image, video or audio */
	const char *truth;   /* real or fake */
	const char *lineage; /* all of one; else each is alone */
	const char *pair, *title, *explanation;
	const char *file; /* digest in the store; else nothing lies there */
	const char *state;
	bool gold, training, sensitive;
};

void make_items(const struct items *items);

/* The id of one new item. */
const char *an_item(const struct items *items);

/* The name of a campaign with 40 plain images, shared by tests that need no more. */
const char *common_campaign(void);

/* Makes common_campaign(): once, before the tests. */
void make_world(void);

/* Writes bytes to the store; returns their digest in hexadecimal. */
const char *a_file(const void *bytes, size_t len);

/* A fresh pair of that campaign (NULL: the common one), as POST /assignments gave it. */
/* Waits until the dispatcher of a server (NULL: the one under test) knows all that is stored now.
 */
void await_desk(const char *server);

json_t *a_lease(struct person *as, const char *campaign);

/* What is sealed in an assignment token, and a token for a lease of the test's own making. */
struct lease lease_of(const char *token, struct person *as);
const char *token_of(const struct lease *lease);
const char *uuid_text(const unsigned char uuid[UUID_BYTES]);

/* The id in a volunteer's cookie, and the server's secret behind it. */
const char *volunteer_id(struct person *as);
const struct token_keys *server_seal(void);

/* A body for POST /judgments; verdicts are "real" or "fake". */
json_t *verdicts_on(const char *token, const char *left, const char *right);

/* A dispute of one new item, opened for that reason; its id. */
const char *a_dispute(const char *reason, const struct items *item);

/* Waits at most `seconds` until the SQL says true. */
void await_db(int seconds, const char *sql);

/* Sleeps. */
void wait_ms(long ms);

/* Seconds of a clock that only goes forward. */
double now_s(void);

#endif
