/* SPDX-License-Identifier: Apache-2.0 */
/* What a release counts of itself: figures.json, and leakage.json, which anybody can hold against
 * labels.csv. */
#include <stdlib.h>
#include <string.h>

#include "database.h"
#include "published.h"
#include "suites.h"

static const json_t *in_file(const char *folder, const char *name, const char *pointer)
{
	json_t *whole = json_loads(file_text(folder, name), JSON_REJECT_DUPLICATES, NULL);

	ck_assert_msg(whole != NULL, "%s is no JSON", name);
	const json_t *part = at(whole, pointer);
	ck_assert_msg(part != NULL, "%s has no %s", name, pointer);
	return part;
}

static int64_t count_in(const char *folder, const char *pointer)
{
	return json_integer_value(in_file(folder, "leakage.json", pointer));
}

/* A release whose fakes look alike, in pairs. */
static const char *with_looks(const char **ret_campaign)
{
	struct person person = an_account("researcher");
	const char *campaign = a_full_campaign();

	tell_db("UPDATE item i SET near_group = md5('%s' || n.place / 2)::uuid FROM"
	        " (SELECT i.id, row_number() OVER (ORDER BY i.id) - 1 AS place FROM item i"
	        "  JOIN campaign c ON c.id = i.campaign_id JOIN consensus k ON k.item_id = i.id"
	        "  WHERE c.name = '%s' AND k.p_fake > .5) n WHERE n.id = i.id",
	        campaign, campaign);
	if (ret_campaign)
		*ret_campaign = campaign;
	return a_written_release(a_release(&person, campaign));
}

/* Lists the certificate again, which sign_again() takes out. */
static void sign_with_certificate(const char *folder)
{
	const char *certificate = file_text(folder, "leakage.json");

	sign_again(folder);
	put_file(folder, "leakage.json", certificate);
	ck_assert_int_eq(system(say("cd '%s' && sha256sum leakage.json >>SHA256SUMS", folder)), 0);
}

static void expect_verified(const char *folder, int due, const char *due_words)
{
	int code;
	const char *said = run_program(&code, "release verify %s", folder);

	ck_assert_msg(code == due, "%s", said);
	ck_assert_msg(strstr(said, due_words) != NULL, "%s", said);
}

START_TEST(a_release_certifies_how_its_items_are_tied_and_that_no_tie_crosses_splits)
{
	const char *folder = with_looks(NULL);

	expect_verified(folder, 0, "");
	ck_assert_int_eq(count_in(folder, "labels/items"), 12);
	ck_assert_int_eq(count_in(folder, "ties/lineage/groups"), 2);
	ck_assert_int_eq(count_in(folder, "ties/lineage/items"), 12);
	ck_assert_int_eq(count_in(folder, "ties/looks/groups"), 3);
	ck_assert_int_eq(count_in(folder, "ties/looks/items"), 6);
	ck_assert_int_eq(count_in(folder, "ties/looks/crossing"), 0);
	ck_assert_int_eq(count_in(folder, "ties/identity/groups"), 0);
	ck_assert_int_eq(count_in(folder, "ties/bytes/groups"), 2);
	ck_assert_int_eq(count_in(folder, "held_back"), 0);
	ck_assert(json_is_null(in_file(folder, "leakage.json", "splits/seed")));
	ck_assert_int_eq(system(say("cd '%s' && sha256sum labels.csv | cut -c1-64 | grep -qf - "
	                            "leakage.json && grep -q '  leakage.json$' SHA256SUMS",
	                            folder)),
	                 0);
}
END_TEST

START_TEST(looks_are_pseudonyms_of_a_release)
{
	const char *campaign, *folder = with_looks(&campaign);
	const char *group =
		ask_db("SELECT left(near_group::text, 8) FROM item i JOIN campaign c ON c.id ="
	           " i.campaign_id WHERE c.name = '%s' AND near_group IS NOT NULL LIMIT 1",
	           campaign);

	ck_assert_int_eq(
		system(say("cd '%s' && head -n 1 labels.csv | grep -q ',looks,not_independent.$' &&"
	               " [ $(grep -c ',[0-9a-f]\\{20\\},.$' labels.csv) = 6 ] &&"
	               " [ $(grep -c '\"looks\": *null' labels.jsonl) = 6 ] &&"
	               " ! grep -rq %s .",
	               folder, group)),
		0);
}
END_TEST

/* The item of the last row goes to another split, with its file and its row. */
START_TEST(verify_finds_looks_in_two_splits)
{
	const char *folder = with_looks(NULL);

	ck_assert_int_eq(
		system(
			say("cd '%s' && one=$(sed -n 's/.*,\\(image[^,]*fake[^,]*\\),fake,.*/\\1/p' "
	            "labels.csv | tail -n 1) && from=$(echo $one | cut -d/ -f2) &&"
	            " to=test && if [ $from = test ]; then to=train; fi &&"
	            " other=image/$to/fake/$(basename $one) && mkdir -p image/$to/fake &&"
	            " mv $one $other && sed -i \"s!,$from,image,$one,!,$to,image,$other,!\" "
	            "labels.csv && sed -i \"s!\\\"$one\\\"!\\\"$other\\\"!\" labels.jsonl &&"
	            " sed -i \"\\!$other!s!\\\"split\\\": *\\\"$from\\\"!\\\"split\\\": \\\"$to\\\"!\" "
	            "labels.jsonl",
	            folder)),
		0);
	sign_with_certificate(folder);
	expect_verified(folder, 1, "one group of looks in ");
	expect_verified(folder, 1, "leakage.json: is about another labels.csv than SHA256SUMS lists");
	expect_verified(folder, 1, "other groups of one looks: 3 of 6 items, 1 of them in several");
}
END_TEST

static const struct {
	const char *change, *due;
} lies[] = {
	{ "s/\"items\": 12,/\"items\": 11,/", "other groups of one lineage" },
	{ "s/\"items\": 12$/\"items\": 13/", "holds another number of items" },
	{ "s/\"groups\": 3/\"groups\": 2/", "other groups of one looks" },
	{ "s/\"sha256\": \"..../\"sha256\": \"zzzz/", "is about another labels.csv" },
	{ "1d", "no JSON object" },
};

START_TEST(verify_holds_the_certificate_against_the_labels)
{
	const char *folder = with_looks(NULL);

	ck_assert_int_eq(system(say("cd '%s' && cp leakage.json before && sed -i '%s' leakage.json &&"
	                            " ! cmp -s before leakage.json && rm before",
	                            folder, lies[_i].change)),
	                 0);
	sign_with_certificate(folder);
	expect_verified(folder, 1, lies[_i].due);
}
END_TEST

START_TEST(a_release_has_figures_of_what_it_holds)
{
	struct person person = an_account("researcher");
	const char *campaign = a_full_campaign();

	tell_db("UPDATE item i SET truth = 'fake', basis = 'dataset_label', techniques = '{splice}'"
	        " FROM campaign c WHERE c.id = i.campaign_id AND c.name = '%s'",
	        campaign);
	judge_all(campaign, 4);
	const char *folder = a_written_release(a_release(&person, campaign));
	expect_verified(folder, 0, "");
	const json_t *technique = in_file(folder, "figures.json", "techniques/0");
	ck_assert_str_eq(text_at(technique, "technique"), "splice");
	ck_assert_int_eq(number_at(technique, "known"), 12);
	ck_assert_int_eq(number_at(technique, "right"), 6);
	const json_t *agreement = in_file(folder, "figures.json", "agreement/9");
	ck_assert_int_eq(json_integer_value(agreement), 12);
	ck_assert_int_eq(json_integer_value(in_file(folder, "figures.json", "label_source/crowd")), 12);
	ck_assert_int_eq(json_integer_value(in_file(folder, "figures.json", "p_fake/fake/19")), 6);
	ck_assert_int_eq(json_integer_value(in_file(folder, "figures.json", "p_fake/fake/0")), 6);
}
END_TEST

Suite *http_certificate_suite(void)
{
	Suite *suite = suite_create("http/certificate");
	TCase *tc = tcase_create("certificate");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, a_release_certifies_how_its_items_are_tied_and_that_no_tie_crosses_splits);
	tcase_add_test(tc, looks_are_pseudonyms_of_a_release);
	tcase_add_test(tc, verify_finds_looks_in_two_splits);
	tcase_add_loop_test(tc, verify_holds_the_certificate_against_the_labels, 0,
	                    sizeof lies / sizeof lies[0]);
	tcase_add_test(tc, a_release_has_figures_of_what_it_holds);
	suite_add_tcase(suite, tc);
	return suite;
}
