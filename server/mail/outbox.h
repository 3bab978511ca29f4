/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outbox -- mail that is to be sent, kept in the database until the operator's server has taken it.
 *
 *   Properties   A mail is queued in the transaction of its cause: it is sent if that happened, and
 *                only then.  It is sent once, but for one case that nobody can rule out: the server
 *                took it, and its answer, or the note of it here, was lost.  Then it comes again,
 *                under the same Message-ID.
 *   Operation    A job for each (work/job.h) sends it, tries again later and later for a day, and
 *                gives it up then, or at once where the server refuses it for good; the log says
 * so. What is sent or given up is removed: no text stays. Safety       The job has a thread and a
 * connection of its own, and no transaction while the server is waited for, half a minute at most:
 * nothing else waits with it.
 *
 * Threads: outbox_configure() before any; the rest as the struct db.
 */
#ifndef MAIL_OUTBOX_H
#define MAIL_OUTBOX_H

#include <stdbool.h>

#include "core/error.h"
#include "db/db.h"
#include "work/job_run.h"

/* Texts are borrowed; NULL: nobody said it. */
struct outbox_settings {
	const char *server;   /* smtp[s]://HOST[:PORT]; NULL: no mail is sent */
	const char *from;     /* the address that mail comes from */
	const char *key_file; /* lines "user = ..." and "password = ...", mode 0600 */
	const char *ca_file;  /* as of outside/smtp.h */
	const char *address;  /* where people reach the server, for links */
};

/* ERR_INVALID: they cannot be meant so; says which. */
struct error outbox_configure(const struct outbox_settings *settings) MUST_CHECK;

/* Is mail sent from here? */
bool outbox_sends(void);

struct mail {
	const char *kind; /* what it is about, a word, for the operator */
	const char *to, *subject, *text;
};

/* Within the transaction of its cause. An address that cannot be written to is passed over. */
struct error outbox_add(struct db *db, const struct mail *mail) MUST_CHECK;

/* Sends one. */
extern const struct job_handler mail_job;

#endif
