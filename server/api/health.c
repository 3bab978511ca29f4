/* SPDX-License-Identifier: Apache-2.0 */
/* /healthz, /readyz, /metrics: for those who run it. */
#include "api/api.h"
#include "core/vocabulary.h"
#include "corpus/leak_figures.h"
#include "corpus/lost_media.h"
#include "health/readiness.h"
#include "http/static.h"
#include "judging/dispatcher.h"
#include "notices/notice.h"
#include "scoring/integrity.h"
#include "scoring/stats.h"

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

/* What was asked of the database is not known where it does not answer. */
static void say_check(json_t *checks, const char *name, bool known, const struct error *err)
{
	const char *said = !known ? "unknown" : err->code ? err->detail : "ok";

	json_object_set_new(checks, name, json_string(said));
}

struct error get_readyz(struct request *req, struct db *db)
{
	const struct readiness ready = readiness_check(db, api.store, api.keys);
	json_t *checks = json_pack("{s:s}", "database", ready.database ? "ok" : "failing");

	say_check(checks, "migrations", ready.database, &ready.schema);
	say_check(checks, "store", true, ready.store.code ? &ready.store : &ready.storing);
	say_check(checks, "secret", ready.database, &ready.secret);
	say_check(checks, "clock", ready.database, &ready.clock);
	request_json(
		req, ready.works ? 200 : 503,
		json_pack("{s:s, s:o}", "status", ready.works ? "ready" : "not ready", "checks", checks));
	if (!ready.works)
		request_reply_header(req, "Retry-After", "2");
	return ok();
}

static char *desk_metrics(struct request *req, const char *text)
{
	struct dispatcher_figures dispatcher = dispatcher_figures(api.dispatcher);

	return arena_printf(req->arena,
	                    "%s# HELP touchstone_desk_items Items in memory, in service or since.\n"
	                    "# TYPE touchstone_desk_items gauge\n"
	                    "touchstone_desk_items %u\n"
	                    "# HELP touchstone_desk_volunteers Volunteers in memory.\n"
	                    "# TYPE touchstone_desk_volunteers gauge\n"
	                    "touchstone_desk_volunteers %u\n"
	                    "# HELP touchstone_desk_unwritten_leases Leases not in the database yet.\n"
	                    "# TYPE touchstone_desk_unwritten_leases gauge\n"
	                    "touchstone_desk_unwritten_leases %u\n"
	                    "# HELP touchstone_desk_refreshes_total Looks at what changed.\n"
	                    "# TYPE touchstone_desk_refreshes_total counter\n"
	                    "touchstone_desk_refreshes_total %lld\n"
	                    "# HELP touchstone_desk_refresh_seconds How long the last look took.\n"
	                    "# TYPE touchstone_desk_refresh_seconds gauge\n"
	                    "touchstone_desk_refresh_seconds %.3f\n",
	                    text, dispatcher.items, dispatcher.volunteers, dispatcher.unwritten,
	                    dispatcher.refreshes, (double)dispatcher.refresh_ms / 1000);
}

static char *skip_metrics(struct request *req, char *text)
{
	struct dispatcher_figures dispatcher = dispatcher_figures(api.dispatcher);

	text =
		arena_printf(req->arena,
	                 "%s# HELP touchstone_skip_waits_total Askers told to wait, because they left "
	                 "too many pairs unanswered.\n"
	                 "# TYPE touchstone_skip_waits_total counter\n"
	                 "touchstone_skip_waits_total %llu\n"
	                 "# HELP touchstone_skips_total Pairs skipped.\n"
	                 "# TYPE touchstone_skips_total counter\n",
	                 text, dispatcher.waits);
	for (size_t reason = 0; reason < SKIP_REASONS; reason++)
		text = arena_printf(req->arena, "%stouchstone_skips_total{reason=\"%s\"} %llu\n", text,
		                    skip_reasons[reason], dispatcher.skips[reason]);
	return text;
}

static char *decided_metrics(struct request *req, const char *text, const struct fit_figures *fit)
{
	return arena_printf(
		req->arena,
		"%s# HELP touchstone_fit_decided_items Retired items by the rule of who may decide them.\n"
		"# TYPE touchstone_fit_decided_items gauge\n"
		"touchstone_fit_decided_items{rule=\"full\"} %lld\n"
		"touchstone_fit_decided_items{rule=\"no_gold\"} %lld\n"
		"touchstone_fit_decided_items{rule=\"one_network\"} %lld\n"
		"touchstone_fit_decided_items{rule=\"no_gold_one_network\"} %lld\n"
		"# HELP touchstone_fit_ignored_volunteers Volunteers worse than chance.\n"
		"# TYPE touchstone_fit_ignored_volunteers gauge\n"
		"touchstone_fit_ignored_volunteers %lld\n",
		text, fit->decided_full, fit->decided_no_gold, fit->decided_one_network,
		fit->decided_neither, fit->ignored);
}

/* What full fits changed, by whichever process made them. */
static char *fit_metrics(struct request *req, const char *text)
{
	struct fit_figures fit = stats_fit();

	text = arena_printf(
		req->arena,
		"%s# HELP touchstone_fits_total Full fits of the model.\n"
		"# TYPE touchstone_fits_total counter\n"
		"touchstone_fits_total %lld\n"
		"# HELP touchstone_fit_changes_total Items, or disputes, that full fits changed.\n"
		"# TYPE touchstone_fit_changes_total counter\n"
		"touchstone_fit_changes_total{change=\"retired\"} %lld\n"
		"touchstone_fit_changes_total{change=\"reopened\"} %lld\n"
		"touchstone_fit_changes_total{change=\"disputed\"} %lld\n"
		"touchstone_fit_changes_total{change=\"withdrawn\"} %lld\n",
		text, fit.fits, fit.retired, fit.reopened, fit.disputed, fit.withdrawn);
	text = arena_printf(
		req->arena,
		"%s# HELP touchstone_fit_cohorts Groups of volunteers who err together beyond what all "
		"share.\n"
		"# TYPE touchstone_fit_cohorts gauge\n"
		"touchstone_fit_cohorts %lld\n"
		"# HELP touchstone_fit_cohort_volunteers Volunteers in these groups.\n"
		"# TYPE touchstone_fit_cohort_volunteers gauge\n"
		"touchstone_fit_cohort_volunteers %lld\n"
		"# HELP touchstone_fit_cohort_judgments_ratio Their share of the judgments.\n"
		"# TYPE touchstone_fit_cohort_judgments_ratio gauge\n"
		"touchstone_fit_cohort_judgments_ratio %.4f\n"
		"# HELP touchstone_fit_cohort_label_changes Labels that turn in a fit without them.\n"
		"# TYPE touchstone_fit_cohort_label_changes gauge\n"
		"touchstone_fit_cohort_label_changes %lld\n",
		text, fit.cohorts, fit.cohort_volunteers, fit.cohort_share, fit.cohort_changes);
	text = decided_metrics(req, text, &fit);
	return arena_printf(
		req->arena,
		"%s# HELP touchstone_fit_held_items Faded items that the last fit left retired.\n"
		"# TYPE touchstone_fit_held_items gauge\n"
		"touchstone_fit_held_items %lld\n"
		"# HELP touchstone_fit_gold_items Judged gold that the last fit was calibrated on.\n"
		"# TYPE touchstone_fit_gold_items gauge\n"
		"touchstone_fit_gold_items %lld\n"
		"# HELP touchstone_fit_calibration_weight From 0, caution alone, towards 1.\n"
		"# TYPE touchstone_fit_calibration_weight gauge\n"
		"touchstone_fit_calibration_weight %.4f\n"
		"# HELP touchstone_fit_calibration_slope Below 1 the crowd is too sure of itself.\n"
		"# TYPE touchstone_fit_calibration_slope gauge\n"
		"touchstone_fit_calibration_slope %.4f\n"
		"# HELP touchstone_fit_timestamp_seconds When the last fit was published.\n"
		"# TYPE touchstone_fit_timestamp_seconds gauge\n"
		"touchstone_fit_timestamp_seconds %.3f\n",
		text, fit.held, fit.gold, fit.weight, fit.slope, fit.fitted_at_s);
}

static char *budget_metrics(struct request *req, char *text)
{
	text = arena_printf(req->arena,
	                    "%s# HELP touchstone_budget_refusals_total Requests that a network's "
	                    "budget refused.\n"
	                    "# TYPE touchstone_budget_refusals_total counter\n",
	                    text);
	for (unsigned which = RATE_NONE + 1; which < BUDGETS; which++)
		text = arena_printf(
			req->arena, "%stouchstone_budget_refusals_total{budget=\"%s\"} %llu\n", text,
			rate_limit_name((enum rate_limit)which),
			(unsigned long long)rate_limit_refusals(api.rate_limits, (enum rate_limit)which));
	return text;
}

static char *store_metrics(struct request *req, const char *text)
{
	struct lost_figures lost = lost_media_figures();

	return arena_printf(req->arena,
	                    "%s# HELP touchstone_missing_media_total Times that a file was asked for "
	                    "which the store has lost.\n"
	                    "# TYPE touchstone_missing_media_total counter\n"
	                    "touchstone_missing_media_total %llu\n"
	                    "# HELP touchstone_lost_items Items out of service because the store has "
	                    "lost files of theirs.\n"
	                    "# TYPE touchstone_lost_items gauge\n"
	                    "touchstone_lost_items %lld\n",
	                    text, lost.missed, lost.items);
}

static char *notice_metrics(struct request *req, const char *text)
{
	return arena_printf(
		req->arena,
		"%s# HELP touchstone_notices_over_limit_total Notices that would have hidden "
		"an item, but for the limit of a day.\n"
		"# TYPE touchstone_notices_over_limit_total counter\n"
		"touchstone_notices_over_limit_total %llu\n",
		text, (unsigned long long)notices_over_limit());
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
	text = budget_metrics(
		req, store_metrics(
				 req, fit_metrics(
						  req, skip_metrics(req, notice_metrics(req, desk_metrics(req, text))))));
	text = arena_printf(req->arena, "%s%s%s", text, integrity_metrics(req->arena),
	                    leak_figures_metrics(req->arena));
	request_text(req, 200, "text/plain; version=0.0.4; charset=utf-8", text);
	return ok();
}
