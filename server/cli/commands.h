/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commands -- one function a subcommand, one file each.
 *
 * argv[0] is the subcommand's name; settings were read and taken out.  Each returns the
 * exit code: 0 done, 1 failed after one line on standard error, 2 wrong usage.
 */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include <jansson.h>
#include <stdbool.h>

#include "core/error.h"
#include "core/uuid.h"
#include "engine/settings.h"

struct db;
struct store;

int cli_serve(const struct settings *settings, int argc, char **argv);
int cli_work(const struct settings *settings, int argc, char **argv);
int cli_migrate(const struct settings *settings, int argc, char **argv);
int cli_import(const struct settings *settings, int argc, char **argv);
int cli_release(const struct settings *settings, int argc, char **argv);
int cli_render(const struct settings *settings, int argc, char **argv);
int cli_score(const struct settings *settings, int argc, char **argv);
int cli_account(const struct settings *settings, int argc, char **argv);
int cli_audit(const struct settings *settings, int argc, char **argv);
int cli_campaign(const struct settings *settings, int argc, char **argv);
int cli_jobs(const struct settings *settings, int argc, char **argv);
int cli_item(const struct settings *settings, int argc, char **argv);
int cli_withdraw(const struct settings *settings, int argc, char **argv);
int cli_held(const struct settings *settings, int argc, char **argv);
int cli_store(const struct settings *settings, int argc, char **argv);
int cli_verify(const struct settings *settings, int argc, char **argv);
int cli_volunteers(const struct settings *settings, int argc, char **argv);
int cli_review(const struct settings *settings, int argc, char **argv);
int cli_invite(const struct settings *settings, int argc, char **argv);
int cli_integrity(const struct settings *settings, int argc, char **argv);
int cli_leaks(const struct settings *settings, int argc, char **argv);
int cli_doctor(const struct settings *settings, int argc, char **argv);
int cli_provenance(const struct settings *settings, int argc, char **argv);

/* How each is called, beginning with its name: what stands behind "usage: touchstone ". */
extern const char cli_serve_usage[], cli_work_usage[], cli_migrate_usage[], cli_import_usage[],
	cli_release_usage[], cli_render_usage[], cli_score_usage[], cli_account_usage[],
	cli_campaign_usage[], cli_jobs_usage[], cli_item_usage[], cli_withdraw_usage[],
	cli_store_usage[], cli_verify_usage[], cli_volunteers_usage[], cli_integrity_usage[],
	cli_review_usage[], cli_leaks_usage[], cli_provenance_usage[], cli_doctor_usage[],
	cli_invite_usage[], cli_audit_usage[], cli_held_usage[];

/* Prints why a command failed, for a person. Returns EXIT_FAILED. */
int failed(struct error err);

/* The database, or NULL after saying why, also when its schema is not this program's. Statements
 * may take as long as they need. */
struct db *command_db(const struct settings *settings);

/* Opens the database's store, and makes the data folder where it is missing. NULL after saying
 * why, also when the store is another database's. */
struct store *command_store(const struct settings *settings, struct db *db);

/* The same; with `adopt` it becomes the database's, whatever it is. */
struct store *command_open_store(const struct settings *settings, struct db *db, bool adopt);

/* The same as command_store(), for who needs the database for nothing else yet. */
struct store *command_store_alone(const struct settings *settings);

/* The item that an id, a digest or a file stands for. ERR_NOT_FOUND. */
struct error command_item(struct db *db, const char *name, char ret_id[UUID_TEXT]) MUST_CHECK;

/* Notes an act of which no row tells, before it is done. Takes over `after`; `subject` may be NULL.
 */
struct error command_note(struct db *db, const char *kind, const char *subject_kind,
                          const char *subject, json_t *after) MUST_CHECK;

#define USER_NAME 64

/* Who runs this command, as the system knows them. */
void user_name(char name[USER_NAME]);

#endif
