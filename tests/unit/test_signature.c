/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures that others publish, and every byte that may be changed in one of ours. */
#include "crypto/signature.h"

#include <check.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scratch.h"
#include "suites.h"

/* RFC 8032, 7.1, test 1. */
static const unsigned char rfc_seed[] =
	"\x9d\x61\xb1\x9d\xef\xfd\x5a\x60\xba\x84\x4a\xf4\x92\xec\x2c"
	"\xc4\x44\x49\xc5\x69\x7b\x32\x69\x19\x70\x3b\xac\x03\x1c\xae"
	"\x7f\x60";
static const unsigned char rfc_public[] =
	"\xd7\x5a\x98\x01\x82\xb1\x0a\xb7\xd5\x4b\xfe\xd3\xc9\x64\x07\x3a\x0e\xe1\x72\xf3\xda\xa6\x23"
	"\x25\xaf\x02\x1a\x68\xf7\x07\x51\x1a";

/* The example in the documentation of golang.org/x/mod/sumdb/note: its key and its note. */
static const unsigned char note_seed[] =
	"\x81\x0a\x14\x02\xd5\x14\x6c\x8d\x84\xf2\x44\x33\x30\xf5\x40\x80\xeb\xf9\x8e\xe1\x7d\x9c\x74"
	"\xf6\x25\x2f\xc5\xd5\xc7\x28\x31\x73";
static const char note_text[] = "If you think cryptography is the answer to your problem,\n"
								"then you don't know what your problem is.\n";
static const char note_signature[] =
	"\xe2\x80\x94 PeterNeumann x08go/"
	"ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

static struct signing_key *key_of(const unsigned char seed[32])
{
	struct signing_key *key = NULL;

	scratch_write("key", seed, 32);
	ck_assert_int_eq(chmod(scratch_path("key"), 0600), 0);
	ck_assert_int_eq(signing_key_open(scratch_path("key"), &key).code, OK);
	return key;
}

/* What one of the functions that sign writes; to be freed. */
static char *a_note(const struct signing_key *key, const char *name, const char *text)
{
	char *note = NULL;
	size_t len;
	FILE *out = open_memstream(&note, &len);

	signature_note(key, name, text, out);
	ck_assert_int_eq(fclose(out), 0);
	return note;
}

static char *a_signature(const struct signing_key *key, const unsigned char prehash[PREHASH_BYTES])
{
	char *signature = NULL;
	size_t len;
	FILE *out = open_memstream(&signature, &len);

	signature_minisign(key, prehash, "of a test", "timestamp:1\tfile:words", out);
	ck_assert_int_eq(fclose(out), 0);
	return signature;
}

static void prehash_of(const char *text, unsigned char prehash[PREHASH_BYTES])
{
	scratch_write("words", text, strlen(text));
	int fd = open(scratch_path("words"), O_RDONLY | O_CLOEXEC);

	ck_assert_int_eq(signature_prehash(fd, prehash).code, OK);
	close(fd);
}

START_TEST(a_seed_gives_the_key_that_the_standard_says)
{
	struct signing_key *key = key_of(rfc_seed);

	ck_assert_mem_eq(signing_key_public(key)->key, rfc_public, PUBLIC_KEY_BYTES);
	signing_key_free(key);
}
END_TEST

START_TEST(a_key_is_made_once_and_read_by_its_owner_alone)
{
	struct signing_key *one = NULL, *two = NULL;
	struct stat info;

	ck_assert_int_eq(signing_key_open(scratch_path("fresh"), &one).code, OK);
	ck_assert_int_eq(signing_key_open(scratch_path("fresh"), &two).code, OK);
	ck_assert_mem_eq(signing_key_public(one), signing_key_public(two), sizeof(struct public_key));
	ck_assert_int_eq(stat(scratch_path("fresh"), &info), 0);
	ck_assert_uint_eq(info.st_mode & 0777, 0600);
	signing_key_free(one);
	signing_key_free(two);
	chmod(scratch_path("fresh"), 0640);
	ck_assert_int_eq(signing_key_open(scratch_path("fresh"), &one).code, ERR_INTERNAL);
}
END_TEST

START_TEST(a_note_is_signed_as_the_reference_program_signs_it)
{
	struct signing_key *key = key_of(note_seed);
	char *note = a_note(key, "PeterNeumann", note_text), text[NOTE_KEY_TEXT];
	size_t len = 0;

	public_key_note(signing_key_public(key), "PeterNeumann", text);
	ck_assert_str_eq(text, "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
	ck_assert_uint_eq(strlen(note), strlen(note_text) + 1 + strlen(note_signature));
	ck_assert_mem_eq(note, note_text, strlen(note_text));
	ck_assert_str_eq(note + strlen(note_text) + 1, note_signature);
	ck_assert_ptr_null(signature_note_fault(signing_key_public(key), note, &len));
	ck_assert_uint_eq(len, strlen(note_text));
	free(note);
	signing_key_free(key);
}
END_TEST

START_TEST(signatures_of_others_on_a_note_are_passed_over)
{
	struct signing_key *key = key_of(note_seed), *other = key_of(rfc_seed);
	char *note = a_note(key, "PeterNeumann", note_text), both[1024];
	char *another = a_note(other, "another", note_text);
	size_t len;

	snprintf(both, sizeof both, "%s%s", another, note + strlen(note_text) + 1);
	ck_assert_ptr_null(signature_note_fault(signing_key_public(key), both, &len));
	ck_assert_str_eq(signature_note_fault(signing_key_public(key), another, &len),
	                 "has no signature by this key");
	free(note);
	free(another);
	signing_key_free(key);
	signing_key_free(other);
}
END_TEST

START_TEST(no_byte_of_a_signed_note_can_be_changed)
{
	struct signing_key *key = key_of(rfc_seed);
	char *note = a_note(key, "touchstone", "touchstone release\nname: faces\n");
	size_t len;

	for (char *at = note; *at; at++)
		for (int bit = 0; bit < 8; bit++) {
			char was = *at;

			*at = (char)(was ^ 1 << bit);
			ck_assert_msg(signature_note_fault(signing_key_public(key), note, &len) != NULL,
			              "byte %td, bit %d", at - note, bit);
			*at = was;
		}
	ck_assert_ptr_null(signature_note_fault(signing_key_public(key), note, &len));
	free(note);
	signing_key_free(key);
}
END_TEST

#define UNTRUSTED strlen("untrusted comment: ")

START_TEST(no_byte_of_a_minisign_signature_can_be_changed_but_its_untrusted_comment)
{
	unsigned char prehash[PREHASH_BYTES];
	struct signing_key *key = key_of(rfc_seed);

	prehash_of("words", prehash);
	char *signature = a_signature(key, prehash);
	const size_t end = strcspn(signature, "\n");
	for (char *at = signature; *at; at++) {
		char was = *at;

		*at = (char)(was ^ 1);
		const char *fault = signature_minisign_fault(signing_key_public(key), prehash, signature);
		const size_t place = (size_t)(at - signature);
		ck_assert_msg((fault == NULL) == (place >= UNTRUSTED && place < end), "byte %zu: %s", place,
		              fault ? fault : "good");
		*at = was;
	}
	ck_assert_ptr_null(signature_minisign_fault(signing_key_public(key), prehash, signature));
	free(signature);
	signing_key_free(key);
}
END_TEST

START_TEST(a_file_of_other_bytes_or_another_key_does_not_fit_a_signature)
{
	unsigned char prehash[PREHASH_BYTES];
	struct signing_key *key = key_of(rfc_seed), *other = key_of(note_seed);

	prehash_of("words", prehash);
	char *signature = a_signature(key, prehash);
	ck_assert_str_eq(signature_minisign_fault(signing_key_public(other), prehash, signature),
	                 "is by another key");
	prehash_of("wordt", prehash);
	ck_assert_str_eq(signature_minisign_fault(signing_key_public(key), prehash, signature),
	                 "is not of these bytes, or not by this key");
	free(signature);
	signing_key_free(key);
	signing_key_free(other);
}
END_TEST

START_TEST(a_public_key_is_read_as_it_is_written)
{
	struct signing_key *key = key_of(rfc_seed);
	struct public_key back;
	char text[PUBLIC_KEY_TEXT];

	public_key_text(signing_key_public(key), text);
	ck_assert(public_key_read(text, &back));
	ck_assert_mem_eq(&back, signing_key_public(key), sizeof back);
	text[55] = '\0';
	ck_assert(!public_key_read(text, &back));
	ck_assert(!public_key_read("", &back));
	ck_assert(!public_key_read("RWQ", &back));
	signing_key_free(key);
}
END_TEST

Suite *signature_suite(void)
{
	Suite *suite = suite_create("signature");
	TCase *tests = tcase_create("signature");

	tcase_add_checked_fixture(tests, scratch_make, scratch_clear);
	tcase_add_test(tests, a_seed_gives_the_key_that_the_standard_says);
	tcase_add_test(tests, a_key_is_made_once_and_read_by_its_owner_alone);
	tcase_add_test(tests, a_note_is_signed_as_the_reference_program_signs_it);
	tcase_add_test(tests, signatures_of_others_on_a_note_are_passed_over);
	tcase_add_test(tests, no_byte_of_a_signed_note_can_be_changed);
	tcase_add_test(tests, no_byte_of_a_minisign_signature_can_be_changed_but_its_untrusted_comment);
	tcase_add_test(tests, a_file_of_other_bytes_or_another_key_does_not_fit_a_signature);
	tcase_add_test(tests, a_public_key_is_read_as_it_is_written);
	suite_add_tcase(suite, tests);
	return suite;
}
