/* SPDX-License-Identifier: Apache-2.0 */
/*
 * assignment -- one pair, leased to one volunteer for ten minutes; three times, ten more are asked
 * for.
 *
 * The server alone chooses (judging/dispatcher).  A lease is sealed into the token that the
 * page holds, so a judgment needs no look-up to be believed; its row in the database
 * is written behind, counts only towards plans and the limit of two, and may be lost
 * without harm.  A renewal is written at once, and the row then says until when the token is good.
 */
#ifndef JUDGING_ASSIGNMENT_H
#define JUDGING_ASSIGNMENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/error.h"
#include "core/uuid.h"
#include "core/vocabulary.h"
#include "corpus/item.h"
#include "crypto/sha256.h"
#include "crypto/token.h"
#include "media/media.h"

struct db;

#define LEASE_S     600
#define LEASES_OPEN 2 /* one shown, one preloaded */
#define RENEWALS    3 /* of a lease, each of which adds LEASE_S */

/* Media stay readable a little longer than their lease: a slow phone may still be loading. */
#define MEDIA_GRACE_S 120

enum assignment_kind { KIND_TRAINING, KIND_GOLD, KIND_RANDOM, KIND_INFORMATIVE };

/* Which item of a pair only keeps the other company: it has retired, and what is said of it does
 * not count. */
enum company { COMPANY_NONE, COMPANY_LEFT, COMPANY_RIGHT };

/* Exactly these bytes are sealed: fixed widths, no padding. */
struct lease {
	unsigned char id[UUID_BYTES], volunteer[UUID_BYTES], campaign[UUID_BYTES];
	unsigned char left[UUID_BYTES], right[UUID_BYTES];
	int64_t issued_s, expires_s;
	uint32_t policy;
	uint8_t kind; /* enum assignment_kind */
	uint8_t matched;
	uint8_t media_type; /* enum media_type */
	uint8_t company;    /* enum company; 0 in tokens from before there was any */
	/* Which version of each item is shown. Tokens from before there were versions end here. */
	uint32_t left_version, right_version;
};

#define LEASE_TOKEN TOKEN_TEXT(sizeof(struct lease))

/* What was asked for. */
struct assignment_request {
	bool any_type;
	enum media_type type;
	const char *campaign; /* NULL: any that is open and for them */
	bool spared;          /* nothing sensitive */
	unsigned permissions; /* of who asks, where they are signed in */
	uint64_t event;       /* the invitation that their cookie tells of; 0: none */
};

/* What a campaign asks, in one language. */
struct question {
	const char *language; /* tag of BCP 47; NULL: that of the pages */
	const char *json;     /* a JSON string */
};

/* A lease, and all that the page is told of it. */
struct assignment {
	struct lease lease;
	const struct question *questions; /* the first is of no stated language; they live as long as
	                                   * the process */
	unsigned question_count;
	struct item_media media[2];
	unsigned again_s; /* of none: when to ask again, because something may be free or new by then */
};

/* The columns that every statement about leases begins with, as arrays: id, volunteer, campaign,
 * left, right, kind, matched, policy. */
#define LEASE_COLUMNS 8
struct array;
void lease_columns_new(struct arena *arena, size_t count, struct array *columns[LEASE_COLUMNS]);
void lease_columns_add(struct array *const columns[LEASE_COLUMNS], const struct lease *lease);

void lease_seal(const struct token_keys *keys, const struct lease *lease, char token[LEASE_TOKEN]);

/* ERR_NOT_FOUND: no token of ours, or another volunteer's. Says nothing of time. */
struct error lease_reveal(const struct token_keys *keys, const char *token,
                          const unsigned char volunteer[UUID_BYTES],
                          struct lease *ret_lease) MUST_CHECK;

/* A keyed hash, whether the network is declared, and a keyed hash of its provider. */
#define NETWORK_BYTES    33
#define NETWORK_PROVIDER 17 /* where that of the provider begins */

/* Of these bytes, those to be stored: without the last 16 where they are zeros, not known. */
size_t network_stored(const unsigned char network[NETWORK_BYTES]);

/*
 * Closes leases without a judgment, and says of each what became of it.
 * ERR_CONFLICT: judged already, or skipped for another reason. ERR_NOBODY: erased.
 */
struct skip {
	struct lease lease;
	unsigned char network[NETWORK_BYTES];
	const char *reason; /* one of skip_reasons */
	bool again;         /* set: it was skipped for this reason before */
	struct error err;
};
void assignments_skip(struct db *db, struct arena *arena, struct skip skips[], size_t count);

/*
 * Adds LEASE_S to a lease that has not ended; *ret_expires_s is its new end.
 * ERR_GONE: it has ended. ERR_CONFLICT: judged or skipped already, or renewed RENEWALS times.
 * ERR_NOBODY: erased.
 */
struct error assignment_renew(struct db *db, struct arena *arena, const struct lease *lease,
                              int64_t *ret_expires_s) MUST_CHECK;

/* Does a volunteer hold a lease that was renewed, and of which this file, a rendition or a poster,
 * is shown? Until MEDIA_GRACE_S after its end. */
struct error lease_shows(struct db *db, struct arena *arena,
                         const unsigned char volunteer[UUID_BYTES],
                         const unsigned char digest[SHA256_BYTES], bool *ret_shown) MUST_CHECK;

/* As the database calls an enum company. NULL: neither. */
const char *company_name(uint8_t company);
uint8_t company_from(const char *name);

#endif
