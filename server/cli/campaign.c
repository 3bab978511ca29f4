/* SPDX-License-Identifier: Apache-2.0 */
/* campaign -- lists the campaigns, makes and changes them, opens, pauses and closes them. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "core/number.h"
#include "core/utf8.h"
#include "core/vocabulary.h"
#include "corpus/campaign.h"
#include "corpus/campaign_settings.h"
#include "db/db.h"
#include "scoring/campaign_effect.h"

static void print_campaign(void *arg, const struct campaign *campaign)
{
	(void)arg;
	printf("%s  %s  %" PRId64 " items: %" PRId64 " in service, %" PRId64 " retired, %" PRId64
	       " disputed, %" PRId64 " settled\n",
	       campaign->name, campaign->state, campaign->items, campaign->in_service,
	       campaign->retired, campaign->disputed, campaign->settled);
	if (campaign->cut.width)
		printf("  cut to %u x %u pixels\n", campaign->cut.width, campaign->cut.height);
	if (campaign->cut.length_ms)
		printf("  cut to the seconds from %.2f to %.2f\n", campaign->cut.from_ms / 1000.0,
		       (campaign->cut.from_ms + campaign->cut.length_ms) / 1000.0);
	else if (campaign->shortest)
		puts("  to be cut to the length of the shortest when it opens");
	if (campaign->cut.noise_db)
		printf("  noise of %d dBFS under every sound\n", campaign->cut.noise_db);
	if (campaign->due)
		printf("  %" PRId64 " items wait to be cut, and are handed out to nobody until then\n",
		       campaign->due);
	if (campaign->uncut)
		printf("  %" PRId64 " items cannot be cut so: `touchstone campaign uncut %s` says why\n",
		       campaign->uncut, campaign->name);
}

static void print_uncut(void *arg, const char *item, const char *why)
{
	(void)arg;
	printf("%s  %s\n", item, why);
}

static struct error list_uncut(struct db *db, const char *name)
{
	return campaign_uncut(db, name, print_uncut, NULL);
}

static struct error list_campaigns(struct db *db, const char *name)
{
	(void)name;
	return campaign_each(db, print_campaign, NULL);
}

static struct error move_to(struct db *db, const char *name, enum campaign_act act)
{
	return campaign_move(db, &(struct campaign_move){ .name = name, .act = act });
}

static struct error open_named(struct db *db, const char *name)
{
	return move_to(db, name, CAMPAIGN_OPEN);
}

static struct error pause_named(struct db *db, const char *name)
{
	return move_to(db, name, CAMPAIGN_PAUSE);
}

static struct error close_named(struct db *db, const char *name)
{
	return move_to(db, name, CAMPAIGN_CLOSE);
}

/* A line for each setting, as `set` takes it: "threshold=0.97". */
static void print_settings(const json_t *settings)
{
	for (size_t s = 0; s < CAMPAIGN_SETTINGS; s++) {
		const json_t *value = json_object_get(settings, campaign_settings[s].name);
		char *text =
			json_is_string(value)
				? NULL
				: json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));

		printf("%s=%s\n", campaign_settings[s].name, text ? text : json_string_value(value));
		free(text);
	}
}

static struct error show_campaign(struct db *db, const char *name)
{
	struct arena *arena = arena_new();
	struct campaign_standing standing = { 0 };
	struct error err = campaign_stands(db, arena, name, &standing);

	if (!err.code) {
		printf("%s  %s  version %" PRId64 "\n", standing.name, standing.state, standing.version);
		print_settings(standing.settings);
		campaign_standing_clear(&standing);
	}
	arena_free(arena);
	return err;
}

static const struct {
	const char *name;
	int words;
	struct error (*act)(struct db *db, const char *name);
} verbs[] = {
	{ "list", 2, list_campaigns }, { "open", 3, open_named },    { "pause", 3, pause_named },
	{ "close", 3, close_named },   { "show", 3, show_campaign }, { "uncut", 3, list_uncut },
};

const char cli_campaign_usage[] =
	"campaign list | show NAME | open NAME | pause NAME | close NAME | uncut NAME\n"
	"       touchstone campaign set NAME SETTING=VALUE... [--dry-run]\n"
	"       touchstone campaign add NAME [--box WIDTHxHEIGHT] [--window FROM-TO | --length "
	"shortest]\n"
	"                               [--noise DBFS] [SETTING=VALUE...]\n"
	"       touchstone campaign guide NAME FILE | --none\n"
	"       touchstone campaign second-opinion NAME never|always|gold|contradiction|share "
	"[--share 0..1]";

/* "512x288", or NULL. */
static bool read_box(const char *text, struct media_cut *cut)
{
	char width[8] = "", height[8] = "", more;
	uint64_t pixels[2];

	if (!text)
		return true;
	if (sscanf(text, "%7[0-9]x%7[0-9]%c", width, height, &more) != 2 ||
	    !number_whole(width, 1, UINT16_MAX, &pixels[0]) ||
	    !number_whole(height, 1, UINT16_MAX, &pixels[1]))
		return false;
	cut->width = (unsigned)pixels[0];
	cut->height = (unsigned)pixels[1];
	return true;
}

/* "0-4" or "1.2-5.2", in seconds; or NULL. */
static bool read_window(const char *text, struct media_cut *cut)
{
	char from[16] = "", to[16] = "", more;
	double seconds[2];

	if (!text)
		return true;
	if (sscanf(text, "%15[0-9.]-%15[0-9.]%c", from, to, &more) != 2 ||
	    !number_real(from, 0, 3600, &seconds[0]) || !number_real(to, 0, 3600, &seconds[1]) ||
	    seconds[1] <= seconds[0])
		return false;
	cut->from_ms = (unsigned)lround(seconds[0] * 1000);
	cut->length_ms = (unsigned)lround(seconds[1] * 1000) - cut->from_ms;
	return true;
}

/* "-50", or NULL. */
static bool read_noise(const char *text, struct media_cut *cut)
{
	uint64_t below;

	if (!text)
		return true;
	if (*text != '-' || !number_whole(text + 1, 1, 999, &below))
		return false;
	cut->noise_db = -(int)below;
	return true;
}

static int add_campaign(const struct settings *settings, int argc, char **argv)
{
	const char *box = take_option(&argc, argv, "--box");
	const char *window = take_option(&argc, argv, "--window");
	const char *length = take_option(&argc, argv, "--length");
	const char *noise = take_option(&argc, argv, "--noise");
	struct media_cut cut = { 0 };
	json_auto_t *changes = NULL;

	if (argc < 3 || !read_box(box, &cut) || !read_window(window, &cut) ||
	    !read_noise(noise, &cut) || (length && (window || strcmp(length, "shortest") != 0))) {
		fprintf(stderr, "usage: touchstone %s\n", cli_campaign_usage);
		return EXIT_USAGE;
	}
	struct error err = campaign_settings_words(argv + 3, argc - 3, &changes);
	if (err.code)
		return failed(err);
	struct db *db = command_db(settings);
	if (!db)
		return EXIT_FAILED;
	err = campaign_make(
		db,
		&(struct campaign_wanted){
			.name = argv[2], .cut = cut, .shortest = length, .open = true, .settings = changes });
	db_close(db);
	return err.code ? failed(err) : EXIT_DONE;
}

static void print_effect(const struct campaign_effect *effect)
{
	printf("%" PRId64 " items retire, %" PRId64 " become disputes, %" PRId64
	       " come back into service, %" PRId64 " disputes are withdrawn, %" PRId64
	       " items are handed out no more\n",
	       effect->retire, effect->dispute, effect->reopen, effect->withdraw, effect->leave);
	if (effect->looked_at)
		printf("counted from %" PRId64 " of %" PRId64
		       " items, drawn by chance: each to within %" PRId64 "\n",
		       effect->looked_at, effect->items, effect->within);
}

/* Says what a change does to items in service, and does it. Takes the changes over. */
static int change_campaign(const struct settings *settings, const struct campaign_wish *wish)
{
	json_auto_t *changes = (json_t *)(uintptr_t)wish->changes, *after = NULL;
	struct campaign_effect effect = { 0 };
	struct db *db = command_db(settings);

	(void)changes;
	if (!db)
		return EXIT_FAILED;
	struct campaign_wish look = *wish;
	look.dry = true;
	struct error err = campaign_set(db, &look, &after);
	if (!err.code)
		err = campaign_effect_of(db, wish->name, after, &effect);
	if (!err.code && !wish->dry) {
		json_decref(after);
		after = NULL;
		err = campaign_set(db, wish, &after);
	}
	db_close(db);
	if (err.code)
		return failed(err);
	print_effect(&effect);
	return EXIT_DONE;
}

/* The text of a file, which the caller frees; NULL after saying why. */
static char *read_guidelines(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t room = 0;

	if (!file) {
		failed(errorf(ERR_INVALID, "cannot read %s: %s", path, strerrordesc_np(errno)));
		return NULL;
	}
	ssize_t len = getdelim(&text, &room, '\0', file);
	fclose(file);
	if (len < 1 || utf8_fault(text, (size_t)len) != (size_t)len) {
		failed(errorf(ERR_INVALID, "%s holds no text", path));
		free(text);
		return NULL;
	}
	return text;
}

static int guide_campaign(const struct settings *settings, int argc, char **argv)
{
	bool none = take_flag(&argc, argv, "--none");
	char *text = NULL;

	if (argc != (none ? 3 : 4)) {
		fprintf(stderr, "usage: touchstone %s\n", cli_campaign_usage);
		return EXIT_USAGE;
	}
	if (!none && !(text = read_guidelines(argv[3])))
		return EXIT_FAILED;
	json_t *changes = json_pack("{s:s?}", "guidelines", text);
	free(text);
	return change_campaign(settings,
	                       &(struct campaign_wish){ .name = argv[2], .changes = changes });
}

static int ask_second(const struct settings *settings, int argc, char **argv)
{
	const char *share = take_option(&argc, argv, "--share");
	double part;

	if (argc != 4 || !vocabulary_has(second_opinions, argv[3]) ||
	    (share && !number_real(share, 0, 1, &part))) {
		fprintf(stderr, "usage: touchstone %s\n", cli_campaign_usage);
		return EXIT_USAGE;
	}
	json_t *changes = json_pack("{s:s}", "second_opinion", argv[3]);
	if (share)
		json_object_set_new(changes, "second_share", json_real(part));
	return change_campaign(settings,
	                       &(struct campaign_wish){ .name = argv[2], .changes = changes });
}

static int set_campaign(const struct settings *settings, int argc, char **argv)
{
	bool dry = take_flag(&argc, argv, "--dry-run");
	json_t *changes = NULL;

	if (argc < 4) {
		fprintf(stderr, "usage: touchstone %s\n", cli_campaign_usage);
		return EXIT_USAGE;
	}
	struct error err = campaign_settings_words(argv + 3, argc - 3, &changes);
	if (err.code)
		return failed(err);
	return change_campaign(
		settings, &(struct campaign_wish){ .name = argv[2], .changes = changes, .dry = dry });
}

int cli_campaign(const struct settings *settings, int argc, char **argv)
{
	const size_t count = sizeof verbs / sizeof verbs[0];
	size_t verb = 0;

	if (argc > 1 && strcmp(argv[1], "add") == 0)
		return add_campaign(settings, argc, argv);
	if (argc > 1 && strcmp(argv[1], "guide") == 0)
		return guide_campaign(settings, argc, argv);
	if (argc > 1 && strcmp(argv[1], "second-opinion") == 0)
		return ask_second(settings, argc, argv);
	if (argc > 1 && strcmp(argv[1], "set") == 0)
		return set_campaign(settings, argc, argv);
	if (!arguments_fit(argc, argv, 1, 2, cli_campaign_usage))
		return EXIT_USAGE;
	while (verb < count && (argc != verbs[verb].words || strcmp(argv[1], verbs[verb].name) != 0))
		verb++;
	if (verb == count) {
		fprintf(stderr, "usage: touchstone %s\n", cli_campaign_usage);
		return EXIT_USAGE;
	}
	struct db *db = command_db(settings);
	if (!db)
		return EXIT_FAILED;
	struct error err = verbs[verb].act(db, argv[2]);
	db_close(db);
	return err.code ? failed(err) : EXIT_DONE;
}
