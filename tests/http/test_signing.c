/* SPDX-License-Identifier: Apache-2.0 */
/* Who made a release: what it is signed with, and what a reader can find out without asking us. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client.h"
#include "database.h"
#include "program.h"
#include "published.h"
#include "suites.h"

#define KEYS "/api/v1/signing-keys"

static const char *folder; /* of a written release */
static const char *name;

static void setup(void)
{
	struct person person = an_account("researcher");

	name = a_release(&person, a_full_campaign());
	folder = a_written_release(name);
}

static const char *current_key(void)
{
	return text_at(get(NULL, KEYS).body, "items/0/minisign");
}

/* What verify says; it must end with `code`. */
static const char *verified(int code, const char *options)
{
	int found;
	const char *said = run_program(&found, "release verify %s %s", folder, options);

	ck_assert_msg(found == code, "%d: %s", found, said);
	return said;
}

static void expect_said(const char *text, const char *part)
{
	ck_assert_msg(strstr(text, part) != NULL, "no \"%s\" in: %s", part, text);
}

START_TEST(a_release_is_signed_as_minisign_accepts_it)
{
	if (system("command -v minisign >/dev/null") != 0) {
		puts("skipped: there is no minisign here");
		return;
	}
	struct ran ran =
		shell(folder, say("minisign -V -m SHA256SUMS -P %s && minisign -V -m SHA256SUMS -p "
	                      "SIGNING-KEY.pub && printf x >>SHA256SUMS && ! minisign -V -m SHA256SUMS "
	                      "-p SIGNING-KEY.pub",
	                      current_key()));
	ck_assert_msg(ran.code == 0, "%s", ran.said);
	expect_said(ran.said, "Signature and comment signature verified");
	expect_said(ran.said, say("timestamp:%s\tfile:SHA256SUMS\trelease:%s 1.0",
	                          ask_db("SELECT extract(epoch FROM created_at)::bigint FROM release"
	                                 " WHERE name = '%s'",
	                                 name),
	                          name));
}
END_TEST

START_TEST(the_manifest_says_what_the_release_is)
{
	const char *sums = shell(folder, "sha256sum <SHA256SUMS | cut -c1-64").said;
	const char *files = shell(folder, "wc -l <SHA256SUMS").said;
	const char *bytes =
		shell(folder, "cut -c67- SHA256SUMS | tr '\\n' '\\0' | xargs -0 cat | wc -c").said;

	expect_said(file_text(folder, "manifest.note"),
	            say("touchstone release\nname: %s\nversion: 1.0\ndate: %s\nitems: 12\nfiles: "
	                "%sbytes: %ssha256 of SHA256SUMS: %s\n\xe2\x80\x94 ",
	                name, ask_db("SELECT rfc3339(created_at) FROM release WHERE name = '%s'", name),
	                files, bytes, sums));
}
END_TEST

START_TEST(the_signatures_sign_the_sums_and_are_not_in_them)
{
	const char *sums = file_text(folder, "SHA256SUMS");

	ck_assert_ptr_nonnull(strstr(sums, "  SIGNING-KEY.pub\n"));
	ck_assert_ptr_null(strstr(sums, "minisig"));
	ck_assert_ptr_null(strstr(sums, "manifest.note"));
	expect_status(get(NULL, say(RELEASES "/%s/1.0/files/SHA256SUMS.minisig", name)), 200);
	expect_status(get(NULL, say(RELEASES "/%s/1.0/files/manifest.note", name)), 200);
}
END_TEST

START_TEST(without_a_key_that_is_trusted_the_signer_is_the_releases_own_claim)
{
	expect_said(verified(0, ""), "is the release's own claim");
	const char *said = verified(0, say("--key %s", current_key()));
	ck_assert_msg(strstr(said, "claim") == NULL, "%s", said);
	expect_said(file_text(folder, "README.md"), current_key());
}
END_TEST

START_TEST(a_release_by_another_key_than_the_trusted_one_is_refused)
{
	static const char other[] = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3";

	expect_said(verified(1, say("--key %s", other)), "SIGNING-KEY.pub: is not the key that was");
	int code;
	run_program(&code, "release verify %s --key nonsense", folder);
	ck_assert_int_eq(code, 2);
}
END_TEST

/* One bit in the middle of the file. */
static void spoil(const char *path)
{
	FILE *file = fopen(path, "r+e");

	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(fseek(file, 0, SEEK_END), 0);
	long middle = ftell(file) / 2;
	ck_assert_int_eq(fseek(file, middle, SEEK_SET), 0);
	int was = fgetc(file);
	ck_assert_int_eq(fseek(file, middle, SEEK_SET), 0);
	fputc(was ^ 1, file);
	ck_assert_int_eq(fclose(file), 0);
}

START_TEST(one_changed_byte_in_any_file_is_found)
{
	char *files = say("%s", shell(folder, "find . -type f -printf '%P\\n' | sort").said);
	int count = 0;

	for (char *file; (file = strsep(&files, "\n")) && *file; count++) {
		const char *path = say("%s/%s", folder, file);

		spoil(path);
		expect_said(verified(1, ""), file);
		spoil(path);
	}
	ck_assert_int_ge(count, 12 + 9);
	verified(0, "");
}
END_TEST

START_TEST(whoever_changes_a_file_and_its_sum_cannot_sign_it)
{
	shell(folder, "echo more >>README.md && sed -i \"s/^.*  README.md/$(sha256sum README.md)/\" "
	              "SHA256SUMS && sha256sum -c --quiet SHA256SUMS");
	const char *said = verified(1, "");
	expect_said(said, "SHA256SUMS.minisig: is not of these bytes");
	expect_said(said, "manifest.note: does not say what the folder holds");
}
END_TEST

START_TEST(a_release_whose_signatures_were_taken_away_is_told_so)
{
	shell(folder, "rm SHA256SUMS.minisig manifest.note");
	const char *said = verified(1, "");
	expect_said(said, "SHA256SUMS.minisig: missing");
	expect_said(said, "manifest.note: missing");
	sign_again(folder); /* as releases of before were */
	expect_said(verified(0, ""), "note: it is not signed");
	expect_said(verified(1, say("--key %s", current_key())), "SHA256SUMS.minisig: missing");
}
END_TEST

START_TEST(the_key_is_public_and_the_command_prints_the_same)
{
	struct answer a = get(NULL, KEYS);
	const char *said = run_well("release key");

	expect_status(a, 200);
	ck_assert(true_at(a.body, "items/0/current"));
	expect_said(said, say("%s\tcurrent\t%s\t%s\n", text_at(a.body, "items/0/minisign"),
	                      text_at(a.body, "items/0/key_id"), text_at(a.body, "items/0/note")));
	expect_said(file_text(folder, "SIGNING-KEY.pub"), text_at(a.body, "items/0/key_id"));
}
END_TEST

START_TEST(a_key_that_was_rotated_stays_listed_and_its_releases_stay_good)
{
	const char *before = current_key();
	struct person person = an_account("researcher");
	int code;
	const char *said = run_program(&code, "release rotate-key");

	ck_assert_msg(code == 0, "%s", said);
	ck_assert_str_ne(current_key(), before);
	expect_said(said, say("%s\tretired", before));
	ck_assert(!true_at(get(NULL, KEYS).body, "items/1/current"));
	ck_assert_str_eq(text_at(get(NULL, KEYS).body, "items/1/minisign"), before);
	verified(0, say("--key %s", before));
	folder = a_written_release(a_release(&person, a_full_campaign()));
	verified(0, say("--key %s", current_key()));
	verified(1, say("--key %s", before));
	ck_assert_str_eq(
		shell("/", say("stat -c %%a '%s/signing-key'", getenv("TOUCHSTONE_DATA"))).said, "600\n");
}
END_TEST

/* ------------------------------------------------------------------ layouts */

/* Writes the release in a format; the folder is the one that verified() is about. */
static void write_format(const char *format)
{
	const char *to = say("%s/%s-%s", getenv("TOUCHSTONE_DATA"), name, format);

	run_well("release write %s 1.0 %s --format %s", name, to, format);
	folder = to;
}

static const char *const signed_formats[] = { "class-folders", "huggingface",  "webdataset",
	                                          "parquet",       "csv",          "jsonl",
	                                          "dfdc",          "deepfakebench" };

START_TEST(a_layout_is_signed_and_verified_as_the_release_is)
{
	const char *format = signed_formats[_i];

	write_format(format);
	const char *said = verified(0, say("--key %s", current_key()));
	expect_said(said, say("note: this is the format %s", format));
	expect_said(said, ", sound");
	ck_assert_ptr_null(strstr(said, "claim"));
	expect_said(verified(0, ""), "is the release's own claim");
	expect_said(file_text(folder, "SHA256SUMS.minisig"),
	            say("\tfile:SHA256SUMS\trelease:%s 1.0\tformat:%s\thashed\n", name, format));
	ck_assert_ptr_null(strstr(file_text(folder, "SHA256SUMS"), "minisig"));
	expect_said(file_text(folder, "SIGNING-KEY.pub"), current_key());
	shell(folder, "echo more >>README.md && sed -i \"s/^.*  README.md/$(sha256sum <README.md |"
	              " cut -c1-64)  README.md/\" SHA256SUMS");
	expect_said(verified(1, ""), "SHA256SUMS.minisig: is not of these bytes");
}
END_TEST

/* What somebody may do to a layout, and what verify says then. */
static const struct {
	const char *line, *said;
} spoilt_layouts[] = {
	{ "printf x >>labels.csv", "labels.csv: its bytes are not those" },
	{ "rm trials.csv", "trials.csv: missing" },
	{ "echo x >more.txt", "more.txt: not part of the release" },
	{ "sed -i 's/format:csv/format:bsv/' SHA256SUMS.minisig", "SHA256SUMS.minisig: " },
	{ "rm SIGNING-KEY.pub && sed -i /SIGNING-KEY/d SHA256SUMS", "SIGNING-KEY.pub: missing, and" },
};

START_TEST(a_layout_that_was_changed_is_told_so)
{
	write_format("csv");
	ck_assert_int_eq(shell(folder, spoilt_layouts[_i].line).code, 0);
	expect_said(verified(1, ""), spoilt_layouts[_i].said);
}
END_TEST

START_TEST(a_bag_holds_the_release_with_its_own_signatures)
{
	write_format("bagit");
	ck_assert_int_ne(access(say("%s/SHA256SUMS.minisig", folder), F_OK), 0);
	folder = say("%s/data", folder);
	const char *said = verified(0, say("--key %s", current_key()));
	ck_assert_ptr_null(strstr(said, "this is the format"));
}
END_TEST

/* Parquet is made when somebody asks, and then with the key of that day. */
START_TEST(a_layout_that_is_made_after_the_key_was_rotated_names_the_new_one)
{
	const char *before = current_key();

	run_well("release rotate-key");
	write_format("parquet");
	verified(0, say("--key %s", current_key()));
	expect_said(verified(1, say("--key %s", before)), "SIGNING-KEY.pub: is not the key that was");
}
END_TEST

/* A release that cannot be signed here is left to a machine that has the key: this server makes it
 * when the key is back. So it is of one campaign, or it would publish the labels of other tests'
 * items. */
START_TEST(a_key_that_is_missing_or_anothers_is_not_replaced_in_silence)
{
	const char *file = say("%s/signing-key", getenv("TOUCHSTONE_DATA"));
	const char *create =
		say("release create %s 1.0 --campaign %s", fresh_name(), a_full_campaign());
	int code;

	ck_assert_int_eq(rename(file, say("%s.kept", file)), 0);
	expect_said(run_program(&code, "%s", create), "the signing key file is missing, which");
	ck_assert_int_eq(code, 1);
	ck_assert_int_ne(access(file, F_OK), 0);
	shell("/", say("head -c 32 /dev/urandom >'%s' && chmod 600 '%s'", file, file));
	expect_said(run_program(&code, "%s", create), "the signing key file is not the one that");
	ck_assert_str_eq(ask_db("SELECT state || failures FROM job WHERE kind = 'release'"
	                        " ORDER BY created_at DESC LIMIT 1"),
	                 "waiting0");
	ck_assert_int_eq(rename(say("%s.kept", file), file), 0);
}
END_TEST

Suite *http_signing_suite(void)
{
	Suite *suite = suite_create("http/signing");
	TCase *tests = tcase_create("signing");

	tcase_set_timeout(tests, 120);
	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, a_release_is_signed_as_minisign_accepts_it);
	tcase_add_test(tests, the_manifest_says_what_the_release_is);
	tcase_add_test(tests, the_signatures_sign_the_sums_and_are_not_in_them);
	tcase_add_test(tests, without_a_key_that_is_trusted_the_signer_is_the_releases_own_claim);
	tcase_add_test(tests, a_release_by_another_key_than_the_trusted_one_is_refused);
	tcase_add_test(tests, one_changed_byte_in_any_file_is_found);
	tcase_add_test(tests, whoever_changes_a_file_and_its_sum_cannot_sign_it);
	tcase_add_test(tests, a_release_whose_signatures_were_taken_away_is_told_so);
	tcase_add_test(tests, the_key_is_public_and_the_command_prints_the_same);
	tcase_add_test(tests, a_key_that_was_rotated_stays_listed_and_its_releases_stay_good);
	tcase_add_loop_test(tests, a_layout_is_signed_and_verified_as_the_release_is, 0,
	                    sizeof signed_formats / sizeof signed_formats[0]);
	tcase_add_loop_test(tests, a_layout_that_was_changed_is_told_so, 0,
	                    sizeof spoilt_layouts / sizeof spoilt_layouts[0]);
	tcase_add_test(tests, a_bag_holds_the_release_with_its_own_signatures);
	tcase_add_test(tests, a_layout_that_is_made_after_the_key_was_rotated_names_the_new_one);
	tcase_add_test(tests, a_key_that_is_missing_or_anothers_is_not_replaced_in_silence);
	suite_add_tcase(suite, tests);
	return suite;
}
