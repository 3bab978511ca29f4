/* SPDX-License-Identifier: Apache-2.0 */
/* The audit trail: who did what is noted with it, cannot be changed unseen, and is read by admins.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "core/vocabulary.h"
#include "database.h"
#include "db/statements.gen.h"
#include "program.h"
#include "suites.h"
#include "world.h"

static const char *first_line(const char *text)
{
	return say("%.*s", (int)strcspn(text, "\n"), text);
}

static const char *sql_on(const char *url, const char *statement)
{
	struct ran ran =
		shell("/", say("psql -XAtq -v ON_ERROR_STOP=1 '%s' -c \"%s\"", url, statement));

	ck_assert_msg(ran.code == 0, "%s: %s", statement, ran.said);
	return ran.said;
}

/* ------------------------------------------------------------------ the chain */

/* A database of the test's own with a chain of some entries, for its owner. */
static const char *url, *owner;

static const char *program_on(int code, const char *arguments)
{
	return expect_code(code, "/", say("%s --database-url '%s'", arguments, url));
}

static void a_chain(void)
{
	url = a_database();
	owner = for_owner(url);
	program_on(0, "account add first@example.org --role researcher");
	program_on(0, "account role first@example.org --role moderator");
	program_on(0, "campaign add chained");
	program_on(0, "campaign close chained");
	sql_on(url,
	       "SET touchstone.network = 'abc'; INSERT INTO act (kind, subject_kind, subject,"
	       " before, after, reason) VALUES ('ruling_made', 'dispute', 'x', '{}', '{}', 'why')");
}

/* As somebody does who owns the tables. */
#define LEAVE_TRIGGERS                                                          \
	"ALTER TABLE audit DISABLE TRIGGER USER; ALTER TABLE audit_detail DISABLE " \
	"TRIGGER USER; ALTER TABLE audit_head DISABLE TRIGGER USER;"                \
	" ALTER TABLE audit_detail DROP CONSTRAINT audit_detail_seq_fkey; "

/* One change of each column of each table, and of whole rows; and the entry that verify names. */
static const struct {
	const char *change;
	int broken;
} tamperings[] = {
	{ "UPDATE audit SET seq = 100 WHERE seq = 5", 100 },
	{ "UPDATE audit SET at = at + interval '1 microsecond' WHERE seq = 3", 3 },
	{ "UPDATE audit SET kind = 'signed_in' WHERE seq = 2", 2 },
	{ "UPDATE audit SET actor_kind = 'system' WHERE seq = 2", 2 },
	{ "UPDATE audit SET actor = 'nobody' WHERE seq = 4", 4 },
	{ "UPDATE audit SET subject_kind = 'item' WHERE seq = 1", 1 },
	{ "UPDATE audit SET subject = NULL WHERE seq = 5", 5 },
	{ "UPDATE audit SET before_digest = NULL WHERE seq = 2", 2 },
	{ "UPDATE audit SET after_digest = sha256('') WHERE seq = 2", 2 },
	{ "UPDATE audit SET reason_digest = sha256('') WHERE seq = 2", 2 },
	{ "UPDATE audit SET network_digest = NULL WHERE seq = 5", 5 },
	{ "UPDATE audit SET previous = sha256('') WHERE seq = 3", 3 },
	{ "UPDATE audit SET digest = sha256('') WHERE seq = 3", 3 },
	{ "UPDATE audit SET kind = 'signed_in' WHERE seq = 3; UPDATE audit a SET digest ="
	  " audit_digest(a) WHERE seq = 3",
	  4 },
	{ "DELETE FROM audit WHERE seq = 2", 3 },
	{ "DELETE FROM audit WHERE seq = 5", 5 },
	{ "DELETE FROM audit", 1 },
	{ "UPDATE audit_detail SET seq = 100 WHERE seq = 1; UPDATE audit_detail SET seq = 1 WHERE seq"
	  " = 2",
	  1 },
	{ "UPDATE audit_detail SET salt = sha256('') WHERE seq = 2", 2 },
	{ "UPDATE audit_detail SET before = NULL WHERE seq = 2", 2 },
	{ "UPDATE audit_detail SET after = '{}' WHERE seq = 1", 1 },
	{ "UPDATE audit_detail SET reason = 'because' WHERE seq = 5", 5 },
	{ "UPDATE audit_detail SET network = 'def' WHERE seq = 5", 5 },
	{ "UPDATE audit_head SET seq = 4", 6 },
	{ "UPDATE audit_head SET at = now()", 6 },
	{ "UPDATE audit_head SET digest = sha256('')", 6 },
	{ "UPDATE audit_head SET (seq, at, digest) = (SELECT seq, at, digest FROM audit WHERE seq = 4)",
	  6 },
};

#define TAMPERINGS (int)(sizeof tamperings / sizeof tamperings[0])

START_TEST(whatever_is_changed_is_found)
{
	a_chain();
	ck_assert_ptr_nonnull(strstr(program_on(0, "audit verify"), "OK: 5 entries, 0 "));
	sql_on(owner, say(LEAVE_TRIGGERS "%s", tamperings[_i].change));
	const char *said = program_on(1, "audit verify");
	ck_assert_msg(strstr(said, say("broken at entry %d:", tamperings[_i].broken)) != NULL, "%s: %s",
	              tamperings[_i].change, said);
}
END_TEST

/* No column of the three tables is forgotten above. */
START_TEST(every_column_is_tampered_with)
{
	const char *columns = ask_db(
		"SELECT string_agg(table_name || ' SET ' || column_name, ',') FROM"
		" information_schema.columns WHERE table_name IN ('audit', 'audit_detail', 'audit_head')"
		" AND column_name <> 'one'");
	char *rest = say("%s", columns);

	for (char *one; (one = strsep(&rest, ","));) {
		bool found = false;
		for (int i = 0; i < TAMPERINGS; i++)
			found |= strstr(tamperings[i].change, say("UPDATE %s ", one)) != NULL;
		ck_assert_msg(found, "%s", one);
	}
}
END_TEST

START_TEST(entries_can_be_neither_changed_nor_removed)
{
	static const char *const refused[] = { "UPDATE audit SET kind = 'signed_in'",
		                                   "DELETE FROM audit",
		                                   "TRUNCATE audit CASCADE",
		                                   "UPDATE audit_detail SET reason = 'another'",
		                                   "TRUNCATE audit_detail",
		                                   "DELETE FROM audit_head" };

	a_chain();
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		struct ran ran =
			shell("/", say("psql -XAtq -v ON_ERROR_STOP=1 '%s' -c \"%s\"", owner, refused[i]));
		ck_assert_msg(ran.code != 0 && strstr(ran.said, "append-only"), "%s: %s", refused[i],
		              ran.said);
	}
}
END_TEST

START_TEST(the_chain_is_the_one_that_was_told_earlier)
{
	char seen[128];

	a_chain();
	const char *said = strstr(program_on(0, "audit verify"), "the last is ");
	ck_assert_int_eq(sscanf(said, "the last is %120s", seen), 1);
	program_on(0, "campaign add later");
	program_on(0, say("audit verify --seen %s", seen));
	/* A chain that was made anew is whole, and another. */
	sql_on(owner, LEAVE_TRIGGERS "TRUNCATE audit, audit_detail; UPDATE audit_head SET seq = 0,"
	                             " digest = decode(repeat('00', 32), 'hex'); INSERT INTO act (kind)"
	                             " SELECT 'signed_in' FROM generate_series(1, 7)");
	ck_assert_ptr_nonnull(strstr(program_on(0, "audit verify"), "OK: 7 entries"));
	ck_assert_ptr_nonnull(strstr(program_on(1, say("audit verify --seen %s", seen)), "is another"));
	program_on(1, "audit verify --seen 1:abc");
}
END_TEST

START_TEST(erasure_takes_values_and_the_chain_stands)
{
	a_chain();
	program_on(0, "account add second@example.org --role researcher");
	ck_assert_str_eq(program_on(0, "audit erase first@example.org --reason 'they asked for it'"),
	                 "the values of 2 entries are erased\n");
	ck_assert_ptr_nonnull(
		strstr(program_on(0, "audit verify"), "OK: 7 entries, 2 of them without"));
	ck_assert_str_eq(sql_on(owner, "SELECT count(*) FROM audit_detail WHERE after ~ 'first@'"),
	                 "0\n");
	ck_assert_str_eq(sql_on(owner, "SELECT count(*) FROM audit_detail WHERE after ~ 'second@'"),
	                 "1\n");
	ck_assert_str_eq(sql_on(owner, "SELECT reason FROM audit JOIN audit_detail USING (seq) WHERE"
	                               " kind = 'audit_erased'"),
	                 "they asked for it\n");
	ck_assert_ptr_nonnull(strstr(program_on(2, "audit erase first@example.org"), "usage"));
}
END_TEST

/* An address that is no account's would stand in the chain for good. */
START_TEST(an_address_that_is_nobodys_gets_into_no_entry)
{
	a_chain();
	ck_assert_ptr_nonnull(
		strstr(program_on(1, "audit erase else@example.org --reason why"), "there is no account"));
	ck_assert_str_eq(sql_on(owner, "SELECT count(*) FROM audit WHERE subject ~ '@'"), "0\n");
	ck_assert_ptr_nonnull(strstr(program_on(0, "audit verify"), "OK: 5 entries"));
}
END_TEST

START_TEST(entries_are_exported_as_lines_of_json)
{
	a_chain();
	const char *lines = program_on(0, "audit export");
	char *rest = say("%s", lines);
	char previous[65] = "";
	int count = 0;

	memset(previous, '0', 64);
	for (char *line; (line = strsep(&rest, "\n")) && *line; count++) {
		json_t *entry = keep(json_loads(line, 0, NULL));
		ck_assert_int_eq(number_at(entry, "seq"), count + 1);
		ck_assert_str_eq(text_at(entry, "previous"), previous);
		memcpy(previous, text_at(entry, "digest"), 64);
	}
	ck_assert_int_eq(count, 5);
	ck_assert_str_eq(program_on(0, "audit export --since 2100-01-01T00:00:00Z"), "");
	ck_assert_str_eq(program_on(0, "audit export --since 2020-02-31T00:00:00Z"), lines);
	program_on(1, "audit export --since yesterday");
	program_on(2, "audit verify --since 2100-01-01T00:00:00Z");
}
END_TEST

/* ------------------------------------------------------------------ many at once */

#define AT_ONCE 8
#define EACH    40

static void *act_often(void *arg)
{
	shell("/", say("for i in $(seq %d); do echo \"BEGIN; INSERT INTO act (kind, subject) VALUES "
	               "('signed_in', '%s'); INSERT INTO act (kind, subject) VALUES ('signed_in', "
	               "'%s'); COMMIT;\"; done | psql -XAtq -v ON_ERROR_STOP=1 '%s'",
	               EACH, (char *)arg, (char *)arg, url));
	return NULL;
}

START_TEST(acts_at_once_make_one_chain)
{
	pthread_t threads[AT_ONCE];

	a_chain();
	for (int i = 0; i < AT_ONCE; i++)
		pthread_create(&threads[i], NULL, act_often, say("t%d", i));
	for (int i = 0; i < AT_ONCE; i++)
		pthread_join(threads[i], NULL);
	ck_assert_ptr_nonnull(
		strstr(program_on(0, "audit verify"), say("OK: %d entries", 5 + 2 * AT_ONCE * EACH)));
	ck_assert_str_eq(sql_on(owner, "SELECT count(*) FROM act"), "0\n");
}
END_TEST

/* A hundred thousand would be as many rows of the head, each passed by the next: here all are one.
 */
START_TEST(many_acts_of_one_transaction_change_the_head_once)
{
	a_chain();
	sql_on(owner,
	       "CREATE TABLE counted (n serial); CREATE FUNCTION count_change() RETURNS trigger"
	       " LANGUAGE plpgsql AS 'BEGIN INSERT INTO counted DEFAULT VALUES; RETURN NULL; END';"
	       " CREATE TRIGGER counts AFTER UPDATE ON audit_head FOR EACH ROW EXECUTE FUNCTION"
	       " count_change()");
	sql_on(url,
	       "INSERT INTO act (kind, subject) SELECT 'signed_in', n::text FROM generate_series(1,"
	       " 5000) n");
	ck_assert_str_eq(sql_on(owner, "SELECT count(*) FROM counted"), "1\n");
	ck_assert_str_eq(sql_on(owner, "SELECT count(*) FROM audit WHERE seq = subject::bigint + 5"
	                               " AND seq > 5"),
	                 "5000\n");
	ck_assert_ptr_nonnull(strstr(program_on(0, "audit verify"), "OK: 5005 entries"));
}
END_TEST

/* What is taken back was not done, and an entry of a transaction that waits keeps nobody waiting.
 */
START_TEST(an_act_is_noted_when_its_transaction_ends_and_only_then)
{
	a_chain();
	sql_on(url, "BEGIN; INSERT INTO act (kind) VALUES ('signed_in'); ROLLBACK");
	ck_assert_ptr_nonnull(strstr(program_on(0, "audit verify"), "OK: 5 entries"));
	struct ran ran = shell(
		"/", say("(echo \"BEGIN; INSERT INTO act (kind) VALUES ('signed_in');\"; sleep 3; echo "
	             "'COMMIT;') | psql -XAtq '%s' & sleep 1; timeout 1 psql -XAtq '%s' -c \"INSERT "
	             "INTO act (kind) VALUES ('signed_in')\" && echo went; wait",
	             url, url));
	ck_assert_str_eq(ran.said, "went\n");
	ck_assert_ptr_nonnull(strstr(program_on(0, "audit verify"), "OK: 7 entries"));
}
END_TEST

/* ------------------------------------------------------------------ what is noted */

/* The newest entry of a kind on that subject: "actor_kind actor before after reason". */
static const char *entry_of(const char *kind, const char *subject)
{
	return ask_db("SELECT concat_ws(' | ', a.actor_kind, a.actor, d.before, d.after, d.reason)"
	              " FROM audit a LEFT JOIN audit_detail d USING (seq) WHERE a.kind = '%s'"
	              " AND a.subject = '%s' ORDER BY a.seq DESC LIMIT 1",
	              kind, subject);
}

static const char *email_of_a(const char *role)
{
	const char *email = say("%s@example.org", fresh_name());

	expect_code(0, "/", say("account add %s --role %s", email, role));
	return email;
}

static const char *id_of(const char *email)
{
	return ask_db("SELECT id FROM account WHERE email = '%s'", email);
}

START_TEST(what_a_command_does_to_accounts_is_noted)
{
	const char *email = email_of_a("researcher"), *id = id_of(email);
	const char *user = first_line(shell("/", "id -un").said);

	ck_assert_str_eq(
		entry_of("account_made", id),
		say("command | %s | {\"role\": \"researcher\", \"email\": \"%s\"}", user, email));
	expect_code(0, "/", say("account role %s --role admin", email));
	ck_assert_str_eq(
		entry_of("account_role", id),
		say("command | %s | {\"role\": \"researcher\"} | {\"role\": \"admin\"}", user));
	expect_code(0, "/", say("account reset %s", email));
	ck_assert_str_eq(entry_of("account_password", id), say("command | %s", user));
	expect_code(0, "/", say("account token %s", email));
	ck_assert_ptr_nonnull(strstr(entry_of("token_made", id), "expires_at"));
	expect_code(0, "/", say("account revoke %s", email));
	ck_assert_ptr_nonnull(entry_of("token_revoked", id));
	expect_code(0, "/", say("account disable %s", email));
	ck_assert_str_eq(
		entry_of("account_state", id),
		say("command | %s | {\"state\": \"active\"} | {\"state\": \"disabled\"}", user));
}
END_TEST

/* No password and no secret is part of what is noted. */
START_TEST(no_secret_is_noted)
{
	ck_assert_int_eq(
		count_db("SELECT count(*) FROM audit_detail WHERE concat(before, after, reason)"
	             " ~ 'password|token_hash|argon2|salt\"'"),
		0);
}
END_TEST

static struct answer sign_in_as(const char *email, const char *password)
{
	return post(&(struct person){ 0 }, "/api/v1/session",
	            json_pack("{s:s, s:s}", "email", email, "password", password));
}

START_TEST(signing_in_and_failing_to_are_noted_with_the_network)
{
	const char *email = say("%s@example.org", fresh_name());
	const char *once =
		first_line(expect_code(0, "/", say("account add %s --role researcher", email)));
	const char *id = id_of(email);

	expect_status(sign_in_as(email, "not the password"), 401);
	ck_assert_str_eq(entry_of("sign_in_failed", id), "visitor");
	long long unknown = count_db("SELECT count(*) FROM audit WHERE kind = 'sign_in_failed' AND"
	                             " subject IS NULL");
	expect_status(sign_in_as(say("no%s", email), "not the password"), 401);
	ck_assert_int_eq(count_db("SELECT count(*) FROM audit WHERE kind = 'sign_in_failed' AND"
	                          " subject IS NULL"),
	                 unknown + 1);
	expect_status(sign_in_as(email, once), 201);
	ck_assert_str_eq(entry_of("signed_in", id), say("account | %s", id));
	ck_assert_int_eq(count_db("SELECT count(*) FROM audit JOIN audit_detail USING (seq) WHERE kind"
	                          " = 'signed_in' AND subject = '%s' AND network ~ '^[0-9a-f]{16}$'",
	                          id),
	                 1);
}
END_TEST

static const char *statement_named(const char *name)
{
	for (int i = 0; i < STATEMENTS; i++)
		if (strcmp(statements[i].name, name) == 0)
			return statements[i].text;
	ck_abort_msg("there is no statement %s", name);
}

/* An entry that a wrong clock dated ahead is no view of now. */
START_TEST(a_view_of_a_time_to_come_hides_none)
{
	const char *folder = a_folder();

	url = a_database();
	owner = for_owner(url);
	write_text(folder, "view.sql",
	           say("SET touchstone.actor = 'account:somebody'; PREPARE viewed AS %s; EXECUTE viewed"
	               " ('item', :'ids', 'somebody'); EXECUTE viewed ('item', :'ids', 'somebody');"
	               " SELECT count(*) FROM audit;",
	               statement_named("audit_note_views")));
	const char *run = say("psql -XAtq -v ON_ERROR_STOP=1 -f view.sql '%s' -v", url);
	ck_assert_str_eq(
		shell(folder, say("%s ids='{00000000-0000-4000-8000-000000000001}'", run)).said, "1\n");
	sql_on(owner, "UPDATE audit_head SET at = now() + interval '1 year'");
	ck_assert_str_eq(
		shell(folder, say("%s ids='{00000000-0000-4000-8000-000000000002}'", run)).said, "3\n");
}
END_TEST

START_TEST(who_guesses_does_not_fill_the_trail)
{
	url = a_database();
	owner = for_owner(url);
	sql_on(url, "INSERT INTO act (kind) SELECT 'sign_in_failed' FROM generate_series(1, 600)");
	const char *statement = statement_named("account_note_failure");
	const char *folder = a_folder();
	const char *run = say("psql -XAtq -v ON_ERROR_STOP=1 -f failing.sql '%s'", url);
	write_text(folder, "failing.sql",
	           say("PREPARE failing AS %s; EXECUTE failing ('a@example.org');", statement));
	ck_assert_int_eq(shell(folder, run).code, 0);
	ck_assert_str_eq(sql_on(url, "SELECT count(*) FROM audit"), "600\n");
	sql_on(owner, LEAVE_TRIGGERS "UPDATE audit SET at = at - interval '2 hours' WHERE seq = 1");
	ck_assert_int_eq(shell(folder, run).code, 0);
	ck_assert_str_eq(sql_on(url, "SELECT count(*) FROM audit"), "601\n");
}
END_TEST

START_TEST(an_erased_volunteer_leaves_no_values)
{
	struct person volunteer = a_volunteer();
	const char *id = volunteer_id(&volunteer);

	tell_db("INSERT INTO act (kind, subject_kind, subject, reason) VALUES ('set_aside_made',"
	        " 'volunteer', '%s', 'they told us their name')",
	        id);
	ck_assert_int_eq(count_db("SELECT count(*) FROM audit_detail WHERE reason = 'they told us"
	                          " their name'"),
	                 1);
	expect_status(delete_at(&volunteer, "/api/v1/me"), 204);
	ck_assert_int_eq(count_db("SELECT count(*) FROM audit_detail WHERE reason = 'they told us"
	                          " their name'"),
	                 0);
	ck_assert_str_eq(entry_of("volunteer_erased", id), say("volunteer | %s", id));
	ck_assert_ptr_nonnull(strstr(expect_code(0, "/", "audit verify"), "OK: "));
}
END_TEST

/* Kinds and subjects that triggers write are words of the interface. */
START_TEST(triggers_note_words_that_are_known)
{
	const char *kinds = "", *subjects = "";

	for (int i = 0; audit_kinds[i]; i++)
		kinds = say("%s%s'%s'", kinds, i ? ", " : "", audit_kinds[i]);
	for (int i = 0; audit_subjects[i]; i++)
		subjects = say("%s%s'%s'", subjects, i ? ", " : "", audit_subjects[i]);
#define ARGUMENT "split_part(encode(tgargs, 'escape'), '\\000', %d)"
	ck_assert_int_gt(count_db("SELECT count(*) FROM pg_trigger WHERE tgfoid = 'note_act'::regproc"),
	                 30);
	ck_assert_int_eq(count_db("SELECT count(*) FROM pg_trigger WHERE tgfoid = 'note_act'::regproc"
	                          " AND (" ARGUMENT " NOT IN (%s) OR " ARGUMENT " NOT IN (%s))",
	                          1, kinds, 2, subjects),
	                 0);
	ck_assert_int_eq(count_db("SELECT count(*) FROM audit WHERE kind NOT IN (%s) OR subject_kind"
	                          " NOT IN (%s)",
	                          kinds, subjects),
	                 0);
}
END_TEST

START_TEST(the_documents_say_when_each_kind_is_noted)
{
	const char *text = shell(".", "cat docs/operations.md").said;

	for (int i = 0; audit_kinds[i]; i++)
		ck_assert_msg(strstr(text, say("\n| `%s` | ", audit_kinds[i])) != NULL, "%s",
		              audit_kinds[i]);
}
END_TEST

/* ------------------------------------------------------------------ the list */

START_TEST(only_admins_read_it)
{
	struct person admin = an_account("admin"), moderator = an_account("moderator");
	struct person researcher = an_account("researcher"), volunteer = a_volunteer();

	expect_status(get(NULL, "/api/v1/audit"), 401);
	expect_status(get(&volunteer, "/api/v1/audit"), 401);
	expect_status(get(&researcher, "/api/v1/audit"), 403);
	expect_status(get(&moderator, "/api/v1/audit"), 403);
	expect_status(get(&admin, "/api/v1/audit"), 200);
}
END_TEST

START_TEST(the_list_is_filtered_and_paged)
{
	struct person admin = an_account("admin");
	const char *email = email_of_a("researcher"), *id = id_of(email);

	for (int i = 0; i < 3; i++) {
		expect_code(0, "/", say("account disable %s", email));
		expect_code(0, "/", say("account enable %s", email));
	}
	struct answer a = get(&admin, say("/api/v1/audit?subject=%s&limit=4", id));
	expect_status(a, 200);
	ck_assert_int_eq((int)json_array_size(at(a.body, "items")), 4);
	ck_assert_str_eq(text_at(a.body, "items/0/after/state"), "active");
	ck_assert_str_eq(text_at(a.body, "items/0/before/state"), "disabled");
	struct answer b =
		get(&admin, say("/api/v1/audit?subject=%s&limit=4&cursor=%s", id, text_at(a.body, "next")));
	ck_assert_int_eq((int)json_array_size(at(b.body, "items")), 3);
	ck_assert_str_eq(text_at(b.body, "items/2/kind"), "account_made");
	ck_assert(json_is_null(at(b.body, "next")));
	ck_assert_int_lt(number_at(b.body, "items/0/seq"), number_at(a.body, "items/3/seq"));
	a = get(&admin, say("/api/v1/audit?subject=%s&kind=account_made", id));
	ck_assert_int_eq((int)json_array_size(at(a.body, "items")), 1);
	a = get(&admin, say("/api/v1/audit?subject=%s&actor=nobody", id));
	ck_assert_int_eq((int)json_array_size(at(a.body, "items")), 0);
	a = get(&admin, say("/api/v1/audit?subject=%s&from=2100-01-01T00:00:00Z", id));
	ck_assert_int_eq((int)json_array_size(at(a.body, "items")), 0);
	a = get(&admin, say("/api/v1/audit?subject=%s&to=2020-01-01T00:00:00Z", id));
	ck_assert_int_eq((int)json_array_size(at(a.body, "items")), 0);
	a = get(&admin, say("/api/v1/audit?subject=%s&from=2020-01-01T00:00:00Z"
	                    "&to=2100-01-01T00:00:00Z",
	                    id));
	ck_assert_int_eq((int)json_array_size(at(a.body, "items")), 7);
}
END_TEST

START_TEST(an_account_is_found_by_its_address)
{
	struct person admin = an_account("admin");
	struct answer a = get(&admin, "/api/v1/session");
	const char *email = text_at(a.body, "account/email");

	expect_status(
		post(&admin, "/api/v1/invitations",
	         json_pack("{s:s, s:s, s:i, s:s}", "campaign", common_campaign(), "name", "An event",
	                   "most", 5, "until",
	                   ask_db("SELECT left(rfc3339(now() + interval '3 days'), 19) || 'Z'"))),
		201);
	a = get(&admin, say("/api/v1/audit?actor=%s&kind=invitation_made", email));
	expect_status(a, 200);
	ck_assert_str_eq(text_at(a.body, "items/0/email"), email);
	ck_assert_str_eq(text_at(a.body, "items/0/actor_kind"), "account");
	ck_assert_str_eq(text_at(a.body, "items/0/after/name"), "An event");
	ck_assert_int_eq((int)strlen(text_at(a.body, "items/0/network")), 16);
}
END_TEST

static const char *const misasked[] = { "kind=nonsense",
	                                    "from=yesterday",
	                                    "to=2026-13-01T00:00:00Z",
	                                    "from=0001-01-01T00:00:00Z",
	                                    "limit=101",
	                                    "limit=0",
	                                    "cursor=abc" };

START_TEST(what_is_no_filter_is_refused)
{
	struct person admin = an_account("admin");

	expect_status(get(&admin, say("/api/v1/audit?%s", misasked[_i])), 422);
}
END_TEST

Suite *http_audit_suite(void)
{
	Suite *suite = suite_create("http/audit");
	TCase *chain = tcase_create("chain");
	tcase_set_timeout(chain, 120);
	tcase_add_loop_test(chain, whatever_is_changed_is_found, 0, TAMPERINGS);
	tcase_add_test(chain, every_column_is_tampered_with);
	tcase_add_test(chain, entries_can_be_neither_changed_nor_removed);
	tcase_add_test(chain, the_chain_is_the_one_that_was_told_earlier);
	tcase_add_test(chain, erasure_takes_values_and_the_chain_stands);
	tcase_add_test(chain, an_address_that_is_nobodys_gets_into_no_entry);
	tcase_add_test(chain, entries_are_exported_as_lines_of_json);
	tcase_add_test(chain, acts_at_once_make_one_chain);
	tcase_add_test(chain, many_acts_of_one_transaction_change_the_head_once);
	tcase_add_test(chain, an_act_is_noted_when_its_transaction_ends_and_only_then);
	suite_add_tcase(suite, chain);
	TCase *noted = tcase_create("noted");
	tcase_set_timeout(noted, 60);
	tcase_add_test(noted, what_a_command_does_to_accounts_is_noted);
	tcase_add_test(noted, signing_in_and_failing_to_are_noted_with_the_network);
	tcase_add_test(noted, who_guesses_does_not_fill_the_trail);
	tcase_add_test(noted, a_view_of_a_time_to_come_hides_none);
	tcase_add_test(noted, an_erased_volunteer_leaves_no_values);
	tcase_add_test(noted, triggers_note_words_that_are_known);
	tcase_add_test(noted, no_secret_is_noted);
	tcase_add_test(noted, the_documents_say_when_each_kind_is_noted);
	suite_add_tcase(suite, noted);
	TCase *list = tcase_create("list");
	tcase_set_timeout(list, 60);
	tcase_add_test(list, only_admins_read_it);
	tcase_add_test(list, the_list_is_filtered_and_paged);
	tcase_add_test(list, an_account_is_found_by_its_address);
	tcase_add_loop_test(list, what_is_no_filter_is_refused, 0,
	                    sizeof misasked / sizeof misasked[0]);
	suite_add_tcase(suite, list);
	return suite;
}
