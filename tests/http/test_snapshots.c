/* SPDX-License-Identifier: Apache-2.0 */
/* How long what reads much holds the database's snapshots. Each test has a database of its own. */
#include <stdlib.h>

#include "client.h"
#include "database.h"
#include "program.h"
#include "suites.h"
#include "world.h"

/* From here on this process's database is another, new one: its URL. */
static const char *own_database(void)
{
	ck_assert_int_eq(setenv("DATABASE_URL", a_database(), 1), 0);
	return getenv("DATABASE_URL");
}

#define WAITS                                                              \
	"SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND database =" \
	" (SELECT oid FROM pg_database WHERE datname = current_database()))"

/* The niceness of a thread of a process, by the thread's name. */
#define NICENESS_OF                                                         \
	"grep -lx %s /proc/%d/task/*/comm | while read -r comm; do"             \
	" awk '{ print $19 - self }' self=$(awk '{ print $19 }' /proc/$$/stat)" \
	" \"${comm%%comm}stat\"; done"

START_TEST(a_fit_gives_way_to_nobody_while_it_reads)
{
	const char *folder = a_folder(), *url = own_database();
	struct ran started = shell(
		folder, say("\"$PROGRAM\" work --database-url '%s' --data . >log 2>&1 & echo $!", url));
	int pid = atoi(started.said);

	await_db(10, "SELECT EXISTS (SELECT FROM last_fit)");
	tell_db("BEGIN; LOCK TABLE consensus");
	shell(folder, say("psql -Xq '%s' -c \"INSERT INTO score_pending (items, volunteers, fakes)"
					  " VALUES ('{}', '{}', '{}')\"",
					  url));
	await_db(20, WAITS);
	struct ran niceness = shell(folder, say(NICENESS_OF, "fitter", pid));
	tell_db("COMMIT");
	shell(folder, say("kill -TERM %d; timeout 9 tail --pid=%d -f /dev/null", pid, pid));
	ck_assert_str_eq(niceness.said, "0\n");
}
END_TEST

Suite *http_snapshots_suite(void)
{
	Suite *suite = suite_create("http/snapshots");
	TCase *tc = tcase_create("snapshots");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, a_fit_gives_way_to_nobody_while_it_reads);
	suite_add_tcase(suite, tc);
	return suite;
}
