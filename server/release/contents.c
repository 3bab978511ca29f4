/* SPDX-License-Identifier: Apache-2.0 */
#include "release/contents.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/disk.h"
#include "core/mem.h"
#include "core/writer.h"
#include "release/archive_head.h"

static const char magic[16] = "contents 1\n";

/* As they lie in the file, little-endian. */
struct contents_head {
	char magic[16];
	uint64_t files, parts, bytes, tar_bytes, zip_bytes, zip_directory_at, paths_bytes;
	uint64_t unused;
};

struct contents_record {
	uint64_t path_at, bytes, first_part, parts, tar_at, zip_at, zip_entry_at;
	uint32_t path_len, crc32;
	unsigned char sha256[SHA256_BYTES];
};

struct part_record {
	unsigned char object[SHA256_BYTES];
	uint64_t from, bytes;
};

struct path_record {
	uint64_t hash, index;
};

_Static_assert(sizeof(struct contents_record) == 96, "no gaps");
_Static_assert(sizeof(struct part_record) == 48, "no gaps");

/* FNV-1a: paths are ours, so nobody can choose them to collide. */
static uint64_t hash_path(const char *path)
{
	uint64_t hash = 0xcbf29ce484222325u;

	for (; *path; path++)
		hash = (hash ^ (unsigned char)*path) * 0x100000001b3u;
	return hash;
}

/* ------------------------------------------------------------------ writing */

enum section { FILES, PARTS, PATHS, SECTIONS };

struct contents_writer {
	char archive_folder[TAR_BLOCK];
	FILE *section[SECTIONS];
	struct path_record *places;
	size_t room;
	uint64_t files, parts, first_part, paths_bytes;
	uint64_t bytes, part_bytes; /* of all files; of the one that comes next */
	uint64_t tar_at, zip_at, zip_entry_at;
	struct error err; /* the first thing that was wrong */
};

static struct error contents_trouble(void)
{
	return disk_error("release", "a table of contents could not be written");
}

struct error contents_new(const char *folder, const char *archive_folder,
                          struct contents_writer **ret_writer)
{
	struct contents_writer *writer = mem_new(1, sizeof *writer);

	snprintf(writer->archive_folder, sizeof writer->archive_folder, "%s", archive_folder);
	for (int s = 0; s < SECTIONS; s++) {
		char path[PATH_MAX];

		snprintf(path, sizeof path, "%s/contents.%d", folder, s);
		if (!(writer->section[s] = fopen(path, "w+e"))) {
			struct error err = contents_trouble();

			contents_free(writer);
			return err;
		}
		unlink(path);
	}
	*ret_writer = writer;
	return ok();
}

void contents_free(struct contents_writer *writer)
{
	if (!writer)
		return;
	for (int s = 0; s < SECTIONS; s++)
		if (writer->section[s])
			fclose(writer->section[s]);
	free(writer->places);
	free(writer);
}

void contents_part(struct contents_writer *writer, const struct contents_part *part)
{
	struct part_record record = { .from = htole64(part->from), .bytes = htole64(part->bytes) };

	if (!part->bytes)
		return;
	memcpy(record.object, part->object, SHA256_BYTES);
	fwrite(&record, sizeof record, 1, writer->section[PARTS]);
	writer->parts++;
	writer->part_bytes += part->bytes;
}

static void note_place(struct contents_writer *writer, const char *path)
{
	if (writer->files == writer->room) {
		writer->room = writer->room ? 2 * writer->room : 1024;
		writer->places = mem_resize(writer->places, writer->room, sizeof *writer->places);
	}
	writer->places[writer->files] = (struct path_record){ hash_path(path), writer->files };
}

/* Where the next file begins, in each archive. */
static void step_archives(struct contents_writer *writer, const char *path)
{
	const struct archived_file file = { .folder = writer->archive_folder,
		                                .path = path,
		                                .bytes = writer->part_bytes,
		                                .zip_at = writer->zip_at };

	writer->zip_entry_at += zip_entry_bytes(&file);
	writer->zip_at += zip_head_bytes(&file) + file.bytes;
	writer->tar_at += TAR_BLOCK + file.bytes + tar_padding(file.bytes);
}

void contents_file(struct contents_writer *writer, const char *path,
                   const unsigned char sha256[SHA256_BYTES], uint32_t crc32)
{
	size_t len = strlen(path);
	struct contents_record record = { .path_at = htole64(writer->paths_bytes),
		                              .bytes = htole64(writer->part_bytes),
		                              .first_part = htole64(writer->first_part),
		                              .parts = htole64(writer->parts - writer->first_part),
		                              .tar_at = htole64(writer->tar_at),
		                              .zip_at = htole64(writer->zip_at),
		                              .zip_entry_at = htole64(writer->zip_entry_at),
		                              .path_len = htole32((uint32_t)len),
		                              .crc32 = htole32(crc32) };

	if (len > CONTENTS_PATH_MAX && !writer->err.code)
		writer->err = errorf(ERR_INTERNAL, "the path of a release's file is too long");
	memcpy(record.sha256, sha256, SHA256_BYTES);
	fwrite(&record, sizeof record, 1, writer->section[FILES]);
	fwrite(path, 1, len, writer->section[PATHS]);
	note_place(writer, path);
	step_archives(writer, path);
	writer->paths_bytes += len;
	writer->files++;
	writer->bytes += writer->part_bytes;
	writer->part_bytes = 0;
	writer->first_part = writer->parts;
}

static int compare_places(const void *a, const void *b)
{
	const struct path_record *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return (x->index > y->index) - (x->index < y->index);
}

/* Two files of one hash are of one path, or a chance of one in 10^7 for a million files. */
static bool has_twins(const struct contents_writer *writer)
{
	for (uint64_t i = 1; i < writer->files; i++)
		if (writer->places[i].hash == writer->places[i - 1].hash)
			return true;
	return false;
}

static void write_places(const struct contents_writer *writer, FILE *out)
{
	for (uint64_t i = 0; i < writer->files; i++) {
		const struct path_record place = { htole64(writer->places[i].hash),
			                               htole64(writer->places[i].index) };

		fwrite(&place, sizeof place, 1, out);
	}
}

static bool copy_section(FILE *from, FILE *out)
{
	char bytes[1 << 16];
	size_t len;

	if (fflush(from) != 0 || fseek(from, 0, SEEK_SET) != 0)
		return false;
	while ((len = fread(bytes, 1, sizeof bytes, from)) > 0)
		fwrite(bytes, 1, len, out);
	return !ferror(from);
}

static struct contents_head contents_head_of(const struct contents_writer *writer)
{
	unsigned char end[ZIP_END_MAX];
	size_t zip_end_bytes = zip_end(writer->files, writer->zip_at, writer->zip_entry_at, end);
	struct contents_head head = {
		.files = htole64(writer->files),
		.parts = htole64(writer->parts),
		.bytes = htole64(writer->bytes),
		.tar_bytes = htole64(writer->tar_at + TAR_END),
		.zip_bytes = htole64(writer->zip_at + writer->zip_entry_at + zip_end_bytes),
		.zip_directory_at = htole64(writer->zip_at),
		.paths_bytes = htole64(writer->paths_bytes),
	};

	memcpy(head.magic, magic, sizeof magic);
	return head;
}

struct error contents_end(struct contents_writer *writer, const char *path)
{
	const struct contents_head head = contents_head_of(writer);
	bool fine = true;

	if (writer->err.code)
		return writer->err;
	if (writer->files)
		qsort(writer->places, writer->files, sizeof *writer->places, compare_places);
	if (has_twins(writer))
		return errorf(ERR_INVALID, "Two files of the release have one path.");
	for (int s = 0; s < SECTIONS; s++)
		fine = fine && !ferror(writer->section[s]);
	FILE *out = fine ? fopen(path, "we") : NULL;
	if (!out)
		return contents_trouble();
	fwrite(&head, sizeof head, 1, out);
	fine = copy_section(writer->section[FILES], out) && copy_section(writer->section[PARTS], out);
	write_places(writer, out);
	fine = fine && copy_section(writer->section[PATHS], out);
	return writer_close(out) && fine ? ok() : contents_trouble();
}

/* ------------------------------------------------------------------ reading */

static struct error contents_damaged(void)
{
	return errorf(ERR_INTERNAL, "a table of contents of a release is damaged");
}

static bool read_at(int fd, uint64_t at, void *to, size_t len)
{
	ssize_t got;

	for (size_t done = 0; done < len; done += (size_t)got)
		if ((got = pread(fd, (char *)to + done, len - done, (off_t)(at + done))) <= 0)
			return false;
	return true;
}

static uint64_t files_at(void)
{
	return sizeof(struct contents_head);
}

static uint64_t parts_at(const struct contents *contents)
{
	return files_at() + contents->files * sizeof(struct contents_record);
}

static uint64_t places_at(const struct contents *contents)
{
	return parts_at(contents) + contents->parts * sizeof(struct part_record);
}

struct error contents_open(int fd, struct contents *ret_contents)
{
	struct contents_head head;

	if (!read_at(fd, 0, &head, sizeof head) || memcmp(head.magic, magic, sizeof magic) != 0)
		return contents_damaged();
	struct contents contents = { .fd = fd,
		                         .files = le64toh(head.files),
		                         .parts = le64toh(head.parts),
		                         .bytes = le64toh(head.bytes),
		                         .tar_bytes = le64toh(head.tar_bytes),
		                         .zip_bytes = le64toh(head.zip_bytes),
		                         .zip_directory_at = le64toh(head.zip_directory_at) };
	if (contents.files > UINT32_MAX || contents.parts > ((uint64_t)1 << 40))
		return contents_damaged();
	contents.paths_at = places_at(&contents) + contents.files * sizeof(struct path_record);
	*ret_contents = contents;
	return ok();
}

static bool read_record(const struct contents *contents, uint64_t index,
                        struct contents_record *record)
{
	return index < contents->files &&
	       read_at(contents->fd, files_at() + index * sizeof *record, record, sizeof *record);
}

struct error contents_read(const struct contents *contents, uint64_t index,
                           struct contents_file *ret_file)
{
	struct contents_record record;
	struct contents_file file = { 0 };

	if (!read_record(contents, index, &record))
		return contents_damaged();
	uint32_t len = le32toh(record.path_len);
	if (len > CONTENTS_PATH_MAX ||
	    !read_at(contents->fd, contents->paths_at + le64toh(record.path_at), file.path, len))
		return contents_damaged();
	file.bytes = le64toh(record.bytes);
	memcpy(file.sha256, record.sha256, SHA256_BYTES);
	file.crc32 = le32toh(record.crc32);
	file.first_part = le64toh(record.first_part);
	file.parts = le64toh(record.parts);
	file.tar_at = le64toh(record.tar_at);
	file.zip_at = le64toh(record.zip_at);
	file.zip_entry_at = le64toh(record.zip_entry_at);
	*ret_file = file;
	return ok();
}

struct error contents_read_part(const struct contents *contents, uint64_t index,
                                struct contents_part *ret_part)
{
	struct part_record record;

	if (index >= contents->parts ||
	    !read_at(contents->fd, parts_at(contents) + index * sizeof record, &record, sizeof record))
		return contents_damaged();
	memcpy(ret_part->object, record.object, SHA256_BYTES);
	ret_part->from = le64toh(record.from);
	ret_part->bytes = le64toh(record.bytes);
	return ok();
}

struct error contents_find(const struct contents *contents, const char *path,
                           struct contents_file *ret_file)
{
	uint64_t hash = hash_path(path), from = 0, to = contents->files;
	struct path_record place = { 0 };

	while (from < to) {
		uint64_t middle = from + (to - from) / 2;

		if (!read_at(contents->fd, places_at(contents) + middle * sizeof place, &place,
		             sizeof place))
			return contents_damaged();
		if (le64toh(place.hash) == hash)
			break;
		if (le64toh(place.hash) < hash)
			from = middle + 1;
		else
			to = middle;
	}
	if (from >= to)
		return errorf(ERR_NOT_FOUND, "There is no such file in this layout.");
	struct contents_file file;
	struct error err = contents_read(contents, le64toh(place.index), &file);
	if (err.code)
		return err;
	if (strcmp(file.path, path) != 0)
		return errorf(ERR_NOT_FOUND, "There is no such file in this layout.");
	*ret_file = file;
	return ok();
}

/* The last file for which `begin` is at most `at`; the places grow with the index. */
static struct error search_files(const struct contents *contents, uint64_t at,
                                 uint64_t (*begin)(const struct contents_record *record),
                                 uint64_t *ret_index)
{
	uint64_t from = 0, to = contents->files;

	if (!to)
		return contents_damaged();
	while (to - from > 1) {
		uint64_t middle = from + (to - from) / 2;
		struct contents_record record;

		if (!read_record(contents, middle, &record))
			return contents_damaged();
		if (begin(&record) <= at)
			from = middle;
		else
			to = middle;
	}
	*ret_index = from;
	return ok();
}

static uint64_t begin_in_tar(const struct contents_record *record)
{
	return le64toh(record->tar_at);
}

static uint64_t begin_in_zip(const struct contents_record *record)
{
	return le64toh(record->zip_at);
}

static uint64_t begin_of_entry(const struct contents_record *record)
{
	return le64toh(record->zip_entry_at);
}

struct error contents_at(const struct contents *contents, enum archive_kind kind, uint64_t at,
                         uint64_t *ret_index)
{
	return search_files(contents, at, kind == ARCHIVE_TAR ? begin_in_tar : begin_in_zip, ret_index);
}

struct error contents_entry_at(const struct contents *contents, uint64_t at, uint64_t *ret_index)
{
	return search_files(contents, at, begin_of_entry, ret_index);
}
