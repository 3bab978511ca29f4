/* SPDX-License-Identifier: Apache-2.0 */
/* What a client may rely on for the addresses of media. */
#include <string.h>
#include <time.h>

#include "another.h"
#include "client.h"
#include "core/hex.h"
#include "core/uuid.h"
#include "crypto/sha256.h"
#include "database.h"
#include "program.h"
#include "suites.h"
#include "world.h"

#define BYTES 3000

static char content[BYTES], others[BYTES];
static const char *const types[] = { "image", "video", "audio" };
static const char *campaigns[3];

/*
 * Once, for all tests: a campaign for each type.  Its items stand in two halves, each with the same
 * bytes, because no pair is made of items that show the same; `content` is one half's.
 */
static void make_campaigns(void)
{
	for (size_t i = 0; i < BYTES; i++)
		content[i] = (char)(i * 7 + i / 256);
	memcpy(others, content, BYTES);
	others[0]++;
	for (size_t t = 0; t < 3; t++) {
		campaigns[t] = a_campaign();
		for (int half = 0; half < 2; half++)
			make_items(&(struct items){ .campaign = campaigns[t],
			                            .count = 10,
			                            .type = types[t],
			                            .file = a_file(half ? others : content, BYTES) });
	}
}

/* The one of the two media whose bytes are `content`. */
static const char *address_of_content(struct person *as, const json_t *lease)
{
	const char *url = text_at(lease, "items/0/media/url");

	return get(as, url).text[0] == content[0] ? url : text_at(lease, "items/1/media/url");
}

/* The address of a medium that a new volunteer was shown. */
static const char *a_showing(struct person *as, const char *type)
{
	*as = a_volunteer();
	for (size_t t = 0; t < 3; t++)
		if (strcmp(types[t], type) == 0)
			return address_of_content(as, a_lease(as, campaigns[t]));
	return NULL;
}

static struct answer ask(struct person *as, const char *url, const char *header)
{
	return call(&(struct call){ .as = as, .path = url, .headers = { header } });
}

START_TEST(the_one_it_was_shown_to_gets_the_bytes)
{
	static const char *const content_types[] = { "image/jpeg", "video/mp4", "audio/mp4" };
	struct person person;
	const char *url = a_showing(&person, types[_i]);
	struct answer a = get(&person, url);

	expect_status(a, 200);
	ck_assert_str_eq(a.type, content_types[_i]);
	ck_assert_uint_eq(a.len, BYTES);
	ck_assert_mem_eq(a.text, content, BYTES);
	ck_assert_str_eq(header_of(a, "Accept-Ranges"), "bytes");
	ck_assert_ptr_nonnull(strstr(header_of(a, "Cache-Control"), "private"));
	ck_assert_str_eq(header_of(a, "X-Content-Type-Options"), "nosniff");
	ck_assert_ptr_null(header_of(a, "Last-Modified"));
}
END_TEST

START_TEST(head_says_what_get_would)
{
	struct person person;
	const char *url = a_showing(&person, "image");
	struct answer a = call(&(struct call){
		.method = "HEAD", .as = &person, .path = url, .headers = { "Range: bytes=0-9" } });

	expect_status(a, 200); /* which ranges are for GET alone */
	ck_assert_uint_eq(a.len, 0);
	ck_assert_str_eq(header_of(a, "Content-Length"), "3000");
}
END_TEST

static const struct {
	const char *range;
	long status;
	size_t first, count;
	const char *content_range;
} ranges[] = {
	{ "bytes=0-0", 206, 0, 1, "bytes 0-0/3000" },
	{ "bytes=0-99", 206, 0, 100, "bytes 0-99/3000" },
	{ "bytes=100-199", 206, 100, 100, "bytes 100-199/3000" },
	{ "bytes=2999-", 206, 2999, 1, "bytes 2999-2999/3000" },
	{ "bytes=-1", 206, 2999, 1, "bytes 2999-2999/3000" },
	{ "bytes=-500", 206, 2500, 500, "bytes 2500-2999/3000" },
	{ "bytes=-9999", 206, 0, 3000, "bytes 0-2999/3000" },
	{ "bytes=0-", 206, 0, 3000, "bytes 0-2999/3000" },
	{ "bytes=2000-9999999", 206, 2000, 1000, "bytes 2000-2999/3000" },
	{ "BYTES=0-9", 206, 0, 10, "bytes 0-9/3000" },
	{ "bytes=3000-", 416, 0, 0, "bytes */3000" },
	{ "bytes=3000-3001", 416, 0, 0, "bytes */3000" },
	{ "bytes=-0", 416, 0, 0, "bytes */3000" },
	{ "bytes=5-4", 200, 0, 3000, NULL },
	{ "bytes=", 200, 0, 3000, NULL },
	{ "bytes=-", 200, 0, 3000, NULL },
	{ "bytes=a-b", 200, 0, 3000, NULL },
	{ "bytes=1-2-3", 200, 0, 3000, NULL },
	{ "bytes=0-1,5-6", 200, 0, 3000, NULL },
	{ "items=0-1", 200, 0, 3000, NULL },
	{ "bytes=99999999999999999999-", 200, 0, 3000, NULL },
};

START_TEST(a_range_is_answered_with_those_bytes)
{
	struct person person;
	const char *url = a_showing(&person, "video");
	struct answer a = ask(&person, url, say("Range: %s", ranges[_i].range));

	expect_status(a, ranges[_i].status);
	if (ranges[_i].content_range)
		ck_assert_str_eq(header_of(a, "Content-Range"), ranges[_i].content_range);
	else
		ck_assert_ptr_null(header_of(a, "Content-Range"));
	if (a.status == 416) {
		expect_problem(a, 416, "range");
		return;
	}
	ck_assert_uint_eq(a.len, ranges[_i].count);
	ck_assert_mem_eq(a.text, content + ranges[_i].first, a.len);
}
END_TEST

START_TEST(a_copy_that_is_still_good_is_not_sent_again)
{
	struct person person;
	const char *url = a_showing(&person, "image");
	const char *tag = header_of(get(&person, url), "ETag");

	ck_assert(tag[0] == '"'); /* strong */
	struct answer same = ask(&person, url, say("If-None-Match: %s", tag));
	expect_status(same, 304);
	ck_assert_uint_eq(same.len, 0);
	ck_assert_str_eq(header_of(same, "ETag"), tag);
	expect_status(ask(&person, url, say("If-None-Match: \"x\", %s", tag)), 304);
	expect_status(ask(&person, url, say("If-None-Match: W/%s", tag)), 304);
	expect_status(ask(&person, url, "If-None-Match: *"), 304);
	expect_status(ask(&person, url, "If-None-Match: \"other\""), 200);
	if (header_of(same, "Content-Length")) /* of what is not sent again */
		ck_assert_str_eq(header_of(same, "Content-Length"),
		                 header_of(get(&person, url), "Content-Length"));
	expect_status(ask(&person, url, say("If-Match: %s", tag)), 200);
	expect_problem(ask(&person, url, "If-Match: \"other\""), 412, "precondition");
}
END_TEST

START_TEST(a_range_of_something_else_by_now_is_not_mixed_in)
{
	struct person person;
	const char *url = a_showing(&person, "video");
	const char *tag = header_of(get(&person, url), "ETag");
	struct answer same = call(&(struct call){
		.as = &person, .path = url, .headers = { "Range: bytes=0-9", say("If-Range: %s", tag) } });
	struct answer other = call(&(struct call){
		.as = &person, .path = url, .headers = { "Range: bytes=0-9", "If-Range: \"other\"" } });

	expect_status(same, 206);
	expect_status(other, 200);
	ck_assert_uint_eq(other.len, BYTES);
}
END_TEST

START_TEST(anybody_else_finds_nothing)
{
	struct person person, other = a_volunteer(), moderator = an_account("admin");
	const char *url = a_showing(&person, "image");

	expect_problem(get(&other, url), 404, "not-found");
	expect_problem(get(&moderator, url), 404, "not-found");
	expect_problem(get(NULL, url), 404, "not-found");
	expect_status(get(&person, url), 200);
}
END_TEST

START_TEST(an_address_that_was_tampered_with_leads_nowhere)
{
	struct person person;
	const char *url = a_showing(&person, "image");
	size_t start = strlen("/api/v1/media/");

	for (size_t place = start; place + 2 < strlen(url); place += 17) {
		char *changed = say("%s", url);

		changed[place] = changed[place] == 'Q' ? 'R' : 'Q';
		expect_problem(get(&person, changed), 404, "not-found");
	}
	expect_problem(get(&person, say("%sA", url)), 404, "not-found");
	expect_problem(get(&person, say("%.*s", (int)strlen(url) - 1, url)), 404, "not-found");
	expect_problem(get(&person, say("%s/", url)), 404, "not-found");
	expect_problem(get(&person, "/api/v1/media/"), 404, "not-found");
	expect_problem(get(&person, "/api/v1/media/x"), 404, "not-found");
}
END_TEST

START_TEST(an_assignment_token_is_no_address)
{
	struct person person = a_volunteer();
	json_t *lease = a_lease(&person, NULL);

	expect_problem(get(&person, say("/api/v1/media/%s", text_at(lease, "assignment"))), 404,
	               "not-found");
}
END_TEST

START_TEST(address_and_tag_say_nothing_about_the_file)
{
	struct person person, again;
	const char *url = a_showing(&person, "image"), *other = a_showing(&again, "image");
	const char *digest = a_file(content, BYTES);

	ck_assert_ptr_null(strstr(url, digest));
	ck_assert_str_ne(url, other); /* the same bytes */
	ck_assert_str_ne(header_of(get(&person, url), "ETag"), header_of(get(&again, other), "ETag"));
	ck_assert_ptr_null(strstr(header_of(get(&person, url), "ETag"), digest));
}
END_TEST

/* What api/media.c seals; the tests make one that has run out. */
struct pass {
	unsigned char holder[UUID_BYTES], digest[32];
	int64_t expires_s;
	uint8_t type, zero[7];
};

static const char *sealed_for(const unsigned char holder[UUID_BYTES], const char *digest,
                              int64_t expires_s)
{
	struct pass pass = { .expires_s = expires_s };
	char text[TOKEN_TEXT(sizeof pass)];

	memcpy(pass.holder, holder, UUID_BYTES);
	ck_assert(hex_decode(pass.digest, sizeof pass.digest, digest));
	token_seal(server_seal(), TOKEN_MEDIA, &pass, sizeof pass, text);
	return say("/api/v1/media/%s", text);
}

static const char *sealed(struct person *as, const char *digest, int64_t expires_s)
{
	unsigned char holder[UUID_BYTES];

	ck_assert(uuid_from_text(holder, volunteer_id(as)));
	return sealed_for(holder, digest, expires_s);
}

static const char *sealed_for_session(const struct person *as, const char *digest)
{
	unsigned char hash[SHA256_BYTES];
	const char *secret = strchr(as->cookie, '=') + 1;

	sha256_bytes(hash, secret, strlen(secret));
	return sealed_for(hash, digest, time(NULL) + 600);
}

/* Within two seconds the answer is that there is no such medium. */
static void await_nothing(const char *server, struct person *as, const char *path)
{
	struct answer answer = { 0 };

	for (int try = 0; try < 40 && answer.status != 404; try++) {
		wait_ms(try ? 50 : 0);
		answer = call(&(struct call){ .server = server, .path = path, .as = as });
	}
	expect_problem(answer, 404, "not-found");
}

START_TEST(who_is_erased_sees_nothing_any_more_here_at_once_and_elsewhere_soon)
{
	static const char *const no_options[] = { NULL };
	struct another server = another_start(no_options);
	struct person person;
	const char *url = a_showing(&person, "image");
	struct person copy = person;

	expect_status(get(&copy, url), 200);
	struct answer elsewhere =
		call(&(struct call){ .server = server.url, .path = url, .as = &copy });
	expect_status(delete_at(&person, "/api/v1/me"), 204);
	struct answer here = get(&copy, url);
	await_nothing(server.url, &copy, url);
	another_stop(&server);
	expect_status(elsewhere, 200);
	expect_problem(here, 404, "not-found");
}
END_TEST

START_TEST(who_signs_out_sees_nothing_any_more)
{
	struct person moderator = an_account("moderator"), copy = moderator;
	const char *url = sealed_for_session(&moderator, a_file(content, BYTES));

	expect_status(get(&copy, url), 200);
	expect_status(delete_at(&moderator, "/api/v1/session"), 204);
	expect_problem(get(&copy, url), 404, "not-found");
}
END_TEST

START_TEST(a_session_that_is_ended_from_outside_sees_nothing_any_more)
{
	struct person moderator = an_account("moderator");
	const char *url = sealed_for_session(&moderator, a_file(content, BYTES));

	expect_status(get(&moderator, url), 200);
	tell_db("DELETE FROM session WHERE token_hash = sha256('%s')",
	        strchr(moderator.cookie, '=') + 1);
	await_nothing(NULL, &moderator, url);
}
END_TEST

START_TEST(an_address_runs_out)
{
	struct person person;

	a_showing(&person, "image");
	const char *digest = a_file(content, BYTES);
	expect_status(get(&person, sealed(&person, digest, time(NULL) + 60)), 200);
	expect_problem(get(&person, sealed(&person, digest, time(NULL) - 2)), 404, "not-found");
}
END_TEST

/* How an address that ended `ago` s ago does, of a lease that was renewed and ends in `left` s. */
static struct answer late_look(struct person *as, const char *token, int ago, int left)
{
	struct lease lease = lease_of(token, as);

	expect_status(post(as, "/api/v1/assignments/renew", json_pack("{s:s}", "assignment", token)),
	              200);
	tell_db("UPDATE lease SET issued_at = now() - interval '%d s', expires_at = now() +"
	        " interval '%d s' WHERE id = '%s'",
	        1200 - left, left, uuid_text(lease.id));
	return get(as, sealed(as, a_file(content, BYTES), time(NULL) - ago));
}

static const struct {
	int ago, left, status;
} late_looks[] = {
	{ 5, 500, 200 },    /* renewed, and not over */
	{ 1795, 1, 200 },   /* at the end of the third */
	{ 5, -100, 200 },   /* a slow phone may still be loading */
	{ 5, -130, 404 },   /* over */
	{ 1810, 500, 404 }, /* no lease of this address can be that long */
};

START_TEST(an_address_works_as_long_as_its_lease_was_renewed)
{
	struct person person = a_volunteer(), other = a_volunteer();
	const char *token = text_at(a_lease(&person, campaigns[0]), "assignment");
	struct answer a = late_look(&person, token, late_looks[_i].ago, late_looks[_i].left);

	expect_status(a, late_looks[_i].status);
	if (late_looks[_i].status == 200)
		ck_assert_mem_eq(a.text, content, BYTES);
	/* Of a pair that is not shown, to somebody else, and after the answer there is nothing. */
	const char *late = sealed(&person, a_file("x", 1), time(NULL) - 5);
	expect_problem(get(&person, late), 404, "not-found");
	late = sealed(&person, a_file(content, BYTES), time(NULL) - 5);
	expect_problem(get(&other, late), 404, "not-found");
	tell_db("DELETE FROM lease WHERE volunteer_id = '%s'", volunteer_id(&person));
	expect_problem(get(&person, late), 404, "not-found");
}
END_TEST

START_TEST(an_address_that_works_on_does_not_outlive_its_volunteer)
{
	struct person person = a_volunteer();
	const char *token = text_at(a_lease(&person, campaigns[0]), "assignment");
	struct another another = another_start((const char *const[]){ NULL });
	const char *late = sealed(&person, a_file(content, BYTES), time(NULL) - 5);

	expect_status(late_look(&person, token, 5, 500), 200);
	struct person shadow = person;
	expect_status(delete_at(&shadow, "/api/v1/me"), 204);
	expect_problem(get(&person, late), 404, "not-found");
	expect_problem(call(&(struct call){ .server = another.url, .as = &person, .path = late }), 404,
	               "not-found");
	another_stop(&another);
}
END_TEST

/* ------------------------------------------------------------------ what is taken down */

/* A campaign of one pair, whose bytes nothing else has. */
static const char *a_campaign_of_a_pair(const char *type, const char *digests[2])
{
	const char *campaign = a_campaign();

	for (int i = 0; i < 2; i++) {
		const char *bytes = fresh_name();

		digests[i] = a_file(bytes, strlen(bytes));
		make_items(&(struct items){ .campaign = campaign, .type = type, .file = digests[i] });
	}
	return campaign;
}

static const char *item_of(const char *digest)
{
	return ask_db("SELECT id FROM item WHERE rendition = '\\x%s'", digest);
}

static void take_down_item(const char *id)
{
	struct person moderator = an_account("moderator");

	expect_status(
		post(&moderator, say("/api/v1/items/%s/withdraw", id),
	         json_pack("{s:s, s:s}", "reason_class", "privacy", "reason", "somebody asked for it")),
		200);
}

/* The addresses of a pair, that of the item whose bytes have this digest first. */
static void addresses_of(struct person *as, const json_t *lease, const char *digest,
                         const char *ret_urls[2])
{
	unsigned char wanted[SHA256_BYTES], found[SHA256_BYTES];
	const char *left = text_at(lease, "items/0/media/url");
	const char *right = text_at(lease, "items/1/media/url");
	struct answer a = get(as, left);

	ck_assert(hex_decode(wanted, sizeof wanted, digest));
	sha256_bytes(found, a.text, a.len);
	bool first = memcmp(wanted, found, sizeof wanted) == 0;
	ret_urls[0] = first ? left : right;
	ret_urls[1] = first ? right : left;
}

START_TEST(what_is_taken_down_is_seen_no_more_by_who_holds_its_address_on_any_server)
{
	const char *digests[2], *urls[2];
	const char *campaign = a_campaign_of_a_pair("image", digests);
	struct another server = another_start((const char *const[]){ NULL });
	struct person person = a_volunteer();
	json_t *lease = a_lease(&person, campaign);

	addresses_of(&person, lease, digests[0], urls);
	struct answer before =
		call(&(struct call){ .server = server.url, .path = urls[0], .as = &person });
	take_down_item(item_of(digests[0]));
	await_nothing(NULL, &person, urls[0]);
	await_nothing(server.url, &person, urls[0]);
	struct answer other =
		call(&(struct call){ .server = server.url, .path = urls[1], .as = &person });
	another_stop(&server);
	expect_status(before, 200);
	expect_status(other, 200);
	expect_status(get(&person, urls[1]), 200);
	/* Who had loaded the pair answers it, and what was said of the other item is kept. */
	struct answer a = post(&person, "/api/v1/judgments",
	                       verdicts_on(text_at(lease, "assignment"), "real", "fake"));
	expect_status(a, 201);
	ck_assert_str_eq(
		ask_db("SELECT count(*) FROM counted_judgment WHERE item_id = '%s'", item_of(digests[1])),
		"1");
}
END_TEST

START_TEST(what_the_command_takes_down_is_seen_no_more_either_and_the_pair_may_be_skipped)
{
	const char *digests[2], *urls[2];
	const char *campaign = a_campaign_of_a_pair("image", digests);
	struct person person = a_volunteer();
	json_t *lease = a_lease(&person, campaign);

	addresses_of(&person, lease, digests[0], urls);
	expect_code(0, "/", say("withdraw %s --reason-class rights --reason x", item_of(digests[0])));
	await_nothing(NULL, &person, urls[0]);
	struct answer a = post(&person, "/api/v1/skips",
	                       json_pack("{s:s, s:s}", "assignment", text_at(lease, "assignment"),
	                                 "reason", "cannot_load"));
	expect_status(a, 204);
	expect_status(post(&person, "/api/v1/assignments", json_pack("{s:s}", "campaign", campaign)),
	              204);
}
END_TEST

START_TEST(the_address_of_a_lease_that_was_renewed_leads_to_nothing_taken_down)
{
	struct person person = a_volunteer();
	const char *digests[2];
	const char *token =
		text_at(a_lease(&person, a_campaign_of_a_pair("image", digests)), "assignment");

	late_look(&person, token, 5, 500);
	const char *late = sealed(&person, digests[0], time(NULL) - 5);
	expect_status(get(&person, late), 200);
	take_down_item(item_of(digests[0]));
	await_nothing(NULL, &person, late);
}
END_TEST

START_TEST(pictures_and_the_original_go_with_it_but_a_black_poster_stays_for_others)
{
	struct person moderator = an_account("moderator");
	const char *digests[2], *kinds[4] = { a_file("original", 8), a_file("thumbnail", 9),
		                                  a_file("poster", 6), a_file("black", 5) };

	a_campaign_of_a_pair("video", digests);
	tell_db("UPDATE item SET poster = '\\x%s', version = 2 WHERE id IN ('%s', '%s')", kinds[3],
	        item_of(digests[0]), item_of(digests[1]));
	tell_db("UPDATE item SET sha256 = '\\x%s', thumbnail = '\\x%s', poster = '\\x%s', version = 3"
	        " WHERE id = '%s'",
	        kinds[0], kinds[1], kinds[2], item_of(digests[0]));
	const char *black = sealed_for_session(&moderator, kinds[3]);
	take_down_item(item_of(digests[0]));
	for (int i = 0; i < 3; i++)
		await_nothing(NULL, &moderator, sealed_for_session(&moderator, kinds[i]));
	expect_status(get(&moderator, black), 200);
}
END_TEST

START_TEST(no_later_page_gives_out_an_address_of_what_was_taken_down)
{
	struct person moderator = an_account("moderator");
	const char *bytes = fresh_name(), *digest = a_file(bytes, strlen(bytes));
	const char *dispute = a_dispute(
		"max_judgments", &(struct items){ .campaign = common_campaign(), .file = digest });
	const char *path = say("/api/v1/disputes/%s", dispute);

	const char *early = text_at(get(&moderator, path).body, "item/media/url");
	expect_status(get(&moderator, early), 200);
	take_down_item(item_of(digest));
	await_nothing(NULL, &moderator, early);
	/* As it is when all passes of then are over. */
	tell_db("DELETE FROM revoked_pass");
	for (int try = 0; try < 100 && get(&moderator, early).status != 200; try++)
		wait_ms(50);
	const char *later = text_at(get(&moderator, path).body, "item/media/url");
	expect_problem(get(&moderator, later), 404, "not-found");
}
END_TEST

START_TEST(a_file_that_the_store_has_lost_is_a_problem_and_not_half_an_answer)
{
	struct person person = a_volunteer();
	const char *digest = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

	expect_problem(get(&person, sealed(&person, digest, time(NULL) + 60)), 404, "not-found");
}
END_TEST

Suite *http_media_suite(void)
{
	Suite *suite = suite_create("http/media");
	TCase *tc = tcase_create("media");

	tcase_set_timeout(tc, 30);
	tcase_add_unchecked_fixture(tc, make_campaigns, NULL);
	tcase_add_loop_test(tc, the_one_it_was_shown_to_gets_the_bytes, 0, 3);
	tcase_add_test(tc, head_says_what_get_would);
	tcase_add_loop_test(tc, a_range_is_answered_with_those_bytes, 0,
	                    sizeof ranges / sizeof ranges[0]);
	tcase_add_test(tc, a_copy_that_is_still_good_is_not_sent_again);
	tcase_add_test(tc, a_range_of_something_else_by_now_is_not_mixed_in);
	tcase_add_test(tc, anybody_else_finds_nothing);
	tcase_add_test(tc, an_address_that_was_tampered_with_leads_nowhere);
	tcase_add_test(tc, an_assignment_token_is_no_address);
	tcase_add_test(tc, address_and_tag_say_nothing_about_the_file);
	tcase_add_test(tc, an_address_runs_out);
	tcase_add_test(tc, who_is_erased_sees_nothing_any_more_here_at_once_and_elsewhere_soon);
	tcase_add_test(tc, who_signs_out_sees_nothing_any_more);
	tcase_add_test(tc, a_session_that_is_ended_from_outside_sees_nothing_any_more);
	tcase_add_loop_test(tc, an_address_works_as_long_as_its_lease_was_renewed, 0, 5);
	tcase_add_test(tc, an_address_that_works_on_does_not_outlive_its_volunteer);
	tcase_add_test(tc, what_is_taken_down_is_seen_no_more_by_who_holds_its_address_on_any_server);
	tcase_add_test(tc,
	               what_the_command_takes_down_is_seen_no_more_either_and_the_pair_may_be_skipped);
	tcase_add_test(tc, the_address_of_a_lease_that_was_renewed_leads_to_nothing_taken_down);
	tcase_add_test(tc, pictures_and_the_original_go_with_it_but_a_black_poster_stays_for_others);
	tcase_add_test(tc, no_later_page_gives_out_an_address_of_what_was_taken_down);
	tcase_add_test(tc, a_file_that_the_store_has_lost_is_a_problem_and_not_half_an_answer);
	suite_add_tcase(suite, tc);
	return suite;
}
