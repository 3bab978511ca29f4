/* SPDX-License-Identifier: Apache-2.0 */
/*
 * campaign_settings -- what of a campaign can be changed, and within which bounds.
 *
 * The settings stand in one table, from which the HTTP interface, the command line and the page of
 * campaigns all read.  Values travel as a JSON object, a member for each setting that is to change.
 *
 * Threads: as the struct db.
 */
#ifndef CORPUS_CAMPAIGN_SETTINGS_H
#define CORPUS_CAMPAIGN_SETTINGS_H

#include <jansson.h>
#include <stdbool.h>

#include "core/arena.h"
#include "core/error.h"
#include "core/json_reader.h"
#include "media/cut.h"

struct db;

enum setting_kind {
	SETTING_TEXT,    /* `least` and `most` are bytes */
	SETTING_TEXTS,   /* an object: a text for each tag of a language */
	SETTING_NUMBER,  /* from `least` to `most` */
	SETTING_WHOLE,   /* the same, a whole number */
	SETTING_CHOICE,  /* one of `words` */
	SETTING_CHOICES, /* some of `words`, at least one */
	SETTING_FLAG,
};

struct campaign_setting {
	const char *name;
	enum setting_kind kind;
	double least, most;
	const char *unit;         /* of a number, as pages name it (setting_unit); else NULL */
	const char *fresh;        /* what a new campaign has, as JSON */
	const char *const *words; /* of a choice */
	bool may_lack;            /* null is a value: nothing */
	bool decides;             /* labels are decided by it: a fit follows a change */
};

#define CAMPAIGN_SETTINGS 13
extern const struct campaign_setting campaign_settings[CAMPAIGN_SETTINGS];

/* What media are cut to: said when a campaign is made, and never changed. */
#define CAMPAIGN_CUTS 6
extern const struct campaign_setting campaign_cuts[CAMPAIGN_CUTS];

/* The names of kinds, by enum setting_kind. */
extern const char *const setting_kinds[];

/* Reads what a body says of settings. What is wrong stays in the reader; the caller owns the
 * object. */
json_t *campaign_settings_read(struct json_reader *r);

/* Reads `cut` of a body, by the table of cuts. */
struct error campaign_cut_settings_read(struct json_reader *r, struct media_cut *ret_cut,
                                        bool *ret_shortest) MUST_CHECK;

/* Reads words such as "threshold=0.98" or "media_types=image,video"; "guidelines=" takes the text
 * away.  ERR_INVALID says which is wrong; the caller owns the object. */
struct error campaign_settings_words(char *const words[], int count,
                                     json_t **ret_changes) MUST_CHECK;

#define CAMPAIGN_VERSION_ANY 0

/* A change that somebody wants. */
struct campaign_wish {
	const char *name;
	int64_t version;       /* the one that they saw, or CAMPAIGN_VERSION_ANY */
	const json_t *changes; /* borrowed */
	bool dry;              /* only look whether it can be */
};

/*
 * Changes settings, or looks whether they can be changed so.  *ret_after is all settings as they
 * are afterwards, and the caller's.  Where labels are decided by what changes, a fit is asked for
 * in the same transaction: the caller wakes the scorer.  ERR_NOT_FOUND; ERR_CONDITION: it is of
 * another version; ERR_INVALID names the setting.
 */
struct error campaign_set(struct db *db, const struct campaign_wish *wish,
                          json_t **ret_after) MUST_CHECK;

/* A campaign that is to be: made as preparing, so that items come in before anybody is asked,
 * unless it is to be open. */
struct campaign_wanted {
	const char *name;
	struct media_cut cut;
	bool shortest;
	bool open;              /* at once; one whose length is to be settled is not, all the same */
	const json_t *settings; /* borrowed; as campaign_settings_read() gives them */
};

/* ERR_CONFLICT: there is one of this name; ERR_INVALID. */
struct error campaign_make(struct db *db, const struct campaign_wanted *wanted) MUST_CHECK;

/* A campaign as it stands. Texts live in the arena; `settings` is the caller's. */
struct campaign_standing {
	const char *name, *state, *created_at;
	int64_t version;
	json_t *settings, *cut;
	json_t *items; /* by state, and how many are gold and training */
	int64_t due, uncut, open_pairs;
};

/* ERR_NOT_FOUND. Free with campaign_standing_clear(). */
struct error campaign_stands(struct db *db, struct arena *arena, const char *name,
                             struct campaign_standing *ret_standing) MUST_CHECK;

/* Calls `use` for a page of campaigns in the order of their names, after `after` or from the first
 * (NULL). The standing belongs to `use`, which clears it. */
struct error campaign_page(struct db *db, struct arena *arena, const char *after, unsigned count,
                           void (*use)(void *arg, struct campaign_standing *standing),
                           void *arg) MUST_CHECK;

void campaign_standing_clear(struct campaign_standing *standing);

#endif
