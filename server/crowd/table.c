/* SPDX-License-Identifier: Apache-2.0 */
#include "crowd/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_BYTES (64 * 1024)
#define NAME_MAX_BYTES 512
#define FIELDS_MAX     64

/* Open addressing; a slot is an index + 1 and its hash's upper half. */
struct slot {
	uint32_t index, hash;
};

struct names {
	char *bytes; /* each name with its NUL */
	size_t bytes_len, bytes_size;
	size_t *start; /* count + 1 of them, once there is one */
	uint32_t count, size;
	uint32_t last; /* the index given out last */
	struct slot *slots;
	uint32_t mask; /* slots - 1 */
};

enum column {
	COLUMN_WORKER,
	COLUMN_TASK,
	COLUMN_LABEL,
	COLUMN_CONFIDENCE,
	COLUMN_POSITION,
	COLUMNS
};

/* A column's name, and the one that a release gives it. The first that is there counts. */
static const char *const column_names[COLUMNS][2] = { { "worker", "volunteer" },
													  { "task", "item" },
													  { "label", "verdict" },
													  { "confidence" },
													  { "position" } };
static const char *const truth_names[2] = { "truth", "label" };

#define UNUSED_BYTES 400 /* of the names of columns that are not used */

/* From row `row` on, lines run `skipped` ahead of rows. */
struct gap {
	size_t row, skipped;
};

struct field {
	const char *text;
	size_t len;
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
	char task[NAME_MAX_BYTES], worker[NAME_MAX_BYTES];
};

#define PENDING 16

struct table {
	enum table_kind kind;
	int column[COLUMNS]; /* which field, or -1 */
	int fields;          /* that the header has; 0: not read yet */
	bool may_be_empty;   /* a truth that is not known: the row is passed over */
	char unused[UNUSED_BYTES];
	enum duplicates duplicates;
	size_t duplicate_count;
	struct error faults[TABLE_FAULTS_KEPT];
	size_t fault_count; /* those that are not kept too */
	char *carry;        /* the beginning of a line whose end has not come */
	size_t carry_len, carry_size;
	size_t line; /* the one being read, from 1 */
	struct gap *gaps;
	size_t gap_count, gap_size;
	struct names workers, tasks;
	uint32_t *worker, *task;
	uint8_t *label, *confidence, *position;
	size_t rows, size; /* rows with their names looked up */
	size_t read;       /* rows read; at most PENDING more */
	struct pending pending[PENDING];
	char unquoted[LINE_MAX_BYTES];
};

static void *must_resize(void *memory, size_t count, size_t size)
{
	void *p = reallocarray(memory, count ? count : 1, size);

	if (!p)
		abort();
	return p;
}

/* FNV-1a by eight bytes at a time, mixed at the end. */
static uint64_t hash_of(const char *text, size_t len)
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

static struct slot *names_slot(const struct names *names, uint64_t hash, const char *text,
							   size_t len)
{
	for (uint32_t at = (uint32_t)hash & names->mask;; at = (at + 1) & names->mask) {
		struct slot *slot = &names->slots[at];

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
	names->slots = calloc(slots, sizeof *names->slots);
	if (!names->slots)
		abort();
	names->mask = slots - 1;
	for (uint32_t i = 0; i < names->count; i++) {
		const char *text = names->bytes + names->start[i];
		size_t len = names->start[i + 1] - names->start[i] - 1;
		uint64_t hash = hash_of(text, len);

		*names_slot(names, hash, text, len) = (struct slot){ i + 1, (uint32_t)(hash >> 32) };
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
	struct slot *slot = names_slot(names, hash, text, len);

	if (slot->index)
		return names->last = slot->index - 1;
	if (names->count + 2 > names->size) {
		names->size = names->size ? names->size * 2 : 256;
		names->start = must_resize(names->start, names->size, sizeof *names->start);
		names->start[names->count] = names->bytes_len;
	}
	if (names->bytes_len + len + 1 > names->bytes_size) {
		names->bytes_size = (names->bytes_size + len + 1) * 2;
		names->bytes = must_resize(names->bytes, names->bytes_size, 1);
	}
	memcpy(names->bytes + names->bytes_len, text, len);
	names->bytes[names->bytes_len + len] = '\0';
	names->bytes_len += len + 1;
	names->start[++names->count] = names->bytes_len;
	*slot = (struct slot){ names->count, (uint32_t)(hash >> 32) };
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
	struct slot *slot = names->slots ? names_slot(names, hash_of(text, len), text, len) : NULL;

	return slot && slot->index ? slot->index - 1 : UINT32_MAX;
}

static void names_clear(struct names *names)
{
	free(names->bytes);
	free(names->start);
	free(names->slots);
}

struct table *table_new(enum table_kind kind)
{
	struct table *table = calloc(1, sizeof *table);

	if (!table)
		abort();
	table->kind = kind;
	table->line = 1;
	return table;
}

void table_free(struct table *table)
{
	if (!table)
		return;
	names_clear(&table->workers);
	names_clear(&table->tasks);
	free(table->carry);
	free(table->gaps);
	free(table->worker);
	free(table->task);
	free(table->label);
	free(table->confidence);
	free(table->position);
	free(table);
}

static void names_forget(struct names *names)
{
	free(names->slots);
	names->slots = NULL;
}

void table_forget_rows(struct table *table)
{
	names_forget(&table->workers);
	names_forget(&table->tasks);
	free(table->worker);
	free(table->task);
	free(table->label);
	free(table->confidence);
	free(table->position);
	table->worker = table->task = NULL;
	table->label = table->confidence = table->position = NULL;
	table->rows = table->read = table->size = 0;
}

void table_allow(struct table *table, enum duplicates duplicates)
{
	table->duplicates = duplicates;
}

size_t table_fault_count(const struct table *table)
{
	return table->fault_count;
}

const char *table_fault(const struct table *table, size_t index)
{
	return table->faults[index].detail;
}

size_t table_duplicate_count(const struct table *table)
{
	return table->duplicate_count;
}

static struct error note_fault(struct table *table, struct error fault)
{
	if (table->fault_count < TABLE_FAULTS_KEPT)
		table->faults[table->fault_count] = fault;
	table->fault_count++;
	return fault;
}

static struct error bad_line(const struct table *table, const char *what)
{
	return errorf(ERR_INVALID, "line %zu: %s", table->line, what);
}

/* The length of the UTF-8 character at `text` (RFC 3629), or 0 if it is none. */
static size_t utf8_len(const unsigned char *text, size_t len)
{
	size_t more = text[0] < 0x80   ? 0
				  : text[0] < 0xC2 ? 9
				  : text[0] < 0xE0 ? 1
				  : text[0] < 0xF0 ? 2
				  : text[0] < 0xF5 ? 3
								   : 9;

	if (more >= len)
		return 0;
	for (size_t i = 1; i <= more; i++)
		if ((text[i] & 0xC0) != 0x80)
			return 0;
	if ((text[0] == 0xE0 && text[1] < 0xA0) || (text[0] == 0xED && text[1] > 0x9F) ||
		(text[0] == 0xF0 && text[1] < 0x90) || (text[0] == 0xF4 && text[1] > 0x8F))
		return 0;
	return more + 1;
}

/* Eight bytes from 0x20 to 0x7E at once: none has its top bit, none falls below 0x20 and none
 * reaches 0x80 when 1 is added. */
static bool are_eight_plain(const unsigned char *text)
{
	uint64_t eight;

	memcpy(&eight, text, 8);
	return !((eight | (eight - 0x2020202020202020) | (eight + 0x0101010101010101)) &
			 0x8080808080808080);
}

static bool is_control(unsigned char c)
{
	return c == 0x7F || (c < 0x20 && c != '\t' && c != '\n' && c != '\r');
}

/* Plain text: UTF-8 without control characters; a tab or a line break inside quotes is plain. */
static bool is_text(const char *text, size_t len)
{
	const unsigned char *at = (const unsigned char *)text, *end = at + len;

	while (at < end) {
		size_t left = (size_t)(end - at);
		size_t step = left >= 8 && are_eight_plain(at) ? 8 : utf8_len(at, left);

		if (!step || is_control(*at))
			return false;
		at += step;
	}
	return true;
}

/* Unquotes the field that starts after the quote at *at; leaves *at behind its closing quote. */
static bool read_quoted(struct table *table, const char **at, const char *end, size_t *used,
						struct field *field)
{
	char *out = table->unquoted + *used;
	size_t len = 0;

	for (const char *c = *at + 1; c < end; c++) {
		if (*c != '"') {
			out[len++] = *c;
		} else if (c + 1 < end && c[1] == '"') {
			out[len++] = *c++;
		} else {
			*at = c + 1;
			*used += len;
			*field = (struct field){ out, len };
			return *at == end || **at == ',';
		}
	}
	return false;
}

/* Splits a line into at most FIELDS_MAX fields. Returns how many, or -1 for broken quotes. */
static int split(struct table *table, const char *line, size_t len, struct field fields[])
{
	const char *at = line, *end = line + len;
	size_t used = 0;
	int count = 0;

	for (;;) {
		struct field field;

		if (at < end && *at == '"') {
			if (!read_quoted(table, &at, end, &used, &field))
				return -1;
		} else {
			const char *comma = memchr(at, ',', (size_t)(end - at));
			const char *stop = comma ? comma : end;

			field = (struct field){ at, (size_t)(stop - at) };
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

static bool is_word(const struct field *field, const char *word)
{
	return field->len == strlen(word) && !memcmp(field->text, word, field->len);
}

/* Finds a column by its name; *ret_at stays -1 when it is not there. */
static struct error find_column(const struct table *table, const struct field fields[], int count,
								const char *name, int *ret_at)
{
	*ret_at = -1;
	for (int i = 0; name && i < count; i++) {
		if (!is_word(&fields[i], name))
			continue;
		if (*ret_at >= 0)
			return errorf(ERR_INVALID, "line %zu: the column \"%s\" stands there twice",
						  table->line, name);
		*ret_at = i;
	}
	return ok();
}

static const char *const *names_of(const struct table *table, enum column column)
{
	return table->kind == TABLE_TRUTH && column == COLUMN_LABEL ? truth_names
																: column_names[column];
}

static struct error find_columns(struct table *table, const struct field fields[], int count)
{
	bool truth = table->kind == TABLE_TRUTH;
	struct error err;

	for (enum column column = 0; column < COLUMNS; column++) {
		const char *const *names = names_of(table, column);
		int *at = &table->column[column];

		*at = -1;
		if (truth && column != COLUMN_TASK && column != COLUMN_LABEL)
			continue;
		if ((err = find_column(table, fields, count, names[0], at)).code)
			return err;
		table->may_be_empty = truth && column == COLUMN_LABEL && *at >= 0;
		if (*at < 0 && (err = find_column(table, fields, count, names[1], at)).code)
			return err;
	}
	return ok();
}

/* Notes which columns nobody reads: whoever gave them may have meant something by them. */
static void note_unused(struct table *table, const struct field fields[], int count)
{
	size_t len = 0;

	for (int i = 0; i < count; i++) {
		bool used = false;

		for (int column = 0; column < COLUMNS; column++)
			used |= table->column[column] == i;
		if (!used && fields[i].len && len < UNUSED_BYTES)
			len += (size_t)snprintf(table->unused + len, UNUSED_BYTES - len, "%s%.*s",
									len ? ", " : "", (int)fields[i].len, fields[i].text);
	}
}

static struct error read_header(struct table *table, const struct field fields[], int count)
{
	int first = table->kind == TABLE_TRUTH ? COLUMN_TASK : COLUMN_WORKER;
	struct error err;

	if (count > FIELDS_MAX)
		return bad_line(table, "more than 64 columns");
	if ((err = find_columns(table, fields, count)).code)
		return err;
	for (int column = first; column <= COLUMN_LABEL; column++)
		if (table->column[column] < 0)
			return errorf(ERR_INVALID,
						  "line %zu: the header has no column \"%s\"; it needs %s, or %s as in a "
						  "release",
						  table->line, column_names[column][0],
						  table->kind == TABLE_TRUTH ? "task,label" : "worker,task,label",
						  table->kind == TABLE_TRUTH ? "item,truth" : "volunteer,item,verdict");
	note_unused(table, fields, count);
	table->fields = count;
	return ok();
}

static struct error read_name(const struct table *table, const struct field fields[],
							  enum column column)
{
	const struct field *field = &fields[table->column[column]];

	if (!field->len)
		return errorf(ERR_INVALID, "line %zu: %s is empty", table->line, column_names[column][0]);
	if (field->len > NAME_MAX_BYTES)
		return errorf(ERR_INVALID, "line %zu: %s is longer than %d bytes", table->line,
					  column_names[column][0], NAME_MAX_BYTES);
	return ok();
}

static struct error read_label(const struct table *table, const struct field *field, uint8_t *label)
{
	if (is_word(field, "1") || is_word(field, "fake"))
		*label = FAKE;
	else if (is_word(field, "0") || is_word(field, "real"))
		*label = REAL;
	else
		return errorf(ERR_INVALID, "line %zu: label is \"%.*s\", not fake, real, 1 or 0",
					  table->line, (int)(field->len > 40 ? 40 : field->len), field->text);
	return ok();
}

static struct error read_confidence(const struct table *table, const struct field *field,
									uint8_t *confidence)
{
	unsigned value = 0;

	for (size_t i = 0; i < field->len && value <= 100; i++)
		value = field->text[i] >= '0' && field->text[i] <= '9'
					? value * 10 + (unsigned)(field->text[i] - '0')
					: 1000;
	if (!field->len || value < 50 || value > 100)
		return bad_line(table, "confidence must be a whole number from 50 to 100");
	*confidence = (uint8_t)value;
	return ok();
}

static struct error read_position(const struct table *table, const struct field *field,
								  uint8_t *position)
{
	if (is_word(field, "left"))
		*position = 0;
	else if (is_word(field, "right"))
		*position = 1;
	else
		return bad_line(table, "position must be left or right");
	return ok();
}

static void table_grow(struct table *table)
{
	table->size = table->size ? table->size + table->size / 2 : 4096;
	table->task = must_resize(table->task, table->size, sizeof *table->task);
	table->label = must_resize(table->label, table->size, sizeof *table->label);
	if (table->kind == TABLE_JUDGMENTS)
		table->worker = must_resize(table->worker, table->size, sizeof *table->worker);
	if (table->column[COLUMN_CONFIDENCE] >= 0)
		table->confidence = must_resize(table->confidence, table->size, 1);
	if (table->column[COLUMN_POSITION] >= 0)
		table->position = must_resize(table->position, table->size, 1);
}

/* Looks up the names of the oldest pending row and stores it. */
static void store_row(struct table *table)
{
	const struct pending *row = &table->pending[table->rows % PENDING];

	if (table->rows == table->size)
		table_grow(table);
	table->task[table->rows] = names_add(&table->tasks, row->task_hash, row->task, row->task_len);
	if (table->kind == TABLE_JUDGMENTS)
		table->worker[table->rows] =
			names_add(&table->workers, row->worker_hash, row->worker, row->worker_len);
	if (table->confidence)
		table->confidence[table->rows] = row->confidence;
	if (table->position)
		table->position[table->rows] = row->position;
	table->label[table->rows++] = row->label;
}

static void fetch(const struct table *table, size_t row,
				  void (*step)(const struct names *, uint64_t))
{
	const struct pending *pending = &table->pending[row % PENDING];

	step(&table->tasks, pending->task_hash);
	if (table->kind == TABLE_JUDGMENTS)
		step(&table->workers, pending->worker_hash);
}

/* What a row says of its task. */
struct said {
	uint8_t label, confidence, position;
};

static void push_row(struct table *table, const struct field *task, const struct field *worker,
					 const struct said *said)
{
	if (table->read - table->rows == PENDING)
		store_row(table);
	struct pending *row = &table->pending[table->read % PENDING];

	row->label = said->label;
	row->confidence = said->confidence;
	row->position = said->position;
	row->task_len = (uint16_t)task->len;
	memcpy(row->task, task->text, task->len);
	row->task_hash = hash_of(task->text, task->len);
	if (worker) {
		row->worker_len = (uint16_t)worker->len;
		memcpy(row->worker, worker->text, worker->len);
		row->worker_hash = hash_of(worker->text, worker->len);
	}
	fetch(table, table->read, names_fetch_slot);
	if (table->read - table->rows >= PENDING / 3)
		fetch(table, table->read - PENDING / 3, names_fetch_start);
	if (table->read - table->rows >= 2 * PENDING / 3)
		fetch(table, table->read - 2 * PENDING / 3, names_fetch_text);
	table->read++;
}

static struct error read_circumstances(const struct table *table, const struct field fields[],
									   struct said *said)
{
	struct error err = ok();

	if (table->column[COLUMN_CONFIDENCE] >= 0)
		err = read_confidence(table, &fields[table->column[COLUMN_CONFIDENCE]], &said->confidence);
	if (!err.code && table->column[COLUMN_POSITION] >= 0)
		err = read_position(table, &fields[table->column[COLUMN_POSITION]], &said->position);
	return err;
}

static struct error read_row(struct table *table, const struct field fields[], int count)
{
	bool judgments = table->kind == TABLE_JUDGMENTS;
	struct said said = { .label = REAL };
	struct error err;

	if (count != table->fields)
		return errorf(ERR_INVALID, "line %zu: %d fields where the header has %d", table->line,
					  count, table->fields);
	if ((err = read_name(table, fields, COLUMN_TASK)).code)
		return err;
	if (judgments && (err = read_name(table, fields, COLUMN_WORKER)).code)
		return err;
	if (table->may_be_empty && !fields[table->column[COLUMN_LABEL]].len)
		return ok();
	if ((err = read_label(table, &fields[table->column[COLUMN_LABEL]], &said.label)).code)
		return err;
	if (judgments && (err = read_circumstances(table, fields, &said)).code)
		return err;
	const struct field *task = &fields[table->column[COLUMN_TASK]];
	const struct field *worker = judgments ? &fields[table->column[COLUMN_WORKER]] : NULL;

	push_row(table, task, worker, &said);
	return ok();
}

/* Remembers that lines run further ahead of rows from here on. */
static void add_gap(struct table *table)
{
	size_t skipped = table->line - table->read;

	if (table->gap_count && table->gaps[table->gap_count - 1].row == table->read) {
		table->gaps[table->gap_count - 1].skipped = skipped;
		return;
	}
	if (table->gap_count == table->gap_size) {
		table->gap_size = table->gap_size ? table->gap_size * 2 : 16;
		table->gaps = must_resize(table->gaps, table->gap_size, sizeof *table->gaps);
	}
	table->gaps[table->gap_count++] = (struct gap){ table->read, skipped };
}

static size_t line_of_row(const struct table *table, size_t row)
{
	size_t skipped = 0;

	for (size_t i = 0; i < table->gap_count && table->gaps[i].row <= row; i++)
		skipped = table->gaps[i].skipped;
	return row + skipped;
}

/* Reads what stands in one line, which is not empty. */
static struct error read_fields(struct table *table, const char *line, size_t len)
{
	struct field fields[FIELDS_MAX];

	if (!is_text(line, len))
		return bad_line(table, "not plain UTF-8 text");
	int count = split(table, line, len, fields);
	if (count < 0)
		return bad_line(table, "a quoted field does not end as it should");
	return table->fields ? read_row(table, fields, count) : read_header(table, fields, count);
}

/* Reads one line, without its line feed, and notes what is wrong with it. `breaks`: line feeds
 * inside its quotes. Fails where the header does. */
static struct error read_line(struct table *table, const char *line, size_t len, size_t breaks)
{
	size_t read_before = table->read;
	struct error err = ok();

	if (table->line == 1 && len >= 3 && !memcmp(line, "\xEF\xBB\xBF", 3)) {
		line += 3;
		len -= 3;
	}
	if (len && line[len - 1] == '\r')
		len--;
	if (len) {
		if (table->fields && (table->gap_count == 0 || breaks))
			add_gap(table);
		err = read_fields(table, line, len);
	}
	if (err.code)
		note_fault(table, err);
	if (err.code && !table->fields)
		return err;
	table->line += 1 + breaks;
	if (table->fields && (table->read == read_before || breaks))
		add_gap(table);
	return ok();
}

static void carry(struct table *table, const char *bytes, size_t len)
{
	if (table->carry_len + len > table->carry_size) {
		table->carry_size = table->carry_len + len + 256;
		table->carry = must_resize(table->carry, table->carry_size, 1);
	}
	memcpy(table->carry + table->carry_len, bytes, len);
	table->carry_len += len;
}

/* A line feed belongs to the line while a quote is open. */
static bool is_open(const char *line, size_t len, size_t *breaks)
{
	bool open = false;

	*breaks = 0;
	if (!memchr(line, '"', len))
		return false;
	for (size_t i = 0; i < len; i++) {
		open ^= line[i] == '"';
		*breaks += line[i] == '\n';
	}
	return open;
}

struct error table_feed(struct table *table, const char *bytes, size_t len)
{
	const char *at = bytes, *end = bytes + len;

	while (at < end) {
		const char *feed = memchr(at, '\n', (size_t)(end - at));
		const char *line = at;
		size_t line_len = (size_t)((feed ? feed : end) - at), breaks;

		if (table->carry_len + line_len >= LINE_MAX_BYTES)
			return note_fault(table, bad_line(table, "longer than 64 KiB; is a quote left open?"));
		if (!feed || table->carry_len) {
			carry(table, at, line_len);
			line = table->carry;
			line_len = table->carry_len;
		}
		if (!feed)
			return ok();
		at = feed + 1;
		if (is_open(line, line_len, &breaks)) {
			if (line != table->carry)
				carry(table, line, line_len);
			carry(table, "\n", 1);
			continue;
		}
		struct error err = read_line(table, line, line_len, breaks);
		table->carry_len = 0;
		if (err.code)
			return err;
	}
	return ok();
}

/* Rows by task, in the order of the file. The caller frees it. */
static uint32_t *rows_by_task(const struct table *table)
{
	uint32_t *rows = must_resize(NULL, table->rows, sizeof *rows);
	size_t *start = must_resize(NULL, (size_t)table->tasks.count + 1, sizeof *start);

	memset(start, 0, ((size_t)table->tasks.count + 1) * sizeof *start);
	for (size_t row = 0; row < table->rows; row++)
		start[table->task[row] + 1]++;
	for (uint32_t i = 0; i < table->tasks.count; i++)
		start[i + 1] += start[i];
	for (size_t row = 0; row < table->rows; row++)
		rows[start[table->task[row]]++] = (uint32_t)row;
	free(start);
	return rows;
}

static uint32_t worker_of(const struct table *table, size_t row)
{
	return table->worker ? table->worker[row] : 0;
}

/* Marks the rows that say a second time what another says, and counts them. Going task by task,
 * the last row of each worker betrays them. Truths have one author. */
static size_t mark_duplicates(const struct table *table, bool is_duplicate[])
{
	size_t workers = table->worker ? table->workers.count : 1, count = 0;
	uint32_t *rows = rows_by_task(table);
	uint32_t *last = must_resize(NULL, workers, sizeof *last);

	memset(last, 0xFF, workers * sizeof *last);
	for (size_t at = 0; at < table->rows; at++) {
		uint32_t row = rows[at], *before = &last[worker_of(table, row)];

		if (*before != UINT32_MAX && table->task[*before] == table->task[row]) {
			is_duplicate[table->duplicates == DUPLICATES_LAST ? *before : row] = true;
			count++;
		}
		*before = row;
	}
	free(rows);
	free(last);
	return count;
}

static struct error duplicate_fault(const struct table *table, size_t row)
{
	const char *task = names_text(&table->tasks, table->task[row], NULL);
	size_t line = line_of_row(table, row);

	if (!table->worker)
		return errorf(ERR_INVALID, "line %zu: a second label for task %.80s", line, task);
	return errorf(ERR_INVALID, "line %zu: worker %.60s judges task %.60s a second time", line,
				  names_text(&table->workers, table->worker[row], NULL), task);
}

static void move_row(struct table *table, size_t from, size_t to)
{
	table->task[to] = table->task[from];
	table->label[to] = table->label[from];
	if (table->worker)
		table->worker[to] = table->worker[from];
	if (table->confidence)
		table->confidence[to] = table->confidence[from];
	if (table->position)
		table->position[to] = table->position[from];
}

static void settle_duplicates(struct table *table)
{
	bool *is_duplicate = calloc(table->rows + 1, sizeof *is_duplicate);
	size_t kept = 0;

	if (!is_duplicate)
		abort();
	table->duplicate_count = mark_duplicates(table, is_duplicate);
	for (size_t row = 0; table->duplicate_count && row < table->rows; row++)
		if (is_duplicate[row] && table->duplicates == DUPLICATES_REFUSE)
			note_fault(table, duplicate_fault(table, row));
		else if (!is_duplicate[row])
			move_row(table, row, kept++);
	if (table->duplicate_count && table->duplicates != DUPLICATES_REFUSE)
		table->rows = table->read = kept;
	free(is_duplicate);
}

static struct error finish_line(struct table *table)
{
	size_t breaks;

	if (!table->carry_len)
		return ok();
	if (is_open(table->carry, table->carry_len, &breaks))
		return note_fault(table, bad_line(table, "the file ends inside a quoted field"));
	struct error err = read_line(table, table->carry, table->carry_len, breaks);
	table->carry_len = 0;
	return err;
}

struct error table_finish(struct table *table)
{
	struct error err = finish_line(table);

	while (table->rows < table->read)
		store_row(table);
	if (!err.code && !table->fields)
		note_fault(table, errorf(ERR_INVALID, "line 1: the file is empty; it needs the header %s",
								 table->kind == TABLE_TRUTH ? "task,label" : "worker,task,label"));
	settle_duplicates(table);
	return table->fault_count ? table->faults[0] : ok();
}

const struct names *table_tasks(const struct table *table)
{
	return &table->tasks;
}

const struct names *table_workers(const struct table *table)
{
	return &table->workers;
}

struct judgments table_judgments(const struct table *table)
{
	return (struct judgments){ .items = table->tasks.count,
							   .volunteers = table->workers.count,
							   .count = table->rows,
							   .item = table->task,
							   .volunteer = table->worker,
							   .verdict = table->label,
							   .confidence = table->confidence,
							   .position = table->position };
}

const char *table_unused(const struct table *table)
{
	return table->unused;
}

struct strangers table_truth(const struct table *table, const struct names *tasks, int8_t truth[])
{
	struct strangers strangers = { 0 };

	memset(truth, UNKNOWN, tasks->count * sizeof *truth);
	for (size_t row = 0; row < table->rows; row++) {
		size_t len;
		const char *text = names_text(&table->tasks, table->task[row], &len);
		uint32_t task = names_find(tasks, text, len);

		if (task != UINT32_MAX)
			truth[task] = (int8_t)table->label[row];
		else if (!strangers.count++)
			strangers.first = text;
	}
	strangers.of = table->rows;
	return strangers;
}
