/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bundle -- the files of a release that is being written, whoever writes them: taken into the
 * store, listed, signed, and brought to the moment when the release is ready.
 *
 *   Operation    fill in what stands first; bundle_open(); write and bundle_keep() all up to
 *                BUNDLE_SUMS, in whatever order; bundle_seal(); bundle_close_rest();
 *                bundle_finish()
 *
 * Threads: as the struct db.
 */
#ifndef RELEASE_BUNDLE_H
#define RELEASE_BUNDLE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "core/error.h"
#include "crypto/sha256.h"
#include "db/db.h"
#include "release/artefact.h"
#include "release/described.h"
#include "release/keys.h"
#include "store/store.h"

/*
 * The files that are written: the artefacts, then these.  LEAKAGE carries the digest of LABELS,
 * DATAPACKAGE and CROISSANT those of all before DATAPACKAGE, SUMS lists all before it, and the last
 * two sign SUMS.
 */
enum bundle_file {
	BUNDLE_LABELS = 0, /* labels.csv, the first of the artefacts */
	BUNDLE_CARD = ARTEFACTS,
	BUNDLE_KEY,
	BUNDLE_CITATION,
	BUNDLE_DATASHEET,
	BUNDLE_DICTIONARY,
	BUNDLE_FIGURES,
	BUNDLE_CHANGELOG,
	BUNDLE_LEAKAGE,
	BUNDLE_DATAPACKAGE,
	BUNDLE_CROISSANT,
	BUNDLE_SUMS,
	BUNDLE_SIGNATURE,
	BUNDLE_MANIFEST,
	BUNDLE_FILES
};

struct bundle {
	/* the caller's to fill in */
	struct db *db;
	struct store *store;
	const struct release *release;
	struct signer signer;
	int64_t items;
	bool left_out[BUNDLE_FILES]; /* the release has no such file */

	char folder[PATH_MAX];
	FILE *out[BUNDLE_FILES]; /* open while being written */
	struct {
		char sha256[SHA256_TEXT];
		uint64_t bytes;
	} written[BUNDLE_FILES];
	char summary[1024]; /* of the whole release */
	uint64_t media_bytes;
};

/* What the file is called in the release. */
const char *bundle_name(int file);

/* Makes a scratch folder and opens all files in it. bundle_close_rest(), after a failure too. */
struct error bundle_open(struct bundle *bundle) MUST_CHECK;
void bundle_close_rest(struct bundle *bundle);

/* Closes files, from the one up to before the other, and takes them into the store. */
struct error bundle_keep(struct bundle *bundle, int from, int to) MUST_CHECK;

/* What datapackage.json and croissant.json list; it lends what the bundle holds. Returns how many.
 */
size_t bundle_listed(const struct bundle *bundle, struct listed_file files[BUNDLE_DATAPACKAGE]);

/* labels.csv, which was kept already; the caller closes it. */
struct error bundle_labels(const struct bundle *bundle, FILE **ret_file) MUST_CHECK;

/* Counts the items of the release: needed before bundle_seal(). */
struct error bundle_summarise(struct bundle *bundle) MUST_CHECK;

/* Writes and keeps SHA256SUMS and what signs it, which stands for every byte of the release. */
struct error bundle_seal(struct bundle *bundle) MUST_CHECK;

/* Lists all files and makes the release ready, in one transaction; nothing, where another maker was
 * quicker. ERR_GONE: it was given up. */
struct error bundle_finish(struct bundle *bundle) MUST_CHECK;

#endif
