/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dispute -- what the crowd cannot settle, and how a moderator comes to a ruling (review/ruling).
 *
 * Claim, blind verdict, evidence, ruling, in this order: whoever has seen what others
 * said cannot judge blind any more, so evidence opens only after the verdict is stored,
 * and the database refuses a ruling without one.  A dispute that is ruled shows evidence and
 * rulings to every moderator; who reads them is noted, because no later verdict of theirs on
 * that lineage is blind.
 *
 * Until a moderator has begun, by a claim that is alive or a verdict, the crowd may withdraw a
 * dispute: when it has settled the item since (scoring/consensus).
 */
#ifndef REVIEW_DISPUTE_H
#define REVIEW_DISPUTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/error.h"
#include "core/uuid.h"

struct db;
struct job_handler;

#define CLAIM_S (30 * 60)

/* Where a page ended, by what it is sorted by. */
struct dispute_place {
	char value[40], id[UUID_TEXT];
};

/* What of the queue is wanted; NULL: whatever it be. */
struct dispute_wish {
	const char *state; /* open, ruled, withdrawn */
	const char *media_type, *campaign, *technique;
	const char *reason;    /* as it is told to who asks: maybe "undisclosed" */
	const char *waits_for; /* "second_opinion"; or "me": passed to who asks */
	const char *sort;      /* one of dispute_sorts; never NULL */
};

/* oldest, newest, disagreement. */
extern const char *const dispute_sorts[];

/* A dispute as one moderator sees it in the queue. Texts live in an arena. */
struct dispute {
	const char *id, *media_type, *state;
	const char *reason; /* NULL: undisclosed, because it would tell the crowd's direction */
	const char *const *distrust; /* why its crowd is not trusted, ends with NULL; NULL: it is */
	int64_t judgments;
	const char *opened_at, *closed_at; /* RFC 3339; NULL: it is open */
	const char *closed_by;             /* of one that is closed: moderator, operator or crowd */
	const char *claimed_until;         /* RFC 3339; NULL: nobody holds it */
	bool claimed_by_you, verdict_given, sensitive;
	unsigned char item[UUID_BYTES];
	const char *campaign;
	bool own_item;            /* who asks contributed or imported it */
	const char *escalated_to; /* the colleague's address; NULL: nobody's alone */
	bool escalated_to_you;
	bool second_opinion; /* it waits for another opinion */
	bool opinion_given;  /* who asks has given theirs */
};

/*
 * Up to `limit` rows after `place` (NULL: from the first).  By technique and disagreement only
 * those are found whose evidence who asks may see.  list[] has room for `limit`.
 */
struct error dispute_list(struct db *db, struct arena *arena, const char *account,
                          const struct dispute_wish *wish, const struct dispute_place *place,
                          unsigned limit, struct dispute list[], size_t *ret_count, bool *ret_more,
                          struct dispute_place *ret_next) MUST_CHECK;

struct dispute_counts {
	long long open, ruled, withdrawn;
};

struct error dispute_count(struct db *db, struct dispute_counts *ret_counts) MUST_CHECK;

/* Items that can be shown beside no other go to a moderator. */
extern const struct job_handler lonely_job;

/* One judgment of a disputed item. Numbers that are not known are NAN or -1. */
struct evidence_judgment {
	const char *position, *verdict;
	int64_t confidence;              /* in percent */
	double sensitivity, specificity; /* of who judged, to a twentieth */
	const char *const *tells;        /* ends with NULL */
	const char *marks;               /* places in the medium, as JSON */
	int64_t exposure_ms;             /* in steps */
	const char *day;                 /* RFC 3339 */
};

/* Another item that looks like it. It may be its original as well as a copy: what is real of the
 * two, or whether either is, it does not tell. */
struct evidence_near {
	const char *item;
	int64_t distance; /* in bits of 256; see NEAR_DUPLICATES_BITS and _SOUND */
	bool declared;    /* to be of its lineage or pair */
	const char *state;
};

#define EVIDENCE_NEAR 20 /* most that are told */

/* What is known of a disputed item. Texts may be NULL, numbers NAN: not known. */
struct evidence {
	bool has_posterior;
	double p_fake, low, high; /* of the posterior */
	int64_t posterior_judgments;
	double item_alpha, campaign_alpha;
	const char *truth, *basis, *title, *source, *licence, *credit, *generator, *explanation,
		*sha256, *original_format;
	const char *const *techniques; /* ends with NULL; NULL: not known */
	bool gold;
	const char *partner_truth;
	/* What the original says of itself: a hint, never a label. NULL: it was not read. */
	const char *read_at, *tool, *tool_version, *c2pa_state;
	const char *report; /* JSON of a stranger's texts; NULL: none */
	bool report_cut;
	const char *digital_source_type;     /* NULL: not said */
	const char *c2pa;                    /* JSON of a stranger's texts */
	struct evidence_judgment *judgments; /* in the order in which they were made */
	size_t judgment_count;
	struct evidence_near *near; /* nearest first */
	size_t near_count;
};

struct opinion;
struct ruling;

/* One dispute as `account` may see it now. Texts and lists live in the arena. */
struct dispute_story {
	struct dispute dispute;
	const char *verdict, *verdict_at; /* of this moderator; NULL: none given */
	int64_t verdict_confidence;
	bool verdict_blind;
	const char *guidelines;        /* of the campaign; NULL: none */
	bool may_rule;                 /* it is no item of their own, or nobody else could */
	const struct opinion *opinion; /* theirs, that waits for another's; NULL: none */
	/* Until the blind verdict is given, or a colleague has ruled: none, and NULL. */
	struct ruling *rulings;
	size_t ruling_count;
	struct evidence *evidence;
	unsigned char partner[UUID_BYTES];
	bool has_partner;
};

/* ERR_NOT_FOUND. */
struct error dispute_read(struct db *db, struct arena *arena, const char *id, const char *account,
                          struct dispute_story *ret_story) MUST_CHECK;

/* Claims for half an hour, or renews. ERR_CONFLICT: another holds it, it is closed or passed to
 * another, or they have given their opinion.  ERR_FORBIDDEN: the item is their own. */
struct error dispute_claim(struct db *db, struct arena *arena, const char *id, const char *account,
                           const char **ret_expires_at) MUST_CHECK;

/* Gives a claim back; without one nothing happens. ERR_NOT_FOUND. */
struct error dispute_unclaim(struct db *db, const char *id, const char *account) MUST_CHECK;

/* Inside a transaction: holds the dispute and its item until its end. ERR_NOT_FOUND. */
struct error dispute_hold(struct db *db, const char *id) MUST_CHECK;

/*
 * Stores the blind verdict.  *ret_again: the same was given before.  ERR_CONFLICT: no claim,
 * closed, or another verdict was given.
 */
struct error dispute_verdict(struct db *db, const char *id, const char *account,
                             const char *verdict, unsigned confidence, bool *ret_again) MUST_CHECK;

#endif
