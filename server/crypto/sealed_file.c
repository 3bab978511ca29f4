/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/sealed_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/disk.h"
#include "core/log.h"
#include "core/mem.h"
#include "crypto/secret.h"

_Static_assert(crypto_box_PUBLICKEYBYTES == SEALING_KEY_BYTES, "the public half");
_Static_assert(crypto_box_SECRETKEYBYTES == SEALING_KEY_BYTES, "the secret half");
_Static_assert(crypto_secretstream_xchacha20poly1305_KEYBYTES == SEALING_KEY_BYTES, "a file's key");
_Static_assert(crypto_box_SEALBYTES + SEALING_KEY_BYTES == SEALED_KEY_BYTES, "the same, sealed");

#define PIECE        65536
#define PIECE_SEALED (PIECE + crypto_secretstream_xchacha20poly1305_ABYTES)
#define HEADER       crypto_secretstream_xchacha20poly1305_HEADERBYTES
#define KEY_TEXT     (2 * SEALING_KEY_BYTES)
#define KEY_LINE     160

/* How each kind of file begins. What is encrypted begins with the letters of `magic`. */
static const char public_words[] = "touchstone-held-public ";
static const char secret_words[] = "touchstone-held-secret ";
static const unsigned char magic[16] = "touchstone-held\n";

/* ------------------------------------------------------------------ files of keys */

static struct error sealing_trouble(const char *path, const char *doing)
{
	log_error("key file %s: cannot %s: %s", path, doing, strerrordesc_np(errno));
	return errorf(ERR_INTERNAL, "the key file cannot be made; the log says why");
}

static struct error write_key_file(const char *path, mode_t mode, const char *words,
                                   const unsigned char key[SEALING_KEY_BYTES])
{
	char line[KEY_LINE], hex[KEY_TEXT + 1];
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);

	if (fd < 0 && errno == EEXIST)
		return errorf(ERR_CONFLICT, "there is a file of this name: a key is replaced by nothing");
	if (fd < 0)
		return sealing_trouble(path, "make it");
	sodium_bin2hex(hex, sizeof hex, key, SEALING_KEY_BYTES);
	int len = snprintf(line, sizeof line, "%s%s\n", words, hex);
	bool written = disk_write(fd, line, (size_t)len) && fsync(fd) == 0;
	sodium_memzero(line, sizeof line);
	sodium_memzero(hex, sizeof hex);
	struct error err = written ? ok() : sealing_trouble(path, "write it");
	close(fd);
	if (!err.code && !disk_sync_folder_of(path))
		err = sealing_trouble(path, "bring it to disk");
	if (err.code)
		unlink(path);
	return err;
}

/* The public half first: without the secret one it is worth nothing. */
struct error sealing_key_make(const char *path)
{
	unsigned char public[SEALING_KEY_BYTES], secret[SEALING_KEY_BYTES];
	char beside[PATH_MAX];
	struct error err;

	if (snprintf(beside, sizeof beside, "%s.pub", path) >= (int)sizeof beside)
		return errorf(ERR_INVALID, "the path of the key file is too long");
	if (access(path, F_OK) == 0)
		return errorf(ERR_CONFLICT, "there is a file of this name: a key is replaced by nothing");
	crypto_box_keypair(public, secret);
	err = write_key_file(beside, 0644, public_words, public);
	if (!err.code && (err = write_key_file(path, 0600, secret_words, secret)).code)
		unlink(beside);
	sodium_memzero(secret, sizeof secret);
	return err;
}

/* True only if the line is these words and a key. */
static bool parse_key(const char *line, const char *words, unsigned char key[SEALING_KEY_BYTES])
{
	size_t len = strlen(words), got = 0;
	const char *end = NULL;

	if (strncmp(line, words, len) != 0)
		return false;
	return sodium_hex2bin(key, SEALING_KEY_BYTES, line + len, strlen(line + len), NULL, &got,
	                      &end) == 0 &&
	       got == SEALING_KEY_BYTES && strcmp(end, "\n") == 0;
}

struct error sealing_key_read(const char *path, unsigned char ret_public[SEALING_KEY_BYTES])
{
	unsigned char key[SEALING_KEY_BYTES];
	char line[KEY_LINE] = "";
	int fd = disk_open_regular(path);
	ssize_t got = fd < 0 ? -1 : read(fd, line, sizeof line - 1);

	if (got < 0)
		log_error("key file %s: %s", path, strerrordesc_np(errno));
	if (fd >= 0)
		close(fd);
	if (got < 0)
		return errorf(ERR_INVALID, "the key that held files are sealed with cannot be read");
	bool is_public = parse_key(line, public_words, key);
	bool is_secret = strncmp(line, secret_words, sizeof secret_words - 1) == 0;
	sodium_memzero(line, sizeof line);
	if (is_secret)
		return errorf(ERR_INVALID, "this is the secret half of the key for held files, which "
		                           "belongs on no server: name the .pub beside it");
	if (!is_public)
		return errorf(ERR_INVALID, "the key for held files is not one that `touchstone held key` "
		                           "makes");
	memcpy(ret_public, key, sizeof key);
	return ok();
}

struct error opening_key_read(const char *path, unsigned char ret_secret[SEALING_KEY_BYTES],
                              unsigned char ret_public[SEALING_KEY_BYTES])
{
	unsigned char key[SEALING_KEY_BYTES];
	char line[KEY_LINE];
	struct error err = secret_text_read(path, line, sizeof line);

	if (err.code)
		return err;
	if (parse_key(line, secret_words, key)) {
		memcpy(ret_secret, key, sizeof key);
		crypto_scalarmult_base(ret_public, key);
	} else {
		err =
			errorf(ERR_INVALID, "the key is not the secret half that `touchstone held key` makes");
	}
	secret_wipe(line, sizeof line);
	secret_wipe(key, sizeof key);
	return err;
}

/* ------------------------------------------------------------------ pieces */

/* What both directions work with. */
struct sealing {
	crypto_secretstream_xchacha20poly1305_state state;
	struct sha256 plain;
	uint64_t bytes;
	unsigned char open[PIECE], sealed[PIECE_SEALED];
};

static void sealing_free(struct sealing *sealing)
{
	sodium_memzero(sealing, sizeof *sealing);
	free(sealing);
}

static struct error piece_unread(void)
{
	log_error("sealed file: cannot read: %s", strerrordesc_np(errno));
	return errorf(ERR_INTERNAL, "a file cannot be read");
}

static struct error piece_unwritten(void)
{
	return disk_error("sealed file", "a file cannot be written");
}

/* Reads until `room` is full or the file ends. */
static struct error read_piece(int fd, unsigned char *bytes, size_t room, size_t *ret_len)
{
	size_t len = 0;
	ssize_t got;

	while (len < room) {
		got = read(fd, bytes + len, room - len);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return piece_unread();
		if (got == 0)
			break;
		len += (size_t)got;
	}
	*ret_len = len;
	return ok();
}

/* A piece that is not full is the last; of a file that fills them all an empty one is. */
static struct error seal_pieces(struct sealing *sealing, int from, int to)
{
	size_t len = PIECE;
	struct error err;

	while (len == PIECE) {
		unsigned long long sealed_len = 0;

		if ((err = read_piece(from, sealing->open, PIECE, &len)).code)
			return err;
		sha256_add(&sealing->plain, sealing->open, len);
		sealing->bytes += len;
		crypto_secretstream_xchacha20poly1305_push(
			&sealing->state, sealing->sealed, &sealed_len, sealing->open, len, NULL, 0,
			len == PIECE ? 0 : crypto_secretstream_xchacha20poly1305_TAG_FINAL);
		if (!disk_write(to, sealing->sealed, (size_t)sealed_len))
			return piece_unwritten();
	}
	return ok();
}

struct error sealed_file_write(const unsigned char public[SEALING_KEY_BYTES], int from, int to,
                               struct sealed_file *ret_sealed)
{
	struct sealing *sealing = mem_new(1, sizeof *sealing);
	unsigned char header[HEADER], key[SEALING_KEY_BYTES];
	struct error err = ok();

	crypto_secretstream_xchacha20poly1305_keygen(key);
	crypto_secretstream_xchacha20poly1305_init_push(&sealing->state, header, key);
	sha256_start(&sealing->plain);
	if (!disk_write(to, magic, sizeof magic) || !disk_write(to, header, sizeof header))
		err = piece_unwritten();
	if (!err.code)
		err = seal_pieces(sealing, from, to);
	if (!err.code && crypto_box_seal(ret_sealed->sealed, key, sizeof key, public) != 0)
		err = errorf(ERR_INVALID, "the key for held files cannot seal");
	if (!err.code) {
		memcpy(ret_sealed->key, key, sizeof key);
		sha256_finish(&sealing->plain, ret_sealed->plain);
		ret_sealed->bytes = sealing->bytes;
	}
	secret_wipe(key, sizeof key);
	sealing_free(sealing);
	return err;
}

struct error sealed_key_open(const unsigned char secret[SEALING_KEY_BYTES],
                             const unsigned char public[SEALING_KEY_BYTES],
                             const unsigned char sealed[SEALED_KEY_BYTES],
                             unsigned char ret_key[SEALING_KEY_BYTES])
{
	if (crypto_box_seal_open(ret_key, sealed, SEALED_KEY_BYTES, public, secret) != 0)
		return errorf(ERR_FORBIDDEN, "this file was sealed for another key");
	return ok();
}

static struct error sealed_damaged(void)
{
	return errorf(ERR_CONFLICT, "a held file is damaged, or was written under another key");
}

/* What follows the last piece, or a last piece that is missing, is damage. */
static struct error open_pieces(struct sealing *sealing, int from, int to)
{
	unsigned char tag = 0;
	size_t len = 0;
	struct error err;

	for (;;) {
		unsigned long long open_len = 0;

		if ((err = read_piece(from, sealing->sealed, PIECE_SEALED, &len)).code)
			return err;
		if (len == 0)
			break;
		if (tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL ||
		    crypto_secretstream_xchacha20poly1305_pull(&sealing->state, sealing->open, &open_len,
		                                               &tag, sealing->sealed, len, NULL, 0) != 0)
			return sealed_damaged();
		sha256_add(&sealing->plain, sealing->open, (size_t)open_len);
		sealing->bytes += open_len;
		if (to >= 0 && !disk_write(to, sealing->open, (size_t)open_len))
			return piece_unwritten();
	}
	return tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL ? ok() : sealed_damaged();
}

struct error sealed_file_read(const unsigned char key[SEALING_KEY_BYTES], int from, int to,
                              unsigned char ret_plain[SHA256_BYTES], uint64_t *ret_bytes)
{
	unsigned char head[sizeof magic + HEADER];
	size_t len = 0;
	struct error err = read_piece(from, head, sizeof head, &len);

	if (err.code)
		return err;
	if (len != sizeof head || memcmp(head, magic, sizeof magic) != 0)
		return sealed_damaged();
	struct sealing *sealing = mem_new(1, sizeof *sealing);
	sha256_start(&sealing->plain);
	if (crypto_secretstream_xchacha20poly1305_init_pull(&sealing->state, head + sizeof magic,
	                                                    key) != 0)
		err = sealed_damaged();
	if (!err.code)
		err = open_pieces(sealing, from, to);
	if (!err.code) {
		sha256_finish(&sealing->plain, ret_plain);
		*ret_bytes = sealing->bytes;
	}
	sealing_free(sealing);
	return err;
}
