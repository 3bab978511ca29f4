/* SPDX-License-Identifier: Apache-2.0 */
/* What is reported by a file, what waits in quarantine when it is, and whoever contributed it. */
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "database.h"
#include "program.h"
#include "raw.h"
#include "suites.h"
#include "world.h"

#define NOTICES    "/api/v1/notices"
#define STATEMENTS "/api/v1/me/statements"
#define TEXT       "The woman in this film is me, and I never agreed to it."
#define FACTS      "The contributor could name nobody who had agreed."
#define COMPLAINT  "I was there, and everybody who is shown agreed to it."
#define FORM       "multipart/form-data; boundary=b"
#define PART(name) "--b\r\nContent-Disposition: form-data; name=\"" name "\"\r\n\r\n"

static struct person moderator, admin;

static void setup(void)
{
	moderator = an_account("moderator");
	admin = an_account("admin");
}

struct bytes {
	char *at;
	size_t len;
};

static struct bytes contents_of(const char *folder, const char *name)
{
	FILE *file = fopen(say("%s/%s", folder, name), "re");
	struct bytes bytes = { 0 };

	ck_assert_ptr_nonnull(file);
	fseek(file, 0, SEEK_END);
	bytes.len = (size_t)ftell(file);
	rewind(file);
	bytes.at = keep(malloc(bytes.len + 1));
	ck_assert_uint_eq(fread(bytes.at, 1, bytes.len, file), bytes.len);
	fclose(file);
	return bytes;
}

/* What a line of shell makes in a folder of its own. */
static struct bytes made_by(const char *line, const char *name)
{
	const char *folder = a_folder();
	struct ran made = shell(folder, line);

	ck_assert_msg(made.code == 0, "%s", made.said);
	return contents_of(folder, name);
}

/* Noise, which no other test has and which looks like nothing else. */
static struct bytes a_picture(void)
{
	return made_by("head -c 1000000 /dev/urandom >noise && ffmpeg -v error -f rawvideo -pix_fmt"
	               " rgb24 -s 640x480 -i noise -frames:v 1 a.png",
	               "a.png");
}

/* Whoever sends a notice on a child's safety need not say who they are. */
static json_t *a_report(const char *reason)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:b}", "reason", reason, "explanation", TEXT, "name",
	                 "Ada Lovelace", "email", "ada@example.org", "good_faith", 1);
}

/* Takes over `metadata`. */
static struct answer send_form(struct person *as, const char *path, json_t *metadata,
                               struct bytes file)
{
	const char *text = keep(json_dumps(metadata, 0));
	const char *head = say(PART("metadata") "%s\r\n" PART("file"), text);
	size_t len = strlen(head);
	char *form = keep(malloc(len + file.len + 16));

	json_decref(metadata);
	memcpy(form, head, len);
	memcpy(form + len, file.at, file.len);
	memcpy(form + len + file.len, "\r\n--b--\r\n", 10);
	return call(&(struct call){ .method = "POST",
	                            .path = path,
	                            .as = as,
	                            .text = form,
	                            .text_len = len + file.len + 9,
	                            .type = FORM });
}

static struct answer report_file(const char *reason, struct bytes file)
{
	return send_form(NULL, NOTICES, a_report(reason), file);
}

static const char *report_sha256(const char *reason, const char *sha256)
{
	json_t *body = a_report(reason);

	json_object_set_new(body, "sha256", json_string(sha256));
	struct answer a = post(NULL, NOTICES, body);
	expect_status(a, 201);
	return text_at(a.body, "reference");
}

static const char *id_of(const char *reference)
{
	return ask_db("SELECT id FROM notice WHERE digest = sha256('%s')", reference);
}

static json_t *state_of(const char *reference)
{
	struct answer a = get(NULL, say(NOTICES "/%s", reference));

	expect_status(a, 200);
	return a.body;
}

static struct answer decide(struct person *as, const char *notice, const char *outcome,
                            const char *action)
{
	bool upheld = strcmp(outcome, "upheld") == 0;

	return post(as, say(NOTICES "/%s/decision", notice),
	            json_pack("{s:s, s:s, s:s, s:s, s:s}", "outcome", outcome, "action", action,
	                      "ground_kind", upheld ? "law" : "no_breach", "ground",
	                      "Consent of those shown", "facts", FACTS));
}

/* ------------------------------------------------------------------ by a file */

#define WAVES \
	"nullsrc=s=640x480,geq=lum='128+90*sin(X/%d+%d)*cos(Y/%d)+30*sin(X*Y/7000)':cb=128:cr=128"

/* a.png; shot.jpg, what a phone makes of it: smaller, darker, encoded anew; and another picture. */
static const char *a_folder_of_shots(void)
{
	const char *folder = a_folder();
	int wave = 20 + (int)(strtoul(fresh_name() + 10, NULL, 16) % 40);
	struct ran made = shell(
		folder, say("ffmpeg -v error -f lavfi -i \"" WAVES "\" -frames:v 1 a.png && vips linear"
	                " a.png dark.png 0.9 4 && vips resize dark.png shot.jpg[Q=55] 0.6 && ffmpeg -v"
	                " error -f lavfi -i mandelbrot=s=640x480:start_scale=0.2 -frames:v 1 c.png",
	                wave, wave % 7, wave + 13));

	ck_assert_msg(made.code == 0, "%s", made.said);
	write_text(folder, "m.csv",
	           "file,source,licence,truth,basis,gold\n"
	           "a.png,test,CC0-1.0,fake,generated_by_contributor,true\n");
	return folder;
}

static const char *imported_in(const char *folder)
{
	const char *campaign = a_campaign();

	expect_code(0, folder, say("import m.csv --campaign %s", campaign));
	const char *item = ask_db("SELECT i.id FROM item i JOIN campaign c ON c.id = i.campaign_id"
	                          " WHERE c.name = '%s'",
	                          campaign);
	await_db(60, say("SELECT recipe > 0 FROM fingerprint WHERE item_id = '%s'", item));
	return item;
}

/* The original, what volunteers are shown, and a shot of it; the answer says no more than that. */
START_TEST(a_file_finds_its_item_by_its_bytes_and_a_copy_by_its_looks)
{
	const char *folder = a_folder_of_shots(), *item = imported_in(folder);
	const char *rendition =
		ask_db("SELECT encode(rendition, 'hex') FROM item WHERE id = '%s'", item);
	const char *stored = say("%s/media/%.2s", getenv("TOUCHSTONE_DATA"), rendition);
	const struct bytes files[] = { contents_of(folder, "a.png"), contents_of(stored, rendition + 2),
		                           contents_of(folder, "shot.jpg") };

	for (int i = 0; i < 3; i++) {
		struct answer a = report_file("copyright", files[i]);
		expect_status(a, 201);
		ck_assert_str_eq(text_at(a.body, "found_by"), i < 2 ? "bytes" : "looks");
		ck_assert_uint_eq(json_object_size(a.body), 4);
		const char *notice = id_of(text_at(a.body, "reference"));
		ck_assert_str_eq(ask_db("SELECT item_id FROM notice WHERE id = '%s'", notice), item);
		ck_assert_str_eq(ask_db("SELECT target FROM notice WHERE id = '%s'", notice), "file");
		ck_assert_ptr_null(strstr(a.text, "fake"));
	}
}
END_TEST

START_TEST(a_copy_that_is_found_by_its_looks_hides_the_item)
{
	const char *folder = a_folder_of_shots(), *item = imported_in(folder);
	struct answer a = report_file("intimate_imagery", contents_of(folder, "shot.jpg"));

	expect_status(a, 201);
	ck_assert(true_at(a.body, "hidden"));
	ck_assert_int_eq(count_db("SELECT count(*) FROM item_hidden WHERE item_id = '%s'", item), 1);
	struct answer seen = get(&moderator, NOTICES "?limit=100");
	ck_assert_ptr_nonnull(strstr(seen.text, "\"found_by\":\"looks\""));
}
END_TEST

static long long notices_so_far(void)
{
	return count_db("SELECT count(*) FROM notice");
}

/* A line that nothing else has. */
static const char *a_mark(void)
{
	return say("mark-%s", ask_db("SELECT gen_random_uuid()"));
}

/* In any file of the store, its scratch folders included, whatever else that file holds. */
static bool is_stored(const char *mark)
{
	return shell(a_folder(), say("grep -rqaF -- '%s' '%s/media'", mark, getenv("TOUCHSTONE_DATA")))
	           .code == 0;
}

static struct bytes marked(struct bytes file, const char *mark)
{
	struct bytes both = { keep(malloc(file.len + strlen(mark) + 1)), file.len + strlen(mark) };

	memcpy(both.at, file.at, file.len);
	memcpy(both.at + file.len, mark, strlen(mark) + 1);
	return both;
}

START_TEST(nothing_here_is_another_file_and_it_is_not_kept)
{
	const char *mark = a_mark();
	long long before = notices_so_far();
	struct answer a = report_file("copyright", marked(a_picture(), mark));

	expect_problem(a, 404, "file-unknown");
	ck_assert(!is_stored(mark));
	ck_assert_int_eq(notices_so_far(), before);
}
END_TEST

/* Made by lines of shell: what no helper can, or may, look at. */
static const char *const unseen[] = {
	"echo 'I am no picture' >a",
	"head -c 5000 /dev/zero >a",
	/* 144 megapixels in less than one megabyte */
	"vips black b.png 12000 12000 && mv b.png a",
	"ffmpeg -v error -f lavfi -i color=s=640x480 -frames:v 1 b.png && head -c 900 b.png >a",
	"head -c 40000000 /dev/zero | gzip >a",
};

START_TEST(what_cannot_be_looked_at_is_unknown)
{
	long long before = notices_so_far();

	expect_problem(report_file("copyright", made_by(unseen[_i], "a")), 404, "file-unknown");
	ck_assert_int_eq(notices_so_far(), before);
}
END_TEST

#define GOOD                                           \
	"{\"reason\": \"other\", \"explanation\": \"" TEXT \
	"\", \"name\": \"Ada\", \"email\": \"ada@example.org\", \"good_faith\": true}"

static const struct {
	const char *type, *text;
	long status;
	const char *problem;
} hostile[] = {
	{ "multipart/form-data", PART("file") "x\r\n--b--", 400, "malformed" },
	{ FORM, "--c\r\n", 400, "malformed" },
	{ FORM, "--b--", 422, "invalid" },
	{ FORM, PART("file") "x", 400, "malformed" },
	{ FORM, PART("file") "x\r\n--b--", 422, "invalid" },
	{ FORM, PART("metadata") GOOD "\r\n--b--", 422, "invalid" },
	{ FORM, PART("metadata") GOOD "\r\n" PART("file") "\r\n--b--", 422, "invalid" },
	{ FORM, PART("metadata") "{\r\n" PART("file") "x\r\n--b--", 400, "malformed" },
	{ FORM, PART("metadata") "{}\r\n" PART("file") "x\r\n--b--", 422, "invalid" },
	{ FORM, PART("metadata") GOOD "\r\n" PART("file") "x\r\n" PART("file") "y\r\n--b--", 422,
	  "invalid" },
	{ FORM, PART("metadata") GOOD "\r\n" PART("other") "x\r\n" PART("file") "y\r\n--b--", 422,
	  "invalid" },
	/* a form in the file is a file like any other */
	{ FORM,
	  PART("metadata") GOOD "\r\n--b\r\nContent-Disposition: form-data; name=\"file\"\r\n"
	                        "Content-Type: multipart/mixed; boundary=c\r\n\r\n"
	                        "--c\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nx\r\n"
	                        "--c--\r\n\r\n--b--",
	  404, "file-unknown" },
	{ "multipart/mixed; boundary=b", PART("file") "x\r\n--b--", 415, "type" },
};

static struct answer send_text(const char *type, const char *text)
{
	return call(&(struct call){ .method = "POST", .path = NOTICES, .text = text, .type = type });
}

START_TEST(a_form_that_is_none_gets_one_answer_and_stores_nothing)
{
	long long before = notices_so_far();
	struct answer a = send_text(hostile[_i].type, hostile[_i].text);

	expect_status(a, hostile[_i].status);
	if (strcmp(hostile[_i].problem, "file-unknown") == 0)
		expect_problem(a, 404, "file-unknown");
	ck_assert_int_eq(notices_so_far(), before);
}
END_TEST

static char *long_text(size_t len)
{
	return memset(say("%*s", (int)len, ""), 'a', len);
}

START_TEST(headers_and_texts_of_a_form_are_bounded)
{
	long long before = notices_so_far();
	const char *header = say("--b\r\nX-Long: %s\r\nContent-Disposition: form-data; name=\"file\""
	                         "\r\n\r\nx\r\n--b--",
	                         long_text(100000));
	const char *text = say(PART("metadata") "{\"explanation\": \"%s\"}\r\n" PART("file") "x\r\n"
	                                                                                     "--b--",
	                       long_text(1000000));
	json_t *long_one = a_report("other");

	expect_problem(send_text(FORM, header), 400, "malformed");
	expect_problem(send_text(FORM, text), 413, "too-large");
	json_object_set_new(long_one, "explanation", json_string(long_text(10001)));
	struct answer a = send_form(NULL, NOTICES, long_one, (struct bytes){ say("x"), 1 });
	expect_problem(a, 422, "invalid");
	ck_assert_str_eq(text_at(a.body, "errors/0/pointer"), "/explanation");
	/* Longer than any file of an item: refused before it is read. */
	ck_assert_int_eq(raw_ask(say("POST " NOTICES " HTTP/1.1\r\nHost: %s\r\nContent-Type: " FORM
	                             "\r\nContent-Length: 4294967296\r\n\r\n",
	                             raw_host()))
	                     .status,
	                 413);
	ck_assert_int_eq(notices_so_far(), before);
}
END_TEST

/* The connection ends in the middle of the file. */
START_TEST(a_form_that_breaks_off_leaves_nothing)
{
	long long before = notices_so_far();
	const char *mark = a_mark();
	struct bytes file = marked((struct bytes){ long_text(200000), 200000 }, mark);
	int connection = raw_open();
	const char *head =
		say("POST " NOTICES " HTTP/1.1\r\nHost: %s\r\nContent-Type: " FORM
	        "\r\nContent-Length: 900000\r\n\r\n" PART("metadata") GOOD "\r\n" PART("file"),
	        raw_host());

	ck_assert(raw_write(connection, head, strlen(head)));
	ck_assert(raw_write(connection, file.at, file.len));
	raw_close(connection);
	expect_problem(report_file("copyright", a_picture()), 404, "file-unknown");
	ck_assert_int_eq(notices_so_far(), before);
	ck_assert(!is_stored(mark));
}
END_TEST

START_TEST(a_form_names_the_item_by_its_file_alone)
{
	json_t *metadata = a_report("other");

	json_object_set_new(metadata, "item", json_string("00000000-0000-4000-8000-000000000000"));
	struct answer a = send_form(NULL, NOTICES, metadata, (struct bytes){ say("x"), 1 });
	expect_problem(a, 422, "invalid");
	ck_assert_str_eq(text_at(a.body, "errors/0/pointer"), "/item");
}
END_TEST

/* ------------------------------------------------------------------ in quarantine */

static const char *contribute(struct person *as, struct bytes file)
{
	struct answer a =
		send_form(as, "/api/v1/items",
	              json_pack("{s:s, s:s, s:s, s:s, s:s}", "rights", "own_work", "people", "nobody",
	                        "made_by", "I did", "made_how", "with a camera", "licence", "CC0-1.0"),
	              file);

	expect_status(a, 202);
	const char *id = text_at(a.body, "id");
	await_db(60, say("SELECT state = 'quarantined' FROM contribution WHERE id = '%s'", id));
	return id;
}

static const char *column_of(const char *contribution, const char *column)
{
	return ask_db("SELECT %s FROM contribution WHERE id = '%s'", column, contribution);
}

static bool is_queued(const char *contribution)
{
	const char *cursor = NULL;

	do {
		struct answer a =
			get(&moderator, cursor ? say("/api/v1/contributions?limit=100&cursor=%s", cursor)
		                           : "/api/v1/contributions?limit=100");
		expect_status(a, 200);
		if (strstr(a.text, contribution))
			return true;
		cursor = json_is_null(at(a.body, "next")) ? NULL : text_at(a.body, "next");
	} while (cursor);
	return false;
}

static struct answer review(const char *contribution, const char *decision)
{
	return post(&moderator, say("/api/v1/items/%s/review", contribution),
	            json_pack("{s:s, s:s}", "decision", decision, "reason", FACTS));
}

START_TEST(what_waits_in_quarantine_is_reported_by_its_digest_or_its_file)
{
	struct person sender = a_volunteer();
	struct bytes file = a_picture();
	const char *id = contribute(&sender, file);
	const char *digests[] = { column_of(id, "encode(sha256, 'hex')"),
		                      column_of(id, "encode(rendition, 'hex')") };
	struct answer a = report_file("copyright", file);

	expect_status(a, 201);
	ck_assert_str_eq(text_at(a.body, "found_by"), "bytes");
	const char *references[] = { text_at(a.body, "reference"),
		                         report_sha256("copyright", digests[0]),
		                         report_sha256("copyright", digests[1]) };
	for (int i = 0; i < 3; i++)
		ck_assert_str_eq(
			ask_db("SELECT contribution_id FROM notice WHERE id = '%s'", id_of(references[i])), id);
	ck_assert(is_queued(id));
	struct answer read = get(&moderator, NOTICES "?reason=copyright&limit=100");
	expect_status(read, 200);
	ck_assert_ptr_nonnull(strstr(read.text, id));
	expect_status(get(&moderator, say(NOTICES "/%s/medium", id_of(references[0]))), 200);
}
END_TEST

START_TEST(a_notice_decides_alone_on_what_waits)
{
	struct person sender = a_volunteer();
	const char *id = contribute(&sender, a_picture());
	const char *notice = id_of(report_sha256("copyright", column_of(id, "encode(sha256, 'hex')")));

	expect_problem(review(id, "approve"), 409, "contribution-reported");
	expect_problem(review(id, "reject"), 409, "contribution-reported");
	expect_problem(decide(&moderator, notice, "upheld", "review"), 409, "conflict");
	expect_status(decide(&moderator, notice, "rejected", "none"), 200);
	ck_assert_str_eq(column_of(id, "state"), "quarantined");
	expect_status(review(id, "approve"), 200);
}
END_TEST

START_TEST(what_a_notice_hides_leaves_the_queue_and_comes_back_if_it_is_rejected)
{
	struct person sender = a_volunteer();
	const char *id = contribute(&sender, a_picture());
	struct answer seen = get(&moderator, say("/api/v1/contributions/%s", id));
	const char *url = text_at(seen.body, "media/url");
	const char *reference =
		report_sha256("intimate_imagery", column_of(id, "encode(sha256, 'hex')"));

	ck_assert(true_at(state_of(reference), "hidden"));
	ck_assert(!is_queued(id));
	ck_assert(json_is_null(at(get(&moderator, say("/api/v1/contributions/%s", id)).body, "media")));
	await_db(20, say("SELECT EXISTS (SELECT FROM revoked_pass WHERE holder ="
	                 " encode(substr(rendition, 1, 16), 'hex')::uuid) FROM contribution WHERE id ="
	                 " '%s'",
	                 id));
	for (int try = 0; try < 200 && get(&moderator, url).status != 404; try++)
		wait_ms(50);
	expect_status(get(&moderator, url), 404);
	expect_status(decide(&moderator, id_of(reference), "rejected", "none"), 200);
	ck_assert(is_queued(id));
}
END_TEST

START_TEST(an_upheld_notice_rejects_what_waits_and_its_bytes_go)
{
	struct person sender = a_volunteer();
	const char *mark = a_mark(), *id = contribute(&sender, marked(a_picture(), mark));
	const char *notice =
		id_of(report_sha256("intimate_imagery", column_of(id, "encode(sha256, 'hex')")));

	ck_assert(is_stored(mark));
	struct answer a = decide(&moderator, notice, "upheld", "withdraw");
	expect_status(a, 200);
	ck_assert_str_eq(text_at(a.body, "item/kind"), "contribution");
	ck_assert_str_eq(text_at(a.body, "item/state"), "rejected");
	ck_assert_str_eq(column_of(id, "reason"), FACTS);
	tell_db("UPDATE media_intake SET noted_at = now() - interval '1 day' WHERE"
	        " '%s' = ANY (digests)",
	        column_of(id, "encode(sha256, 'hex')"));
	tell_db("UPDATE job SET run_after = now() WHERE kind = 'intake_sweep'");
	for (int try = 0; try < 600 && is_stored(mark); try++)
		wait_ms(100);
	ck_assert(!is_stored(mark));
	expect_problem(get(&moderator, say(NOTICES "/%s/medium", notice)), 410, "gone");
}
END_TEST

START_TEST(with_its_original_what_waited_does_not_come_again)
{
	struct person sender = a_volunteer();
	struct bytes file = a_picture();
	const char *id = contribute(&sender, file);
	const char *notice = id_of(report_sha256("copyright", column_of(id, "encode(sha256, 'hex')")));
	json_t *decision = json_pack("{s:s, s:s, s:s, s:s, s:s, s:b}", "outcome", "upheld", "action",
	                             "withdraw", "ground_kind", "law", "ground", "Copyright act",
	                             "facts", FACTS, "remove_original", 1);

	expect_status(post(&moderator, say(NOTICES "/%s/decision", notice), decision), 200);
	struct answer a =
		send_form(&sender, "/api/v1/items",
	              json_pack("{s:s, s:s, s:s, s:s, s:s}", "rights", "own_work", "people", "nobody",
	                        "made_by", "I did", "made_how", "with a camera", "licence", "CC0-1.0"),
	              file);
	expect_status(a, 202);
	await_db(60, say("SELECT state = 'failed' FROM contribution WHERE id = '%s'",
	                 text_at(a.body, "id")));
}
END_TEST

START_TEST(what_may_be_evidence_stays_in_quarantine_whoever_is_erased)
{
	struct person sender = a_volunteer();
	const char *id = contribute(&sender, a_picture());
	const char *notice =
		id_of(report_sha256("child_safety", column_of(id, "encode(rendition, 'hex')")));

	expect_problem(get(&admin, say(NOTICES "/%s/medium", notice)), 409, "item-held");
	expect_problem(decide(&moderator, notice, "upheld", "withdraw"), 403, "forbidden");
	expect_problem(decide(&admin, notice, "upheld", "withdraw"), 409, "item-held");
	ck_assert(!is_queued(id));
	expect_status(delete_at(&sender, "/api/v1/me"), 204);
	ck_assert_str_eq(column_of(id, "state"), "quarantined");
	ck_assert_ptr_null(column_of(id, "made_by"));
	json_t *decision = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "outcome", "upheld", "action",
	                             "withdraw", "ground_kind", "law", "ground", "Criminal code",
	                             "facts", FACTS, "authority", "The police of Bern, file 12/26");
	expect_status(post(&admin, say(NOTICES "/%s/decision", notice), decision), 200);
	ck_assert_str_eq(column_of(id, "state"), "rejected");
	ck_assert_int_eq(count_db("SELECT count(*) FROM audit WHERE kind = 'item_hidden' AND"
	                          " subject_kind = 'contribution' AND subject = '%s'",
	                          id),
	                 1);
}
END_TEST

START_TEST(the_database_itself_keeps_what_is_held_in_quarantine)
{
	struct person sender = a_volunteer();
	const char *id = contribute(&sender, a_picture());

	report_sha256("child_safety", column_of(id, "encode(sha256, 'hex')"));
	expect_code(1, "/", say("review reject %s --reason '" FACTS "'", id));
	tell_db(
		"DO $$ BEGIN UPDATE contribution SET state = 'rejected', reason = 'why' WHERE id = '%s';"
		" RAISE EXCEPTION 'it was changed'; EXCEPTION WHEN restrict_violation THEN NULL; END"
		" $$",
		id);
	ck_assert_str_eq(column_of(id, "state"), "quarantined");
}
END_TEST

START_TEST(what_was_hidden_in_quarantine_without_need_is_shown_again)
{
	struct person sender = a_volunteer();
	const char *id = contribute(&sender, a_picture());
	const char *notice =
		id_of(report_sha256("intimate_imagery", column_of(id, "encode(sha256, 'hex')")));

	for (int hidden = 0; hidden < 2; hidden++) {
		expect_status(put(&moderator, say(NOTICES "/%s/hidden", notice),
		                  json_pack("{s:b, s:s}", "hidden", hidden, "reason", FACTS)),
		              200);
		ck_assert_int_eq(is_queued(id), !hidden);
	}
}
END_TEST

/* ------------------------------------------------------------------ whoever contributed it */

static json_t *statements_of(struct person *as)
{
	struct answer a = get(as, STATEMENTS);

	expect_status(a, 200);
	return at(a.body, "items");
}

static struct answer complain(struct person *as, const char *statement)
{
	return post(as, say(STATEMENTS "/%s/complaint", statement),
	            json_pack("{s:s}", "text", COMPLAINT));
}

/* An item that this volunteer contributed, and a notice about it. */
static const char *a_contributed(struct person *sender, const char **ret_reference)
{
	*sender = a_volunteer();
	const char *id = contribute(sender, a_picture());
	const char *digest = column_of(id, "encode(sha256, 'hex')");

	expect_status(review(id, "approve"), 200);
	*ret_reference = report_sha256("personal_rights", digest);
	return id;
}

START_TEST(whoever_contributed_it_reads_why_it_was_taken_and_not_who_asked)
{
	struct person sender, other = a_volunteer();
	const char *reference, *id = a_contributed(&sender, &reference);

	ck_assert_uint_eq(json_array_size(statements_of(&sender)), 0);
	expect_status(decide(&moderator, id_of(reference), "upheld", "withdraw"), 200);
	json_t *statements = statements_of(&sender);
	ck_assert_uint_eq(json_array_size(statements), 1);
	json_t *one = json_array_get(statements, 0);
	ck_assert_str_eq(text_at(one, "party"), "contributor");
	ck_assert_str_eq(text_at(one, "contribution"), id);
	ck_assert_str_eq(text_at(one, "decision/facts"), FACTS);
	ck_assert(json_is_null(at(one, "explanation")));
	ck_assert_ptr_nonnull(text_at(one, "complaint_until"));
	ck_assert_ptr_null(strstr(get(&sender, STATEMENTS).text, "Ada"));
	ck_assert_uint_eq(json_array_size(statements_of(&other)), 0);
	expect_problem(complain(&other, text_at(one, "id")), 404, "not-found");
	expect_problem(complain(&sender, "nonsense"), 404, "not-found");
}
END_TEST

START_TEST(a_decision_that_takes_nothing_is_no_statement)
{
	struct person sender;
	const char *reference;

	a_contributed(&sender, &reference);
	expect_status(decide(&moderator, id_of(reference), "rejected", "none"), 200);
	ck_assert_uint_eq(json_array_size(statements_of(&sender)), 0);
}
END_TEST

START_TEST(a_contributors_complaint_is_decided_by_somebody_else)
{
	struct person sender, other = an_account("moderator");
	const char *reference;

	a_contributed(&sender, &reference);
	const char *notice = id_of(reference);
	expect_status(decide(&moderator, notice, "upheld", "withdraw"), 200);
	const char *statement = text_at(json_array_get(statements_of(&sender), 0), "id");
	struct answer a = complain(&sender, statement);
	expect_status(a, 200);
	ck_assert_str_eq(text_at(a.body, "state"), "contested");
	ck_assert_str_eq(text_at(a.body, "complaint/text"), COMPLAINT);
	ck_assert(json_is_null(at(a.body, "complaint/decision")));
	expect_problem(complain(&sender, statement), 409, "no-complaint");
	expect_problem(decide(&moderator, notice, "rejected", "none"), 409, "not-independent");
	struct answer queued = get(&other, NOTICES "?state=contested&limit=100");
	ck_assert_ptr_nonnull(strstr(queued.text, COMPLAINT));
	expect_status(decide(&other, notice, "rejected", "none"), 200);
	json_t *one = json_array_get(statements_of(&sender), 0);
	ck_assert_str_eq(text_at(one, "complaint/decision/outcome"), "rejected");
	ck_assert_str_eq(text_at(one, "revised/outcome"), "rejected");
	ck_assert_str_eq(text_at(state_of(reference), "revised/outcome"), "rejected");
	ck_assert_str_eq(ask_db("SELECT actor_kind FROM audit WHERE kind = 'notice_contested' AND"
	                        " subject = '%s'",
	                        notice),
	                 "volunteer");
}
END_TEST

/* Against whom a complaint was decided, may complain as well; after that there is no more. */
START_TEST(each_party_complains_once_about_what_is_against_it)
{
	struct person sender, second = an_account("moderator"), third = an_account("moderator");
	const char *reference;

	a_contributed(&sender, &reference);
	const char *notice = id_of(reference);
	json_t *complaint = json_pack("{s:s, s:s}", "reference", reference, "text", COMPLAINT);
	expect_status(decide(&moderator, notice, "rejected", "none"), 200);
	expect_status(post(NULL, NOTICES "/complaints", json_deep_copy(complaint)), 200);
	expect_status(decide(&second, notice, "upheld", "withdraw"), 200);
	expect_problem(post(NULL, NOTICES "/complaints", complaint), 409, "no-complaint");
	const char *statement = text_at(json_array_get(statements_of(&sender), 0), "id");
	expect_status(complain(&sender, statement), 200);
	expect_problem(decide(&second, notice, "upheld", "withdraw"), 409, "not-independent");
	expect_status(decide(&third, notice, "upheld", "withdraw"), 200);
	json_t *one = json_array_get(statements_of(&sender), 0);
	ck_assert_str_eq(text_at(one, "state"), "closed");
	ck_assert(json_is_null(at(one, "complaint_until")));
	ck_assert_int_eq(
		count_db("SELECT count(*) FROM notice_decision WHERE notice_id = '%s'", notice), 3);
	ck_assert_str_eq(text_at(state_of(reference), "complaint/decision/outcome"), "upheld");
}
END_TEST

START_TEST(after_six_months_a_contributor_cannot_complain)
{
	struct person sender;
	const char *reference;

	a_contributed(&sender, &reference);
	const char *notice = id_of(reference);
	expect_status(decide(&moderator, notice, "upheld", "withdraw"), 200);
	const char *statement = text_at(json_array_get(statements_of(&sender), 0), "id");
	tell_db("ALTER TABLE notice_decision DISABLE TRIGGER notice_decision_stays");
	tell_db("UPDATE notice_decision SET decided_at = decided_at - interval '7 months' WHERE"
	        " notice_id = '%s'",
	        notice);
	tell_db("ALTER TABLE notice_decision ENABLE TRIGGER notice_decision_stays");
	expect_problem(complain(&sender, statement), 409, "no-complaint");
}
END_TEST

START_TEST(what_was_rejected_in_quarantine_is_contested_too)
{
	struct person sender = a_volunteer(), other = an_account("moderator");
	const char *id = contribute(&sender, a_picture());
	const char *notice = id_of(report_sha256("copyright", column_of(id, "encode(sha256, 'hex')")));

	expect_status(decide(&moderator, notice, "upheld", "withdraw"), 200);
	const char *statement = text_at(json_array_get(statements_of(&sender), 0), "id");
	expect_status(complain(&sender, statement), 200);
	expect_status(decide(&other, notice, "upheld", "withdraw"), 200);
	ck_assert_str_eq(column_of(id, "state"), "rejected");
}
END_TEST

Suite *http_reported_suite(void)
{
	Suite *suite = suite_create("http/reported");
	TCase *tc = tcase_create("reported");

	tcase_set_timeout(tc, 180);
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, a_file_finds_its_item_by_its_bytes_and_a_copy_by_its_looks);
	tcase_add_test(tc, a_copy_that_is_found_by_its_looks_hides_the_item);
	tcase_add_test(tc, nothing_here_is_another_file_and_it_is_not_kept);
	tcase_add_loop_test(tc, what_cannot_be_looked_at_is_unknown, 0,
	                    sizeof unseen / sizeof unseen[0]);
	tcase_add_loop_test(tc, a_form_that_is_none_gets_one_answer_and_stores_nothing, 0,
	                    sizeof hostile / sizeof hostile[0]);
	tcase_add_test(tc, headers_and_texts_of_a_form_are_bounded);
	tcase_add_test(tc, a_form_that_breaks_off_leaves_nothing);
	tcase_add_test(tc, a_form_names_the_item_by_its_file_alone);
	tcase_add_test(tc, what_waits_in_quarantine_is_reported_by_its_digest_or_its_file);
	tcase_add_test(tc, a_notice_decides_alone_on_what_waits);
	tcase_add_test(tc, what_a_notice_hides_leaves_the_queue_and_comes_back_if_it_is_rejected);
	tcase_add_test(tc, an_upheld_notice_rejects_what_waits_and_its_bytes_go);
	tcase_add_test(tc, with_its_original_what_waited_does_not_come_again);
	tcase_add_test(tc, what_may_be_evidence_stays_in_quarantine_whoever_is_erased);
	tcase_add_test(tc, the_database_itself_keeps_what_is_held_in_quarantine);
	tcase_add_test(tc, what_was_hidden_in_quarantine_without_need_is_shown_again);
	tcase_add_test(tc, whoever_contributed_it_reads_why_it_was_taken_and_not_who_asked);
	tcase_add_test(tc, a_decision_that_takes_nothing_is_no_statement);
	tcase_add_test(tc, a_contributors_complaint_is_decided_by_somebody_else);
	tcase_add_test(tc, each_party_complains_once_about_what_is_against_it);
	tcase_add_test(tc, after_six_months_a_contributor_cannot_complain);
	tcase_add_test(tc, what_was_rejected_in_quarantine_is_contested_too);
	suite_add_tcase(suite, tc);
	return suite;
}
