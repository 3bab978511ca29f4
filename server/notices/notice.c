/* SPDX-License-Identifier: Apache-2.0 */
#include "notices/notice.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "core/hex.h"
#include "core/log.h"
#include "core/number.h"
#include "core/vocabulary.h"
#include "crypto/sha256.h"
#include "notices/answer.h"
#include "notices/hiding.h"
#include "work/job_run.h"

#define REFERENCE_KEY 8 /* bytes of a digest, by which it is found */

struct notice_settings notice_settings = { .network_hides = 3, .hides = 20, .held_days = 90 };
static _Atomic uint64_t over_limit;

struct error notice_configure(const char *hides, const char *held_days)
{
	struct notice_settings read = { .network_hides = 3, .hides = 20, .held_days = 90 };
	uint64_t days = read.held_days;
	char more;

	if (hides && (strspn(hides, "0123456789,") != strlen(hides) ||
	              sscanf(hides, "%9u,%9u%c", &read.network_hides, &read.hides, &more) != 2))
		return errorf(
			ERR_INVALID,
			"TOUCHSTONE_NOTICE_HIDES is how many items a day notices hide at once, of one "
			"network and of all, as in 3,20; not %s",
			hides);
	if (held_days && !number_whole(held_days, 1, 3650, &days))
		return errorf(ERR_INVALID, "TOUCHSTONE_NOTICE_HELD_DAYS is a number of days from 1; not %s",
		              held_days);
	read.held_days = (unsigned)days;
	notice_settings = read;
	return ok();
}

uint64_t notices_over_limit(void)
{
	return atomic_load(&over_limit);
}

/* ------------------------------------------------------------------ one that comes */

struct receiving {
	const struct notice_request *request;
	struct notice_receipt receipt;
	char digest[SHA256_TEXT];
	char found[UUID_TEXT];
	struct notice_subject subject;
	bool over_limit;
};

static bool is_about_child(const struct notice_request *request)
{
	return strcmp(request->reason, notice_reasons[NOTICE_CHILD_SAFETY]) == 0;
}

static bool is_hiding(const struct notice_request *request)
{
	return is_about_child(request) ||
	       strcmp(request->reason, notice_reasons[NOTICE_INTIMATE_IMAGERY]) == 0;
}

/* An item, or else what waits in quarantine. *ret_waits: it does. */
static struct error find_file(struct db *db, const char *sha256, struct rows **ret_rows,
                              bool *ret_waits)
{
	struct error err = db_run(db, SQL_NOTICE_ITEM_OF_FILE, &sha256, ret_rows);

	*ret_waits = !err.code && !rows_count(*ret_rows);
	if (!*ret_waits)
		return err;
	rows_free(*ret_rows);
	*ret_rows = NULL;
	return db_run(db, SQL_NOTICE_WAITING_OF_FILE, &sha256, ret_rows);
}

static struct error nothing_named(void)
{
	return errorf(ERR_NOT_FOUND, "Nothing here is what you named.");
}

struct error notice_find_file(struct db *db, const char *sha256)
{
	auto_rows *rows = NULL;
	bool waits = false;
	struct error err = find_file(db, sha256, &rows, &waits);

	if (err.code)
		return err;
	return rows_count(rows) ? ok() : nothing_named();
}

static struct error find_reported(struct db *db, struct receiving *receiving)
{
	const struct notice_request *request = receiving->request;
	const char *const of_release[] = { request->release, request->version, request->path };
	unsigned char id[UUID_BYTES];
	auto_rows *rows = NULL;
	bool waits = false;
	struct error err;

	if (request->item)
		err = uuid_from_text(id, request->item) ? db_run(db, SQL_NOTICE_ITEM, &request->item, &rows)
		                                        : errorf(ERR_NOT_FOUND, "There is no such item.");
	else if (request->target == TARGET_RELEASE)
		err = db_run(db, SQL_NOTICE_ITEM_OF_RELEASE, of_release, &rows);
	else
		err = find_file(db, request->sha256, &rows, &waits);
	if (err.code)
		return err;
	if (!rows_count(rows))
		return nothing_named();
	snprintf(receiving->found, UUID_TEXT, "%s", rows_text(rows, 0, 0));
	receiving->subject =
		(struct notice_subject){ waits ? NULL : receiving->found, waits ? receiving->found : NULL };
	if (request->target == TARGET_FILE)
		receiving->receipt.found_by = notice_findings[request->item ? FOUND_LOOKS : FOUND_BYTES];
	return ok();
}

/* May one more be hidden? Others wait until this transaction ends. */
static struct error count_hides(struct db *db, struct receiving *receiving)
{
	auto_rows *rows = NULL;
	struct error err = db_do(db, SQL_NOTICE_TURN, NULL, NULL);

	if (!err.code)
		err = db_run(db, SQL_NOTICE_HIDDEN_LATELY, (const char *[]){ receiving->request->network },
		             &rows);
	if (err.code)
		return err;
	receiving->over_limit = rows_integer(rows, 0, 0) >= notice_settings.network_hides ||
	                        rows_integer(rows, 0, 1) >= notice_settings.hides;
	return ok();
}

static struct error add_notice(struct db *db, struct receiving *receiving)
{
	const struct notice_request *request = receiving->request;
	bool hides = is_hiding(request);
	const char *priority = receiving->over_limit     ? "0"
	                       : is_about_child(request) ? "1"
	                       : hides                   ? "2"
	                                                 : "3";
	const char *const params[] = { receiving->digest,
		                           receiving->subject.item,
		                           notice_targets[request->target],
		                           request->reason,
		                           request->explanation,
		                           request->name,
		                           request->email,
		                           request->network,
		                           priority,
		                           !hides                  ? "never"
		                           : receiving->over_limit ? "over_limit"
		                                                   : "hid",
		                           receiving->subject.contribution,
		                           receiving->receipt.found_by };
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_NOTICE_ADD, params, &rows);

	if (err.code)
		return err;
	snprintf(receiving->receipt.id, UUID_TEXT, "%s", rows_text(rows, 0, 0));
	snprintf(receiving->receipt.made_at, sizeof receiving->receipt.made_at, "%s",
	         rows_text(rows, 0, 1));
	return ok();
}

static struct error receive_notice(struct db *db, void *arg)
{
	struct receiving *receiving = arg;
	const struct notice_request *request = receiving->request;
	struct error err = find_reported(db, receiving);

	receiving->over_limit = false;
	if (!err.code && is_hiding(request))
		err = count_hides(db, receiving);
	if (err.code || (err = add_notice(db, receiving)).code)
		return err;
	if (is_hiding(request) && !receiving->over_limit)
		err = hiding_begin(db, receiving->receipt.id, &receiving->subject, is_about_child(request),
		                   NULL);
	if (!err.code && request->email)
		err = answer_receipt(db, request, receiving->receipt.made_at);
	receiving->receipt.hidden = is_hiding(request) && !receiving->over_limit;
	return err;
}

void notice_digest(const char *reference, char digest[SHA256_TEXT])
{
	unsigned char bytes[SHA256_BYTES];

	sha256_bytes(bytes, reference, strlen(reference));
	hex_encode(digest, bytes, sizeof bytes);
}

struct error notice_make(struct db *db, const struct notice_request *request,
                         struct notice_receipt *ret_receipt)
{
	struct receiving receiving = { .request = request };

	secret_make(receiving.receipt.reference);
	notice_digest(receiving.receipt.reference, receiving.digest);
	struct error err = db_transaction(db, receive_notice, &receiving);
	if (err.code)
		return err;
	if (receiving.over_limit) {
		atomic_fetch_add(&over_limit, 1);
		log_warn("notices: %s (%s) hides nothing, because as many as may were hidden within a "
		         "day: somebody has to look now",
		         receiving.receipt.id, request->reason);
	}
	*ret_receipt = receiving.receipt;
	return ok();
}

/* ------------------------------------------------------------------ reading */

/* From a column of notice_one on. */
static struct notice_reasons read_reasons(const struct rows *rows, size_t row, int from,
                                          struct arena *arena)
{
	return (struct notice_reasons){ .outcome = rows_copy(rows, row, from, arena),
		                            .action = rows_copy(rows, row, from + 1, arena),
		                            .ground_kind = rows_copy(rows, row, from + 2, arena),
		                            .ground = rows_copy(rows, row, from + 3, arena),
		                            .facts = rows_copy(rows, row, from + 4, arena),
		                            .automated = rows_flag(rows, row, from + 5),
		                            .independent = rows_flag(rows, row, from + 6),
		                            .authority = rows_copy(rows, row, from + 7, arena),
		                            .decided_at = rows_copy(rows, row, from + 8, arena),
		                            .by = rows_copy(rows, row, from + 9, arena) };
}

static struct notice read_notice(const struct rows *rows, size_t row, struct arena *arena)
{
	return (struct notice){ .id = rows_copy(rows, row, 0, arena),
		                    .item = rows_copy(rows, row, 1, arena),
		                    .target = rows_copy(rows, row, 2, arena),
		                    .reason = rows_copy(rows, row, 3, arena),
		                    .explanation = rows_copy(rows, row, 4, arena),
		                    .name = rows_copy(rows, row, 5, arena),
		                    .email = rows_copy(rows, row, 6, arena),
		                    .state = rows_copy(rows, row, 7, arena),
		                    .priority = (unsigned)rows_integer(rows, row, 8),
		                    .hides = rows_copy(rows, row, 9, arena),
		                    .made_at = rows_copy(rows, row, 10, arena),
		                    .media_type = rows_copy(rows, row, 11, arena),
		                    .item_state = rows_copy(rows, row, 12, arena),
		                    .sensitive = rows_flag(rows, row, 13),
		                    .hidden = rows_flag(rows, row, 14),
		                    .held = rows_flag(rows, row, 15),
		                    .held_until = rows_copy(rows, row, 16, arena),
		                    .contests[PARTY_NOTIFIER] = { rows_copy(rows, row, 17, arena),
		                                                  rows_copy(rows, row, 18, arena),
		                                                  rows_copy(rows, row, 19, arena),
		                                                  rows_flag(rows, row, 46) },
		                    .first = read_reasons(rows, row, 20, arena),
		                    .second = read_reasons(rows, row, 30, arena),
		                    .place = rows_copy(rows, row, 40, arena),
		                    .contribution = rows_copy(rows, row, 41, arena),
		                    .found_by = rows_copy(rows, row, 42, arena),
		                    .contests[PARTY_CONTRIBUTOR] = {
								rows_copy(rows, row, 43, arena), rows_copy(rows, row, 44, arena),
								rows_copy(rows, row, 45, arena), rows_flag(rows, row, 47) } };
}

struct error notice_by_id(struct db *db, struct arena *arena, const char *id,
                          struct notice *ret_notice)
{
	unsigned char bytes[UUID_BYTES];
	auto_rows *rows = NULL;
	struct error err;

	if (!uuid_from_text(bytes, id))
		return errorf(ERR_NOT_FOUND, "There is no such notice.");
	if ((err = db_run(db, SQL_NOTICE_ONE, &id, &rows)).code)
		return err;
	if (!rows_count(rows))
		return errorf(ERR_NOT_FOUND, "There is no such notice.");
	*ret_notice = read_notice(rows, 0, arena);
	return ok();
}

/* The index finds what begins alike; the whole is compared in constant time, so that the time that
 * an answer takes tells nothing of the rest. */
static struct error find_reference(struct db *db, const char *reference, char ret_id[UUID_TEXT],
                                   enum notice_party *ret_party)
{
	char digest[SHA256_TEXT], key[2 * REFERENCE_KEY + 1];
	auto_rows *rows = NULL;

	notice_digest(reference, digest);
	snprintf(key, sizeof key, "%.16s", digest);
	struct error err = db_run(db, SQL_NOTICE_OF_REFERENCE, (const char *[]){ key }, &rows);
	if (err.code)
		return err;
	if (!rows_count(rows) || !secret_equal(rows_text(rows, 0, 0), digest, sizeof digest))
		return errorf(ERR_NOT_FOUND, "There is no notice with this reference, or it is forgotten.");
	snprintf(ret_id, UUID_TEXT, "%s", rows_text(rows, 0, 1));
	*ret_party = strcmp(rows_text(rows, 0, 2), notice_parties[PARTY_NOTIFIER]) == 0
	                 ? PARTY_NOTIFIER
	                 : PARTY_CONTRIBUTOR;
	return ok();
}

struct error notice_by_reference(struct db *db, struct arena *arena, const char *reference,
                                 struct notice *ret_notice)
{
	char id[UUID_TEXT] = "";
	enum notice_party party = PARTY_NOTIFIER;
	struct error err = find_reference(db, reference, id, &party);

	if (!err.code)
		err = notice_by_id(db, arena, id, ret_notice);
	if (!err.code)
		ret_notice->party = party;
	return err;
}

struct error notice_queue(struct db *db, struct arena *arena, const struct notice_query *query,
                          struct notice list[], size_t *ret_count)
{
	char limit[12];
	auto_rows *rows = NULL;

	snprintf(limit, sizeof limit, "%u", query->limit);
	const char *const params[] = { query->state,    query->after[0], query->after[1],
		                           query->after[2], limit,           query->reason };
	struct error err = db_run(
		db, query->reason ? SQL_NOTICE_QUEUE_OF_REASON : SQL_NOTICE_QUEUE_LIST, params, &rows);
	if (err.code)
		return err;
	for (size_t r = 0; r < rows_count(rows); r++)
		list[r] = read_notice(rows, r, arena);
	*ret_count = rows_count(rows);
	return ok();
}

/* ------------------------------------------------------------------ complaints */

struct contesting {
	const char *id, *text;
	enum notice_party party;
};

static struct error contest_notice(struct db *db, void *arg)
{
	const struct contesting *contesting = arg;
	const char *const params[] = { contesting->id, contesting->text,
		                           notice_parties[contesting->party] };
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_NOTICE_CONTEST, params, &rows);

	if (err.code)
		return err;
	return rows_count(rows) ? ok() : error_because(REASON_NO_COMPLAINT);
}

struct error notice_contest(struct db *db, const char *reference, const char *text)
{
	char id[UUID_TEXT] = "";
	enum notice_party party = PARTY_NOTIFIER;
	struct error err = find_reference(db, reference, id, &party);

	return err.code ? err : notice_contest_as(db, id, party, text);
}

struct error notice_contest_as(struct db *db, const char *id, enum notice_party party,
                               const char *text)
{
	return db_transaction(db, contest_notice, &(struct contesting){ id, text, party });
}

/* ------------------------------------------------------------------ figures, and what is forgotten
 */

static const char figures_head[] =
	"month,reason,notices,hidden_at_once,over_limit,open,upheld,rejected,withdrawn,to_review,"
	"on_law,on_terms,automated,not_independent,median_hours,complaints,complaints_changed\n";
#define FIGURES 17

static struct error write_figures(void *arg, const struct rows *rows)
{
	FILE *out = arg;

	for (int column = 0; column < FIGURES; column++) {
		const char *text = rows_text(rows, 0, column);

		fprintf(out, "%s%s", column ? "," : "", text ? text : "");
	}
	fputc('\n', out);
	return ok();
}

struct error notice_figures(struct db *db, FILE *out)
{
	fputs(figures_head, out);
	return db_stream(db, SQL_NOTICE_FIGURES, NULL, write_figures, out);
}

static struct error forget_notices(struct job_run *run)
{
	return db_do(run->db, SQL_NOTICE_FORGET, NULL, NULL);
}

const struct job_handler notices_job = { .kind = "notices", .handle = forget_notices };
