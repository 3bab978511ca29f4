/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every route and command that changes something notes an act, with who did it; or says here why
 * what it does is none.
 */
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "client.h"
#include "core/vocabulary.h"
#include "database.h"
#include "program.h"
#include "published.h"
#include "suites.h"
#include "world.h"

#define V1     "/api/v1"
#define REASON "Two shadows fall in different directions."

static struct person admin;
static const char *admin_id;

static void setup(void)
{
	admin = an_account("admin");
	admin_id = ask_db("SELECT id FROM account WHERE email = '%s'",
	                  text_at(get(&admin, V1 "/session").body, "account/email"));
}

static const char *first_line(const char *text)
{
	return say("%.*s", (int)strcspn(text, "\n"), text);
}

/* ------------------------------------------------------------------ routes */

static void sign_in_and_out(void)
{
	const char *email = say("%s@example.org", fresh_name());
	const char *once = first_line(expect_code(0, "/", say("account add %s --role admin", email)));

	admin = (struct person){ 0 };
	expect_status(
		post(&admin, V1 "/session", json_pack("{s:s, s:s}", "email", email, "password", once)),
		201);
	expect_status(put(&admin, V1 "/me/password",
	                  json_pack("{s:s, s:s}", "current", once, "new", "four words make one")),
	              204);
	expect_status(delete_at(&admin, V1 "/session"), 204);
	admin_id = ask_db("SELECT id FROM account WHERE email = '%s'", email);
}

static const char *dispute_at(const char *id, const char *what)
{
	return say(V1 "/disputes/%s/%s", id, what);
}

static void moderate(void)
{
	const char *id = a_dispute("max_judgments", &(struct items){ .campaign = common_campaign() });

	expect_status(post(&admin, dispute_at(id, "claim"), json_object()), 200);
	expect_status(post(&admin, dispute_at(id, "verdict"),
	                   json_pack("{s:s, s:i}", "verdict", "fake", "confidence", 95)),
	              201);
	expect_status(get(&admin, say(V1 "/disputes/%s", id)), 200);
	struct answer ruled = post(&admin, dispute_at(id, "ruling"),
	                           json_pack("{s:s, s:s}", "ruling", "fake", "reason", REASON));
	expect_status(ruled, 201);
	expect_status(post(&admin, dispute_at(id, "undo"),
	                   json_pack("{s:o}", "ruling", json_incref(at(ruled.body, "ruling/id")))),
	              200);
}

static void work_together(void)
{
	struct person colleague = an_account("moderator");
	const char *to = text_at(get(&colleague, V1 "/session").body, "account/email");
	const char *campaign = a_campaign();

	tell_db("UPDATE campaign SET second_opinion = 'always' WHERE name = '%s'", campaign);
	const char *id = a_dispute("max_judgments", &(struct items){ .campaign = campaign });
	expect_status(post(&admin, dispute_at(id, "notes"), json_pack("{s:s}", "text", "odd")), 201);
	expect_status(post(&admin, dispute_at(id, "claim"), json_object()), 200);
	expect_status(post(&admin, dispute_at(id, "verdict"),
	                   json_pack("{s:s, s:i}", "verdict", "fake", "confidence", 95)),
	              201);
	struct answer given = post(&admin, dispute_at(id, "ruling"),
	                           json_pack("{s:s, s:s}", "ruling", "fake", "reason", REASON));
	expect_status(given, 202);
	expect_status(post(&admin, dispute_at(id, "undo"),
	                   json_pack("{s:O}", "ruling", at(given.body, "opinion/id"))),
	              200);
	expect_status(post(&admin, dispute_at(id, "escalate"),
	                   json_pack("{s:s, s:s}", "to", to, "reason", REASON)),
	              204);
}

static void link_fact_checks(void)
{
	const char *id = a_dispute("max_judgments", &(struct items){ .campaign = common_campaign() });

	expect_status(post(&admin, dispute_at(id, "claim"), json_object()), 200);
	expect_status(post(&admin, dispute_at(id, "verdict"),
	                   json_pack("{s:s, s:i}", "verdict", "fake", "confidence", 95)),
	              201);
	struct answer added =
		post(&admin, dispute_at(id, "fact-checks"),
	         json_pack("{s:s, s:s, s:s, s:s, s:s}", "title", "No bear there", "publisher", "Facts",
	                   "address", "https://facts.example/bear", "published", "2026-01-31",
	                   "verdict", "Altered"));
	expect_status(added, 201);
	expect_status(delete_at(&admin, say(V1 "/disputes/%s/fact-checks/%s", id,
	                                    text_at(added.body, "items/0/id"))),
	              204);
}

static const char *a_campaign_of_the_admin(void)
{
	const char *name = fresh_name();

	expect_status(post(&admin, V1 "/campaigns", json_pack("{s:s}", "name", name)), 201);
	return name;
}

static void steer(void)
{
	const char *name = a_campaign_of_the_admin();
	struct answer seen = get(&admin, say(V1 "/campaigns/%s", name));

	expect_status(
		call(&(struct call){ .method = "PATCH",
	                         .path = say(V1 "/campaigns/%s", name),
	                         .as = &admin,
	                         .body = json_pack("{s:f}", "fake_rate", .4),
	                         .headers = { say("If-Match: %s", header_of(seen, "ETag")) } }),
		200);
	ck_assert_int_eq(
		count_db("SELECT count(*) FROM audit JOIN audit_detail USING (seq) WHERE kind ="
	             " 'campaign_changed' AND after LIKE '%%fake_rate%%' AND subject = (SELECT id::text"
	             " FROM campaign WHERE name = '%s')",
	             name),
		1);
}

static void move(void)
{
	const char *name = a_campaign_of_the_admin();
	const char *acts[] = { "open", "pause", "close" };

	for (int a = 0; a < 3; a++)
		expect_status(post(&admin, say(V1 "/campaigns/%s/%s", name, acts[a]), json_object()), 200);
	ck_assert_int_eq(count_db("SELECT count(*) FROM audit WHERE kind = 'campaign_changed' AND"
	                          " subject = (SELECT id::text FROM campaign WHERE name = '%s')",
	                          name),
	                 4);
}

static void set_aside(void)
{
	struct person volunteer = a_volunteer();
	struct answer made =
		post(&admin, V1 "/set-asides",
	         json_pack("{s:[s], s:s}", "volunteers", volunteer_id(&volunteer), "reason", REASON));

	expect_status(made, 201);
	expect_status(post(&admin, say(V1 "/set-asides/%s/undo", text_at(made.body, "id")),
	                   json_pack("{s:s}", "reason", REASON)),
	              200);
}

static void release(void)
{
	const char *name = a_release(&admin, a_full_campaign());
	struct answer asked =
		post(&admin, say(V1 "/releases/%s/1.0/layouts", name), json_pack("{s:s}", "format", "csv"));

	expect_status(asked, 202);
}

static void open_release(void)
{
	const char *name = fresh_name();
	struct answer asked =
		post(&admin, V1 "/releases",
	         json_pack("{s:s, s:s, s:s, s:{s:s}}", "name", name, "version", "1.0", "audience",
	                   "researchers", "filter", "campaign", a_full_campaign()));

	expect_status(asked, 202);
	a_finished_job(&admin, text_at(asked.body, "job/id"));
	expect_status(call(&(struct call){ .method = "POST",
	                                   .path = say(V1 "/releases/%s/1.0/open", name),
	                                   .as = &admin }),
	              204);
}

static void unseal(void)
{
	const char *campaign = a_full_campaign(), *name = fresh_name();

	tell_db(
		"INSERT INTO item_split (item_id, split) SELECT i.id, 'test' FROM item i JOIN campaign c"
		" ON c.id = i.campaign_id WHERE c.name = '%s'",
		campaign);
	struct answer sealed = post(&admin, V1 "/releases",
	                            json_pack("{s:s, s:s, s:b, s:{s:s}}", "name", name, "version",
	                                      "1.0", "seal_test", 1, "filter", "campaign", campaign));
	expect_status(sealed, 202);
	a_finished_job(&admin, text_at(sealed.body, "job/id"));
	expect_status(post(&admin, say(V1 "/releases/%s/1.0/unseal", name), json_object()), 202);
}

static void cancel(void)
{
	const char *job = ask_db("INSERT INTO job (kind, subject, created_by, run_after) SELECT"
	                         " 'layouts', gen_random_uuid(), '%s', now() + interval '1 hour'"
	                         " RETURNING id",
	                         admin_id);
	long status = delete_at(&admin, say(V1 "/jobs/%s", job)).status;

	ck_assert(status == 200 || status == 202);
}

static void contribute(void)
{
	expect_status(
		post(&admin, V1 "/items",
	         json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "url", "https://example.org/a.png",
	                   "rights", "own_work", "people", "nobody", "made_by", "I did", "made_how",
	                   "with a camera", "licence", "CC0-1.0", "campaign", common_campaign())),
		202);
}

/* A picture of a volunteer's that waits. */
static const char *a_waiting_picture(void)
{
	struct person volunteer = a_volunteer();

	return ask_db(
		"INSERT INTO contribution (state, direct, volunteer_id, campaign_id, facts, rights,"
		" people, media_type, sha256, bytes, format, rendition, rendition_bytes,"
		" rendition_type, width, height, recipe) SELECT 'quarantined', false, '%s', id,"
		" '{\"licence\": \"CC0-1.0\"}', 'own_work', 'nobody', 'image', sha256('%s'), 1,"
		" 'png', sha256('r%s'), 1, 'image/jpeg', 64, 64, 2 FROM campaign WHERE name = '%s'"
		" RETURNING id",
		volunteer_id(&volunteer), fresh_name(), fresh_name(), common_campaign());
}

static void review(void)
{
	const char *id = a_waiting_picture();

	expect_status(get(&admin, say(V1 "/contributions/%s", id)), 200);
	expect_status(
		post(&admin, say(V1 "/contributions/%s/notes", id), json_pack("{s:s}", "text", "of a set")),
		201);
	expect_status(post(&admin, say(V1 "/items/%s/review", id),
	                   json_pack("{s:s, s:s}", "decision", "reject", "reason", REASON)),
	              200);
}

static void approve_many(void)
{
	expect_status(post(&admin, V1 "/contributions/review",
	                   json_pack("{s:s, s:[s]}", "decision", "approve", "contributions",
	                             a_waiting_picture())),
	              200);
}

static void take_down(void)
{
	const char *item = an_item(&(struct items){ .campaign = common_campaign() });

	expect_status(post(&admin, say(V1 "/items/%s/withdraw", item),
	                   json_pack("{s:s, s:s}", "reason_class", "rights", "reason", REASON)),
	              200);
}

static void invite(void)
{
	struct answer made =
		post(&admin, V1 "/invitations",
	         json_pack("{s:s, s:s, s:i, s:s}", "campaign", common_campaign(), "name", "An event",
	                   "most", 5, "until",
	                   ask_db("SELECT left(rfc3339(now() + interval '3 days'), 19) || 'Z'")));

	expect_status(made, 201);
	expect_status(delete_at(&admin, say(V1 "/invitations/%s", text_at(made.body, "id"))), 204);
}

/* One that hid its item, which is looked at, shown, hidden again, and shown by the decision. */
static void answer_notice(void)
{
	const char *bytes = fresh_name();
	const char *item = an_item(
		&(struct items){ .campaign = common_campaign(), .file = a_file(bytes, strlen(bytes)) });
	json_t *body = json_pack("{s:s, s:s, s:s, s:s, s:s, s:b}", "item", item, "reason",
	                         "intimate_imagery", "explanation", REASON, "name", "Ada", "email",
	                         "ada@example.org", "good_faith", 1);
	struct answer a = post(NULL, V1 "/notices", body);

	expect_status(a, 201);
	const char *notice = ask_db("SELECT id FROM notice WHERE item_id = '%s'", item);
	expect_status(get(&admin, say(V1 "/notices/%s/medium", notice)), 200);
	for (int hidden = 0; hidden < 2; hidden++)
		expect_status(put(&admin, say(V1 "/notices/%s/hidden", notice),
		                  json_pack("{s:b, s:s}", "hidden", hidden, "reason", REASON)),
		              200);
	body = json_pack("{s:s, s:s, s:s, s:s}", "outcome", "rejected", "ground_kind", "no_breach",
	                 "ground", "None", "facts", REASON);
	expect_status(post(&admin, say(V1 "/notices/%s/decision", notice), body), 200);
}

static const char *account_at(const char *what)
{
	struct answer made = post(
		&admin, V1 "/accounts",
		json_pack("{s:s, s:s}", "email", say("%s@example.org", fresh_name()), "role", "moderator"));

	expect_status(made, 201);
	return say(V1 "/accounts/%s%s", text_at(made.body, "account/id"), what);
}

/* A session of an account, as its owner began it. */
static const char *a_session_of(const char *account)
{
	return ask_db(
		"INSERT INTO session (token_hash, account_id, expires_at) VALUES (sha256('%s'), '%s',"
		" now() + interval '1 hour') RETURNING id",
		fresh_name(), account);
}

static void enrol(void)
{
	const char *path = account_at("");

	struct answer changed = call(&(struct call){
		.method = "PATCH",
		.path = path,
		.as = &admin,
		.body = json_pack("{s:s, s:s}", "role", "researcher", "state", "disabled") });

	expect_status(changed, 200);
	expect_status(post(&admin, account_at("/password-link"), json_object()), 201);
}

static void end_for_others(void)
{
	const char *path = account_at(""), *id = path + strlen(V1 "/accounts/");

	expect_status(delete_at(&admin, say("%s/sessions/%s", path, a_session_of(id))), 204);
	a_session_of(id);
	expect_status(delete_at(&admin, say("%s/sessions", path)), 204);
	const char *token = ask_db("INSERT INTO api_token (token_hash, account_id, expires_at) VALUES"
	                           " (sha256('%s'), '%s', now() + interval '1 hour') RETURNING id",
	                           fresh_name(), id);
	expect_status(delete_at(&admin, say("%s/tokens/%s", path, token)), 204);
	tell_db(
		"INSERT INTO second_factor (account_id, sealed, confirmed_at) VALUES ('%s', 'x', now())",
		id);
	expect_status(delete_at(&admin, say("%s/second-factor", path)), 204);
}

static void end_own(void)
{
	expect_status(delete_at(&admin, say(V1 "/sessions/%s", a_session_of(admin_id))), 204);
	a_session_of(admin_id);
	expect_status(delete_at(&admin, V1 "/sessions"), 204);
	struct answer made = post(&admin, V1 "/tokens", json_pack("{s:s}", "name", "t"));
	expect_status(made, 201);
	expect_status(delete_at(&admin, say(V1 "/tokens/%s", text_at(made.body, "id"))), 204);
}

static void decide_access(void)
{
	struct answer asked =
		post(NULL, V1 "/access-requests",
	         json_pack("{s:s, s:s, s:s, s:s, s:i}", "email", "ada@example.org", "name", "Ada",
	                   "institution", "None", "purpose", "Study", "terms", 1));

	expect_status(asked, 201);
	expect_status(post(&admin, say(V1 "/access-requests/%s/decision", text_at(asked.body, "id")),
	                   json_pack("{s:s, s:s}", "decision", "refuse", "reason", REASON)),
	              200);
}

/* What each notes, by whoever does it. Routes of one story stand together. */
static const struct {
	void (*perform)(void);
	const char *routes[4], *kinds[5];
} stories[] = {
	{ sign_in_and_out,
	  { "POST /session", "DELETE /session", "PUT /me/password" },
	  { "signed_in", "session_ended", "account_password" } },
	{ moderate,
	  { "POST /disputes/{}/claim", "POST /disputes/{}/verdict", "POST /disputes/{}/ruling",
	    "POST /disputes/{}/undo" },
	  { "dispute_claimed", "dispute_verdict", "media_viewed", "ruling_made" } },
	{ work_together,
	  { "POST /disputes/{}/notes", "POST /disputes/{}/escalate" },
	  { "note_written", "opinion_given", "opinion_undone", "dispute_escalated" } },
	{ link_fact_checks,
	  { "POST /disputes/{}/fact-checks", "DELETE /disputes/{}/fact-checks/{}" },
	  { "fact_check_added", "fact_check_removed" } },
	{ set_aside,
	  { "POST /set-asides", "POST /set-asides/{}/undo" },
	  { "set_aside_made", "set_aside_undone" } },
	{ release,
	  { "POST /releases", "POST /releases/{}/{}/layouts" },
	  { "release_asked", "layout_asked" } },
	{ open_release, { "POST /releases/{}/{}/open" }, { "release_opened" } },
	{ unseal, { "POST /releases/{}/{}/unseal" }, { "unseal_asked" } },
	{ cancel, { "DELETE /jobs/{}" }, { "job_cancelled" } },
	{ contribute, { "POST /items" }, { "contribution_made" } },
	{ review,
	  { "POST /items/{}/review", "POST /contributions/{}/notes" },
	  { "media_viewed", "note_written", "contribution_rejected" } },
	{ approve_many, { "POST /contributions/review" }, { "contribution_approved" } },
	{ take_down, { "POST /items/{}/withdraw" }, { "item_withdrawn", "withdrawal_made" } },
	{ answer_notice,
	  { "POST /notices/{}/decision", "PUT /notices/{}/hidden" },
	  { "media_viewed", "item_shown", "item_hidden", "notice_decided" } },
	{ invite,
	  { "POST /invitations", "DELETE /invitations/{}" },
	  { "invitation_made", "invitation_withdrawn" } },
	{ enrol,
	  { "POST /accounts", "PATCH /accounts/{}", "POST /accounts/{}/password-link" },
	  { "account_made", "account_role", "account_state", "password_link_made" } },
	{ end_for_others,
	  { "DELETE /accounts/{}/sessions", "DELETE /accounts/{}/sessions/{}",
	    "DELETE /accounts/{}/tokens/{}", "DELETE /accounts/{}/second-factor" },
	  { "session_ended", "token_revoked", "second_factor_off" } },
	{ end_own,
	  { "DELETE /sessions", "DELETE /sessions/{}", "POST /tokens", "DELETE /tokens/{}" },
	  { "session_ended", "token_made", "token_revoked" } },
	{ steer,
	  { "POST /campaigns", "PATCH /campaigns/{}" },
	  { "campaign_made", "campaign_changed" } },
	{ move,
	  { "POST /campaigns/{}/open", "POST /campaigns/{}/pause", "POST /campaigns/{}/close" },
	  { "campaign_changed" } },
	{ decide_access, { "POST /access-requests/{}/decision" }, { "access_decided" } },
};

#define STORIES (int)(sizeof stories / sizeof stories[0])

/* What is no act, and why. */
static const struct {
	const char *route, *why;
} no_acts[] = {
	{ "POST /volunteers", "a volunteer's consent is data of the study" },
	{ "DELETE /me", "a volunteer's own; test_audit shows that it is noted, as theirs" },
	{ "POST /assignments", "what volunteers are given is data" },
	{ "POST /assignments/renew", "a lease, which ends by itself" },
	{ "POST /judgments", "what volunteers say is data" },
	{ "POST /skips", "what volunteers leave out is data" },
	{ "DELETE /disputes/{}/claim", "gives a lease back, which would end by itself" },
	{ "PUT /me/settings", "how the own page looks" },
	{ "POST /me/breaks", "when the own page suggests the next break" },
	{ "POST /notices", "a visitor's; test_notices shows that it is noted, as theirs" },
	{ "POST /notices/state", "reads, and keeps the reference out of addresses" },
	{ "POST /notices/complaints", "a visitor's, as the notice" },
	{ "POST /me/statements/{}/complaint",
	  "test_contested shows that it is noted, as the contributor's" },
	{ "POST /second-factor", "a secret that is not in force; its first code is an act" },
	{ "PUT /second-factor", "test_second_factor shows that it is noted" },
	{ "POST /second-factor/removal", "test_second_factor shows that it is noted" },
	{ "POST /password-links", "a visitor's; test_accounts shows that the link is noted" },
	{ "POST /password-links/use",
	  "a visitor's; test_accounts shows that the new password is noted" },
	{ "POST /access-requests", "a visitor's; test_access shows that it is noted" },
	{ "POST /uploads", "bytes on their way; POST /items with them is an act" },
	{ "PATCH /uploads/{}", "bytes on their way" },
	{ "DELETE /uploads/{}", "bytes on their way" },
};

static bool is_told(const char *route)
{
	for (size_t i = 0; i < sizeof no_acts / sizeof no_acts[0]; i++)
		if (strcmp(no_acts[i].route, route) == 0)
			return true;
	for (int s = 0; s < STORIES; s++)
		for (int r = 0; r < 4 && stories[s].routes[r]; r++)
			if (strcmp(stories[s].routes[r], route) == 0)
				return true;
	return false;
}

START_TEST(every_route_that_changes_something_notes_an_act_or_says_why_not)
{
	for (const struct route *route = api_routes; route->method; route++) {
		if (strcmp(route->method, "GET") == 0 || strcmp(route->method, "OPTIONS") == 0)
			continue;
		ck_assert_int_eq(strncmp(route->path, V1, strlen(V1)), 0);
		const char *name = say("%s %s", route->method, route->path + strlen(V1));
		ck_assert_msg(is_told(name), "%s", name);
	}
}
END_TEST

/* By the admin, and from which network. */
static long long acts_of(const char *kind)
{
	return count_db("SELECT count(*) FROM audit JOIN audit_detail USING (seq) WHERE kind = '%s' AND"
	                " actor_kind = 'account' AND actor = '%s' AND network ~ '^[0-9a-f]{16}$'",
	                kind, admin_id);
}

START_TEST(an_account_that_acts_is_noted)
{
	stories[_i].perform();
	for (int k = 0; k < 5 && stories[_i].kinds[k]; k++)
		ck_assert_msg(acts_of(stories[_i].kinds[k]) > 0, "%s", stories[_i].kinds[k]);
}
END_TEST

/* The addresses work for ten minutes: who asks again meanwhile is given nothing new. */
START_TEST(a_view_is_noted_once_in_the_time_of_its_addresses)
{
	struct person moderator = an_account("moderator");
	const char *id = a_waiting_picture();

	for (int i = 0; i < 2; i++) {
		expect_status(get(&moderator, say(V1 "/contributions/%s", id)), 200);
		expect_status(get(&moderator, V1 "/contributions?limit=100"), 200);
	}
	expect_status(get(&admin, say(V1 "/contributions/%s", id)), 200);
	ck_assert_int_eq(count_db("SELECT count(*) FROM audit WHERE kind = 'media_viewed' AND subject ="
	                          " '%s'",
	                          id),
	                 2);
}
END_TEST

/* Whoever is served next on the same connection is not taken for who was before. */
START_TEST(nobody_acts_in_anothers_name)
{
	for (int i = 0; i < 20; i++) {
		struct person volunteer = a_volunteer();
		const char *id = volunteer_id(&volunteer);

		expect_status(get(&admin, V1 "/audit?limit=1"), 200);
		expect_status(delete_at(&volunteer, V1 "/me"), 204);
		ck_assert_str_eq(ask_db("SELECT actor_kind || ' ' || actor FROM audit WHERE kind ="
		                        " 'volunteer_erased' AND subject = '%s'",
		                        id),
		                 say("volunteer %s", id));
	}
}
END_TEST

/* ------------------------------------------------------------------ commands */

/* Each with what it notes, in a database of the test's own; NULL: it changes nothing that is not
 * data, or nothing at all. */
static const struct {
	const char *command, *kind;
} commands[] = {
	{ "account add a@example.org --role admin", "account_made" },
	{ "account role a@example.org --role moderator", "account_role" },
	{ "account reset a@example.org", "account_password" },
	{ "account token a@example.org", "token_made" },
	{ "account revoke a@example.org", "token_revoked" },
	{ "account sign-out a@example.org", NULL },
	{ "account disable a@example.org", "account_state" },
	{ "account enable a@example.org", "account_state" },
	{ "account list", NULL },
	{ "account terms none.csv", "access_terms_made" },
	{ "account drop-factor a@example.org", "second_factor_off" },
	{ "campaign add other", "campaign_made" },
	{ "invite make other 'An event' --most 3 --days 3", "invitation_made" },
	{ "invite revoke $(psql -XAtq \"$URL\" -c 'SELECT id FROM invitation')",
	  "invitation_withdrawn" },
	{ "campaign pause other", "campaign_changed" },
	{ "campaign set other fake_rate=0.4", "campaign_changed" },
	{ "campaign show other", NULL },
	{ "campaign close other", "campaign_changed" },
	{ "campaign guide other none.csv", "campaign_changed" },
	{ "campaign second-opinion other gold", "campaign_changed" },
	{ "campaign list", NULL },
	{ "store adopt", "store_bound" },
	{ "store collect --dry-run", NULL },
	{ "store collect", "store_collected" },
	{ "store check", NULL },
	{ "import none.csv", "items_imported" },
	{ "item edit $(psql -XAtq \"$URL\" -c 'SELECT id FROM item LIMIT 1') title=Else --reason why",
	  "item_corrected" },
	{ "withdraw $(psql -XAtq \"$URL\" -c 'SELECT id FROM item LIMIT 1') --reason-class rights "
	  "--reason why",
	  "withdrawal_made" },
	{ "held list", NULL },
	{ "provenance --again", "origins_asked" },
	{ "provenance --status", NULL },
	{ "release create sets 1.0 --campaign other", "release_asked" },
	{ "release rotate-key", "signing_key_retired" },
	{ "score", NULL },
	{ "jobs", NULL },
	{ "integrity", NULL },
	{ "volunteers set-aside $(psql -XAtq \"$URL\" -c 'SELECT id FROM volunteer LIMIT 1') --reason "
	  "why",
	  "set_aside_made" },
	{ "audit verify", NULL },
	{ "audit export", NULL },
	{ "audit erase nobody@example.org --reason why", NULL },
	{ "audit erase nobody --reason why", "audit_erased" },
};

/* What changes nothing that is no data, or is shown elsewhere to be noted, and where. */
static const struct {
	const char *command, *why;
} told_elsewhere[] = {
	{ "serve", "its routes are above" },
	{ "work", "the system acts, not who starts it" },
	{ "migrate", "schema_migration says which were run" },
	{ "render", "a trigger on rendering: test_audit knows its words" },
	{ "review", "its statements are those of the route" },
	{ "verify", "reads" },
	{ "doctor", "reads" },
	{ "leaks", "reads" },
	{ "infer", "reads files" },
	{ "replay", "reads files" },
	{ "version", "says one line" },
};

START_TEST(every_command_is_tried_or_says_why_not)
{
	char *rest = say(
		"%s", shell("/", "\"$PROGRAM\" --help | awk '/^  [a-z]/ { printf \"%s%s\", sep, $1; sep "
	                     "= \" \" }'")
				  .said);

	for (char *one; (one = strsep(&rest, " "));) {
		bool found = false;
		for (size_t i = 0; i < sizeof told_elsewhere / sizeof told_elsewhere[0]; i++)
			found |= strcmp(told_elsewhere[i].command, one) == 0;
		for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
			found |=
				strcmp(say("%.*s", (int)strcspn(commands[i].command, " "), commands[i].command),
			           one) == 0;
		ck_assert_msg(found, "%s", one);
	}
}
END_TEST

START_TEST(a_command_that_acts_is_noted)
{
	const char *url = a_database(), *folder = a_folder();
	const char *user = first_line(shell("/", "id -un").said);

	write_text(folder, "none.csv", "file,truth\n");
	shell(folder,
	      say("psql -XAtq '%s' -c \"INSERT INTO campaign (name) VALUES ('with'); INSERT INTO "
	          "item (campaign_id, media_type, sha256, bytes, format, lineage, rendition, "
	          "rendition_bytes, rendition_type, recipe, width, height) SELECT id, 'image', "
	          "sha256('a'), 1, 'png', encode(sha256('a'), 'hex'), sha256('b'), 1, "
	          "'image/jpeg', 1, 64, 64 FROM campaign WHERE name = 'with'; INSERT INTO volunteer "
	          "(id, salt, consent_version) VALUES (gen_random_uuid(), "
	          "substr(uuid_send(gen_random_uuid()), 1, 16), 1)\"",
	          for_owner(url)));
	shell(folder,
	      say("psql -XAtq '%s' -c \"CREATE FUNCTION guard() RETURNS trigger LANGUAGE plpgsql AS"
	          " 'BEGIN INSERT INTO second_factor VALUES (NEW.id, ''x'', now()); RETURN NULL; END';"
	          " CREATE TRIGGER guard AFTER INSERT ON account FOR EACH ROW EXECUTE FUNCTION"
	          " guard()\"",
	          for_owner(url)));
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
		const char *count =
			say("psql -XAtq '%s' -c \"SELECT count(*) FROM audit WHERE actor_kind = "
		        "'command' AND actor = '%s'%s\"",
		        url, user, commands[i].kind ? say(" AND kind = '%s'", commands[i].kind) : "");
		int before = atoi(shell(folder, count).said);
		struct ran ran = shell(
			folder, say("mkdir -p data; URL='%s'; \"$PROGRAM\" %s --database-url '%s' --data data",
		                url, commands[i].command, url));
		int after = atoi(shell(folder, count).said);
		ck_assert_msg(commands[i].kind ? after > before : after == before, "%s: %s",
		              commands[i].command, ran.said);
	}
}
END_TEST

Suite *http_acts_suite(void)
{
	Suite *suite = suite_create("http/acts");
	TCase *tc = tcase_create("acts");

	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, every_route_that_changes_something_notes_an_act_or_says_why_not);
	tcase_add_loop_test(tc, an_account_that_acts_is_noted, 0, STORIES);
	tcase_add_test(tc, a_view_is_noted_once_in_the_time_of_its_addresses);
	tcase_add_test(tc, nobody_acts_in_anothers_name);
	tcase_add_test(tc, every_command_is_tried_or_says_why_not);
	tcase_add_test(tc, a_command_that_acts_is_noted);
	suite_add_tcase(suite, tc);
	return suite;
}
