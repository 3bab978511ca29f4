/* SPDX-License-Identifier: Apache-2.0 */
/* serve and work -- start, wait for a signal, stop. */
#include <signal.h>
#include <unistd.h>

#include "cli/commands.h"
#include "core/log.h"
#include "engine/background.h"
#include "engine/engine.h"
#include "engine/resources.h"
#include "media/provenance.h"
#include "store/store.h"

#define LAST_RESORT_S 9 /* a stop that hangs is ended: 10 s is the promise */

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

const char cli_serve_usage[] = "serve [--no-work] [--new-secret]";
const char cli_work_usage[] = "work";

int cli_serve(const struct settings *settings, int argc, char **argv)
{
	struct engine_config config = { .settings = settings };
	struct engine *engine = NULL;

	config.without_work = take_flag(&argc, argv, "--no-work");
	config.new_secret = take_flag(&argc, argv, "--new-secret");
	if (!arguments_fit(argc, argv, 0, 0, cli_serve_usage))
		return EXIT_USAGE;
	struct error err = provenance_trust(settings->c2pa_anchors);
	if (err.code || (err = engine_start(&config, &engine)).code)
		return failed(err);
	log_info("serving http://%s", engine_address(engine));
	wait_for_signal();
	alarm(LAST_RESORT_S);
	if (!engine_stop(engine))
		_exit(EXIT_DONE);
	return EXIT_DONE;
}

int cli_work(const struct settings *settings, int argc, char **argv)
{
	if (!arguments_fit(argc, argv, 0, 0, cli_work_usage))
		return EXIT_USAGE;
	struct error err = provenance_trust(settings->c2pa_anchors);
	if (!err.code)
		err = resources_mail(settings);
	if (err.code)
		return failed(err);
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
