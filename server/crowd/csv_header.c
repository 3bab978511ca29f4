/* SPDX-License-Identifier: Apache-2.0 */
#include "crowd/csv_header.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define PLAIN_BYTES 64 /* of a name in its plain form */

/* What stands before a name: whose column it is. */
enum name_origin { ORIGIN_NONE, ORIGIN_ASSIGNMENT, ORIGIN_ANSWER, ORIGIN_INPUT, ORIGIN_GOLDEN };

/* A header's name without its origin, in small letters, without blanks, dashes and underscores. */
struct plain_name {
	enum name_origin origin;
	char text[PLAIN_BYTES];
};

static const struct {
	const char *text;
	enum name_origin origin;
} origins[] = {
	{ "assignment:", ORIGIN_ASSIGNMENT },
	{ "answer.", ORIGIN_ANSWER },
	{ "output:", ORIGIN_ANSWER },
	{ "input.", ORIGIN_INPUT },
	{ "input:", ORIGIN_INPUT },
	{ "golden:", ORIGIN_GOLDEN },
	{ "hint:", ORIGIN_INPUT },
};

static const char *const roles[] = { "worker",   "task", "label",  "confidence",
	                                 "position", "pair", "status", "graded" };

#define ROLES       8
#define ROLE_GRADED 7

/* infer's own names, and those of a release. The first that is there counts. */
static const char *const own_names[COLUMNS][2] = {
	{ "worker", "volunteer" }, { "task", "item" }, { "label", "verdict" },
	{ "confidence" },          { "position" },     { "pair" }
};
static const char *const own_truths[2] = { "truth", "label" };

static const char *const worker_names[] = {
	"worker",    "workerid",    "volunteer",   "volunteerid", "annotator",   "annotatorid",
	"rater",     "raterid",     "labeler",     "labelerid",   "labeller",    "labellerid",
	"performer", "performerid", "user",        "userid",      "participant", "participantid",
	"coder",     "coderid",     "completedby", NULL
};
static const char *const task_names[] = { "task",   "taskid",   "item",       "itemid", "hitid",
	                                      "unitid", "question", "questionid", NULL };
static const char *const media_names[] = { "image",    "imageid",  "imageurl",   "imagename",
	                                       "video",    "videoid",  "videourl",   "videoname",
	                                       "audio",    "audioid",  "audiourl",   "clip",
	                                       "clipid",   "media",    "mediaid",    "file",
	                                       "filename", "stimulus", "stimulusid", "sample",
	                                       "sampleid", "url",      "path",       NULL };
static const char *const label_names[] = {
	"label",    "verdict",    "answer", "response",       "judgment", "judgement", "vote",
	"choice",   "category",   "class",  "classification", "decision", "fake",      "isfake",
	"deepfake", "isdeepfake", "real",   "isreal",         NULL
};
static const char *const truth_names[] = { "truth", "groundtruth", "truelabel",
	                                       "gold",  "goldlabel",   NULL };

const char *csv_column_name(enum csv_column column)
{
	return roles[column];
}

static struct plain_name name_plain(const struct csv_field *field)
{
	struct plain_name plain = { ORIGIN_NONE, "" };
	size_t from = 0, len = 0;

	for (size_t i = 0; i < sizeof origins / sizeof origins[0]; i++) {
		size_t origin_len = strlen(origins[i].text);

		if (field->len > origin_len && !strncasecmp(field->text, origins[i].text, origin_len)) {
			plain.origin = origins[i].origin;
			from = origin_len;
			break;
		}
	}
	for (size_t i = from; i < field->len && len < PLAIN_BYTES - 1; i++)
		if (!strchr(" -_", field->text[i]))
			plain.text[len++] = (char)tolower((unsigned char)field->text[i]);
	return plain;
}

static bool is_column_named(const struct csv_field *field, const char *name, size_t len)
{
	return field->len == len && !memcmp(field->text, name, len);
}

static bool is_name_among(const char *text, const char *const names[])
{
	for (; *names; names++)
		if (!strcmp(text, *names))
			return true;
	return false;
}

/* A header as it is read. */
struct header_search {
	const struct csv_field *fields;
	int count;
	bool truths;
	bool numbers_tasks; /* Label Studio's "id" is that of the task */
	const struct csv_reading *reading;
	bool taken[ROLES]; /* roles that --columns names, or says are not there */
	struct csv_header header;
};

static struct error find_named(const struct header_search *search, const char *name, size_t len,
                               int *ret_at)
{
	*ret_at = -1;
	for (int i = 0; i < search->count; i++) {
		if (!is_column_named(&search->fields[i], name, len))
			continue;
		if (*ret_at >= 0)
			return errorf(ERR_INVALID, "the column \"%.*s\" stands there twice", (int)len, name);
		*ret_at = i;
	}
	return ok();
}

static int role_at(const char *text)
{
	for (int role = 0; role < ROLES; role++) {
		size_t len = strlen(roles[role]);

		if (!strncmp(text, roles[role], len) && text[len] == '=')
			return role;
	}
	return -1;
}

/* One ROLE=NAME; an empty name says that there is no such column. */
static struct error header_take_role(struct header_search *search, int role, const char *name,
                                     size_t len)
{
	int *at = &search->header.column[role == ROLE_GRADED ? COLUMN_LABEL : role];
	struct error err = find_named(search, name, len, at);

	if (err.code)
		return err;
	if (len && *at < 0)
		return errorf(ERR_INVALID, "the header has no column \"%.*s\", which --%scolumns names",
		              (int)(len < 80 ? len : 80), name, search->reading->prefix);
	if (search->truths && role != COLUMN_TASK && role != COLUMN_LABEL)
		return errorf(ERR_INVALID, "a file of truths has no %s: --%scolumns names task and label",
		              roles[role], search->reading->prefix);
	if ((role == ROLE_GRADED && search->header.column[COLUMN_CONFIDENCE] >= 0) ||
	    (role == COLUMN_CONFIDENCE && search->header.graded && len))
		return errorf(ERR_INVALID, "--%scolumns: a graded answer is its own confidence",
		              search->reading->prefix);
	search->taken[role] = true;
	search->header.own = false;
	if (role == ROLE_GRADED)
		search->header.graded = search->taken[COLUMN_LABEL] = search->taken[COLUMN_CONFIDENCE] =
			true;
	return ok();
}

/* What --columns says. A name may hold commas: it ends where another role begins. */
static struct error header_take_roles(struct header_search *search)
{
	const char *at = search->reading->columns;

	while (at && *at) {
		int role = role_at(at);

		if (role < 0)
			return errorf(ERR_INVALID,
			              "--%scolumns %.60s: a column is worker=, task=, label=, graded=, "
			              "confidence=, position=, pair= or status= and its name",
			              search->reading->prefix, at);
		const char *name = at + strlen(roles[role]) + 1, *end = at;
		do
			end = strchrnul(end + 1, ',');
		while (*end && role_at(end + 1) < 0);
		struct error err = header_take_role(search, role, name, (size_t)(end - name));
		if (err.code)
			return err;
		at = *end ? end + 1 : end;
	}
	return ok();
}

/* How surely a column is that of a task: 1 before 2 before 3; 0: it is none. */
static int rank_of_task(const struct header_search *search, const struct plain_name *name)
{
	if (name->origin == ORIGIN_INPUT)
		return 3;
	if (name->origin != ORIGIN_NONE && name->origin != ORIGIN_ASSIGNMENT)
		return 0;
	if (is_name_among(name->text, task_names))
		return 1;
	if (!strcmp(name->text, "id"))
		return search->numbers_tasks ? 1 : 2;
	return is_name_among(name->text, media_names) ? 2 : 0;
}

static int rank_of_label(const struct header_search *search, const struct plain_name *name)
{
	if (search->truths && name->origin == ORIGIN_GOLDEN)
		return 1;
	if (!search->truths && name->origin == ORIGIN_ANSWER)
		return strcmp(name->text, "confidence") != 0 && strcmp(name->text, "position") != 0;
	if (name->origin != ORIGIN_NONE)
		return 0;
	return is_name_among(name->text, label_names) ||
	       (search->truths && is_name_among(name->text, truth_names));
}

static int column_rank(const struct header_search *search, enum csv_column column, int field)
{
	struct plain_name name = name_plain(&search->fields[field]);
	bool loose = name.origin == ORIGIN_NONE, answer = name.origin == ORIGIN_ANSWER,
		 assignment = name.origin == ORIGIN_ASSIGNMENT;

	switch (column) {
	case COLUMN_WORKER:
		return (loose || assignment) && is_name_among(name.text, worker_names);
	case COLUMN_TASK:
		return rank_of_task(search, &name);
	case COLUMN_LABEL:
		return rank_of_label(search, &name);
	case COLUMN_CONFIDENCE:
		return (loose || answer) && !strcmp(name.text, "confidence");
	case COLUMN_POSITION:
		return answer && !strcmp(name.text, "position");
	case COLUMN_STATUS:
		return (assignment && !strcmp(name.text, "status")) ||
		       (loose && !strcmp(name.text, "assignmentstatus"));
	case COLUMN_PAIR: /* by its own name alone */
	case COLUMNS:
	default:
		return 0;
	}
}

static bool is_column_used(const struct header_search *search, int field)
{
	for (int column = 0; column < COLUMNS; column++)
		if (search->header.column[column] == field)
			return true;
	return false;
}

static struct error two_columns(const struct header_search *search, enum csv_column column, int a,
                                int b)
{
	const struct csv_field *first = &search->fields[a], *second = &search->fields[b];
	int len_a = (int)(first->len < 60 ? first->len : 60);
	int len_b = (int)(second->len < 60 ? second->len : 60);

	return errorf(ERR_INVALID, "add --%scolumns %s=%.*s, or %s=%.*s: both may be the %s",
	              search->reading->prefix, roles[column], len_a, first->text, roles[column], len_b,
	              second->text, roles[column]);
}

/* Finds a column by what others call it: the one of the best rank, if it is alone there. */
static struct error find_foreign(struct header_search *search, enum csv_column column)
{
	int best = 0, found = -1;

	for (int i = 0; i < search->count; i++) {
		int rank = is_column_used(search, i) ? 0 : column_rank(search, column, i);

		if (rank && (!best || rank < best)) {
			best = rank;
			found = i;
		}
	}
	for (int i = found + 1; found >= 0 && i < search->count; i++)
		if (!is_column_used(search, i) && column_rank(search, column, i) == best)
			return two_columns(search, column, found, i);
	if (found < 0)
		return ok();
	if (column == COLUMN_TASK && best == 2 && !search->truths &&
	    !strcmp(name_plain(&search->fields[found]).text, "id"))
		return errorf(
			ERR_INVALID, "add --%scolumns task=%.*s if that is the task's: it may number the rows",
			search->reading->prefix, (int)search->fields[found].len, search->fields[found].text);
	search->header.column[column] = found;
	search->header.own = false;
	return ok();
}

static struct error search_column(struct header_search *search, enum csv_column column)
{
	bool truth_label = search->truths && column == COLUMN_LABEL;
	const char *const *names = truth_label ? own_truths : own_names[column];
	int *at = &search->header.column[column];
	struct error err;

	if (search->taken[column])
		return ok();
	for (int i = 0; i < 2 && names[i] && *at < 0; i++) {
		if ((err = find_named(search, names[i], strlen(names[i]), at)).code)
			return err;
		search->header.is_truth |= truth_label && i == 0 && *at >= 0;
	}
	return *at < 0 ? find_foreign(search, column) : ok();
}

/* What the label's column asks, by its whole name: a part of one may be turned round by another. */
static enum answer_question question_of(const struct csv_field *field)
{
	static const char *const fakes[] = {
		"fake",        "isfake",        "deepfake",    "isdeepfake",  "synthetic",
		"issynthetic", "generated",     "isgenerated", "manipulated", "ismanipulated",
		"aigenerated", "isaigenerated", NULL
	};
	static const char *const reals[] = { "real",    "isreal",    "authentic", "isauthentic",
		                                 "genuine", "isgenuine", NULL };
	struct plain_name name = name_plain(field);

	if (!strcmp(name.text, "label") || !strcmp(name.text, "verdict") || !strcmp(name.text, "truth"))
		return QUESTION_LABEL;
	if (is_name_among(name.text, fakes))
		return QUESTION_FAKE;
	return is_name_among(name.text, reals) ? QUESTION_REAL : QUESTION_NONE;
}

static struct error header_check_whole(const struct header_search *search)
{
	const struct csv_header *header = &search->header;
	const char *prefix = search->reading->prefix;

	for (int column = search->truths ? COLUMN_TASK : COLUMN_WORKER; column <= COLUMN_LABEL;
	     column++)
		if (header->column[column] < 0)
			return errorf(ERR_INVALID,
			              "the header has no column \"%s\"; it needs %s, or %s as in a release; "
			              "or add --%scolumns %s=NAME",
			              roles[column], search->truths ? "task,label" : "worker,task,label",
			              search->truths ? "item,truth" : "volunteer,item,verdict", prefix,
			              roles[column]);
	if (header->graded && !search->reading->scale)
		return errorf(ERR_INVALID, "add --confidence-scale 1..7, or what the ends of the graded "
		                           "answers are, sure real first");
	if (search->reading->scale && !header->graded && header->column[COLUMN_CONFIDENCE] < 0) {
		const struct csv_field *label = &search->fields[header->column[COLUMN_LABEL]];

		return errorf(
			ERR_INVALID,
			"add --columns confidence=NAME, or graded=%.*s if that is graded from sure real "
			"to sure fake: no column has the scale",
			(int)(label->len < 60 ? label->len : 60), label->text);
	}
	return ok();
}

struct error csv_header_read(const struct csv_field fields[], int count, bool truths,
                             const struct csv_reading *reading, struct csv_header *header)
{
	struct header_search search = { .fields = fields,
		                            .count = count,
		                            .truths = truths,
		                            .reading = reading,
		                            .header = { .own = true } };
	struct error err;

	for (int column = 0; column < COLUMNS; column++)
		search.header.column[column] = -1;
	for (int i = 0; i < count; i++)
		search.numbers_tasks |=
			is_column_named(&fields[i], "annotation_id", strlen("annotation_id"));
	if ((err = header_take_roles(&search)).code)
		return err;
	for (enum csv_column column = 0; column < COLUMNS; column++) {
		if (truths && column != COLUMN_TASK && column != COLUMN_LABEL)
			continue;
		if ((err = search_column(&search, column)).code)
			return err;
	}
	if ((err = header_check_whole(&search)).code)
		return err;
	search.header.question = question_of(&fields[search.header.column[COLUMN_LABEL]]);
	*header = search.header;
	return ok();
}
