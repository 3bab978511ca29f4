/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settings -- what the environment and the flags say.
 *
 * Each variable of docs/operations.md is also a flag: TOUCHSTONE_LISTEN is --listen.  A
 * flag wins.  Flags may stand anywhere; what is left are the command's own arguments.
 */
#ifndef ENGINE_SETTINGS_H
#define ENGINE_SETTINGS_H

#include <stdbool.h>

#define EXIT_DONE   0
#define EXIT_FAILED 1
#define EXIT_USAGE  2

struct settings {
	const char *database_url, *listen, *data, *store, *secret_file, *rate_limits, *trusted_proxies,
		*hosts, *connections, *pages;
	const char *contributions;    /* "on" or "off": may volunteers send media? */
	const char *second_factor;    /* "optional" or "required": do moderators and admins need one? */
	const char *networks;         /* NULL: loopback alone is declared */
	const char *as_table;         /* NULL: nothing says which networks are one provider's */
	const char *public_url;       /* NULL: nobody said it */
	const char *migrate_url;      /* of the tables' owner; NULL: the role that serves owns them */
	const char *c2pa_anchors;     /* a file of certificates; NULL: no signer is trusted */
	const char *signing_key_file; /* of releases */
	const char *operator, * contact; /* a line each, for releases; NULL: nobody said it */
	/* Of a store that is an object service; NULL: nobody said it. */
	const char *s3_endpoint, *s3_region, *s3_key_file, *s3_ca_file, *s3_public_endpoint, *s3_plain;
	const char *store_cache, *store_cache_mb;
	const char *notice_hides, *notice_held_days;   /* NULL: the defaults of notices/notice */
	const char *held_key_file, *notice_grace_days; /* NULL: the defaults of notices/held */
	/* Of mail; NULL: nobody said it. */
	const char *smtp, *smtp_key_file, *smtp_ca_file, *mail_from;
};

/*
 * Reads the environment, then takes the flags it knows out of argv. Texts live as long as the
 * program. False, after one line on standard error: a flag without its value, or a bad level.
 */
bool settings_read(struct settings *settings, int *argc, char **argv);

#define SETTINGS_ADDRESS 300

/* Where people reach the server: the public URL, or by the listener where nobody said it. */
const char *settings_address(const struct settings *settings, char by_listener[SETTINGS_ADDRESS]);

/* Takes `--name` out of argv. */
bool take_flag(int *argc, char **argv, const char *name);

/* Takes `--name VALUE` out of argv; NULL when it is not there. */
const char *take_option(int *argc, char **argv, const char *name);

/* What is left must be between `least` and `most` arguments without a dash in front. */
bool arguments_fit(int argc, char **argv, int least, int most, const char *usage);

#endif
