/* SPDX-License-Identifier: Apache-2.0 */
#include "review/set_aside.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/log.h"
#include "core/vocabulary.h"
#include "work/job_run.h"

/* What runs inside one transaction. */
struct aside_act {
	const struct set_aside_request *request;
	const char *id, *reason, *by; /* of one that is undone */
	struct set_aside_outcome outcome;
};

static const char *aside_kind(const struct set_aside_request *request)
{
	int ways = !!request->volunteers + !!request->cohort + !!request->network;

	if (ways > 1 || (!ways && !request->from && !request->to))
		return NULL;
	return set_aside_kinds[request->volunteers ? ASIDE_VOLUNTEERS
	                       : request->cohort   ? ASIDE_COHORT
	                       : request->network  ? ASIDE_NETWORK
	                                           : ASIDE_TIME];
}

static struct error aside_campaign(struct db *db, const char *name, char id[UUID_TEXT])
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_SET_ASIDE_CAMPAIGN, (const char *[]){ name }, &rows);

	if (err.code)
		return err;
	if (!rows_count(rows))
		return errorf(ERR_NOT_FOUND, "There is no campaign of this name.");
	snprintf(id, UUID_TEXT, "%s", rows_text(rows, 0, 0));
	return ok();
}

/* Whose judgments go: the act's volunteers, or some who came later. */
static struct error take_away(struct db *db, const char *id, const char *volunteers,
                              struct set_aside_outcome *outcome)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_SET_ASIDE_TAKE, (const char *[]){ id, volunteers }, &rows);

	if (err.code)
		return err;
	outcome->judgments += rows_integer(rows, 0, 0);
	outcome->items += rows_integer(rows, 0, 1);
	outcome->labels += rows_integer(rows, 0, 2);
	return ok();
}

static struct error make_aside(struct db *db, void *arg)
{
	struct aside_act *act = arg;
	const struct set_aside_request *request = act->request;
	char campaign[UUID_TEXT], cohort[12];
	auto_rows *rows = NULL;
	struct error err = db_do(db, SQL_SET_ASIDE_TURN, NULL, NULL);

	act->outcome = (struct set_aside_outcome){ 0 };
	if (!err.code && request->campaign)
		err = aside_campaign(db, request->campaign, campaign);
	if (err.code)
		return err;
	snprintf(cohort, sizeof cohort, "%u", request->cohort);
	const char *params[] = { aside_kind(request), request->campaign ? campaign : NULL,
		                     request->volunteers, request->cohort ? cohort : NULL,
		                     request->network,    request->from,
		                     request->to,         request->reason,
		                     request->by };
	if ((err = db_run(db, SQL_SET_ASIDE_MAKE, params, &rows)).code)
		return err;
	if (!rows_count(rows))
		return errorf(ERR_NOT_FOUND, "No volunteer is meant by this.");
	snprintf(act->outcome.id, UUID_TEXT, "%s", rows_text(rows, 0, 0));
	act->outcome.volunteers = rows_integer(rows, 0, 1);
	return take_away(db, act->outcome.id, rows_text(rows, 0, 2), &act->outcome);
}

/* RFC 3339 in UTC, to the second: what can be compared as text. */
static bool is_moment(const char *text)
{
	struct tm tm = { 0 };
	char again[32];
	const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm);

	if (!end || *end || tm.tm_year < 70)
		return false;
	time_t at = timegm(&tm);
	return strftime(again, sizeof again, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&at, &tm)) &&
	       strcmp(again, text) == 0;
}

static struct error aside_check(const struct set_aside_request *request)
{
	const char *from = request->from, *to = request->to;

	if (!aside_kind(request))
		return errorf(ERR_INVALID,
		              "Choose by volunteers, a cohort, a network or a span of time: by "
		              "one of the first three, or by time alone.");
	if (request->network && (!request->campaign || strlen(request->network) != 32 ||
	                         strspn(request->network, "0123456789abcdef") != 32))
		return errorf(ERR_INVALID,
		              "A network is 32 hexadecimal digits, and belongs to one campaign.");
	if ((from && !is_moment(from)) || (to && !is_moment(to)) ||
	    (from && to && strcmp(from, to) >= 0))
		return errorf(ERR_INVALID, "A time reads 2026-01-31T12:00:00Z, and the first of two comes "
		                           "before the other.");
	return ok();
}

struct error set_aside_make(struct db *db, const struct set_aside_request *request,
                            struct set_aside_outcome *ret_outcome)
{
	struct aside_act act = { .request = request };

	struct error err = aside_check(request);

	if (!err.code)
		err = db_transaction(db, make_aside, &act);
	if (err.code)
		return err;
	log_warn(
		"set aside by %s: %lld judgments of %lld volunteers on %lld items, %lld of them with a "
		"label, which is open until the next fit; %s",
		request->by, (long long)act.outcome.judgments, (long long)act.outcome.volunteers,
		(long long)act.outcome.items, (long long)act.outcome.labels, act.outcome.id);
	*ret_outcome = act.outcome;
	return ok();
}

static struct error undo_aside(struct db *db, void *arg)
{
	struct aside_act *act = arg;
	auto_rows *ended = NULL, *given = NULL;
	struct error err = db_do(db, SQL_SET_ASIDE_TURN, NULL, NULL);

	if (!err.code)
		err = db_run(db, SQL_SET_ASIDE_UNDO, (const char *[]){ act->id, act->reason, act->by },
		             &ended);
	if (err.code)
		return err;
	if (!rows_count(ended))
		return errorf(ERR_NOT_FOUND, "There is no such act, or it was undone.");
	if ((err = db_run(db, SQL_SET_ASIDE_GIVE, (const char *[]){ act->id }, &given)).code)
		return err;
	snprintf(act->outcome.id, UUID_TEXT, "%s", act->id);
	act->outcome.volunteers = rows_integer(ended, 0, 1);
	act->outcome.judgments = rows_integer(given, 0, 0);
	act->outcome.items = rows_integer(given, 0, 1);
	act->outcome.labels = rows_integer(given, 0, 2);
	return ok();
}

static bool names_act(const char *id)
{
	unsigned char raw[UUID_BYTES];

	return uuid_from_text(raw, id);
}

struct error set_aside_undo(struct db *db, const char *id, const char *reason, const char *by,
                            struct set_aside_outcome *ret_outcome)
{
	struct aside_act act = { .id = id, .reason = reason, .by = by };

	if (!names_act(id))
		return errorf(ERR_NOT_FOUND, "There is no such act, or it was undone.");
	struct error err = db_transaction(db, undo_aside, &act);
	if (err.code)
		return err;
	log_warn("set aside no more, by %s: %lld judgments on %lld items count again; %s", by,
	         (long long)act.outcome.judgments, (long long)act.outcome.items, id);
	*ret_outcome = act.outcome;
	return ok();
}

static struct set_aside_act aside_read(const struct rows *rows, size_t row, struct arena *arena)
{
	return (struct set_aside_act){
		.id = rows_copy(rows, row, 0, arena),
		.kind = rows_copy(rows, row, 1, arena),
		.campaign = rows_copy(rows, row, 2, arena),
		.volunteers = rows_integer(rows, row, 3),
		.from = rows_copy(rows, row, 4, arena),
		.to = rows_copy(rows, row, 5, arena),
		.reason = rows_copy(rows, row, 6, arena),
		.by = rows_copy(rows, row, 7, arena),
		.at = rows_copy(rows, row, 8, arena),
		.undone_reason = rows_copy(rows, row, 9, arena),
		.undone_by = rows_copy(rows, row, 10, arena),
		.undone_at = rows_copy(rows, row, 11, arena),
		.items = rows_integer(rows, row, 12),
		.labels_changed = rows_text(rows, row, 13) ? rows_integer(rows, row, 13) : -1,
		.place = rows_copy(rows, row, 14, arena),
	};
}

struct error set_aside_find(struct db *db, struct arena *arena, const char *id,
                            struct set_aside_act *ret_act)
{
	auto_rows *rows = NULL;

	if (!names_act(id))
		return errorf(ERR_NOT_FOUND, "There is no such act.");
	struct error err = db_run(db, SQL_SET_ASIDE_ONE, (const char *[]){ id }, &rows);
	if (err.code)
		return err;
	if (!rows_count(rows))
		return errorf(ERR_NOT_FOUND, "There is no such act.");
	*ret_act = aside_read(rows, 0, arena);
	return ok();
}

struct error set_aside_list(struct db *db, struct arena *arena, const char *place, const char *id,
                            unsigned limit, struct set_aside_act acts[], size_t *ret_count)
{
	char most[12];
	auto_rows *rows = NULL;

	snprintf(most, sizeof most, "%u", limit);
	struct error err = db_run(db, SQL_SET_ASIDE_LIST, (const char *[]){ place, id, most }, &rows);
	if (err.code)
		return err;
	for (size_t i = 0; i < rows_count(rows); i++)
		acts[i] = aside_read(rows, i, arena);
	*ret_count = rows_count(rows);
	return ok();
}

struct error set_aside_changes(struct db *db, const char *id,
                               void (*each)(void *arg, const struct set_aside_change *change),
                               void *arg)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_SET_ASIDE_CHANGES, (const char *[]){ id }, &rows);

	for (size_t i = 0; !err.code && i < rows_count(rows); i++)
		each(arg, &(struct set_aside_change){ .item = rows_text(rows, i, 0),
		                                      .before = rows_text(rows, i, 1),
		                                      .now = rows_text(rows, i, 2),
		                                      .p_before = rows_double_or_nan(rows, i, 3),
		                                      .p_now = rows_double_or_nan(rows, i, 4) });
	return err;
}

/* Who came since from a network that is set aside. */
static struct error widen_asides(struct db *db, void *arg)
{
	struct set_aside_outcome outcome = { 0 };
	auto_rows *rows = NULL;
	struct error err = db_do(db, SQL_SET_ASIDE_TURN, NULL, NULL);

	(void)arg;
	if (!err.code)
		err = db_run(db, SQL_SET_ASIDE_WIDEN, NULL, &rows);
	for (size_t i = 0; !err.code && i < rows_count(rows); i++)
		err = take_away(db, rows_text(rows, i, 0), rows_text(rows, i, 1), &outcome);
	return err;
}

struct error set_aside_follow(struct db *db)
{
	auto_rows *rows = NULL;
	struct error err = db_transaction(db, widen_asides, NULL);

	if (!err.code)
		err = db_run(db, SQL_SET_ASIDE_FOLLOW, NULL, &rows);
	for (size_t i = 0; !err.code && i < rows_count(rows); i++)
		log_warn("set aside%s %s: %s labels of %s items are others now, or none any more",
		         rows_flag(rows, i, 1) ? " and undone" : "", rows_text(rows, i, 0),
		         rows_text(rows, i, 2), rows_text(rows, i, 3));
	return err;
}

static struct error follow_asides(struct job_run *run)
{
	return set_aside_follow(run->db);
}

const struct job_handler set_aside_job = { .kind = "set_aside", .handle = follow_asides };
