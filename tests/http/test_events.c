/* SPDX-License-Identifier: Apache-2.0 */
/* What a classroom, a newsroom or an event may rely on: declared networks and invitations. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "another.h"
#include "client.h"
#include "database.h"
#include "program.h"
#include "suites.h"
#include "world.h"

/* The tests come from loopback: here as a class that is spared, and as a newsroom that is not. */
static const char *const a_class[] = { "--networks", "class=127.0.0.0/8", NULL };
static const char *const a_newsroom[] = { "--networks", "news=127.0.0.0/8+sensitive", NULL };

static struct answer ask_at(const char *server, struct person *as, const char *campaign)
{
	return call(&(struct call){ .server = server,
	                            .path = "/api/v1/assignments",
	                            .as = as,
	                            .body = json_pack("{s:s}", "campaign", campaign) });
}

static void await_pair(const char *server, struct person *as, const char *campaign,
                       struct answer *ret_answer)
{
	await_desk(server);
	*ret_answer = ask_at(server, as, campaign);
}

/* Plain items, and sensitive ones of every kind that could stand in a pair. */
static const char *a_mixed_campaign(int plain)
{
	const char *campaign = a_campaign();

	make_items(&(struct items){ .campaign = campaign, .count = plain });
	make_items(&(struct items){ .campaign = campaign, .count = 12, .sensitive = true });
	make_items(&(struct items){
		.campaign = campaign, .count = 4, .truth = "real", .training = true, .sensitive = true });
	make_items(&(struct items){
		.campaign = campaign, .count = 4, .truth = "fake", .gold = true, .sensitive = true });
	make_items(
		&(struct items){ .campaign = campaign, .count = 4, .state = "retired", .sensitive = true });
	return campaign;
}

START_TEST(a_declared_network_is_shown_nothing_sensitive)
{
	const char *campaign = a_mixed_campaign(9);
	struct another server = another_start(a_class);
	struct person person = a_volunteer();
	struct answer a;

	await_pair(server.url, &person, campaign, &a);
	for (int pair = 0; pair < 4; pair++, a = ask_at(server.url, &person, campaign)) {
		expect_status(a, 201);
		ck_assert(!true_at(a.body, "sensitive"));
		ck_assert(!true_at(a.body, "training"));
		expect_status(call(&(struct call){
						  .server = server.url,
						  .path = "/api/v1/judgments",
						  .as = &person,
						  .body = verdicts_on(text_at(a.body, "assignment"), "real", "fake") }),
		              201);
	}
	expect_status(a, 204); /* the ninth has nothing beside it but what is sensitive */
	another_stop(&server);
}
END_TEST

START_TEST(a_declared_network_is_shown_all_if_the_operator_says_so)
{
	const char *campaign = a_mixed_campaign(0);
	struct another server = another_start(a_newsroom);
	struct person person = a_volunteer();
	struct answer a;

	await_pair(server.url, &person, campaign, &a);
	expect_status(a, 201);
	ck_assert(true_at(a.body, "sensitive"));
	another_stop(&server);
}
END_TEST

/* Handed out elsewhere, or before the item was marked. */
START_TEST(a_pair_that_is_held_is_not_shown_again_where_it_is_sensitive)
{
	const char *campaign = a_campaign();
	struct another server = another_start(a_class);
	struct person person = a_volunteer();
	struct answer a;

	make_items(&(struct items){ .campaign = campaign, .count = 2, .sensitive = true });
	await_pair(NULL, &person, campaign, &a);
	expect_status(a, 201);
	expect_status(ask_at(NULL, &person, campaign), 204);
	await_db(
		20, say("SELECT count(*) = 1 FROM lease WHERE volunteer_id = '%s'", volunteer_id(&person)));
	await_pair(server.url, &person, campaign, &a);
	expect_status(a, 204);
	another_stop(&server);
}
END_TEST

/* ---------------------------------------------------------------- invitations */

/* Runs `invite` with the server's database and secret. */
static const char *invite(int code, const char *words)
{
	static char folder[4096];

	if (!*folder)
		snprintf(folder, sizeof folder, "%s", a_folder());
	return expect_code(code, folder, say("invite %s", words));
}

struct invited {
	const char *id, *token;
};

static struct invited an_invitation(const char *campaign, const char *words)
{
	char *said = strdup(invite(0, say("make %s %s", campaign, words)));
	char *line = strchr(said, '\n'), *mark = strstr(said, "/#invitation=");

	keep(said);
	ck_assert(line && mark && mark > line);
	*line = '\0';
	mark[strcspn(mark, "\n")] = '\0';
	return (struct invited){ .id = said, .token = mark + strlen("/#invitation=") };
}

static struct answer enter(struct person *as, const char *token)
{
	return post(as, "/api/v1/volunteers",
	            json_pack("{s:b, s:s}", "consent", 1, "invitation", token));
}

static long long entered(const struct invited *invited)
{
	return count_db("SELECT entered FROM invitation WHERE id = '%s'", invited->id);
}

START_TEST(who_enters_by_a_link_is_of_the_event_at_once)
{
	const char *campaign = a_campaign();
	struct invited invited = an_invitation(campaign, "'Class 7b' --most 30 --days 2");
	struct person person = { 0 }, other = { 0 };
	struct answer a = enter(&person, invited.token);

	expect_status(a, 201);
	ck_assert_str_eq(text_at(a.body, "event/name"), "Class 7b");
	ck_assert_str_eq(text_at(a.body, "event/campaign"), campaign);
	ck_assert_int_eq(count_db("SELECT extract(epoch FROM '%s'::timestamptz - until)::bigint FROM"
	                          " invitation WHERE id = '%s'",
	                          text_at(a.body, "event/until"), invited.id),
	                 0);
	expect_status(enter(&other, invited.token), 201);
	ck_assert_str_eq(
		ask_db("SELECT count(*) || ' ' || count(DISTINCT network) || ' ' || bool_and(declared)"
	           " FROM volunteer_network WHERE volunteer_id IN ('%s', '%s')",
	           say("%s", volunteer_id(&person)), volunteer_id(&other)),
		"2 1 true");
	ck_assert_int_eq(entered(&invited), 2);
	ck_assert_ptr_null(strstr(a.text, invited.token));
}
END_TEST

START_TEST(a_volunteer_of_before_stays_who_it_was_and_is_of_the_event_from_then_on)
{
	const char *campaign = a_campaign();
	struct invited invited = an_invitation(campaign, "evening --most 30 --days 2");
	struct person person = a_volunteer();
	const char *id = say("%s", volunteer_id(&person));

	tell_db(
		"INSERT INTO volunteer_network (campaign_id, volunteer_id, network, declared)"
		" SELECT id, '%s', substr(sha256('home'), 1, 16), false FROM campaign WHERE name = '%s'",
		id, campaign);
	struct answer a = enter(&person, invited.token);
	expect_status(a, 200);
	ck_assert_str_eq(text_at(a.body, "volunteer"), id);
	ck_assert_str_eq(text_at(get(&person, "/api/v1/me").body, "volunteer"), id);
	ck_assert_int_eq(count_db("SELECT count(*) FROM volunteer_network n JOIN invitation i USING"
	                          " (campaign_id, network) WHERE n.volunteer_id = '%s' AND n.declared",
	                          id),
	                 1);
	expect_status(enter(&person, invited.token), 200);
	ck_assert_int_eq(entered(&invited), 1); /* once */
}
END_TEST

START_TEST(who_was_erased_enters_as_somebody_new)
{
	struct invited invited = an_invitation(a_campaign(), "evening --most 30 --days 2");
	struct person person = a_volunteer();
	const char *id = say("%s", volunteer_id(&person));

	tell_db("DELETE FROM volunteer WHERE id = '%s'", id);
	expect_status(enter(&person, invited.token), 201);
	ck_assert_str_ne(volunteer_id(&person), id);
}
END_TEST

START_TEST(what_a_guest_judges_leaves_them_the_events)
{
	const char *campaign = a_campaign();
	struct invited invited = an_invitation(campaign, "evening --most 30 --days 2");
	struct person person = { 0 };

	make_items(&(struct items){ .campaign = campaign, .count = 8 });
	expect_status(enter(&person, invited.token), 201);
	json_t *lease = a_lease(&person, campaign);
	expect_status(post(&person, "/api/v1/judgments",
	                   verdicts_on(text_at(lease, "assignment"), "real", "fake")),
	              201);
	lease = a_lease(&person, campaign);
	expect_status(post(&person, "/api/v1/skips",
	                   json_pack("{s:s, s:s}", "assignment", text_at(lease, "assignment"), "reason",
	                             "other")),
	              204);
	await_db(20, say("SELECT count(*) = 0 FROM score_pending WHERE '%s' = ANY (volunteers)",
	                 volunteer_id(&person)));
	ck_assert_int_eq(count_db("SELECT count(*) FROM volunteer_network n JOIN invitation i USING"
	                          " (campaign_id, network) WHERE n.volunteer_id = '%s'",
	                          volunteer_id(&person)),
	                 1);
	tell_db("UPDATE campaign SET state = 'closed' WHERE name = '%s'", campaign);
	ck_assert_int_eq(count_db("SELECT count(*) FROM volunteer_network WHERE volunteer_id = '%s'",
	                          volunteer_id(&person)),
	                 0);
}
END_TEST

/* Each by another way; nobody is made. */
static const struct {
	const char *set, *says;
} ends[] = {
	{ "until = now()", "has ended" },
	{ "entered = most", "As many" },
	{ "closed", "has ended" },
	{ "revoked", "withdrawn" },
};

START_TEST(an_invitation_that_is_no_more_says_so_and_everybody_may_go_on_without)
{
	const char *campaign = a_campaign();
	struct invited invited = an_invitation(campaign, "evening --most 2 --days 2");
	struct person person = { 0 };

	if (_i == 2)
		tell_db("UPDATE campaign SET state = 'closed' WHERE name = '%s'", campaign);
	else if (_i == 3)
		invite(0, say("revoke %s", invited.id));
	else
		tell_db("UPDATE invitation SET %s WHERE id = '%s'", ends[_i].set, invited.id);
	long long before = count_db("SELECT count(*) FROM volunteer");
	struct answer a = enter(&person, invited.token);
	expect_problem(a, 410, "invitation-over");
	ck_assert_ptr_nonnull(strstr(text_at(a.body, "detail"), ends[_i].says));
	ck_assert_ptr_nonnull(strstr(text_at(a.body, "detail"), "without"));
	ck_assert_ptr_null(header_of(a, "Set-Cookie"));
	ck_assert_int_eq(count_db("SELECT count(*) FROM volunteer"), before);
	expect_status(post(&person, "/api/v1/volunteers", json_pack("{s:b}", "consent", 1)), 201);
}
END_TEST

START_TEST(who_entered_before_enters_again_whatever_became_of_the_invitation)
{
	struct invited invited = an_invitation(a_campaign(), "evening --most 1 --days 2");
	struct person person = { 0 };

	expect_status(enter(&person, invited.token), 201);
	invite(0, say("revoke %s", invited.id));
	invite(0, say("revoke %s", invited.id)); /* twice is fine */
	expect_status(enter(&person, invited.token), 200);
	ck_assert_int_eq(entered(&invited), 1);
}
END_TEST

static const char *const no_tokens[] = { "", "x", "AAAA" };

START_TEST(a_token_of_nobodys_making_is_told_plainly)
{
	struct invited invited = an_invitation(a_campaign(), "evening --most 30 --days 2");
	struct person person = { 0 };
	char *changed = keep(strdup(invited.token));

	changed[20] = changed[20] == 'A' ? 'B' : 'A';
	expect_problem(enter(&person, no_tokens[_i]), 410, "invitation-over");
	expect_problem(enter(&person, changed), 410, "invitation-over");
	changed[strlen(changed) - 3] = '\0';
	expect_problem(enter(&person, changed), 410, "invitation-over");
	expect_problem(enter(&person, say("%0300d", 0)), 422, "invalid");
}
END_TEST

#define AT_ONCE 24

struct rush {
	struct person person;
	const char *token;
	long status;
};

static void *rush_in(void *arg)
{
	struct rush *rush = arg;

	rush->status = enter(&rush->person, rush->token).status;
	return NULL;
}

START_TEST(no_more_enter_at_once_than_were_invited)
{
	struct invited invited = an_invitation(a_campaign(), "evening --most 7 --days 2");
	struct rush rushes[AT_ONCE] = { 0 };
	pthread_t threads[AT_ONCE];
	int in = 0, out = 0;

	for (int i = 0; i < AT_ONCE; i++) {
		rushes[i].token = invited.token;
		ck_assert_int_eq(pthread_create(&threads[i], NULL, rush_in, &rushes[i]), 0);
	}
	for (int i = 0; i < AT_ONCE; i++) {
		pthread_join(threads[i], NULL);
		in += rushes[i].status == 201;
		out += rushes[i].status == 410;
	}
	ck_assert_int_eq(in, 7);
	ck_assert_int_eq(out, AT_ONCE - 7);
	ck_assert_int_eq(entered(&invited), 7);
	ck_assert_int_eq(count_db("SELECT count(*) FROM volunteer_network n JOIN invitation i USING"
	                          " (campaign_id, network) WHERE i.id = '%s'",
	                          invited.id),
	                 7);
}
END_TEST

START_TEST(guests_are_shown_nothing_sensitive_unless_the_operator_says_so)
{
	const char *campaign = a_mixed_campaign(2);
	struct invited plain = an_invitation(campaign, "class --most 30 --days 2");
	struct invited all = an_invitation(campaign, "news --most 30 --days 2 --sensitive");
	struct person guest = { 0 }, reporter = { 0 };

	expect_status(enter(&guest, plain.token), 201);
	expect_status(enter(&reporter, all.token), 201);
	json_t *lease = a_lease(&guest, campaign);
	ck_assert(!true_at(lease, "sensitive"));
	expect_status(ask_at(NULL, &guest, campaign), 204);
	ck_assert(true_at(a_lease(&reporter, campaign), "sensitive"));
	/* The last link that was followed says. */
	expect_status(enter(&guest, all.token), 200);
	ck_assert(true_at(a_lease(&guest, campaign), "sensitive"));
}
END_TEST

static const char *const few_budgets[] = { "--budgets",
	                                       "volunteers=1/h,writes=1/h:60,views=1/h,"
	                                       "volunteer_views=1/h:3,events=1/h:25",
	                                       NULL };

/* As many as the event's budget lets in, and each is shown pairs, where the network's would have
 * ended with the first. */
START_TEST(an_event_behind_one_address_has_a_budget_of_its_own)
{
	const char *campaign = a_campaign();
	struct invited invited = an_invitation(campaign, "evening --most 30 --days 2");
	struct another server = another_start(few_budgets);
	struct person people[10] = { 0 }, anybody = { 0 };
	json_t *plain = json_pack("{s:b}", "consent", 1);

	make_items(&(struct items){ .campaign = campaign, .count = 40 });
	await_desk(server.url);
	for (int i = 0; i < 10; i++) {
		expect_status(call(&(struct call){ .server = server.url,
		                                   .path = "/api/v1/volunteers",
		                                   .as = &people[i],
		                                   .body = json_pack("{s:b, s:s}", "consent", 1,
		                                                     "invitation", invited.token) }),
		              201);
		expect_status(ask_at(server.url, &people[i], campaign), 201);
	}
	expect_status(ask_at(server.url, &people[0], campaign), 201);
	expect_status(ask_at(server.url, &people[0], campaign), 200);
	for (int i = 0; i < 3; i++)
		ask_at(server.url, &people[1], campaign);
	struct answer a = ask_at(server.url, &people[2], campaign); /* the 26th */
	expect_problem(a, 429, "too-many");
	for (int i = 0; i < 2; i++)
		a = call(&(struct call){ .server = server.url,
		                         .path = "/api/v1/volunteers",
		                         .as = &anybody,
		                         .body = json_incref(plain) });
	expect_problem(a, 429, "too-many-volunteers");
	json_decref(plain);
	another_stop(&server);
}
END_TEST

static const char *in_a_month(void)
{
	return ask_db("SELECT to_char(now() AT TIME ZONE 'UTC' + interval '30 days',"
	              " 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')");
}

START_TEST(the_command_lists_what_there_is_and_refuses_what_cannot_be)
{
	const char *campaign = a_campaign();
	struct invited invited =
		an_invitation(campaign, say("'Night of media' --most 5 --until %s", in_a_month()));
	const char *list;

	(void)invited;
	invite(2, "make");
	invite(2, say("make %s x --days 3", campaign));
	invite(2, say("make %s x --most 3", campaign));
	invite(2, say("make %s x --most 3 --days 3 --until %s", campaign, in_a_month()));
	invite(2, say("make %s x --most 3 --days 91", campaign));
	invite(2, say("make %s x --most 0 --days 3", campaign));
	invite(2, say("make %s x --most 3 --until tomorrow", campaign));
	invite(1, say("make %s x --most 3 --until 2020-01-01T00:00:00Z", campaign));
	invite(1, say("make %s x --most 3 --until 2099-01-01T00:00:00Z", campaign));
	invite(1, say("make %s ' x' --most 3 --days 3", campaign));
	invite(1, "make no-such-campaign x --most 3 --days 3");
	invite(1, "revoke 00000000-0000-4000-8000-000000000000");
	invite(1, "revoke everything");
	invite(2, "list --most 3");
	list = invite(0, "list");
	ck_assert_ptr_nonnull(strstr(list, say("open  %s: Night of media  0 of 5", campaign)));
	ck_assert_ptr_null(strstr(list, invited.token));
}
END_TEST

/* ---------------------------------------------------------------- providers */

/* Skips a pair from an address, which notes the network as judging does. */
static void skip_from(const char *server, struct person *as, const char *campaign,
                      const char *address)
{
	const char *from = say("X-Forwarded-For: %s", address);
	struct answer a = ask_at(server, as, campaign);

	expect_status(a, 201);
	a = call(&(struct call){ .server = server,
	                         .path = "/api/v1/skips",
	                         .as = as,
	                         .body = json_pack("{s:s, s:s}", "assignment",
	                                           text_at(a.body, "assignment"), "reason", "other"),
	                         .headers = { from } });
	expect_status(a, 204);
}

static const char *networks_of(const char *campaign)
{
	return ask_db("SELECT count(*) || ' ' || count(DISTINCT n.network) || ' ' || count(n.provider)"
	              " || ' ' || count(DISTINCT n.provider) FROM volunteer_network n"
	              " JOIN campaign k ON k.id = n.campaign_id WHERE k.name = '%s'",
	              campaign);
}

START_TEST(a_table_says_which_networks_are_one_providers)
{
	static const char *const addresses[] = { "198.51.100.7", "203.0.113.9", "2001:db8:1::1",
		                                     "192.0.2.7" };
	static const char table[] = "198.51.100.0\t24\t64500\n203.0.113.0\t24\t64500\n"
								"2001:db8::\t32\t64501\n";
	const char *campaign = a_campaign(), *other = a_campaign(), *path = say("%s/as", a_folder());
	const char *const options[] = { "--as-table", path, "--trusted-proxies", "127.0.0.1", NULL };
	struct person person = { 0 };
	FILE *file = fopen(path, "w");

	ck_assert(file && fputs(table, file) >= 0 && fclose(file) == 0);
	make_items(&(struct items){ .campaign = campaign, .count = 12 });
	make_items(&(struct items){ .campaign = other, .count = 12 });
	struct another server = another_start(options);
	await_desk(server.url);
	for (size_t v = 0; v < 4; v++) {
		person = a_volunteer();
		skip_from(server.url, &person, campaign, addresses[v]);
	}
	skip_from(server.url, &person, other, addresses[0]);
	another_stop(&server);
	ck_assert_str_eq(networks_of(campaign), "4 4 3 2");
	ck_assert_str_eq(networks_of(other), "1 1 1 1");
	/* Nobody sees that two campaigns have a provider in common. */
	ck_assert_int_eq(count_db("SELECT count(*) FROM volunteer_network a JOIN volunteer_network b"
	                          " USING (provider) WHERE a.campaign_id <> b.campaign_id"),
	                 0);
	tell_db("UPDATE campaign SET state = 'closed' WHERE name = '%s'", campaign);
	ck_assert_str_eq(networks_of(campaign), "0 0 0 0");
}
END_TEST

START_TEST(a_table_that_cannot_be_read_stops_the_start)
{
	expect_code(1, a_folder(), "serve --listen 127.0.0.1:0 --as-table /no/such/file");
}
END_TEST

#define INVITATIONS "/api/v1/invitations"

static json_t *a_wish(const char *campaign, const char *name, int most)
{
	return json_pack("{s:s, s:s, s:i, s:s}", "campaign", campaign, "name", name, "most", most,
	                 "until", in_a_month());
}

/* The one of a name in a moderator's list. */
static const json_t *listed(struct person *as, const char *name)
{
	struct answer a = get(as, INVITATIONS "?limit=100");
	json_t *one;
	size_t n;

	expect_status(a, 200);
	json_array_foreach (json_object_get(a.body, "items"), n, one)
		if (strcmp(text_at(one, "name"), name) == 0)
			return one;
	ck_abort_msg("%s is not listed", name);
}

START_TEST(a_moderator_invites_sees_who_came_and_withdraws)
{
	const char *campaign = a_campaign(), *name = say("Evening of %s", campaign);
	struct person moderator = an_account("moderator"), guest = { 0 }, late = { 0 };
	struct answer a = post(&moderator, INVITATIONS, a_wish(campaign, name, 3));

	expect_status(a, 201);
	const char *id = say("%s", text_at(a.body, "id"));
	const char *mark = strstr(text_at(a.body, "link"), "/#invitation=");
	ck_assert_ptr_nonnull(mark);
	const char *token = say("%s", mark + strlen("/#invitation="));
	expect_status(enter(&guest, token), 201);
	const json_t *one = listed(&moderator, name);
	ck_assert_str_eq(text_at(one, "id"), id);
	ck_assert_str_eq(text_at(one, "state"), "open");
	ck_assert_int_eq(number_at(one, "entered"), 1);
	ck_assert(!true_at(one, "sensitive"));
	ck_assert_int_eq(
		count_db("SELECT count(*) FROM account WHERE id::text = '%s' AND role = 'moderator'",
	             text_at(one, "by")),
		1);
	a = get(&moderator, INVITATIONS);
	ck_assert_ptr_null(strstr(a.text, token));
	expect_status(delete_at(&moderator, say(INVITATIONS "/%s", id)), 204);
	expect_status(delete_at(&moderator, say(INVITATIONS "/%s", id)), 204);
	ck_assert_str_eq(text_at(listed(&moderator, name), "state"), "withdrawn");
	expect_problem(enter(&late, token), 410, "invitation-over");
}
END_TEST

START_TEST(only_moderators_invite_and_only_what_can_be)
{
	const char *campaign = a_campaign();
	struct person moderator = an_account("moderator"), researcher = an_account("researcher");
	struct person volunteer = a_volunteer();
	json_t *wish = a_wish(campaign, "evening", 3);

	expect_status(get(&volunteer, INVITATIONS), 401);
	expect_status(post(&volunteer, INVITATIONS, json_incref(wish)), 401);
	expect_status(get(&researcher, INVITATIONS), 403);
	expect_status(post(&researcher, INVITATIONS, wish), 403);
	expect_status(post(&moderator, INVITATIONS, a_wish("no-such-campaign", "evening", 3)), 404);
	expect_status(post(&moderator, INVITATIONS, a_wish(campaign, " evening", 3)), 422);
	expect_status(post(&moderator, INVITATIONS, a_wish(campaign, "two\nlines", 3)), 422);
	expect_status(post(&moderator, INVITATIONS, a_wish(campaign, "evening", 0)), 422);
	expect_status(post(&moderator, INVITATIONS, a_wish(campaign, "evening", 100001)), 422);
	wish = a_wish(campaign, "evening", 3);
	json_object_set_new(wish, "until", json_string("2099-01-01T00:00:00Z"));
	expect_status(post(&moderator, INVITATIONS, json_incref(wish)), 422);
	json_object_set_new(wish, "until", json_string("2026-13-41T99:00:00Z"));
	expect_status(post(&moderator, INVITATIONS, wish), 422);
	expect_status(delete_at(&moderator, say(INVITATIONS "/%s", "everything")), 404);
	tell_db("UPDATE campaign SET state = 'closed' WHERE name = '%s'", campaign);
	expect_status(post(&moderator, INVITATIONS, a_wish(campaign, "evening", 3)), 409);
}
END_TEST

START_TEST(the_list_goes_on_by_its_cursor)
{
	const char *campaign = a_campaign();
	struct person moderator = an_account("moderator");

	for (int n = 0; n < 3; n++)
		expect_status(post(&moderator, INVITATIONS, a_wish(campaign, say("page %d", n), 3)), 201);
	struct answer a = get(&moderator, INVITATIONS "?limit=2");
	expect_status(a, 200);
	ck_assert_str_eq(text_at(a.body, "items/0/name"), "page 2");
	ck_assert_str_eq(text_at(a.body, "items/1/name"), "page 1");
	a = get(&moderator, say(INVITATIONS "?limit=2&cursor=%s", text_at(a.body, "next")));
	expect_status(a, 200);
	ck_assert_str_eq(text_at(a.body, "items/0/name"), "page 0");
	expect_status(get(&moderator, INVITATIONS "?cursor=nonsense"), 422);
}
END_TEST

Suite *http_events_suite(void)
{
	Suite *suite = suite_create("http/events");
	TCase *tc = tcase_create("events");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, a_declared_network_is_shown_nothing_sensitive);
	tcase_add_test(tc, a_declared_network_is_shown_all_if_the_operator_says_so);
	tcase_add_test(tc, a_pair_that_is_held_is_not_shown_again_where_it_is_sensitive);
	tcase_add_test(tc, who_enters_by_a_link_is_of_the_event_at_once);
	tcase_add_test(tc, a_volunteer_of_before_stays_who_it_was_and_is_of_the_event_from_then_on);
	tcase_add_test(tc, who_was_erased_enters_as_somebody_new);
	tcase_add_test(tc, what_a_guest_judges_leaves_them_the_events);
	tcase_add_loop_test(tc, an_invitation_that_is_no_more_says_so_and_everybody_may_go_on_without,
	                    0, 4);
	tcase_add_test(tc, who_entered_before_enters_again_whatever_became_of_the_invitation);
	tcase_add_loop_test(tc, a_token_of_nobodys_making_is_told_plainly, 0, 3);
	tcase_add_test(tc, no_more_enter_at_once_than_were_invited);
	tcase_add_test(tc, guests_are_shown_nothing_sensitive_unless_the_operator_says_so);
	tcase_add_test(tc, an_event_behind_one_address_has_a_budget_of_its_own);
	tcase_add_test(tc, the_command_lists_what_there_is_and_refuses_what_cannot_be);
	tcase_add_test(tc, a_table_says_which_networks_are_one_providers);
	tcase_add_test(tc, a_table_that_cannot_be_read_stops_the_start);
	tcase_add_test(tc, a_moderator_invites_sees_who_came_and_withdraws);
	tcase_add_test(tc, only_moderators_invite_and_only_what_can_be);
	tcase_add_test(tc, the_list_goes_on_by_its_cursor);
	suite_add_tcase(suite, tc);
	return suite;
}
