/* SPDX-License-Identifier: Apache-2.0 */
#include "corpus/near_index.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/disk.h"
#include "core/mem.h"
#include "core/writer.h"
#include "corpus/hamming_index.h"
#include "corpus/sound_index.h"
#include "crypto/sha256.h"
#include "media/fingerprint.h"

#define MAGIC       "Touchstone near" /* with its NUL 16 bytes */
#define LEAST_SAVED 1000
#define PART_SAVED  16
#define PIECE       (1u << 20)

/* Numbers as this machine writes them: to one of the other order the recipe is another. */
struct saved_header {
	char magic[sizeof MAGIC];
	unsigned char id[UUID_BYTES];
	uint32_t recipe, next;
	uint64_t hashes, sounds;
};
_Static_assert(sizeof(struct saved_header) == 56, "a header has no holes");

struct saved_hash {
	uint32_t number;
	unsigned char hash[HAMMING_BYTES];
};

/* Before its words. */
struct saved_sound {
	uint32_t number, count;
};

struct near_index *near_index_new(void)
{
	struct near_index *near = mem_new(1, sizeof *near);

	near->hashes = hamming_index_new();
	near->sounds = sound_index_new();
	return near;
}

void near_index_free(struct near_index *near)
{
	if (near) {
		hamming_index_free(near->hashes);
		sound_index_free(near->sounds);
	}
	free(near);
}

size_t near_index_count(const struct near_index *near)
{
	return hamming_index_count(near->hashes) + sound_index_count(near->sounds);
}

bool near_index_is_unsaved(const struct near_index *near)
{
	uint32_t grown = near->next - near->saved;

	return grown >= LEAST_SAVED && grown >= near->saved / PART_SAVED;
}

/* ------------------------------------------------------------------ writing */

/* A file and the digest of what was written to it, or read from it, so far. */
struct digested_file {
	FILE *file;
	struct sha256 sha256;
};

/* A write that fails leaves a mark on the stream. */
static void put_bytes(struct digested_file *out, const void *bytes, size_t len)
{
	fwrite(bytes, len, 1, out->file);
	sha256_add(&out->sha256, bytes, len);
}

static void put_hashes(struct digested_file *out, const struct near_index *near)
{
	struct saved_hash saved;

	for (saved.number = 0; saved.number < near->next; saved.number++)
		if (hamming_index_get(near->hashes, saved.number, saved.hash))
			put_bytes(out, &saved, sizeof saved);
}

static void put_sounds(struct digested_file *out, const struct near_index *near)
{
	const uint32_t *words;
	struct saved_sound saved;
	size_t at = 0;

	while ((words = sound_index_walk(near->sounds, &at, &saved.number, &saved.count))) {
		put_bytes(out, &saved, sizeof saved);
		put_bytes(out, words, saved.count * sizeof *words);
	}
}

/* Closes the file in any case. */
static bool write_index(FILE *file, const struct near_index *near,
                        const unsigned char id[UUID_BYTES])
{
	struct saved_header header = { .magic = MAGIC,
		                           .recipe = FINGERPRINT_RECIPE,
		                           .next = near->next,
		                           .hashes = hamming_index_count(near->hashes),
		                           .sounds = sound_index_count(near->sounds) };
	struct digested_file out = { .file = file };
	unsigned char digest[SHA256_BYTES];

	memcpy(header.id, id, UUID_BYTES);
	sha256_start(&out.sha256);
	put_bytes(&out, &header, sizeof header);
	put_hashes(&out, near);
	put_sounds(&out, near);
	sha256_finish(&out.sha256, digest);
	fwrite(digest, sizeof digest, 1, file);
	bool synced = writer_flush(file) && fsync(fileno(file)) == 0;
	return writer_close(file) && synced;
}

struct error near_index_save(struct near_index *near, const char *path,
                             const unsigned char id[UUID_BYTES])
{
	static const char failed[] = "the index of near duplicates could not be saved";
	char beside[PATH_MAX];

	snprintf(beside, sizeof beside, "%s.new", path);
	int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
	if (!file)
		return disk_error("fingerprint", failed);
	if (!write_index(file, near, id) || rename(beside, path) != 0) {
		struct error err = disk_error("fingerprint", failed);
		unlink(beside);
		return err;
	}
	near->saved = near->next;
	return ok();
}

/* ------------------------------------------------------------------ reading */

/* False: the file is too short. */
static bool get_bytes(struct digested_file *in, void *bytes, size_t len)
{
	if (fread(bytes, len, 1, in->file) != 1)
		return false;
	sha256_add(&in->sha256, bytes, len);
	return true;
}

static bool get_hashes(struct digested_file *in, uint64_t count, struct near_index *near)
{
	struct saved_hash saved;

	for (; count; count--)
		if (!get_bytes(in, &saved, sizeof saved) || saved.number >= near->next ||
		    !hamming_index_put(near->hashes, saved.number, saved.hash))
			return false;
	return true;
}

static bool get_sounds(struct digested_file *in, uint64_t count, struct near_index *near)
{
	uint32_t words[CHROMAPRINT_MAX_WORDS];
	struct saved_sound saved;

	for (; count; count--)
		if (!get_bytes(in, &saved, sizeof saved) || saved.number >= near->next || !saved.count ||
		    saved.count > CHROMAPRINT_MAX_WORDS ||
		    !get_bytes(in, words, saved.count * sizeof *words) ||
		    !sound_index_put(near->sounds, saved.number, words, saved.count))
			return false;
	return true;
}

static bool ends_with_digest(struct digested_file *in)
{
	unsigned char digest[SHA256_BYTES], saved[SHA256_BYTES];

	sha256_finish(&in->sha256, digest);
	return fread(saved, sizeof saved, 1, in->file) == 1 && fgetc(in->file) == EOF &&
	       memcmp(saved, digest, sizeof saved) == 0;
}

static struct error read_index(struct digested_file *in, unsigned char ret_id[UUID_BYTES],
                               struct near_index *near)
{
	struct saved_header header;

	sha256_start(&in->sha256);
	if (!get_bytes(in, &header, sizeof header) ||
	    memcmp(header.magic, MAGIC, sizeof header.magic) != 0)
		return errorf(ERR_INVALID, "it is no index of near duplicates");
	if (header.recipe != FINGERPRINT_RECIPE)
		return errorf(ERR_INVALID, "it is of fingerprints by another recipe");
	near->next = near->next_sound = near->saved = header.next;
	if (!get_hashes(in, header.hashes, near) || !get_sounds(in, header.sounds, near) ||
	    !ends_with_digest(in))
		return errorf(ERR_INVALID, "it is damaged");
	memcpy(ret_id, header.id, UUID_BYTES);
	return ok();
}

struct error near_index_load(const char *path, unsigned char ret_id[UUID_BYTES],
                             struct near_index **ret_near)
{
	int fd = disk_open_regular(path);
	struct digested_file in = { .file = fd < 0 ? NULL : fdopen(fd, "r") };

	if (!in.file && errno == ENOENT)
		return errorf(ERR_NOT_FOUND, "there is none");
	if (!in.file)
		return errorf(ERR_INVALID, "it cannot be read: %s", strerrordesc_np(errno));
	char *piece = mem_new(PIECE, 1);
	setvbuf(in.file, piece, _IOFBF, PIECE);
	struct near_index *near = near_index_new();
	struct error err = read_index(&in, ret_id, near);
	fclose(in.file);
	free(piece);
	if (err.code)
		near_index_free(near);
	else
		*ret_near = near;
	return err;
}
