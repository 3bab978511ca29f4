/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notice -- what somebody reports about an item, from the receipt to the end of all complaints.
 *
 *   Properties   Nobody needs an account.  Whoever sends a notice gets a reference, by which the
 *                notice can be read and contested, and of which the digest alone is kept.  Names,
 *                addresses and references are forgotten once there can be no complaint any more,
 *                networks after a week.
 *   Operation    A notice on intimate imagery or on a child's safety hides the item in the same
 *                transaction (notices/hiding), so many times a day and network at most; what comes
 *                beyond that stands at the top of the queue, and the log is told.
 *                notices/decision ends it.
 *
 * Threads: notice_configure() before any; the rest as the struct db.
 */
#ifndef NOTICES_NOTICE_H
#define NOTICES_NOTICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "core/arena.h"
#include "core/error.h"
#include "core/uuid.h"
#include "crypto/secret.h"
#include "crypto/sha256.h"
#include "db/db.h"

struct job_handler;

struct notice_settings {
	unsigned network_hides; /* automatic hides a day, of one network */
	unsigned hides;         /* and of all */
	unsigned held_days;     /* how long an authority has to decide */
};

/* "NETWORK,ALL" and days, as in TOUCHSTONE_NOTICE_HIDES and TOUCHSTONE_NOTICE_HELD_DAYS; NULL: the
 * defaults. ERR_INVALID names what is wrong. */
struct error notice_configure(const char *hides, const char *held_days) MUST_CHECK;
extern struct notice_settings notice_settings;

/* How an item is named: an index into notice_targets. */
enum notice_target { TARGET_ITEM, TARGET_ADDRESS, TARGET_SHA256, TARGET_RELEASE, TARGET_FILE };

/* How a file was found to be of what is reported: an index into notice_findings. */
enum notice_finding { FOUND_BYTES, FOUND_LOOKS };

/* Whose reference it is, or who complains: an index into notice_parties. */
enum notice_party { PARTY_NOTIFIER, PARTY_CONTRIBUTOR };

struct notice_request {
	enum notice_target target;
	const char *item;   /* of TARGET_ITEM: its id; of TARGET_FILE: what looks like it, or NULL */
	const char *sha256; /* of TARGET_ADDRESS, TARGET_SHA256 and TARGET_FILE: of a file, in
	                       hexadecimal; NULL: the item alone tells */
	const char *release, *version, *path; /* of TARGET_RELEASE */
	const char *reason, *explanation;
	const char *name, *email; /* NULL: not given, for a child's safety alone */
	const char *network;      /* 16 hexadecimal digits; NULL: not known */
};

struct notice_receipt {
	char id[UUID_TEXT], reference[SECRET_TEXT];
	char made_at[40];
	bool hidden;          /* the item is, or was before */
	const char *found_by; /* of TARGET_FILE: one of notice_findings; else NULL */
};

/* Is there an item, or something that waits, with this file? ERR_NOT_FOUND. */
struct error notice_find_file(struct db *db, const char *sha256) MUST_CHECK;

/* ERR_NOT_FOUND: there is no such item. */
struct error notice_make(struct db *db, const struct notice_request *request,
                         struct notice_receipt *ret_receipt) MUST_CHECK;

/* A statement of reasons. `outcome` is NULL: there is none. */
struct notice_reasons {
	const char *outcome, *action, *ground_kind, *ground, *facts, *authority, *decided_at, *by;
	bool automated, independent;
};

/* Texts live in an arena; what is not known is NULL. */
struct notice {
	const char *id, *item, *contribution; /* one of these two is NULL */
	const char *target, *found_by, *reason, *explanation, *name, *email, *state, *hides, *made_at;
	const char *media_type, *item_state, *held_until;
	struct notice_contested {
		const char *text, *made_at, *until; /* until: when there may be one */
		bool answered;                      /* by the second decision */
	} contests[2];                          /* by enum notice_party */
	enum notice_party party;                /* whose the reference is; by id: the notifier */
	struct notice_reasons first, second;    /* second: the newest on a complaint */
	unsigned priority;
	bool sensitive, hidden, held;
	const char *place; /* made_at to the last digit: where a page ends */
};

/* ERR_NOT_FOUND: there is none, or it is forgotten. */
struct error notice_by_reference(struct db *db, struct arena *arena, const char *reference,
                                 struct notice *ret_notice) MUST_CHECK;
struct error notice_by_id(struct db *db, struct arena *arena, const char *id,
                          struct notice *ret_notice) MUST_CHECK;

/* Which notices; `after` is (priority, place, id) of the last one seen, or NULLs. */
struct notice_query {
	const char *state, *reason; /* reason NULL: any */
	const char *after[3];
	unsigned limit;
};

/* Those first that cannot wait, then the oldest. list[] has room for query->limit. */
struct error notice_queue(struct db *db, struct arena *arena, const struct notice_query *query,
                          struct notice list[], size_t *ret_count) MUST_CHECK;

/* A complaint by whoever has the reference, for the party that it was given to. ERR_CONFLICT: there
 * can be none (now). */
struct error notice_contest(struct db *db, const char *reference, const char *text) MUST_CHECK;

/* The same by the notice's id. */
struct error notice_contest_as(struct db *db, const char *id, enum notice_party party,
                               const char *text) MUST_CHECK;

/* The digest of a reference, as it is kept. */
void notice_digest(const char *reference, char ret_digest[SHA256_TEXT]);

/* Writes the figures of a transparency report, a line for each month and reason. */
struct error notice_figures(struct db *db, FILE *out) MUST_CHECK;

/* How many notices found the limit of hides reached, in this process. */
uint64_t notices_over_limit(void);

/* Forgets what is kept for a while alone. */
extern const struct job_handler notices_job;

#endif
