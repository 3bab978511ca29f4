/* SPDX-License-Identifier: Apache-2.0 */
#include "release/layout_making.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "core/csv.h"
#include "core/disk.h"
#include "core/hex.h"
#include "core/mem.h"
#include "core/vocabulary.h"
#include "core/writer.h"
#include "release/artefact.h"
#include "release/keys.h"
#include "release/signed.h"

struct layout_making {
	struct db *db;
	struct store *store;
	const struct progress_listener *progress;
	struct release release;
	char folder[PATH_MAX];
	struct contents_writer *writer;
	const char *format;
	struct signer signer; /* of a layout with a list of its own of a release that is signed */
	FILE *sums;           /* the list of checksums */
	const char *sums_path;
	bool has_sums;       /* it came as a file of the release */
	struct contents own; /* of the release's own layout; fd -1: that is what is being made */
	struct layout_object *objects;
	size_t count, room;
	int64_t done; /* bytes of media that were added or looked up */
};

/* ------------------------------------------------------------------ reading the release */

const struct release *layout_release(const struct layout_making *making)
{
	return &making->release;
}

const struct contents *layout_own_contents(const struct layout_making *making)
{
	return &making->own;
}

struct db *layout_db(const struct layout_making *making)
{
	return making->db;
}

struct error layout_tell(struct layout_making *making, uint64_t bytes)
{
	const struct progress_listener *progress = making->progress;

	making->done += (int64_t)bytes;
	return progress ? progress->tell(progress->arg, making->done, making->release.bytes) : ok();
}

static struct error open_own(struct layout_making *making, const char *path,
                             struct contents_file *ret_file, FILE **ret_stream)
{
	struct contents_part part;
	uint64_t bytes;
	int fd;
	struct error err = contents_find(&making->own, path, ret_file);

	if (err.code || (err = contents_read_part(&making->own, ret_file->first_part, &part)).code)
		return err;
	err = store_open_read(making->store, part.object, &fd, &bytes);
	return err.code ? err : disk_stream(fd, ret_stream);
}

struct error layout_open(struct layout_making *making, const char *of_release, FILE **ret_file)
{
	struct contents_file file;

	return open_own(making, of_release, &file, ret_file);
}

static const char *label_text(const json_t *label, const char *name)
{
	return json_string_value(json_object_get(label, name));
}

static struct error row_unread(void)
{
	return errorf(ERR_INTERNAL, "labels.jsonl of the release cannot be read");
}

/* Fills in what writers need of every row. */
static struct error read_layout_row(json_t *label, struct layout_row *row)
{
	const char *file = label_text(label, "file"), *slash = file ? strrchr(file, '/') : NULL;
	const char *dot = slash ? strchr(slash, '.') : NULL, *said = label_text(label, "label");

	*row = (struct layout_row){ .label = label,
		                        .file = file,
		                        .ending = dot,
		                        .media_type = label_text(label, "media_type"),
		                        .split = label_text(label, "split"),
		                        .lineage = label_text(label, "lineage") };
	row->is_sealed = json_is_null(json_object_get(label, "label"));
	if (!dot || (!said && !row->is_sealed) || !row->media_type || !row->split ||
	    !vocabulary_has(media_types, row->media_type) || dot - slash > LAYOUT_NAME)
		return row_unread();
	snprintf(row->name, sizeof row->name, "%.*s", (int)(dot - slash - 1), slash + 1);
	row->is_fake = said && strcmp(said, "fake") == 0;
	while (strcmp(media_types[row->type], row->media_type) != 0)
		row->type++;
	return ok();
}

struct error layout_rows(struct layout_making *making, layout_take *take, void *arg)
{
	FILE *file = NULL;
	char *line = NULL;
	size_t room = 0;
	ssize_t len;
	struct error err = layout_open(making, "labels.jsonl", &file);

	if (err.code)
		return err;
	while (!err.code && (len = getline(&line, &room, file)) > 0) {
		json_auto_t *label = json_loadb(line, (size_t)len, 0, NULL);
		struct layout_row row;

		err = label ? read_layout_row(label, &row) : row_unread();
		if (!err.code)
			err = take(arg, &row);
	}
	if (!err.code && ferror(file))
		err = row_unread();
	free(line);
	fclose(file);
	return err;
}

/* ------------------------------------------------------------------ adding files */

static void list_sum(struct layout_making *making, const unsigned char digest[SHA256_BYTES],
                     const char *path)
{
	bool is_bag = strcmp(making->sums_path, RELEASE_SUMS) != 0;
	char sha256[SHA256_TEXT];

	if (is_bag && strchr(path, '/'))
		return; /* its payload has a list of its own */
	hex_encode(sha256, digest, SHA256_BYTES);
	fprintf(making->sums, "%s  %s\n", sha256, path);
	making->has_sums = making->has_sums || strcmp(path, making->sums_path) == 0;
}

static void add_file(struct layout_making *making, const char *path,
                     const unsigned char digest[SHA256_BYTES], uint32_t crc)
{
	contents_file(making->writer, path, digest, crc);
	list_sum(making, digest, path);
}

/* What bytes come to, piece by piece. */
struct layout_sum {
	struct sha256 sha256;
	uint32_t crc;
};

static struct layout_sum sum_begin(void)
{
	struct layout_sum sum = { .crc = 0 };

	sha256_start(&sum.sha256);
	return sum;
}

/* Reads a stretch of an open object. *ret_bytes: how many there were. */
static struct error sum_stretch(struct layout_sum *sum, int fd, uint64_t from, uint64_t most,
                                uint64_t *ret_bytes)
{
	static _Thread_local unsigned char bytes[1 << 16];
	uint64_t done = 0;

	while (done < most) {
		size_t some = most - done < sizeof bytes ? (size_t)(most - done) : sizeof bytes;
		ssize_t got = pread(fd, bytes, some, (off_t)(from + done));

		if (got < 0)
			return disk_error("release", "a file of the store could not be read");
		if (got == 0)
			break;
		sha256_add(&sum->sha256, bytes, (size_t)got);
		sum->crc = (uint32_t)crc32(sum->crc, bytes, (unsigned)got);
		done += (uint64_t)got;
	}
	*ret_bytes = done;
	return ok();
}

static struct error sum_object(struct layout_making *making, struct layout_sum *sum,
                               const struct contents_part *part, uint64_t *ret_bytes)
{
	uint64_t bytes;
	int fd;
	struct error err = store_open_read(making->store, part->object, &fd, &bytes);

	if (err.code == ERR_NOT_FOUND)
		return errorf(ERR_INTERNAL, "A file of the release is not in the store.");
	if (err.code)
		return err;
	err = sum_stretch(sum, fd, part->from, part->bytes, ret_bytes);
	close(fd);
	return err;
}

struct error layout_add_object(struct layout_making *making,
                               const unsigned char digest[SHA256_BYTES], const char *path)
{
	struct layout_sum sum = sum_begin();
	struct contents_part part = { .bytes = UINT64_MAX };
	unsigned char found[SHA256_BYTES];

	memcpy(part.object, digest, SHA256_BYTES);
	struct error err = sum_object(making, &sum, &part, &part.bytes);
	if (err.code)
		return err;
	sha256_finish(&sum.sha256, found);
	if (memcmp(found, digest, SHA256_BYTES) != 0)
		return errorf(ERR_INTERNAL, "A file of the release is damaged in the store.");
	contents_part(making->writer, &part);
	add_file(making, path, digest, sum.crc);
	return layout_tell(making, part.bytes);
}

struct error layout_add_parts(struct layout_making *making, const struct contents_part parts[],
                              size_t count, const char *path)
{
	struct layout_sum sum = sum_begin();
	unsigned char digest[SHA256_BYTES];
	struct error err = ok();

	for (size_t i = 0; !err.code && i < count; i++) {
		uint64_t bytes;

		err = sum_object(making, &sum, &parts[i], &bytes);
		if (!err.code && bytes != parts[i].bytes)
			err = errorf(ERR_INTERNAL, "A file of the release is damaged in the store.");
		contents_part(making->writer, &parts[i]);
		if (!err.code)
			err = layout_tell(making, bytes);
	}
	sha256_finish(&sum.sha256, digest);
	add_file(making, path, digest, sum.crc);
	return err;
}

/* A file of the release's own layout, whole, under another path. */
static void add_own(struct layout_making *making, const struct contents_file *file,
                    const char *path)
{
	struct contents_part part = { .bytes = file->bytes };

	memcpy(part.object, file->sha256, SHA256_BYTES);
	contents_part(making->writer, &part);
	add_file(making, path, file->sha256, file->crc32);
}

struct error layout_find_medium(struct layout_making *making, const struct layout_row *row,
                                struct contents_file *ret_file)
{
	struct error err = contents_find(&making->own, row->file, ret_file);

	return err.code == ERR_NOT_FOUND ? row_unread() : err;
}

struct error layout_medium(struct layout_making *making, const struct layout_row *row,
                           const char *path)
{
	struct contents_file file;
	struct error err = layout_find_medium(making, row, &file);

	if (err.code)
		return err;
	add_own(making, &file, path);
	return layout_tell(making, file.bytes);
}

struct error layout_copy(struct layout_making *making, const char *of_release, const char *path)
{
	struct contents_file file;
	struct error err = contents_find(&making->own, of_release, &file);

	if (!err.code)
		add_own(making, &file, path);
	return err;
}

/* What signs the release's own list of checksums, or describes its own paths or labels.csv. */
static bool is_of_own_alone(const char *path)
{
	return strcmp(path, RELEASE_SUMS) == 0 || artefact_is_signature(path) ||
	       strcmp(path, RELEASE_KEY) == 0 || strcmp(path, RELEASE_DATAPACKAGE) == 0 ||
	       strcmp(path, RELEASE_CROISSANT) == 0 || strcmp(path, RELEASE_LEAKAGE) == 0;
}

static bool stands_among(const char *path, const char *const list[])
{
	for (; *list; list++)
		if (strcmp(*list, path) == 0)
			return true;
	return false;
}

struct error layout_copy_tables(struct layout_making *making, const char *const but[])
{
	struct contents_file file;

	for (uint64_t i = 0; i < making->own.files; i++) {
		struct error err = contents_read(&making->own, i, &file);

		if (err.code || strchr(file.path, '/'))
			return err;
		if (!is_of_own_alone(file.path) && !stands_among(file.path, but))
			add_own(making, &file, file.path);
	}
	return ok();
}

/* ------------------------------------------------------------------ files that are written */

struct error layout_begin(struct layout_making *making, FILE **ret_file)
{
	char path[PATH_MAX + 16];

	snprintf(path, sizeof path, "%s/draft", making->folder);
	if (!(*ret_file = fopen(path, "w+e")))
		return disk_error("release", "a file of a layout could not be written");
	return ok();
}

static void note_object(struct layout_making *making, const unsigned char digest[SHA256_BYTES],
                        uint64_t bytes)
{
	if (making->count == making->room) {
		making->room = making->room ? 2 * making->room : 64;
		making->objects = mem_resize(making->objects, making->room, sizeof *making->objects);
	}
	making->objects[making->count].bytes = bytes;
	memcpy(making->objects[making->count++].digest, digest, SHA256_BYTES);
}

/* Takes what was written into the store; *ret_crc may be NULL. */
static struct error keep_draft(struct layout_making *making, FILE *file, const char *name,
                               unsigned char digest[SHA256_BYTES], uint64_t *ret_bytes,
                               uint32_t *ret_crc)
{
	struct layout_sum sum = sum_begin();
	char path[PATH_MAX + 16];
	struct error err = ok();

	if (!writer_flush(file))
		err = disk_error("release", "a file of a layout could not be written");
	if (!err.code && ret_crc)
		err = sum_stretch(&sum, fileno(file), 0, UINT64_MAX, ret_bytes);
	fclose(file);
	if (err.code)
		return err;
	snprintf(path, sizeof path, "%s/%s", making->folder, name);
	if ((err = store_take(making->store, path, digest, ret_bytes)).code)
		return err;
	if (ret_crc)
		*ret_crc = sum.crc;
	note_object(making, digest, *ret_bytes);
	return ok();
}

struct error layout_keep(struct layout_making *making, FILE *file,
                         unsigned char ret_object[SHA256_BYTES])
{
	uint64_t bytes;

	return keep_draft(making, file, "draft", ret_object, &bytes, NULL);
}

static struct error add_draft(struct layout_making *making, FILE *file, const char *name,
                              unsigned char ret_digest[SHA256_BYTES], uint32_t *ret_crc)
{
	struct contents_part part = { 0 };
	uint32_t crc = 0;
	struct error err = keep_draft(making, file, name, part.object, &part.bytes, &crc);

	if (err.code)
		return err;
	contents_part(making->writer, &part);
	memcpy(ret_digest, part.object, SHA256_BYTES);
	*ret_crc = crc;
	return ok();
}

struct error layout_add(struct layout_making *making, FILE *file, const char *path)
{
	unsigned char digest[SHA256_BYTES];
	uint32_t crc;
	struct error err = add_draft(making, file, "draft", digest, &crc);

	if (!err.code)
		add_file(making, path, digest, crc);
	return err;
}

struct error layout_add_written(struct layout_making *making, FILE *file, const char *path,
                                struct error written)
{
	if (!written.code)
		return layout_add(making, file, path);
	fclose(file);
	return written;
}

/* Which key signs the layout: the current one, which need not be the one of the release itself. */
static struct error add_layout_key(struct layout_making *making)
{
	FILE *file = NULL;
	struct error err = layout_begin(making, &file);

	if (err.code)
		return err;
	signed_key_write(file, &making->signer);
	return layout_add(making, file, RELEASE_KEY);
}

static struct error add_signature(struct layout_making *making,
                                  const unsigned char prehash[PREHASH_BYTES])
{
	const struct release *release = &making->release;
	unsigned char digest[SHA256_BYTES];
	uint32_t crc;
	FILE *file = NULL;
	struct error err = layout_begin(making, &file);

	if (err.code)
		return err;
	signed_sums_write(file, &making->signer, prehash,
	                  &(struct sums_facts){ .name = release->name,
	                                        .version = release->version,
	                                        .created_s = release->created_s,
	                                        .format = making->format });
	if (!(err = add_draft(making, file, "draft", digest, &crc)).code)
		contents_file(making->writer, RELEASE_SIGNATURE, digest, crc);
	return err;
}

/* What is signed of the list of checksums, which is at its end. */
static struct error prehash_list(FILE *sums, unsigned char prehash[PREHASH_BYTES])
{
	if (!writer_flush(sums))
		return disk_error("release", "a file of a layout could not be written");
	return signature_prehash(fileno(sums), prehash);
}

/* The list of checksums names all files but itself, and what signs it. */
static struct error add_sums(struct layout_making *making)
{
	unsigned char digest[SHA256_BYTES], prehash[PREHASH_BYTES];
	uint32_t crc = 0;
	bool is_signed = making->signer.key;
	struct error err = is_signed ? add_layout_key(making) : ok();

	if (!err.code && is_signed)
		err = prehash_list(making->sums, prehash);
	if (err.code)
		return err;
	FILE *sums = making->sums;
	making->sums = NULL;
	if ((err = add_draft(making, sums, "sums", digest, &crc)).code)
		return err;
	contents_file(making->writer, making->sums_path, digest, crc);
	return is_signed ? add_signature(making, prehash) : ok();
}

/* ------------------------------------------------------------------ tables and the card */

static struct error copy_records(struct csv *csv, struct sink *sink)
{
	const char *const *fields;
	size_t count;
	struct error err = csv_next(csv, &fields, &count); /* the header */

	while (!err.code && !(err = csv_next(csv, &fields, &count)).code && count > 0) {
		const char *values[CSV_FIELDS] = { NULL };

		for (size_t c = 0; c < sink->count && c < count; c++)
			values[c] = *fields[c] ? fields[c] : NULL;
		sink_row(sink, values);
	}
	return err;
}

struct layout_table {
	const char *csv, *name;
	const struct column *columns;
	size_t count;
};

static struct error copy_table(FILE *from, FILE *to, const struct layout_table *table,
                               const struct sink_format *format)
{
	struct csv *records = csv_new(from);
	struct sink sink = sink_begin(format, to, table->columns, table->count);
	struct error err = copy_records(records, &sink), ended = sink_end(&sink);

	csv_free(records);
	return err.code ? err : ended;
}

static struct error add_table(struct layout_making *making, const struct layout_table *table,
                              const struct sink_format *format)
{
	FILE *from = NULL, *to = NULL;
	char path[CONTENTS_PATH_MAX + 1];
	struct error err = layout_open(making, table->csv, &from);

	if (err.code == ERR_NOT_FOUND)
		return ok(); /* a release without volunteers, or of before there was such a table */
	if (err.code)
		return err;
	if (!(err = layout_begin(making, &to)).code) {
		snprintf(path, sizeof path, "%s%s", table->name, format->ending);
		err = layout_add_written(making, to, path, copy_table(from, to, table, format));
	}
	fclose(from);
	return err;
}

struct error layout_add_tables(struct layout_making *making, const struct sink_format *format)
{
	static const struct layout_table tables[] = {
		{ "judgments.csv", "judgments", judgment_columns, JUDGMENT_COLUMNS },
		{ "trials.csv", "trials", trial_columns, TRIAL_COLUMNS },
		{ "crowd.csv", "crowd", crowd_columns, CROWD_COLUMNS },
		{ "marks.csv", "marks", mark_columns, MARK_COLUMNS },
		{ "leaks.csv", "leaks", leak_columns, LEAK_COLUMNS },
	};
	struct error err = ok();

	for (size_t t = 0; t < sizeof tables / sizeof tables[0] && !err.code; t++)
		err = add_table(making, &tables[t], format);
	return err;
}

/* The head lies between two lines of "---", and `configs` is the last that stands in it. */
static void card_without_tables(FILE *from, FILE *to)
{
	char *line = NULL;
	size_t room = 0;
	int fences = 0;
	bool configs = false;

	while (getline(&line, &room, from) > 0) {
		fences += strcmp(line, "---\n") == 0;
		configs = fences == 1 && (configs || strncmp(line, "configs:", 8) == 0);
		if (!configs)
			fputs(line, to);
	}
	free(line);
}

struct error layout_copy_card(struct layout_making *making)
{
	FILE *from = NULL, *to = NULL;
	struct error err = layout_open(making, RELEASE_CARD, &from);

	if (err.code)
		return err;
	if (!(err = layout_begin(making, &to)).code)
		card_without_tables(from, to);
	fclose(from);
	return err.code ? err : layout_add(making, to, RELEASE_CARD);
}

struct error layout_read_object(struct layout_making *making,
                                const unsigned char digest[SHA256_BYTES], char *bytes, size_t len)
{
	uint64_t there;
	ssize_t got = 0;
	int fd;
	struct error err = store_open_read(making->store, digest, &fd, &there);

	if (err.code)
		return err;
	for (size_t done = 0; done < len; done += (size_t)got)
		if ((got = pread(fd, bytes + done, len - done, (off_t)done)) <= 0)
			break;
	close(fd);
	return got > 0 || !len ? ok()
	                       : errorf(ERR_INTERNAL, "A file of the release is damaged in the store.");
}

/* ------------------------------------------------------------------ names and values */

void layout_path(const struct layout_making *making, const struct layout_row *row,
                 const char *folder, char path[CONTENTS_PATH_MAX + 1])
{
	bool deep = making->release.items > RELEASE_FOLDER_MOST;

	snprintf(path, CONTENTS_PATH_MAX + 1, "%s/%.*s%s%s%s", folder, deep ? 2 : 0, row->name,
	         deep ? "/" : "", row->name, row->ending);
}

/* The shortest text that is read as the same number. */
static const char *text_of_real(struct arena *arena, double number)
{
	char text[32];

	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof text, "%.*g", digits, number);
		if (strtod(text, NULL) == number)
			break;
	}
	return arena_copy(arena, text, strlen(text));
}

/* Texts of a list, with ';' between them; NULL: it is empty. */
static const char *text_of_list(struct arena *arena, const json_t *list)
{
	const char *text = NULL;
	const json_t *one;
	size_t i;

	json_array_foreach (list, i, one)
		text = text ? arena_printf(arena, "%s;%s", text, json_string_value(one))
		            : json_string_value(one);
	return text;
}

const char *layout_value(struct arena *arena, const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_STRING:
		return json_string_value(value);
	case JSON_INTEGER:
		return arena_printf(arena, "%lld", (long long)json_integer_value(value));
	case JSON_REAL:
		return text_of_real(arena, json_real_value(value));
	case JSON_ARRAY:
		return text_of_list(arena, value);
	case JSON_TRUE:
	case JSON_FALSE:
		return json_is_true(value) ? "true" : "false";
	case JSON_OBJECT:
	case JSON_NULL:
		break;
	}
	return NULL;
}

/* ------------------------------------------------------------------ from the first file to the
 * last */

static struct error layout_prepare(struct layout_making *making)
{
	char path[PATH_MAX + 16], folder[2 * (RELEASE_NAME_MAX + 1)];
	struct error err = store_scratch_lasting(making->store, making->folder);

	if (err.code)
		return err;
	snprintf(folder, sizeof folder, "%s-%s", making->release.name, making->release.version);
	if ((err = contents_new(making->folder, folder, &making->writer)).code)
		return err;
	snprintf(path, sizeof path, "%s/sums", making->folder);
	if (!(making->sums = fopen(path, "w+e")))
		return disk_error("release", "a file of a layout could not be written");
	return ok();
}

static struct error layout_end(struct layout_making *making, unsigned char contents[SHA256_BYTES])
{
	char path[PATH_MAX + 16];
	uint64_t bytes;
	struct error err = making->has_sums ? ok() : add_sums(making);

	snprintf(path, sizeof path, "%s/contents", making->folder);
	if (err.code || (err = contents_end(making->writer, path)).code)
		return err;
	if ((err = store_take(making->store, path, contents, &bytes)).code)
		return err;
	note_object(making, contents, bytes);
	return ok();
}

/* A bag has the release's own list, and its signature, as payload; releases of before have none. */
static struct error open_signer(struct layout_making *making)
{
	struct contents_file file;

	if (making->own.fd < 0 || strcmp(making->sums_path, RELEASE_SUMS) != 0)
		return ok();
	struct error err = contents_find(&making->own, RELEASE_KEY, &file);
	if (err.code == ERR_NOT_FOUND)
		return ok();
	return err.code ? err : signer_open(making->db, &making->signer);
}

static void layout_clear(struct layout_making *making)
{
	signer_close(&making->signer);
	if (making->sums)
		fclose(making->sums);
	contents_free(making->writer);
	if (making->folder[0])
		store_scratch_remove(making->store, making->folder);
	if (making->own.fd >= 0)
		close(making->own.fd);
	free(making->objects);
}

struct error layout_write_out(const struct layout_task *task, const struct layout *layout,
                              struct layout_objects *ret_objects)
{
	struct layout_making making = { .db = task->db,
		                            .store = task->store,
		                            .progress = task->progress,
		                            .release = *task->release,
		                            .sums_path = layout->sums,
		                            .format = layout->name,
		                            .own = { .fd = -1 } };
	unsigned char contents[SHA256_BYTES];
	uint64_t bytes;
	int fd;
	struct error err = ok();

	if (task->own && !(err = store_open_read(task->store, task->own, &fd, &bytes)).code &&
	    (err = contents_open(fd, &making.own)).code)
		close(fd);
	if (!err.code)
		err = open_signer(&making);
	if (!err.code)
		err = layout_prepare(&making);
	if (!err.code)
		err = layout->write(&making);
	if (!err.code)
		err = layout_end(&making, contents);
	if (!err.code) {
		*ret_objects = (struct layout_objects){ making.objects, making.count };
		making.objects = NULL;
	}
	layout_clear(&making);
	return err;
}
