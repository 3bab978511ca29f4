/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api -- the public surface: one file per resource, routes.c lists it all.
 *
 * A handler reads what came, calls the domain, writes what goes.  Rules live in
 * the nouns' rooms, HTTP lives in http/.
 */
#ifndef API_API_H
#define API_API_H

#include <stdatomic.h>
#include <stdbool.h>

#include "crypto/sha256.h"
#include "crypto/token.h"
#include "http/router.h"
#include "http/server.h"

struct dispatcher;
struct job_handler;
struct revocations;
struct static_files;
struct store;

/* What handlers share. Set before the server starts, read-only afterwards. */
struct api {
	const struct token_keys *keys;
	struct store *store;
	struct dispatcher *dispatcher;
	struct revocations *revocations; /* whose passes to media work no more */
	const struct static_files *pages;
	struct rate_limits *rate_limits; /* by network prefix: the server's own */
	struct rate_limits *addresses;   /* sign-ins by e-mail address and network */
	struct rate_limits *strangers;   /* ... by e-mail address, from where nobody signed in to it */
	bool contributions;              /* volunteers may send media */
	const char *address;             /* where people reach the server, without a path */
	bool secure;                     /* the public address is https */
	bool factor_required;            /* moderators and admins need a second factor */
	void (*wake_scorer)(void);       /* there are new judgments; may be NULL */
	void (*wake_worker)(void);       /* there is a new job; may be NULL */
	/* Who does a kind of jobs: work/job_cancel.h. */
	const struct job_handler *(*job_handler)(const char *kind);
};

extern struct api api;

/* The whole public surface of the server, one line per endpoint. */
extern const struct route api_routes[];

/* Headers of every answer, as struct server_config takes them. */
/* Of every answer; `secure`: the public address is https. */
const char *const *api_headers_of(bool secure);

/*
 * Each is named by what it serves: assignments for volunteers who arrive; what volunteers answer
 * (judgments, skips, and that they take part), in batches; passwords, which are slow on purpose;
 * uploads, which wait for the disk at each piece; and queries, everything else.  Started by serve.
 */
extern struct lane *lane_queries, *lane_assignments, *lane_answers, *lane_passwords, *lane_uploads;
/* Of what an object service may have to be waited for, so that who asks for large files takes no
 * thread from volunteers; the lane of queries where there is no such service. */
extern struct lane *lane_media, *lane_releases;

/* server_config.admit: who is the volunteer? */
struct error api_admit(struct request *req);

/* server_config.refuse: a problem, or for people who followed a wrong link, a page. */
void api_refuse(struct request *req, struct error err);

/* lane_config.serve of every lane. */
void api_serve(void *db, void *items[], size_t count);

/* The id of the volunteer who asks, in the request's arena; NULL: none does. */
const char *api_volunteer(struct request *req);

/*
 * For the audit trail: what the connection does until the request's end is done by an account, a
 * volunteer or a visitor (`kind`; `id` NULL: nobody is known), from the request's network.
 */
struct error api_act_as(struct request *req, struct db *db, const char *kind,
                        const char *id) MUST_CHECK;

/*
 * Who signed in, by session or token: may they do what `needs` says, with this token, and as their
 * account stands?  Fills in the request's account.  Routes with `needs` have been asked.
 */
struct error api_account_may(struct request *req, struct db *db, unsigned needs) MUST_CHECK;

/* ERR_FORBIDDEN: the account came by a token that is not for this route. */
struct account;
struct error api_check_scope(const struct request *req, const struct account *account) MUST_CHECK;

/* sessions.c: is it the password of who asks? Takes from the budgets of sign-ins; ERR_FORBIDDEN. */
struct error api_check_password(struct request *req, struct db *db,
                                const char *password) MUST_CHECK;

/* cookies.c */
#define VOLUNTEER_COOKIE_S (365 * 86400)
struct volunteer_pass;
/* Opens the volunteer's cookie, one of before too. False: none that is ours came. */
bool volunteer_cookie_open(struct request *req, struct volunteer_pass *pass);
const char *volunteer_cookie_name(void);
const char *session_cookie_name(void);
const char *device_cookie_name(void);

/*
 * What a cookie of ours holds, under its name or, where the public address has become https since,
 * under the one it had before.  NULL: none.  A session is short, and not looked for.
 */
const char *lasting_cookie(struct request *req, const char *name);

/* Takes a cookie back, under both names. */
void forget_cookie(struct request *req, const char *name);
void set_cookie(struct request *req, const char *name, const char *value, long max_age_s);
/* The session cookie or bearer token that came, or NULL. */
const char *session_secret(struct request *req, bool *ret_bearer);

/* media.c: addresses that work for one holder, for a while. */
struct item_media;
struct strbuf;
enum showing { SHOW_RENDITION, SHOW_POSTER, SHOW_THUMBNAIL, SHOW_ORIGINAL };
json_t *showing_url(struct request *req, const struct item_media *media, enum showing what,
                    int64_t expires_s);
/* A JSON object, as text and as a value. */
void showing_add(struct strbuf *text, struct request *req, const struct item_media *media,
                 int64_t expires_s);
json_t *showing_json(struct request *req, const struct item_media *media, int64_t expires_s);

/* To which bytes an address leads that we once made, whoever's it was: what stands behind
 * "/api/v1/media/". False: it is none of ours. */
bool media_address_digest(const char *token, unsigned char digest[SHA256_BYTES]);

/* Ends every pass to media that the session of this secret holds, here and at once. */
void passes_revoke_session(const char *secret);

/* Lists: a cursor is sealed, so that it cannot be forged and says nothing. */
const char *cursor_make(struct request *req, const char *position);
struct error cursor_read(struct request *req, const char **ret_position) MUST_CHECK;

/* One function an endpoint, in routes.c's order. */
bool post_volunteer_here(struct request *req);
void post_volunteers(struct request *reqs[], size_t count, struct db *db);
struct error get_me(struct request *req, struct db *db);
struct error delete_me(struct request *req, struct db *db);
bool post_assignment_here(struct request *req);
void post_assignments(struct request *reqs[], size_t count, struct db *db);
struct error get_media(struct request *req, struct db *db);
bool get_media_here(struct request *req);
void post_judgments(struct request *reqs[], size_t count, struct db *db);
struct error post_renewal(struct request *req, struct db *db);
void post_skips(struct request *reqs[], size_t count, struct db *db);
struct error get_stats(struct request *req, struct db *db);
struct error get_integrity(struct request *req, struct db *db);
struct error get_leaks(struct request *req, struct db *db);
struct error post_session(struct request *req, struct db *db);
struct error get_session(struct request *req, struct db *db);
struct error delete_session(struct request *req, struct db *db);
struct error put_password(struct request *req, struct db *db);
struct error get_disputes(struct request *req, struct db *db);
struct error get_dispute(struct request *req, struct db *db);
struct error post_claim(struct request *req, struct db *db);
struct error delete_claim(struct request *req, struct db *db);
struct error post_verdict(struct request *req, struct db *db);
struct error post_ruling(struct request *req, struct db *db);
struct error post_undo(struct request *req, struct db *db);
struct error get_openapi(struct request *req, struct db *db);
struct error get_healthz(struct request *req, struct db *db);
struct error get_readyz(struct request *req, struct db *db);
struct error get_metrics(struct request *req, struct db *db);
struct error get_page(struct request *req, struct db *db);
struct error get_static(struct request *req, struct db *db);

#endif
