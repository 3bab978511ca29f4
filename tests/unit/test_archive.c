/* SPDX-License-Identifier: Apache-2.0 */
#include "release/archive.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crypto/sha256.h"
#include "release/archive_head.h"
#include "scratch.h"
#include "suites.h"

static struct store *store;
static struct contents_writer *writer;

/* Paths and sizes of the files: about the ends of tar's blocks, and one of none. */
static const struct sized_file {
	const char *path;
	size_t bytes;
} sized_files[] = {
	{ "README.md", 513 },          { "empty", 0 },
	{ "train/0_real/a.jpg", 511 }, { "train/0_real/b.jpg", 512 },
	{ "train/1_fake/c.jpg", 1 },   { "train/1_fake/d.jpg", 200000 },
};

#define FILES (sizeof sized_files / sizeof sized_files[0])

static void setup(void)
{
	char url[PATH_MAX + 5];

	scratch_make();
	snprintf(url, sizeof url, "file:%s", scratch_path("store"));
	ck_assert_int_eq(store_open(url, &store).code, OK);
	ck_assert_int_eq(contents_new(scratch_path(""), "faces-1.0", &writer).code, OK);
}

static void teardown(void)
{
	contents_free(writer);
	store_free(store);
	scratch_clear();
}

/* Puts `len` bytes that begin with a letter of their own into the store. */
static struct contents_part put_object(size_t len, char first)
{
	struct contents_part part = { 0 };
	char *bytes = calloc(1, len + 1);

	for (size_t i = 0; i < len; i++)
		bytes[i] = (char)(first + (char)(i % 23));
	scratch_write("object", bytes, len);
	free(bytes);
	ck_assert_int_eq(store_put(store, scratch_path("object"), part.object, &part.bytes).code, OK);
	return part;
}

static void add_sized(const struct sized_file *file, char first)
{
	struct contents_part part = put_object(file->bytes, first);

	contents_part(writer, &part);
	contents_file(writer, file->path, part.object, 0x1234);
}

/* Ends the writing; the descriptor is the caller's. */
static int end_contents(void)
{
	ck_assert_int_eq(contents_end(writer, scratch_path("contents")).code, OK);
	return open(scratch_path("contents"), O_RDONLY | O_CLOEXEC);
}

static struct archive *open_archive(enum archive_kind kind)
{
	const struct archive_source source = {
		.store = store, .contents_fd = end_contents(), .folder = "faces-1.0", .time_s = 1700000000
	};
	struct archive *archive = NULL;

	ck_assert_int_eq(archive_open(&source, kind, &archive).code, OK);
	return archive;
}

static char *read_whole(struct archive *archive)
{
	size_t bytes = (size_t)archive_bytes(archive), len = 0;
	char *whole = malloc(bytes + 1);

	ck_assert_int_eq(archive_read(archive, 0, whole, bytes + 1, &len).code, OK);
	ck_assert_uint_eq(len, bytes);
	return whole;
}

static const enum archive_kind kinds[] = { ARCHIVE_TAR, ARCHIVE_ZIP };

START_TEST(any_place_of_an_archive_reads_as_in_the_whole)
{
	char some[700];
	size_t len;

	for (size_t i = 0; i < FILES; i++)
		add_sized(&sized_files[i], (char)('a' + i));
	struct archive *archive = open_archive(kinds[_i]);
	char *whole = read_whole(archive);
	uint64_t bytes = archive_bytes(archive);
	for (uint64_t at = 0; at < bytes; at += 37) {
		size_t wanted = 1 + at % sizeof some, left = (size_t)(bytes - at);

		ck_assert_int_eq(archive_read(archive, at, some, wanted, &len).code, OK);
		ck_assert_uint_eq(len, wanted < left ? wanted : left);
		ck_assert_int_eq(memcmp(some, whole + at, len), 0);
	}
	for (uint64_t at = bytes - 1; at > bytes - 3000; at -= 11) { /* backwards */
		ck_assert_int_eq(archive_read(archive, at, some, 1, &len).code, OK);
		ck_assert_int_eq(some[0], whole[at]);
	}
	ck_assert_int_eq(archive_read(archive, bytes, some, 1, &len).code, OK);
	ck_assert_uint_eq(len, 0);
	free(whole);
	archive_free(archive);
}
END_TEST

START_TEST(an_archive_of_nothing_ends_at_once)
{
	struct archive *archive = open_archive(kinds[_i]);
	char *whole = read_whole(archive);

	ck_assert_uint_eq(archive_bytes(archive), kinds[_i] == ARCHIVE_TAR ? 1024 : 22);
	free(whole);
	archive_free(archive);
}
END_TEST

START_TEST(a_file_of_parts_is_what_they_hold_one_after_the_other)
{
	struct contents_part one = put_object(1000, 'a'), other = put_object(500, 'k');
	struct archive_source source = { .store = store, .folder = "" };
	struct contents_file file;
	struct archive *archive;
	char bytes[64];
	size_t len;

	other.from = 490;
	other.bytes = 10;
	contents_part(writer, &one);
	contents_part(writer, &other);
	contents_part(writer, &one);
	contents_file(writer, "shard.tar", one.object, 0);
	source.contents_fd = end_contents();
	ck_assert_int_eq(archive_open_file(&source, "shard.tar", &file, &archive).code, OK);
	ck_assert_uint_eq(file.bytes, 2010);
	ck_assert_int_eq(archive_read(archive, 995, bytes, 20, &len).code, OK);
	ck_assert_uint_eq(len, 20);
	for (size_t i = 0; i < 5; i++)
		ck_assert_int_eq(bytes[i], (char)('a' + (995 + i) % 23));
	for (size_t i = 0; i < 10; i++)
		ck_assert_int_eq(bytes[5 + i], (char)('k' + (490 + i) % 23));
	ck_assert_int_eq(bytes[15], 'a');
	ck_assert_int_eq(archive_read(archive, 3, bytes, 1, &len).code, OK); /* and back */
	ck_assert_int_eq(bytes[0], 'd');
	archive_free(archive);
}
END_TEST

START_TEST(each_file_is_found_by_its_path_and_no_other_is)
{
	struct contents contents;
	struct contents_file file;

	for (size_t i = 0; i < FILES; i++)
		add_sized(&sized_files[i], 'x');
	int fd = end_contents();
	ck_assert_int_eq(contents_open(fd, &contents).code, OK);
	ck_assert_uint_eq(contents.files, FILES);
	for (size_t i = 0; i < FILES; i++) {
		ck_assert_int_eq(contents_find(&contents, sized_files[i].path, &file).code, OK);
		ck_assert_str_eq(file.path, sized_files[i].path);
		ck_assert_uint_eq(file.bytes, sized_files[i].bytes);
		ck_assert_uint_eq(file.crc32, 0x1234);
	}
	ck_assert_int_eq(contents_find(&contents, "train/0_real", &file).code, ERR_NOT_FOUND);
	ck_assert_int_eq(contents_find(&contents, "", &file).code, ERR_NOT_FOUND);
	close(fd);
}
END_TEST

START_TEST(two_files_of_one_path_are_refused)
{
	add_sized(&sized_files[0], 'x');
	add_sized(&sized_files[1], 'x');
	add_sized(&sized_files[0], 'y');
	ck_assert_int_eq(contents_end(writer, scratch_path("contents")).code, ERR_INVALID);
}
END_TEST

START_TEST(a_path_that_no_tar_can_hold_is_refused)
{
	char path[CONTENTS_PATH_MAX + 2];

	memset(path, 'p', sizeof path - 1);
	path[sizeof path - 1] = '\0';
	add_sized(&(struct sized_file){ path, 1 }, 'x');
	ck_assert_int_eq(contents_end(writer, scratch_path("contents")).code, ERR_INTERNAL);
}
END_TEST

START_TEST(a_damaged_table_of_contents_is_refused)
{
	struct contents contents;
	struct contents_file file;

	add_sized(&sized_files[0], 'x');
	int fd = end_contents();
	ck_assert_int_eq(contents_open(fd, &contents).code, OK);
	close(fd);
	ck_assert_int_eq(truncate(scratch_path("contents"), 100), 0);
	fd = open(scratch_path("contents"), O_RDWR | O_CLOEXEC);
	ck_assert_int_eq(contents_open(fd, &contents).code, OK);
	ck_assert_int_eq(contents_read(&contents, 0, &file).code, ERR_INTERNAL);
	ck_assert_int_eq(contents_find(&contents, "README.md", &file).code, ERR_INTERNAL);
	ck_assert_int_eq(pwrite(fd, "C", 1, 0), 1);
	ck_assert_int_eq(contents_open(fd, &contents).code, ERR_INTERNAL);
	close(fd);
}
END_TEST

START_TEST(an_object_that_the_store_has_lost_is_told)
{
	char bytes[2048];
	size_t len;

	struct contents_part part = put_object(600, 'x');
	contents_part(writer, &part);
	contents_file(writer, "gone.jpg", part.object, 0);
	struct archive *archive = open_archive(ARCHIVE_TAR);
	ck_assert_int_eq(store_remove(store, part.object).code, OK);
	ck_assert_int_eq(archive_read(archive, 0, bytes, sizeof bytes, &len).code, OK);
	ck_assert_uint_eq(len, 512); /* its head */
	ck_assert_int_eq(archive_read(archive, len, bytes, sizeof bytes, &len).code, ERR_INTERNAL);
	archive_free(archive);
}
END_TEST

/* ------------------------------------------------------------------ heads */

static struct archived_file file_of(uint64_t bytes, uint64_t zip_at)
{
	return (struct archived_file){ .folder = "f",
		                           .path = "a.jpg",
		                           .bytes = bytes,
		                           .crc32 = 7,
		                           .time_s = 1700000000,
		                           .zip_at = zip_at };
}

START_TEST(a_zip_has_the_long_form_only_where_a_number_needs_it)
{
	static const struct {
		uint64_t bytes, zip_at;
		size_t head, entry; /* beside the name */
	} cases[] = {
		{ 10, 0, 30, 46 },          { 0xfffffffe, 0xfffffffe, 30, 46 },   { 0xffffffff, 0, 50, 66 },
		{ 10, 0xffffffff, 30, 58 }, { 0x100000000, 0x100000000, 50, 74 },
	};
	unsigned char bytes[ZIP_HEAD_MAX];

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct archived_file file = file_of(cases[i].bytes, cases[i].zip_at);

		ck_assert_uint_eq(zip_head(&file, bytes), cases[i].head + 7);
		ck_assert_uint_eq(zip_head_bytes(&file), cases[i].head + 7);
		ck_assert_uint_eq(zip_entry(&file, bytes), cases[i].entry + 7);
		ck_assert_uint_eq(zip_entry_bytes(&file), cases[i].entry + 7);
	}
	ck_assert_uint_eq(zip_end(65534, 1, 1, bytes), 22);
	ck_assert_uint_eq(zip_end(65535, 1, 1, bytes), 98);
	ck_assert_uint_eq(zip_end(1, 0xffffffff, 1, bytes), 98);
}
END_TEST

START_TEST(a_tar_has_a_size_of_8_gib_in_binary)
{
	unsigned char head[TAR_BLOCK];
	struct archived_file file = file_of(((uint64_t)8 << 30) - 1, 0);

	ck_assert(tar_head(&file, head));
	ck_assert_str_eq((char *)head + 124, "77777777777");
	file.bytes++;
	ck_assert(tar_head(&file, head));
	ck_assert_int_eq(head[124], 0x80);
	ck_assert_int_eq(head[124 + 7], 2);
}
END_TEST

Suite *archive_suite(void)
{
	Suite *suite = suite_create("release/archive");
	TCase *tc = tcase_create("of a store");

	tcase_set_tags(tc, "pure");
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, any_place_of_an_archive_reads_as_in_the_whole, 0, 2);
	tcase_add_loop_test(tc, an_archive_of_nothing_ends_at_once, 0, 2);
	tcase_add_test(tc, a_file_of_parts_is_what_they_hold_one_after_the_other);
	tcase_add_test(tc, each_file_is_found_by_its_path_and_no_other_is);
	tcase_add_test(tc, two_files_of_one_path_are_refused);
	tcase_add_test(tc, a_path_that_no_tar_can_hold_is_refused);
	tcase_add_test(tc, a_damaged_table_of_contents_is_refused);
	tcase_add_test(tc, an_object_that_the_store_has_lost_is_told);
	suite_add_tcase(suite, tc);
	tc = tcase_create("heads");
	tcase_set_tags(tc, "pure");
	tcase_add_test(tc, a_zip_has_the_long_form_only_where_a_number_needs_it);
	tcase_add_test(tc, a_tar_has_a_size_of_8_gib_in_binary);
	suite_add_tcase(suite, tc);
	return suite;
}
