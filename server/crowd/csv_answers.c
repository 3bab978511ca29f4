/* SPDX-License-Identifier: Apache-2.0 */
#include "crowd/csv_answers.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Words that say by themselves what they mean, in a question about what is real and what is fake.
 */
static const struct {
	const char *text;
	uint8_t meaning;
} known[] = {
	{ "fake", FAKE },      { "real", REAL },        { "deepfake", FAKE }, { "synthetic", FAKE },
	{ "authentic", REAL }, { "manipulated", FAKE }, { "genuine", REAL },  { "ai-generated", FAKE },
	{ "spoof", FAKE },     { "bonafide", REAL },
};

/* Words that answer a question: the first says yes to it. */
static const char *const pairs[][2] = { { "1", "0" },        { "1.0", "0.0" }, { "yes", "no" },
	                                    { "true", "false" }, { "y", "n" },     { "t", "f" } };

#define PAIRS_OF_NUMBERS 2

static void add_answer(struct csv_answers *answers, const char *text, size_t len, uint8_t meaning)
{
	int at = answers->count;

	if (at == ANSWERS_MOST || len >= ANSWER_BYTES)
		return;
	memcpy(answers->word[at].text, text, len);
	answers->word[at].text[len] = '\0';
	answers->word[at].len = len;
	answers->word[at].meaning = meaning;
	answers->word[at].plain =
		!answers->verdicts_named && meaning <= FAKE &&
		(!strcmp(answers->word[at].text, "fake") || !strcmp(answers->word[at].text, "real") ||
	     *text == '1' || *text == '0');
	answers->count++;
	if (len == 1 && !answers->of_byte[(unsigned char)*text])
		answers->of_byte[(unsigned char)*text] = (uint8_t)answers->count;
}

static const struct {
	const char *name;
	uint8_t meaning;
} kinds[] = { { "fake=", FAKE }, { "real=", REAL }, { "none=", ANSWER_NEITHER } };

static int kind_at(const char *text)
{
	for (int i = 0; i < 3; i++)
		if (!strncmp(text, kinds[i].name, 5))
			return i;
	return -1;
}

struct error csv_answers_name(struct csv_answers *answers, const char *labels)
{
	bool has[3] = { false };
	const char *at = labels;

	while (at && *at) {
		int kind = kind_at(at);
		const char *text = at + 5, *end = at;

		if (kind < 0)
			return errorf(ERR_INVALID, "%.80s is not fake=WORD,real=WORD,none=WORD", labels);
		do
			end = strchrnul(end + 1, ',');
		while (*end && kind_at(end + 1) < 0);
		if (end - text >= ANSWER_BYTES || answers->count == ANSWERS_MOST / 2)
			return errorf(ERR_INVALID, "%.80s: too many words, or too long ones", labels);
		has[kind] = true;
		add_answer(answers, text, (size_t)(end - text), kinds[kind].meaning);
		at = *end ? end + 1 : end;
	}
	if (labels && !*labels)
		return errorf(ERR_INVALID, "no words: fake=WORD,real=WORD,none=WORD");
	if (has[0] != has[1])
		return errorf(ERR_INVALID, "%.80s names what is %s, but not what is %s", labels,
		              has[0] ? "fake" : "real", has[0] ? "real" : "fake");
	answers->verdicts_named = has[0];
	for (int i = 0; i < answers->count; i++)
		answers->word[i].plain = false;
	return ok();
}

void csv_answers_know(struct csv_answers *answers, enum answer_question question)
{
	if (answers->verdicts_named)
		return;
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		add_answer(answers, known[i].text, strlen(known[i].text), known[i].meaning);
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		bool asked = question == QUESTION_FAKE || question == QUESTION_REAL ||
		             (question == QUESTION_LABEL && i < PAIRS_OF_NUMBERS);
		bool yes_is_fake = question != QUESTION_REAL;

		for (int side = 0; side < 2; side++) {
			uint8_t meaning = !asked ? ANSWER_UNASKED : (side == 0) == yes_is_fake ? FAKE : REAL;

			add_answer(answers, pairs[i][side], strlen(pairs[i][side]), meaning);
		}
	}
}

static uint8_t answer_saw(struct csv_answers *answers, int at)
{
	answers->word[at].seen = answers->word[at].meaning != ANSWER_UNASKED;
	return answers->word[at].meaning;
}

uint8_t csv_answers_meaning(struct csv_answers *answers, const char *text, size_t len)
{
	if (len == 1 && answers->of_byte[(unsigned char)*text])
		return answer_saw(answers, answers->of_byte[(unsigned char)*text] - 1);
	for (int i = 0; i < answers->count; i++)
		if (answers->word[i].len == len && !memcmp(answers->word[i].text, text, len))
			return answer_saw(answers, i);
	for (int i = 0; i < answers->count; i++)
		if (answers->word[i].len == len && !strncasecmp(answers->word[i].text, text, len)) {
			answers->word[i].plain = false;
			return answer_saw(answers, i);
		}
	return ANSWER_UNKNOWN;
}

const char *csv_answers_opposite(const char *text, size_t len)
{
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
		for (int side = 0; side < 2; side++)
			if (strlen(pairs[i][side]) == len && !strncasecmp(pairs[i][side], text, len))
				return pairs[i][!side];
	return "";
}

bool csv_number_read(const char *text, size_t len, double *number)
{
	char copy[32], *end;

	if (!len || len >= sizeof copy || strspn(text, "+-.0123456789") < len)
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	*number = strtod(copy, &end);
	return !*end && end != copy;
}

static struct error read_words(struct csv_scale *scale)
{
	char *at = scale->text + strlen("words=");

	while (scale->words < ANSWERS_MOST) {
		size_t len = strcspn(at, ",");

		if (!len)
			break;
		scale->word[scale->words].text = at;
		scale->word[scale->words++].len = len;
		at += len;
		if (!*at) {
			scale->last = scale->words - 1;
			return scale->words > 1 ? ok() : errorf(ERR_INVALID, "a scale has two words or more");
		}
		at++;
	}
	return errorf(ERR_INVALID, "%.80s is not words=A,B,C", scale->text);
}

struct error csv_scale_read(const char *text, struct csv_scale *scale)
{
	*scale = (struct csv_scale){ .given = text != NULL };
	if (!text)
		return ok();
	if (strlen(text) >= sizeof scale->text)
		return errorf(ERR_INVALID, "the scale is longer than %zu bytes", sizeof scale->text - 1);
	memcpy(scale->text, text, strlen(text) + 1);
	if (!strncmp(text, "words=", 6))
		return read_words(scale);
	const char *dots = strstr(text, "..");
	if (!dots || !csv_number_read(text, (size_t)(dots - text), &scale->first) ||
	    !csv_number_read(dots + 2, strlen(dots + 2), &scale->last) || scale->first == scale->last)
		return errorf(ERR_INVALID, "%.80s is no scale such as 1..7, 0..100 or words=A,B,C", text);
	return ok();
}

double csv_scale_place(const struct csv_scale *scale, const char *text, size_t len)
{
	double value = -1;
	bool found = !scale->words && csv_number_read(text, len, &value);

	for (int i = 0; i < scale->words && !found; i++)
		if (scale->word[i].len == len && !strncasecmp(scale->word[i].text, text, len)) {
			value = i;
			found = true;
		}
	double place = (value - scale->first) / (scale->last - scale->first);
	return found && place >= 0 && place <= 1 ? place : -1;
}
