/* SPDX-License-Identifier: Apache-2.0 */
#include "people/api_token.h"

#include <stdio.h>
#include <string.h>

#include "db/db.h"
#include "people/secret_hash.h"

static const char *const scope_methods[] = { "GET", "POST", "PUT", "PATCH", "DELETE", "*", NULL };

/* The method that `scope` begins with, and where its path does; NULL: it is no scope. */
static const char *scope_method(const char *scope, const char **ret_path)
{
	for (size_t i = 0; scope_methods[i]; i++) {
		size_t len = strlen(scope_methods[i]);

		*ret_path = scope + len + 1;
		if (strncmp(scope, scope_methods[i], len) == 0 && scope[len] == ' ')
			return scope_methods[i];
	}
	return NULL;
}

bool scope_is_good(const char *scope)
{
	const char *path, *method = scope_method(scope, &path);

	return method && strlen(scope) <= SCOPE_MOST && path[0] == '/' &&
	       path[strspn(path, "abcdefghijklmnopqrstuvwxyz-./{}*")] == '\0';
}

bool scope_covers(const char *scope, const char *method, const char *path)
{
	const char *begins, *of = scope_method(scope, &begins);

	if (!of || (of[0] != '*' && strcmp(of, method) != 0))
		return false;
	size_t len = strcspn(begins, "\n");
	while (len && begins[len - 1] == '/')
		len--;
	return strncmp(begins, path, len) == 0 && (path[len] == '\0' || path[len] == '/');
}

bool scopes_cover(const char *scopes, const char *method, const char *path)
{
	if (!scopes)
		return true;
	for (const char *at = scopes; at; at = strchr(at, '\n')) {
		at += *at == '\n';
		if (scope_covers(at, method, path))
			return true;
	}
	return false;
}

struct error api_token_make(struct db *db, const struct token_wish *wish, char ret_id[UUID_TEXT],
                            char ret_secret[SECRET_TEXT])
{
	char hash[SHA256_TEXT], days[12];
	auto_rows *rows = NULL;

	secret_make(ret_secret);
	secret_hash(hash, ret_secret);
	snprintf(days, sizeof days, "%u", wish->days);
	const char *const params[] = { hash, wish->account_id, wish->name, wish->scopes, days };
	struct error err = db_run(db, SQL_API_TOKEN_MAKE, params, &rows);
	if (err.code)
		return err;
	if (!rows_count(rows))
		return error_because(REASON_SIGNED_OUT);
	snprintf(ret_id, UUID_TEXT, "%s", rows_text(rows, 0, 0));
	return ok();
}

struct error api_token_revoke(struct db *db, const char *account_id, const char *id)
{
	int64_t revoked = 0;
	struct error err =
		db_do(db, SQL_API_TOKEN_REVOKE, (const char *[]){ account_id, id }, &revoked);

	return err.code || revoked ? err : errorf(ERR_NOT_FOUND, "There is no such token.");
}
