/* SPDX-License-Identifier: Apache-2.0 */
#include "review/fact_check.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/clock.h"
#include "core/uuid.h"
#include "db/db.h"

#define DAY_S 86400

static const char *most_facts(char text[12])
{
	snprintf(text, 12, "%d", FACT_CHECKS);
	return text;
}

struct error fact_check_list(struct db *db, struct arena *arena, const char *item,
                             struct fact_check **ret_list, size_t *ret_count)
{
	auto_rows *rows = NULL;
	char most[12];
	struct error err =
		db_run(db, SQL_FACT_CHECK_LIST, (const char *[]){ item, most_facts(most) }, &rows);

	if (err.code)
		return err;
	struct fact_check *list = arena_alloc(arena, (rows_count(rows) + 1) * sizeof *list);
	for (size_t r = 0; r < rows_count(rows); r++)
		list[r] = (struct fact_check){ .id = rows_copy(rows, r, 0, arena),
			                           .title = rows_copy(rows, r, 1, arena),
			                           .publisher = rows_copy(rows, r, 2, arena),
			                           .address = rows_copy(rows, r, 3, arena),
			                           .published = rows_copy(rows, r, 4, arena),
			                           .verdict = rows_copy(rows, r, 5, arena),
			                           .by = rows_copy(rows, r, 6, arena),
			                           .at = rows_copy(rows, r, 7, arena) };
	*ret_list = list;
	*ret_count = rows_count(rows);
	return ok();
}

/* https://HOST..., of printable ASCII without blanks, no name or password in it. */
static bool is_web_address(const char *text)
{
	static const char scheme[] = "https://";
	const char *host = text + sizeof scheme - 1;

	if (strncmp(text, scheme, sizeof scheme - 1) != 0)
		return false;
	size_t host_len = strcspn(host, "/?#");
	if (host_len < 3 || host_len > 253 || !isalnum((unsigned char)*host) ||
	    !memchr(host, '.', host_len) || memchr(host, '@', host_len))
		return false;
	for (const char *c = text; *c; c++)
		if (*c <= ' ' || *c > '~' || strchr("\"<>\\^`{|}", *c))
			return false;
	return true;
}

/* 2026-01-31, from 1990 on and not after tomorrow: it is a day further in the east. */
static bool is_past_day(const char *text)
{
	struct tm tm = { 0 };
	char again[16];
	const char *end = strptime(text, "%Y-%m-%d", &tm);

	if (!end || *end || strlen(text) != 10 || tm.tm_year < 90)
		return false;
	time_t at = timegm(&tm);
	return at < clock_now_s() + DAY_S &&
	       strftime(again, sizeof again, "%Y-%m-%d", gmtime_r(&at, &tm)) &&
	       strcmp(again, text) == 0;
}

static struct error fact_check_refuse(const struct fact_check *wish)
{
	if (!is_web_address(wish->address))
		return error_field("/address", "must be an address that begins with https://.");
	if (!is_past_day(wish->published))
		return error_field("/published", "must be a day that was, as 2026-01-31.");
	return ok();
}

struct error fact_check_add(struct db *db, const char *item, const char *account,
                            const struct fact_check *wish)
{
	auto_rows *rows = NULL;
	char most[12];
	struct error err = fact_check_refuse(wish);

	if (err.code)
		return err;
	const char *params[] = { item,          account,         wish->title,   wish->publisher,
		                     wish->address, wish->published, wish->verdict, most_facts(most) };
	if ((err = db_run(db, SQL_FACT_CHECK_ADD, params, &rows)).code)
		return err;
	if (!rows_count(rows))
		return errorf(ERR_NOT_FOUND, "There is no such item.");
	if (rows_flag(rows, 0, 0))
		return errorf(ERR_CONFLICT, "An item has no more than %d fact-checks.", FACT_CHECKS);
	if (!rows_text(rows, 0, 1))
		return errorf(ERR_CONFLICT, "This address stands beside the item already.");
	return ok();
}

struct error fact_check_remove(struct db *db, const char *item, const char *account, const char *id)
{
	unsigned char ignored[UUID_BYTES];
	auto_rows *rows = NULL;
	struct error err = errorf(ERR_NOT_FOUND, "There is no such fact-check.");

	if (!uuid_from_text(ignored, id))
		return err;
	struct error ran =
		db_run(db, SQL_FACT_CHECK_REMOVE, (const char *[]){ item, account, id }, &rows);
	if (ran.code)
		return ran;
	return rows_count(rows) ? ok() : err;
}
