/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/resources.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/disk.h"
#include "core/number.h"
#include "corpus/media_store.h"
#include "crypto/token.h"
#include "db/db.h"
#include "health/readiness.h"
#include "mail/outbox.h"
#include "release/publisher.h"
#include "store/store.h"

struct error resources_database(const struct settings *settings, struct db **ret_db)
{
	struct db *db = db_open(settings->database_url, 0);

	if (!db)
		return errorf(ERR_UNAVAILABLE, "no database, or not migrated: is DATABASE_URL right? "
		                               "`touchstone migrate` brings the schema up to date");
	struct error err = readiness_schema(db);
	if (err.code) {
		db_close(db);
		return err;
	}
	*ret_db = db;
	return ok();
}

static struct error make_data_folder(const char *path)
{
	bool made = mkdir(path, 0755) == 0;

	if (made ? disk_sync_folder_of(path) : errno == EEXIST)
		return ok();
	return errorf(ERR_INTERNAL, "cannot make %s: %s", path, strerrordesc_np(errno));
}

struct error resources_publisher(const struct settings *settings)
{
	return publisher_set(&(struct publisher){ .name = settings->operator,
	                                          .contact = settings->contact,
	                                          .address = settings->public_url,
	                                          .key_file = settings->signing_key_file });
}

struct error resources_mail(const struct settings *settings)
{
	return outbox_configure(&(struct outbox_settings){ .server = settings->smtp,
	                                                   .from = settings->mail_from,
	                                                   .key_file = settings->smtp_key_file,
	                                                   .ca_file = settings->smtp_ca_file,
	                                                   .address = settings->public_url });
}

struct error resources_configure(const struct settings *settings)
{
	struct store_service service = { .endpoint = settings->s3_endpoint,
		                             .public_endpoint = settings->s3_public_endpoint,
		                             .region = settings->s3_region,
		                             .key_file = settings->s3_key_file,
		                             .ca_file = settings->s3_ca_file,
		                             .cache = settings->store_cache };
	uint64_t megabytes;

	if (!number_whole(settings->store_cache_mb, 16, UINT32_MAX, &megabytes))
		return errorf(ERR_INVALID, "TOUCHSTONE_STORE_CACHE_MB is a number from 16, not %s",
		              settings->store_cache_mb);
	if (settings->s3_plain && strcmp(settings->s3_plain, "allowed") != 0)
		return errorf(ERR_INVALID, "TOUCHSTONE_S3_PLAIN is `allowed`, or not set");
	service.cache_bytes = megabytes << 20;
	service.plain_allowed = settings->s3_plain != NULL;
	store_configure(&service);
	return ok();
}

struct error resources_store(const struct settings *settings, struct db *db, bool adopt,
                             struct store **ret_store)
{
	struct store *store = NULL;
	struct error err = resources_publisher(settings);

	if (err.code)
		return err;
	if (!(err = resources_configure(settings)).code)
		err = media_store_open(db, settings->store, adopt, &store);
	if (err.code)
		return errorf(err.code, "%s: %s", settings->store, err.detail);
	if ((err = make_data_folder(settings->data)).code) {
		store_free(store);
		return err;
	}
	*ret_store = store;
	return ok();
}

/* A secret that is lost is not made anew by itself: everybody would be signed out. */
struct error resources_secret(const struct settings *settings, struct db *db, bool renew,
                              struct token_keys **ret_keys)
{
	struct token_keys *keys = NULL;
	struct error err = ok();

	if (access(settings->secret_file, F_OK) != 0)
		err = readiness_secret(db, NULL, renew);
	if (err.code || (err = token_keys_open(settings->secret_file, &keys)).code)
		return err;
	if ((err = readiness_secret(db, keys, renew)).code) {
		token_keys_free(keys);
		return err;
	}
	*ret_keys = keys;
	return ok();
}
