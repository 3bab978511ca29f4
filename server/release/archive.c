/* SPDX-License-Identifier: Apache-2.0 */
#include "release/archive.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/log.h"
#include "core/mem.h"
#include "corpus/lost_media.h"
#include "release/archive_head.h"

#define PATIENCE_MS 30000

/* What is read: one file, or all of them as an archive of either kind. */
enum archive_reading { READ_FILE, READ_TAR, READ_ZIP };

struct archive {
	struct store *store;
	enum archive_reading reading;
	char *folder;
	int64_t time_s;
	struct contents contents;
	struct contents_file file; /* where we are */
	uint64_t index;            /* its number, */
	uint64_t part, part_at;    /* one of its parts, and where in the file that begins */
	struct contents_part stretch;
	int object;                         /* open, or -1 */
	unsigned char digest[SHA256_BYTES]; /* of the open object */
};

/* Takes the source over. */
static struct error archive_new(const struct archive_source *source, enum archive_reading reading,
                                struct archive **ret_archive)
{
	struct archive *archive = mem_new(1, sizeof *archive);

	archive->store = source->store;
	archive->reading = reading;
	archive->folder = mem_text(source->folder);
	archive->time_s = source->time_s;
	archive->contents.fd = source->contents_fd;
	archive->index = UINT64_MAX;
	archive->object = -1;
	struct error err = contents_open(source->contents_fd, &archive->contents);
	if (err.code)
		archive_free(archive);
	else
		*ret_archive = archive;
	return err;
}

void archive_free(struct archive *archive)
{
	if (!archive)
		return;
	close(archive->contents.fd);
	if (archive->object >= 0)
		close(archive->object);
	free(archive->folder);
	free(archive);
}

/* Makes it the file where we are. */
static struct error enter_file(struct archive *archive, const struct contents_file *file)
{
	archive->file = *file;
	archive->part = file->first_part;
	archive->part_at = 0;
	return file->parts ? contents_read_part(&archive->contents, archive->part, &archive->stretch)
	                   : ok();
}

static struct error enter_index(struct archive *archive, uint64_t index)
{
	struct contents_file file;

	if (index == archive->index)
		return ok();
	struct error err = contents_read(&archive->contents, index, &file);
	if (!err.code)
		err = enter_file(archive, &file);
	if (!err.code)
		archive->index = index;
	return err;
}

struct error archive_open(const struct archive_source *source, enum archive_kind kind,
                          struct archive **ret_archive)
{
	return archive_new(source, kind == ARCHIVE_TAR ? READ_TAR : READ_ZIP, ret_archive);
}

struct error archive_open_file(const struct archive_source *source, const char *path,
                               struct contents_file *ret_file, struct archive **ret_archive)
{
	struct archive *archive;
	struct contents_file file;
	struct error err = archive_new(source, READ_FILE, &archive);

	if (err.code)
		return err;
	if (!(err = contents_find(&archive->contents, path, &file)).code)
		err = enter_file(archive, &file);
	if (err.code) {
		archive_free(archive);
		return err;
	}
	*ret_file = file;
	*ret_archive = archive;
	return ok();
}

struct error archive_open_files(const struct archive_source *source, struct archive **ret_archive)
{
	return archive_new(source, READ_FILE, ret_archive);
}

const struct contents *archive_contents(const struct archive *archive)
{
	return &archive->contents;
}

struct error archive_enter_file(struct archive *archive, uint64_t index,
                                struct contents_file *ret_file)
{
	struct error err = enter_index(archive, index);

	if (!err.code)
		*ret_file = archive->file;
	return err;
}

uint64_t archive_bytes(const struct archive *archive)
{
	if (archive->reading == READ_FILE)
		return archive->file.bytes;
	return archive->reading == READ_TAR ? archive->contents.tar_bytes : archive->contents.zip_bytes;
}

/* ------------------------------------------------------------------ one file's bytes */

static struct error open_object(struct archive *archive, const unsigned char digest[SHA256_BYTES])
{
	uint64_t bytes;

	if (archive->object >= 0 && memcmp(archive->digest, digest, SHA256_BYTES) == 0)
		return ok();
	if (archive->object >= 0)
		close(archive->object);
	archive->object = -1;
	struct error err =
		store_open_soon(archive->store, digest, PATIENCE_MS, &archive->object, &bytes);
	if (err.code == ERR_NOT_FOUND) {
		lost_media_note(digest);
		return errorf(ERR_INTERNAL, "a file of a release is missing from the store");
	}
	memcpy(archive->digest, digest, SHA256_BYTES);
	return err;
}

/* Goes to the part that holds the byte at `at` of the file, which is one of its bytes. */
static struct error find_part(struct archive *archive, uint64_t at)
{
	uint64_t last = archive->file.first_part + archive->file.parts;
	struct error err = ok();

	if (at < archive->part_at) {
		const struct contents_file file = archive->file;

		err = enter_file(archive, &file);
	}
	while (!err.code && at >= archive->part_at + archive->stretch.bytes) {
		archive->part_at += archive->stretch.bytes;
		if (++archive->part >= last)
			return errorf(ERR_INTERNAL, "a file of a release is shorter than its parts");
		err = contents_read_part(&archive->contents, archive->part, &archive->stretch);
	}
	return err;
}

static struct error read_file_at(struct archive *archive, uint64_t at, void *to, size_t room,
                                 size_t *ret_len)
{
	struct error err = find_part(archive, at);

	if (err.code || (err = open_object(archive, archive->stretch.object)).code)
		return err;
	uint64_t within = at - archive->part_at, left = archive->stretch.bytes - within;
	size_t some = room < left ? room : (size_t)left;
	ssize_t got = pread(archive->object, to, some, (off_t)(archive->stretch.from + within));
	if (got <= 0) {
		log_error("release: a file of the store is shorter than it was, or cannot be read");
		return errorf(ERR_INTERNAL, "a file of a release cannot be read");
	}
	*ret_len = (size_t)got;
	return ok();
}

/* ------------------------------------------------------------------ archives */

static struct archived_file archived_of(const struct archive *archive)
{
	return (struct archived_file){ .folder = archive->folder,
		                           .path = archive->file.path,
		                           .bytes = archive->file.bytes,
		                           .crc32 = archive->file.crc32,
		                           .time_s = archive->time_s,
		                           .zip_at = archive->file.zip_at };
}

/* Copies what stands in `bytes` from `from` on. */
static void copy_stretch(const void *bytes, size_t len, uint64_t from, void *to, size_t room,
                         size_t *ret_len)
{
	size_t left = len - (size_t)from;

	*ret_len = left < room ? left : room;
	memcpy(to, (const char *)bytes + from, *ret_len);
}

/* What lies at `at` behind the beginning of the file where we are: its head, its bytes, zeros. */
static struct error read_tar_file(struct archive *archive, uint64_t at, void *to, size_t room,
                                  size_t *ret_len)
{
	static const unsigned char zeros[TAR_BLOCK];
	const struct archived_file file = archived_of(archive);
	unsigned char head[TAR_BLOCK];

	if (at >= TAR_BLOCK && at < TAR_BLOCK + file.bytes)
		return read_file_at(archive, at - TAR_BLOCK, to, room, ret_len);
	if (at >= TAR_BLOCK) {
		copy_stretch(zeros, tar_padding(file.bytes), at - TAR_BLOCK - file.bytes, to, room,
		             ret_len);
		return ok();
	}
	if (!tar_head(&file, head))
		return errorf(ERR_INTERNAL, "a name is too long for a tar");
	copy_stretch(head, TAR_BLOCK, at, to, room, ret_len);
	return ok();
}

/* Goes to the file at `at`: the one where we are, the next, or one that is searched. */
static struct error enter_place(struct archive *archive, enum archive_kind kind, uint64_t at)
{
	const struct archived_file file = archived_of(archive);
	bool tar = kind == ARCHIVE_TAR;
	uint64_t begin = tar ? archive->file.tar_at : archive->file.zip_at, index;
	uint64_t end =
		begin + file.bytes + (tar ? TAR_BLOCK + tar_padding(file.bytes) : zip_head_bytes(&file));

	if (archive->index != UINT64_MAX && at >= begin && at < end)
		return ok();
	if (archive->index != UINT64_MAX && at == end)
		return enter_index(archive, archive->index + 1);
	struct error err = contents_at(&archive->contents, kind, at, &index);
	return err.code ? err : enter_index(archive, index);
}

static struct error read_tar(struct archive *archive, uint64_t at, void *to, size_t room,
                             size_t *ret_len)
{
	static const unsigned char zeros[TAR_END];
	uint64_t end = archive->contents.tar_bytes - TAR_END;
	struct error err;

	if (at >= end || !archive->contents.files) {
		copy_stretch(zeros, TAR_END, at - end, to, room, ret_len);
		return ok();
	}
	if ((err = enter_place(archive, ARCHIVE_TAR, at)).code)
		return err;
	return read_tar_file(archive, at - archive->file.tar_at, to, room, ret_len);
}

static struct error read_zip_directory(struct archive *archive, uint64_t at, void *to, size_t room,
                                       size_t *ret_len)
{
	unsigned char entry[ZIP_HEAD_MAX];
	struct contents_file file;
	uint64_t index;
	struct error err = contents_entry_at(&archive->contents, at, &index);

	if (err.code || (err = contents_read(&archive->contents, index, &file)).code)
		return err;
	const struct archived_file archived = { .folder = archive->folder,
		                                    .path = file.path,
		                                    .bytes = file.bytes,
		                                    .crc32 = file.crc32,
		                                    .time_s = archive->time_s,
		                                    .zip_at = file.zip_at };
	size_t len = zip_entry(&archived, entry);
	if (at - file.zip_entry_at >= len)
		return errorf(ERR_INTERNAL, "the directory of a zip has a gap");
	copy_stretch(entry, len, at - file.zip_entry_at, to, room, ret_len);
	return ok();
}

static struct error read_zip_file(struct archive *archive, uint64_t at, void *to, size_t room,
                                  size_t *ret_len)
{
	const struct archived_file file = archived_of(archive);
	unsigned char head[ZIP_HEAD_MAX];
	size_t head_bytes = zip_head_bytes(&file);

	if (at >= head_bytes)
		return read_file_at(archive, at - head_bytes, to, room, ret_len);
	zip_head(&file, head);
	copy_stretch(head, head_bytes, at, to, room, ret_len);
	return ok();
}

static struct error read_zip(struct archive *archive, uint64_t at, void *to, size_t room,
                             size_t *ret_len)
{
	const struct contents *contents = &archive->contents;
	unsigned char end[ZIP_END_MAX];
	uint64_t directory_bytes;
	struct error err;

	size_t end_bytes = zip_end(contents->files, contents->zip_directory_at, 0, end);
	directory_bytes = contents->zip_bytes - contents->zip_directory_at - end_bytes;
	end_bytes = zip_end(contents->files, contents->zip_directory_at, directory_bytes, end);
	if (at >= contents->zip_bytes - end_bytes) {
		copy_stretch(end, end_bytes, at - (contents->zip_bytes - end_bytes), to, room, ret_len);
		return ok();
	}
	if (at >= contents->zip_directory_at)
		return read_zip_directory(archive, at - contents->zip_directory_at, to, room, ret_len);
	if ((err = enter_place(archive, ARCHIVE_ZIP, at)).code)
		return err;
	return read_zip_file(archive, at - archive->file.zip_at, to, room, ret_len);
}

static struct error archive_read_some(struct archive *archive, uint64_t at, void *to, size_t room,
                                      size_t *ret_len)
{
	if (archive->reading == READ_FILE)
		return read_file_at(archive, at, to, room, ret_len);
	return archive->reading == READ_TAR ? read_tar(archive, at, to, room, ret_len)
	                                    : read_zip(archive, at, to, room, ret_len);
}

struct error archive_read(struct archive *archive, uint64_t at, void *to, size_t room,
                          size_t *ret_len)
{
	uint64_t bytes = archive_bytes(archive);
	size_t len = 0;
	struct error err = ok();

	while (!err.code && len < room && at + len < bytes) {
		size_t some = 0;

		err = archive_read_some(archive, at + len, (char *)to + len, room - len, &some);
		len += some;
	}
	*ret_len = len;
	return len ? ok() : err;
}
