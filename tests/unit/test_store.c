/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store.h"

#include <check.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "core/hex.h"
#include "crypto/sha256.h"
#include "scratch.h"
#include "suites.h"

static struct store *store;
static unsigned char digest[SHA256_BYTES];
static uint64_t bytes;

static struct stat synced[16];
static unsigned syncs;
static pthread_mutex_t sync_lock = PTHREAD_MUTEX_INITIALIZER; /* guards both */

/* In place of libc's: notes what is brought to disk. */
int fsync(int fd)
{
	pthread_mutex_lock(&sync_lock);
	fstat(fd, &synced[syncs++ % 16]);
	pthread_mutex_unlock(&sync_lock);
	return (int)syscall(SYS_fsync, fd);
}

static bool was_synced(const char *name)
{
	struct stat info;
	bool found = false;

	ck_assert_int_eq(stat(scratch_path(name), &info), 0);
	for (unsigned i = 0; i < syncs && i < 16; i++)
		found = found || (synced[i].st_ino == info.st_ino && synced[i].st_dev == info.st_dev);
	return found;
}

static bool is_stored(void)
{
	bool there = false;

	ck_assert_int_eq(store_has(store, digest, &there).code, OK);
	return there;
}

static struct store *open_store(void)
{
	char url[PATH_MAX + 5];
	struct store *opened = NULL;

	snprintf(url, sizeof url, "file:%s", scratch_path("store"));
	struct error err = store_open(url, &opened);
	ck_assert_msg(!err.code, "%s", err.detail);
	return opened;
}

static void setup(void)
{
	scratch_make();
	store = open_store();
	scratch_write("a", "hello", 5);
}

static void teardown(void)
{
	store_free(store);
	scratch_clear();
}

static void put_hello(void)
{
	ck_assert_int_eq(store_put(store, scratch_path("a"), digest, &bytes).code, OK);
}

START_TEST(a_file_is_named_by_its_sha256)
{
	char text[SHA256_TEXT], path[PATH_MAX];

	put_hello();
	hex_encode(text, digest, sizeof digest);
	store_locate(store, digest, path);
	ck_assert_str_eq(text, "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
	ck_assert_ptr_nonnull(strstr(path, "/store/2c/f24dba5fb0a30e"));
	ck_assert_uint_eq(bytes, 5);
	ck_assert(is_stored());
}
END_TEST

START_TEST(what_was_put_can_be_read)
{
	char text[6] = "";
	uint64_t size;
	int fd;

	put_hello();
	ck_assert_int_eq(store_open_read(store, digest, &fd, &size).code, OK);
	ck_assert_uint_eq(size, 5);
	ck_assert_int_eq(read(fd, text, 5), 5);
	ck_assert_str_eq(text, "hello");
	close(fd);
}
END_TEST

START_TEST(what_was_put_is_lent_to_a_program_by_its_path)
{
	char path[PATH_MAX], text[6] = "";

	ck_assert_int_eq(store_borrow(store, digest, path).code, ERR_NOT_FOUND);
	put_hello();
	ck_assert_int_eq(store_borrow(store, digest, path).code, OK);
	FILE *file = fopen(path, "re");
	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fread(text, 1, 5, file), 5);
	ck_assert_str_eq(text, "hello");
	fclose(file);
	store_give_back(store, path);
	ck_assert(is_stored());
	ck_assert(store_opens_at_once(store));
}
END_TEST

START_TEST(putting_twice_keeps_one_file_and_nothing_else)
{
	put_hello();
	put_hello();
	ck_assert_uint_eq(scratch_count("store"), 1);
}
END_TEST

START_TEST(a_new_store_and_its_folders_are_on_disk)
{
	syncs = 0;
	store_free(store);
	char url[PATH_MAX + 5];
	snprintf(url, sizeof url, "file:%s", scratch_path("deep/er"));
	ck_assert_int_eq(store_open(url, &store).code, OK);
	ck_assert(was_synced(""));
	ck_assert(was_synced("deep"));
	ck_assert(was_synced("deep/er"));
}
END_TEST

/* Who wrote it first may have been killed before it came to its folders. */
START_TEST(a_twin_is_on_disk_too_once_it_is_put)
{
	put_hello();
	syncs = 0;
	put_hello();
	ck_assert(was_synced("store"));
	ck_assert(was_synced("store/2c"));
}
END_TEST

START_TEST(a_store_that_takes_nothing_says_that_it_is_the_disk)
{
	ck_assert_int_eq(rmdir(scratch_path("store/tmp")), 0);
	scratch_write("store/tmp", "", 0);
	struct error err = store_put(store, scratch_path("a"), digest, &bytes);
	ck_assert_int_eq(err.code, ERR_DISK);
	ck_assert_str_eq(err.detail, "the media store could not make a file: Not a directory");
}
END_TEST

START_TEST(taking_moves_the_file)
{
	char scratch[PATH_MAX];

	ck_assert_int_eq(store_scratch(store, scratch).code, OK);
	strcat(scratch, "/a");
	ck_assert_int_eq(rename(scratch_path("a"), scratch), 0);
	ck_assert_int_eq(store_take(store, scratch, digest, &bytes).code, OK);
	ck_assert_int_eq(access(scratch, F_OK), -1);
	ck_assert(is_stored());
}
END_TEST

START_TEST(removing_removes_and_is_safe_to_repeat)
{
	int fd;

	put_hello();
	ck_assert_int_eq(store_remove(store, digest).code, OK);
	ck_assert_int_eq(store_remove(store, digest).code, OK);
	ck_assert(!is_stored());
	ck_assert_int_eq(store_open_read(store, digest, &fd, &bytes).code, ERR_NOT_FOUND);
}
END_TEST

START_TEST(only_regular_files_are_put)
{
	ck_assert_int_eq(mkfifo(scratch_path("fifo"), 0600), 0);
	ck_assert_int_eq(store_put(store, scratch_path("fifo"), digest, &bytes).code, ERR_INVALID);
	ck_assert_int_eq(store_put(store, scratch_path("store"), digest, &bytes).code, ERR_INVALID);
	ck_assert_int_eq(store_put(store, scratch_path("none"), digest, &bytes).code, ERR_NOT_FOUND);
	ck_assert_uint_eq(scratch_count("store"), 0);
}
END_TEST

START_TEST(a_failed_put_leaves_the_outputs_alone)
{
	memset(digest, 7, sizeof digest);
	bytes = 9;
	ck_assert(store_put(store, scratch_path("none"), digest, &bytes).code != OK);
	ck_assert_uint_eq(bytes, 9);
	ck_assert_uint_eq(digest[0], 7);
}
END_TEST

START_TEST(what_a_crash_left_is_cleared_after_a_day_and_not_before)
{
	struct timespec old[2] = { { time(NULL) - 90000, 0 }, { time(NULL) - 90000, 0 } };

	scratch_write("store/tmp/put-old", "x", 1);
	scratch_write("store/tmp/put-new", "x", 1);
	ck_assert_int_eq(mkdir(scratch_path("store/tmp/work-old"), 0700), 0);
	scratch_write("store/tmp/work-old/input", "x", 1);
	ck_assert_int_eq(mkdir(scratch_path("store/tmp/work-grows"), 0700), 0);
	scratch_write("store/tmp/work-grows/bytes", "x", 1);
	utimensat(AT_FDCWD, scratch_path("store/tmp/put-old"), old, 0);
	utimensat(AT_FDCWD, scratch_path("store/tmp/work-old/input"), old, 0);
	utimensat(AT_FDCWD, scratch_path("store/tmp/work-grows"), old, 0);
	utimensat(AT_FDCWD, scratch_path("store/tmp/work-old"), old, 0);
	store_free(open_store());
	ck_assert_int_eq(access(scratch_path("store/tmp/put-old"), F_OK), -1);
	ck_assert_int_eq(access(scratch_path("store/tmp/work-old"), F_OK), -1);
	ck_assert_int_eq(access(scratch_path("store/tmp/put-new"), F_OK), 0);
	ck_assert_int_eq(access(scratch_path("store/tmp/work-grows"), F_OK), 0);
}
END_TEST

/* Makes a scratch folder and a file in it look an hour old. */
static void scratch_of_an_hour_ago(bool lasting, char path[PATH_MAX])
{
	struct timespec old[2] = { { time(NULL) - 3600, 0 }, { time(NULL) - 3600, 0 } };
	struct error err = lasting ? store_scratch_lasting(store, path) : store_scratch(store, path);
	char file[PATH_MAX + 8];

	ck_assert_int_eq(err.code, OK);
	snprintf(file, sizeof file, "%s/input", path);
	int fd = open(file, O_WRONLY | O_CREAT | O_EXCL, 0600);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(futimens(fd, old), 0);
	close(fd);
	ck_assert_int_eq(utimensat(AT_FDCWD, path, old, 0), 0);
}

static bool is_the_one(void *arg, const char *path)
{
	return strcmp(arg, path) == 0;
}

START_TEST(what_a_crash_left_is_swept_but_not_what_is_needed_or_lasts)
{
	char left[PATH_MAX], needed[PATH_MAX], lasting[PATH_MAX], fresh[PATH_MAX];
	uint64_t removed = 0;

	scratch_of_an_hour_ago(false, left);
	scratch_of_an_hour_ago(false, needed);
	scratch_of_an_hour_ago(true, lasting);
	ck_assert_int_eq(store_scratch(store, fresh).code, OK);
	ck_assert_int_eq(store_sweep(store, is_the_one, needed, &removed).code, OK);
	ck_assert_uint_eq(removed, 1);
	ck_assert_int_eq(access(left, F_OK), -1);
	ck_assert_int_eq(access(needed, F_OK), 0);
	ck_assert_int_eq(access(lasting, F_OK), 0);
	ck_assert_int_eq(access(fresh, F_OK), 0);
}
END_TEST

/* What cannot be looked for is not lost: here the folder that it lies in is a link to itself. */
START_TEST(a_file_that_cannot_be_looked_for_is_not_taken_for_missing)
{
	char path[PATH_MAX];
	bool there = true;
	int fd;

	put_hello();
	ck_assert_int_eq(rename(scratch_path("store/2c"), scratch_path("away")), 0);
	ck_assert_int_eq(symlink("2c", scratch_path("store/2c")), 0);
	struct error err = store_has(store, digest, &there);
	ck_assert_int_eq(err.code, ERR_INTERNAL);
	ck_assert_str_eq(err.detail, "the media store could not look for a file: Too many levels of "
	                             "symbolic links");
	ck_assert(there);
	ck_assert_int_eq(store_open_read(store, digest, &fd, &bytes).code, ERR_INTERNAL);
	ck_assert_int_eq(store_borrow(store, digest, path).code, ERR_INTERNAL);
	ck_assert_int_eq(unlink(scratch_path("store/2c")), 0);
	ck_assert_int_eq(rename(scratch_path("away"), scratch_path("store/2c")), 0);
	ck_assert(is_stored());
}
END_TEST

static const struct {
	const char *url, *detail;
} refused[] = {
	{ "s3://bucket/prefix", "TOUCHSTONE_S3_ENDPOINT is https://HOST[:PORT], without a path" },
	{ "s3://b/prefix", "s3://bucket/prefix names no bucket" },
	{ "s3://bucket/../up", "the prefix behind the bucket is of letters, digits, -._ and single "
	                       "slashes, and ends with none" },
	{ "/var/media", "the media store must be file:/path or s3://bucket/prefix" },
	{ "file:", "the media store needs a folder: file:/path" },
};

START_TEST(another_kind_of_store_is_refused_in_a_sentence)
{
	struct store *none = NULL;

	store_configure(
		&(struct store_service){ .cache = scratch_path("cache"), .cache_bytes = 1 << 24 });
	struct error err = store_open(refused[_i].url, &none);

	ck_assert_int_eq(err.code, ERR_INVALID);
	ck_assert_str_eq(err.detail, refused[_i].detail);
	ck_assert_ptr_null(none);
}
END_TEST

START_TEST(a_store_that_can_be_written_is_ready)
{
	ck_assert_int_eq(store_ready(store).code, OK);
	ck_assert_uint_eq(scratch_count("store"), 0);
}
END_TEST

static void *put_many(void *arg)
{
	unsigned char found[SHA256_BYTES];
	char name[16];
	uint64_t size;

	for (int i = 0; i < 20; i++) {
		char path[PATH_MAX];
		snprintf(name, sizeof name, "f%d", i);
		snprintf(path, sizeof path, "%s/%s", (const char *)arg, name);
		if (store_put(store, path, found, &size).code)
			return arg;
	}
	return NULL;
}

START_TEST(many_threads_put_the_same_files)
{
	pthread_t threads[4];
	char folder[PATH_MAX];
	void *failed;

	snprintf(folder, sizeof folder, "%s", scratch_path(""));
	for (int i = 0; i < 20; i++) {
		char name[16];
		snprintf(name, sizeof name, "f%d", i);
		scratch_write(name, name, strlen(name));
	}
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, put_many, folder), 0);
	for (int i = 0; i < 4; i++) {
		pthread_join(threads[i], &failed);
		ck_assert_ptr_null(failed);
	}
	ck_assert_uint_eq(scratch_count("store"), 20);
}
END_TEST

Suite *store_suite(void)
{
	Suite *suite = suite_create("store");
	TCase *tc = tcase_create("folder");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_file_is_named_by_its_sha256);
	tcase_add_test(tc, what_was_put_can_be_read);
	tcase_add_test(tc, what_was_put_is_lent_to_a_program_by_its_path);
	tcase_add_test(tc, putting_twice_keeps_one_file_and_nothing_else);
	tcase_add_test(tc, a_new_store_and_its_folders_are_on_disk);
	tcase_add_test(tc, a_twin_is_on_disk_too_once_it_is_put);
	tcase_add_test(tc, a_store_that_takes_nothing_says_that_it_is_the_disk);
	tcase_add_test(tc, taking_moves_the_file);
	tcase_add_test(tc, removing_removes_and_is_safe_to_repeat);
	tcase_add_test(tc, only_regular_files_are_put);
	tcase_add_test(tc, a_failed_put_leaves_the_outputs_alone);
	tcase_add_test(tc, what_a_crash_left_is_cleared_after_a_day_and_not_before);
	tcase_add_test(tc, what_a_crash_left_is_swept_but_not_what_is_needed_or_lasts);
	tcase_add_test(tc, a_file_that_cannot_be_looked_for_is_not_taken_for_missing);
	tcase_add_loop_test(tc, another_kind_of_store_is_refused_in_a_sentence, 0,
	                    sizeof refused / sizeof refused[0]);
	tcase_add_test(tc, a_store_that_can_be_written_is_ready);
	tcase_add_test(tc, many_threads_put_the_same_files);
	suite_add_tcase(suite, tc);
	return suite;
}
