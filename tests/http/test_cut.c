/* SPDX-License-Identifier: Apache-2.0 */
/* What the media of a campaign have in common: regions, pairs, the shortest, one noise; cut anew.
 */
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "database.h"
#include "program.h"
#include "published.h"
#include "suites.h"
#include "world.h"

/* A picture of noise that no other test has: `name` of width x height. */
static void a_picture_of(const char *folder, const char *name, unsigned width, unsigned height)
{
	struct ran made =
		shell(folder,
	          say("head -c %u /dev/urandom >noise && ffmpeg -y -v error -f rawvideo -pix_fmt gray "
	              "-s %ux%u -i noise -frames:v 1 %s && rm noise",
	              width * height, width, height, name));

	ck_assert_msg(made.code == 0, "%s", made.said);
}

static void a_sound_of(const char *folder, const char *name, double seconds, unsigned pitch)
{
	struct ran made = shell(
		folder, say("ffmpeg -y -v error -f lavfi -i sine=f=%u:d=%.3f %s", pitch, seconds, name));

	ck_assert_msg(made.code == 0, "%s", made.said);
}

static const char *import_rows(int code, const char *folder, const char *campaign, const char *rows)
{
	write_text(folder, "m.csv", rows);
	return expect_code(code, folder, say("import m.csv --campaign %s", campaign));
}

/* What a column says of the items of a campaign, by title. */
static const char *items_say(const char *campaign, const char *column)
{
	return ask_db("SELECT string_agg(%s, ' ' ORDER BY title) FROM item"
	              " WHERE campaign_id = (SELECT id FROM campaign WHERE name = '%s')",
	              column, campaign);
}

static const char *item_called(const char *campaign, const char *title)
{
	return ask_db("SELECT i.id FROM item i JOIN campaign c ON c.id = i.campaign_id"
	              " WHERE c.name = '%s' AND title = '%s'",
	              campaign, title);
}

/* Waits until nothing of a campaign waits to be cut. */
static void await_cut(const char *campaign)
{
	tell_db("UPDATE job SET run_after = now() WHERE kind = 'cut' AND state = 'waiting'");
	await_db(60,
	         say("SELECT NOT EXISTS (SELECT FROM cut_due d JOIN item i ON i.id = d.item_id"
	             " JOIN campaign c ON c.id = i.campaign_id WHERE c.name = '%s' AND d.why IS NULL)",
	             campaign));
}

/* Somebody has judged it. */
static void judge_item(const char *item)
{
	struct person person = a_volunteer();

	tell_db(
		"WITH p AS (INSERT INTO judged_pair (assignment_id, volunteer_id, campaign_id, media_type,"
		" kind, matched, policy, body_hash, server_ms, exposure_ms) SELECT gen_random_uuid(), "
		"'%s', campaign_id,"
		" media_type, 'random', false, 1, sha256('x'), 1, 1 FROM item WHERE id = '%s'"
		" RETURNING assignment_id) INSERT INTO judgment (item_id, volunteer_id, assignment_id,"
		" position, verdict, confidence, training) SELECT '%s', '%s', assignment_id, 'left',"
		" 'real', 75, false FROM p",
		volunteer_id(&person), item, item, volunteer_id(&person));
}

/* ---------------------------------------------------------------- matched pairs */

START_TEST(items_of_a_pair_get_one_box_whatever_their_shapes)
{
	const char *folder = a_folder(), *campaign = fresh_name();

	a_picture_of(folder, "a.png", 200, 100);
	a_picture_of(folder, "b.png", 120, 180);
	a_picture_of(folder, "c.png", 90, 90);
	import_rows(0, folder, campaign, "file,title,pair\na.png,a,p\nc.png,c,\n");
	ck_assert_int_eq(count_db("SELECT count(*) FROM cut_due d JOIN item i ON i.id = d.item_id"
	                          " JOIN campaign c ON c.id = i.campaign_id WHERE c.name = '%s'",
	                          campaign),
	                 0);
	import_rows(0, folder, campaign, "file,title,pair\nb.png,b,p\n");
	await_cut(campaign);
	ck_assert_str_eq(
		items_say(campaign, "concat(width, 'x', height, 'v', version, '.', judged_from)"),
		"120x100v2.2 120x100v2.2 90x90v1.1");
	/* A smaller one comes: all are cut again. */
	import_rows(0, folder, campaign, "file,title,pair\nb.png,b,p\na.png,a,p\n");
	a_picture_of(folder, "d.png", 80, 300);
	import_rows(0, folder, campaign, "file,title,pair\nd.png,d,p\n");
	await_cut(campaign);
	ck_assert_str_eq(items_say(campaign, "concat(width, 'x', height)"),
	                 "80x100 80x100 90x90 80x100");
}
END_TEST

START_TEST(what_waits_to_be_cut_is_handed_out_to_nobody)
{
	const char *campaign = a_campaign();
	struct person person = a_volunteer();

	make_items(&(struct items){ .campaign = campaign, .count = 2, .title = "x" });
	tell_db("INSERT INTO cut_due (item_id, why) SELECT i.id, 'a test' FROM item i JOIN campaign c"
	        " ON c.id = i.campaign_id WHERE c.name = '%s' LIMIT 1",
	        campaign);
	await_desk(NULL);
	json_t *asked = json_pack("{s:s}", "campaign", campaign);
	expect_status(post(&person, "/api/v1/assignments", asked), 204);
	ck_assert_ptr_nonnull(strstr(expect_code(0, "/", "campaign list"), "cannot be cut so"));
	ck_assert_ptr_nonnull(
		strstr(expect_code(0, "/", say("campaign uncut %s", campaign)), "a test"));
	tell_db("DELETE FROM cut_due WHERE why = 'a test'");
	await_desk(NULL);
	asked = json_pack("{s:s}", "campaign", campaign);
	expect_status(post(&person, "/api/v1/assignments", asked), 201);
}
END_TEST

START_TEST(what_was_judged_stays_and_its_partner_is_cut_to_it_or_refused)
{
	const char *folder = a_folder(), *campaign = fresh_name();

	a_picture_of(folder, "a.png", 120, 100);
	a_picture_of(folder, "b.png", 200, 190);
	a_picture_of(folder, "c.png", 90, 190);
	import_rows(0, folder, campaign, "file,title,pair\na.png,a,p\n");
	judge_item(item_called(campaign, "a"));
	import_rows(0, folder, campaign, "file,title,pair\nb.png,b,p\n");
	await_cut(campaign);
	ck_assert_str_eq(items_say(campaign, "concat(width, 'x', height, 'v', version)"),
	                 "120x100v1 120x100v2");
	const char *said = import_rows(1, folder, campaign, "file,title,pair\nc.png,c,p\n");
	ck_assert_msg(strstr(said, "of its pair has another shape or length and was judged so"), "%s",
	              said);
	ck_assert_ptr_null(item_called(campaign, "c"));
	import_rows(0, folder, campaign, "file,title\nc.png,c\n");
	said = expect_code(1, folder, "item edit c.png pair=p --reason test");
	ck_assert_msg(strstr(said, "was judged so"), "%s", said);
}
END_TEST

START_TEST(films_and_sounds_of_a_pair_are_as_long_as_the_shortest)
{
	const char *folder = a_folder(), *campaign = fresh_name();

	a_sound_of(folder, "a.wav", 1.3, 443);
	a_sound_of(folder, "b.wav", 0.93, 503);
	a_sound_of(folder, "c.wav", 0.7, 553);
	struct ran made = shell(folder, "for d in 1.4 1; do ffmpeg -v error -f lavfi -i"
	                                " testsrc=s=64x48:r=25:d=$d -pix_fmt yuv420p $d.mp4; done");
	ck_assert_msg(made.code == 0, "%s", made.said);
	import_rows(0, folder, campaign,
	            "file,title,pair\na.wav,a,p\nb.wav,b,p\n1.4.mp4,x,p\n1.mp4,y,p\n");
	await_cut(campaign);
	ck_assert_str_eq(items_say(campaign, "concat(duration_ms, 'v', version)"),
	                 "920v2 920v2 1000v2 1000v1");
	/* A shorter one comes: all sounds are cut again, and the films stay. */
	import_rows(0, folder, campaign, "file,title,pair\nc.wav,c,p\n");
	await_cut(campaign);
	ck_assert_str_eq(items_say(campaign, "concat(duration_ms, 'v', version)"),
	                 "680v3 680v3 680v2 1000v2 1000v1");
	ck_assert_str_eq(ask_db("SELECT string_agg(concat(media_type, length_ms, width), ' ' ORDER BY"
	                        " media_type) FROM pair_cut p JOIN campaign c ON c.id = p.campaign_id"
	                        " WHERE c.name = '%s'",
	                        campaign),
	                 "audio680 video1000");
}
END_TEST

START_TEST(what_was_judged_keeps_its_length_and_a_shorter_partner_is_refused)
{
	const char *folder = a_folder(), *campaign = fresh_name();

	a_sound_of(folder, "a.wav", 0.8, 461);
	a_sound_of(folder, "b.wav", 1.1, 521);
	a_sound_of(folder, "c.wav", 0.6, 571);
	import_rows(0, folder, campaign, "file,title,pair\na.wav,a,p\n");
	judge_item(item_called(campaign, "a"));
	import_rows(0, folder, campaign, "file,title,pair\nb.wav,b,p\n");
	await_cut(campaign);
	ck_assert_str_eq(items_say(campaign, "concat(duration_ms, 'v', version)"), "800v1 800v2");
	const char *said = import_rows(1, folder, campaign, "file,title,pair\nc.wav,c,p\n");
	ck_assert_msg(strstr(said, "has another shape or length and was judged so"), "%s", said);
	ck_assert_ptr_null(item_called(campaign, "c"));
}
END_TEST

START_TEST(a_pair_waits_for_the_length_that_its_campaign_is_to_get)
{
	const char *folder = a_folder(), *campaign = fresh_name();

	expect_code(0, "/", say("campaign add %s --length shortest", campaign));
	a_sound_of(folder, "a.wav", 0.9, 467);
	a_sound_of(folder, "b.wav", 1.2, 523);
	a_sound_of(folder, "c.wav", 0.7, 587);
	import_rows(0, folder, campaign, "file,title,pair\na.wav,a,p\nb.wav,b,p\nc.wav,c,\n");
	await_cut(campaign);
	ck_assert_str_eq(items_say(campaign, "concat(duration_ms, 'v', version)"),
	                 "900v1 1200v1 700v1");
	expect_code(0, "/", say("campaign open %s", campaign));
	await_cut(campaign);
	ck_assert_str_eq(items_say(campaign, "concat(duration_ms, 'v', version)"), "680v2 680v2 680v2");
	ck_assert_int_eq(count_db("SELECT count(*) FROM pair_cut p JOIN campaign c ON c.id ="
	                          " p.campaign_id WHERE c.name = '%s'",
	                          campaign),
	                 0);
}
END_TEST

/* ---------------------------------------------------------------- regions */

START_TEST(a_region_that_is_corrected_cuts_the_item_and_its_pair_anew)
{
	const char *folder = a_folder(), *campaign = fresh_name();

	expect_code(0, "/", say("campaign add %s --box 64x64", campaign));
	a_picture_of(folder, "a.png", 256, 64);
	a_picture_of(folder, "b.png", 256, 64);
	import_rows(0, folder, campaign,
	            "file,title,pair,region\na.png,a,p,200;10;20;20\nb.png,b,p,\n");
	await_cut(campaign);
	const char *before = items_say(campaign, "encode(rendition, 'hex')");
	ck_assert_str_eq(items_say(campaign, "concat(region_of, version)"), "{256,64}1 2");
	expect_code(0, folder, "item edit a.png region='20;10;20;20' --reason 'another face'");
	await_cut(campaign);
	ck_assert_str_eq(items_say(campaign, "version::text"), "2 3");
	ck_assert_str_ne(items_say(campaign, "encode(rendition, 'hex')"), before);
	judge_item(item_called(campaign, "a"));
	const char *said = expect_code(1, folder, "item edit a.png region= --reason test");
	ck_assert_msg(strstr(said, "was judged as it is cut"), "%s", said);
	said = import_rows(1, folder, campaign, "file,title,region\nc.png,c,1;1;300;20\n");
	a_picture_of(folder, "c.png", 256, 64);
	said = import_rows(1, folder, campaign, "file,title,region\nc.png,c,1;1;300;20\n");
	ck_assert_msg(
		strstr(said, "the region reaches to 301 x 21 pixels, but the picture is 256 x 64"), "%s",
		said);
}
END_TEST

/* ---------------------------------------------------------------- length and noise */

START_TEST(the_length_is_that_of_the_shortest_when_the_campaign_opens)
{
	const char *folder = a_folder(), *campaign = fresh_name();

	expect_code(2, "/", say("campaign add %s --length shortest --window 0-1", campaign));
	expect_code(2, "/", say("campaign add %s --length longest", campaign));
	expect_code(0, "/", say("campaign add %s --length shortest", campaign));
	a_sound_of(folder, "a.wav", 1.3, 440);
	a_sound_of(folder, "b.wav", 0.93, 500);
	a_sound_of(folder, "c.wav", 0.7, 550);
	import_rows(0, folder, campaign, "file,title\na.wav,a\nb.wav,b\n");
	ck_assert_ptr_nonnull(
		strstr(expect_code(0, "/", "campaign list"), say("%s  preparing  2 items", campaign)));
	expect_code(0, "/", say("campaign open %s", campaign));
	await_cut(campaign);
	ck_assert_str_eq(items_say(campaign, "concat(duration_ms, 'v', version)"), "920v2 920v2");
	const char *said = import_rows(1, folder, campaign, "file,title\nc.wav,c\n");
	ck_assert_msg(strstr(said, "the sound ends before the campaign's window does"), "%s", said);
	expect_code(0, "/", say("campaign close %s", campaign));
	expect_code(0, "/", say("campaign open %s", campaign));
	ck_assert_str_eq(
		ask_db(
			"SELECT concat(state, window_from_ms, ' ', window_ms) FROM campaign WHERE name = '%s'",
			campaign),
		"open0 920");
	ck_assert_ptr_nonnull(strstr(expect_code(0, "/", "campaign list"), "from 0.00 to 0.92"));
}
END_TEST

/* How often the one item of a campaign falls silent. */
static long silences_in(const char *campaign)
{
	const char *file = ask_db(
		"SELECT concat(left(d, 2), '/', substr(d, 3)) FROM (SELECT encode(rendition, 'hex') AS d"
		" FROM item i JOIN campaign c ON c.id = i.campaign_id WHERE c.name = '%s') x",
		campaign);
	struct ran ran =
		shell("/", say("ffmpeg -nostdin -i '%s/media/%s' -af silencedetect=n=-50dB:d=0.2"
	                   " -f null - 2>&1 | grep -c silence_start:",
	                   getenv("TOUCHSTONE_DATA"), file));

	return strtol(ran.said, NULL, 10);
}

START_TEST(a_noise_lies_under_every_sound_of_a_campaign)
{
	const char *folder = a_folder(), *plain = fresh_name(), *noisy = fresh_name();

	expect_code(2, "/", say("campaign add %s --noise 50", noisy));
	ck_assert_ptr_nonnull(
		strstr(expect_code(1, "/", say("campaign add %s --noise -10", noisy)), "from -70 to -30"));
	expect_code(0, "/", say("campaign add %s --noise -45", noisy));
	ck_assert_ptr_nonnull(strstr(expect_code(0, "/", "campaign list"), "noise of -45 dBFS under"));
	shell(folder, "ffmpeg -v error -f lavfi -i sine=f=700:d=0.6,adelay=500 a.wav"
	              " && ffmpeg -v error -f lavfi -i sine=f=800:d=0.6,adelay=500 b.wav");
	import_rows(0, folder, plain, "file,title\na.wav,a\n");
	import_rows(0, folder, noisy, "file,title\nb.wav,b\n");
	ck_assert_int_gt(silences_in(plain), 0);
	ck_assert_int_eq(silences_in(noisy), 0);
}
END_TEST

/* ---------------------------------------------------------------- releases */

/* One that is to run in more than an hour runs at once: the clock was set back since. */
static void rest_cutting(const char *until)
{
	await_db(60, say("WITH rested AS (UPDATE job SET run_after = %s WHERE kind = 'cut' AND"
	                 " state = 'waiting' RETURNING 1) SELECT EXISTS (SELECT FROM rested)",
	                 until));
}

START_TEST(a_release_waits_for_what_is_to_be_cut_and_leaves_out_what_cannot_be)
{
	const char *campaign = a_full_campaign(), *name = fresh_name();

	rest_cutting("now() + interval '50 minutes'");
	tell_db("INSERT INTO cut_due (item_id) SELECT i.id FROM item i JOIN campaign c"
	        " ON c.id = i.campaign_id WHERE c.name = '%s' ORDER BY i.id LIMIT 2",
	        campaign);
	const char *said =
		expect_code(1, "/", say("release create %s 1.0 --campaign %s", name, campaign));
	ck_assert_msg(strstr(said, "2 item(s) wait to be cut as the others"), "%s", said);
	tell_db("UPDATE cut_due SET why = 'a test' WHERE why IS NULL");
	expect_code(0, "/", say("release create %s 1.0 --campaign %s", name, campaign));
	ck_assert_int_eq(count_db("SELECT count(*) FROM release_item t JOIN release r ON r.id ="
	                          " t.release_id WHERE r.name = '%s' AND r.state = 'ready'",
	                          name),
	                 10);
	ck_assert_int_eq(count_db("SELECT count(*) FROM release_item t JOIN cut_due d USING (item_id)"),
	                 0);
	tell_db("DELETE FROM cut_due WHERE why = 'a test'");
	rest_cutting("now()");
}
END_TEST

Suite *http_cut_suite(void)
{
	Suite *suite = suite_create("http/cut");
	TCase *tc = tcase_create("cut");

	tcase_set_timeout(tc, 240);
	tcase_add_test(tc, items_of_a_pair_get_one_box_whatever_their_shapes);
	tcase_add_test(tc, what_waits_to_be_cut_is_handed_out_to_nobody);
	tcase_add_test(tc, what_was_judged_stays_and_its_partner_is_cut_to_it_or_refused);
	tcase_add_test(tc, films_and_sounds_of_a_pair_are_as_long_as_the_shortest);
	tcase_add_test(tc, what_was_judged_keeps_its_length_and_a_shorter_partner_is_refused);
	tcase_add_test(tc, a_pair_waits_for_the_length_that_its_campaign_is_to_get);
	tcase_add_test(tc, a_region_that_is_corrected_cuts_the_item_and_its_pair_anew);
	tcase_add_test(tc, the_length_is_that_of_the_shortest_when_the_campaign_opens);
	tcase_add_test(tc, a_noise_lies_under_every_sound_of_a_campaign);
	tcase_add_test(tc, a_release_waits_for_what_is_to_be_cut_and_leaves_out_what_cannot_be);
	suite_add_tcase(suite, tc);
	return suite;
}
