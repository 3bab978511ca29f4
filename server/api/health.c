/* SPDX-License-Identifier: Apache-2.0 */
/* /healthz, /readyz, /metrics: for those who run it. */
#include "api/api.h"
#include "domain/readiness.h"
#include "http/static.h"

struct error get_healthz(struct request *req, struct db *db)
{
	static char text[] = "{\"status\":\"ok\"}";
	static const struct static_file alive = { .bytes = text,
											  .len = sizeof text - 1,
											  .type = "application/json" };
	(void)db;

	request_static(req, 200, &alive);
	return ok();
}

struct error get_readyz(struct request *req, struct db *db)
{
	struct readiness ready = readiness_check(db, api.store);

	request_json(req, ready.database && ready.store ? 200 : 503,
				 json_pack("{s:s, s:{s:s, s:s, s:s}}", "status",
						   ready.database && ready.store ? "ready" : "not ready", "checks",
						   "database", ready.database ? "ok" : "failing", "migrations",
						   ready.database ? "ok" : "unknown", "store",
						   ready.store ? "ok" : "failing"));
	if (!ready.database || !ready.store)
		request_reply_header(req, "Retry-After", "2");
	return ok();
}

struct error get_metrics(struct request *req, struct db *db)
{
	struct server_counts counts = server_counts(req->server);
	char *text =
		arena_printf(req->arena,
					 "# HELP touchstone_connections Connections that are open.\n"
					 "# TYPE touchstone_connections gauge\n"
					 "touchstone_connections %u\n"
					 "# HELP touchstone_requests_in_flight Requests without an answer yet.\n"
					 "# TYPE touchstone_requests_in_flight gauge\n"
					 "touchstone_requests_in_flight %u\n"
					 "# HELP touchstone_requests_total Requests since the start.\n"
					 "# TYPE touchstone_requests_total counter\n"
					 "touchstone_requests_total %llu\n"
					 "# HELP touchstone_answers_total Answers by class of status.\n"
					 "# TYPE touchstone_answers_total counter\n",
					 counts.connections, counts.in_flight, (unsigned long long)counts.requests);
	(void)db;

	for (unsigned i = 1; i < 6; i++)
		text = arena_printf(req->arena, "%stouchstone_answers_total{class=\"%uxx\"} %llu\n", text,
							i, (unsigned long long)counts.answers[i]);
	request_text(req, 200, "text/plain; version=0.0.4; charset=utf-8", text);
	return ok();
}
