/* SPDX-License-Identifier: Apache-2.0 */
#include "release/bundle.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/disk.h"
#include "core/hex.h"
#include "core/log.h"
#include "core/writer.h"
#include "release/release.h"
#include "release/signed.h"

#define MEDIA_AT_ONCE "2000"

const char *bundle_name(int file)
{
	static const char *const names[BUNDLE_FILES] = { [BUNDLE_CARD] = RELEASE_CARD,
		                                             [BUNDLE_KEY] = RELEASE_KEY,
		                                             [BUNDLE_CITATION] = RELEASE_CITATION,
		                                             [BUNDLE_DATASHEET] = RELEASE_DATASHEET,
		                                             [BUNDLE_DICTIONARY] = RELEASE_DICTIONARY,
		                                             [BUNDLE_FIGURES] = RELEASE_FIGURES,
		                                             [BUNDLE_CHANGELOG] = RELEASE_CHANGELOG,
		                                             [BUNDLE_LEAKAGE] = RELEASE_LEAKAGE,
		                                             [BUNDLE_DATAPACKAGE] = RELEASE_DATAPACKAGE,
		                                             [BUNDLE_CROISSANT] = RELEASE_CROISSANT,
		                                             [BUNDLE_SUMS] = RELEASE_SUMS,
		                                             [BUNDLE_SIGNATURE] = RELEASE_SIGNATURE,
		                                             [BUNDLE_MANIFEST] = RELEASE_MANIFEST };

	return file < ARTEFACTS ? artefacts[file].path : names[file];
}

static struct error cannot_write(const char *name)
{
	log_error("release: %s: %s", name, strerror(errno));
	return errorf(ERR_INTERNAL, "%s cannot be written; is the disk full?", name);
}

struct error bundle_open(struct bundle *bundle)
{
	char path[PATH_MAX + 32];
	struct error err = store_scratch_lasting(bundle->store, bundle->folder);

	if (err.code)
		return err;
	for (int file = 0; file < BUNDLE_FILES; file++) {
		if (bundle->left_out[file])
			continue;
		snprintf(path, sizeof path, "%s/%s", bundle->folder, bundle_name(file));
		bundle->out[file] = fopen(path, "w");
		if (!bundle->out[file])
			return cannot_write(bundle_name(file));
	}
	return ok();
}

/* False with errno where something of the file was not written. */
static bool bundle_close(struct bundle *bundle, int file)
{
	FILE *out = bundle->out[file];

	bundle->out[file] = NULL;
	return writer_close(out);
}

void bundle_close_rest(struct bundle *bundle)
{
	for (int file = 0; file < BUNDLE_FILES; file++)
		if (bundle->out[file])
			bundle_close(bundle, file); /* an error was told already */
	if (*bundle->folder)
		store_scratch_remove(bundle->store, bundle->folder);
}

/* Closes the file and takes it into the store. */
static struct error bundle_keep_one(struct bundle *bundle, int file)
{
	unsigned char digest[SHA256_BYTES];
	char path[PATH_MAX + 32];
	struct error err;

	if (bundle->left_out[file])
		return ok();
	if (!bundle_close(bundle, file))
		return cannot_write(bundle_name(file));
	snprintf(path, sizeof path, "%s/%s", bundle->folder, bundle_name(file));
	if ((err = store_take(bundle->store, path, digest, &bundle->written[file].bytes)).code)
		return err;
	hex_encode(bundle->written[file].sha256, digest, SHA256_BYTES);
	return ok();
}

struct error bundle_keep(struct bundle *bundle, int from, int to)
{
	struct error err;

	for (int file = from; file < to; file++)
		if ((err = bundle_keep_one(bundle, file)).code)
			return err;
	return ok();
}

size_t bundle_listed(const struct bundle *bundle, struct listed_file files[BUNDLE_DATAPACKAGE])
{
	size_t count = 0;

	for (int file = 0; file < BUNDLE_DATAPACKAGE; file++)
		if (!bundle->left_out[file])
			files[count++] = (struct listed_file){
				.path = bundle_name(file),
				.sha256 = bundle->written[file].sha256,
				.bytes = bundle->written[file].bytes,
				.artefact = file < ARTEFACTS ? &artefacts[file] : NULL,
			};
	return count;
}

struct error bundle_labels(const struct bundle *bundle, FILE **ret_file)
{
	unsigned char digest[SHA256_BYTES];
	uint64_t bytes;
	int fd = -1;

	if (!hex_decode(digest, SHA256_BYTES, bundle->written[BUNDLE_LABELS].sha256))
		return errorf(ERR_INTERNAL, "a digest cannot be read");
	struct error err = store_open_read(bundle->store, digest, &fd, &bytes);
	return err.code ? err : disk_stream(fd, ret_file);
}

/* A revision may have what was held since (notices/held): that is in no file of its own, and not
 * given out. */
static struct error add_medium(struct bundle *bundle, const struct rows *rows, size_t row)
{
	const char *path = rows_text(rows, row, 0), *sha256 = rows_text(rows, row, 1);
	unsigned char digest[SHA256_BYTES];
	bool there = rows_flag(rows, row, 2);
	struct error err;

	if (!hex_decode(digest, SHA256_BYTES, sha256))
		return errorf(ERR_INTERNAL, "a digest cannot be read");
	if (!there && (err = store_has(bundle->store, digest, &there)).code)
		return err;
	if (!there) {
		log_error("release: the store has lost %s", sha256);
		return errorf(ERR_INTERNAL, "A file of the release is not in the store.");
	}
	fprintf(bundle->out[BUNDLE_SUMS], "%s  %s\n", sha256, path);
	return ok();
}

/* The store is asked for each, so they are read some at a time: a statement that waits for its
 * reader holds a snapshot. */
static struct error add_media(struct bundle *bundle)
{
	char after[PATH_MAX] = "";
	struct error err;

	for (;;) {
		auto_rows *rows = NULL;

		err = db_run(bundle->db, SQL_RELEASE_MEDIA,
		             (const char *[]){ bundle->release->id, *after ? after : NULL, MEDIA_AT_ONCE },
		             &rows);
		if (err.code || rows_count(rows) == 0)
			return err;
		for (size_t r = 0; r < rows_count(rows); r++)
			if ((err = add_medium(bundle, rows, r)).code)
				return err;
		snprintf(after, sizeof after, "%s", rows_text(rows, rows_count(rows) - 1, 0));
	}
}

static struct error write_sums(struct bundle *bundle)
{
	struct error err;

	for (int file = 0; file < BUNDLE_SUMS; file++)
		if (!bundle->left_out[file])
			fprintf(bundle->out[BUNDLE_SUMS], "%s  %s\n", bundle->written[file].sha256,
			        bundle_name(file));
	err = add_media(bundle);
	return err.code ? err : bundle_keep_one(bundle, BUNDLE_SUMS);
}

/* What SHA256SUMS lists, and what it is itself. */
static struct manifest_facts bundle_manifest(const struct bundle *bundle)
{
	struct manifest_facts facts = { .name = bundle->release->name,
		                            .version = bundle->release->version,
		                            .date = bundle->release->created_at,
		                            .items = (uint64_t)bundle->items,
		                            .files = (uint64_t)bundle->items,
		                            .bytes = bundle->media_bytes };

	for (int file = 0; file < BUNDLE_SUMS; file++)
		if (!bundle->left_out[file]) {
			facts.files++;
			facts.bytes += bundle->written[file].bytes;
		}
	memcpy(facts.sums, bundle->written[BUNDLE_SUMS].sha256, sizeof facts.sums);
	return facts;
}

static struct error prehash_sums(const struct bundle *bundle, unsigned char prehash[PREHASH_BYTES])
{
	unsigned char digest[SHA256_BYTES];
	uint64_t bytes;
	int fd;

	if (!hex_decode(digest, SHA256_BYTES, bundle->written[BUNDLE_SUMS].sha256))
		return errorf(ERR_INTERNAL, "a digest cannot be read");
	struct error err = store_open_read(bundle->store, digest, &fd, &bytes);
	if (err.code)
		return err;
	err = signature_prehash(fd, prehash);
	close(fd);
	return err;
}

/* Signs SHA256SUMS, which stands for every byte of the release. */
static struct error write_signatures(struct bundle *bundle)
{
	const struct manifest_facts facts = bundle_manifest(bundle);
	unsigned char prehash[PREHASH_BYTES];
	struct error err = prehash_sums(bundle, prehash);

	if (err.code)
		return err;
	signed_sums_write(bundle->out[BUNDLE_SIGNATURE], &bundle->signer, prehash,
	                  &(struct sums_facts){ .name = facts.name,
	                                        .version = facts.version,
	                                        .created_s = bundle->release->created_s });
	signed_manifest_write(bundle->out[BUNDLE_MANIFEST], &bundle->signer, &facts);
	err = bundle_keep_one(bundle, BUNDLE_SIGNATURE);
	return err.code ? err : bundle_keep_one(bundle, BUNDLE_MANIFEST);
}

struct error bundle_seal(struct bundle *bundle)
{
	struct error err = write_sums(bundle);

	return err.code ? err : write_signatures(bundle);
}

struct error bundle_summarise(struct bundle *bundle)
{
	auto_rows *rows = NULL;
	struct error err =
		db_run(bundle->db, SQL_RELEASE_SUMMARY, (const char *[]){ bundle->release->id }, &rows);

	if (err.code)
		return err;
	bundle->media_bytes = (uint64_t)rows_integer(rows, 0, 1);
	snprintf(bundle->summary, sizeof bundle->summary, "%s", rows_text(rows, 0, 0));
	return ok();
}

static struct error list_files(struct db *db, const struct bundle *bundle)
{
	for (int file = 0; file < BUNDLE_FILES; file++) {
		char bytes[24];

		if (bundle->left_out[file])
			continue;
		snprintf(bytes, sizeof bytes, "%llu", (unsigned long long)bundle->written[file].bytes);
		struct error err = db_do(db, SQL_RELEASE_ADD_FILE,
		                         (const char *[]){ bundle->release->id, bundle_name(file),
		                                           bundle->written[file].sha256, bytes },
		                         NULL);
		if (err.code)
			return err;
	}
	return ok();
}

static struct error end_release(struct db *db, void *arg)
{
	const struct bundle *bundle = arg;
	const char *const id[] = { bundle->release->id };
	uint64_t all = bundle->media_bytes;
	auto_rows *rows = NULL;
	char bytes[24];
	struct error err;

	if ((err = db_do(db, SQL_RELEASE_UNDRAFT, id, NULL)).code)
		return err;
	if ((err = db_run(db, SQL_RELEASE_LOCK, id, &rows)).code)
		return err;
	if (rows_count(rows) == 0 || strcmp(rows_text(rows, 0, 0), "ready") == 0)
		return ok(); /* another maker was quicker */
	if (strcmp(rows_text(rows, 0, 0), "failed") == 0)
		return errorf(ERR_GONE, "The release was given up.");
	if ((err = list_files(db, bundle)).code)
		return err;
	for (int file = 0; file < BUNDLE_FILES; file++)
		all += bundle->written[file].bytes;
	snprintf(bytes, sizeof bytes, "%llu", (unsigned long long)all);
	return db_do(db, SQL_RELEASE_FINISH,
	             (const char *[]){ bundle->release->id, bundle->summary, bytes }, NULL);
}

struct error bundle_finish(struct bundle *bundle)
{
	return db_transaction(bundle->db, end_release, bundle);
}
