/* SPDX-License-Identifier: Apache-2.0 */
#include "crowd/judgment_csv.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/mem.h"
#include "core/utf8.h"
#include "crowd/pair_links.h"

#define LINE_MAX_BYTES (64 * 1024)
#define NAME_MAX_BYTES 512
#define FIELDS_MAX     64

/* Open addressing; a slot is an index + 1 and its hash's upper half. */
struct name_slot {
	uint32_t index, hash;
};

struct names {
	char *bytes; /* each name with its NUL */
	size_t bytes_len, bytes_size;
	size_t *start; /* count + 1 of them, once there is one */
	uint32_t count, size;
	uint32_t last; /* the index given out last */
	struct name_slot *slots;
	uint32_t mask; /* slots - 1 */
};

#define UNUSED_BYTES 400 /* of the names of columns that are not used */
#define COLUMN_BYTES 61
#define TAKEN_BYTES  1000
#define STRAYS       3

/* Answers that mean nothing, for what is advised: up to STRAYS words, and the range of numbers. */
struct csv_strays {
	char word[STRAYS][ANSWER_BYTES];
	int words;
	size_t labels; /* empty ones too */
	double lowest, highest;
	size_t numbers;
	double lowest_confidence, highest_confidence;
	size_t confidences;    /* out of range */
	uint8_t most_in_range; /* of the other confidences */
	size_t positions;
};

/* From row `row` on, lines run `skipped` ahead of rows. */
struct gap {
	size_t row, skipped;
};

/*
 * A row that was read and waits for its names to be looked up.  Of millions of names hardly any
 * lies in a cache, so the look-up goes in three steps, a few rows apart: each step asks the
 * memory for what the next one needs, and by then it is there.
 */
struct pending {
	uint64_t task_hash, worker_hash;
	uint16_t task_len, worker_len;
	uint8_t label, confidence, position;
	uint32_t pair;
	char task[NAME_MAX_BYTES], worker[NAME_MAX_BYTES];
};

#define PENDING 16

struct judgment_csv {
	enum judgment_csv_kind kind;
	struct csv_reading reading;
	struct csv_header header;
	struct csv_answers answers;
	struct csv_scale scale; /* of the confidence, or of the label where that is graded */
	char separator;
	int fields;          /* that the header has; 0: not read yet */
	bool stopped;        /* no row can be read */
	bool has_confidence; /* each row has one */
	struct csv_left_out left_out;
	struct csv_strays strays;
	char unused[UNUSED_BYTES];
	char column_name[COLUMNS][COLUMN_BYTES]; /* as the file has it */
	char taken[TAKEN_BYTES], advice[TAKEN_BYTES];
	enum duplicates duplicates;
	size_t duplicate_count;
	struct error faults[JUDGMENT_CSV_FAULTS_KEPT];
	size_t fault_count; /* those that are not kept too */
	char *carry;        /* the beginning of a line whose end has not come */
	size_t carry_len, carry_size;
	size_t line; /* the one being read, from 1 */
	struct gap *gaps;
	size_t scanned, breaks; /* of the line that is carried: bytes looked at, line feeds in quotes */
	bool open;              /* whether they end in a quote */
	size_t gap_count, gap_size;
	struct names workers, tasks, pair_names;
	uint32_t *worker, *task, *pair; /* pair: the index of its name, from 1; 0: none */
	uint8_t *label, *confidence, *position;
	struct item_pair *pairs; /* after judgment_csv_finish() */
	size_t pair_count;
	size_t rows, size; /* rows with their names looked up */
	size_t read;       /* rows read; at most PENDING more */
	struct pending pending[PENDING];
	struct csv_field split[FIELDS_MAX];
	char unquoted[LINE_MAX_BYTES];
};

/* FNV-1a by eight bytes at a time, mixed at the end. */
static uint64_t csv_hash_of(const char *text, size_t len)
{
	uint64_t hash = 14695981039346656037ULL ^ len, word;

	for (; len >= 8; text += 8, len -= 8) {
		memcpy(&word, text, 8);
		hash = (hash ^ word) * 0x9E3779B97F4A7C15ULL;
		hash ^= hash >> 32;
	}
	word = 0;
	memcpy(&word, text, len);
	hash = (hash ^ word) * 0x9E3779B97F4A7C15ULL;
	return hash ^ hash >> 29;
}

static struct name_slot *names_slot(const struct names *names, uint64_t hash, const char *text,
                                    size_t len)
{
	for (uint32_t at = (uint32_t)hash & names->mask;; at = (at + 1) & names->mask) {
		struct name_slot *slot = &names->slots[at];

		if (!slot->index)
			return slot;
		if (slot->hash != (uint32_t)(hash >> 32))
			continue;
		size_t start = names->start[slot->index - 1], end = names->start[slot->index] - 1;
		if (end - start == len && !memcmp(names->bytes + start, text, len))
			return slot;
	}
}

static void names_grow(struct names *names)
{
	uint32_t slots = names->slots ? (names->mask + 1) * 2 : 1024;

	free(names->slots);
	names->slots = mem_new(slots, sizeof *names->slots);
	names->mask = slots - 1;
	for (uint32_t i = 0; i < names->count; i++) {
		const char *text = names->bytes + names->start[i];
		size_t len = names->start[i + 1] - names->start[i] - 1;
		uint64_t hash = csv_hash_of(text, len);

		*names_slot(names, hash, text, len) = (struct name_slot){ i + 1, (uint32_t)(hash >> 32) };
	}
}

static bool names_is(const struct names *names, uint32_t index, const char *text, size_t len)
{
	return index < names->count && names->start[index + 1] - names->start[index] - 1 == len &&
	       !memcmp(names->bytes + names->start[index], text, len);
}

/* Returns the index of a name, old or new. Names often come in the order in which they first
 * came, or again at once: that is looked at before the far reaches of the slots. */
static uint32_t names_add(struct names *names, uint64_t hash, const char *text, size_t len)
{
	if (names_is(names, names->last + 1, text, len))
		return ++names->last;
	if (names_is(names, names->last, text, len))
		return names->last;
	if (!names->slots || names->count >= (names->mask + 1) / 2)
		names_grow(names);
	struct name_slot *slot = names_slot(names, hash, text, len);

	if (slot->index)
		return names->last = slot->index - 1;
	if (names->count + 2 > names->size) {
		names->size = names->size ? names->size * 2 : 256;
		names->start = mem_resize(names->start, names->size, sizeof *names->start);
		names->start[names->count] = names->bytes_len;
	}
	if (names->bytes_len + len + 1 > names->bytes_size) {
		names->bytes_size = (names->bytes_size + len + 1) * 2;
		names->bytes = mem_resize(names->bytes, names->bytes_size, 1);
	}
	memcpy(names->bytes + names->bytes_len, text, len);
	names->bytes[names->bytes_len + len] = '\0';
	names->bytes_len += len + 1;
	names->start[++names->count] = names->bytes_len;
	*slot = (struct name_slot){ names->count, (uint32_t)(hash >> 32) };
	return names->last = names->count - 1;
}

/* The steps before names_add(): what they fetch is a guess and may be wrong. */
static void names_fetch_slot(const struct names *names, uint64_t hash)
{
	if (names->slots)
		__builtin_prefetch(&names->slots[(uint32_t)hash & names->mask]);
}

static void names_fetch_start(const struct names *names, uint64_t hash)
{
	uint32_t index = names->slots ? names->slots[(uint32_t)hash & names->mask].index : 0;

	if (index)
		__builtin_prefetch(&names->start[index - 1]);
}

static void names_fetch_text(const struct names *names, uint64_t hash)
{
	uint32_t index = names->slots ? names->slots[(uint32_t)hash & names->mask].index : 0;

	if (index)
		__builtin_prefetch(names->bytes + names->start[index - 1]);
}

uint32_t names_count(const struct names *names)
{
	return names->count;
}

const char *names_text(const struct names *names, uint32_t index, size_t *len)
{
	if (len)
		*len = names->start[index + 1] - names->start[index] - 1;
	return names->bytes + names->start[index];
}

uint32_t names_find(const struct names *names, const char *text, size_t len)
{
	struct name_slot *slot =
		names->slots ? names_slot(names, csv_hash_of(text, len), text, len) : NULL;

	return slot && slot->index ? slot->index - 1 : UINT32_MAX;
}

static void names_clear(struct names *names)
{
	free(names->bytes);
	free(names->start);
	free(names->slots);
}

struct judgment_csv *judgment_csv_new(enum judgment_csv_kind kind)
{
	struct judgment_csv *csv = mem_new(1, sizeof *csv);

	csv->kind = kind;
	csv->reading.prefix = kind == JUDGMENT_CSV_TRUTH ? "truth-" : "";
	csv->separator = ',';
	csv->line = 1;
	return csv;
}

void judgment_csv_free(struct judgment_csv *csv)
{
	if (!csv)
		return;
	names_clear(&csv->workers);
	names_clear(&csv->tasks);
	names_clear(&csv->pair_names);
	free(csv->carry);
	free(csv->gaps);
	free(csv->worker);
	free(csv->task);
	free(csv->label);
	free(csv->confidence);
	free(csv->position);
	free(csv->pair);
	free(csv->pairs);
	free(csv);
}

static void names_forget(struct names *names)
{
	free(names->slots);
	names->slots = NULL;
}

void judgment_csv_forget_rows(struct judgment_csv *csv)
{
	names_forget(&csv->workers);
	names_forget(&csv->tasks);
	free(csv->worker);
	free(csv->task);
	free(csv->label);
	free(csv->confidence);
	free(csv->position);
	free(csv->pair);
	free(csv->pairs);
	csv->worker = csv->task = csv->pair = NULL;
	csv->pairs = NULL;
	csv->pair_count = 0;
	csv->label = csv->confidence = csv->position = NULL;
	csv->rows = csv->read = csv->size = 0;
}

void judgment_csv_allow(struct judgment_csv *csv, enum duplicates duplicates)
{
	csv->duplicates = duplicates;
}

size_t judgment_csv_fault_count(const struct judgment_csv *csv)
{
	return csv->fault_count;
}

const char *judgment_csv_fault(const struct judgment_csv *csv, size_t index)
{
	return csv->faults[index].detail;
}

size_t judgment_csv_duplicate_count(const struct judgment_csv *csv)
{
	return csv->duplicate_count;
}

static struct error note_fault(struct judgment_csv *csv, struct error fault)
{
	if (csv->fault_count < JUDGMENT_CSV_FAULTS_KEPT)
		csv->faults[csv->fault_count] = fault;
	csv->fault_count++;
	return fault;
}

static struct error bad_line(const struct judgment_csv *csv, const char *what)
{
	return errorf(ERR_INVALID, "line %zu: %s", csv->line, what);
}

/* Eight bytes from 0x20 to 0x7E at once: none has its top bit, none falls below 0x20 and none
 * reaches 0x80 when 1 is added. */
static bool are_eight_plain(const char *text)
{
	uint64_t eight;

	memcpy(&eight, text, 8);
	return !((eight | (eight - 0x2020202020202020) | (eight + 0x0101010101010101)) &
	         0x8080808080808080);
}

static bool csv_is_control(unsigned char c)
{
	return c == 0x7F || (c < 0x20 && c != '\t' && c != '\n' && c != '\r');
}

/* Plain text: UTF-8 without control characters; a tab or a line break inside quotes is plain. */
static bool csv_is_text(const char *text, size_t len)
{
	const char *at = text, *end = text + len;
	size_t step;

	for (; at < end; at += step) {
		if (end - at >= 8 && are_eight_plain(at))
			step = 8;
		else if ((unsigned char)*at < 0x80)
			step = !csv_is_control((unsigned char)*at);
		else
			step = utf8_length(at, end);
		if (!step)
			return false;
	}
	return true;
}

/* Unquotes the field that starts after the quote at *at; leaves *at behind its closing quote. */
static bool read_quoted(struct judgment_csv *csv, const char **at, const char *end, size_t *used,
                        struct csv_field *field)
{
	char *out = csv->unquoted + *used;
	size_t len = 0;

	for (const char *c = *at + 1; c < end; c++) {
		if (*c != '"') {
			out[len++] = *c;
		} else if (c + 1 < end && c[1] == '"') {
			out[len++] = *c++;
		} else {
			*at = c + 1;
			*used += len;
			*field = (struct csv_field){ out, len };
			return *at == end || **at == csv->separator;
		}
	}
	return false;
}

/* Splits a line into at most FIELDS_MAX fields. Returns how many, or -1 for broken quotes. */
static int judgment_csv_split(struct judgment_csv *csv, const char *line, size_t len,
                              struct csv_field fields[])
{
	const char *at = line, *end = line + len;
	size_t used = 0;
	int count = 0;

	for (;;) {
		struct csv_field field;

		if (at < end && *at == '"') {
			if (!read_quoted(csv, &at, end, &used, &field))
				return -1;
		} else {
			const char *next = memchr(at, csv->separator, (size_t)(end - at));
			const char *stop = next ? next : end;

			field = (struct csv_field){ at, (size_t)(stop - at) };
			at = stop;
		}
		if (count < FIELDS_MAX)
			fields[count] = field;
		count++;
		if (at == end)
			return count;
		at++;
	}
}

static bool is_word(const struct csv_field *field, const char *word)
{
	return field->len == strlen(word) && !memcmp(field->text, word, field->len);
}

/* Notes which columns nobody reads: whoever gave them may have meant something by them. */
static void note_unused(struct judgment_csv *csv, const struct csv_field fields[], int count)
{
	size_t len = 0;

	for (int i = 0; i < count; i++) {
		bool used = false;

		for (int column = 0; column < COLUMNS; column++)
			used |= csv->header.column[column] == i;
		if (!used && fields[i].len && len < UNUSED_BYTES)
			len += (size_t)snprintf(csv->unused + len, UNUSED_BYTES - len, "%s%.*s",
			                        len ? ", " : "", (int)fields[i].len, fields[i].text);
	}
}

/* Remembers what the rows need of the header. */
static void use_header(struct judgment_csv *csv, const struct csv_header *header,
                       const struct csv_field fields[], int count)
{
	csv->header = *header;
	csv->fields = count;
	csv->has_confidence = header->graded || header->column[COLUMN_CONFIDENCE] >= 0;
	for (int column = 0; column < COLUMNS; column++)
		if (header->column[column] >= 0) {
			const struct csv_field *field = &fields[header->column[column]];

			snprintf(csv->column_name[column], COLUMN_BYTES, "%.*s", (int)field->len, field->text);
		}
	if (!header->graded)
		csv_answers_know(&csv->answers, header->question);
	note_unused(csv, fields, count);
}

/* Reads the header by the separator that gives it its columns. Where none does, what is wrong is
 * told of the one that parts it into the most. */
static struct error csv_read_header(struct judgment_csv *csv, const char *line, size_t len)
{
	static const char separators[] = { ',', '\t', ';' };
	struct error told = ok();
	int most = 0;

	for (size_t i = 0; i < sizeof separators; i++) {
		struct csv_field fields[FIELDS_MAX];
		struct csv_header header;
		struct error err;

		csv->separator = separators[i];
		int count = judgment_csv_split(csv, line, len, fields);
		if (count < 0)
			err = errorf(ERR_INVALID, "a quoted field does not end as it should");
		else if (count > FIELDS_MAX)
			err = errorf(ERR_INVALID, "more than 64 columns");
		else
			err = csv_header_read(fields, count, csv->kind == JUDGMENT_CSV_TRUTH, &csv->reading,
			                      &header);
		if (!err.code) {
			use_header(csv, &header, fields, count);
			return ok();
		}
		if (!told.code || count > most) {
			told = err;
			most = count;
		}
	}
	return bad_line(csv, told.detail);
}

/* What a row says of its task. */
struct csv_judgment {
	uint8_t label, confidence, position;
	uint32_t pair;
};

static struct error read_name(const struct judgment_csv *csv, const struct csv_field fields[],
                              enum csv_column column)
{
	const struct csv_field *field = &fields[csv->header.column[column]];

	if (!field->len)
		return errorf(ERR_INVALID, "line %zu: %s is empty", csv->line, csv_column_name(column));
	if (field->len > NAME_MAX_BYTES)
		return errorf(ERR_INVALID, "line %zu: %s is longer than %d bytes", csv->line,
		              csv_column_name(column), NAME_MAX_BYTES);
	return ok();
}

/* Notes an answer that means nothing, for judgment_csv_advice(). */
static struct error stray_label(struct judgment_csv *csv, const struct csv_field *field)
{
	struct csv_strays *strays = &csv->strays;
	int i = 0, len = (int)(field->len > 40 ? 40 : field->len);
	double number;

	strays->labels++;
	while (field->len && i < strays->words &&
	       (strlen(strays->word[i]) != field->len ||
	        memcmp(strays->word[i], field->text, field->len) != 0))
		i++;
	if (field->len && i == strays->words && i < STRAYS)
		snprintf(strays->word[strays->words++], ANSWER_BYTES, "%.*s", (int)field->len, field->text);
	if (csv_number_read(field->text, field->len, &number)) {
		strays->lowest = strays->numbers ? fmin(strays->lowest, number) : number;
		strays->highest = strays->numbers ? fmax(strays->highest, number) : number;
		strays->numbers++;
	}
	return errorf(ERR_INVALID, "line %zu: label is \"%.*s\", not %s", csv->line, len, field->text,
	              csv->answers.verdicts_named ? "one of the words of --labels"
	                                          : "fake, real, 1 or 0");
}

/* "yes", and nobody says to what: no row can be read. */
static struct error unasked_label(struct judgment_csv *csv, const struct csv_field *field)
{
	const char *opposite = csv_answers_opposite(field->text, field->len);
	int len = (int)field->len;

	csv->stopped = true;
	return errorf(
		ERR_INVALID,
		"line %zu: add --%slabels fake=%.*s,real=%s (or fake=%s,real=%.*s): \"%.40s\" does "
		"not say which it is",
		csv->line, csv->reading.prefix, len, field->text, opposite, opposite, len, field->text,
		csv->column_name[COLUMN_LABEL]);
}

/* *label: REAL, FAKE or ANSWER_NEITHER. */
static struct error read_label(struct judgment_csv *csv, const struct csv_field *field,
                               uint8_t *label)
{
	*label = csv_answers_meaning(&csv->answers, field->text, field->len);
	if (*label <= ANSWER_NEITHER)
		return ok();
	return *label == ANSWER_UNASKED ? unasked_label(csv, field) : stray_label(csv, field);
}

static struct error off_scale(const struct judgment_csv *csv, enum csv_column column,
                              const struct csv_field *field)
{
	return errorf(ERR_INVALID, "line %zu: %s is \"%.*s\", which is not on the scale %.40s",
	              csv->line, csv_column_name(column), (int)(field->len > 40 ? 40 : field->len),
	              field->text, csv->scale.text);
}

/* Reported confidence is rounded down, so that thirds of a scale are the model's levels. */
static uint8_t confidence_of(double certainty)
{
	return (uint8_t)(100 * certainty + 1e-9);
}

/* An answer between sure real and sure fake: the side of the middle on which it stands is the
 * verdict, its distance from there the confidence. The middle says neither. */
static struct error read_graded(struct judgment_csv *csv, const struct csv_field *field,
                                struct csv_judgment *said)
{
	said->label = csv_answers_meaning(&csv->answers, field->text, field->len);
	if (said->label == ANSWER_NEITHER)
		return ok();
	double place = csv_scale_place(&csv->scale, field->text, field->len);

	if (place < 0)
		return off_scale(csv, COLUMN_LABEL, field);
	said->label = fabs(place - .5) < 1e-9 ? ANSWER_NEITHER : place > .5 ? FAKE : REAL;
	said->confidence = confidence_of(fmax(place, 1 - place));
	return ok();
}

/* Remembers the range of confidences, for judgment_csv_advice(). */
static struct error stray_confidence(struct judgment_csv *csv, const struct csv_field *field)
{
	struct csv_strays *strays = &csv->strays;
	double number;

	if (csv_number_read(field->text, field->len, &number)) {
		strays->lowest_confidence =
			strays->confidences ? fmin(strays->lowest_confidence, number) : number;
		strays->highest_confidence =
			strays->confidences ? fmax(strays->highest_confidence, number) : number;
		strays->confidences++;
	}
	return bad_line(csv, "confidence must be a whole number from 50 to 100");
}

static struct error read_confidence(struct judgment_csv *csv, const struct csv_field *field,
                                    uint8_t *confidence)
{
	unsigned value = 0;

	if (csv->scale.given) {
		double place = csv_scale_place(&csv->scale, field->text, field->len);

		*confidence = confidence_of(.5 + place / 2);
		return place < 0 ? off_scale(csv, COLUMN_CONFIDENCE, field) : ok();
	}
	for (size_t i = 0; i < field->len && value <= 100; i++)
		value = field->text[i] >= '0' && field->text[i] <= '9'
		            ? value * 10 + (unsigned)(field->text[i] - '0')
		            : 1000;
	if (!field->len || value < 50 || value > 100)
		return stray_confidence(csv, field);
	*confidence = (uint8_t)value;
	if (*confidence > csv->strays.most_in_range)
		csv->strays.most_in_range = *confidence;
	return ok();
}

static struct error read_position(struct judgment_csv *csv, const struct csv_field *field,
                                  uint8_t *position)
{
	if (is_word(field, "left"))
		*position = 0;
	else if (is_word(field, "right"))
		*position = 1;
	else {
		csv->strays.positions++;
		return bad_line(csv, "position must be left or right");
	}
	return ok();
}

static void table_grow(struct judgment_csv *csv)
{
	csv->size = csv->size ? csv->size + csv->size / 2 : 4096;
	csv->task = mem_resize(csv->task, csv->size, sizeof *csv->task);
	csv->label = mem_resize(csv->label, csv->size, sizeof *csv->label);
	if (csv->kind == JUDGMENT_CSV_JUDGMENTS)
		csv->worker = mem_resize(csv->worker, csv->size, sizeof *csv->worker);
	if (csv->has_confidence)
		csv->confidence = mem_resize(csv->confidence, csv->size, 1);
	if (csv->header.column[COLUMN_POSITION] >= 0)
		csv->position = mem_resize(csv->position, csv->size, 1);
	if (csv->header.column[COLUMN_PAIR] >= 0)
		csv->pair = mem_resize(csv->pair, csv->size, sizeof *csv->pair);
}

/* Looks up the names of the oldest pending row and stores it. */
static void store_row(struct judgment_csv *csv)
{
	const struct pending *row = &csv->pending[csv->rows % PENDING];

	if (csv->rows == csv->size)
		table_grow(csv);
	csv->task[csv->rows] = names_add(&csv->tasks, row->task_hash, row->task, row->task_len);
	if (csv->kind == JUDGMENT_CSV_JUDGMENTS)
		csv->worker[csv->rows] =
			names_add(&csv->workers, row->worker_hash, row->worker, row->worker_len);
	if (csv->confidence)
		csv->confidence[csv->rows] = row->confidence;
	if (csv->position)
		csv->position[csv->rows] = row->position;
	if (csv->pair)
		csv->pair[csv->rows] = row->pair;
	csv->label[csv->rows++] = row->label;
}

static void csv_fetch(const struct judgment_csv *csv, size_t row,
                      void (*step)(const struct names *, uint64_t))
{
	const struct pending *pending = &csv->pending[row % PENDING];

	step(&csv->tasks, pending->task_hash);
	if (csv->kind == JUDGMENT_CSV_JUDGMENTS)
		step(&csv->workers, pending->worker_hash);
}

static void push_row(struct judgment_csv *csv, const struct csv_field *task,
                     const struct csv_field *worker, const struct csv_judgment *said)
{
	if (csv->read - csv->rows == PENDING)
		store_row(csv);
	struct pending *row = &csv->pending[csv->read % PENDING];

	row->label = said->label;
	row->confidence = said->confidence;
	row->position = said->position;
	row->pair = said->pair;
	row->task_len = (uint16_t)task->len;
	memcpy(row->task, task->text, task->len);
	row->task_hash = csv_hash_of(task->text, task->len);
	if (worker) {
		row->worker_len = (uint16_t)worker->len;
		memcpy(row->worker, worker->text, worker->len);
		row->worker_hash = csv_hash_of(worker->text, worker->len);
	}
	csv_fetch(csv, csv->read, names_fetch_slot);
	if (csv->read - csv->rows >= PENDING / 3)
		csv_fetch(csv, csv->read - PENDING / 3, names_fetch_start);
	if (csv->read - csv->rows >= 2 * PENDING / 3)
		csv_fetch(csv, csv->read - 2 * PENDING / 3, names_fetch_text);
	csv->read++;
}

/* An empty field: the item was shown beside one drawn independently, or nobody knows. */
static struct error read_pair(struct judgment_csv *csv, const struct csv_field fields[],
                              uint32_t *pair)
{
	const struct csv_field *field = &fields[csv->header.column[COLUMN_PAIR]];
	struct error err;

	if (!field->len)
		return ok();
	if ((err = read_name(csv, fields, COLUMN_PAIR)).code)
		return err;
	*pair = 1 + names_add(&csv->pair_names, csv_hash_of(field->text, field->len), field->text,
	                      field->len);
	return ok();
}

static struct error read_circumstances(struct judgment_csv *csv, const struct csv_field fields[],
                                       struct csv_judgment *said)
{
	const int *column = csv->header.column;
	struct error err = ok();

	if (column[COLUMN_CONFIDENCE] >= 0)
		err = read_confidence(csv, &fields[column[COLUMN_CONFIDENCE]], &said->confidence);
	if (!err.code && column[COLUMN_POSITION] >= 0)
		err = read_position(csv, &fields[column[COLUMN_POSITION]], &said->position);
	if (!err.code && column[COLUMN_PAIR] >= 0)
		err = read_pair(csv, fields, &said->pair);
	return err;
}

/* Whether whoever asked turned the answer down, or the worker gave none. */
static bool is_rejected(const struct judgment_csv *csv, const struct csv_field fields[])
{
	static const char *const states[] = { "rejected", "skipped", "expired" };
	int column = csv->header.column[COLUMN_STATUS];

	for (int i = 0; column >= 0 && i < 3; i++)
		if (fields[column].len == strlen(states[i]) &&
		    !strncasecmp(fields[column].text, states[i], fields[column].len))
			return true;
	return false;
}

/* What a row says; a label that is ANSWER_NEITHER says nothing. */
static struct error read_answer(struct judgment_csv *csv, const struct csv_field fields[],
                                struct csv_judgment *said)
{
	const struct csv_field *label = &fields[csv->header.column[COLUMN_LABEL]];
	struct error err;

	if (csv->header.is_truth && !label->len) {
		said->label = ANSWER_NEITHER;
		csv->left_out.not_known++;
		return ok();
	}
	if (csv->header.graded)
		err = read_graded(csv, label, said);
	else
		err = read_label(csv, label, &said->label);
	if (err.code)
		return err;
	if (said->label == ANSWER_NEITHER) {
		csv->left_out.neither++;
		return ok();
	}
	return csv->kind == JUDGMENT_CSV_JUDGMENTS ? read_circumstances(csv, fields, said) : ok();
}

static struct error read_row(struct judgment_csv *csv, const struct csv_field fields[], int count)
{
	bool judgments = csv->kind == JUDGMENT_CSV_JUDGMENTS;
	struct csv_judgment said = { .label = REAL };
	struct error err;

	if (count != csv->fields)
		return errorf(ERR_INVALID, "line %zu: %d fields where the header has %d", csv->line, count,
		              csv->fields);
	if (is_rejected(csv, fields)) {
		csv->left_out.rejected++;
		return ok();
	}
	if ((err = read_name(csv, fields, COLUMN_TASK)).code)
		return err;
	if (judgments && (err = read_name(csv, fields, COLUMN_WORKER)).code)
		return err;
	if ((err = read_answer(csv, fields, &said)).code || said.label == ANSWER_NEITHER)
		return err;
	const int *column = csv->header.column;

	push_row(csv, &fields[column[COLUMN_TASK]], judgments ? &fields[column[COLUMN_WORKER]] : NULL,
	         &said);
	return ok();
}

/* Remembers that lines run further ahead of rows from here on. */
static void add_gap(struct judgment_csv *csv)
{
	size_t skipped = csv->line - csv->read;

	if (csv->gap_count && csv->gaps[csv->gap_count - 1].row == csv->read) {
		csv->gaps[csv->gap_count - 1].skipped = skipped;
		return;
	}
	if (csv->gap_count == csv->gap_size) {
		csv->gap_size = csv->gap_size ? csv->gap_size * 2 : 16;
		csv->gaps = mem_resize(csv->gaps, csv->gap_size, sizeof *csv->gaps);
	}
	csv->gaps[csv->gap_count++] = (struct gap){ csv->read, skipped };
}

static size_t line_of_row(const struct judgment_csv *csv, size_t row)
{
	size_t low = 0, high = csv->gap_count; /* gaps below `low` begin at the row or before it */

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (csv->gaps[middle].row <= row)
			low = middle + 1;
		else
			high = middle;
	}
	return row + (low ? csv->gaps[low - 1].skipped : 0);
}

/* Reads what stands in one line, which is not empty. */
static struct error read_fields(struct judgment_csv *csv, const char *line, size_t len)
{
	struct csv_field *fields = csv->split; /* on the stack it would be zeroed for each line */

	if (!csv_is_text(line, len))
		return bad_line(csv, "not plain UTF-8 text");
	if (!csv->fields)
		return csv_read_header(csv, line, len);
	int count = judgment_csv_split(csv, line, len, fields);
	return count < 0 ? bad_line(csv, "a quoted field does not end as it should")
	                 : read_row(csv, fields, count);
}

/* Reads one line, without its line feed, and notes what is wrong with it. `breaks`: line feeds
 * inside its quotes. Fails where the header does. */
static struct error read_line(struct judgment_csv *csv, const char *line, size_t len, size_t breaks)
{
	size_t read_before = csv->read;
	struct error err = ok();

	if (csv->line == 1 && len >= 3 && !memcmp(line, "\xEF\xBB\xBF", 3)) {
		line += 3;
		len -= 3;
	}
	if (len && line[len - 1] == '\r')
		len--;
	if (len) {
		if (csv->fields && (csv->gap_count == 0 || breaks))
			add_gap(csv);
		err = read_fields(csv, line, len);
	}
	if (err.code)
		note_fault(csv, err);
	if (err.code && (!csv->fields || csv->stopped))
		return err;
	csv->line += 1 + breaks;
	if (csv->fields && (csv->read == read_before || breaks))
		add_gap(csv);
	return ok();
}

static void csv_carry(struct judgment_csv *csv, const char *bytes, size_t len)
{
	if (csv->carry_len + len > csv->carry_size) {
		csv->carry_size = csv->carry_len + len + 256;
		csv->carry = mem_resize(csv->carry, csv->carry_size, 1);
	}
	memcpy(csv->carry + csv->carry_len, bytes, len);
	csv->carry_len += len;
}

/* A line feed belongs to the line while a quote is open. What was looked at before, when the line
 * was shorter, is not looked at again. */
static bool is_open(struct judgment_csv *csv, const char *line, size_t len)
{
	if (!csv->scanned && !memchr(line, '"', len))
		return false;
	for (; csv->scanned < len; csv->scanned++) {
		csv->open ^= line[csv->scanned] == '"';
		csv->breaks += line[csv->scanned] == '\n';
	}
	return csv->open;
}

/* Reads a whole line, and forgets what was known of its quotes. */
static struct error read_whole_line(struct judgment_csv *csv, const char *line, size_t len)
{
	size_t breaks = csv->breaks;

	csv->carry_len = csv->scanned = csv->breaks = 0;
	csv->open = false;
	return read_line(csv, line, len, breaks);
}

struct error judgment_csv_feed(struct judgment_csv *csv, const char *bytes, size_t len)
{
	const char *at = bytes, *end = bytes + len;

	while (at < end) {
		const char *feed = memchr(at, '\n', (size_t)(end - at));
		const char *line = at;
		size_t line_len = (size_t)((feed ? feed : end) - at);

		if (csv->carry_len + line_len >= LINE_MAX_BYTES)
			return note_fault(csv, bad_line(csv, "longer than 64 KiB; is a quote left open?"));
		if (!feed || csv->carry_len) {
			csv_carry(csv, at, line_len);
			line = csv->carry;
			line_len = csv->carry_len;
		}
		if (!feed)
			return ok();
		at = feed + 1;
		if (is_open(csv, line, line_len)) {
			if (line != csv->carry)
				csv_carry(csv, line, line_len);
			csv_carry(csv, "\n", 1);
			continue;
		}
		struct error err = read_whole_line(csv, line, line_len);
		if (err.code)
			return err;
	}
	return ok();
}

/* Rows by task, in the order of the file. The caller frees it. */
static uint32_t *rows_by_task(const struct judgment_csv *csv)
{
	uint32_t *rows = mem_resize(NULL, csv->rows, sizeof *rows);
	size_t *start = mem_resize(NULL, (size_t)csv->tasks.count + 1, sizeof *start);

	memset(start, 0, ((size_t)csv->tasks.count + 1) * sizeof *start);
	for (size_t row = 0; row < csv->rows; row++)
		start[csv->task[row] + 1]++;
	for (uint32_t i = 0; i < csv->tasks.count; i++)
		start[i + 1] += start[i];
	for (size_t row = 0; row < csv->rows; row++)
		rows[start[csv->task[row]]++] = (uint32_t)row;
	free(start);
	return rows;
}

static uint32_t worker_of(const struct judgment_csv *csv, size_t row)
{
	return csv->worker ? csv->worker[row] : 0;
}

/* Marks the rows that say a second time what another says, and counts them. Going task by task,
 * the last row of each worker betrays them. Truths have one author. */
static size_t mark_duplicates(const struct judgment_csv *csv, bool is_duplicate[])
{
	size_t workers = csv->worker ? csv->workers.count : 1, count = 0;
	uint32_t *rows = rows_by_task(csv);
	uint32_t *last = mem_resize(NULL, workers, sizeof *last);

	memset(last, 0xFF, workers * sizeof *last);
	for (size_t at = 0; at < csv->rows; at++) {
		uint32_t row = rows[at], *before = &last[worker_of(csv, row)];

		if (*before != UINT32_MAX && csv->task[*before] == csv->task[row]) {
			is_duplicate[csv->duplicates == DUPLICATES_LAST ? *before : row] = true;
			count++;
		}
		*before = row;
	}
	free(rows);
	free(last);
	return count;
}

static struct error duplicate_fault(const struct judgment_csv *csv, size_t row)
{
	const char *task = names_text(&csv->tasks, csv->task[row], NULL);
	size_t line = line_of_row(csv, row);

	if (!csv->worker)
		return errorf(ERR_INVALID, "line %zu: a second label for task %.80s", line, task);
	return errorf(ERR_INVALID, "line %zu: worker %.60s judges task %.60s a second time", line,
	              names_text(&csv->workers, csv->worker[row], NULL), task);
}

static void move_row(struct judgment_csv *csv, size_t from, size_t to)
{
	csv->task[to] = csv->task[from];
	csv->label[to] = csv->label[from];
	if (csv->worker)
		csv->worker[to] = csv->worker[from];
	if (csv->confidence)
		csv->confidence[to] = csv->confidence[from];
	if (csv->position)
		csv->position[to] = csv->position[from];
	if (csv->pair)
		csv->pair[to] = csv->pair[from];
}

static void settle_duplicates(struct judgment_csv *csv)
{
	bool *is_duplicate = mem_new(csv->rows + 1, sizeof *is_duplicate);
	size_t kept = 0;

	csv->duplicate_count = mark_duplicates(csv, is_duplicate);
	for (size_t row = 0; csv->duplicate_count && row < csv->rows; row++)
		if (is_duplicate[row] && csv->duplicates == DUPLICATES_REFUSE)
			note_fault(csv, duplicate_fault(csv, row));
		else if (!is_duplicate[row])
			move_row(csv, row, kept++);
	if (csv->duplicate_count && csv->duplicates != DUPLICATES_REFUSE)
		csv->rows = csv->read = kept;
	free(is_duplicate);
}

/* The tasks that bear one name of a pair; two of them, or nobody can say who belongs to whom. */
static void settle_pairs(struct judgment_csv *csv)
{
	uint32_t *last = mem_new((size_t)csv->tasks.count + 1, sizeof *last); /* tasks: its last name */
	struct pair_key *keys = NULL;
	size_t count = 0, size = 0, larger;

	for (size_t row = 0; csv->pair && row < csv->rows; row++) {
		uint32_t pair = csv->pair[row], task = csv->task[row];

		if (!pair || last[task] == pair)
			continue;
		last[task] = pair;
		if (count == size) {
			size = size ? 2 * size : 1024;
			keys = mem_resize(keys, size, sizeof *keys);
		}
		keys[count++] = (struct pair_key){ pair, task };
	}
	csv->pair_count = pair_links(keys, count, &csv->pairs, &larger);
	if (larger)
		note_fault(csv, errorf(ERR_INVALID, "%zu names of pairs stand beside more than two tasks",
		                       larger));
	free(last);
	free(keys);
}

static struct error finish_line(struct judgment_csv *csv)
{
	if (!csv->carry_len)
		return ok();
	if (is_open(csv, csv->carry, csv->carry_len))
		return note_fault(csv, bad_line(csv, "the file ends inside a quoted field"));
	return read_whole_line(csv, csv->carry, csv->carry_len);
}

struct error judgment_csv_finish(struct judgment_csv *csv)
{
	struct error err = finish_line(csv);

	while (csv->rows < csv->read)
		store_row(csv);
	if (!err.code && !csv->fields)
		note_fault(csv,
		           errorf(ERR_INVALID, "line 1: the file is empty; it needs the header %s",
		                  csv->kind == JUDGMENT_CSV_TRUTH ? "task,label" : "worker,task,label"));
	settle_duplicates(csv);
	settle_pairs(csv);
	return csv->fault_count ? csv->faults[0] : ok();
}

const struct names *judgment_csv_tasks(const struct judgment_csv *csv)
{
	return &csv->tasks;
}

const struct names *judgment_csv_workers(const struct judgment_csv *csv)
{
	return &csv->workers;
}

struct judgments judgment_csv_judgments(const struct judgment_csv *csv)
{
	return (struct judgments){ .items = csv->tasks.count,
		                       .volunteers = csv->workers.count,
		                       .count = csv->rows,
		                       .item = csv->task,
		                       .volunteer = csv->worker,
		                       .verdict = csv->label,
		                       .confidence = csv->confidence,
		                       .position = csv->position,
		                       .pairs = csv->pairs,
		                       .pair_count = csv->pair_count };
}

struct error judgment_csv_read_as(struct judgment_csv *csv, const struct csv_reading *reading)
{
	const char *option = "labels";

	csv->reading = *reading;
	struct error err = csv_answers_name(&csv->answers, reading->labels);
	if (!err.code) {
		option = "confidence-scale";
		err = csv_scale_read(reading->scale, &csv->scale);
	}
	return err.code ? errorf(ERR_INVALID, "--%s%s: %s", reading->prefix, option, err.detail) : ok();
}

struct csv_left_out judgment_csv_left_out(const struct judgment_csv *csv)
{
	return csv->left_out;
}

/* Adds to judgment_csv_taken(); what does not fit is cut. */
__attribute__((format(printf, 2, 3))) static void add_taken(struct judgment_csv *csv,
                                                            const char *format, ...)
{
	size_t len = strlen(csv->taken);
	va_list args;

	va_start(args, format);
	vsnprintf(csv->taken + len, TAKEN_BYTES - len, format, args);
	va_end(args);
}

static void add_words(struct judgment_csv *csv)
{
	static const char *const meanings[] = { "real", "fake", "neither" };
	const struct csv_answers *answers = &csv->answers;
	const char *before = " (";

	for (int i = 0; i < answers->count; i++) {
		if (!answers->word[i].seen)
			continue;
		add_taken(csv, "%s%s = %s", before, answers->word[i].text,
		          meanings[answers->word[i].meaning]);
		before = ", ";
	}
	if (*before == ',')
		add_taken(csv, ")");
}

/* Whether nobody needs to be told what was taken for what. */
static bool is_plain_file(const struct judgment_csv *csv)
{
	bool plain = csv->header.own && csv->separator == ',' && !csv->scale.given;

	for (int i = 0; i < csv->answers.count; i++)
		plain &= !csv->answers.word[i].seen || csv->answers.word[i].plain;
	return plain;
}

static void add_column(struct judgment_csv *csv, enum csv_column column)
{
	bool graded = column == COLUMN_LABEL && csv->header.graded;

	if (csv->header.column[column] < 0)
		return;
	add_taken(csv, "%s%s = %s", *csv->taken ? ", " : "",
	          graded ? "graded" : csv_column_name(column), csv->column_name[column]);
	if (column == COLUMN_LABEL)
		add_words(csv);
	if (csv->scale.given && (graded || column == COLUMN_CONFIDENCE))
		add_taken(csv, " (%s)", csv->scale.text);
}

const char *judgment_csv_taken(struct judgment_csv *csv)
{
	*csv->taken = '\0';
	if (is_plain_file(csv))
		return csv->taken;
	for (enum csv_column column = 0; column < COLUMNS; column++)
		add_column(csv, column);
	add_taken(csv, ", %s-separated",
	          csv->separator == ','   ? "comma"
	          : csv->separator == ';' ? "semicolon"
	                                  : "tab");
	return csv->taken;
}

/* The lowest of the numbers that meant something by themselves, though they may be grades. */
static double lowest_known(const struct csv_answers *answers)
{
	double lowest = INFINITY, number;

	for (int i = 0; i < answers->count; i++)
		if (answers->word[i].seen &&
		    csv_number_read(answers->word[i].text, answers->word[i].len, &number))
			lowest = fmin(lowest, number);
	return lowest;
}

/* Whether some answers did say what they mean. */
static bool are_some_known(const struct csv_answers *answers)
{
	bool some = false;

	for (int i = 0; i < answers->count; i++)
		some |= answers->word[i].seen;
	return some;
}

/* What to say of words that mean nothing. */
static void advise_words(struct judgment_csv *csv)
{
	const struct csv_strays *strays = &csv->strays;
	const char *prefix = csv->reading.prefix, *a = strays->word[0], *b = strays->word[1];

	if (!strays->words)
		snprintf(csv->advice, TAKEN_BYTES, "; add --%slabels none= to leave empty answers out",
		         prefix);
	else if (strays->words == 2 && !are_some_known(&csv->answers))
		snprintf(csv->advice, TAKEN_BYTES, "; add --%slabels fake=%s,real=%s (or fake=%s,real=%s)",
		         prefix, a, b, b, a);
	else
		snprintf(csv->advice, TAKEN_BYTES,
		         "; add --%slabels none=%s%s%s to leave that out, or fake=WORD,real=WORD", prefix,
		         a, strays->words > 1 ? ",none=" : "", b);
}

const char *judgment_csv_advice(struct judgment_csv *csv)
{
	const struct csv_strays *strays = &csv->strays;

	*csv->advice = '\0';
	if (strays->numbers && csv->kind == JUDGMENT_CSV_JUDGMENTS && !csv->answers.verdicts_named)
		snprintf(
			csv->advice, TAKEN_BYTES,
			"; add --columns graded=%s --confidence-scale %g..%g (its ends, sure real first) if "
			"answers are graded, or --labels fake=WORD,real=WORD",
			csv->column_name[COLUMN_LABEL], fmin(strays->lowest, lowest_known(&csv->answers)),
			strays->highest);
	else if (strays->labels)
		advise_words(csv);
	else if (strays->confidences)
		snprintf(csv->advice, TAKEN_BYTES, "; add --confidence-scale %g..%g, or its ends",
		         strays->lowest_confidence,
		         fmax(strays->highest_confidence, strays->most_in_range));
	else if (strays->positions)
		snprintf(csv->advice, TAKEN_BYTES, "; add --columns position= if it is another position");
	return csv->advice;
}

const char *judgment_csv_unused(const struct judgment_csv *csv)
{
	return csv->unused;
}

struct strangers judgment_csv_truth(const struct judgment_csv *csv, const struct names *tasks,
                                    int8_t truth[])
{
	struct strangers strangers = { 0 };

	memset(truth, UNKNOWN, tasks->count * sizeof *truth);
	for (size_t row = 0; row < csv->rows; row++) {
		size_t len;
		const char *text = names_text(&csv->tasks, csv->task[row], &len);
		uint32_t task = names_find(tasks, text, len);

		if (task != UINT32_MAX)
			truth[task] = (int8_t)csv->label[row];
		else if (!strangers.count++)
			strangers.first = text;
	}
	strangers.of = csv->rows;
	return strangers;
}
