/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/api.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/number.h"
#include "db/db.h"
#include "engine/background.h"
#include "engine/resources.h"
#include "engine/sync.h"
#include "engine/workers.h"
#include "health/readiness.h"
#include "http/as_table.h"
#include "http/client.h"
#include "http/guard.h"
#include "http/rate_limit.h"
#include "http/static.h"
#include "judging/dispatcher.h"
#include "notices/held.h"
#include "notices/notice.h"
#include "people/revocation.h"
#include "release/keys.h"
#include "store/store.h"
#include "work/lane.h"

#define STATEMENT_MS 4500 /* no request waits longer for one statement */
#define ANSWER_MS    5000 /* nor for the answer of a database that does not keep that time */
#define HUSH_MS      2000 /* nor, to read, for one that says nothing to anybody */
#define SETTLE_MS    5000 /* at the end, for answers on their way */

static struct db *limit_waits(struct db *db, unsigned hush_ms)
{
	if (db)
		db_set_patience(db, hush_ms, ANSWER_MS);
	return db;
}

static void *open_to_read(void *database_url)
{
	return limit_waits(db_open(database_url, STATEMENT_MS), HUSH_MS);
}

static void *open_db(void *database_url)
{
	return limit_waits(db_open(database_url, STATEMENT_MS), ANSWER_MS);
}

static void *open_db_by_key(void *database_url)
{
	return limit_waits(db_open_by_key(database_url, STATEMENT_MS), ANSWER_MS);
}

static void close_db(void *db)
{
	db_close(db);
}

static const struct {
	struct lane **lane;
	const char *name;
	unsigned threads, depth, batch;
	void *(*open)(void *database_url);
	struct lane **near; /* what serves instead where the store needs no network */
} lanes[] = {
	{ &lane_queries, "queries", 4, 1024, 1, open_to_read, NULL },
	{ &lane_assignments, "assignments", 2, 2048, LANE_MAX_BATCH, open_db_by_key, NULL },
	{ &lane_answers, "answers", 2, 2048, LANE_MAX_BATCH, open_db_by_key, NULL },
	{ &lane_passwords, "passwords", 1, 32, 1, open_db, NULL },
	{ &lane_uploads, "uploads", 2, 512, 1, open_db, NULL },
	{ &lane_media, "media", 8, 1024, 1, open_to_read, &lane_queries },
	{ &lane_releases, "releases", 4, 256, 1, open_to_read, &lane_queries },
};

#define LANES (sizeof lanes / sizeof lanes[0])

/* Not the other name of one that comes before it. */
static bool runs_itself(size_t i)
{
	return *lanes[i].lane && !(lanes[i].near && *lanes[i].lane == *lanes[i].near);
}

static void close_lanes(void)
{
	for (size_t i = 0; i < LANES; i++)
		if (runs_itself(i))
			lane_close(*lanes[i].lane);
}

/* All or none runs: a lane may be freed only when its threads are gone. */
static struct error start_lanes(const struct settings *settings)
{
	for (size_t i = 0; i < LANES; i++) {
		if (lanes[i].near && store_opens_at_once(api.store)) {
			*lanes[i].lane = *lanes[i].near;
			continue;
		}
		*lanes[i].lane = lane_start(&(struct lane_config){
			.name = lanes[i].name,
			.threads = lanes[i].threads,
			.depth = lanes[i].depth,
			.batch = lanes[i].batch,
			.open = lanes[i].open,
			.close = close_db,
			.serve = api_serve,
			.arg = (void *)(uintptr_t)settings->database_url,
		});
		if (!*lanes[i].lane) {
			close_lanes();
			return errorf(ERR_UNAVAILABLE,
			              "the lane of %s cannot start: does the database allow more connections?",
			              lanes[i].name);
		}
	}
	return ok();
}

static void free_lanes(void)
{
	for (size_t i = LANES; i-- > 0;)
		if (runs_itself(i))
			lane_free(*lanes[i].lane);
}

/* Zero is a part that was not started. */
struct engine {
	struct token_keys *keys;
	struct store *store;
	struct static_files *pages;
	struct rate_limits *rate_limits, *addresses, *strangers;
	struct networks *trusted_proxies;
	struct declared_networks *declared;
	struct as_table *systems;
	struct background *background;
	struct sync_thread *sync_thread;
	struct server *server;
};

/* What is amiss and stops nobody is said once. */
static struct error open_stored(const struct settings *settings, struct db *db, bool renew,
                                struct engine *engine)
{
	struct error err;

	if (settings->public_url && (err = guard_public_url(settings->public_url)).code)
		return err;
	if ((err = resources_mail(settings)).code)
		return err;
	if ((err = resources_store(settings, db, false, &engine->store)).code)
		return err;
	if ((err = resources_secret(settings, db, renew, &engine->keys)).code)
		return err;
	struct readiness ready = readiness_check(db, engine->store, engine->keys);
	if (ready.storing.code)
		log_warn("%s: judging goes on, imports and releases do not", ready.storing.detail);
	if (ready.clock.code)
		log_warn("%s: set it", ready.clock.detail);
	struct error owner = readiness_owner(db);
	if (owner.code)
		log_warn("%s", owner.detail);
	struct error signing = keys_check(db);
	if (signing.code)
		log_warn("%s. Until then no release is made here", signing.detail);
	return ok();
}

static struct error open_as_table(const struct settings *settings, struct engine *engine)
{
	if (!settings->as_table || !*settings->as_table)
		return ok();
	struct error err = as_table_read(settings->as_table, &engine->systems);
	if (!err.code)
		log_info("%zu prefixes say which networks are one provider's",
		         as_table_count(engine->systems));
	return err;
}

/* Borrowed by the server and the handlers. */
static const char *public_address(const struct settings *settings)
{
	static char by_listener[SETTINGS_ADDRESS];

	return settings_address(settings, by_listener);
}

/* A setting of two words; *ret_yes: it is the first. */
static struct error read_switch(const char *name, const char *value, const char *yes,
                                const char *no, bool *ret_yes)
{
	*ret_yes = strcmp(value, yes) == 0;
	return *ret_yes || strcmp(value, no) == 0
	           ? ok()
	           : errorf(ERR_INVALID, "%s is %s or %s, not %s", name, yes, no, value);
}

/* Of addresses: for each network, and for all from where nobody signed in. */
static struct error open_sign_in_budgets(const struct settings *settings, struct engine *engine)
{
	bool off = settings->rate_limits && strcmp(settings->rate_limits, "off") == 0;
	struct error err = rate_limits_read(off ? "off" : "sign_ins=10/m:20", &engine->addresses);

	return err.code ? err : rate_limits_read(off ? "off" : "sign_ins=6/m:30", &engine->strangers);
}

static struct error open_parts(const struct settings *settings, bool renew, struct engine *engine)
{
	bool on = false, required = false;
	struct db *db = NULL;
	struct error err = resources_database(settings, &db);

	if (!err.code)
		err = db_check(db);
	if (!err.code)
		err = open_stored(settings, db, renew, engine);
	db_close(db);
	if (err.code)
		return err;
	if ((err = static_read(settings->pages, &engine->pages)).code)
		return err;
	if ((err = rate_limits_read(settings->rate_limits, &engine->rate_limits)).code)
		return err;
	if ((err = networks_read(settings->trusted_proxies, &engine->trusted_proxies)).code)
		return err;
	if ((err = declared_networks_read(settings->networks, &engine->declared)).code)
		return err;
	if ((err = open_as_table(settings, engine)).code)
		return err;
	if ((err = read_switch("TOUCHSTONE_CONTRIBUTIONS", settings->contributions, "on", "off", &on))
	        .code)
		return err;
	if ((err = read_switch("TOUCHSTONE_SECOND_FACTOR", settings->second_factor, "required",
	                       "optional", &required))
	        .code)
		return err;
	if ((err = notice_configure(settings->notice_hides, settings->notice_held_days)).code)
		return err;
	if ((err = held_configure(settings->held_key_file, settings->notice_grace_days)).code)
		return err;
	if ((err = open_sign_in_budgets(settings, engine)).code)
		return err;
	api = (struct api){ .keys = engine->keys,
		                .job_handler = workers_handler,
		                .store = engine->store,
		                .dispatcher = dispatcher_new(),
		                .revocations = revocations_new(),
		                .pages = engine->pages,
		                .rate_limits = engine->rate_limits,
		                .addresses = engine->addresses,
		                .strangers = engine->strangers,
		                .factor_required = required,
		                .contributions = on,
		                .address = public_address(settings),
		                .secure = settings->public_url &&
		                          strncmp(settings->public_url, "https://", 8) == 0 };
	return ok();
}

static void close_parts(struct engine *engine)
{
	dispatcher_free(api.dispatcher);
	revocations_free(api.revocations);
	networks_free(engine->trusted_proxies);
	declared_networks_free(engine->declared);
	as_table_free(engine->systems);
	rate_limits_free(engine->addresses);
	rate_limits_free(engine->strangers);
	rate_limits_free(engine->rate_limits);
	static_free(engine->pages);
	token_keys_free(engine->keys);
	store_free(engine->store);
}

static struct error listen_now(const struct settings *settings, struct engine *engine)
{
	bool loopback =
		strncmp(settings->listen, "127.", 4) == 0 || strncmp(settings->listen, "[::1]", 5) == 0;

	uint64_t connections = 0;

	if (settings->connections && !number_whole(settings->connections, 1, 1000000, &connections))
		return errorf(ERR_INVALID, "TOUCHSTONE_CONNECTIONS is a number from 1, not %s",
		              settings->connections);
	/* Who listens to the world and says no address may be called by any name. */
	struct server_config config = { .listen = settings->listen,
		                            .routes = api_routes,
		                            .public_url = api.address,
		                            .hosts =
		                                settings->public_url || loopback ? settings->hosts : NULL,
		                            .connections = (unsigned)connections,
		                            .trusted_proxies = engine->trusted_proxies,
		                            .declared = engine->declared,
		                            .systems = engine->systems,
		                            .rate_limits = engine->rate_limits,
		                            .keys = engine->keys,
		                            .admit = api_admit,
		                            .refuse = api_refuse,
		                            .headers = api_headers_of(api.secure) };

	return server_start(&config, &engine->server);
}

/* Those that work beside the lanes. */
static struct error start_threads(const struct settings *settings, struct engine *engine,
                                  bool with_work)
{
	if (!(engine->sync_thread =
	          sync_start(settings->database_url, api.dispatcher, api.revocations, api.store)))
		return errorf(ERR_UNAVAILABLE, "the items to hand out cannot be read");
	if (!with_work)
		return ok();
	if (!(engine->background = background_start(settings, engine->store)))
		return errorf(ERR_UNAVAILABLE, "no database to work on");
	api.wake_scorer = background_wake_scorer;
	api.wake_worker = background_wake_worker;
	return ok();
}

/* False: work in the background goes on, and cannot be waited for. */
static bool stop_threads(struct engine *engine)
{
	if (engine->sync_thread)
		sync_stop(engine->sync_thread);
	return !engine->background || background_stop(engine->background);
}

/*
 * Order matters.  Lanes close while MHD still runs, so that answers can be sent and no
 * connection is left suspended (MHD would abort).  Then answers on their way are waited for.
 * Lanes are freed last, because MHD threads may try to submit until they are joined.
 */
static bool stop_serving(struct engine *engine)
{
	server_quiesce(engine->server);
	close_lanes();
	unsigned unsent = server_settle(engine->server, SETTLE_MS);
	if (unsent)
		log_warn("stopping with %u answers unsent: their readers are too slow", unsent);
	bool ended = stop_threads(engine);
	server_stop(engine->server);
	return ended;
}

static struct error start_serving(const struct engine_config *config, struct engine *engine)
{
	struct error err = open_parts(config->settings, config->new_secret, engine);

	if (err.code || (err = start_lanes(config->settings)).code)
		return err;
	if (!(err = start_threads(config->settings, engine, !config->without_work)).code)
		err = listen_now(config->settings, engine);
	if (!err.code)
		return ok();
	if (!stop_threads(engine))
		_exit(EXIT_FAILED);
	close_lanes();
	return err;
}

static void free_engine(struct engine *engine)
{
	free_lanes();
	close_parts(engine);
	free(engine);
}

struct error engine_start(const struct engine_config *config, struct engine **ret_engine)
{
	struct engine *engine = mem_new(1, sizeof *engine);
	struct error err = start_serving(config, engine);

	if (err.code)
		free_engine(engine);
	else
		*ret_engine = engine;
	return err;
}

const char *engine_address(const struct engine *engine)
{
	return server_address(engine->server);
}

bool engine_stop(struct engine *engine)
{
	bool ended = stop_serving(engine);

	if (ended)
		free_engine(engine);
	return ended;
}
