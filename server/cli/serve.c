/* SPDX-License-Identifier: Apache-2.0 */
/* serve and work -- start the parts, wait for a signal, stop them in reverse. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/api.h"
#include "cli/commands.h"
#include "core/log.h"
#include "core/number.h"
#include "db/db.h"
#include "engine/background.h"
#include "engine/sync.h"
#include "health/readiness.h"
#include "http/client.h"
#include "http/guard.h"
#include "http/static.h"
#include "judging/dispatcher.h"
#include "people/revocation.h"
#include "store/store.h"
#include "work/lane.h"

#define STATEMENT_MS  4500 /* no request waits longer for one statement */
#define ANSWER_MS     5000 /* nor for the answer of a database that does not keep that time */
#define HUSH_MS       2000 /* nor, to read, for one that says nothing to anybody */
#define SETTLE_MS     5000 /* at the end, for answers on their way */
#define LAST_RESORT_S 9    /* a stop that hangs is ended: 10 s is the promise */

static struct db *serve_patient(struct db *db, unsigned hush_ms)
{
	if (db)
		db_set_patience(db, hush_ms, ANSWER_MS);
	return db;
}

static void *open_to_read(void *database_url)
{
	return serve_patient(db_open(database_url, STATEMENT_MS), HUSH_MS);
}

static void *open_db(void *database_url)
{
	return serve_patient(db_open(database_url, STATEMENT_MS), ANSWER_MS);
}

static void *open_db_by_key(void *database_url)
{
	return serve_patient(db_open_by_key(database_url, STATEMENT_MS), ANSWER_MS);
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
} lanes[] = {
	{ &lane_queries, "queries", 4, 1024, 1, open_to_read },
	{ &lane_assignments, "assignments", 2, 2048, LANE_MAX_BATCH, open_db_by_key },
	{ &lane_answers, "answers", 2, 2048, LANE_MAX_BATCH, open_db_by_key },
	{ &lane_passwords, "passwords", 1, 32, 1, open_db },
};

#define LANES (sizeof lanes / sizeof lanes[0])

static void close_lanes(void)
{
	for (size_t i = 0; i < LANES; i++)
		if (*lanes[i].lane)
			lane_close(*lanes[i].lane);
}

/* All or none runs: a lane may be freed only when its threads are gone. */
static bool start_lanes(const struct settings *settings)
{
	for (size_t i = 0; i < LANES; i++) {
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
			fputs("touchstone: no database, or not migrated: is DATABASE_URL right? "
				  "`touchstone migrate` brings the schema up to date\n",
				  stderr);
			return false;
		}
	}
	return true;
}

static void free_lanes(void)
{
	for (size_t i = 0; i < LANES; i++)
		if (*lanes[i].lane)
			lane_free(*lanes[i].lane);
}

/* Everything `serve` holds; zero is a part that was not started. */
struct parts {
	struct token_keys *keys;
	struct store *store;
	struct static_files *pages;
	struct rate_limits *rate_limits, *addresses;
	struct networks *trusted_proxies;
	struct background *background;
	struct sync_thread *sync_thread;
	struct server *server;
};

/* A secret that is lost is not made anew by itself: everybody would be signed out. */
static struct error open_secret(const struct settings *settings, struct db *db, bool renew,
								struct parts *parts)
{
	struct error err = ok();

	if (access(settings->secret_file, F_OK) != 0)
		err = readiness_secret(db, NULL, renew);
	if (err.code || (err = token_keys_open(settings->secret_file, &parts->keys)).code)
		return err;
	return readiness_secret(db, parts->keys, renew);
}

/* What is amiss and stops nobody is said once. */
static struct error open_stored(const struct settings *settings, struct db *db, bool renew,
								struct parts *parts)
{
	struct error err;

	if (settings->public_url && (err = guard_public_url(settings->public_url)).code)
		return err;
	if (!(parts->store = command_store(settings, db)))
		return errorf(ERR_INTERNAL, "cannot open the store");
	if ((err = open_secret(settings, db, renew, parts)).code)
		return err;
	struct readiness ready = readiness_check(db, parts->store, parts->keys);
	if (ready.storing.code)
		log_warn("%s: judging goes on, imports and releases do not", ready.storing.detail);
	if (ready.clock.code)
		log_warn("%s: set it", ready.clock.detail);
	struct error owner = readiness_owner(db);
	if (owner.code)
		log_warn("%s", owner.detail);
	return ok();
}

static struct error open_parts(const struct settings *settings, bool renew, struct parts *parts)
{
	struct db *db = command_db(settings);
	struct error err =
		db ? open_stored(settings, db, renew, parts) : errorf(ERR_UNAVAILABLE, "cannot start");

	db_close(db);
	if (err.code)
		return err;
	if ((err = static_read(settings->pages, &parts->pages)).code)
		return err;
	if ((err = rate_limits_read(settings->rate_limits, &parts->rate_limits)).code)
		return err;
	if ((err = networks_read(settings->trusted_proxies, &parts->trusted_proxies)).code)
		return err;
	bool off = settings->rate_limits && strcmp(settings->rate_limits, "off") == 0;
	if ((err = rate_limits_read(off ? "off" : "sign_ins=10/m:20", &parts->addresses)).code)
		return err;
	api = (struct api){ .keys = parts->keys,
						.store = parts->store,
						.dispatcher = dispatcher_new(),
						.revocations = revocations_new(),
						.pages = parts->pages,
						.rate_limits = parts->rate_limits,
						.addresses = parts->addresses,
						.secure = settings->public_url &&
								  strncmp(settings->public_url, "https://", 8) == 0 };
	return ok();
}

static void close_parts(struct parts *parts)
{
	dispatcher_free(api.dispatcher);
	revocations_free(api.revocations);
	networks_free(parts->trusted_proxies);
	rate_limits_free(parts->addresses);
	rate_limits_free(parts->rate_limits);
	static_free(parts->pages);
	token_keys_free(parts->keys);
	store_free(parts->store);
}

static struct error listen_now(const struct settings *settings, struct parts *parts)
{
	static char by_listener[128]; /* borrowed by the server */
	bool loopback =
		strncmp(settings->listen, "127.", 4) == 0 || strncmp(settings->listen, "[::1]", 5) == 0;

	uint64_t connections = 0;

	if (settings->connections && !number_whole(settings->connections, 1, 1000000, &connections))
		return errorf(ERR_INVALID, "TOUCHSTONE_CONNECTIONS is a number from 1, not %s",
					  settings->connections);
	snprintf(by_listener, sizeof by_listener, "http://%s", settings->listen);
	/* Who listens to the world and says no address may be called by any name. */
	struct server_config config = { .listen = settings->listen,
									.routes = api_routes,
									.public_url =
										settings->public_url ? settings->public_url : by_listener,
									.hosts =
										settings->public_url || loopback ? settings->hosts : NULL,
									.connections = (unsigned)connections,
									.trusted_proxies = parts->trusted_proxies,
									.rate_limits = parts->rate_limits,
									.keys = parts->keys,
									.admit = api_admit,
									.refuse = api_refuse,
									.headers = api_headers_of(api.secure) };

	return server_start(&config, &parts->server);
}

static void wait_for_signal(void)
{
	sigset_t stop;
	int signo;

	sigemptyset(&stop);
	sigaddset(&stop, SIGINT);
	sigaddset(&stop, SIGTERM);
	sigaddset(&stop, SIGHUP);
	sigwait(&stop, &signo);
}

/* Those that work beside the lanes. */
static struct error start_threads(const struct settings *settings, struct parts *parts,
								  bool with_work)
{
	if (!(parts->sync_thread =
			  sync_start(settings->database_url, api.dispatcher, api.revocations, api.store)))
		return errorf(ERR_UNAVAILABLE, "the items to hand out cannot be read");
	if (!with_work)
		return ok();
	if (!(parts->background = background_start(settings, parts->store)))
		return errorf(ERR_UNAVAILABLE, "no database to work on");
	api.wake_scorer = background_wake_scorer;
	api.wake_worker = background_wake_worker;
	return ok();
}

/* False: work in the background goes on, and cannot be waited for. */
static bool stop_threads(struct parts *parts)
{
	if (parts->sync_thread)
		sync_stop(parts->sync_thread);
	return !parts->background || background_stop(parts->background);
}

/*
 * Order matters.  Lanes close while MHD still runs, so that answers can be sent and no
 * connection is left suspended (MHD would abort).  Then answers on their way are waited for.
 * Lanes are freed last, because MHD threads may try to submit until they are joined.
 */
static void stop_serving(struct parts *parts)
{
	alarm(LAST_RESORT_S);
	server_quiesce(parts->server);
	close_lanes();
	unsigned unsent = server_settle(parts->server, SETTLE_MS);
	if (unsent)
		log_warn("stopping with %u answers unsent: their readers are too slow", unsent);
	bool ended = stop_threads(parts);
	server_stop(parts->server);
	if (!ended)
		_exit(EXIT_DONE);
}

static int serve_here(const struct settings *settings, bool with_work, bool renew)
{
	struct parts parts = { 0 };
	struct error err = open_parts(settings, renew, &parts);
	int code = EXIT_FAILED;

	if (err.code) {
		failed(err);
	} else if (start_lanes(settings)) {
		err = start_threads(settings, &parts, with_work);
		if (!err.code)
			err = listen_now(settings, &parts);
		if (!err.code) {
			log_info("serving http://%s", server_address(parts.server));
			wait_for_signal();
			stop_serving(&parts);
			code = EXIT_DONE;
		} else {
			failed(err);
			if (!stop_threads(&parts))
				_exit(EXIT_FAILED);
			close_lanes();
		}
	}
	free_lanes();
	close_parts(&parts);
	return code;
}

int cli_serve(const struct settings *settings, int argc, char **argv)
{
	bool with_work = !take_flag(&argc, argv, "--no-work");
	bool renew = take_flag(&argc, argv, "--new-secret");

	if (!arguments_fit(argc, argv, 0, 0, "serve [--no-work] [--new-secret]"))
		return EXIT_USAGE;
	return serve_here(settings, with_work, renew);
}

int cli_work(const struct settings *settings, int argc, char **argv)
{
	if (!arguments_fit(argc, argv, 0, 0, "work"))
		return EXIT_USAGE;
	struct store *store = command_store_alone(settings);
	struct background *background = store ? background_start(settings, store) : NULL;
	if (background) {
		log_info("working");
		wait_for_signal();
		alarm(LAST_RESORT_S); /* what is cut short is undone by the database */
		if (!background_stop(background))
			_exit(EXIT_DONE);
	} else if (store) {
		failed(errorf(ERR_UNAVAILABLE, "no database to work on: is DATABASE_URL right?"));
	}
	store_free(store);
	return background ? EXIT_DONE : EXIT_FAILED;
}
