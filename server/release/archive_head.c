/* SPDX-License-Identifier: Apache-2.0 */
#include "release/archive_head.h"

#include <endian.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* ------------------------------------------------------------------ tar */

struct tar_block {
	char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], checksum[8], type;
	char link[100], magic[6], version[2], user[32], group[32], major[8], minor[8], prefix[155];
	char rest[12];
};

_Static_assert(sizeof(struct tar_block) == TAR_BLOCK, "a tar's block");

#define OCTAL_MOST ((uint64_t)1 << 33) /* 8 GiB: eleven octal digits */

/* A size of 8 GiB or more stands in binary, as GNU tar and all that read its archives know it. */
static void tar_number(char field[12], uint64_t number)
{
	uint64_t big = htobe64(number);

	if (number < OCTAL_MOST) {
		snprintf(field, 12, "%011llo", (unsigned long long)number);
		return;
	}
	memset(field, 0, 12);
	field[0] = (char)0x80;
	memcpy(field + 4, &big, sizeof big);
}

/* The folder with its slash; "" is none. */
static size_t prefix_bytes(const struct archived_file *file)
{
	size_t len = strlen(file->folder);

	return len ? len + 1 : 0;
}

static void put_name(void *to, const struct archived_file *file)
{
	size_t folder = prefix_bytes(file);

	if (folder) {
		memcpy(to, file->folder, folder - 1);
		((char *)to)[folder - 1] = '/';
	}
	memcpy((char *)to + folder, file->path, strlen(file->path));
}

/* The folder goes into the prefix where both do not fit into the name. */
static bool tar_name(struct tar_block *block, const struct archived_file *file)
{
	size_t folder = strlen(file->folder), path = strlen(file->path);

	if (prefix_bytes(file) + path <= sizeof block->name) {
		put_name(block->name, file);
		return true;
	}
	if (path > sizeof block->name || folder > sizeof block->prefix)
		return false;
	memcpy(block->name, file->path, path);
	memcpy(block->prefix, file->folder, folder);
	return true;
}

bool tar_head(const struct archived_file *file, unsigned char head[TAR_BLOCK])
{
	struct tar_block block = { .type = '0',
		                       .mode = "0000644",
		                       .uid = "0000000",
		                       .gid = "0000000",
		                       .magic = "ustar",
		                       .version = { '0', '0' } };
	unsigned sum = 0;

	if (!tar_name(&block, file))
		return false;
	tar_number(block.size, file->bytes);
	tar_number(block.mtime, (uint64_t)file->time_s);
	memset(block.checksum, ' ', sizeof block.checksum);
	memcpy(head, &block, TAR_BLOCK);
	for (size_t i = 0; i < TAR_BLOCK; i++)
		sum += head[i];
	snprintf(block.checksum, sizeof block.checksum, "%06o", sum);
	memcpy(head, &block, TAR_BLOCK);
	return true;
}

size_t tar_padding(uint64_t bytes)
{
	return (size_t)(-bytes % TAR_BLOCK);
}

/* ------------------------------------------------------------------ zip */

#define FULL_32 0xffffffffu
#define FULL_16 0xffffu

#define NEEDS_PLAIN 20
#define NEEDS_64    45
#define MADE_UNIX   (3u << 8)
#define NAME_UTF8   0x0800u
#define EXTRA_64    1

struct zip_out {
	unsigned char *at;
	size_t len;
};

static void zip_put(struct zip_out *out, uint64_t number, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		out->at[out->len++] = (unsigned char)(number >> 8 * i);
}

static void zip_name(struct zip_out *out, const struct archived_file *file)
{
	put_name(out->at + out->len, file);
	out->len += prefix_bytes(file) + strlen(file->path);
}

static size_t zip_name_bytes(const struct archived_file *file)
{
	return prefix_bytes(file) + strlen(file->path);
}

/* Times of zips have no zone; these are UTC, of two seconds, and begin in 1980. */
static uint32_t zip_time(int64_t time_s)
{
	time_t time = (time_t)time_s;
	struct tm tm;

	if (!gmtime_r(&time, &tm) || tm.tm_year < 80)
		return 1u << 21 | 1u << 16;
	return (uint32_t)(tm.tm_year - 80) << 25 | (uint32_t)(tm.tm_mon + 1) << 21 |
	       (uint32_t)tm.tm_mday << 16 | (uint32_t)tm.tm_hour << 11 | (uint32_t)tm.tm_min << 5 |
	       (uint32_t)tm.tm_sec / 2;
}

static bool file_is_large(const struct archived_file *file)
{
	return file->bytes >= FULL_32;
}

static bool place_is_far(const struct archived_file *file)
{
	return file->zip_at >= FULL_32;
}

/* From the version that is needed to the lengths of name and extra, as head and entry share it. */
static void zip_common(struct zip_out *out, const struct archived_file *file, bool needs_64,
                       size_t extra)
{
	uint32_t bytes = file_is_large(file) ? FULL_32 : (uint32_t)file->bytes;

	zip_put(out, needs_64 ? NEEDS_64 : NEEDS_PLAIN, 2);
	zip_put(out, NAME_UTF8, 2);
	zip_put(out, 0, 2); /* stored */
	zip_put(out, zip_time(file->time_s), 4);
	zip_put(out, file->crc32, 4);
	zip_put(out, bytes, 4);
	zip_put(out, bytes, 4);
	zip_put(out, zip_name_bytes(file), 2);
	zip_put(out, extra, 2);
}

size_t zip_head(const struct archived_file *file, unsigned char head[ZIP_HEAD_MAX])
{
	struct zip_out out = { head, 0 };
	bool large = file_is_large(file);

	zip_put(&out, 0x04034b50, 4);
	zip_common(&out, file, large, large ? 20 : 0);
	zip_name(&out, file);
	if (large) {
		zip_put(&out, EXTRA_64, 2);
		zip_put(&out, 16, 2);
		zip_put(&out, file->bytes, 8);
		zip_put(&out, file->bytes, 8);
	}
	return out.len;
}

size_t zip_entry(const struct archived_file *file, unsigned char entry[ZIP_HEAD_MAX])
{
	struct zip_out out = { entry, 0 };
	bool large = file_is_large(file), far = place_is_far(file);
	size_t extra = (large ? 16u : 0) + (far ? 8u : 0);

	zip_put(&out, 0x02014b50, 4);
	zip_put(&out, MADE_UNIX | NEEDS_64, 2);
	zip_common(&out, file, extra > 0, extra ? extra + 4 : 0);
	zip_put(&out, 0, 2); /* no comment, on the first disk, no text */
	zip_put(&out, 0, 2);
	zip_put(&out, 0, 2);
	zip_put(&out, (uint64_t)0100644 << 16, 4);
	zip_put(&out, far ? FULL_32 : file->zip_at, 4);
	zip_name(&out, file);
	if (extra) {
		zip_put(&out, EXTRA_64, 2);
		zip_put(&out, extra, 2);
	}
	if (large) {
		zip_put(&out, file->bytes, 8);
		zip_put(&out, file->bytes, 8);
	}
	if (far)
		zip_put(&out, file->zip_at, 8);
	return out.len;
}

size_t zip_head_bytes(const struct archived_file *file)
{
	return 30 + zip_name_bytes(file) + (file_is_large(file) ? 20 : 0);
}

size_t zip_entry_bytes(const struct archived_file *file)
{
	size_t extra = (file_is_large(file) ? 16u : 0) + (place_is_far(file) ? 8u : 0);

	return 46 + zip_name_bytes(file) + (extra ? extra + 4 : 0);
}

static void zip_end_64(struct zip_out *out, uint64_t files, uint64_t directory_at,
                       uint64_t directory_bytes)
{
	zip_put(out, 0x06064b50, 4);
	zip_put(out, 44, 8); /* what follows of this record */
	zip_put(out, MADE_UNIX | NEEDS_64, 2);
	zip_put(out, NEEDS_64, 2);
	zip_put(out, 0, 4);
	zip_put(out, 0, 4);
	zip_put(out, files, 8);
	zip_put(out, files, 8);
	zip_put(out, directory_bytes, 8);
	zip_put(out, directory_at, 8);
	zip_put(out, 0x07064b50, 4); /* where that record is */
	zip_put(out, 0, 4);
	zip_put(out, directory_at + directory_bytes, 8);
	zip_put(out, 1, 4);
}

size_t zip_end(uint64_t files, uint64_t directory_at, uint64_t directory_bytes,
               unsigned char end[ZIP_END_MAX])
{
	struct zip_out out = { end, 0 };
	bool many = files >= FULL_16, far = directory_at >= FULL_32 || directory_bytes >= FULL_32;

	if (many || far)
		zip_end_64(&out, files, directory_at, directory_bytes);
	zip_put(&out, 0x06054b50, 4);
	zip_put(&out, 0, 4);
	zip_put(&out, many ? FULL_16 : files, 2);
	zip_put(&out, many ? FULL_16 : files, 2);
	zip_put(&out, directory_bytes >= FULL_32 ? FULL_32 : directory_bytes, 4);
	zip_put(&out, directory_at >= FULL_32 ? FULL_32 : directory_at, 4);
	zip_put(&out, 0, 2);
	return out.len;
}
