/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "core/hex.h"
#include "core/uuid.h"
#include "crypto/secret.h"
#include "crypto/sha256.h"
#include "crypto/token.h"
#include "database.h"
#include "people/volunteer.h"

static const char *common;

const char *fresh_name(void)
{
	unsigned char uuid[UUID_BYTES];
	char text[17];

	uuid_random(uuid);
	hex_encode(text, uuid, 8);
	return say("x%s", text);
}

void wait_ms(long ms)
{
	nanosleep(&(struct timespec){ .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 }, NULL);
}

double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

struct person a_volunteer(void)
{
	struct person person = { 0 };

	expect_status(post(&person, "/api/v1/volunteers", json_pack("{s:b}", "consent", 1)), 201);
	return person;
}

static const char *hash_of(const char *text)
{
	unsigned char digest[SHA256_BYTES];
	char hex[SHA256_TEXT];

	sha256_bytes(digest, text, strlen(text));
	hex_encode(hex, digest, sizeof digest);
	return say("%s", hex);
}

struct person an_account(const char *role)
{
	struct person person = { 0 };
	char secret[SECRET_TEXT];

	secret_make(secret);
	tell_db("WITH a AS (INSERT INTO account (email, role, password_hash, one_time)"
	        " VALUES ('%s@example.org', '%s', 'none', false) RETURNING id)"
	        " INSERT INTO session SELECT '\\x%s', id, now() + interval '1 hour' FROM a",
	        fresh_name(), role, hash_of(secret));
	snprintf(person.cookie, sizeof person.cookie, "touchstone_session=%s", secret);
	return person;
}

const char *a_campaign(void)
{
	const char *name = fresh_name();

	tell_db("INSERT INTO campaign (name, min_judgments, max_judgments)"
	        " VALUES ('%s', 1000, 10000)",
	        name);
	return name;
}

static const char *quoted(const char *text)
{
	return text ? say("'%s'", text) : "NULL";
}

/* How many bytes lie in the store; 10 where nothing does. */
static long size_of(const char *digest)
{
	struct stat info;
	const char *path = say("%s/media/%.2s/%s", getenv("TOUCHSTONE_DATA"), digest, digest + 2);

	return stat(path, &info) == 0 ? (long)info.st_size : 10;
}

static const char *sql_for(const struct items *items)
{
	const char *type = items->type ? items->type : "image";
	bool image = strcmp(type, "image") == 0, audio = strcmp(type, "audio") == 0;
	const char *digest = /* each its own: no pair is made of items that show the same */
		items->file ? say("'\\x%s'::bytea", items->file) : "sha256(uuid_send(gen_random_uuid()))";

	return say(
		"INSERT INTO item (campaign_id, state, media_type, sha256, bytes, format, rendition,"
		" rendition_bytes, rendition_type, poster, width, height, duration_ms, truth, basis, gold,"
		" training, sensitive, lineage, pair, title, explanation)"
		" SELECT c.id, '%s', '%s', sha256(uuid_send(gen_random_uuid())), 10, 'test', %s, %ld,"
		" '%s', %s, %s, %s, %s, %s, %s, %d::boolean, %d::boolean, %d::boolean,"
		" coalesce(%s, gen_random_uuid()::text), %s, %s, %s"
		" FROM campaign c, generate_series(1, %d) WHERE c.name = '%s' RETURNING id",
		items->state ? items->state : "in_service", type, digest,
		items->file ? size_of(items->file) : 10,
		image   ? "image/jpeg"
		: audio ? "audio/mp4"
				: "video/mp4",
		!image && !audio ? digest : "NULL", audio ? "NULL" : "640", audio ? "NULL" : "480",
		image ? "NULL" : "1500", quoted(items->truth), items->truth ? "'dataset_label'" : "NULL",
		items->gold, items->training, items->sensitive, quoted(items->lineage), quoted(items->pair),
		quoted(items->title), quoted(items->explanation), items->count ? items->count : 1,
		items->campaign);
}

void make_items(const struct items *items)
{
	tell_db("%s", sql_for(items));
}

const char *an_item(const struct items *items)
{
	return ask_db("%s", sql_for(items));
}

void make_world(void)
{
	common = a_campaign();
	make_items(&(struct items){ .campaign = common, .count = 40 });
}

const char *common_campaign(void)
{
	return common;
}

const char *a_file(const void *bytes, size_t len)
{
	unsigned char digest[SHA256_BYTES];
	char hex[SHA256_TEXT];
	const char *data = getenv("TOUCHSTONE_DATA");

	sha256_bytes(digest, bytes, len);
	hex_encode(hex, digest, sizeof digest);
	mkdir(say("%s/media/%.2s", data, hex), 0755);
	FILE *file = fopen(say("%s/media/%.2s/%s", data, hex, hex + 2), "wbe");
	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(bytes, 1, len, file), len);
	fclose(file);
	return say("%s", hex);
}

static long long refreshes(const char *server)
{
	struct answer answer = call(&(struct call){ .server = server, .path = "/metrics" });
	const char *line = strstr(answer.text, "\ntouchstone_desk_refreshes_total ");

	ck_assert_ptr_nonnull(line);
	return atoll(strchr(line, ' '));
}

/* One look may be on its way: the second one begins later than now. */
void await_desk(const char *server)
{
	long long until = refreshes(server) + 2;

	for (int try = 0; try < 400 && refreshes(server) < until; try++)
		wait_ms(25);
	ck_assert_int_ge(refreshes(server), until);
}

json_t *a_lease(struct person *as, const char *campaign)
{
	struct answer answer = { 0 };

	for (int try = 0; try < 50; try++) {
		answer = post(as, "/api/v1/assignments",
		              json_pack("{s:s}", "campaign", campaign ? campaign : common));
		if (answer.status != 204)
			break;
		wait_ms(100); /* the item cache is read about once a second */
	}
	expect_status(answer, 201);
	return answer.body;
}

const struct token_keys *server_seal(void)
{
	static struct token_keys *keys;
	struct error err;

	if (!keys) {
		err = token_keys_open(say("%s/secret", getenv("TOUCHSTONE_DATA")), &keys);
		ck_assert_int_eq(err.code, OK);
		keep(keys);
	}
	return keys;
}

const char *volunteer_id(struct person *as)
{
	struct volunteer_pass pass;
	const char *value = strchr(as->cookie, '=');

	ck_assert(value && (token_open(server_seal(), TOKEN_VOLUNTEER, value + 1, &pass, sizeof pass) ||
	                    token_open(server_seal(), TOKEN_VOLUNTEER, value + 1, &pass, PASS_PLAIN)));
	return uuid_text(pass.id);
}

struct lease lease_of(const char *token, struct person *as)
{
	unsigned char volunteer[UUID_BYTES];
	struct lease lease = { 0 };

	ck_assert(uuid_from_text(volunteer, volunteer_id(as)));
	struct error err = lease_reveal(server_seal(), token, volunteer, &lease);
	ck_assert_int_eq(err.code, OK);
	return lease;
}

const char *token_of(const struct lease *lease)
{
	char token[LEASE_TOKEN];

	lease_seal(server_seal(), lease, token);
	return say("%s", token);
}

const char *uuid_text(const unsigned char uuid[UUID_BYTES])
{
	char text[UUID_TEXT];

	uuid_to_text(text, uuid);
	return say("%s", text);
}

json_t *verdicts_on(const char *token, const char *left, const char *right)
{
	return json_pack("{s:s, s:[{s:s, s:s, s:i}, {s:s, s:s, s:i}]}", "assignment", token,
	                 "judgments", "position", "left", "verdict", left, "confidence", 75, "position",
	                 "right", "verdict", right, "confidence", 75);
}

const char *a_dispute(const char *reason, const struct items *item)
{
	struct items one = *item;

	one.state = "disputed";
	return ask_db("INSERT INTO dispute (item_id, reason, judgments) VALUES ('%s', '%s', 25)"
	              " RETURNING id",
	              an_item(&one), reason);
}

/* Other suites run beside this one, and scoring comes last: what comes in time on a quiet machine
 * may take this much longer. */
#define BUSY 3

void await_db(int seconds, const char *sql)
{
	for (int try = 0; try < seconds * 20 * BUSY; try++) {
		const char *value = ask_db("%s", sql);

		if (value && strcmp(value, "t") == 0)
			return;
		wait_ms(50);
	}
	const char *busy =
		ask_db("SELECT string_agg(concat_ws(' ', kind, state, 'claims', claims, 'failures',"
	           " failures, 'due in', run_after - now(), detail), '; ') FROM job WHERE"
	           " state = 'running' OR state = 'waiting' AND failures > 0");
	ck_abort_msg("waited %d s in vain for: %s; jobs: %s", seconds * BUSY, sql,
	             busy ? busy : "all rest");
}
