/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vocabulary -- the words of fixed choices, each list written once.
 *
 * Every list ends with NULL; a word's number is its index.  The database's constraints, the
 * description of the interface, the documents and the pages use the same words:
 * tests/http/test_vocabulary.c compares them.  A word that is in use is never renamed, and a new
 * one goes to the end of its list with a migration.
 */
#ifndef CORE_VOCABULARY_H
#define CORE_VOCABULARY_H

#include <stdbool.h>

#define TELL_WORDS 11 /* how many there are */
#define TELL_LEN   10 /* bytes of the longest */

extern const char *const media_types[];         /* by enum media_type */
extern const char *const verdicts[];            /* by enum verdict; what is true of an item, too */
extern const char *const bases[];               /* on what ground a truth is known */
extern const char *const techniques[];          /* how an item was made */
extern const char *const tells[TELL_WORDS + 1]; /* what gave an item away */
#define SKIP_REASONS 4
extern const char *const skip_reasons[];          /* why a pair is skipped */
extern const char *const set_aside_kinds[];       /* by enum set_aside_kind */
extern const char *const bloc_kinds[];            /* by enum bloc_kind */
extern const char *const assignment_kinds[];      /* by enum assignment_kind */
extern const char *const ruling_choices[];        /* what a moderator may rule */
extern const char *const campaign_states[];       /* how a campaign stands */
extern const char *const campaign_visibilities[]; /* whom one is for, by enum campaign_visibility */
extern const char *const second_opinions[];       /* when two moderators have to agree */
extern const char *const item_states[];           /* by enum item_state */
extern const char *const account_roles[];         /* in order of what they may */
extern const char *const job_states[];            /* how far a job is */
extern const char *const contribution_states[];   /* what became of a medium that was sent */
extern const char *const contribution_rights[];   /* on what ground it may be given away */
extern const char *const contribution_people[];   /* did those who are shown consent? */
extern const char *const withdrawal_classes[];    /* on what ground an item is taken down */
extern const char *const change_kinds[];          /* what became of an item, by enum change_kind */
extern const char *const change_reasons[];        /* and why, by enum change_reason */
extern const char *const c2pa_states[];           /* how a file's content credentials stand */
extern const char *const digital_source_types[]; /* IPTC's NewsCodes, the ends of their addresses */
extern const char *const release_audiences[]; /* for whom a release is, by enum release_audience */
extern const char *const access_request_states[]; /* what became of a researcher's request */
extern const char *const audit_actors[];          /* who acts */
extern const char *const audit_subjects[];        /* to what kind of thing */
extern const char *const audit_kinds[];           /* what is done */
extern const char *const notice_targets[];  /* how a notice names its item, by enum notice_target */
extern const char *const notice_findings[]; /* how a file was found, by enum notice_finding */
extern const char *const notice_parties[];  /* who complains, by enum notice_party */
extern const char *const notice_reasons[];  /* why somebody reports it, by enum notice_reason */
extern const char *const notice_states[];   /* how far a notice is */
extern const char *const notice_hides[];    /* did it hide the item? */
extern const char *const notice_outcomes[]; /* what is decided on it */
extern const char *const notice_actions[];  /* what follows, by enum notice_action */
extern const char *const notice_grounds[];  /* on what, by enum notice_ground */

enum notice_reason {
	NOTICE_ILLEGAL,
	NOTICE_PERSONAL_RIGHTS,
	NOTICE_COPYRIGHT,
	NOTICE_INTIMATE_IMAGERY,
	NOTICE_CHILD_SAFETY,
	NOTICE_WRONG_LABEL,
	NOTICE_OTHER
};

enum release_audience { AUDIENCE_EVERYBODY, AUDIENCE_RESEARCHERS };

enum notice_action { ACTION_WITHDRAW, ACTION_REVIEW, ACTION_NONE };

enum notice_ground { GROUND_LAW, GROUND_TERMS, GROUND_NO_BREACH };

/* How the volunteers were chosen whose judgments are set aside. */
/* Of network and cohort there may be several; the others are one each. */
enum bloc_kind {
	BLOC_SKILL_LOW,
	BLOC_SKILL_MIDDLE,
	BLOC_SKILL_HIGH,
	BLOC_NEWCOMERS,
	BLOC_QUICK,
	BLOC_NETWORK,
	BLOC_COHORT
};

enum set_aside_kind { ASIDE_VOLUNTEERS, ASIDE_COHORT, ASIDE_NETWORK, ASIDE_TIME };

enum media_type { MEDIA_IMAGE, MEDIA_VIDEO, MEDIA_AUDIO, MEDIA_TYPES };

enum item_state {
	ITEM_IN_SERVICE,
	ITEM_RETIRED,
	ITEM_DISPUTED,
	ITEM_SETTLED,
	ITEM_WITHDRAWN,
	ITEM_STATES
};

#define WORD_LIST 256 /* room for any list */

/* Writes a list as PostgreSQL reads an array: "{image,video,audio}". Ends the program where it
 * does not fit: lists are ours. */
void vocabulary_array(const char *const words[], char text[WORD_LIST]);

bool vocabulary_has(const char *const words[], const char *word);

#endif
