/* SPDX-License-Identifier: Apache-2.0 */
/*
 * item -- one image, video or audio clip: what its source says, and where its bytes lie.
 *
 * A row of a manifest becomes an item: checked, fetched if it is an address, normalised
 * (media/), stored (store/), written.  The same bytes again are the same item.
 */
#ifndef DOMAIN_ITEM_H
#define DOMAIN_ITEM_H

#include <jansson.h>
#include <stdbool.h>

#include "core/arena.h"
#include "core/error.h"
#include "core/hash.h"
#include "core/hex.h"
#include "media/media.h"

struct db;
struct store;

/* A row of a manifest; NULL is what the row does not say. */
struct item_row {
	const char *file, *url;
	const char *truth, *basis, *group, *identity, *pair, *technique, *generator, *source, *licence,
		*credit, *title, *explanation;
	bool gold, training, sensitive;
};

/* The columns of a manifest, NULL at the end; item_row_set() takes their index. */
extern const char *const item_columns[];

/* Sets one column from its text; "" says nothing. ERR_INVALID: a value that is none of the
 * column's. */
struct error item_row_set(struct item_row *row, unsigned column, const char *text) MUST_CHECK;

/* Rules between columns, e.g. gold needs a truth. */
struct error item_row_check(const struct item_row *row) MUST_CHECK;

enum item_outcome { ITEM_NEW, ITEM_KNOWN };

/*
 * Makes the item of a row; `folder` is what `file` is relative to.  ERR_INVALID and
 * ERR_TOO_LARGE say what is wrong with the row or its file; nothing of it stays.
 */
struct error item_import(struct db *db, struct store *store, struct arena *arena,
						 const char *folder, const char *campaign_id, const struct item_row *row,
						 enum item_outcome *ret_outcome) MUST_CHECK;

/* What a page needs to show an item; digests are absent where there is no such file. */
struct item_media {
	unsigned char id[UUID_BYTES];
	enum media_type type;
	unsigned char rendition[SHA256_BYTES], poster[SHA256_BYTES], thumbnail[SHA256_BYTES],
		original[SHA256_BYTES];
	bool has_poster, has_thumbnail, sensitive;
	const char *content_type, *format;
	unsigned width, height, duration_ms;
	unsigned version; /* as the catalogue tells it; 0 where the database was asked */
};

/* media[i] of ids[i]; ERR_NOT_FOUND when one is missing. */
struct error item_media(struct db *db, struct arena *arena, const unsigned char *const ids[],
						size_t count, struct item_media media[]) MUST_CHECK;

/* Opens stored bytes for reading; the descriptor is the caller's to close. ERR_NOT_FOUND. */
struct error item_open(struct store *store, const unsigned char digest[SHA256_BYTES], int *ret_fd,
					   uint64_t *ret_bytes) MUST_CHECK;

#endif
