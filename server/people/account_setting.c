/* SPDX-License-Identifier: Apache-2.0 */
#include "people/account_setting.h"

#include <stdio.h>

#include "db/db.h"

struct error account_setting_read(struct db *db, struct arena *arena, const char *account,
                                  struct account_setting *ret_setting)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_ACCOUNT_SETTING_READ, (const char *[]){ account }, &rows);

	if (err.code)
		return err;
	struct account_setting setting = { .cover_sensitive = rows_flag(rows, 0, 0),
		                               .start_sound = rows_flag(rows, 0, 1),
		                               .break_after = rows_integer(rows, 0, 2),
		                               .break_at = rows_copy(rows, 0, 3, arena),
		                               .sensitive = rows_integer(rows, 0, 4) };
	setting.break_due = setting.break_after && setting.sensitive >= setting.break_after;
	*ret_setting = setting;
	return ok();
}

struct error account_setting_write(struct db *db, const char *account,
                                   const struct account_setting *setting)
{
	char after[24];

	snprintf(after, sizeof after, "%lld", (long long)setting->break_after);
	return db_do(db, SQL_ACCOUNT_SETTING_WRITE,
	             (const char *[]){ account, setting->cover_sensitive ? "true" : "false",
	                               setting->start_sound ? "true" : "false", after },
	             NULL);
}

struct error account_setting_break(struct db *db, const char *account)
{
	return db_do(db, SQL_ACCOUNT_SETTING_BREAK, (const char *[]){ account }, NULL);
}
