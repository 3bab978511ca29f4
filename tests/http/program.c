/* SPDX-License-Identifier: Apache-2.0 */
#include "program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "client.h"
#include "world.h"

const char *a_folder(void)
{
	/* In the data folder, which goes when all tests have ended. */
	const char *folder = say("%s/%s", getenv("TOUCHSTONE_DATA"), fresh_name());

	ck_assert_int_eq(shell("/", say("mkdir '%s'", folder)).code, 0);
	return folder;
}

struct ran shell(const char *folder, const char *line)
{
	char piece[4096];
	const char *said = "";
	FILE *pipe = popen(say("cd '%s' && { %s\n} 2>&1 </dev/null", folder, line), "re");

	ck_assert_ptr_nonnull(pipe);
	for (size_t got; (got = fread(piece, 1, sizeof piece - 1, pipe)) > 0;)
		said = say("%s%.*s", said, (int)got, piece);
	int status = pclose(pipe);
	return (struct ran){ .code = WIFEXITED(status) ? WEXITSTATUS(status) : -1, .said = said };
}

const char *for_owner(const char *url)
{
	static const char server[] = "user=touchstone_server";
	const char *at = strstr(url, server);

	if (!at) /* asked before any test runs, too */
		abort();
	return say("%.*suser=touchstone%s", (int)(at - url), url, at + strlen(server));
}

const char *expect_code(int code, const char *folder, const char *arguments)
{
	struct ran ran = shell(folder, say("\"$PROGRAM\" %s", arguments));

	ck_assert_msg(ran.code == code, "%s: ended with %d: %s", arguments, ran.code, ran.said);
	return ran.said;
}

void write_text(const char *folder, const char *name, const char *text)
{
	FILE *file = fopen(say("%s/%s", folder, name), "we");

	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
	fclose(file);
}

const char *url_of(const char *name)
{
	const char *url = getenv("DATABASE_URL"), *slash = strstr(url, ":///");

	ck_assert_ptr_nonnull(slash);
	return say("%.*s%s%s", (int)(slash - url) + 4, url, name, strchr(slash, '?'));
}

const char *a_database(void)
{
	return a_database_made("");
}

const char *a_database_made(const char *options)
{
	const char *name = fresh_name(), *url = url_of(name);
	struct ran made = shell(
		"/", say("psql -XAtq '%s&user=postgres' -c \"CREATE DATABASE %s OWNER touchstone %s\"",
	             url_of("postgres"), name, options));

	ck_assert_msg(made.code == 0, "%s", made.said);
	expect_code(0, "/", say("migrate --migrate-url '%s' --database-url '%s'", for_owner(url), url));
	return url;
}
