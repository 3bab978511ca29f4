/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What admins may rely on who make, change, pause and watch campaigns; and that what a change does
 * to items is what was said before.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "core/vocabulary.h"
#include "corpus/campaign.h"
#include "corpus/campaign_settings.h"
#include "database.h"
#include "db/db.h"
#include "program.h"
#include "scoring/campaign_effect.h"
#include "scoring/campaign_live.h"
#include "scoring/rigging.h"
#include "scoring/scorer.h"
#include "suites.h"
#include "world.h"

#define CAMPAIGNS "/api/v1/campaigns"

static const char *campaign_path(const char *name, const char *what)
{
	return say(CAMPAIGNS "/%s%s%s", name, *what ? "/" : "", what);
}

/* A change by who saw that version; NULL: they say nothing of it. */
static struct answer change(struct person *as, const char *name, const char *version, json_t *body)
{
	return call(&(struct call){ .method = "PATCH",
	                            .path = campaign_path(name, ""),
	                            .as = as,
	                            .body = body,
	                            .headers = { version ? say("If-Match: %s", version) : NULL } });
}

static const char *tag_of(struct answer answer)
{
	const char *tag = header_of(answer, "ETag");

	ck_assert_ptr_nonnull(tag);
	return tag;
}

static const char *made_by(struct person *admin)
{
	const char *name = fresh_name();

	expect_status(post(admin, CAMPAIGNS, json_pack("{s:s}", "name", name)), 201);
	return name;
}

START_TEST(a_campaign_is_made_in_preparation_with_what_is_given)
{
	struct person admin = an_account("admin");
	const char *name = fresh_name();
	struct answer made =
		post(&admin, CAMPAIGNS,
	         json_pack("{s:s, s:f, s:[s, s], s:{s:s}, s:{s:i, s:i}}", "name", name, "threshold",
	                   .95, "media_types", "audio", "image", "questions", "de",
	                   "Wie echt ist beides?", "cut", "box_width", 512, "box_height", 288));

	expect_status(made, 201);
	ck_assert_str_eq(text_at(made.body, "state"), "preparing");
	ck_assert_double_eq(json_number_value(at(made.body, "settings/threshold")), .95);
	ck_assert_str_eq(text_at(made.body, "settings/media_types/0"), "image");
	ck_assert_str_eq(text_at(made.body, "settings/media_types/1"), "audio");
	ck_assert_str_eq(text_at(made.body, "settings/questions/de"), "Wie echt ist beides?");
	ck_assert_int_eq(number_at(made.body, "cut/box_height"), 288);
	expect_problem(post(&admin, CAMPAIGNS, json_pack("{s:s}", "name", name)), 409, "conflict");
}
END_TEST

/* All that can be said at once, each within its bounds. */
START_TEST(all_that_can_be_set_can_be_said_when_it_is_made)
{
	struct person admin = an_account("admin");
	struct answer list = get(&admin, CAMPAIGNS "?limit=1");
	json_t *body = json_pack("{s:s, s:{}}", "name", fresh_name(), "cut"), *setting;
	size_t n;

	json_array_foreach (at(list.body, "settings"), n, setting) {
		json_t *most = json_object_get(setting, "most"), *words = json_object_get(setting, "words");
		const char *which = text_at(setting, "name"), *kind = text_at(setting, "kind");
		bool number = strcmp(kind, "number") == 0;
		json_t *value = number ? json_real(json_number_value(most))
		                : strcmp(kind, "whole") == 0
		                    ? json_integer((json_int_t)json_number_value(most) / 10)
		                : strcmp(kind, "text") == 0    ? json_string("A text.")
		                : strcmp(kind, "texts") == 0   ? json_pack("{s:s}", "de", "Echt?")
		                : strcmp(kind, "choices") == 0 ? json_pack("[O]", json_array_get(words, 1))
		                                               : json_incref(json_array_get(words, 1));
		json_object_set_new(body, which, value);
	}
	json_array_foreach (at(list.body, "cut_settings"), n, setting)
		if (strcmp(text_at(setting, "kind"), "whole") == 0)
			json_object_set_new(
				json_object_get(body, "cut"), text_at(setting, "name"),
				json_integer((json_int_t)json_number_value(json_object_get(setting, "least"))));
	json_t *sent = json_deep_copy(body);
	struct answer made = post(&admin, CAMPAIGNS, body);
	expect_status(made, 201);
	json_array_foreach (at(list.body, "settings"), n, setting) {
		const char *which = text_at(setting, "name");
		json_t *is = at(made.body, say("settings/%s", which)), *was = json_object_get(sent, which);

		if (json_is_number(was))
			ck_assert_double_eq(json_number_value(is), json_number_value(was));
		else
			ck_assert_msg(json_equal(is, was), "%s", which);
	}
	ck_assert_int_eq(number_at(made.body, "cut/box_width"), 32);
	ck_assert_int_eq(number_at(made.body, "cut/noise_db"), -70);
	json_decref(sent);
}
END_TEST

START_TEST(a_new_campaign_has_the_defaults_that_are_told)
{
	struct person admin = an_account("admin");
	struct answer made = post(&admin, CAMPAIGNS, json_pack("{s:s}", "name", fresh_name()));
	struct answer list = get(&admin, CAMPAIGNS "?limit=1");
	json_t *setting;
	size_t n;

	expect_status(list, 200);
	ck_assert_uint_eq(json_array_size(at(list.body, "settings")), CAMPAIGN_SETTINGS);
	ck_assert_uint_eq(json_object_size(at(made.body, "settings")), CAMPAIGN_SETTINGS);
	json_array_foreach (at(list.body, "settings"), n, setting) {
		json_t *is = at(made.body, say("settings/%s", text_at(setting, "name")));
		json_t *told = json_object_get(setting, "default");

		if (json_is_number(told))
			ck_assert_double_eq(json_number_value(is), json_number_value(told));
		else
			ck_assert_msg(json_equal(is, told), "%s", text_at(setting, "name"));
	}
}
END_TEST

/* The database refuses what the table of settings does. */
START_TEST(the_bounds_that_are_told_are_kept)
{
	struct person admin = an_account("admin");
	const char *name = made_by(&admin);
	struct answer list = get(&admin, CAMPAIGNS "?limit=1");
	json_t *setting;
	size_t n;

	json_array_foreach (at(list.body, "settings"), n, setting) {
		const char *which = text_at(setting, "name"), *kind = text_at(setting, "kind");
		bool whole = strcmp(kind, "whole") == 0;
		double step = whole ? 1 : 1e-6;
		double ends[] = { json_number_value(json_object_get(setting, "least")),
			              json_number_value(json_object_get(setting, "most")) };

		if (!whole && strcmp(kind, "number") != 0)
			continue;
		for (int end = 0; end < 2; end++) {
			double outside = ends[end] + (end ? step : -step);
			json_t *beyond = whole ? json_integer((json_int_t)outside) : json_real(outside);
			json_t *within = whole ? json_integer((json_int_t)ends[end]) : json_real(ends[end]);
			json_t *body = json_pack("{s:o, s:b}", which, beyond, "dry_run", 1);
			struct answer refused = change(&admin, name, "*", body);

			expect_status(refused, 422);
			ck_assert_str_eq(text_at(refused.body, "errors/0/pointer"), say("/%s", which));
			body = json_pack("{s:o}", which, within);
			if (strcmp(which, "min_judgments") == 0)
				json_object_set_new(body, "max_judgments", json_integer(10000));
			if (strcmp(which, "max_judgments") == 0)
				json_object_set_new(body, "min_judgments", json_integer(1));
			expect_status(change(&admin, name, "*", body), 200);
		}
	}
}
END_TEST

static const struct {
	const char *body, *pointer;
} faults[] = {
	{ "{\"threshold\": \"high\"}", "/threshold" },
	{ "{\"threshold\": null}", "/threshold" },
	{ "{\"question\": \"\"}", "/question" },
	{ "{\"questions\": {\"German\": \"Echt?\"}}", "/questions" },
	{ "{\"questions\": {\"de\": \"\"}}", "/questions" },
	{ "{\"questions\": {\"de\": 3}}", "/questions" },
	{ "{\"questions\": \"Echt?\"}", "/questions" },
	{ "{\"media_types\": []}", "/media_types" },
	{ "{\"media_types\": [\"smell\"]}", "/media_types" },
	{ "{\"media_types\": \"image\"}", "/media_types" },
	{ "{\"min_judgments\": 2.5}", "/min_judgments" },
	{ "{\"min_judgments\": 26}", "/min_judgments" },
	{ "{\"max_judgments\": 4}", "/min_judgments" },
	{ "{\"second_opinion\": \"sometimes\"}", "/second_opinion" },
	{ "{\"guidelines\": \"\"}", "/guidelines" },
	{ "{\"gold_dose\": 0.6}", "/gold_dose" },
	{ "{\"visibility\": \"nobody\"}", "/visibility" },
	{ "{\"dose\": 0.1}", "/dose" },
	{ "{\"name\": \"other\"}", "/name" },
};

START_TEST(what_is_wrong_is_told_by_its_field)
{
	struct person admin = an_account("admin");
	const char *name = made_by(&admin);
	struct answer before = get(&admin, campaign_path(name, ""));
	struct answer refused =
		change(&admin, name, tag_of(before), json_loads(faults[_i].body, 0, NULL));

	expect_status(refused, 422);
	ck_assert_str_eq(text_at(refused.body, "errors/0/pointer"), faults[_i].pointer);
	ck_assert(json_equal(get(&admin, campaign_path(name, "")).body, before.body));
}
END_TEST

static const struct {
	const char *body, *pointer;
} new_faults[] = {
	{ "{}", "/name" },
	{ "{\"name\": \"With Blanks\"}", "/name" },
	{ "{\"name\": \"a\", \"cut\": {\"box_width\": 512}}", "/cut/box_width" },
	{ "{\"name\": \"a\", \"cut\": {\"box_width\": 8, \"box_height\": 8}}", "/cut/box_width" },
	{ "{\"name\": \"a\", \"cut\": {\"window_ms\": 1000, \"shortest\": true}}", "/cut/shortest" },
	{ "{\"name\": \"a\", \"cut\": {\"depth\": 3}}", "/cut/depth" },
	{ "{\"name\": \"a\", \"threshold\": 2}", "/threshold" },
};

START_TEST(nothing_is_made_of_what_is_wrong)
{
	struct person admin = an_account("admin");
	struct answer refused = post(&admin, CAMPAIGNS, json_loads(new_faults[_i].body, 0, NULL));

	expect_status(refused, 422);
	ck_assert_str_eq(text_at(refused.body, "errors/0/pointer"), new_faults[_i].pointer);
	ck_assert_int_eq(count_db("SELECT count(*) FROM campaign WHERE name = 'a'"), 0);
}
END_TEST

START_TEST(of_two_admins_who_saw_the_same_the_second_is_told)
{
	struct person one = an_account("admin"), other = an_account("admin");
	const char *name = made_by(&one);
	const char *seen = tag_of(get(&one, campaign_path(name, "")));
	struct answer first = change(&one, name, seen, json_pack("{s:f}", "threshold", .9));

	expect_status(first, 200);
	expect_problem(change(&other, name, seen, json_pack("{s:f}", "threshold", .8)), 412,
	               "precondition");
	expect_problem(change(&other, name, NULL, json_pack("{s:f}", "threshold", .8)), 412,
	               "precondition");
	expect_problem(change(&other, name, "7", json_pack("{s:f}", "threshold", .8)), 412,
	               "precondition");
	struct answer now = get(&other, campaign_path(name, ""));
	ck_assert_double_eq(json_number_value(at(now.body, "settings/threshold")), .9);
	ck_assert_str_eq(tag_of(now), tag_of(first));
	expect_status(change(&other, name, tag_of(now), json_pack("{s:f}", "threshold", .8)), 200);
	expect_problem(call(&(struct call){ .method = "POST",
	                                    .path = campaign_path(name, "open"),
	                                    .as = &one,
	                                    .text = "{}",
	                                    .headers = { say("If-Match: %s", seen) } }),
	               412, "precondition");
}
END_TEST

START_TEST(a_dry_run_changes_nothing)
{
	struct person admin = an_account("admin");
	const char *name = made_by(&admin);
	struct answer before = get(&admin, campaign_path(name, ""));
	long long acts = count_db("SELECT count(*) FROM audit WHERE kind = 'campaign_changed'"
	                          " AND subject = (SELECT id::text FROM campaign WHERE name = '%s')",
	                          name);

	expect_status(change(&admin, name, tag_of(before),
	                     json_pack("{s:f, s:b}", "threshold", .8, "dry_run", 1)),
	              200);
	expect_status(post(&admin, campaign_path(name, "close"), json_pack("{s:b}", "dry_run", 1)),
	              200);
	ck_assert(json_equal(get(&admin, campaign_path(name, "")).body, before.body));
	ck_assert_int_eq(count_db("SELECT count(*) FROM audit WHERE kind = 'campaign_changed' AND"
	                          " subject = (SELECT id::text FROM campaign WHERE name = '%s')",
	                          name),
	                 acts);
}
END_TEST

static const char *state_after(struct person *admin, const char *name, const char *act)
{
	struct answer moved = post(admin, campaign_path(name, act), json_object());

	expect_status(moved, 200);
	return text_at(moved.body, "campaign/state");
}

START_TEST(a_campaign_opens_pauses_and_closes)
{
	struct person admin = an_account("admin");
	const char *name = made_by(&admin);

	expect_problem(post(&admin, campaign_path(name, "pause"), json_object()), 409, "conflict");
	ck_assert_str_eq(state_after(&admin, name, "open"), "open");
	ck_assert_str_eq(state_after(&admin, name, "pause"), "paused");
	ck_assert_str_eq(state_after(&admin, name, "open"), "open");
	ck_assert_str_eq(state_after(&admin, name, "close"), "closed");
	expect_problem(post(&admin, campaign_path(name, "pause"), json_object()), 409, "conflict");
	ck_assert_str_eq(state_after(&admin, name, "open"), "open");
	expect_problem(post(&admin, campaign_path("none-such", "open"), json_object()), 404,
	               "not-found");
}
END_TEST

/* Waits until a volunteer is told that there is nothing for them, or that there is. */
static void await_pairs(const char *campaign, const char *type, long status)
{
	long told = 0;

	for (int n = 0; n < 300 && told != status; n++, wait_ms(100)) {
		struct person volunteer = a_volunteer();
		told = post(&volunteer, "/api/v1/assignments",
		            json_pack("{s:s, s:s}", "campaign", campaign, "media_type", type))
		           .status;
	}
	ck_assert_int_eq(told, status);
}

START_TEST(nobody_is_asked_while_a_campaign_pauses)
{
	struct person admin = an_account("admin");
	const char *name = a_campaign();

	make_items(&(struct items){ .campaign = name, .count = 6 });
	await_pairs(name, "image", 201);
	struct answer paused = post(&admin, campaign_path(name, "pause"), json_object());
	ck_assert_int_eq(number_at(paused.body, "effect/leave"), 6);
	await_pairs(name, "image", 204);
	struct answer opened = post(&admin, campaign_path(name, "open"), json_object());
	ck_assert_int_eq(number_at(opened.body, "effect/enter"), 6);
	await_pairs(name, "image", 201);
}
END_TEST

START_TEST(only_media_that_a_campaign_names_are_handed_out)
{
	struct person admin = an_account("admin");
	const char *name = a_campaign();

	make_items(&(struct items){ .campaign = name, .count = 6 });
	make_items(&(struct items){ .campaign = name, .count = 4, .type = "audio" });
	await_pairs(name, "image", 201);
	struct answer changed = change(&admin, name, tag_of(get(&admin, campaign_path(name, ""))),
	                               json_pack("{s:[s]}", "media_types", "audio"));
	expect_status(changed, 200);
	ck_assert_int_eq(number_at(changed.body, "effect/leave"), 6);
	ck_assert_int_eq(number_at(changed.body, "campaign/items/out_of_service_media"), 6);
	await_pairs(name, "image", 204);
	await_pairs(name, "audio", 201);
}
END_TEST

static const struct {
	const char *accept, *question, *language;
} wants[] = {
	{ "de", "Echt?", "de" },           { "de-AT, en;q=0.5", "Echt?", "de" },
	{ "en, de;q=0.5", "Real?", NULL }, { "fr, pt-br;q=0.3", "\"Real\"?", "pt-BR" },
	{ "fr", "Real?", NULL },           { "*", "Real?", NULL },
};

START_TEST(the_question_is_told_in_the_language_that_is_asked_for)
{
	struct person admin = an_account("admin"), volunteer = a_volunteer();
	const char *name = a_campaign();

	expect_status(change(&admin, name, "\"1\"",
	                     json_pack("{s:s, s:{s:s, s:s}}", "question", "Real?", "questions", "de",
	                               "Echt?", "pt-BR", "\"Real\"?")),
	              200);
	make_items(&(struct items){ .campaign = name, .count = 6 });
	json_t *lease = a_lease(&volunteer, name);
	ck_assert_str_eq(text_at(lease, "question"), "Real?");
	ck_assert_ptr_null(at(lease, "question_language"));
	for (size_t w = 0; w < sizeof wants / sizeof wants[0]; w++) {
		struct person other = a_volunteer();
		struct answer told =
			call(&(struct call){ .path = "/api/v1/assignments",
		                         .as = &other,
		                         .body = json_pack("{s:s}", "campaign", name),
		                         .headers = { say("Accept-Language: %s", wants[w].accept) } });

		expect_status(told, 201);
		ck_assert_str_eq(text_at(told.body, "question"), wants[w].question);
		ck_assert_int_eq(at(told.body, "question_language") != NULL, wants[w].language != NULL);
		if (wants[w].language)
			ck_assert_str_eq(text_at(told.body, "question_language"), wants[w].language);
		ck_assert_ptr_null(at(told.body, "questions"));
	}
}
END_TEST

START_TEST(campaigns_come_by_pages)
{
	struct person moderator = an_account("moderator");
	const char *next = "", *last = "";
	int seen = 0;

	do {
		struct answer page = get(&moderator, say(CAMPAIGNS "?limit=2%s", next));
		json_t *campaign, *cursor = at(page.body, "next");
		size_t n;

		expect_status(page, 200);
		json_array_foreach (at(page.body, "items"), n, campaign) {
			ck_assert_int_gt(strcmp(text_at(campaign, "name"), last), 0);
			last = text_at(campaign, "name");
			seen++;
		}
		next = json_is_string(cursor) ? say("&cursor=%s", json_string_value(cursor)) : NULL;
	} while (next && seen < 6);
	ck_assert_int_ge(seen, 2);
	expect_problem(get(&moderator, CAMPAIGNS "?cursor=nonsense"), 422, "invalid");
}
END_TEST

/* ------------------------------------------------------------------ what a change does */

#define HONEST 9
#define LIARS  6

/* Volunteers first..first+count-1 judge the items of the campaign that fit, within the last
 * minutes; the odd ones see them on the left. */
static void campaign_judged(const char *name, int first, int count, const char *items,
                            const char *wrong)
{
	tell_db(
		"WITH said AS (SELECT gen_random_uuid() AS pair, md5('%s judge ' || v)::uuid AS who, v,"
		" i.id AS item, i.campaign_id, (i.title = 'fake') <> (%s) AS fake"
		" FROM (SELECT a.*, row_number() OVER (ORDER BY a.gold, a.title, a.id) AS number FROM item "
		"a"
		" JOIN campaign k ON k.id = a.campaign_id WHERE k.name = '%s') i, generate_series(%d, %d) v"
		" WHERE %s),"
		" p AS (INSERT INTO judged_pair (assignment_id, volunteer_id, campaign_id, media_type,"
		" kind, matched, policy, body_hash, server_ms, response_ms) SELECT pair, who,"
		" campaign_id, 'image', 'random', false, 1, sha256(''), 3000, 1000 * v FROM said)"
		" INSERT INTO judgment (item_id, volunteer_id, assignment_id, position, verdict,"
		" confidence, training) SELECT item, who, pair,"
		" CASE v %% 2 WHEN 1 THEN 'left' ELSE 'right' END,"
		" CASE WHEN fake THEN 'fake' ELSE 'real' END::verdict, 80, false FROM said",
		name, wrong, name, first, first + count - 1, items);
}

/* A crowd of volunteers who err at 15 % of the items, each at others, in a database of its own. */
static const char *a_judged_campaign(void)
{
	const char *name = a_campaign();

	tell_db("UPDATE campaign SET threshold = 0.999, min_judgments = 3, max_judgments = 60"
	        " WHERE name = '%s'",
	        name);
	for (int side = 0; side < 2; side++) {
		const char *what = side ? "fake" : "real";

		make_items(&(struct items){
			.campaign = name, .count = 10, .title = what, .truth = what, .gold = true });
		make_items(&(struct items){ .campaign = name, .count = 30, .title = what });
	}
	campaign_judged(name, 1, HONEST, "true", "abs(hashtext(v || ' ' || i.number)) % 100 < 15");
	tell_db(
		"INSERT INTO volunteer_network (campaign_id, volunteer_id, network, declared)"
		" SELECT k.id, md5('%s judge ' || v)::uuid, substr(sha256(v::text::bytea), 1, 16), false"
		" FROM campaign k, generate_series(1, %d) v WHERE k.name = '%s'",
		name, HONEST + LIARS, name);
	return name;
}

static struct arena *keep_arena(void)
{
	static struct arena *arena;

	if (!arena)
		arena = arena_new();
	return arena;
}

static struct db *database_of_campaigns(void)
{
	ck_assert_int_eq(setenv("DATABASE_URL", a_database(), 1), 0);
	struct db *db = db_open(getenv("DATABASE_URL"), 0);
	ck_assert_ptr_nonnull(db);
	return db;
}

static void fit_all(struct db *db)
{
	struct scoring scoring;
	bool scored;
	struct error err = scorer_score_once(db, true, &scored, &scoring);

	ck_assert_msg(!err.code, "%s", err.detail);
}

static long long items_that_are(const char *name, const char *state)
{
	return count_db("SELECT count(*) FROM item i JOIN campaign k ON k.id = i.campaign_id"
	                " WHERE k.name = '%s' AND i.state = '%s'",
	                name, state);
}

static struct campaign_effect foresee(struct db *db, const char *name, json_t *changes, bool dry)
{
	struct campaign_wish wish = { .name = name, .changes = keep(changes), .dry = dry };
	struct campaign_effect effect = { 0 };
	json_t *after = NULL;
	struct error err = campaign_set(db, &wish, &after);

	ck_assert_msg(!err.code, "%s", err.detail);
	err = campaign_effect_of(db, name, after, &effect);
	ck_assert_msg(!err.code, "%s", err.detail);
	json_decref(after);
	return effect;
}

START_TEST(what_was_said_of_a_change_is_what_the_next_fit_does)
{
	struct db *db = database_of_campaigns();
	const char *name = a_judged_campaign();

	fit_all(db);
	long long retired = items_that_are(name, "retired");
	struct campaign_effect told = foresee(db, name, json_pack("{s:f}", "threshold", .9), true);
	ck_assert_int_gt(told.retire, 10);
	fit_all(db);
	ck_assert_int_eq(items_that_are(name, "retired"), retired);
	foresee(db, name, json_pack("{s:f}", "threshold", .9), false);
	ck_assert_int_eq(count_db("SELECT count(*) FROM score_pending WHERE at_once"), 1);
	fit_all(db);
	ck_assert_int_eq(items_that_are(name, "retired"), retired + told.retire);

	told =
		foresee(db, name, json_pack("{s:i, s:i}", "min_judgments", 1, "max_judgments", 5), false);
	ck_assert_int_eq(told.dispute, items_that_are(name, "in_service") - 20);
	fit_all(db);
	ck_assert_int_eq(items_that_are(name, "disputed"), told.dispute);
	db_close(db);
}
END_TEST

/* A fourth of the items is believed to be fake at .95, and the crowd is trusted. */
static const char *a_large_campaign(int items)
{
	const char *name = a_campaign();

	tell_db("INSERT INTO item (campaign_id, media_type, sha256, bytes, format, rendition,"
	        " rendition_bytes, rendition_type, width, height, lineage)"
	        " SELECT k.id, 'image', sha256(uuid_send(gen_random_uuid())), 1, 'jpeg',"
	        " sha256(uuid_send(gen_random_uuid())), 1, 'image/jpeg', 640, 480, gen_random_uuid()"
	        " FROM campaign k, generate_series(1, %d) WHERE k.name = '%s'",
	        items, name);
	tell_db("INSERT INTO consensus (item_id, p_fake, low, high, judgments, fake_votes, decided_by,"
	        " decides)"
	        " SELECT id, p, p, p, 10, 5, 'full', p FROM (SELECT i.id, CASE WHEN row_number() OVER"
	        " () %% 4 = 0 THEN .95 ELSE .5 END AS p FROM item i JOIN campaign k ON k.id ="
	        " i.campaign_id WHERE k.name = '%s') x",
	        name);
	tell_db("INSERT INTO agreement (campaign_id, alpha, low, high, gold, gold_right, trusted)"
	        " SELECT id, .5, .4, .6, 0, 0, true FROM campaign WHERE name = '%s'"
	        " ON CONFLICT (campaign_id) DO UPDATE SET trusted = true",
	        name);
	return name;
}

START_TEST(of_a_large_campaign_a_sample_is_counted)
{
	struct db *db = database_of_campaigns();
	const char *few = a_large_campaign(400);
	struct campaign_effect told =
		foresee(db, few, json_pack("{s:f, s:i}", "threshold", .9, "min_judgments", 5), true);

	ck_assert_int_eq(told.looked_at, 0);
	ck_assert_int_eq(told.retire, 100);
	told = foresee(db, a_large_campaign(CAMPAIGN_EFFECT_ITEMS + 8000),
	               json_pack("{s:f, s:i}", "threshold", .9, "min_judgments", 5), true);
	ck_assert_int_eq(told.looked_at, CAMPAIGN_EFFECT_ITEMS);
	ck_assert_int_eq(told.items, CAMPAIGN_EFFECT_ITEMS + 8000);
	ck_assert_int_gt(told.within, 20);
	ck_assert_int_lt(told.within, 200);
	ck_assert_int_le(llabs(told.retire - told.items / 4), 2 * told.within);
	ck_assert_int_ne(told.retire, 0);
	db_close(db);
}
END_TEST

START_TEST(what_decides_no_label_asks_for_no_fit)
{
	struct db *db = database_of_campaigns();
	const char *name = a_campaign();

	foresee(db, name, json_pack("{s:f, s:s}", "random_share", .5, "question", "Real?"), false);
	ck_assert_int_eq(count_db("SELECT count(*) FROM score_pending"), 0);
	db_close(db);
}
END_TEST

/* ------------------------------------------------------------------ watching */

static struct campaign_live live_now(struct db *db, const char *name)
{
	struct campaign_live live = { 0 };
	struct error err = campaign_live_read(db, keep_arena(), name, &live);

	ck_assert_msg(!err.code, "%s", err.detail);
	return live;
}

static long long sum_of(const json_t *list)
{
	long long sum = 0;
	json_t *number;
	size_t n;

	json_array_foreach (list, n, number)
		sum += json_integer_value(number);
	return sum;
}

START_TEST(what_was_judged_is_counted)
{
	struct db *db = database_of_campaigns();
	const char *name = a_judged_campaign();
	struct campaign_live live = live_now(db, name);

	ck_assert_ptr_null(live.fit);
	ck_assert_str_eq(live.forecast.why, "no_fit");
	ck_assert_int_eq(sum_of(live.minutes), 2 * HONEST * 80);
	ck_assert_uint_eq(json_array_size(live.minutes), 60);
	ck_assert_int_eq(live.hour_volunteers, HONEST);
	ck_assert_double_eq(live.response_ms[1], 5000);
	ck_assert_int_eq(number_at(live.items, "in_service"), 80);

	fit_all(db);
	live = live_now(db, name);
	ck_assert_int_eq(sum_of(at(live.fit, "histogram")), 60);
	ck_assert_int_eq(number_at(live.fit, "gold"), 20 * HONEST);
	ck_assert_int_eq(number_at(live.fit, "served"), 20 * HONEST);
	ck_assert_int_eq(number_at(live.fit, "served_fakes"), 10 * HONEST);
	ck_assert_int_eq(number_at(live.fit, "right"),
	                 count_db("SELECT count(*) FROM judgment j JOIN item i ON i.id = j.item_id"
	                          " WHERE i.gold AND i.truth = j.verdict"));
	ck_assert_int_eq(number_at(live.fit, "sides/0/judgments"), 5 * 80);
	ck_assert_int_eq(number_at(live.fit, "sides/1/fakes"),
	                 count_db("SELECT count(*) FROM judgment WHERE position = 'right' AND verdict ="
	                          " 'fake'"));
	ck_assert(live.side_low < live.side_difference && live.side_difference < live.side_high);
	ck_assert(live.trusted && live.alpha > 0);
	db_close(db);
}
END_TEST

/* Of each of so many past hours 100 pairs are noted. */
static void hours_have_passed(const char *name, int hours)
{
	tell_db("INSERT INTO integrity_figure (campaign_id, source, name, label, value)"
	        " SELECT id, 'hours', 'hour_pairs', rfc3339(date_trunc('hour', now()) - make_interval("
	        "hours => h)), 100 FROM campaign, generate_series(1, %d) h WHERE name = '%s'"
	        " ON CONFLICT DO NOTHING",
	        hours, name);
}

START_TEST(a_forecast_is_made_when_enough_is_known)
{
	struct db *db = database_of_campaigns();
	const char *name = a_judged_campaign();

	fit_all(db);
	struct campaign_live live = live_now(db, name);
	ck_assert_str_eq(live.forecast.why, "few_items");
	ck_assert(isnan(live.forecast.left));
	foresee(db, name, json_pack("{s:f}", "threshold", .9), false);
	fit_all(db);
	fit_all(db);
	hours_have_passed(name, 3);
	ck_assert_str_eq(live_now(db, name).forecast.why, "few_hours");
	hours_have_passed(name, 12);
	make_items(&(struct items){ .campaign = name, .count = 40 });
	live = live_now(db, name);
	ck_assert_ptr_null(live.forecast.why);
	ck_assert_int_eq(live.forecast.pace_hours, 12);
	ck_assert_double_eq_tol(live.forecast.pace, 100 * 2 * .75, 1e-9);
	double fresh = json_number_value(at(live.fit, "left/fresh"));
	double left = json_number_value(at(live.fit, "left/judgments")) + 40 * fresh;
	ck_assert(fresh >= HONEST);
	ck_assert_double_eq_tol(live.forecast.left, left, 1e-6);
	ck_assert_double_eq_tol(live.forecast.hours, left / 150, 1e-6);
	ck_assert(live.forecast.low <= live.forecast.hours);
	ck_assert_ptr_nonnull(live.forecast.high_at);
	tell_db("UPDATE campaign SET state = 'paused' WHERE name = '%s'", name);
	ck_assert_str_eq(live_now(db, name).forecast.why, "not_open");
	db_close(db);
}
END_TEST

START_TEST(who_errs_together_and_what_they_carry_is_told)
{
	struct db *db = database_of_campaigns();
	const char *name = a_judged_campaign();
	struct rigging rigging;

	tell_db("UPDATE campaign SET threshold = 0.9 WHERE name = '%s'", name);
	make_items(&(struct items){ .campaign = name, .count = 8, .title = "target" });
	campaign_judged(name, HONEST + 1, LIARS, "true",
	                "NOT i.gold AND abs(hashtext('hint' || i.number)) % 100 < 35");
	tell_db(
		"UPDATE volunteer_network SET network = decode(repeat('ab', 16), 'hex')"
		" WHERE volunteer_id IN (SELECT md5('%s judge ' || v)::uuid FROM generate_series(%d, %d)"
		" v)",
		name, HONEST + 1, HONEST + LIARS);
	fit_all(db);
	ck_assert_int_eq(rigging_read(db, keep_arena(), name, &rigging).code, OK);
	ck_assert_uint_eq(rigging.cohort_count, 1);
	ck_assert_uint_eq(rigging.cohorts[0].volunteers, LIARS);
	ck_assert_uint_eq(rigging.cohorts[0].judgments, LIARS * 88);
	ck_assert_double_eq_tol(rigging.cohorts[0].agree, 1, 1e-12);
	ck_assert(rigging.cohorts[0].others_agree < .9);
	ck_assert_uint_ge(rigging.network_count, 2);
	ck_assert_str_eq(rigging.networks[0].network, "abababababababababababababababab");
	ck_assert_int_eq(rigging.networks[0].volunteers, LIARS);
	ck_assert_double_eq_tol(rigging.networks[0].share, LIARS * 88. / (LIARS * 88 + HONEST * 80),
	                        1e-9);
	ck_assert(rigging.networks[0].excess > rigging.networks[1].excess);
	ck_assert_uint_eq(rigging.label_count, rigging.cohorts[0].labels);
	ck_assert_uint_ge(rigging.label_count, 1);
	for (size_t l = 0; l < rigging.label_count; l++)
		ck_assert(rigging.labels[l].share >= .5 && rigging.labels[l].cohort == 1);
	db_close(db);
}
END_TEST

START_TEST(a_server_tells_how_a_campaign_goes)
{
	struct person moderator = an_account("moderator");
	const char *name = a_campaign();
	struct answer live = get(&moderator, campaign_path(name, "live"));

	expect_status(live, 200);
	ck_assert(json_is_null(at(live.body, "fitted_at")));
	ck_assert(json_is_null(at(live.body, "gold/accuracy")));
	ck_assert_str_eq(text_at(live.body, "forecast/unknown"), "no_fit");
	expect_status(get(&moderator, campaign_path(name, "rigging")), 200);
	expect_problem(get(&moderator, campaign_path("none-such", "live")), 404, "not-found");
	expect_problem(get(&moderator, campaign_path("none-such", "rigging")), 404, "not-found");
}
END_TEST

/* ------------------------------------------------------------------ the command line */

START_TEST(the_command_line_sets_by_the_same_rules)
{
	const char *folder = "/", *name = fresh_name();

	expect_code(0, folder, say("campaign add %s", name));
	expect_code(0, folder,
	            say("campaign set %s threshold=0.9 media_types=video,image 'question=Real, or not?'"
	                " guidelines=Look. 'questions={\"de\": \"Echt?\"}'",
	                name));
	const char *shown = expect_code(0, folder, say("campaign show %s", name));
	ck_assert_ptr_nonnull(strstr(shown, "threshold=0.9\n"));
	ck_assert_ptr_nonnull(strstr(shown, "media_types=[\"image\",\"video\"]\n"));
	ck_assert_ptr_nonnull(strstr(shown, "question=Real, or not?\n"));
	ck_assert_ptr_nonnull(strstr(shown, "questions={\"de\":\"Echt?\"}\n"));
	expect_code(0, folder, say("campaign set %s guidelines= threshold=0.8 --dry-run", name));
	ck_assert_str_eq(shown, expect_code(0, folder, say("campaign show %s", name)));
	expect_code(0, folder, say("campaign set %s guidelines=", name));
	ck_assert_ptr_nonnull(
		strstr(expect_code(0, folder, say("campaign show %s", name)), "guidelines=null\n"));
	expect_code(1, folder, say("campaign set %s threshold=2", name));
	expect_code(1, folder, say("campaign set %s threshold=high", name));
	expect_code(1, folder, say("campaign set %s min_judgments=26", name));
	expect_code(1, folder, say("campaign set %s dose=1", name));
	expect_code(1, folder, "campaign set none-such threshold=0.9");
	expect_code(1, folder, "campaign show none-such");
	expect_code(2, folder, say("campaign set %s", name));
	expect_code(0, folder, say("campaign set %s gold_dose=0.2 visibility=invited", name));
	shown = expect_code(0, folder, say("campaign show %s", name));
	ck_assert_ptr_nonnull(strstr(shown, "gold_dose=0.2\n"));
	ck_assert_ptr_nonnull(strstr(shown, "visibility=invited\n"));
	expect_code(0, folder, say("campaign set %s gold_dose=", name));
	ck_assert_ptr_nonnull(
		strstr(expect_code(0, folder, say("campaign show %s", name)), "gold_dose=null\n"));
	const char *other = fresh_name();
	expect_code(1, folder, say("campaign add %s threshold=2", other));
	expect_code(0, folder, say("campaign add %s --box 512x288 threshold=0.9", other));
	ck_assert_ptr_nonnull(
		strstr(expect_code(0, folder, say("campaign show %s", other)), "threshold=0.9\n"));
	ck_assert_str_eq(ask_db("SELECT state || box_width FROM campaign WHERE name = '%s'", other),
	                 "open512");
	expect_code(0, folder, say("campaign pause %s", name));
	expect_code(0, folder, say("campaign close %s", name));
	expect_code(1, folder, say("campaign pause %s", name));
}
END_TEST

Suite *http_campaigns_suite(void)
{
	Suite *suite = suite_create("http/campaigns");
	TCase *tc = tcase_create("campaigns");

	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, a_campaign_is_made_in_preparation_with_what_is_given);
	tcase_add_test(tc, all_that_can_be_set_can_be_said_when_it_is_made);
	tcase_add_test(tc, a_new_campaign_has_the_defaults_that_are_told);
	tcase_add_test(tc, the_bounds_that_are_told_are_kept);
	tcase_add_loop_test(tc, what_is_wrong_is_told_by_its_field, 0,
	                    (int)(sizeof faults / sizeof faults[0]));
	tcase_add_loop_test(tc, nothing_is_made_of_what_is_wrong, 0,
	                    (int)(sizeof new_faults / sizeof new_faults[0]));
	tcase_add_test(tc, of_two_admins_who_saw_the_same_the_second_is_told);
	tcase_add_test(tc, a_dry_run_changes_nothing);
	tcase_add_test(tc, a_campaign_opens_pauses_and_closes);
	tcase_add_test(tc, nobody_is_asked_while_a_campaign_pauses);
	tcase_add_test(tc, only_media_that_a_campaign_names_are_handed_out);
	tcase_add_test(tc, the_question_is_told_in_the_language_that_is_asked_for);
	tcase_add_test(tc, campaigns_come_by_pages);
	tcase_add_test(tc, what_was_said_of_a_change_is_what_the_next_fit_does);
	tcase_add_test(tc, of_a_large_campaign_a_sample_is_counted);
	tcase_add_test(tc, what_decides_no_label_asks_for_no_fit);
	tcase_add_test(tc, what_was_judged_is_counted);
	tcase_add_test(tc, a_forecast_is_made_when_enough_is_known);
	tcase_add_test(tc, who_errs_together_and_what_they_carry_is_told);
	tcase_add_test(tc, a_server_tells_how_a_campaign_goes);
	tcase_add_test(tc, the_command_line_sets_by_the_same_rules);
	suite_add_tcase(suite, tc);
	return suite;
}
