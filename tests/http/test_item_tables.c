/* SPDX-License-Identifier: Apache-2.0 */
/* What a release says of each item beside its label: crowd.csv, marks.csv, and on what it was
 * judged. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "database.h"
#include "program.h"
#include "published.h"
#include "suites.h"

/*
 * Seven volunteers judge the twelve items of a campaign, most of them right; one item keeps a
 * single judgment.  What each says hangs on numbers, so that it is the same in every run.
 */
static const char *a_judged_campaign(void)
{
	const char *campaign = a_full_campaign();

	tell_db(
		"WITH v AS (INSERT INTO volunteer (id, salt, consent_version)"
		"       SELECT gen_random_uuid(), substr(uuid_send(gen_random_uuid()), 1, 16), 1"
		"         FROM generate_series(1, 7) RETURNING id),"
		" n AS (SELECT id, row_number() OVER (ORDER BY id)::integer AS n FROM v),"
		" i AS (SELECT i.id, i.campaign_id, k.p_fake > 0.5 AS fake,"
		"              row_number() OVER (ORDER BY i.id)::integer AS k"
		"         FROM item i JOIN campaign c ON c.id = i.campaign_id AND c.name = '%s'"
		"         JOIN consensus k ON k.item_id = i.id),"
		" said AS (SELECT gen_random_uuid() AS pair, n.id AS volunteer, n, i.id AS item, fake, k,"
		"                 campaign_id FROM n, i OFFSET 0),"
		" p AS (INSERT INTO judged_pair (assignment_id, volunteer_id, campaign_id, media_type,"
		"           kind, matched, policy, body_hash, server_ms, exposure_ms, response_ms, device)"
		"       SELECT pair, volunteer, campaign_id, 'image', 'random', false, 2, sha256(''), 3000,"
		"              2500, CASE WHEN (n + k) %% 6 > 0 THEN 400 * n * k END,"
		"              (ARRAY['{\"pointer\": \"mouse\", \"width\": 500, \"height\": 400}',"
		"                     '{\"pointer\": \"touch\", \"width\": 844, \"height\": 390}',"
		"                     '{\"pointer\": \"touch\", \"width\": 820, \"height\": 1180}',"
		"                     NULL])[1 + n %% 4]::jsonb FROM said),"
		" j AS (INSERT INTO judgment (item_id, volunteer_id, assignment_id, position, verdict,"
		"           confidence, training, tells, marks)"
		"       SELECT item, volunteer, pair, 'left',"
		"              CASE WHEN fake <> ((n + k) %% 4 = 0) THEN 'fake' ELSE 'real' END::verdict, "
		"80,"
		"              false, (ARRAY[NULL, '{gut}', '{edges,anatomy}', '{recognised}'])"
		"                     [1 + (n + k) %% 4]::text[],"
		"              CASE WHEN n %% 3 = 0 THEN '[{\"x\": 0.999, \"y\": 0.001},"
		"                   {\"x\": 0.123, \"y\": 0.5, \"t_ms\": 1260}]'::jsonb END FROM said)"
		"UPDATE consensus c SET judgments = CASE i.k WHEN 1 THEN 1 ELSE 7 END, fake_votes = 0"
		"  FROM i WHERE i.id = c.item_id",
		campaign);
	return campaign;
}

static const char *name, *folder;

static void setup(void)
{
	struct person person = an_account("researcher");

	name = a_release(&person, a_judged_campaign());
	folder = a_written_release(name);
}

/* The judgments of an item, as the release has them: the first so many. */
#define RELEASED                                                                  \
	"WITH j AS (SELECT j.*, exposure_step(p.response_ms) AS step, p.device"       \
	"  FROM release e JOIN release_item r ON r.release_id = e.id"                 \
	" CROSS JOIN LATERAL (SELECT * FROM judgment WHERE item_id = r.item_id"       \
	"                      ORDER BY judged_at, volunteer_id LIMIT r.judgments) j" \
	"  JOIN judged_pair p USING (assignment_id) WHERE e.name = '%s') "

START_TEST(crowd_says_of_each_item_what_its_judgments_come_to)
{
	const char *due = ask_db(
		RELEASED
		"SELECT string_agg(line, E'\\n' ORDER BY item_id) FROM (SELECT item_id, concat_ws(',',"
		" item_id, count(*), count(*) FILTER (WHERE verdict = 'fake'),"
		" coalesce((SELECT to_char(avg((a.verdict = b.verdict)::integer), 'FM0.0000')"
		"             FROM j a JOIN j b ON a.item_id = b.item_id AND a.volunteer_id <> "
		"b.volunteer_id"
		"            WHERE a.item_id = j.item_id), ''), count(step),"
		" coalesce(array_to_string(percentile_disc(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP"
		"                          (ORDER BY step), ','), ',,'),"
		" (SELECT string_agg((SELECT count(*) FROM j k WHERE k.item_id = j.item_id"
		"                        AND tell = ANY (k.tells))::text, ',' ORDER BY n)"
		"    FROM unnest('{anatomy,style,function,physics,context,edges,motion,voice,edit,"
		"recognised,gut}'::text[]) WITH ORDINALITY AS t (tell, n))) AS line"
		" FROM j GROUP BY item_id) lines",
		name);
	struct ran ran = shell(folder, "tail -n +2 crowd.csv | tr -d '\\r' | cut -d, -f1-4,6-");

	ck_assert_str_eq(ran.said, say("%s\n", due));
	ck_assert_ptr_nonnull(strstr(shell(folder, "head -n 1 crowd.csv").said,
	                             "item,judgments,saying_fake,agreement,alpha,responses,"));
}
END_TEST

START_TEST(alpha_of_the_items_comes_to_alpha_of_the_release)
{
	double alpha = json_number_value(at(get(NULL, say(RELEASES "/%s/1.0", name)).body, "alpha"));
	struct ran ran = shell(folder, "awk -F, 'NR > 1 && $5 != \"\" { sum += $2 * $5; all += $2 }"
	                               " END { printf \"%.6f %d\", sum / all, all }' crowd.csv");
	double mean = 0;
	int all = 0;

	ck_assert_int_eq(sscanf(ran.said, "%lf %d", &mean, &all), 2);
	ck_assert_int_eq(all, 11 * 7); /* the one with a single judgment has no part in it */
	ck_assert_double_lt(fabs(alpha), 0.9);
	ck_assert_double_lt(fabs(mean - alpha), 1e-4);
}
END_TEST

START_TEST(marks_are_released_in_the_order_of_their_places)
{
	const char *item = ask_db(RELEASED "SELECT min(item_id::text) FROM j WHERE item_id IN (SELECT"
	                                   " item_id FROM j GROUP BY 1 HAVING count(*) = 7)",
	                          name);
	struct ran ran =
		shell(folder, say("grep %s marks.csv | tr -d '\\r' | cut -d, -f3-; grep %s marks.csv |"
	                      " cut -d, -f2 | sort | uniq -c | tr -d ' \\n'",
	                      item, item));
	const char *verdicts_due =
		ask_db(RELEASED "SELECT string_agg(2 * n || verdict::text, '' ORDER BY"
	                    " verdict::text) FROM (SELECT verdict, count(*) AS n FROM j"
	                    " WHERE item_id = '%s' AND marks IS NOT NULL GROUP BY 1) m",
	           name, item);

	ck_assert_str_eq(ran.said,
	                 say("0.12,0.50,1.3\n0.12,0.50,1.3\n1.00,0.00,\n1.00,0.00,\n%s", verdicts_due));
	ck_assert_int_eq(shell(folder, "grep -qE '0\\.123|0\\.999|1260' marks.csv").code, 1);
}
END_TEST

START_TEST(trials_say_on_what_kind_of_device_and_how_fast)
{
	struct ran ran = shell(folder, "tail -n +2 trials.csv | tr -d '\\r' |"
	                               " awk -F, '{ print $10 \"/\" $11 }' | sort | uniq -c |"
	                               " awk '{ print $1 \" \" $2 }' | LC_ALL=C sort");
	const char *due = ask_db(
		RELEASED
		"SELECT string_agg(n || ' ' || what, E'\\n' ORDER BY (n || ' ' || what) COLLATE \"C\") FROM"
		" (SELECT count(*) AS n, concat(step, '/', CASE device->>'width' WHEN '500' THEN 'computer'"
		"  WHEN '844' THEN 'phone' WHEN '820' THEN 'tablet' END) AS what FROM j GROUP BY 2) s",
		name);

	ck_assert_str_eq(ran.said, say("%s\n", due));
	ck_assert_int_eq(shell(folder, "grep -qE '844|1180|pointer' trials.csv").code, 1);
}
END_TEST

static const struct {
	const char *device, *kind; /* NULL: it does not tell */
} devices[] = {
	{ "{\"pointer\": \"mouse\", \"width\": 300, \"height\": 300}", "computer" },
	{ "{\"pointer\": \"keyboard\"}", "computer" },
	{ "{\"pointer\": \"touch\", \"width\": 599, \"height\": 900}", "phone" },
	{ "{\"pointer\": \"pen\", \"width\": 900, \"height\": 600}", "tablet" },
	{ "{\"pointer\": \"touch\"}", NULL },
	{ "{\"pointer\": \"touch\", \"width\": 0, \"height\": 0}", NULL },
	{ "{\"pointer\": \"unknown\", \"width\": 900, \"height\": 600}", NULL },
	{ "{}", NULL },
};

START_TEST(a_device_is_one_of_three_kinds_or_unknown)
{
	const char *kind = ask_db("SELECT device_class('%s')", devices[_i].device);

	if (devices[_i].kind)
		ck_assert_str_eq(kind, devices[_i].kind);
	else
		ck_assert_ptr_null(kind);
}
END_TEST

/* What somebody may have changed, and what verify says then. */
static const struct {
	const char *line, *said;
} changed[] = {
	{ "sed -i '3s/^\\([^,]*\\),7,/\\1,6,/' crowd.csv", "crowd.csv row 3: its judgments is not" },
	{ "awk -F, -v OFS=, 'NR == 4 { $5 = 0.5 } 1' crowd.csv >x; mv x crowd.csv",
	  "its alpha is not what trials.csv comes to" },
	{ "awk -F, -v OFS=, 'NR == 4 { $8 = 55 } 1' crowd.csv >x; mv x crowd.csv",
	  "crowd.csv row 4: its response_median_s is not" },
	{ "sed -i '3s/\\r$/9\\r/' crowd.csv", "crowd.csv row 3: its tell_gut is not" },
	{ "sed -i '$d' crowd.csv", "crowd.csv: has no row of item" },
	{ "tail -n 1 crowd.csv >x; cat x >>crowd.csv; rm x", "trials.csv has no such item" },
	{ "sed -i '2s/,[01]\\.[0-9]*,/,1.50,/' marks.csv", "marks.csv row 2: no such verdict, place" },
	{ "sed -i '2s/^......../01234567/' marks.csv", "marks.csv row 2: no item of labels.csv" },
	{ "sed -i '2s/[a-z]*\\r$/watch\\r/' trials.csv", "trials.csv row 2: no such device" },
};

START_TEST(verify_counts_the_tables_of_items_again)
{
	int code;
	const char *said = run_program(&code, "release verify %s", folder);

	ck_assert_msg(code == 0, "%s", said);
	ck_assert_int_eq(shell(folder, changed[_i].line).code, 0);
	sign_again(folder);
	said = run_program(&code, "release verify %s", folder);
	ck_assert_int_eq(code, 1);
	ck_assert_msg(strstr(said, changed[_i].said) != NULL, "%s", said);
}
END_TEST

START_TEST(a_release_of_before_there_were_such_tables_is_good)
{
	int code;

	ck_assert_int_eq(shell(folder, "rm crowd.csv marks.csv && sed -i 's/,[^,]*,[^,]*\\r$/\\r/'"
	                               " trials.csv && head -n 1 trials.csv | grep -q ',month.$'")
	                     .code,
	                 0);
	sign_again(folder);
	const char *said = run_program(&code, "release verify %s", folder);
	ck_assert_msg(code == 0, "%s", said);
}
END_TEST

/* ------------------------------------------------------------------ what the card says */

START_TEST(the_card_counts_what_cannot_be_cut_as_the_others)
{
	const char *campaign = a_full_campaign(), *release = fresh_name();

	tell_db("INSERT INTO cut_due (item_id, why) SELECT i.id, 'it is shorter than its window'"
	        " FROM item i JOIN campaign c ON c.id = i.campaign_id WHERE c.name = '%s'"
	        " ORDER BY i.id LIMIT 3",
	        campaign);
	const char *said = run_well("release create %s 1.0 --campaign %s --dry-run", release, campaign);
	ck_assert_msg(strstr(said, "not to be cut alike 3\n") != NULL, "%s", said);
	run_well("release create %s 1.0 --campaign %s", release, campaign);
	struct answer card = get(NULL, say(RELEASES "/%s/1.0/files/README.md", release));
	ck_assert_ptr_nonnull(strstr(card.text, "cannot be cut to the size or length of the others of "
	                                        "their campaign or pair: 3."));
	card = get(NULL, say(RELEASES "/%s/1.0/files/DATASHEET.md", release));
	ck_assert_ptr_nonnull(strstr(card.text, "3 that cannot be cut as the others are"));
}
END_TEST

Suite *http_item_tables_suite(void)
{
	Suite *suite = suite_create("http/item_tables");
	TCase *tc = tcase_create("item_tables"), *pure = tcase_create("devices");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, crowd_says_of_each_item_what_its_judgments_come_to);
	tcase_add_test(tc, alpha_of_the_items_comes_to_alpha_of_the_release);
	tcase_add_test(tc, marks_are_released_in_the_order_of_their_places);
	tcase_add_test(tc, trials_say_on_what_kind_of_device_and_how_fast);
	tcase_add_loop_test(tc, verify_counts_the_tables_of_items_again, 0,
	                    sizeof changed / sizeof changed[0]);
	tcase_add_test(tc, a_release_of_before_there_were_such_tables_is_good);
	suite_add_tcase(suite, tc);
	tcase_add_loop_test(pure, a_device_is_one_of_three_kinds_or_unknown, 0,
	                    sizeof devices / sizeof devices[0]);
	tcase_set_timeout(pure, 60);
	tcase_add_test(pure, the_card_counts_what_cannot_be_cut_as_the_others);
	suite_add_tcase(suite, pure);
	return suite;
}
