/* SPDX-License-Identifier: Apache-2.0 */
#include "mail/outbox.h"

#include <stdio.h>
#include <string.h>

#include "core/arena.h"
#include "core/log.h"
#include "crypto/secret.h"
#include "mail/message.h"
#include "outside/smtp.h"

#define KEY_TEXT 256

static struct outbox_settings outbox;

/* ------------------------------------------------------------------ settings */

struct mail_keys {
	char user[KEY_TEXT], password[KEY_TEXT];
};

/* A line "name = value". */
static void read_mail_key(char *line, struct mail_keys *keys)
{
	char *equals = strchr(line, '='), *to;

	if (!equals)
		return;
	line += strspn(line, " \t");
	const char *value = equals + 1 + strspn(equals + 1, " \t");
	size_t name_len = strcspn(line, " \t="), value_len = strcspn(value, "\r");
	if (name_len == 4 && memcmp(line, "user", 4) == 0)
		to = keys->user;
	else if (name_len == 8 && memcmp(line, "password", 8) == 0)
		to = keys->password;
	else
		return;
	if (value_len < KEY_TEXT)
		snprintf(to, KEY_TEXT, "%.*s", (int)value_len, value);
}

/* Reads them anew each time: whoever changes the file need not stop the server. Wipe them. */
static struct error read_mail_keys(struct mail_keys *keys)
{
	char text[2048], *rest = text, *line;
	struct error err;

	*keys = (struct mail_keys){ 0 };
	if (!outbox.key_file)
		return ok();
	if ((err = secret_text_read(outbox.key_file, text, sizeof text)).code)
		return err;
	while ((line = strsep(&rest, "\n")))
		read_mail_key(line, keys);
	secret_wipe(text, sizeof text);
	return *keys->user && *keys->password
	           ? ok()
	           : errorf(ERR_INVALID, "TOUCHSTONE_SMTP_KEY_FILE needs lines user = ... and "
	                                 "password = ...");
}

/* Is it https://HOST... or http://HOST...? The name that we give to the mail server comes from it.
 */
static void host_of_address(char host[256])
{
	const char *at = outbox.address ? strstr(outbox.address, "://") : NULL;

	snprintf(host, 256, "%s", at ? at + 3 : "localhost");
	host[strcspn(host, "/:")] = '\0';
	if (!*host || host[strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                                "0123456789.-")])
		snprintf(host, 256, "localhost");
}

static struct error check_outbox(const struct outbox_settings *settings)
{
	struct mail_keys keys;

	if (!smtp_url_is_good(settings->server))
		return errorf(ERR_INVALID, "TOUCHSTONE_SMTP is smtps://HOST[:PORT] or smtp://HOST[:PORT]; "
		                           "who we are stands in TOUCHSTONE_SMTP_KEY_FILE");
	if (!settings->from || !message_address_is_good(settings->from))
		return errorf(ERR_INVALID, "TOUCHSTONE_MAIL_FROM is the address that mail comes from");
	if (!settings->address)
		return errorf(ERR_INVALID, "TOUCHSTONE_SMTP needs TOUCHSTONE_PUBLIC_URL: mail has links");
	struct error err = read_mail_keys(&keys);
	secret_wipe(&keys, sizeof keys);
	return err;
}

struct error outbox_configure(const struct outbox_settings *settings)
{
	outbox = *settings;
	return settings->server ? check_outbox(settings) : ok();
}

bool outbox_sends(void)
{
	return outbox.server != NULL;
}

/* ------------------------------------------------------------------ what is to be sent */

struct error outbox_add(struct db *db, const struct mail *mail)
{
	const char *const params[] = { mail->kind, mail->to, mail->subject, mail->text };

	if (!message_address_is_good(mail->to)) {
		log_warn("mail: an account has an address that no mail can be sent to (%s)", mail->kind);
		return ok();
	}
	return db_do(db, SQL_OUTBOX_ADD, params, NULL);
}

static struct error hand_over(const struct letter *letter)
{
	struct arena *arena = arena_new();
	struct smtp_message message = { .from = letter->from, .to = letter->to };
	struct mail_keys keys;
	struct error err = read_mail_keys(&keys);

	if (!err.code) {
		const struct smtp_server server = { .url = outbox.server,
			                                .hello = letter->host,
			                                .user = *keys.user ? keys.user : NULL,
			                                .password = keys.password,
			                                .ca_file = outbox.ca_file };
		message.text = message_write(arena, letter, &message.text_len);
		err = smtp_send(&server, &message);
	} else {
		err.code = ERR_UNAVAILABLE; /* the operator will see to it */
	}
	secret_wipe(&keys, sizeof keys);
	arena_free(arena);
	return err;
}

static struct error send_found(const char *id, const struct rows *rows)
{
	char host[256];

	host_of_address(host);
	const struct letter letter = { .id = id,
		                           .host = host,
		                           .from = outbox.from,
		                           .to = rows_text(rows, 0, 1),
		                           .subject = rows_text(rows, 0, 2),
		                           .text = rows_text(rows, 0, 3),
		                           .at_s = rows_integer(rows, 0, 4) };
	return hand_over(&letter);
}

/* One that waited for a day is given up. */
static struct error send_mail(struct job_run *run)
{
	const char *const id[] = { run->job->subject };
	auto_rows *rows = NULL;
	struct error err = db_run(run->db, SQL_OUTBOX_FIND, id, &rows);

	if (err.code || rows_count(rows) == 0)
		return err;
	bool late = rows_flag(rows, 0, 5);
	err = outbox_sends() ? send_found(id[0], rows)
	                     : errorf(ERR_UNAVAILABLE, "This process sends no mail.");
	run->unfit = err.code && !outbox_sends() && !late;
	if (err.code == ERR_UNAVAILABLE && late)
		err.code = ERR_INVALID;
	return err.code ? err : db_do(run->db, SQL_OUTBOX_REMOVE, id, NULL);
}

struct mail_given_up {
	const struct job *job;
	const char *why;
};

static struct error remove_mail(struct db *db, void *arg)
{
	const struct mail_given_up *given_up = arg;
	struct error err =
		db_do(db, SQL_OUTBOX_REMOVE, (const char *[]){ given_up->job->subject }, NULL);

	return err.code ? err : job_fail(db, given_up->job, given_up->why);
}

static struct error give_mail_up(struct db *db, const struct job *job, const char *why)
{
	log_warn("mail: %s is given up: %s", job->subject, why);
	return db_transaction(db, remove_mail, &(struct mail_given_up){ job, why });
}

const struct job_handler mail_job = { .kind = "mail",
	                                  .handle = send_mail,
	                                  .give_up = give_mail_up };
