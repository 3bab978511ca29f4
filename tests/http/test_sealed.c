/* SPDX-License-Identifier: Apache-2.0 */
/* What may be relied on where a release seals its test split: nothing tells a label before it is
 * unsealed, and nobody can change one after it was sealed. */
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "database.h"
#include "published.h"
#include "suites.h"
#include "world.h"

#define OF_CAMPAIGN \
	" (SELECT i.id FROM item i JOIN campaign c ON c.id = i.campaign_id WHERE c.name = '%s') "

static const char *const formats[] = { "touchstone", "class-folders", "huggingface",
	                                   "webdataset", "parquet",       "csv",
	                                   "jsonl",      "dfdc",          "deepfakebench",
	                                   "bagit" };

/* Retired images of one label, each with bytes of its own. */
static void make_alone(const char *campaign, int count, double p_fake)
{
	for (int i = 0; i < count; i++) {
		const char *bytes = fresh_name();

		make_retired(campaign, 1, p_fake, &(struct items){ .file = a_file(bytes, strlen(bytes)) });
	}
}

/*
 * A campaign of five fakes and two real images in the test split, and six of each in train. All
 * that may tell the label of the seven has "secret" in it.
 */
static const char *unjudged_campaign(void)
{
	const char *campaign = a_campaign();

	make_alone(campaign, 5, 0.987);
	make_alone(campaign, 2, 0.0123);
	tell_db("INSERT INTO item_split (item_id, split) SELECT id, 'test' FROM" OF_CAMPAIGN "t",
	        campaign);
	tell_db("UPDATE item i SET generator = 'secret ' || k.p_fake, source = 'secret source',"
	        " title = 'secret title', made_how = 'secret means', techniques = '{face_swap}',"
	        " truth = CASE WHEN k.p_fake > 0.5 THEN 'fake' ELSE 'real' END::verdict,"
	        " basis = 'dataset_label', licence = 'CC-BY-4.0', credit = 'Somebody'"
	        " FROM consensus k WHERE k.item_id = i.id AND i.id IN" OF_CAMPAIGN,
	        campaign);
	make_alone(campaign, 6, 0.99);
	make_alone(campaign, 6, 0.02);
	tell_db("INSERT INTO item_split (item_id, split) SELECT id, 'train' FROM" OF_CAMPAIGN
	        "t ON CONFLICT DO NOTHING",
	        campaign);
	return campaign;
}

/* The same, with what volunteers said of each. */
static const char *campaign_to_seal(void)
{
	const char *campaign = unjudged_campaign();

	judge_all(campaign, 3);
	return campaign;
}

static struct answer ask_sealed(struct person *as, const char *name, const char *campaign)
{
	return post(as, RELEASES,
	            json_pack("{s:s, s:s, s:b, s:{s:s}}", "name", name, "version", "1.0", "seal_test",
	                      1, "filter", "campaign", campaign));
}

static void expect_done(struct person *as, struct answer a)
{
	expect_status(a, 202);
	json_t *job = a_finished_job(as, text_at(a.body, "job/id"));
	ck_assert_msg(strcmp(text_at(job, "state"), "done") == 0, "%s", json_dumps(job, 0));
}

static const char *a_sealed_release(const char *campaign)
{
	struct person person = an_account("researcher");
	const char *name = fresh_name();

	expect_done(&person, ask_sealed(&person, name, campaign));
	return name;
}

/* Runs a shell's commands in the folder; true where they end well. */
static bool in_folder(const char *folder, const char *commands)
{
	return system(say("cd '%s' && %s", folder, commands)) == 0;
}

/* The release in a format, in a folder. */
static const char *written_as(const char *name, const char *format)
{
	const char *folder = say("%s/%s-%s", getenv("TOUCHSTONE_DATA"), name, format);

	run_well("release write %s 1.0 %s --format %s", name, folder, format);
	return folder;
}

static void expect_verified(const char *folder, int due, const char *due_words)
{
	int code;
	const char *said = run_program(&code, "release verify %s", folder);

	ck_assert_msg(code == due, "%s", said);
	ck_assert_msg(strstr(said, due_words) != NULL, "%s", said);
}

static void unseal(const char *name)
{
	struct person moderator = an_account("moderator");

	expect_done(&moderator, post(&moderator, say(RELEASES "/%s/1.0/unseal", name), json_object()));
}

/* ------------------------------------------------------------------ what is withheld */

/* Ids of the sealed items and names of their files, a line each. */
static void list_sealed(const char *name, const char *path)
{
	const char *list =
		ask_db("SELECT string_agg(r.item_id || E'\\n' || substring(r.path FROM '[0-9a-f]{20}'),"
	           " E'\\n') FROM release_item r JOIN release e ON e.id = r.release_id"
	           " WHERE e.name = '%s' AND r.sealed",
	           name);

	put_file(getenv("TOUCHSTONE_DATA"), path, say("%s\n", list));
}

/*
 * Every line of every file that names a sealed item, in every format: none has a label.  Tables are
 * read as text; those of Parquet as duckdb would, by tests/e2e/parquet.test.js.
 */
START_TEST(no_file_of_any_format_tells_the_label_of_a_sealed_item)
{
	const char *name = a_sealed_release(campaign_to_seal());
	const char *folder = written_as(name, formats[_i]);

	list_sealed(name, name);
	ck_assert(in_folder(folder, say("[ $(wc -l <../%s) = 14 ]", name)));
	ck_assert(in_folder(folder, "grep -rq '^36 judgments by 3 volunteers' --include=README.md ."));
	ck_assert(in_folder(folder, "! grep -aq 'secret \\(source\\|title\\|means\\|0\\)' -r ."));
	ck_assert(in_folder(folder, say("! grep -rahF -f ../%s . | sed 's/\"p_fake\": *null//g' |"
	                                " grep -aqi 'fake\\|real\\|0\\.987\\|0\\.0123\\|face_swap'",
	                                name)));
	ck_assert(in_folder(
		folder, say("! find . -path '*test*' | grep -F -f ../%s | grep -qi 'fake\\|real'", name)));
	ck_assert(
		in_folder(folder, "[ -z \"$(find . -path '*test/*fake/*' -o -path '*test/*real/*')\" ]"));
	ck_assert(
		in_folder(folder, say("for table in $(find . -name 'judgments.*' -o -name 'trials.*' -o"
	                          " -name 'crowd.*' -o -name 'marks.*'); do"
	                          " ! grep -qF -f ../%s $table || exit 1; done",
	                          name)));
}
END_TEST

/* The seven files are there all the same. */
static const struct {
	const char *format, *commands;
} places[] = {
	{ "touchstone", "[ $(ls image/test/sealed | wc -l) = 7 ] && [ $(wc -l <sealed.csv) = 8 ]" },
	{ "class-folders", "[ $(ls test/sealed | wc -l) = 7 ] && [ $(ls test | wc -l) = 1 ]" },
	{ "huggingface",
	  "[ $(ls sealed/*.jpg | wc -l) = 7 ] && [ ! -e test ] &&"
	  " ! grep -q label sealed/metadata.jsonl && grep -q '\"label\"' train/metadata.jsonl" },
	{ "webdataset",
	  "[ $(tar tf image-test-sealed-000000.tar | grep -c jpg) = 7 ] &&"
	  " ! tar tf image-test-sealed-000000.tar | grep -q cls && [ ! -e image-test-000000.tar ]" },
	{ "dfdc", "[ $(grep -c '\"label\": null, \"split\": \"test\", \"original\": null' "
	          "test/metadata.json) = 7 ]" },
	{ "deepfakebench",
	  "[ $(ls image/test/sealed | wc -l) = 7 ] && grep -q 'labels of 7 items' SEALED.txt"
	  " && [ $(cat *.json | grep -c '\\\"test\\\": {}') = 2 ]" },
	{ "bagit", "[ $(ls data/image/test/sealed | wc -l) = 7 ]" },
	{ "csv", "[ $(grep -c ',test,image,.*,,,,,,,' labels.csv) = 7 ] && [ -e sealed.csv ]" },
	{ "jsonl", "[ $(grep -c '\"label\": null' labels.jsonl) = 7 ] && [ -e sealed.csv ]" },
};

START_TEST(every_format_has_the_files_of_sealed_items)
{
	const char *name = a_sealed_release(campaign_to_seal());

	ck_assert_msg(in_folder(written_as(name, places[_i].format), places[_i].commands), "%s in %s",
	              places[_i].format, name);
}
END_TEST

/* The same release with the other labels would say the same of all but the salted commitments. */
START_TEST(no_count_tells_how_many_sealed_items_are_fake)
{
	const char *campaign = unjudged_campaign(), *name = a_sealed_release(campaign);
	const char *folder = a_written_release(name);

	tell_db(
		"UPDATE consensus k SET p_fake = 1 - k.p_fake FROM item_split s WHERE s.item_id = k.item_id"
		" AND s.split = 'test' AND k.item_id IN" OF_CAMPAIGN,
		campaign);
	const char *other = a_sealed_release(campaign);

	a_written_release(other);
	ck_assert_int_eq(count_db("SELECT count(*) FROM release_item r JOIN release e ON e.id ="
	                          " r.release_id WHERE e.name = '%s' AND r.sealed AND r.label = 'fake'",
	                          other),
	                 2);
	/* Without the widths of intervals, which the model of the server may write meanwhile. */
	const char *figures = "python3 -c 'import json; f = json.load(open(\"figures.json\"));"
						  " f.pop(\"interval_width\"); print(f)'";
	ck_assert(in_folder(folder, say("%s >../%s.f && cd ../%s-1.0 && %s | diff - ../%s.f >&2",
	                                figures, name, other, figures, name)));
	ck_assert(in_folder(folder, say("diff leaks.csv ../%s-1.0 >&2", other)));
	ck_assert(in_folder(
		folder, say("sed 's/%s/X/g' README.md >../%s.a && sed 's/%s/X/g' ../%s-1.0/README.md"
	                " | diff - ../%s.a",
	                name, name, other, other, name)));
	ck_assert_int_eq(json_integer_value(at(json_loads(file_text(folder, "figures.json"), 0, NULL),
	                                       "labels/1/sealed")),
	                 7);
	struct answer a = get(NULL, say(RELEASES "/%s/1.0", name));
	ck_assert_int_eq(number_at(a.body, "sealed"), 7);
	ck_assert_int_eq(number_at(a.body, "splits/test/fake"), 0);
	ck_assert_int_eq(number_at(a.body, "splits/test/real"), 0);
	ck_assert(json_is_null(at(a.body, "unsealed")));
}
END_TEST

START_TEST(a_dry_run_counts_what_would_be_sealed)
{
	struct person person = an_account("researcher");
	const char *campaign = campaign_to_seal();
	struct answer a =
		post(&person, RELEASES,
	         json_pack("{s:s, s:s, s:b, s:b, s:{s:s}}", "name", fresh_name(), "version", "1.0",
	                   "seal_test", 1, "dry_run", 1, "filter", "campaign", campaign));
	int code;

	expect_status(a, 200);
	ck_assert_int_eq(number_at(a.body, "sealed"), 7);
	ck_assert_int_eq(number_at(a.body, "items"), 19);
	ck_assert_int_eq(number_at(a.body, "splits/test/fake") + number_at(a.body, "splits/test/real"),
	                 0);
	ck_assert_ptr_nonnull(
		strstr(run_program(&code, "release create %s 1 --campaign %s --seal-test --dry-run",
	                       fresh_name(), campaign),
	           "sealed\t7 of test\t0 left out"));
}
END_TEST

/* ------------------------------------------------------------------ unsealing */

START_TEST(a_sealed_release_verifies_before_and_after_it_is_unsealed)
{
	const char *campaign = campaign_to_seal(), *name = a_sealed_release(campaign);
	const char *folder = a_written_release(name), *sums = file_text(folder, "SHA256SUMS");

	expect_verified(folder, 0, "7 labels are sealed");
	unseal(name);
	struct answer a = get(NULL, say(RELEASES "/%s/1.0", name));
	ck_assert(json_is_string(at(a.body, "unsealed/at")));
	struct answer file = get(NULL, text_at(a.body, "unsealed/file/url"));
	expect_status(file, 200);
	put_file(folder, "sealed_labels.csv", file.text);
	expect_verified(folder, 0, "7 labels were sealed, and are opened as they were committed to");
	ck_assert_int_eq(system(say("rm -r '%s'", folder)), 0);
	ck_assert_str_eq(sums, file_text(a_written_release(name), "SHA256SUMS"));
	expect_verified(folder, 0, "7 labels were sealed, and are opened");
	ck_assert(in_folder(folder, "[ $(grep -c ',fake,crowd,0.987' sealed_labels.csv) = 5 ] &&"
	                            " [ $(grep -c ',real,crowd,0.0123' sealed_labels.csv) = 2 ] &&"
	                            " [ $(grep -c 'secret source' sealed_labels.csv) = 7 ]"));
}
END_TEST

/* What the card gives to whoever has no program of ours. */
START_TEST(the_cards_own_lines_of_python_open_the_commitments)
{
	const char *name = a_sealed_release(campaign_to_seal());
	const char *check =
		"sed -n '/^import csv, hashlib/,/^assert not sealed/p' README.md | python3 -";

	unseal(name);
	const char *folder = a_written_release(name);
	ck_assert(in_folder(folder, check));
	ck_assert(in_folder(folder, "sed -i '0,/,fake,crowd/s//,real,crowd/' sealed_labels.csv"));
	ck_assert(!in_folder(folder, say("%s 2>/dev/null", check)));
}
END_TEST

static const struct {
	const char *change, *fault;
} forgeries[] = {
	{ "sed -i '0,/,fake,crowd/s//,real,crowd/' sealed_labels.csv",
	  "is not what sealed.csv commits to" },
	{ "sed -i 's/secret title/no title/' sealed_labels.csv", "is not what sealed.csv commits to" },
	{ "sed -i '2s/,[0-9a-f]\\{64\\},/,'$(printf '0%.0s' $(seq 64))',/' sealed_labels.csv",
	  "is not what sealed.csv commits to" },
	{ "sed -i 2d sealed_labels.csv", "is not opened" },
	{ "sed -i 2p sealed_labels.csv", "is opened already" },
	{ "sed -i '2s/^......../ffffffff/' sealed_labels.csv", "nothing commits to its item" },
	{ "sed -i '1s/label_source/label_Source/' sealed_labels.csv",
	  "is not what sealed.csv commits to" },
	{ "sed -i '1s/,label,/,lable,/' sealed_labels.csv", "its header is not that of this format" },
	{ ": >sealed_labels.csv", "its header is not that of this format" },
	{ "ln -sf labels.csv sealed_labels.csv", "sealed_labels.csv: " },
	{ "sed -i 2d sealed.csv", "nothing commits to its label" },
	{ "row=$(grep -n ',test,' labels.csv | head -n 1 | cut -d: -f1) && sed -i ${row}d labels.csv &&"
	  " sed -i $((row - 1))d labels.jsonl",
	  "has no sealed item" },
	{ "sed -i '/,test,/s/,,,,,,,/,fake,,,,,,/' labels.csv",
	  "is not in the folder of its type, split and label" },
};

START_TEST(verify_refuses_sealed_labels_that_were_changed)
{
	static const char *name;

	if (!name || _i == 0) {
		name = a_sealed_release(campaign_to_seal());
		unseal(name);
	}
	const char *folder = a_written_release(name);
	expect_verified(folder, 0, "7 labels were sealed");
	ck_assert(in_folder(folder, forgeries[_i].change));
	expect_verified(folder, 1, forgeries[_i].fault);
}
END_TEST

START_TEST(only_a_moderator_unseals_and_only_what_is_sealed)
{
	struct person nobody = { 0 }, researcher = an_account("researcher"),
				  moderator = an_account("moderator");
	const char *name = a_sealed_release(campaign_to_seal());
	const char *path = say(RELEASES "/%s/1.0/unseal", name);
	const char *plain = a_release(&researcher, a_full_campaign());

	expect_problem(post(&nobody, path, json_object()), 401, "nobody");
	expect_problem(post(&researcher, path, json_object()), 403, "forbidden");
	expect_problem(post(&moderator, RELEASES "/none/1.0/unseal", json_object()), 404, "not-found");
	expect_problem(post(&moderator, say(RELEASES "/%s/1.0/unseal", plain), json_object()), 409,
	               "nothing-sealed");
	ck_assert_str_eq(
		ask_db("SELECT count(*) FROM release_artefact WHERE path = 'sealed_labels.csv' AND"
	           " release_id IN (SELECT id FROM release WHERE name IN ('%s', '%s'))",
	           name, plain),
		"0");
	unseal(name);
	expect_problem(post(&moderator, path, json_object()), 409, "nothing-sealed");
}
END_TEST

START_TEST(the_command_unseals_too)
{
	const char *name = a_sealed_release(campaign_to_seal());
	int code;

	ck_assert_ptr_nonnull(
		strstr(run_well("release unseal %s 1.0", name), "labels of 7 items are published"));
	run_program(&code, "release unseal %s 1.0", name);
	ck_assert_int_eq(code, 1);
	expect_verified(a_written_release(name), 0, "are opened");
}
END_TEST

/* ------------------------------------------------------------------ other releases */

START_TEST(a_release_that_seals_nothing_keeps_sealed_what_another_one_has_sealed)
{
	struct person person = an_account("researcher");
	const char *campaign = campaign_to_seal(), *first = a_sealed_release(campaign);
	const char *second = a_release(&person, campaign), *folder = a_written_release(second);

	expect_verified(folder, 0, "7 labels are sealed");
	ck_assert(in_folder(folder, "[ ! -e image/test/fake ] && [ ! -e image/test/real ]"));
	unseal(first);
	struct person another = an_account("researcher");
	const char *third = a_release(&another, campaign);
	ck_assert(in_folder(a_written_release(third),
	                    "[ $(ls image/test/fake | wc -l) = 5 ] && [ ! -e sealed.csv ]"));
}
END_TEST

/* The bytes say which label it is, whatever the item is called. */
START_TEST(the_bytes_of_a_sealed_item_stay_sealed_under_another_id)
{
	struct person person = an_account("researcher");
	const char *campaign = campaign_to_seal(), *other = a_campaign();

	a_sealed_release(campaign);
	const char *bytes =
		ask_db("SELECT encode(i.rendition, 'hex') FROM item i JOIN item_split s ON s.item_id = i.id"
	           " WHERE s.split = 'test' AND i.id IN" OF_CAMPAIGN "LIMIT 1",
	           campaign);
	make_retired(other, 1, 0.99, &(struct items){ .file = bytes });
	make_alone(other, 3, 0.02);
	const char *folder = a_written_release(a_release(&person, other));
	expect_verified(folder, 0, "1 labels are sealed");
	ck_assert(
		in_folder(folder, "[ $(ls image/test/sealed | wc -l) = 1 ] && [ ! -e image/test/fake ]"));
}
END_TEST

START_TEST(what_was_published_cannot_be_sealed)
{
	struct person person = an_account("researcher");
	const char *campaign = campaign_to_seal(), *name = fresh_name();
	int code;

	a_release(&person, campaign);
	const char *said =
		run_program(&code, "release create %s 1 --seal-test --campaign %s", name, campaign);
	ck_assert_int_eq(code, 1);
	ck_assert_ptr_nonnull(strstr(said, "Nothing can be sealed: the labels of all 7 items"));
	make_alone(campaign, 3, 0.99);
	tell_db("INSERT INTO item_split (item_id, split) SELECT id, 'test' FROM" OF_CAMPAIGN
	        "t ON CONFLICT DO NOTHING",
	        campaign);
	said = run_program(&code, "release create %s 2 --seal-test --dry-run --campaign %s", name,
	                   campaign);
	ck_assert_ptr_nonnull(strstr(said, "sealed\t3 of test\t7 left out"));
	run_well("release create %s 1.0 --seal-test --campaign %s", name, campaign);
	ck_assert(
		in_folder(a_written_release(name),
	              "[ $(ls image/test/sealed | wc -l) = 3 ] && [ $(ls image/test | wc -l) = 1 ]"));
}
END_TEST

START_TEST(unsealing_one_release_does_not_tell_what_another_one_keeps)
{
	struct person moderator = an_account("moderator");
	const char *campaign = campaign_to_seal(), *first = a_sealed_release(campaign);
	const char *second = a_sealed_release(campaign), *path = say(RELEASES "/%s/1.0/unseal", first);
	struct answer a = post(&moderator, path, json_object());

	expect_problem(a, 409, "sealed-elsewhere");
	ck_assert_ptr_nonnull(strstr(text_at(a.body, "detail"), second));
	expect_done(&moderator, post(&moderator, path, json_pack("{s:b}", "with_others", 1)));
	unseal(second);
	expect_verified(a_written_release(second), 0, "are opened");
}
END_TEST

/* Whoever revises has no draft: commitments are copied, and opened with those of the release. */
START_TEST(a_revision_keeps_its_commitments_and_is_opened_too)
{
	const char *campaign = campaign_to_seal(), *name = a_sealed_release(campaign);
	const char *gone =
		ask_db("SELECT min(item_id::text) FROM release_item r JOIN release e ON e.id = r.release_id"
	           " WHERE e.name = '%s' AND r.sealed",
	           name);

	unseal(name);
	run_well("withdraw %s --reason-class rights --reason no", gone);
	await_db(30, say("SELECT EXISTS (SELECT FROM release_artefact a JOIN release e ON e.id = "
	                 "a.release_id WHERE"
	                 " e.name = '%s' AND e.revision = 1 AND a.path = 'sealed_labels.csv')",
	                 name));
	const char *folder = say("%s/%s-r1", getenv("TOUCHSTONE_DATA"), name);
	run_well("release write %s 1.0+r1 %s", name, folder);
	expect_verified(folder, 0, "6 labels were sealed, and are opened");
}
END_TEST

/* ------------------------------------------------------------------ the secret */

START_TEST(what_opens_a_commitment_never_changes)
{
	static const char *const changes[] = { "UPDATE release_seal SET salt = sha256('x')",
		                                   "UPDATE release_seal SET opening = 'item=x'",
		                                   "UPDATE release_seal SET opening = NULL",
		                                   "DELETE FROM release_seal" };
	const char *name = a_sealed_release(campaign_to_seal());
	const char *of = say("WHERE release_id = (SELECT id FROM release WHERE name = '%s')", name);

	for (size_t i = 0; i < 4; i++)
		tell_db("DO $$ BEGIN %s %s; RAISE 'it was changed';"
		        " EXCEPTION WHEN restrict_violation THEN NULL; END $$",
		        changes[i], of);
	ck_assert_str_eq(ask_db("SELECT count(DISTINCT salt)::text FROM release_seal %s", of), "7");
}
END_TEST

Suite *http_sealed_suite(void)
{
	Suite *suite = suite_create("http/sealed");
	TCase *tc = tcase_create("sealed");

	tcase_set_timeout(tc, 90);
	tcase_add_loop_test(tc, no_file_of_any_format_tells_the_label_of_a_sealed_item, 0,
	                    sizeof formats / sizeof formats[0]);
	tcase_add_loop_test(tc, every_format_has_the_files_of_sealed_items, 0,
	                    sizeof places / sizeof places[0]);
	tcase_add_test(tc, no_count_tells_how_many_sealed_items_are_fake);
	tcase_add_test(tc, a_dry_run_counts_what_would_be_sealed);
	tcase_add_test(tc, a_sealed_release_verifies_before_and_after_it_is_unsealed);
	tcase_add_test(tc, the_cards_own_lines_of_python_open_the_commitments);
	tcase_add_loop_test(tc, verify_refuses_sealed_labels_that_were_changed, 0,
	                    sizeof forgeries / sizeof forgeries[0]);
	tcase_add_test(tc, only_a_moderator_unseals_and_only_what_is_sealed);
	tcase_add_test(tc, the_command_unseals_too);
	tcase_add_test(tc, a_release_that_seals_nothing_keeps_sealed_what_another_one_has_sealed);
	tcase_add_test(tc, the_bytes_of_a_sealed_item_stay_sealed_under_another_id);
	tcase_add_test(tc, what_was_published_cannot_be_sealed);
	tcase_add_test(tc, unsealing_one_release_does_not_tell_what_another_one_keeps);
	tcase_add_test(tc, a_revision_keeps_its_commitments_and_is_opened_too);
	tcase_add_test(tc, what_opens_a_commitment_never_changes);
	suite_add_tcase(suite, tc);
	return suite;
}
