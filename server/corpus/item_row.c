/* SPDX-License-Identifier: Apache-2.0 */
#include "corpus/item_row.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "core/strbuf.h"
#include "core/utf8.h"
#include "core/vocabulary.h"

#define MAX_TEXT 4000 /* bytes of one column */

enum item_column {
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
	COLUMN_SENSITIVE,
	COLUMN_RIGHTS,
	COLUMN_PEOPLE,
	COLUMN_MADE_BY,
	COLUMN_MADE_HOW,
	COLUMN_REGION
};

const char *const item_columns[] = { "file",        "url",       "truth",    "basis",  "gold",
	                                 "training",    "group",     "identity", "pair",   "technique",
	                                 "generator",   "source",    "licence",  "credit", "title",
	                                 "explanation", "sensitive", "rights",   "people", "made_by",
	                                 "made_how",    "region",    NULL };

bool item_text_is_blank(const char *text)
{
	for (size_t len; (len = utf8_blank(text)); text += len)
		;
	return !*text;
}

/* Where the white space at its end begins, of the first `len` bytes. */
static size_t trimmed_len(const char *text, size_t len)
{
	size_t end = 0, blank;

	for (size_t i = 0; i < len; i += blank ? blank : 1) {
		blank = utf8_blank(text + i);
		end = blank ? end : i + 1;
	}
	return end;
}

/* The part of so many bytes, without white space around it. */
static const char *row_trim(struct arena *arena, const char *text, size_t len)
{
	for (size_t blank; len && (blank = utf8_blank(text)) && blank <= len; len -= blank)
		text += blank;
	return arena_copy(arena, text, trimmed_len(text, len));
}

const char *item_text_trim(struct arena *arena, const char *text)
{
	return row_trim(arena, text, strlen(text));
}

/* Equal, where case does not count, and a space or a hyphen is an underscore. */
static bool is_alike(const char *choice, const char *text)
{
	for (; *choice && *text; choice++, text++) {
		char c = *text == ' ' || *text == '-' ? '_' : *text;

		if (tolower((unsigned char)c) != tolower((unsigned char)*choice))
			return false;
	}
	return !*choice && !*text;
}

static const char *find_choice(const char *text, const char *const choices[])
{
	while (*choices && !is_alike(*choices, text))
		choices++;
	return *choices;
}

int item_column(const char *name)
{
	char plain[32];

	for (size_t blank; (blank = utf8_blank(name)); name += blank)
		;
	size_t len = trimmed_len(name, strlen(name));
	if (len >= sizeof plain)
		return -1;
	memcpy(plain, name, len);
	plain[len] = '\0';
	for (int column = 0; item_columns[column]; column++)
		if (is_alike(item_columns[column], plain))
			return column;
	return is_alike("license", plain) ? COLUMN_LICENCE : -1;
}

bool item_column_is_flag(unsigned column)
{
	return column == COLUMN_GOLD || column == COLUMN_TRAINING || column == COLUMN_SENSITIVE;
}

bool item_column_is_list(unsigned column)
{
	return column == COLUMN_IDENTITY || column == COLUMN_TECHNIQUE || column == COLUMN_REGION;
}

bool item_column_is_declared(unsigned column)
{
	return column >= COLUMN_RIGHTS && column <= COLUMN_MADE_HOW;
}

static struct error set_flag(bool *flag, bool *said, const char *column, const char *text)
{
	static const char *const yes[] = { "true", "yes", "1", NULL };
	static const char *const no[] = { "false", "no", "0", NULL };

	*flag = find_choice(text, yes);
	if (!*flag && !find_choice(text, no))
		return errorf(ERR_INVALID, "%s must be true or false, not \"%.40s\"", column, text);
	*said = true;
	return ok();
}

static struct error set_choice(const char **value, const char *column, const char *text,
                               const char *const choices[])
{
	if (!(*value = find_choice(text, choices)))
		return errorf(ERR_INVALID, "%s \"%.40s\" is not known", column, text);
	return ok();
}

/* The parts of a `;`-separated list, without the empty ones; each must be one of the choices, if
 * there are any. */
static struct error set_list(const char **value, struct arena *arena, const char *column,
                             const char *text, const char *const choices[])
{
	struct strbuf list = { .arena = arena };

	for (const char *part = text; *part;) {
		size_t len = strcspn(part, ";");
		const char *one = row_trim(arena, part, len);
		const char *choice = choices ? find_choice(one, choices) : one;

		if (*one && !choice)
			return errorf(ERR_INVALID, "%s \"%.40s\" is not known", column, one);
		if (*one && list.len)
			strbuf_add(&list, ";");
		strbuf_add(&list, *one ? choice : "");
		part += len + (part[len] == ';');
	}
	*value = list.len ? list.bytes : NULL;
	return ok();
}

/* Four whole numbers, in the one form in which two regions are compared. */
static struct error set_region(const char **value, struct arena *arena, const char *text)
{
	unsigned at[4];
	int end = -1;

	if (strspn(text, "0123456789; \t") == strlen(text))
		sscanf(text, " %9u ; %9u ; %9u ; %9u %n", &at[0], &at[1], &at[2], &at[3], &end);
	if (end < 0 || text[end])
		return errorf(ERR_INVALID,
		              "region \"%.40s\" is not x;y;width;height in whole pixels, as 120;80;200;240",
		              text);
	if (!at[2] || !at[3])
		return errorf(ERR_INVALID, "region \"%.40s\" holds no pixels", text);
	*value = arena_printf(arena, "%u;%u;%u;%u", at[0], at[1], at[2], at[3]);
	return ok();
}

/*
 * Refuses what programs make of names on the way: pandas writes 3 as 3.0 beside empty cells, and a
 * list as [1, 2]; Excel writes long numbers as 1.2E+11.  Another manifest would name the same
 * person or group otherwise.
 */
static struct error check_name(const char *column, const char *name)
{
	size_t digits = strspn(name, "0123456789"), len = strlen(name);
	const char *rest = name + digits;
	size_t more = *rest == '.' ? 1 + strspn(rest + 1, "0123456789") : 0;
	bool is_whole = more > 1 && strspn(rest + 1, "0") == more - 1 && !rest[more];
	bool is_power = (rest[more] | 32) == 'e' && rest[more + 1] == '+';

	if (digits && (is_whole || is_power))
		return errorf(ERR_INVALID,
		              "%s \"%.40s\" is a number that a program has rewritten: write it "
		              "as the source does",
		              column, name);
	if (len > 1 &&
	    ((*name == '[' && name[len - 1] == ']') || (*name == '{' && name[len - 1] == '}')))
		return errorf(ERR_INVALID, "%s \"%.40s\" looks like a list: put semicolons between names",
		              column, name);
	return ok();
}

/* The first name of a list that programs have rewritten. */
static struct error check_names(struct arena *arena, const char *column, const char *text)
{
	struct error err = check_name(column, text);

	while (!err.code && *text) {
		size_t len = strcspn(text, ";");

		err = check_name(column, row_trim(arena, text, len));
		text += len + (text[len] == ';');
	}
	return err;
}

/* Where a column without rules of its own is kept. */
static const char **row_text_of(struct item_row *row, enum item_column column)
{
	switch (column) {
	case COLUMN_URL:
		return &row->url;
	case COLUMN_GROUP:
		return &row->group;
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
	case COLUMN_MADE_BY:
		return &row->made_by;
	case COLUMN_MADE_HOW:
		return &row->made_how;
	case COLUMN_FILE:
	case COLUMN_TRUTH:
	case COLUMN_BASIS:
	case COLUMN_GOLD:
	case COLUMN_TRAINING:
	case COLUMN_IDENTITY:
	case COLUMN_TECHNIQUE:
	case COLUMN_SENSITIVE:
	case COLUMN_RIGHTS:
	case COLUMN_PEOPLE:
	case COLUMN_REGION:
		break;
	}
	return NULL;
}

/* Texts that are read by people may have several lines; names have one. */
static struct error check_text(unsigned column, const char *text)
{
	bool made = column == COLUMN_MADE_BY || column == COLUMN_MADE_HOW;
	bool prose = made || (column >= COLUMN_GENERATOR && column <= COLUMN_EXPLANATION);
	int most = made ? DECLARED_MAX : MAX_TEXT;

	if (strlen(text) > (size_t)most)
		return errorf(ERR_INVALID, "%s is longer than %d bytes", item_columns[column], most);
	for (const char *c = text; *c; c++) {
		bool lines = *c == '\n' || *c == '\r' || *c == '\t';

		if (lines && !prose)
			return errorf(ERR_INVALID, "%s holds a line end or a tab", item_columns[column]);
		if (!lines && ((unsigned char)*c < ' ' || *c == 0x7f))
			return errorf(ERR_INVALID, "%s holds a control character", item_columns[column]);
	}
	if (!prose && strstr(text, "\xef\xbf\xbd"))
		return errorf(ERR_INVALID,
		              "%s holds U+FFFD, which stands for a letter that was lost: "
		              "save the manifest anew, as UTF-8",
		              item_columns[column]);
	return ok();
}

struct error item_row_set(struct item_row *row, struct arena *arena, unsigned column,
                          const char *text)
{
	const char *name = item_columns[column];
	const char *trimmed = row_trim(arena, text, strlen(text));
	struct error err = check_text(column, trimmed);

	if (err.code || !*trimmed)
		return err;
	switch (column) {
	case COLUMN_FILE: /* the file may be called so */
		row->file = text;
		return ok();
	case COLUMN_TRUTH:
		return set_choice(&row->truth, name, trimmed, verdicts);
	case COLUMN_BASIS:
		return set_choice(&row->basis, name, trimmed, bases);
	case COLUMN_IDENTITY:
		if ((err = check_names(arena, name, trimmed)).code)
			return err;
		return set_list(&row->identity, arena, name, trimmed, NULL);
	case COLUMN_GROUP:
	case COLUMN_PAIR:
		if ((err = check_name(name, trimmed)).code)
			return err;
		*row_text_of(row, (enum item_column)column) = trimmed;
		return ok();
	case COLUMN_TECHNIQUE:
		return set_list(&row->technique, arena, name, trimmed, techniques);
	case COLUMN_RIGHTS:
		return set_choice(&row->rights, name, trimmed, contribution_rights);
	case COLUMN_PEOPLE:
		return set_choice(&row->people, name, trimmed, contribution_people);
	case COLUMN_REGION:
		return set_region(&row->region, arena, trimmed);
	case COLUMN_GOLD:
		return set_flag(&row->gold, &row->says_gold, name, trimmed);
	case COLUMN_TRAINING:
		return set_flag(&row->training, &row->says_training, name, trimmed);
	case COLUMN_SENSITIVE:
		return set_flag(&row->sensitive, &row->says_sensitive, name, trimmed);
	default:
		*row_text_of(row, (enum item_column)column) = trimmed;
	}
	return ok();
}

struct error item_row_check(const struct item_row *row)
{
	if (!row->file == !row->url)
		return errorf(ERR_INVALID, "give either file or url");
	if ((row->gold || row->training) && !row->truth)
		return errorf(ERR_INVALID, "%s needs a truth", row->gold ? "gold" : "training");
	if (row->gold && row->basis && strcmp(row->basis, "crowd") == 0)
		return errorf(ERR_INVALID, "gold needs another basis than the crowd, which it measures");
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
