/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/item_row.h"

#include <string.h>

#define MAX_TEXT 4000 /* bytes of one column */

enum column {
	COLUMN_FILE,
	COLUMN_URL,
	COLUMN_TRUTH,
	COLUMN_BASIS,
	COLUMN_GOLD,
	COLUMN_TRAINING,
	COLUMN_GROUP,
	COLUMN_IDENTITY,
	COLUMN_PAIR,
	COLUMN_TECHNIQUE,
	COLUMN_GENERATOR,
	COLUMN_SOURCE,
	COLUMN_LICENCE,
	COLUMN_CREDIT,
	COLUMN_TITLE,
	COLUMN_EXPLANATION,
	COLUMN_SENSITIVE
};

const char *const item_columns[] = { "file",        "url",       "truth",    "basis",  "gold",
									 "training",    "group",     "identity", "pair",   "technique",
									 "generator",   "source",    "licence",  "credit", "title",
									 "explanation", "sensitive", NULL };

static const char *const truths[] = { "real", "fake", NULL };

static const char *const bases[] = { "generated_by_contributor",
									 "capture_attested",
									 "signed_provenance",
									 "forensic_report",
									 "fact_check",
									 "dataset_label",
									 "crowd",
									 "ruling",
									 NULL };

static const char *const techniques[] = { "face_swap",
										  "reenactment",
										  "lip_sync",
										  "face_edit",
										  "full_synthesis",
										  "inpainting",
										  "text_to_video",
										  "voice_clone",
										  "voice_conversion",
										  "speech_synthesis",
										  "splice",
										  "speed_change",
										  "cut",
										  "recontextualised",
										  "overlay",
										  "other",
										  NULL };

static bool is_one_of(const char *text, size_t len, const char *const choices[])
{
	for (; *choices; choices++)
		if (strlen(*choices) == len && strncmp(*choices, text, len) == 0)
			return true;
	return false;
}

static struct error set_flag(bool *flag, const char *column, const char *text)
{
	*flag = strcmp(text, "true") == 0;
	if (!*flag && strcmp(text, "false") != 0)
		return errorf(ERR_INVALID, "%s must be true or false, not \"%.40s\"", column, text);
	return ok();
}

static struct error set_choice(const char **value, const char *column, const char *text,
							   const char *const choices[])
{
	if (!is_one_of(text, strlen(text), choices))
		return errorf(ERR_INVALID, "%s \"%.40s\" is not known", column, text);
	*value = text;
	return ok();
}

/* Each part of a `;`-separated list must be a choice. */
static struct error set_list(const char **value, const char *column, const char *text,
							 const char *const choices[])
{
	for (const char *part = text; *part;) {
		size_t len = strcspn(part, ";");

		if (len && !is_one_of(part, len, choices))
			return errorf(ERR_INVALID, "%s \"%.*s\" is not known", column, len < 40 ? (int)len : 40,
						  part);
		part += len + (part[len] == ';');
	}
	*value = text;
	return ok();
}

/* Where a column without rules of its own is kept. */
static const char **text_of(struct item_row *row, enum column column)
{
	switch (column) {
	case COLUMN_FILE:
		return &row->file;
	case COLUMN_URL:
		return &row->url;
	case COLUMN_GROUP:
		return &row->group;
	case COLUMN_IDENTITY:
		return &row->identity;
	case COLUMN_PAIR:
		return &row->pair;
	case COLUMN_GENERATOR:
		return &row->generator;
	case COLUMN_SOURCE:
		return &row->source;
	case COLUMN_LICENCE:
		return &row->licence;
	case COLUMN_CREDIT:
		return &row->credit;
	case COLUMN_TITLE:
		return &row->title;
	case COLUMN_EXPLANATION:
		return &row->explanation;
	case COLUMN_TRUTH:
	case COLUMN_BASIS:
	case COLUMN_GOLD:
	case COLUMN_TRAINING:
	case COLUMN_TECHNIQUE:
	case COLUMN_SENSITIVE:
		break;
	}
	return NULL;
}

struct error item_row_set(struct item_row *row, unsigned column, const char *text)
{
	const char *name = item_columns[column];

	if (!*text)
		return ok();
	if (strlen(text) > MAX_TEXT)
		return errorf(ERR_INVALID, "%s is longer than %d bytes", name, MAX_TEXT);
	switch (column) {
	case COLUMN_TRUTH:
		return set_choice(&row->truth, name, text, truths);
	case COLUMN_BASIS:
		return set_choice(&row->basis, name, text, bases);
	case COLUMN_TECHNIQUE:
		return set_list(&row->technique, name, text, techniques);
	case COLUMN_GOLD:
		return set_flag(&row->gold, name, text);
	case COLUMN_TRAINING:
		return set_flag(&row->training, name, text);
	case COLUMN_SENSITIVE:
		return set_flag(&row->sensitive, name, text);
	default:
		*text_of(row, (enum column)column) = text;
	}
	return ok();
}

struct error item_row_check(const struct item_row *row)
{
	if (!row->file == !row->url)
		return errorf(ERR_INVALID, "give either file or url");
	if ((row->gold || row->training) && !row->truth)
		return errorf(ERR_INVALID, "%s needs a truth", row->gold ? "gold" : "training");
	if (row->gold && row->training)
		return errorf(ERR_INVALID, "an item cannot be gold and training at once");
	if (row->truth && !row->basis)
		return errorf(ERR_INVALID, "truth needs a basis: on what ground is it known?");
	return ok();
}

const char *item_row_list(struct arena *arena, const char *list)
{
	char *text = arena_alloc(arena, 2 * strlen(list ? list : "") + 8), *at = text;
	bool quoted = false;

	*at++ = '{';
	for (const char *c = list ? list : ""; *c; c++) {
		if (*c == ';') {
			if (quoted)
				*at++ = '"';
			quoted = false;
			continue;
		}
		if (!quoted) {
			if (at[-1] == '"')
				*at++ = ',';
			*at++ = '"';
			quoted = true;
		}
		if (*c == '"' || *c == '\\')
			*at++ = '\\';
		*at++ = *c;
	}
	if (quoted)
		*at++ = '"';
	*at = '}';
	return text;
}
