/* SPDX-License-Identifier: Apache-2.0 */
/*
 * item -- one image, video or audio clip: what its source says, and where its bytes lie.
 *
 * A row of a manifest becomes an item: checked, fetched if it is an address, normalised
 * (media/), stored (store/), written.  The same bytes again are the same item, and so are other
 * bytes that give the same rendition (a comment added, another lossless format) or hold the same
 * streams (a film in another container).
 */
#ifndef CORPUS_ITEM_H
#define CORPUS_ITEM_H

#include <jansson.h>
#include <stdbool.h>

#include "core/arena.h"
#include "core/error.h"
#include "core/uuid.h"
#include "corpus/item_edit.h"
#include "corpus/item_row.h"
#include "crypto/sha256.h"
#include "media/media.h"

struct db;
struct store;

enum item_outcome {
	ITEM_NEW,
	ITEM_KNOWN,   /* it was there, and the row says the same of it */
	ITEM_MENDED,  /* known, but the store had lost media of it, which are there again */
	ITEM_CHANGED, /* known, and corrected by the row */
	ITEM_DIFFERS  /* known, and the row contradicts it: nothing was changed */
};

struct item_import {
	const char *folder; /* what `file` is relative to */
	bool allow_outside; /* files may lie elsewhere, by their path or by a link */
	const char *campaign_id;
	struct media_cut cut;             /* the campaign's */
	const struct item_editor *editor; /* who corrects known items; NULL: nobody may */
	const char *account;              /* the id of who imports; NULL: none is named */
	/* Waits until the rows before are in, so that of two that show the same the first makes the
	 * item; called between the work on the media and the database's. NULL: nothing to wait for. */
	void (*turn)(void *arg);
	void *turn_arg;
};

struct item_result {
	enum item_outcome outcome;
	const char *note; /* what to tell of it, in the arena; NULL for ITEM_NEW and ITEM_KNOWN */
};

/*
 * Makes the item of a row, unless its bytes, or what they show, are an item already: then the
 * row is compared with it.  ERR_INVALID and ERR_TOO_LARGE say what is wrong with the row or its
 * file; nothing of it stays.
 */
struct error item_import(struct db *db, struct store *store, struct arena *arena,
                         const struct item_import *import, const struct item_row *row,
                         struct item_result *ret_result) MUST_CHECK;

struct media_intake;

/* An item to be made of media that lie in the store. */
struct item_making {
	const char *id; /* that it is to have */
	const char *campaign_id;
	const struct item_row *row;
	const struct media *media;
	unsigned recipe;                   /* by which the rendition was made */
	const struct media_intake *intake; /* settled with it */
};

/*
 * Makes it, inside the caller's transaction, unless an item shows the same: *ret_id is then that
 * one's, and nothing of it changes.
 */
struct error item_make(struct db *db, struct arena *arena, const struct item_making *making,
                       char ret_id[UUID_TEXT], bool *ret_made) MUST_CHECK;

/*
 * Does all that item_import() does with a file or an address, and stores nothing: the media go
 * to `scratch`, a store to be thrown away, and from there.
 */
struct error item_check(struct db *db, struct store *scratch, struct arena *arena,
                        const struct item_import *import, const struct item_row *row,
                        enum item_outcome *ret_outcome) MUST_CHECK;

/* What a page needs to show an item; digests are absent where there is no such file. */
struct item_media {
	unsigned char id[UUID_BYTES];
	enum media_type type;
	unsigned char rendition[SHA256_BYTES], poster[SHA256_BYTES], thumbnail[SHA256_BYTES],
		original[SHA256_BYTES];
	bool has_poster, has_thumbnail, sensitive;
	bool taken_down; /* shown to nobody; the item cache holds none such */
	const char *content_type, *format;
	unsigned width, height, duration_ms;
	unsigned version; /* as the item cache tells it; 0 where the database was asked */
};

/* media[i] of ids[i]; ERR_NOT_FOUND when one is missing. */
struct error item_media(struct db *db, struct arena *arena, const unsigned char *const ids[],
                        size_t count, struct item_media media[]) MUST_CHECK;

/* Opens stored bytes for somebody who waits; the descriptor is the caller's to close.
 * ERR_NOT_FOUND. ERR_UNAVAILABLE: not now. */
struct error item_open(struct store *store, const unsigned char digest[SHA256_BYTES], int *ret_fd,
                       uint64_t *ret_bytes) MUST_CHECK;

/* The same, if that needs no network; else ERR_UNAVAILABLE, and item_open() will tell. */
struct error item_open_now(struct store *store, const unsigned char digest[SHA256_BYTES],
                           int *ret_fd, uint64_t *ret_bytes) MUST_CHECK;

#endif
