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
extern const char *const skip_reasons[];        /* why a pair is skipped */
extern const char *const assignment_kinds[];    /* by enum assignment_kind */
extern const char *const ruling_choices[];      /* what a moderator may rule */
extern const char *const account_roles[];       /* in order of what they may */

bool vocabulary_has(const char *const words[], const char *word);

#endif
