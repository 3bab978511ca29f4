/* SPDX-License-Identifier: Apache-2.0 */
/*
 * account_setting -- what the moderators' page spares an account, wherever they sign in: sensitive
 * media covered, silence, and a break suggested after so many.
 *
 * What was seen is counted from what is stored of it anyway: blind verdicts and evidence read.
 *
 * Threads: as the struct db.
 */
#ifndef PEOPLE_ACCOUNT_SETTING_H
#define PEOPLE_ACCOUNT_SETTING_H

#include <stdbool.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/error.h"

struct db;

#define BREAK_AFTER_MOST 500

struct account_setting {
	bool cover_sensitive, start_sound;
	int64_t break_after;  /* sensitive items in eight hours; 0: never */
	const char *break_at; /* RFC 3339; NULL: never taken */
	int64_t sensitive;    /* seen since the break, in eight hours */
	bool break_due;
};

struct error account_setting_read(struct db *db, struct arena *arena, const char *account,
                                  struct account_setting *ret_setting) MUST_CHECK;

/* Stores cover_sensitive, start_sound and break_after. */
struct error account_setting_write(struct db *db, const char *account,
                                   const struct account_setting *setting) MUST_CHECK;

/* Notes that a break begins. */
struct error account_setting_break(struct db *db, const char *account) MUST_CHECK;

#endif
