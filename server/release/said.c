/* SPDX-License-Identifier: Apache-2.0 */
#include "release/said.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/hex.h"
#include "core/idmap.h"
#include "core/mem.h"
#include "core/uuid.h"
#include "crowd/judgments.h"
#include "crypto/sha256.h"
#include "release/columns.h"
#include "release/sample.h"

#define SALT_BYTES 32
#define NAME_BYTES 10        /* of a pseudonym: SAID_NAME in hexadecimal */
#define EPOCH_S    946684800 /* PostgreSQL counts from the year 2000 */
#define NO_TEXT    SIZE_MAX

enum said_column {
	SAID_ITEM,
	SAID_LABEL_FAKE,
	SAID_LABEL_TRUTH,
	SAID_VOLUNTEER,
	SAID_ASSIGNMENT,
	SAID_FAKE,
	SAID_CONFIDENCE,
	SAID_LEFT,
	SAID_TELLS,
	SAID_MATCHED,
	SAID_RANDOM,
	SAID_EXPOSURE,
	SAID_JUDGED_AT,
	SAID_RESPONSE,
	SAID_DEVICE,
	SAID_MARKS,
};

/* One judgment of the item that goes by. */
struct said_row {
	unsigned char in_judgments[NAME_BYTES], in_trials[NAME_BYTES]; /* by which it is sorted */
	uint32_t volunteer;
	uint8_t confidence;
	bool fake, left;
	const char *matched, *kind;                      /* as trials.csv has them */
	size_t tells, exposure, response, device, marks; /* where they begin in `texts`, or NO_TEXT */
	char month[8];
};

struct said_volunteer {
	uint64_t answers; /* the sum of what stands for each */
	unsigned char name[NAME_BYTES];
};

struct said {
	unsigned char salt[SALT_BYTES];
	struct idmap *ids;
	struct said_volunteer *volunteers;
	uint32_t volunteers_room;
	struct sample *sample;
	struct said_counts counts;
	/* The item that goes by. */
	unsigned char item[UUID_BYTES];
	char item_text[UUID_TEXT];
	uint64_t answer[2]; /* what stands for each answer to it: real, fake */
	bool label_fake;
	struct said_row *rows;
	size_t rows_count, rows_room;
	char *texts;
	size_t texts_len, texts_room;
	said_row_fn *row; /* who gets its rows */
	void *arg;
};

struct said *said_new(void)
{
	struct said *said = mem_new(1, sizeof *said);

	said->ids = idmap_new();
	said->sample = sample_new(SAID_COMPARED);
	return said;
}

void said_free(struct said *said)
{
	if (!said)
		return;
	idmap_free(said->ids);
	free(said->volunteers);
	sample_free(said->sample);
	free(said->rows);
	free(said->texts);
	free(said);
}

struct error said_begin(struct said *said, struct db *db, const char *release_id)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_SAID_SALT, (const char *[]){ release_id }, &rows);

	if (err.code)
		return err;
	if (rows_count(rows) == 0 || !rows_text(rows, 0, 0))
		return errorf(ERR_GONE, "Another process was quicker.");
	if (!hex_decode(said->salt, SALT_BYTES, rows_text(rows, 0, 0)))
		return errorf(ERR_INTERNAL, "the salt of a release cannot be read");
	return ok();
}

/* As pseudonym() of the database, of one id or two. */
static void make_name(const struct said *said, const char *kind, const unsigned char *one,
                      const unsigned char *other, unsigned char name[NAME_BYTES])
{
	unsigned char bytes[SALT_BYTES + 16 + 2 * UUID_BYTES], digest[SHA256_BYTES];
	size_t len = SALT_BYTES, kind_len = strlen(kind) + 1; /* its NUL is part of it */

	memcpy(bytes, said->salt, SALT_BYTES);
	memcpy(bytes + len, kind, kind_len);
	len += kind_len;
	memcpy(bytes + len, one, UUID_BYTES);
	len += UUID_BYTES;
	if (other) {
		memcpy(bytes + len, other, UUID_BYTES);
		len += UUID_BYTES;
	}
	sha256_bytes(digest, bytes, len);
	memcpy(name, digest, NAME_BYTES);
}

/* ------------------------------------------------------------------ an item at its end */

static int compare_in_judgments(const void *a, const void *b)
{
	return memcmp(((const struct said_row *)a)->in_judgments,
	              ((const struct said_row *)b)->in_judgments, NAME_BYTES);
}

static int compare_in_trials(const void *a, const void *b)
{
	return memcmp(((const struct said_row *)a)->in_trials, ((const struct said_row *)b)->in_trials,
	              NAME_BYTES);
}

static const char *said_text(const struct said *said, size_t at)
{
	return at == NO_TEXT ? NULL : said->texts + at;
}

static struct error hand_out_judgments(const struct said *said)
{
	struct error err = ok();

	for (size_t r = 0; r < said->rows_count && !err.code; r++) {
		const struct said_row *row = &said->rows[r];
		char name[SAID_NAME], confidence[4];

		said_name(said, row->volunteer, name);
		snprintf(confidence, sizeof confidence, "%u", row->confidence);
		err = said->row(
			said->arg, RELEASE_JUDGMENTS,
			(const char *[JUDGMENT_COLUMNS]){ [JUDGMENT_ITEM] = said->item_text,
		                                      [JUDGMENT_VOLUNTEER] = name,
		                                      [JUDGMENT_VERDICT] = row->fake ? "fake" : "real",
		                                      [JUDGMENT_CONFIDENCE] = confidence });
	}
	return err;
}

static struct error hand_out_trials(const struct said *said)
{
	struct error err = ok();

	for (size_t r = 0; r < said->rows_count && !err.code; r++) {
		const struct said_row *row = &said->rows[r];
		char confidence[4];

		snprintf(confidence, sizeof confidence, "%u", row->confidence);
		err = said->row(said->arg, RELEASE_TRIALS,
		                (const char *[TRIAL_READ]){
							[TRIAL_ITEM] = said->item_text,
							[TRIAL_VERDICT] = row->fake ? "fake" : "real",
							[TRIAL_CONFIDENCE] = confidence,
							[TRIAL_POSITION] = row->left ? "left" : "right",
							[TRIAL_TELLS] = said_text(said, row->tells),
							[TRIAL_MATCHED] = row->matched,
							[TRIAL_KIND] = row->kind,
							[TRIAL_EXPOSURE_S] = said_text(said, row->exposure),
							[TRIAL_MONTH] = row->month,
							[TRIAL_RESPONSE_S] = said_text(said, row->response),
							[TRIAL_DEVICE] = said_text(said, row->device),
							[TRIAL_MARKS] = said_text(said, row->marks),
						});
	}
	return err;
}

/* Judgments that are the only one of their verdict and confidence. */
static void count_alone(struct said *said)
{
	uint32_t times[2][UINT8_MAX + 1] = { { 0 } };

	for (size_t r = 0; r < said->rows_count; r++)
		times[said->rows[r].fake][said->rows[r].confidence]++;
	for (size_t r = 0; r < said->rows_count; r++)
		said->counts.alone_rows += times[said->rows[r].fake][said->rows[r].confidence] == 1;
}

static struct error said_end_item(struct said *said)
{
	if (!said->rows_count)
		return ok();
	qsort(said->rows, said->rows_count, sizeof *said->rows, compare_in_judgments);
	struct error err = hand_out_judgments(said);
	qsort(said->rows, said->rows_count, sizeof *said->rows, compare_in_trials);
	if (!err.code)
		err = hand_out_trials(said);
	count_alone(said);
	said->rows_count = said->texts_len = 0;
	return err;
}

/* ------------------------------------------------------------------ a judgment */

static uint64_t said_number(const unsigned char *bytes)
{
	uint64_t number;

	memcpy(&number, bytes, sizeof number);
	return number;
}

/* Of two answers to different items the numbers are as good as random, so that equal sums mean
 * equal answers. */
static void begin_item(struct said *said, const unsigned char id[UUID_BYTES],
                       const struct rows *row)
{
	unsigned char digest[SHA256_BYTES];

	memcpy(said->item, id, UUID_BYTES);
	uuid_to_text(said->item_text, id);
	sha256_bytes(digest, id, UUID_BYTES);
	said->answer[0] = said_number(digest);
	said->answer[1] = said_number(digest + 8);
	said->label_fake = rows_raw_flag(row, SAID_LABEL_FAKE);
	sample_item(said->sample, said_number(digest + 16),
	            (int8_t)(rows_raw_flag(row, SAID_LABEL_TRUTH) ? said->label_fake : UNKNOWN));
}

static uint32_t find_volunteer(struct said *said, const unsigned char id[UUID_BYTES])
{
	uint32_t known = idmap_count(said->ids), volunteer = idmap_add(said->ids, id);

	if (volunteer < known)
		return volunteer;
	if (volunteer >= said->volunteers_room) {
		said->volunteers_room = said->volunteers_room ? 2 * said->volunteers_room : 1024;
		said->volunteers =
			mem_resize(said->volunteers, said->volunteers_room, sizeof *said->volunteers);
	}
	said->volunteers[volunteer].answers = 0;
	make_name(said, "volunteer", id, NULL, said->volunteers[volunteer].name);
	return volunteer;
}

/* Keeps a text of the row until the item's end. */
static size_t keep_said_text(struct said *said, const struct rows *row, int column)
{
	size_t len, at = said->texts_len;
	const unsigned char *text = rows_raw(row, column, &len);

	if (!text)
		return NO_TEXT;
	if (at + len + 1 > said->texts_room) {
		said->texts_room = 2 * (at + len + 1);
		said->texts = mem_resize(said->texts, said->texts_room, 1);
	}
	memcpy(said->texts + at, text, len);
	said->texts[at + len] = '\0';
	said->texts_len = at + len + 1;
	return at;
}

/* A flag as a word; NULL where it is not known. */
static const char *flag_word(const struct rows *row, int column, const char *yes, const char *no)
{
	size_t len;

	if (!rows_raw(row, column, &len))
		return NULL;
	return rows_raw_flag(row, column) ? yes : no;
}

static void read_month(const struct rows *row, char month[8])
{
	time_t at = (time_t)(rows_raw_integer(row, SAID_JUDGED_AT) / 1000000 + EPOCH_S);
	struct tm parts;

	if (!gmtime_r(&at, &parts) || !strftime(month, 8, "%Y-%m", &parts))
		abort(); /* the database knows no such time */
}

static void count_judgment(struct said *said, const struct said_row *row, bool random)
{
	struct said_counts *counts = &said->counts;

	counts->judgments++;
	counts->on_fakes += said->label_fake;
	counts->left += row->left;
	counts->matched += row->matched && row->matched[0] == 't';
	counts->random += random;
	counts->saying_fake += row->fake;
	if (!*counts->first_month || strcmp(row->month, counts->first_month) < 0)
		memcpy(counts->first_month, row->month, sizeof row->month);
	if (strcmp(row->month, counts->last_month) > 0)
		memcpy(counts->last_month, row->month, sizeof row->month);
	said->volunteers[row->volunteer].answers += said->answer[row->fake];
	sample_judgment(said->sample, row->volunteer, row->fake);
}

static struct said_row *new_row(struct said *said)
{
	if (said->rows_count == said->rows_room) {
		said->rows_room = said->rows_room ? 2 * said->rows_room : 64;
		said->rows = mem_resize(said->rows, said->rows_room, sizeof *said->rows);
	}
	return &said->rows[said->rows_count++];
}

static const unsigned char *read_id(const struct rows *row, int column)
{
	size_t len;
	const unsigned char *id = rows_raw(row, column, &len);

	if (!id || len != UUID_BYTES)
		abort(); /* the column is a uuid, and not NULL */
	return id;
}

static struct error said_judgment(void *arg, const struct rows *rows)
{
	struct said *said = arg;
	const unsigned char *item = read_id(rows, SAID_ITEM),
						*volunteer = read_id(rows, SAID_VOLUNTEER);

	if (!said->rows_count || memcmp(said->item, item, UUID_BYTES) != 0) {
		struct error err = said_end_item(said);

		if (err.code)
			return err;
		begin_item(said, item, rows);
	}
	struct said_row *row = new_row(said);
	*row = (struct said_row){
		.volunteer = find_volunteer(said, volunteer),
		.confidence = (uint8_t)rows_raw_integer(rows, SAID_CONFIDENCE),
		.fake = rows_raw_flag(rows, SAID_FAKE),
		.left = rows_raw_flag(rows, SAID_LEFT),
		.matched = flag_word(rows, SAID_MATCHED, "true", "false"),
		.kind = flag_word(rows, SAID_RANDOM, "random", "chosen"),
		.tells = keep_said_text(said, rows, SAID_TELLS),
		.exposure = keep_said_text(said, rows, SAID_EXPOSURE),
		.response = keep_said_text(said, rows, SAID_RESPONSE),
		.device = keep_said_text(said, rows, SAID_DEVICE),
		.marks = keep_said_text(said, rows, SAID_MARKS),
	};
	read_month(rows, row->month);
	make_name(said, "judgment", item, volunteer, row->in_judgments);
	make_name(said, "trial", item, read_id(rows, SAID_ASSIGNMENT), row->in_trials);
	count_judgment(said, row, rows_raw_flag(rows, SAID_RANDOM));
	return ok();
}

struct error said_window(struct said *said, struct db *db, const char *const window[],
                         said_row_fn *row, void *arg)
{
	said->row = row;
	said->arg = arg;
	struct error err = db_stream_raw(db, SQL_SAID_WINDOW, window, said_judgment, said);
	return err.code ? err : said_end_item(said);
}

/* ------------------------------------------------------------------ what was said in all */

static int compare_answers(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static uint64_t count_alone_volunteers(const struct said *said)
{
	uint32_t count = idmap_count(said->ids);
	uint64_t *answers = mem_new(count, sizeof *answers), alone = 0;

	for (uint32_t v = 0; v < count; v++)
		answers[v] = said->volunteers[v].answers;
	qsort(answers, count, sizeof *answers, compare_answers);
	for (uint32_t v = 0; v < count; v++)
		alone += (v == 0 || answers[v] != answers[v - 1]) &&
		         (v + 1 == count || answers[v] != answers[v + 1]);
	free(answers);
	return alone;
}

void said_count(struct said *said, struct said_counts *ret_counts)
{
	said->counts.volunteers = idmap_count(said->ids);
	said->counts.alone_volunteers = count_alone_volunteers(said);
	*ret_counts = said->counts;
}

struct judgments said_compared(const struct said *said)
{
	return sample_judgments(said->sample, idmap_count(said->ids));
}

void said_name(const struct said *said, uint32_t volunteer, char name[SAID_NAME])
{
	hex_encode(name, said->volunteers[volunteer].name, NAME_BYTES);
}
