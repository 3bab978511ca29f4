/* SPDX-License-Identifier: Apache-2.0 */
/* What a client of /assignments/renew may rely on. */
#include <string.h>
#include <time.h>

#include "client.h"
#include "database.h"
#include "suites.h"
#include "world.h"

static struct answer renew(struct person *as, const char *token)
{
	return post(as, "/api/v1/assignments/renew", json_pack("{s:s}", "assignment", token));
}

static struct answer judge(struct person *as, const char *token)
{
	return post(as, "/api/v1/judgments", verdicts_on(token, "real", "fake"));
}

static long long ends_of(struct answer answer)
{
	expect_status(answer, 200);
	ck_assert_uint_eq(json_object_size(answer.body), 1);
	return count_db("SELECT extract(epoch FROM '%s'::timestamptz)::bigint",
	                text_at(answer.body, "expires_at"));
}

static void await_lease(const struct lease *lease)
{
	await_db(5, say("SELECT count(*) = 1 FROM lease WHERE id = '%s'", uuid_text(lease->id)));
}

/* The token and the row of a lease as they are `ago` seconds after it was handed out. */
static const char *aged(const char *token, struct person *as, int ago)
{
	struct lease lease = lease_of(token, as);

	await_lease(&lease);
	lease.issued_s -= ago;
	lease.expires_s -= ago;
	tell_db("UPDATE lease SET issued_at = issued_at - interval '%d s',"
	        " expires_at = expires_at - interval '%d s' WHERE id = '%s'",
	        ago, ago, uuid_text(lease.id));
	return token_of(&lease);
}

START_TEST(a_renewal_adds_ten_minutes_three_times_and_no_more)
{
	struct person person = a_volunteer();
	const char *token = text_at(a_lease(&person, NULL), "assignment");
	struct lease lease = lease_of(token, &person);

	if (_i)
		await_lease(&lease); /* else it is renewed before it is written */
	for (int time = 1; time <= 3; time++)
		ck_assert_int_eq(ends_of(renew(&person, token)), lease.expires_s + 600LL * time);
	expect_problem(renew(&person, token), 409, "renewals-spent");
	await_desk(NULL);
	ck_assert_int_eq(count_db("SELECT extract(epoch FROM expires_at)::bigint FROM lease"
	                          " WHERE id = '%s'",
	                          uuid_text(lease.id)),
	                 lease.expires_s + 1800);
}
END_TEST

START_TEST(a_renewed_pair_can_be_judged_when_its_ten_minutes_are_over)
{
	struct person person = a_volunteer(), other = a_volunteer();
	const char *token = aged(text_at(a_lease(&person, NULL), "assignment"), &person, 590);
	const char *not_renewed = aged(text_at(a_lease(&other, NULL), "assignment"), &other, 601);
	struct lease lease = lease_of(token, &person);

	ends_of(renew(&person, token));
	lease.expires_s -= 20; /* the token's own end is past, the lease's is not */
	lease.issued_s -= 20;
	token = token_of(&lease);
	expect_status(judge(&person, token), 201);
	expect_status(judge(&person, token), 200);
	expect_problem(judge(&other, not_renewed), 410, "lease-expired");
}
END_TEST

START_TEST(what_has_ended_is_not_renewed)
{
	struct person person = a_volunteer(), lost = a_volunteer();
	const char *token = aged(text_at(a_lease(&person, NULL), "assignment"), &person, 601);
	const char *unwritten = aged(text_at(a_lease(&lost, NULL), "assignment"), &lost, 601);

	expect_problem(renew(&person, token), 410, "lease-expired");
	tell_db("DELETE FROM lease WHERE volunteer_id = '%s'", volunteer_id(&lost));
	expect_problem(renew(&lost, unwritten), 410, "lease-expired");
	ck_assert_int_eq(
		count_db("SELECT count(*) FROM lease WHERE volunteer_id = '%s'", volunteer_id(&lost)), 0);
}
END_TEST

START_TEST(what_is_judged_or_skipped_is_not_renewed)
{
	struct person person = a_volunteer();
	const char *judged = text_at(a_lease(&person, NULL), "assignment");
	const char *skipped = text_at(a_lease(&person, NULL), "assignment");

	expect_status(judge(&person, judged), 201);
	expect_status(post(&person, "/api/v1/skips",
	                   json_pack("{s:s, s:s}", "assignment", skipped, "reason", "other")),
	              204);
	expect_problem(renew(&person, judged), 409, "answered");
	expect_problem(renew(&person, skipped), 409, "answered");
	await_desk(NULL);
	ck_assert_int_eq(
		count_db("SELECT count(*) FROM lease WHERE volunteer_id = '%s'", volunteer_id(&person)), 0);
}
END_TEST

START_TEST(a_renewed_pair_is_shown_again_with_its_new_end)
{
	struct person person = a_volunteer();

	a_lease(&person, NULL);
	struct answer renewed = renew(&person, text_at(a_lease(&person, NULL), "assignment"));
	expect_status(renewed, 200);
	struct answer third =
		post(&person, "/api/v1/assignments", json_pack("{s:s}", "campaign", common_campaign()));
	expect_status(third, 200);
	ck_assert_str_eq(text_at(third.body, "expires_at"), text_at(renewed.body, "expires_at"));
}
END_TEST

START_TEST(a_lease_is_renewed_by_its_volunteer_alone)
{
	struct person person = a_volunteer(), other = a_volunteer(), gone = a_volunteer();
	const char *token = text_at(a_lease(&person, NULL), "assignment");
	const char *erased = text_at(a_lease(&gone, NULL), "assignment");
	struct person shadow = gone;

	expect_problem(renew(&other, token), 404, "no-assignment");
	expect_problem(renew(&person, "no token"), 404, "no-assignment");
	expect_problem(renew(NULL, token), 401, "no-consent");
	expect_problem(post(&person, "/api/v1/assignments/renew", json_object()), 422, "invalid");
	expect_problem(post(&person, "/api/v1/assignments/renew",
	                    json_pack("{s:s, s:i}", "assignment", token, "minutes", 60)),
	               422, "invalid");
	expect_status(delete_at(&gone, "/api/v1/me"), 204);
	expect_problem(renew(&shadow, erased), 401, "volunteer-gone");
	ck_assert_int_eq(ends_of(renew(&person, token)), lease_of(token, &person).expires_s + 600);
}
END_TEST

Suite *http_renewals_suite(void)
{
	Suite *suite = suite_create("http/renewals");
	TCase *tc = tcase_create("renewals");

	tcase_set_timeout(tc, 30);
	tcase_add_loop_test(tc, a_renewal_adds_ten_minutes_three_times_and_no_more, 0, 2);
	tcase_add_test(tc, a_renewed_pair_can_be_judged_when_its_ten_minutes_are_over);
	tcase_add_test(tc, what_has_ended_is_not_renewed);
	tcase_add_test(tc, what_is_judged_or_skipped_is_not_renewed);
	tcase_add_test(tc, a_renewed_pair_is_shown_again_with_its_new_end);
	tcase_add_test(tc, a_lease_is_renewed_by_its_volunteer_alone);
	suite_add_tcase(suite, tc);
	return suite;
}
