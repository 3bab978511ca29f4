/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv_answers -- what the words and steps in a column of answers mean.
 *
 * A word is fake, real, or says neither.  Words such as "fake" stand for themselves; "yes", "true"
 * and "1" mean what the column asks, and nothing where it does not say what it asks: nobody guesses
 * which way round they are.  A scale has ordered steps, numbers or words.  Pure; the caller owns
 * all.
 */
#ifndef CROWD_CSV_ANSWERS_H
#define CROWD_CSV_ANSWERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "crowd/judgments.h"

#define ANSWER_BYTES   80 /* of a word that somebody names */
#define ANSWERS_MOST   64
#define ANSWER_NEITHER 2 /* beside REAL and FAKE: no verdict */
#define ANSWER_UNASKED 3 /* "yes" where nobody says to what */
#define ANSWER_UNKNOWN 4

/* What "yes" and "1" say in a column. */
enum answer_question {
	QUESTION_NONE,  /* not known */
	QUESTION_LABEL, /* 1 is fake and 0 is real, as infer's own files have it; "yes" is not known */
	QUESTION_FAKE,  /* yes is fake */
	QUESTION_REAL,  /* yes is real */
};

struct csv_answers {
	struct {
		char text[ANSWER_BYTES];
		size_t len;
		uint8_t meaning;
		bool plain; /* one of infer's own: fake, real, 1, 0 */
		bool seen;  /* and meant something */
	} word[ANSWERS_MOST];
	int count;
	uint8_t of_byte[256]; /* a word of one byte: its index + 1, or 0 */
	bool verdicts_named;  /* the caller named what is fake and what is real */
};

/* "fake=WORD,real=WORD,none=WORD", each as often as wanted; a word may hold commas and be empty.
 * NULL: none. Who names a fake word names a real one too, and then no other words count.
 * ERR_INVALID otherwise. */
struct error csv_answers_name(struct csv_answers *answers, const char *labels) MUST_CHECK;

/* Adds the words that are known without being named. */
void csv_answers_know(struct csv_answers *answers, enum answer_question question);

/* REAL, FAKE or one of ANSWER_*, in any case; notes the words that were seen. */
uint8_t csv_answers_meaning(struct csv_answers *answers, const char *text, size_t len);

/* The other word of a pair such as yes and no; "" when there is none. */
const char *csv_answers_opposite(const char *text, size_t len);

struct csv_scale {
	bool given;
	char text[ANSWER_BYTES * 4];
	double first, last; /* numbers; steps of words are numbered from 0 */
	struct {
		const char *text; /* in `text` */
		size_t len;
	} word[ANSWERS_MOST];
	int words; /* 0: it is one of numbers */
};

/* "1..7", "7..1", "0..100" or "words=a,b,c". ERR_INVALID for any other text. */
struct error csv_scale_read(const char *text, struct csv_scale *scale) MUST_CHECK;

/* Where an answer stands between the scale's first step, 0, and its last, 1; -1: nowhere. */
double csv_scale_place(const struct csv_scale *scale, const char *text, size_t len);

/* Reads a decimal number, all of it. */
bool csv_number_read(const char *text, size_t len, double *number);

#endif
