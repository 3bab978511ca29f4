/* SPDX-License-Identifier: Apache-2.0 */
/* Items that look alike: found, told to moderators, and kept in one split. */
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "database.h"
#include "program.h"
#include "published.h"
#include "suites.h"
#include "world.h"

#define NOISE \
	"nullsrc=s=640x480,geq=lum='128+90*sin(X/%d+%d)*cos(Y/%d)+30*sin(X*Y/9000)':cb=128:cr=128"

/* a.png, and of it a darker copy that is mirrored, and one turned upright; c.png is another
 * picture. The waves are no other test's. */
static const char *a_folder_of_copies(void)
{
	const char *folder = a_folder();
	int wave = 20 + (int)(strtoul(fresh_name() + 10, NULL, 16) % 40);
	struct ran made = shell(
		folder,
		say("ffmpeg -v error -f lavfi -i \"" NOISE "\" -frames:v 1 a.png &&"
	        " ffmpeg -v error -f lavfi -i mandelbrot=s=640x480:start_scale=0.3 -frames:v 1 c.png &&"
	        " vips linear a.png dark.png 0.9 4 && vips flip dark.png dark.jpg[Q=60] horizontal &&"
	        " vips rot a.png turned.png d90",
	        wave, wave % 7, wave + 11));

	ck_assert_msg(made.code == 0, "%s", made.said);
	write_text(folder, "m.csv",
	           "file,source,licence\na.png,test,CC0-1.0\nc.png,test,CC0-1.0\n"
	           "dark.jpg,test,CC0-1.0\nturned.png,test,CC0-1.0\n");
	return folder;
}

static void await_fingerprints(const char *campaign)
{
	await_db(30,
	         say("SELECT NOT EXISTS (SELECT FROM fingerprint f JOIN item i ON i.id = f.item_id"
	             " JOIN campaign c ON c.id = i.campaign_id WHERE c.name = '%s' AND f.recipe = 0)",
	             campaign));
}

static long long pairs_among(const char *items)
{
	return count_db("SELECT count(*) FROM near_duplicate WHERE item_a IN (SELECT i.id FROM"
	                " %s) AND item_b IN (SELECT i.id FROM %s)",
	                items, items);
}

START_TEST(copies_are_found_however_they_were_changed_and_nothing_is_merged)
{
	const char *campaign = a_campaign(), *folder = a_folder_of_copies();

	expect_code(0, folder, say("import m.csv --campaign %s", campaign));
	await_fingerprints(campaign);
	const char *items =
		say("item i JOIN campaign c ON c.id = i.campaign_id WHERE c.name = '%s'", campaign);
	ck_assert_int_eq(count_db("SELECT count(*) FROM %s", items), 4);
	ck_assert_int_eq(count_db("SELECT count(DISTINCT lineage) FROM %s", items), 4);
	/* c.png may look like another test's picture, but not like these. */
	ck_assert_int_eq(
		count_db("SELECT count(*) FROM %s AND i.near_group = (SELECT i.near_group FROM %s"
	             " AND i.format = 'png' ORDER BY i.created_at, i.id LIMIT 1)",
	             items, items),
		3);
	ck_assert_int_eq(pairs_among(items), 3);

	/* Looked at again, they match again, by numbers that no hash had before. */
	const char *ids = say("(SELECT i.id FROM %s)", items);
	long long largest = count_db("SELECT max(number) FROM item_fingerprint");
	tell_db("UPDATE fingerprint SET recipe = 0 WHERE item_id IN %s", ids);
	await_fingerprints(campaign);
	ck_assert_int_gt(count_db("SELECT min(number) FROM item_fingerprint WHERE item_id IN %s", ids),
	                 largest);
	ck_assert_int_eq(pairs_among(items), 3);
}
END_TEST

#define TUNE "aevalsrc=exprs='0.3*sin(2*PI*t*(220+40*floor(mod(t*t*%u+t*7\\,23))))':s=44100:d=6"

/* A tune that is no other test's; of it a louder copy in another format and one without its
 * beginning; other.wav is noise: two such tunes may sound alike. */
static const char *a_folder_of_sounds(void)
{
	const char *folder = a_folder(), *name = fresh_name();
	unsigned seed = (unsigned)(strtoul(name + 8, NULL, 16) % 1000);
	struct ran made = shell(
		folder, say("ffmpeg -v error -f lavfi -i \"" TUNE "\" tune.wav && ffmpeg -v error -f lavfi"
	                " -i anoisesrc=c=pink:r=44100:d=6:seed=%u other.wav && ffmpeg -v error"
	                " -i tune.wav -af volume=6dB -b:a 48k copy.mp3 && ffmpeg -v error"
	                " -ss 1 -i tune.wav late.wav",
	                3 + seed, 3 + seed));

	ck_assert_msg(made.code == 0, "%s", made.said);
	write_text(folder, "m.csv",
	           "file,source,licence\ntune.wav,test,CC0-1.0\nother.wav,test,CC0-1.0\n"
	           "copy.mp3,test,CC0-1.0\nlate.wav,test,CC0-1.0\n");
	return folder;
}

START_TEST(sounds_are_found_encoded_anew_louder_and_cut)
{
	const char *campaign = a_campaign();

	expect_code(0, a_folder_of_sounds(), say("import m.csv --campaign %s", campaign));
	await_fingerprints(campaign);
	const char *items =
		say("item i JOIN campaign c ON c.id = i.campaign_id WHERE c.name = '%s'", campaign);
	ck_assert_int_eq(count_db("SELECT count(*) FROM %s", items), 4);
	ck_assert_int_eq(
		count_db("SELECT count(*) FROM item_fingerprint WHERE algorithm = 'chromaprint'"
	             " AND number IS NOT NULL AND item_id IN (SELECT i.id FROM %s)",
	             items),
		4);
	ck_assert_int_eq(pairs_among(items), 3);
	ck_assert_int_eq(count_db("SELECT count(DISTINCT i.near_group) FROM %s", items), 1);
	ck_assert_int_eq(count_db("SELECT count(*) FROM %s AND i.near_group IS NULL", items), 1);
}
END_TEST

START_TEST(an_item_that_cannot_be_decoded_is_noted_once)
{
	const char *item = an_item(&(struct items){ .campaign = a_campaign() });

	await_db(30, say("SELECT recipe > 0 FROM fingerprint WHERE item_id = '%s'", item));
	ck_assert_str_eq(ask_db("SELECT fault FROM fingerprint WHERE item_id = '%s'", item),
	                 "these bytes are not in the store");
}
END_TEST

START_TEST(a_moderator_is_warned_with_the_evidence)
{
	struct person person = an_account("moderator");
	const char *campaign = a_campaign();
	const char *id = a_dispute("max_judgments", &(struct items){ .campaign = campaign });
	const char *item = ask_db("SELECT item_id FROM dispute WHERE id = '%s'", id);
	const char *path = say("/api/v1/disputes/%s", id);

	const char *far = an_item(&(struct items){ .campaign = campaign });
	const char *close = an_item(&(struct items){ .campaign = campaign });
	tell_db("INSERT INTO near_duplicate (item_a, item_b, distance)"
	        " SELECT least(a, b), greatest(a, b), d FROM (VALUES ('%s'::uuid, '%s'::uuid, 22),"
	        " ('%s'::uuid, '%s'::uuid, 4)) t (a, b, d)",
	        item, far, item, close);
	tell_db("UPDATE item SET lineage = (SELECT lineage FROM item WHERE id = '%s') WHERE id = '%s'",
	        item, far);
	ck_assert(json_is_null(at(get(&person, path).body, "evidence")));
	expect_status(post(&person, say("%s/claim", path), json_object()), 200);
	struct answer a = post(&person, say("%s/verdict", path),
	                       json_pack("{s:s, s:i}", "verdict", "real", "confidence", 75));
	expect_status(a, 201);
	ck_assert_uint_eq(json_array_size(at(a.body, "evidence/near_duplicates")), 2);
	ck_assert_str_eq(text_at(a.body, "evidence/near_duplicates/0/item"), close);
	ck_assert_int_eq(number_at(a.body, "evidence/near_duplicates/0/distance"), 4);
	ck_assert(!true_at(a.body, "evidence/near_duplicates/0/declared"));
	ck_assert_int_eq(number_at(a.body, "evidence/near_duplicates/1/distance"), 22);
	ck_assert(true_at(a.body, "evidence/near_duplicates/1/declared"));
}
END_TEST

/* How many splits the items of a released campaign lie in. */
static long long splits_of(const char *campaign)
{
	return count_db(
		"SELECT count(DISTINCT s.split) FROM item_split s JOIN item i ON i.id = s.item_id"
		" JOIN campaign c ON c.id = i.campaign_id WHERE c.name = '%s'",
		campaign);
}

/* Twenty items to release that share nothing. */
static const char *a_campaign_of_many(void)
{
	const char *campaign = a_campaign();

	for (int i = 0; i < 20; i++) {
		const char *bytes = fresh_name();

		make_retired(campaign, 1, i % 2 ? 0.99 : 0.02,
		             &(struct items){ .file = a_file(bytes, strlen(bytes)) });
	}
	return campaign;
}

START_TEST(near_duplicates_are_released_in_one_split)
{
	struct person person = an_account("researcher");
	const char *loose = a_campaign_of_many(), *tied = a_campaign_of_many();

	tell_db("UPDATE item SET near_group = gen_random_uuid() WHERE campaign_id ="
	        " (SELECT id FROM campaign WHERE name = '%s')",
	        loose);
	tell_db("UPDATE item SET near_group = '%s' WHERE campaign_id ="
	        " (SELECT id FROM campaign WHERE name = '%s')",
	        ask_db("SELECT gen_random_uuid()"), tied);
	a_release(&person, loose);
	a_release(&person, tied);
	ck_assert_int_gt(splits_of(loose), 1);
	ck_assert_int_eq(splits_of(tied), 1);
}
END_TEST

static long ask_for_pair(struct person *as, const char *campaign)
{
	return post(as, "/api/v1/assignments", json_pack("{s:s}", "campaign", campaign)).status;
}

START_TEST(a_volunteer_who_saw_one_is_not_shown_the_other)
{
	struct person person = a_volunteer();
	const char *campaign = a_campaign();

	make_items(&(struct items){ .campaign = campaign, .count = 2 });
	await_desk(NULL);
	a_lease(&person, campaign);
	make_items(&(struct items){ .campaign = campaign, .count = 2 });
	/* Each of the new ones looks like one of the old, and unlike the other. */
	tell_db("WITH n AS (SELECT i.id, 1 + row_number() OVER (ORDER BY l.left_item IS NULL) %% 2 AS g"
	        "             FROM item i JOIN campaign c ON c.id = i.campaign_id AND c.name = '%s'"
	        "             LEFT JOIN lease l ON i.id IN (l.left_item, l.right_item))"
	        " UPDATE item i SET near_group = lpad(n.g::text, 32, md5('%s'))::uuid"
	        "   FROM n WHERE n.id = i.id",
	        campaign, campaign);
	await_desk(NULL);
	ck_assert_int_eq(ask_for_pair(&person, campaign), 204);
	tell_db("UPDATE item SET near_group = NULL WHERE campaign_id ="
	        " (SELECT id FROM campaign WHERE name = '%s')",
	        campaign);
	await_desk(NULL);
	person = a_volunteer();
	ck_assert_int_eq(ask_for_pair(&person, campaign), 201);
}
END_TEST

static long long lonely_in(const char *campaign)
{
	return count_db("SELECT count(*) FROM dispute d JOIN item i ON i.id = d.item_id JOIN campaign c"
	                " ON c.id = i.campaign_id WHERE c.name = '%s' AND d.reason = 'no_partner'",
	                campaign);
}

START_TEST(items_that_have_only_near_duplicates_beside_them_go_to_a_moderator)
{
	const char *alike = a_campaign(), *declared = a_campaign();

	make_items(&(struct items){ .campaign = alike, .count = 2 });
	make_items(&(struct items){ .campaign = declared, .count = 2, .pair = fresh_name() });
	tell_db("UPDATE item SET created_at = now() - interval '11 minutes', near_group = campaign_id"
	        " WHERE campaign_id IN (SELECT id FROM campaign WHERE name IN ('%s', '%s'))",
	        alike, declared);
	tell_db("UPDATE job SET run_after = now() WHERE kind = 'lonely'"); /* every minute otherwise */
	await_db(20, say("SELECT count(*) = 2 FROM item i JOIN campaign c ON c.id = i.campaign_id"
	                 " WHERE c.name = '%s' AND i.state = 'disputed'",
	                 alike));
	ck_assert_int_eq(lonely_in(alike), 2);
	ck_assert_int_eq(lonely_in(declared), 0);
}
END_TEST

Suite *http_near_duplicates_suite(void)
{
	Suite *suite = suite_create("http/near_duplicates");
	TCase *tc = tcase_create("http/near_duplicates");

	tcase_set_timeout(tc, 90);
	tcase_add_test(tc, copies_are_found_however_they_were_changed_and_nothing_is_merged);
	tcase_add_test(tc, sounds_are_found_encoded_anew_louder_and_cut);
	tcase_add_test(tc, an_item_that_cannot_be_decoded_is_noted_once);
	tcase_add_test(tc, a_moderator_is_warned_with_the_evidence);
	tcase_add_test(tc, near_duplicates_are_released_in_one_split);
	tcase_add_test(tc, a_volunteer_who_saw_one_is_not_shown_the_other);
	tcase_add_test(tc, items_that_have_only_near_duplicates_beside_them_go_to_a_moderator);
	suite_add_tcase(suite, tc);
	return suite;
}
