/* SPDX-License-Identifier: Apache-2.0 */
/* Ways in: uploads that go on where they broke off, forms, addresses; quarantine and its review. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "client.h"
#include "database.h"
#include "program.h"
#include "raw.h"
#include "suites.h"
#include "world.h"

#define UPLOADS "/api/v1/uploads"
#define OFFSETS "application/offset+octet-stream"
#define TUS     "Tus-Resumable: 1.0.0"
#define REASON  "it shows nobody who agreed"

struct bytes {
	char *at;
	size_t len;
};

/* A file of a folder, whole. */
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

/* A picture that no other test has, of about a megabyte: noise does not compress. */
static struct bytes a_picture(void)
{
	const char *folder = a_folder();
	struct ran made =
		shell(folder, say("head -c 1000000 /dev/urandom >noise && ffmpeg -v error -f rawvideo "
	                      "-pix_fmt rgb24 -s 640x480 -i noise -frames:v 1 a.png"));

	ck_assert_msg(made.code == 0, "%s", made.said);
	return contents_of(folder, "a.png");
}

static struct answer begin_upload(struct person *as, size_t length, const char *metadata)
{
	return call(&(struct call){ .method = "POST",
	                            .path = UPLOADS,
	                            .as = as,
	                            .headers = { TUS, say("Upload-Length: %zu", length), metadata } });
}

static const char *an_upload(struct person *as, size_t length)
{
	struct answer begun = begin_upload(as, length, NULL);

	expect_status(begun, 201);
	ck_assert_str_eq(header_of(begun, "Tus-Resumable"), "1.0.0");
	ck_assert_ptr_nonnull(header_of(begun, "Upload-Expires"));
	return say("%s", header_of(begun, "Location"));
}

static struct answer send_piece(struct person *as, const char *upload, size_t offset,
                                const char *bytes, size_t len)
{
	return call(&(struct call){ .method = "PATCH",
	                            .path = upload,
	                            .as = as,
	                            .text = bytes,
	                            .text_len = len,
	                            .type = OFFSETS,
	                            .headers = { TUS, say("Upload-Offset: %zu", offset) } });
}

static size_t offset_of(struct person *as, const char *upload)
{
	struct answer head =
		call(&(struct call){ .method = "HEAD", .path = upload, .as = as, .headers = { TUS } });

	expect_status(head, 200);
	ck_assert_str_eq(header_of(head, "Cache-Control"), "no-store");
	return (size_t)atoll(header_of(head, "Upload-Offset"));
}

static json_t *a_declaration(void)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "rights", "own_work", "people",
	                 "nobody", "made_by", "I did", "made_how", "with a camera", "licence",
	                 "CC0-1.0", "title", "A test's", "truth", "real", "basis", "capture_attested");
}

static struct answer contribute_upload(struct person *as, const char *upload)
{
	json_t *body = a_declaration();

	json_object_set_new(body, "upload", json_string(strrchr(upload, '/') + 1));
	return post(as, "/api/v1/items", body);
}

static const char *id_of(const char *upload)
{
	return strrchr(upload, '/') + 1;
}

/* Waits until it is processed; its state. */
static const char *outcome_of(const char *id)
{
	await_db(60, say("SELECT state <> 'processing' FROM contribution WHERE id = '%s'", id));
	return ask_db("SELECT state FROM contribution WHERE id = '%s'", id);
}

/* A whole file, sent by somebody. */
static const char *sent_whole(struct person *as, struct bytes file)
{
	const char *upload = an_upload(as, file.len);
	struct answer sent = send_piece(as, upload, 0, file.at, file.len);

	expect_status(sent, 204);
	ck_assert_uint_eq((size_t)atoll(header_of(sent, "Upload-Offset")), file.len);
	return upload;
}

static const char *a_quarantined(struct person *as)
{
	const char *upload = sent_whole(as, a_picture());

	expect_status(contribute_upload(as, upload), 202);
	ck_assert_str_eq(outcome_of(id_of(upload)), "quarantined");
	return id_of(upload);
}

/* ---------------------------------------------------------------- uploads */

START_TEST(an_upload_in_pieces_becomes_an_item_of_a_researcher)
{
	struct person person = an_account("researcher");
	struct bytes file = a_picture();
	const char *upload = an_upload(&person, file.len);
	size_t half = file.len / 2;

	expect_status(send_piece(&person, upload, 0, file.at, half), 204);
	ck_assert_uint_eq(offset_of(&person, upload), half);
	expect_problem(contribute_upload(&person, upload), 409, "conflict");
	expect_status(send_piece(&person, upload, half, file.at + half, file.len - half), 204);
	struct answer made = contribute_upload(&person, upload);
	expect_status(made, 202);
	ck_assert_str_eq(text_at(made.body, "id"), id_of(upload));
	ck_assert_str_eq(outcome_of(id_of(upload)), "approved");
	ck_assert_str_eq(ask_db("SELECT concat(state, ' ', truth, ' ', basis, ' ', licence, ' ', "
	                        "title, ' ', bytes, ' ',"
	                        " made_by) FROM item WHERE id = '%s'",
	                        id_of(upload)),
	                 say("in_service real capture_attested CC0-1.0 A test's %zu I did", file.len));
	/* An answer that was lost is asked for again. */
	expect_status(contribute_upload(&person, upload), 202);
	struct answer gone = get(&person, upload);
	expect_status(gone, 200);
	ck_assert_str_eq(text_at(gone.body, "contribution"), id_of(upload));
	ck_assert_int_eq(count_db("SELECT count(*) FROM item WHERE id = '%s'", id_of(upload)), 1);
	tell_db("UPDATE item SET state = 'withdrawn' WHERE id = '%s'", id_of(upload));
}
END_TEST

START_TEST(what_came_before_a_connection_broke_is_kept)
{
	struct person person = a_volunteer();
	struct bytes file = a_picture();
	const char *upload = an_upload(&person, file.len);
	int connection = raw_open();
	const char *head =
		say("PATCH %s HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\n" TUS
	        "\r\nUpload-Offset: 0\r\nContent-Type: " OFFSETS "\r\nContent-Length: %zu\r\n\r\n",
	        upload, raw_host(), person.cookie, file.len);

	ck_assert(raw_write(connection, head, strlen(head)));
	ck_assert(raw_write(connection, file.at, 300000));
	wait_ms(500);
	raw_close(connection);
	wait_ms(200);
	size_t offset = offset_of(&person, upload);
	ck_assert_uint_ge(offset, 300000 - 65536);
	ck_assert_uint_le(offset, 300000);
	expect_status(send_piece(&person, upload, offset, file.at + offset, file.len - offset), 204);
	expect_status(contribute_upload(&person, upload), 202);
	ck_assert_str_eq(outcome_of(id_of(upload)), "quarantined");
	ck_assert_str_eq(ask_db("SELECT bytes FROM contribution WHERE id = '%s'", id_of(upload)),
	                 say("%zu", file.len));
}
END_TEST

START_TEST(one_connection_at_a_time_sends_an_upload)
{
	struct person person = a_volunteer();
	struct bytes file = a_picture();
	const char *upload = an_upload(&person, file.len);
	int connection = raw_open();
	const char *head =
		say("PATCH %s HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\n" TUS
	        "\r\nUpload-Offset: 0\r\nContent-Type: " OFFSETS "\r\nContent-Length: %zu\r\n\r\n",
	        upload, raw_host(), person.cookie, file.len);

	ck_assert(raw_write(connection, head, strlen(head)));
	ck_assert(raw_write(connection, file.at, 200000));
	wait_ms(500);
	size_t offset = offset_of(&person, upload);
	expect_problem(send_piece(&person, upload, offset, file.at + offset, 100), 409, "conflict");
	raw_close(connection);
}
END_TEST

/* What is refused of an upload; %s is one of 1000 bytes, of which 100 have come. */
static const struct {
	const char *method, *type, *headers[3];
	long status;
} refusals[] = {
	{ "PATCH", OFFSETS, { "Upload-Offset: 100" }, 412 },
	{ "PATCH", OFFSETS, { "Tus-Resumable: 0.2.2", "Upload-Offset: 100" }, 412 },
	{ "PATCH", OFFSETS, { TUS }, 400 },
	{ "PATCH", OFFSETS, { TUS, "Upload-Offset: -1" }, 400 },
	{ "PATCH", OFFSETS, { TUS, "Upload-Offset: 1e2" }, 400 },
	{ "PATCH", OFFSETS, { TUS, "Upload-Offset: 99" }, 409 },
	{ "PATCH", OFFSETS, { TUS, "Upload-Offset: 101" }, 409 },
	{ "PATCH", OFFSETS, { TUS, "Upload-Offset: 999" }, 413 },
	{ "PATCH", OFFSETS, { TUS, "Upload-Offset: 18446744073709551615" }, 400 },
	{ "PATCH", "application/json", { TUS, "Upload-Offset: 100" }, 415 },
	{ "PATCH", "text/plain", { TUS, "Upload-Offset: 100" }, 415 },
	{ "PATCH", OFFSETS "x", { TUS, "Upload-Offset: 100" }, 415 },
	{ "PATCH", OFFSETS, { TUS, "Upload-Offset: 100", "Content-Encoding: gzip" }, 415 },
	{ "DELETE", "", { NULL }, 412 },
};

START_TEST(what_does_not_fit_an_upload_is_refused_and_changes_nothing)
{
	struct person person = a_volunteer();
	const char *upload = an_upload(&person, 1000), bytes[100] = "x";

	expect_status(send_piece(&person, upload, 0, bytes, 100), 204);
	struct call refused = { .method = refusals[_i].method, .path = upload, .as = &person };
	if (strcmp(refused.method, "PATCH") == 0) {
		refused.text = bytes;
		refused.text_len = 10;
		refused.type = refusals[_i].type;
	}
	memcpy(refused.headers, refusals[_i].headers, sizeof refusals[_i].headers);
	expect_status(call(&refused), refusals[_i].status);
	ck_assert_uint_eq(offset_of(&person, upload), 100);
}
END_TEST

START_TEST(an_upload_is_its_senders_alone)
{
	struct person person = a_volunteer(), other = a_volunteer(), nobody = { .cookie = "" };
	const char *upload = an_upload(&person, 1000), bytes[100] = "x";

	expect_status(get(&other, upload), 404);
	expect_status(send_piece(&other, upload, 0, bytes, 100), 404);
	expect_status(send_piece(&nobody, upload, 0, bytes, 100), 401);
	expect_status(begin_upload(&nobody, 1000, NULL), 401);
	expect_status(contribute_upload(&other, upload), 404);
	ck_assert_uint_eq(offset_of(&person, upload), 0);
	expect_status(call(&(struct call){
					  .method = "DELETE", .path = upload, .as = &person, .headers = { TUS } }),
	              204);
	expect_status(get(&person, upload), 404);
	ck_assert_ptr_null(ask_db("SELECT id FROM upload WHERE id = '%s'", id_of(upload)));
}
END_TEST

START_TEST(a_large_body_that_is_refused_gets_its_answer_in_the_middle)
{
	struct person person = a_volunteer();
	size_t len = 8 << 20;
	char *bytes = keep(calloc(1, len));
	int connection = raw_open();
	const char *head =
		say("PATCH %s/%s HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\n" TUS
	        "\r\nUpload-Offset: 0\r\nContent-Type: " OFFSETS "\r\nContent-Length: %zu\r\n\r\n",
	        UPLOADS, "018f0000-0000-7000-8000-000000000000", raw_host(), person.cookie, len);

	ck_assert(raw_write(connection, head, strlen(head)));
	raw_write(connection, bytes, 1 << 20);
	struct raw_answer answer = raw_read(connection, 3000);
	ck_assert_int_eq(answer.status, 404);
	ck_assert_ptr_nonnull(strcasestr(answer.text, "\r\nTus-Resumable: 1.0.0\r\n"));
	ck_assert_ptr_nonnull(strstr(answer.text, "/problems/not-found"));
	ck_assert(answer.closed);
	raw_close(connection);
}
END_TEST

START_TEST(sizes_and_numbers_of_uploads_are_bounded)
{
	struct person person = a_volunteer();

	expect_status(begin_upload(&person, 4ull << 30, NULL), 413);
	expect_status(begin_upload(&person, 0, NULL), 422);
	/* image/jpeg */
	expect_status(begin_upload(&person, 200u << 20, "Upload-Metadata: filetype aW1hZ2UvanBlZw=="),
	              413);
	expect_status(begin_upload(&person, 10, "Upload-Defer-Length: 1"), 400);
	ck_assert_int_eq(
		count_db("SELECT count(*) FROM upload WHERE volunteer_id = '%s'", volunteer_id(&person)),
		0);
	for (int i = 0; i < 4; i++)
		an_upload(&person, 10);
	expect_problem(begin_upload(&person, 10, NULL), 429, "too-many");
	/* A body longer than any upload or form is refused before it is read. */
	ck_assert_int_eq(raw_ask(say("POST /api/v1/items HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\n"
	                             "Content-Type: multipart/form-data; boundary=b\r\n"
	                             "Content-Length: 4294967296\r\n\r\n",
	                             raw_host(), person.cookie))
	                     .status,
	                 413);
	const char *head = say("PATCH %s/x HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\n" TUS
	                       "\r\nUpload-Offset: 0\r\nContent-Type: " OFFSETS
	                       "\r\nContent-Length: 4294967296\r\n\r\n",
	                       UPLOADS, raw_host(), person.cookie);
	ck_assert_int_eq(raw_ask(head).status, 413);
	expect_status(call(&(struct call){ .method = "PATCH",
	                                   .path = UPLOADS "/x",
	                                   .as = &person,
	                                   .text = "abc",
	                                   .type = OFFSETS,
	                                   .chunked = true }),
	              400);
}
END_TEST

START_TEST(the_server_says_what_of_tus_it_speaks)
{
	struct answer options = call(&(struct call){ .method = "OPTIONS", .path = UPLOADS });

	expect_status(options, 204);
	ck_assert_str_eq(header_of(options, "Tus-Version"), "1.0.0");
	ck_assert_ptr_nonnull(strstr(header_of(options, "Tus-Extension"), "creation"));
	ck_assert_int_eq(atoll(header_of(options, "Tus-Max-Size")), 512 << 20);
}
END_TEST

/* Begins to send an upload from its beginning, as a body of `len` bytes that does not come. */
static int begin_sending(struct person *as, const char *upload, size_t len)
{
	int connection = raw_open();
	const char *head =
		say("PATCH %s HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\n" TUS
	        "\r\nUpload-Offset: 0\r\nContent-Type: " OFFSETS "\r\nContent-Length: %zu\r\n\r\n",
	        upload, raw_host(), as->cookie, len);

	ck_assert(raw_write(connection, head, strlen(head)));
	return connection;
}

/* From the first byte, and after a body's beginning that came fast: what came of it stays. */
START_TEST(an_upload_at_one_byte_a_second_is_ended)
{
	struct person person = a_volunteer();
	const char *fast = an_upload(&person, 1000000), *slow = an_upload(&person, 1000);
	char *bytes = keep(calloc(1, 200000));
	int first = begin_sending(&person, fast, 1000000), second = begin_sending(&person, slow, 1000);
	double began = now_s();

	ck_assert(raw_write(first, bytes, 200000));
	bool both = true;
	while (now_s() - began < 40 && both) {
		wait_ms(1000);
		bool one = raw_write(first, "x", 1), other = raw_write(second, "x", 1);
		both = one || other;
	}
	ck_assert_double_ge(now_s() - began, 15);
	ck_assert_double_lt(now_s() - began, 40);
	ck_assert_uint_eq(offset_of(&person, fast), 3 * 65536);
	ck_assert_uint_eq(offset_of(&person, slow), 0);
	raw_close(first);
	raw_close(second);
}
END_TEST

#define NETWORK_BODIES 32

START_TEST(no_network_keeps_all_others_from_sending)
{
	struct person person = a_volunteer();
	const char *upload = an_upload(&person, 1000);
	int connections[NETWORK_BODIES];

	for (int i = 0; i < NETWORK_BODIES; i++)
		connections[i] = begin_sending(&person, upload, 1000);
	wait_ms(300);
	struct answer busy = send_piece(&person, upload, 0, "x", 1);
	expect_status(busy, 503);
	ck_assert_ptr_nonnull(header_of(busy, "Retry-After"));
	for (int i = 0; i < NETWORK_BODIES; i++)
		raw_close(connections[i]);
	wait_ms(500);
	expect_status(send_piece(&person, upload, 0, "x", 1), 204);
}
END_TEST

/* ---------------------------------------------------------------- forms */

static struct answer send_form(struct person *as, const char *type, const char *text, size_t len)
{
	return call(&(struct call){ .method = "POST",
	                            .path = "/api/v1/items",
	                            .as = as,
	                            .text = text,
	                            .text_len = len,
	                            .type = type });
}

static struct bytes a_form(struct bytes file, const char *name)
{
	json_t *declaration = a_declaration();
	char *metadata = keep(json_dumps(declaration, 0));
	char *head = say("--b\r\nContent-Disposition: form-data; name=\"metadata\"\r\n\r\n%s\r\n"
	                 "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"%s\"\r\n"
	                 "Content-Type: image/gif\r\n\r\n",
	                 metadata, name);
	size_t len = strlen(head);
	struct bytes form = { keep(malloc(len + file.len + 16)), len + file.len + 9 };

	json_decref(declaration);
	memcpy(form.at, head, len);
	memcpy(form.at + len, file.at, file.len);
	memcpy(form.at + len + file.len, "\r\n--b--\r\n", 10);
	return form;
}

/* Names of files are passed over, whatever they hold; so is the declared type. */
static const char *const names[] = { "a.png",
	                                 "a.exe",
	                                 "../../etc/passwd",
	                                 "\xe2\x80\xae"
	                                 "gnp.exe",
	                                 "a\\r\\nX: y",
	                                 "a%0D%0AContent-Disposition: form-data; name=%22metadata%22",
	                                 "a\nContent-Disposition: form-data; name=\"metadata\"",
	                                 "a\rb",
	                                 "a\xff\xfe",
	                                 "\xe2\x81\xa6\xe2\x80\xaegnp.\xe2\x81\xa9",
	                                 "" };

START_TEST(a_form_with_a_file_is_taken_whatever_its_name)
{
	struct person person = a_volunteer();
	struct bytes form = a_form(a_picture(), names[_i]);
	struct answer sent = send_form(&person, "multipart/form-data; boundary=b", form.at, form.len);

	expect_status(sent, 202);
	ck_assert_str_eq(outcome_of(text_at(sent.body, "id")), "quarantined");
	ck_assert_int_eq(
		count_db("SELECT count(*) FROM item WHERE id = '%s'", text_at(sent.body, "id")), 0);
}
END_TEST

static const struct {
	const char *type, *text;
	long status;
} forms[] = {
	{ "multipart/form-data", "--b--\r\n", 400 },
	{ "multipart/form-data; boundary=b", "", 400 },
	{ "multipart/form-data; boundary=b", "--c\r\n", 400 },
	{ "multipart/form-data; boundary=b", "--b", 400 },
	{ "multipart/form-data; boundary=b", "--b--", 422 },
	{ "multipart/form-data; boundary=b", "--b\r\n\r\nx\r\n--b--", 400 },
	{ "multipart/form-data; boundary=b",
	  "--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nx", 400 },
	{ "multipart/form-data; boundary=b",
	  "--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nx\r\n--b--", 422 },
	{ "multipart/form-data; boundary=b",
	  "--b\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\nx\r\n--b--", 422 },
	{ "multipart/form-data; boundary=b",
	  "--b\r\nContent-Disposition: form-data; name=\"metadata\"\r\n\r\n{}\r\n"
	  "--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n\r\n--b--",
	  422 },
	{ "multipart/form-data; boundary=b",
	  "--b\r\nContent-Disposition: form-data; name=\"metadata\"\r\n\r\n{\r\n"
	  "--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nx\r\n--b--",
	  400 },
	{ "multipart/form-data; boundary=b",
	  "--b\r\nContent-Disposition: form-data; name=\"metadata\"\r\n\r\n{}\r\n"
	  "--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nx\r\n--b--",
	  422 },
	{ "multipart/mixed; boundary=b", "--b--", 415 },
	{ "application/octet-stream", "x", 415 },
};

START_TEST(a_form_that_is_none_is_refused_and_stores_nothing)
{
	struct person person = a_volunteer();

	expect_status(send_form(&person, forms[_i].type, forms[_i].text, strlen(forms[_i].text)),
	              forms[_i].text[0] ? forms[_i].status : 400);
	ck_assert_int_eq(count_db("SELECT count(*) FROM contribution WHERE volunteer_id = '%s'",
	                          volunteer_id(&person)),
	                 0);
}
END_TEST

/* What is missing or wrong in a declaration: a field and its value (NULL: left out). */
static const struct {
	const char *field, *value, *pointer;
} declared[] = {
	{ "rights", NULL, "/rights" },
	{ "people", NULL, "/people" },
	{ "made_by", NULL, "/made_by" },
	{ "made_how", NULL, "/made_how" },
	{ "licence", NULL, "/licence" },
	{ "rights", "\"mine\"", "/rights" },
	{ "people", "\"yes\"", "/people" },
	{ "truth", "\"maybe\"", "/truth" },
	{ "technique", "\"magic\"", "/technique" },
	{ "title", "\"a\\u0007b\"", "/title" },
	{ "group", "\"a\\nb\"", "/group" },
	{ "made_by", "\"a\\u0000b\"", "/made_by" },
	{ "made_by", "\"a\\u001bb\"", "/made_by" },
	{ "made_how", "\"\"", "/made_how" },
	{ "gold", "true", "/gold" },
	{ "training", "true", "/training" },
	{ "campaign", "\"no-such-campaign\"", "/campaign" },
	{ "state", "\"approved\"", "/state" },
};

START_TEST(a_declaration_is_whole_and_by_the_rules_of_a_manifest)
{
	struct person person = a_volunteer();
	json_t *body = a_declaration();

	json_object_set_new(body, "url", json_string("https://example.org/a.jpg"));
	json_object_del(body, declared[_i].field);
	if (declared[_i].value)
		json_object_set_new(body, declared[_i].field,
		                    json_loads(declared[_i].value, JSON_DECODE_ANY, NULL));
	struct answer refused = post(&person, "/api/v1/items", body);
	expect_status(refused, 422);
	ck_assert_str_eq(text_at(refused.body, "errors/0/pointer"), declared[_i].pointer);
}
END_TEST

/* ---------------------------------------------------------------- addresses */

static const char *const addresses[] = {
	"http://127.0.0.1/a.jpg",      "http://127.1/a.jpg",
	"http://2130706433/a.jpg",     "http://0x7f.0.0.1/a.jpg",
	"http://0177.0.0.1/a.jpg",     "http://localhost/a.jpg",
	"http://10.0.0.1/a.jpg",       "http://192.168.1.1/a.jpg",
	"http://169.254.169.254/meta", "http://[::1]/a.jpg",
	"http://[::ffff:127.0.0.1]/a", "http://[64:ff9b::7f00:1]/a",
	"http://[fe80::1]/a",          "http://0/a",
	"file:///etc/passwd",          "gopher://127.0.0.1/",
	"ftp://example.org/a.jpg",     "http://user:pass@127.0.0.1/",
	"javascript:alert(1)",         "//127.0.0.1/a",
};

START_TEST(an_address_leads_nowhere_inside)
{
	struct person person = a_volunteer();
	json_t *body = a_declaration();

	json_object_set_new(body, _i % 2 ? "url" : "address", json_string(addresses[_i]));
	struct answer sent = post(&person, "/api/v1/items", body);
	expect_status(sent, 202);
	const char *id = text_at(sent.body, "id");
	ck_assert_str_eq(outcome_of(id), "failed");
	const char *why = text_at(get(&person, say("/api/v1/contributions/%s", id)).body, "detail");
	ck_assert_msg(strstr(why, "private network") || strstr(why, "can be fetched"), "%s", why);
}
END_TEST

/* ---------------------------------------------------------------- quarantine */

START_TEST(nothing_in_quarantine_is_an_item)
{
	struct person person = a_volunteer(), other = a_volunteer();
	const char *id = a_quarantined(&person);

	ck_assert_int_eq(count_db("SELECT count(*) FROM item WHERE id = '%s' OR sha256 ="
	                          " (SELECT sha256 FROM contribution WHERE id = '%s')",
	                          id, id),
	                 0);
	struct answer own = get(&person, say("/api/v1/contributions/%s", id));
	expect_status(own, 200);
	ck_assert_str_eq(text_at(own.body, "state"), "quarantined");
	expect_status(get(&other, say("/api/v1/contributions/%s", id)), 404);
	expect_status(get(&person, "/api/v1/contributions"), 401);
	struct person researcher = an_account("researcher");
	expect_status(get(&researcher, "/api/v1/contributions"), 403);
	expect_status(get(&researcher, say("/api/v1/contributions/%s", id)), 404);
	struct person moderator = an_account("moderator");
	struct answer seen = get(&moderator, say("/api/v1/contributions/%s", id));
	expect_status(seen, 200);
	expect_status(get(&moderator, text_at(seen.body, "media/url")), 200);
	expect_status(post(&researcher, say("/api/v1/items/%s/review", id),
	                   json_pack("{s:s}", "decision", "approve")),
	              403);
}
END_TEST

START_TEST(a_moderator_looks_and_approves)
{
	struct person person = a_volunteer(), moderator = an_account("moderator");
	const char *id = a_quarantined(&person);
	json_t *found = NULL;

	for (const char *next = ""; next && !found;) {
		struct answer page = get(
			&moderator, say("/api/v1/contributions?limit=100%s%s", *next ? "&cursor=" : "", next));
		json_t *item;
		size_t i;

		expect_status(page, 200);
		json_array_foreach (json_object_get(page.body, "items"), i, item)
			if (strcmp(text_at(item, "id"), id) == 0)
				found = item;
		next = json_string_value(json_object_get(page.body, "next"));
	}
	ck_assert_ptr_nonnull(found);
	expect_status(get(&moderator, text_at(found, "media/url")), 200);
	expect_status(get(&moderator, text_at(found, "original_url")), 200);
	expect_status(get(&person, text_at(found, "media/url")), 404);
	struct answer approved = post(&moderator, say("/api/v1/items/%s/review", id),
	                              json_pack("{s:s}", "decision", "approve"));
	expect_status(approved, 200);
	ck_assert_str_eq(text_at(approved.body, "item"), id);
	ck_assert_str_eq(
		ask_db("SELECT concat_ws(' ', state, rights, people, made_how, coalesce(made_by,"
	           " 'by a volunteer')) FROM item WHERE id = '%s'",
	           id),
		"in_service own_work nobody with a camera by a volunteer");
	expect_problem(post(&moderator, say("/api/v1/items/%s/review", id),
	                    json_pack("{s:s}", "decision", "approve")),
	               409, "conflict");
	ck_assert_str_eq(ask_db("SELECT string_agg(concat(before, '>', after), ' ' ORDER BY id) FROM"
	                        " contribution_change WHERE contribution_id = '%s'",
	                        id),
	                 ">processing processing>quarantined quarantined>approved");
	ck_assert_int_eq(
		count_db("SELECT count(*) FROM contribution_change WHERE contribution_id = '%s'"
	             " AND after = 'approved' AND who LIKE '%%@%%'",
	             id),
		1);
	struct answer own = get(&person, say("/api/v1/contributions/%s", id));
	ck_assert(json_is_null(json_object_get(own.body, "item")));
	tell_db("UPDATE item SET state = 'withdrawn' WHERE id = '%s'", id);
}
END_TEST

/* Its file was made when the campaign had no length yet. */
START_TEST(what_waited_while_a_campaign_opened_is_cut_as_the_others)
{
	struct person person = a_volunteer();
	const char *folder = a_folder(), *campaign = fresh_name();
	struct ran made = shell(folder, "ffmpeg -v error -f lavfi -i sine=f=613:d=0.8 a.wav &&"
	                                " ffmpeg -v error -f lavfi -i sine=f=617:d=1.2 b.wav");

	ck_assert_msg(made.code == 0, "%s", made.said);
	expect_code(0, "/", say("campaign add %s --length shortest", campaign));
	write_text(folder, "m.csv", "file\na.wav\n");
	expect_code(0, folder, say("import m.csv --campaign %s", campaign));
	const char *id = id_of(sent_whole(&person, contents_of(folder, "b.wav")));
	json_t *body = a_declaration();
	json_object_set_new(body, "upload", json_string(id));
	json_object_set_new(body, "campaign", json_string(campaign));
	expect_status(post(&person, "/api/v1/items", body), 202);
	ck_assert_str_eq(outcome_of(id), "quarantined");
	expect_code(0, "/", say("campaign open %s", campaign));
	expect_code(0, "/", say("review approve %s", id));
	tell_db("UPDATE job SET run_after = now() WHERE kind = 'cut' AND state = 'waiting'");
	await_db(30, say("SELECT duration_ms = 800 FROM item WHERE id = '%s'", id));
}
END_TEST

START_TEST(what_is_rejected_keeps_its_reason_and_loses_its_media)
{
	struct person person = a_volunteer(), moderator = an_account("moderator");
	const char *id = a_quarantined(&person), *path = say("/api/v1/items/%s/review", id);

	expect_status(post(&moderator, path, json_pack("{s:s}", "decision", "reject")), 422);
	expect_status(
		post(&moderator, path, json_pack("{s:s, s:s}", "decision", "reject", "reason", REASON)),
		200);
	struct answer own = get(&person, say("/api/v1/contributions/%s", id));
	ck_assert_str_eq(text_at(own.body, "decision/reason"), REASON);
	ck_assert(json_is_null(at(own.body, "decision/by")));
	ck_assert_int_eq(count_db("SELECT count(*) FROM media_intake m JOIN contribution c"
	                          " ON encode(c.rendition, 'hex') = ANY (m.digests) WHERE c.id = '%s'",
	                          id),
	                 1);
	const char *stored =
		ask_db("SELECT concat(left(d, 2), '/', substr(d, 3)) FROM (SELECT"
	           " encode(rendition, 'hex') AS d FROM contribution WHERE id = '%s') c",
	           id);
	const char *file = say("%s/media/%s", getenv("TOUCHSTONE_DATA"), stored);
	ck_assert_int_eq(access(file, F_OK), 0);
	tell_db("UPDATE media_intake SET noted_at = now() - interval '1 hour'");
	tell_db("UPDATE job SET run_after = now() WHERE kind = 'intake_sweep'");
	await_db(30,
	         "SELECT count(*) = 0 FROM media_intake WHERE noted_at < now() - interval '30 min'");
	ck_assert_int_ne(access(file, F_OK), 0);
}
END_TEST

/* ---------------------------------------------------------------- what is known of what waits */

#define TUNE "aevalsrc=exprs='0.3*sin(2*PI*t*(220+40*floor(mod(t*t*%u+t*7\\,23))))':s=44100:d=6"
#define MADE "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"

/* a.png, patches of chance that no other test has; sent.jpg, darker and mirrored, which says that
 * it was generated; tune.wav, and tune.mp3, which is louder. */
static const char *a_folder_of_originals(void)
{
	const char *folder = a_folder();
	unsigned seed = (unsigned)strtoul(fresh_name() + 10, NULL, 16);
	struct ran made = shell(
		folder,
		say("head -c 108 /dev/urandom | ffmpeg -v error -f rawvideo -pix_fmt gray -s 12x9 -i -"
	        " -vf scale=640:480 -frames:v 1 a.png &&"
	        " vips linear a.png dark.png 0.9 4 && vips flip dark.png sent.jpg[Q=60] horizontal &&"
	        " exiftool -q -overwrite_original -XMP-iptcExt:DigitalSourceType=" MADE " sent.jpg &&"
	        " ffmpeg -v error -f lavfi -i \"" TUNE "\" tune.wav &&"
	        " ffmpeg -v error -i tune.wav -af volume=6dB -b:a 48k tune.mp3",
	        2003 + seed % 1000));

	ck_assert_msg(made.code == 0, "%s", made.said);
	return folder;
}

/* Imports a file of a folder; its item, whose looks are known. */
static const char *imported(const char *folder, const char *name)
{
	const char *campaign = a_campaign();

	write_text(folder, "m.csv", say("file,source,licence\n%s,test,CC0-1.0\n", name));
	expect_code(0, folder, say("import m.csv --campaign %s", campaign));
	const char *item = ask_db("SELECT i.id FROM item i JOIN campaign c ON c.id = i.campaign_id"
	                          " WHERE c.name = '%s'",
	                          campaign);
	await_db(60, say("SELECT recipe > 0 FROM fingerprint WHERE item_id = '%s'", item));
	return item;
}

/* Waits until the jobs have looked at it: for as long as their claims stay where a server ended in
 * the middle of them. */
static void await_look(const char *id)
{
	await_db(60, say("SELECT EXISTS (SELECT FROM contribution_provenance WHERE contribution_id ="
	                 " '%s') AND EXISTS (SELECT FROM contribution_fingerprint WHERE"
	                 " contribution_id = '%s' AND recipe > 0)",
	                 id, id));
}

static const char *quarantined_file(struct person *as, const char *folder, const char *name)
{
	const char *id = id_of(sent_whole(as, contents_of(folder, name)));

	expect_status(contribute_upload(as, say("/%s", id)), 202);
	ck_assert_str_eq(outcome_of(id), "quarantined");
	await_look(id);
	return id;
}

/* What came in at the same time is compared a moment later. */
static void await_near(const char *id, const char *item)
{
	await_db(40, say("SELECT EXISTS (SELECT FROM contribution_near WHERE contribution_id = '%s'"
	                 " AND item_id = '%s')",
	                 id, item));
}

/* How many rows the jobs have of it. */
static long long known_of(const char *id)
{
	return count_db("SELECT sum(n) FROM (SELECT count(*) AS n FROM contribution_provenance"
	                " WHERE contribution_id = '%s' UNION ALL SELECT count(*) FROM"
	                " contribution_provenance_due WHERE contribution_id = '%s' UNION ALL"
	                " SELECT count(*) FROM contribution_fingerprint WHERE contribution_id = '%s'"
	                " UNION ALL SELECT count(*) FROM contribution_near WHERE contribution_id ="
	                " '%s') t",
	                id, id, id, id);
}

START_TEST(what_waits_is_looked_at_for_moderators_alone_and_forgotten_with_the_decision)
{
	struct person person = a_volunteer(), moderator = an_account("moderator");
	const char *folder = a_folder_of_originals(), *item = imported(folder, "a.png");
	const char *id = quarantined_file(&person, folder, "sent.jpg");
	const char *path = say("/api/v1/contributions/%s", id);

	await_near(id, item);
	struct answer seen = get(&moderator, path);
	expect_status(seen, 200);
	ck_assert_str_eq(text_at(seen.body, "provenance/digital_source_type"),
	                 "trainedAlgorithmicMedia");
	ck_assert_str_eq(text_at(seen.body, "provenance/c2pa/state"), "none");
	ck_assert_uint_gt(json_array_size(at(seen.body, "provenance/metadata")), 3);
	ck_assert_uint_eq(json_array_size(at(seen.body, "near")), 1);
	ck_assert_str_eq(text_at(seen.body, "near/0/item"), item);
	ck_assert_str_eq(text_at(seen.body, "near/0/state"), "in_service");
	ck_assert_int_le(number_at(seen.body, "near/0/distance"), 31);
	ck_assert(!true_at(seen.body, "near/0/same_bytes"));
	ck_assert(json_is_string(at(seen.body, "near_at")));
	expect_status(get(&moderator, text_at(seen.body, "near/0/media/url")), 200);
	expect_status(get(&moderator, text_at(seen.body, "near/0/thumbnail_url")), 200);

	struct answer own = get(&person, path);
	expect_status(own, 200);
	ck_assert_ptr_null(json_object_get(own.body, "provenance"));
	ck_assert_ptr_null(json_object_get(own.body, "near"));
	ck_assert_ptr_null(json_object_get(own.body, "near_at"));
	const char *listed = expect_code(0, "/", "review list");
	ck_assert_ptr_nonnull(strstr(listed, "digital source type trainedAlgorithmicMedia"));
	ck_assert_msg(strstr(listed, say("item %s, in_service, ", item)), "%s", listed);
	ck_assert_ptr_nonnull(strstr(listed, "tells no fake"));

	/* It is no item, and ties nothing. */
	ck_assert_int_eq(count_db("SELECT count(*) FROM item_fingerprint WHERE item_id = '%s'", id), 0);
	ck_assert_ptr_null(ask_db("SELECT near_group FROM item WHERE id = '%s'", item));
	ck_assert_int_ge(known_of(id), 3);
	expect_status(post(&moderator, say("/api/v1/items/%s/review", id),
	                   json_pack("{s:s, s:s}", "decision", "reject", "reason", REASON)),
	              200);
	ck_assert_int_eq(known_of(id), 0);
	ck_assert(json_is_null(at(get(&moderator, path).body, "provenance")));
}
END_TEST

START_TEST(a_sound_that_waits_is_found_and_what_is_approved_is_an_item_like_any)
{
	struct person person = a_volunteer(), moderator = an_account("moderator");
	const char *folder = a_folder_of_originals(), *item = imported(folder, "tune.wav");
	const char *id = quarantined_file(&person, folder, "tune.mp3");

	await_near(id, item);
	struct answer seen = get(&moderator, say("/api/v1/contributions/%s", id));

	ck_assert_str_eq(text_at(seen.body, "near/0/item"), item);
	ck_assert_int_le(number_at(seen.body, "near/0/distance"), 40);
	ck_assert_str_eq(text_at(seen.body, "provenance/c2pa/state"), "not_covered");
	expect_status(post(&moderator, say("/api/v1/items/%s/review", id),
	                   json_pack("{s:s}", "decision", "approve")),
	              200);
	ck_assert_int_eq(known_of(id), 0);
	await_db(40, say("SELECT EXISTS (SELECT FROM provenance WHERE item_id = '%s') AND"
	                 " EXISTS (SELECT FROM near_duplicate WHERE '%s' IN (item_a, item_b) AND '%s'"
	                 " IN (item_a, item_b))",
	                 id, id, item));
	tell_db("UPDATE item SET state = 'withdrawn' WHERE id IN ('%s', '%s')", id, item);
}
END_TEST

static bool gives_blind_verdict(struct person *as, const char *dispute)
{
	const char *path = say("/api/v1/disputes/%s", dispute);

	expect_status(post(as, say("%s/claim", path), json_object()), 200);
	struct answer given = post(as, say("%s/verdict", path),
	                           json_pack("{s:s, s:i}", "verdict", "real", "confidence", 75));
	expect_status(given, 201);
	expect_status(delete_at(as, say("%s/claim", path)), 204);
	return true_at(given.body, "verdict/blind");
}

START_TEST(who_approved_what_was_sent_judges_it_blind_no_more)
{
	struct person person = a_volunteer(), moderator = an_account("moderator");
	struct person colleague = an_account("moderator");
	const char *id = a_quarantined(&person);

	expect_status(post(&moderator, say("/api/v1/items/%s/review", id),
	                   json_pack("{s:s}", "decision", "approve")),
	              200);
	tell_db("UPDATE item SET state = 'disputed' WHERE id = '%s'", id);
	const char *dispute = ask_db("INSERT INTO dispute (item_id, reason, judgments)"
	                             " VALUES ('%s', 'max_judgments', 25) RETURNING id",
	                             id);
	ck_assert(!gives_blind_verdict(&moderator, dispute));
	ck_assert(gives_blind_verdict(&colleague, dispute));
	expect_code(0, "/", say("item withdraw %s --reason 'a test'", id));
}
END_TEST

START_TEST(the_same_bytes_are_told_apart_of_withdrawn_items_and_of_what_waits)
{
	struct person person = a_volunteer(), other = a_volunteer(),
				  moderator = an_account("moderator");
	const char *folder = a_folder_of_originals(), *item = imported(folder, "a.png");

	tell_db("UPDATE item SET state = 'withdrawn' WHERE id = '%s'", item);
	const char *one = quarantined_file(&person, folder, "a.png");
	const char *two = quarantined_file(&other, folder, "a.png");
	struct answer seen = get(&moderator, say("/api/v1/contributions/%s", two));
	expect_status(seen, 200);
	ck_assert_uint_eq(json_array_size(at(seen.body, "near")), 2);
	ck_assert_str_eq(text_at(seen.body, "near/0/item"), item);
	ck_assert_str_eq(text_at(seen.body, "near/0/state"), "withdrawn");
	ck_assert_int_eq(number_at(seen.body, "near/0/distance"), 0);
	ck_assert(true_at(seen.body, "near/0/same_bytes"));
	ck_assert(json_is_null(at(seen.body, "near/0/media")));
	ck_assert_str_eq(text_at(seen.body, "near/1/contribution"), one);
	ck_assert(json_is_null(at(seen.body, "near/1/item")));
	ck_assert(true_at(seen.body, "near/1/same_bytes"));
	ck_assert_ptr_nonnull(strstr(expect_code(0, "/", "review list"),
	                             say("item %s, withdrawn, the same bytes; contribution", item)));
	tell_db("UPDATE contribution SET state = 'failed' WHERE id IN ('%s', '%s')", one, two);
}
END_TEST

START_TEST(what_waits_for_long_is_held_against_the_items_that_came_since)
{
	struct person person = a_volunteer(), moderator = an_account("moderator");
	const char *folder = a_folder_of_originals();
	const char *id = quarantined_file(&person, folder, "sent.jpg"), *item;
	const char *path = say("/api/v1/contributions/%s", id);

	ck_assert_uint_eq(json_array_size(at(get(&moderator, path).body, "near")), 0);
	item = imported(folder, "a.png");
	wait_ms(6000); /* the job has been there again */
	ck_assert_uint_eq(json_array_size(at(get(&moderator, path).body, "near")), 0);
	tell_db("UPDATE contribution_fingerprint SET taken_at = now() - interval '7 hours' WHERE"
	        " contribution_id = '%s'",
	        id);
	await_db(30,
	         say("SELECT EXISTS (SELECT FROM contribution_near WHERE contribution_id = '%s')", id));
	ck_assert_str_eq(text_at(get(&moderator, path).body, "near/0/item"), item);
	tell_db("UPDATE contribution SET state = 'failed' WHERE id = '%s'", id);
}
END_TEST

START_TEST(the_command_line_lists_and_decides)
{
	struct person person = a_volunteer();
	const char *one = a_quarantined(&person), *other = a_quarantined(&person);

	expect_status(get(&person, say("/api/v1/contributions/%s", one)), 200);
	ck_assert_ptr_nonnull(strstr(expect_code(0, "/", "review list"), one));
	expect_code(2, "/", say("review reject %s", one));
	expect_code(0, "/", say("review reject %s --reason 'no good'", one));
	ck_assert_ptr_nonnull(
		strstr(expect_code(1, "/", say("review approve %s", one)), "it is rejected"));
	expect_code(0, "/", say("review approve %s --reason 'looks well'", other));
	ck_assert_ptr_nonnull(strstr(expect_code(0, "/", "review list --state rejected"), "no good"));
	ck_assert_int_eq(
		count_db("SELECT count(*) FROM contribution_change WHERE contribution_id = '%s'"
	             " AND reason = 'looks well'",
	             other),
		1);
	expect_code(1, "/", "review approve 018f0000-0000-7000-8000-000000000000");
	expect_code(1, "/", "review approve nonsense");
	expect_code(2, "/", "review list --state lost");
	tell_db("UPDATE item SET state = 'withdrawn' WHERE id = '%s'", other);
}
END_TEST

START_TEST(a_file_that_is_no_medium_fails_and_says_why)
{
	struct person person = an_account("researcher");
	size_t len = 300000;
	struct bytes zeros = { keep(calloc(1, len)), len };
	const char *upload = sent_whole(&person, zeros);

	expect_status(contribute_upload(&person, upload), 202);
	ck_assert_str_eq(outcome_of(id_of(upload)), "failed");
	const char *why =
		text_at(get(&person, say("/api/v1/contributions/%s", id_of(upload))).body, "detail");
	ck_assert_uint_gt(strlen(why), 10);
	ck_assert_int_eq(count_db("SELECT count(*) FROM item WHERE id = '%s'", id_of(upload)), 0);
}
END_TEST

START_TEST(whoever_is_erased_takes_back_what_nobody_decided)
{
	struct person person = a_volunteer();
	const char *id = a_quarantined(&person);

	ck_assert_int_gt(known_of(id), 0);
	expect_status(delete_at(&person, "/api/v1/me"), 204);
	ck_assert_str_eq(ask_db("SELECT concat(state, ' ', made_by, ' ', network, ' ', facts) FROM"
	                        " contribution WHERE id = '%s'",
	                        id),
	                 "failed   {}");
	ck_assert_int_eq(known_of(id), 0);
}
END_TEST

START_TEST(no_volunteer_fills_the_moderators_queue)
{
	struct person person = a_volunteer();
	const char *id = volunteer_id(&person);
	json_t *body = a_declaration();

	tell_db(
		"INSERT INTO contribution (direct, volunteer_id, campaign_id, url, facts, rights, people)"
		" SELECT false, '%s', (SELECT id FROM campaign WHERE name = 'default'), 'x', '{}',"
		" 'own_work', 'nobody' FROM generate_series(1, 20)",
		id);
	json_object_set_new(body, "url", json_string("https://example.org/a.jpg"));
	expect_problem(post(&person, "/api/v1/items", body), 429, "too-many");
	tell_db("UPDATE contribution SET state = 'failed' WHERE volunteer_id = '%s'", id);
}
END_TEST

START_TEST(no_volunteer_fills_the_queue_of_addresses)
{
	struct person person = a_volunteer();
	const char *id = volunteer_id(&person), *upload = sent_whole(&person, a_picture());
	json_t *body = a_declaration();

	tell_db(
		"INSERT INTO contribution (direct, volunteer_id, campaign_id, url, facts, rights, people)"
		" SELECT false, '%s', (SELECT id FROM campaign WHERE name = 'default'), 'x', '{}',"
		" 'own_work', 'nobody' FROM generate_series(1, 4)",
		id);
	json_object_set_new(body, "url", json_string("https://example.org/a.jpg"));
	expect_problem(post(&person, "/api/v1/items", body), 429, "too-many");
	expect_status(contribute_upload(&person, upload), 202); /* files do not wait for addresses */
	tell_db("UPDATE contribution SET state = 'failed' WHERE volunteer_id = '%s' AND url = 'x'", id);
	ck_assert_str_eq(outcome_of(id_of(upload)), "quarantined");
	ck_assert_int_eq(
		count_db("SELECT count(*) FROM job_kind WHERE priority <= (SELECT priority FROM"
	             " job_kind WHERE name = 'intake_sweep') AND name IN ('fetch')"),
		0);
}
END_TEST

static const char *stored_at(const char *digest)
{
	return say("%s/media/%.2s/%s", getenv("TOUCHSTONE_DATA"), digest, digest + 2);
}

START_TEST(what_a_crash_left_is_swept_and_nothing_else)
{
	struct person person = a_volunteer();
	const char *kept = an_upload(&person, 10), *expired = an_upload(&person, 10);
	const char *work = say("%s/media/tmp", getenv("TOUCHSTONE_DATA"));
	const char *folder = ask_db("SELECT folder FROM upload WHERE id = '%s'", id_of(kept));
	const char *gone = ask_db("SELECT folder FROM upload WHERE id = '%s'", id_of(expired));

	shell(
		"/",
		say("cd %s && mkdir brief-lost0 brief-new00 work-other0 && touch brief-lost0/bytes"
	        " brief-new00/bytes work-other0/table.csv put-lost00 put-new000 ready-lost0 &&"
	        " touch -d '40 min ago' brief-lost0/* brief-lost0 brief-new00 work-other0/* work-other0"
	        " put-lost00 ready-lost0 %s/* %s",
	        work, folder, folder));
	const char *noted = a_file(kept, strlen(kept)), *unknown = a_file(gone, strlen(gone));
	const char *named = a_file(work, strlen(work));
	make_items(&(struct items){ .campaign = a_campaign(), .count = 1, .file = named });
	tell_db("INSERT INTO media_intake (digests, noted_at)"
	        " VALUES ('{%s,%s}', now() - interval '31 min'), ('{%s}', now() - interval '29 min')",
	        noted, named, unknown);
	tell_db("UPDATE upload SET expires_at = now() WHERE id = '%s'", id_of(expired));
	tell_db("UPDATE job SET run_after = now() WHERE kind = 'intake_sweep'");
	await_db(30, say("SELECT NOT EXISTS (SELECT FROM upload WHERE id = '%s')", id_of(expired)));
	await_db(30,
	         "SELECT state = 'waiting' AND run_after > now() FROM job WHERE kind = 'intake_sweep'");
	ck_assert_int_ne(access(say("%s/brief-lost0", work), F_OK), 0);
	ck_assert_int_ne(access(gone, F_OK), 0);
	ck_assert_int_ne(access(stored_at(noted), F_OK), 0);
	ck_assert_int_eq(access(stored_at(named), F_OK), 0);
	ck_assert_int_eq(access(stored_at(unknown), F_OK), 0);
	ck_assert_int_eq(
		count_db("SELECT count(*) FROM media_intake WHERE '%s' = ANY (digests)", noted), 0);
	ck_assert_int_eq(access(say("%s/brief-new00", work), F_OK), 0);
	ck_assert_int_eq(access(say("%s/work-other0", work), F_OK), 0);
	ck_assert_int_eq(access(folder, F_OK), 0);
	ck_assert_int_ne(access(say("%s/put-lost00", work), F_OK), 0);
	ck_assert_int_ne(access(say("%s/ready-lost0", work), F_OK), 0);
	ck_assert_int_eq(access(say("%s/put-new000", work), F_OK), 0);
	shell("/", say("cd %s && rm -rf brief-new00 work-other0 put-new000", work));
}
END_TEST

#define COUNT(list) ((int)(sizeof(list) / sizeof(list)[0]))

Suite *http_ways_in_suite(void)
{
	Suite *suite = suite_create("http/ways_in");
	TCase *tc = tcase_create("ways_in");

	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, an_upload_in_pieces_becomes_an_item_of_a_researcher);
	tcase_add_test(tc, what_came_before_a_connection_broke_is_kept);
	tcase_add_test(tc, one_connection_at_a_time_sends_an_upload);
	tcase_add_loop_test(tc, what_does_not_fit_an_upload_is_refused_and_changes_nothing, 0,
	                    COUNT(refusals));
	tcase_add_test(tc, an_upload_is_its_senders_alone);
	tcase_add_test(tc, a_large_body_that_is_refused_gets_its_answer_in_the_middle);
	tcase_add_test(tc, sizes_and_numbers_of_uploads_are_bounded);
	tcase_add_test(tc, the_server_says_what_of_tus_it_speaks);
	tcase_add_test(tc, an_upload_at_one_byte_a_second_is_ended);
	tcase_add_test(tc, no_network_keeps_all_others_from_sending);
	tcase_add_loop_test(tc, a_form_with_a_file_is_taken_whatever_its_name, 0, COUNT(names));
	tcase_add_loop_test(tc, a_form_that_is_none_is_refused_and_stores_nothing, 0, COUNT(forms));
	tcase_add_loop_test(tc, a_declaration_is_whole_and_by_the_rules_of_a_manifest, 0,
	                    COUNT(declared));
	tcase_add_loop_test(tc, an_address_leads_nowhere_inside, 0, COUNT(addresses));
	tcase_add_test(tc, nothing_in_quarantine_is_an_item);
	tcase_add_test(tc, a_moderator_looks_and_approves);
	tcase_add_test(tc, what_waited_while_a_campaign_opened_is_cut_as_the_others);
	tcase_add_test(tc, what_is_rejected_keeps_its_reason_and_loses_its_media);
	tcase_add_test(tc, the_command_line_lists_and_decides);
	tcase_add_test(tc, a_file_that_is_no_medium_fails_and_says_why);
	tcase_add_test(tc, whoever_is_erased_takes_back_what_nobody_decided);
	tcase_add_test(tc, no_volunteer_fills_the_moderators_queue);
	tcase_add_test(tc, no_volunteer_fills_the_queue_of_addresses);
	tcase_add_test(tc, what_a_crash_left_is_swept_and_nothing_else);
	suite_add_tcase(suite, tc);
	tc = tcase_create("waiting");
	tcase_set_timeout(tc, 500);
	tcase_add_test(tc,
	               what_waits_is_looked_at_for_moderators_alone_and_forgotten_with_the_decision);
	tcase_add_test(tc, a_sound_that_waits_is_found_and_what_is_approved_is_an_item_like_any);
	tcase_add_test(tc, who_approved_what_was_sent_judges_it_blind_no_more);
	tcase_add_test(tc, the_same_bytes_are_told_apart_of_withdrawn_items_and_of_what_waits);
	tcase_add_test(tc, what_waits_for_long_is_held_against_the_items_that_came_since);
	suite_add_tcase(suite, tc);
	return suite;
}
