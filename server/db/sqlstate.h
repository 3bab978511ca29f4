/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sqlstate -- what the codes of PostgreSQL's errors mean to one who asked (PostgreSQL 15, appendix
 * A).
 */
#ifndef DB_SQLSTATE_H
#define DB_SQLSTATE_H

enum sqlstate {
	SQLSTATE_LATER, /* nothing is wrong with what was asked: a lock, a limit, a restart, a full disk
	                 */
	SQLSTATE_AGAIN, /* the same transaction, run at once again, may well succeed */
	SQLSTATE_TAKEN, /* a unique key is taken */
	SQLSTATE_VALUE, /* a value breaks a rule */
	SQLSTATE_FAULT, /* ours: a statement that is wrong, a right that is missing */
};

/* `state` is five characters; NULL, of an error without one, is a lost connection: later. */
enum sqlstate sqlstate_meaning(const char *state);

#endif
