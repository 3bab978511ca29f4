/* SPDX-License-Identifier: Apache-2.0 */
/*
 * near_index -- what all items look and sound like, in memory, and a file that saves it.
 *
 *   Properties   The file spares a process that starts the reading of ten million rows. It is only
 *                a copy: whoever has none, or one that is of no use, reads the database.
 *   Operation    A file is written whole, beside the one of before, which it then replaces. It has
 *                an id, which its writer notes in the database first: a database that was restored
 *                from before that gives numbers of the file to other hashes, and does not know the
 *                id.
 *   Safety       A file ends with the SHA-256 of all before. One that is damaged, cut short or of
 *                another recipe is not read in part.
 *
 * Threads: as hamming_index and sound_index.
 */
#ifndef CORPUS_NEAR_INDEX_H
#define CORPUS_NEAR_INDEX_H

#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/uuid.h"

struct hamming_index;
struct sound_index;

/* All hashes whose numbers are below `next`, and all sounds whose are below `next_sound`; perhaps
 * some that are gone. */
struct near_index {
	struct hamming_index *hashes;
	struct sound_index *sounds;
	uint32_t next, next_sound;
	uint32_t saved;  /* the file has all below */
	int64_t removed; /* how often hashes had been removed for good when it was begun */
};

struct near_index *near_index_new(void);
void near_index_free(struct near_index *near);

/* Hashes and sounds. */
size_t near_index_count(const struct near_index *near);

/* Has it grown so much since it was saved that saving pays? By a sixteenth, and a thousand. */
bool near_index_is_unsaved(const struct near_index *near);

/* Saves it at `path`. Nothing may be missing: `next` and `next_sound` are the same. ERR_DISK. */
struct error near_index_save(struct near_index *near, const char *path,
                             const unsigned char id[UUID_BYTES]) MUST_CHECK;

/*
 * Reads what was saved at `path`, and the id of the file.  ERR_NOT_FOUND: there is no file;
 * ERR_INVALID: it is of no use, and why.
 */
struct error near_index_load(const char *path, unsigned char ret_id[UUID_BYTES],
                             struct near_index **ret_near) MUST_CHECK;

#endif
