/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are opened by the secret half alone, and every way to damage one. */
#include "crypto/sealed_file.h"

#include <check.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/secret.h"
#include "scratch.h"
#include "suites.h"

#define PIECE_BYTES 65536

static unsigned char public_half[SEALING_KEY_BYTES], secret_half[SEALING_KEY_BYTES];

static void make_keys(void)
{
	unsigned char derived[SEALING_KEY_BYTES];

	scratch_make();
	ck_assert_int_eq(sealing_key_make(scratch_path("key")).code, OK);
	ck_assert_int_eq(sealing_key_read(scratch_path("key.pub"), public_half).code, OK);
	ck_assert_int_eq(opening_key_read(scratch_path("key"), secret_half, derived).code, OK);
	ck_assert_mem_eq(derived, public_half, SEALING_KEY_BYTES);
}

/* Seals so many bytes from the file "plain" into the file "sealed". */
static struct sealed_file seal_bytes(size_t bytes)
{
	struct sealed_file sealed = { .bytes = 0 };
	unsigned char *plain = malloc(bytes + 1);

	secret_fill(plain, bytes);
	scratch_write("plain", plain, bytes);
	free(plain);
	int from = open(scratch_path("plain"), O_RDONLY | O_CLOEXEC);
	int to = open(scratch_path("sealed"), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	ck_assert_int_eq(sealed_file_write(public_half, from, to, &sealed).code, OK);
	close(from);
	close(to);
	return sealed;
}

/* Opens the file "sealed" into the file "opened". */
static enum error_code open_sealed(const unsigned char key[SEALING_KEY_BYTES], uint64_t *ret_bytes)
{
	unsigned char digest[SHA256_BYTES];
	int from = open(scratch_path("sealed"), O_RDONLY | O_CLOEXEC);
	int to = open(scratch_path("opened"), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	enum error_code code = sealed_file_read(key, from, to, digest, ret_bytes).code;

	close(from);
	close(to);
	return code;
}

static const size_t lengths[] = { 0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 200000 };

START_TEST(a_file_of_any_length_comes_back_by_the_secret_half)
{
	struct sealed_file sealed = seal_bytes(lengths[_i]);
	unsigned char key[SEALING_KEY_BYTES];
	uint64_t bytes = 1;
	size_t len = 0, opened_len = 0;

	ck_assert_int_eq(sealed_key_open(secret_half, public_half, sealed.sealed, key).code, OK);
	ck_assert_mem_eq(key, sealed.key, SEALING_KEY_BYTES);
	ck_assert_int_eq(open_sealed(key, &bytes), OK);
	ck_assert_uint_eq(bytes, lengths[_i]);
	char *plain = scratch_read(scratch_path("plain"), &len);
	char *opened = scratch_read(scratch_path("opened"), &opened_len);
	ck_assert_uint_eq(len, opened_len);
	if (len)
		ck_assert_mem_eq(plain, opened, len);
	free(plain);
	free(opened);
}
END_TEST

START_TEST(what_is_sealed_has_no_run_of_what_it_was)
{
	size_t len = 0, sealed_len = 0;

	seal_bytes(1000);
	char *plain = scratch_read(scratch_path("plain"), &len);
	char *sealed = scratch_read(scratch_path("sealed"), &sealed_len);
	ck_assert_uint_gt(sealed_len, len);
	for (size_t at = 0; at + 8 <= len; at++)
		ck_assert_ptr_null(memmem(sealed, sealed_len, plain + at, 8));
	free(plain);
	free(sealed);
}
END_TEST

START_TEST(another_key_opens_neither_the_key_nor_the_file)
{
	struct sealed_file sealed = seal_bytes(1000);
	unsigned char other_public[SEALING_KEY_BYTES], other[SEALING_KEY_BYTES];
	unsigned char key[SEALING_KEY_BYTES];
	uint64_t bytes = 0;

	ck_assert_int_eq(sealing_key_make(scratch_path("other")).code, OK);
	ck_assert_int_eq(opening_key_read(scratch_path("other"), other, other_public).code, OK);
	ck_assert_int_eq(sealed_key_open(other, other_public, sealed.sealed, key).code, ERR_FORBIDDEN);
	ck_assert_int_eq(open_sealed(other, &bytes), ERR_CONFLICT);
}
END_TEST

START_TEST(a_byte_that_is_changed_anywhere_is_noticed)
{
	struct sealed_file sealed = seal_bytes(200);
	size_t len = 0;
	uint64_t bytes = 0;
	char *whole = scratch_read(scratch_path("sealed"), &len);

	for (size_t at = 0; at < len; at++) {
		whole[at] ^= 1;
		scratch_write("sealed", whole, len);
		ck_assert_int_eq(open_sealed(sealed.key, &bytes), ERR_CONFLICT);
		whole[at] ^= 1;
	}
	free(whole);
}
END_TEST

START_TEST(a_file_that_is_cut_or_goes_on_is_noticed)
{
	struct sealed_file sealed = seal_bytes(2 * PIECE_BYTES);
	size_t len = 0;
	uint64_t bytes = 0;
	char *whole = scratch_read(scratch_path("sealed"), &len);
	const size_t cuts[] = { 0, 10, 40, 40 + PIECE_BYTES + 17, len - 17, len - 1 };

	for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
		scratch_write("sealed", whole, cuts[i]);
		ck_assert_int_eq(open_sealed(sealed.key, &bytes), ERR_CONFLICT);
	}
	char *longer = calloc(1, len + 17);
	memcpy(longer, whole, len);
	scratch_write("sealed", longer, len + 17);
	ck_assert_int_eq(open_sealed(sealed.key, &bytes), ERR_CONFLICT);
	free(longer);
	free(whole);
}
END_TEST

START_TEST(a_key_is_replaced_by_none_and_is_its_owners_alone)
{
	struct stat info;

	ck_assert_int_eq(stat(scratch_path("key"), &info), 0);
	ck_assert_int_eq(info.st_mode & 0777, 0600);
	ck_assert_int_eq(sealing_key_make(scratch_path("key")).code, ERR_CONFLICT);
	ck_assert_int_eq(unlink(scratch_path("key")), 0);
	ck_assert_int_eq(sealing_key_make(scratch_path("key")).code, ERR_CONFLICT);
	ck_assert_int_ne(access(scratch_path("key"), F_OK), 0);
}
END_TEST

START_TEST(each_half_is_refused_where_the_other_belongs)
{
	unsigned char one[SEALING_KEY_BYTES], other[SEALING_KEY_BYTES];

	ck_assert_int_eq(sealing_key_read(scratch_path("key"), one).code, ERR_INVALID);
	ck_assert_int_eq(chmod(scratch_path("key.pub"), 0600), 0);
	ck_assert_int_eq(opening_key_read(scratch_path("key.pub"), one, other).code, ERR_INVALID);
	ck_assert_int_eq(chmod(scratch_path("key"), 0640), 0);
	ck_assert_int_eq(opening_key_read(scratch_path("key"), one, other).code, ERR_INTERNAL);
	scratch_write("key.pub", "touchstone-held-public 00\n", 26);
	ck_assert_int_eq(sealing_key_read(scratch_path("key.pub"), one).code, ERR_INVALID);
}
END_TEST

Suite *sealed_file_suite(void)
{
	Suite *suite = suite_create("sealed_file");
	TCase *tc = tcase_create("keys and files");

	tcase_add_checked_fixture(tc, make_keys, scratch_clear);
	tcase_add_loop_test(tc, a_file_of_any_length_comes_back_by_the_secret_half, 0,
	                    sizeof lengths / sizeof lengths[0]);
	tcase_add_test(tc, what_is_sealed_has_no_run_of_what_it_was);
	tcase_add_test(tc, another_key_opens_neither_the_key_nor_the_file);
	tcase_add_test(tc, a_byte_that_is_changed_anywhere_is_noticed);
	tcase_add_test(tc, a_file_that_is_cut_or_goes_on_is_noticed);
	tcase_add_test(tc, a_key_is_replaced_by_none_and_is_its_owners_alone);
	tcase_add_test(tc, each_half_is_refused_where_the_other_belongs);
	suite_add_tcase(suite, tc);
	return suite;
}
