/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"

#ifndef PAGES
#define PAGES "static"
#endif

static const char *settings_setting(const char *name, const char *otherwise)
{
	const char *value = getenv(name); // NOLINT(concurrency-mt-unsafe): no threads yet

	return value && *value ? value : otherwise;
}

static char *settings_joined(const char *a, const char *b, const char *c)
{
	char *text;

	if (asprintf(&text, "%s%s%s", a, b, c) < 0)
		abort();
	return text;
}

static void settings_drop(int *argc, char **argv, int from, int count)
{
	memmove(argv + from, argv + from + count, (size_t)(*argc - from - count + 1) * sizeof *argv);
	*argc -= count;
}

bool take_flag(int *argc, char **argv, const char *name)
{
	for (int i = 1; i < *argc; i++) {
		if (strcmp(argv[i], name) == 0) {
			settings_drop(argc, argv, i, 1);
			return true;
		}
	}
	return false;
}

const char *take_option(int *argc, char **argv, const char *name)
{
	size_t len = strlen(name);

	for (int i = 1; i < *argc && argv[i]; i++) {
		if (strncmp(argv[i], name, len) != 0)
			continue;
		const char *value = argv[i][len] == '=' ? argv[i] + len + 1 : argv[i + 1];
		if (argv[i][len] == '=') {
			settings_drop(argc, argv, i, 1);
			return value;
		}
		if (!argv[i][len] && value && strncmp(value, "--", 2) != 0) {
			settings_drop(argc, argv, i, 2);
			return value;
		}
	}
	return NULL;
}

/* False, after a line on standard error: the flag is there without a value. */
static bool option_or(const char **value, int *argc, char **argv, const char *flag)
{
	const char *given = take_option(argc, argv, flag);

	if (given)
		*value = given;
	if (given || !take_flag(argc, argv, flag))
		return true;
	fprintf(stderr, "touchstone: %s needs a value behind it\n", flag);
	return false;
}

static bool read_level(int *argc, char **argv)
{
	const char *text = settings_setting("TOUCHSTONE_LOG", "info");
	enum log_level level;

	if (!option_or(&text, argc, argv, "--log"))
		return false;
	if (!log_level_read(text, &level)) {
		fprintf(stderr, "touchstone: TOUCHSTONE_LOG is error, warn, info or debug, not %s\n", text);
		return false;
	}
	log_set_level(level);
	return true;
}

static bool take_options(struct settings *s, int *argc, char **argv)
{
	const struct {
		const char **value, *flag;
	} options[] = {
		{ &s->database_url, "--database-url" }, { &s->migrate_url, "--migrate-url" },
		{ &s->listen, "--listen" }, { &s->data, "--data" }, { &s->store, "--store" },
		{ &s->store_cache, "--store-cache" }, { &s->store_cache_mb, "--store-cache-mb" },
		{ &s->s3_endpoint, "--s3-endpoint" }, { &s->s3_public_endpoint, "--s3-public-endpoint" },
		{ &s->s3_region, "--s3-region" }, { &s->s3_key_file, "--s3-key-file" },
		{ &s->s3_ca_file, "--s3-ca-file" }, { &s->s3_plain, "--s3-plain" }, { &s->smtp, "--smtp" },
		{ &s->smtp_key_file, "--smtp-key-file" }, { &s->smtp_ca_file, "--smtp-ca-file" },
		{ &s->mail_from, "--mail-from" }, { &s->public_url, "--public-url" },
		{ &s->secret_file, "--secret-file" }, { &s->signing_key_file, "--signing-key-file" },
		{
			&s->operator,
			"--operator" },
			{ &s->contact, "--contact" },
			{ &s->rate_limits, "--budgets" },
			{ &s->trusted_proxies, "--trusted-proxies" },
			{ &s->networks, "--networks" },
			{ &s->contributions, "--contributions" },
			{ &s->second_factor, "--second-factor" },
			{ &s->c2pa_anchors, "--c2pa-anchors" },
			{ &s->as_table, "--as-table" },
			{ &s->hosts, "--hosts" },
			{ &s->notice_hides, "--notice-hides" },
			{ &s->notice_held_days, "--notice-held-days" },
			{ &s->held_key_file, "--held-key-file" },
			{ &s->notice_grace_days, "--notice-grace-days" },
			{ &s->connections, "--connections" },
			{ &s->pages, "--static" },
		};

	for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
		if (!option_or(options[i].value, argc, argv, options[i].flag))
			return false;
	return true;
}

static void read_store(struct settings *s)
{
	s->store = settings_setting("TOUCHSTONE_STORE", NULL);
	s->store_cache = settings_setting("TOUCHSTONE_STORE_CACHE", NULL);
	s->store_cache_mb = settings_setting("TOUCHSTONE_STORE_CACHE_MB", "10240");
	s->s3_endpoint = settings_setting("TOUCHSTONE_S3_ENDPOINT", NULL);
	s->s3_public_endpoint = settings_setting("TOUCHSTONE_S3_PUBLIC_ENDPOINT", NULL);
	s->s3_region = settings_setting("TOUCHSTONE_S3_REGION", NULL);
	s->s3_key_file = settings_setting("TOUCHSTONE_S3_KEY_FILE", NULL);
	s->s3_ca_file = settings_setting("TOUCHSTONE_S3_CA_FILE", NULL);
	s->s3_plain = settings_setting("TOUCHSTONE_S3_PLAIN", NULL);
}

static void read_mail_settings(struct settings *s)
{
	s->smtp = settings_setting("TOUCHSTONE_SMTP", NULL);
	s->smtp_key_file = settings_setting("TOUCHSTONE_SMTP_KEY_FILE", NULL);
	s->smtp_ca_file = settings_setting("TOUCHSTONE_SMTP_CA_FILE", NULL);
	s->mail_from = settings_setting("TOUCHSTONE_MAIL_FROM", NULL);
	s->notice_hides = settings_setting("TOUCHSTONE_NOTICE_HIDES", NULL);
	s->notice_held_days = settings_setting("TOUCHSTONE_NOTICE_HELD_DAYS", NULL);
	s->held_key_file = settings_setting("TOUCHSTONE_HELD_KEY_FILE", NULL);
	s->notice_grace_days = settings_setting("TOUCHSTONE_NOTICE_GRACE_DAYS", NULL);
}

/* What releases say of who publishes them. */
static void read_publisher(struct settings *s)
{
	s->signing_key_file = settings_setting("TOUCHSTONE_SIGNING_KEY_FILE", NULL);
	s->operator= settings_setting("TOUCHSTONE_OPERATOR", NULL);
	s->contact = settings_setting("TOUCHSTONE_CONTACT", NULL);
}

/* A name in the folder of the secret file. */
static char *beside_secret(const char *secret_file, const char *name)
{
	const char *slash = strrchr(secret_file, '/');
	char *text;

	if (asprintf(&text, "%.*s%s", slash ? (int)(slash + 1 - secret_file) : 0, secret_file, name) <
	    0)
		abort();
	return text;
}

bool settings_read(struct settings *s, int *argc, char **argv)
{
	*s = (struct settings){ .database_url = settings_setting("DATABASE_URL", ""),
		                    .migrate_url = settings_setting("TOUCHSTONE_MIGRATE_URL", NULL),
		                    .listen = settings_setting("TOUCHSTONE_LISTEN", "127.0.0.1:8080"),
		                    .data = settings_setting("TOUCHSTONE_DATA", "var"),
		                    .public_url = settings_setting("TOUCHSTONE_PUBLIC_URL", NULL),
		                    .secret_file = settings_setting("TOUCHSTONE_SECRET_FILE", NULL),
		                    .rate_limits = settings_setting("TOUCHSTONE_BUDGETS", NULL),
		                    .trusted_proxies = settings_setting("TOUCHSTONE_TRUSTED_PROXIES", NULL),
		                    .networks = settings_setting("TOUCHSTONE_NETWORKS", NULL),
		                    .c2pa_anchors = settings_setting("TOUCHSTONE_C2PA_ANCHORS", NULL),
		                    .as_table = settings_setting("TOUCHSTONE_AS_TABLE", NULL),
		                    .connections = settings_setting("TOUCHSTONE_CONNECTIONS", NULL),
		                    .contributions = settings_setting("TOUCHSTONE_CONTRIBUTIONS", "on"),
		                    .second_factor =
		                        settings_setting("TOUCHSTONE_SECOND_FACTOR", "optional"),
		                    .hosts = settings_setting("TOUCHSTONE_HOSTS", ""),
		                    .pages = settings_setting("TOUCHSTONE_STATIC", PAGES) };
	read_store(s);
	read_publisher(s);
	read_mail_settings(s);
	if (!take_options(s, argc, argv))
		return false;
	if (!s->store)
		s->store = settings_joined("file:", s->data, "/media");
	if (!s->store_cache)
		s->store_cache = settings_joined(s->data, "/media-cache", "");
	if (!s->s3_key_file)
		s->s3_key_file = settings_joined(s->data, "/s3-keys", "");
	if (!s->secret_file)
		s->secret_file = settings_joined(s->data, "/secret", "");
	if (!s->signing_key_file)
		s->signing_key_file = beside_secret(s->secret_file, "signing-key");
	return read_level(argc, argv);
}

bool arguments_fit(int argc, char **argv, int least, int most, const char *usage)
{
	bool fit = argc - 1 >= least && argc - 1 <= most;

	for (int i = 1; i < argc; i++)
		fit = fit && argv[i][0] != '-';
	if (!fit)
		fprintf(stderr, "usage: touchstone %s\n", usage);
	return fit;
}

const char *settings_address(const struct settings *settings, char by_listener[SETTINGS_ADDRESS])
{
	snprintf(by_listener, SETTINGS_ADDRESS, "http://%s", settings->listen);
	return settings->public_url ? settings->public_url : by_listener;
}
