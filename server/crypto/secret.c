/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/disk.h"
#include "core/log.h"

_Static_assert(crypto_kdf_KEYBYTES == SECRET_BYTES, "keys are derived from it");

/* Writes a fresh secret beside `path`, then links it there: whoever links first wins. */
static bool make_secret(const char *path)
{
	unsigned char master[SECRET_BYTES];
	char temporary[4096];
	bool made = false;

	if (snprintf(temporary, sizeof temporary, "%s.XXXXXX", path) >= (int)sizeof temporary)
		return false;
	int fd = mkstemp(temporary); /* mode 0600 */
	if (fd < 0)
		return false;
	randombytes_buf(master, sizeof master);
	if (disk_write(fd, master, sizeof master) && fsync(fd) == 0)
		made = (link(temporary, path) == 0 || errno == EEXIST) && disk_sync_folder_of(path);
	sodium_memzero(master, sizeof master);
	close(fd);
	unlink(temporary);
	return made;
}

static struct error read_secret_file(const char *path, unsigned char master[SECRET_BYTES])
{
	struct stat stat;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		log_error("secret file %s: %s", path, strerrordesc_np(errno));
		return errorf(ERR_INTERNAL, "cannot read the secret file");
	}
	ssize_t got = fstat(fd, &stat) == 0 ? read(fd, master, SECRET_BYTES) : -1;
	if (got < 0) {
		log_error("secret file %s: %m", path);
		close(fd);
		return errorf(ERR_INTERNAL, "cannot read the secret file");
	}
	close(fd);
	if (got != (ssize_t)SECRET_BYTES || stat.st_size != SECRET_BYTES) {
		log_error("secret file %s: not the %d bytes it should be", path, (int)SECRET_BYTES);
		return errorf(ERR_INTERNAL, "the secret file is damaged");
	}
	if (stat.st_mode & (S_IRWXG | S_IRWXO)) {
		log_error("secret file %s: others may read it; chmod 600 it", path);
		return errorf(ERR_INTERNAL, "the secret file is open to others");
	}
	return ok();
}

struct error secret_read(const char *path, unsigned char secret[SECRET_BYTES])
{
	if (access(path, F_OK) != 0 && !make_secret(path)) {
		log_error("secret file %s: cannot make it: %s", path, strerrordesc_np(errno));
		return errorf(ERR_INTERNAL, "cannot make the secret file");
	}
	return read_secret_file(path, secret);
}

static struct error read_private(int fd, const char *path, char *text, size_t room)
{
	struct stat info;
	ssize_t got = fstat(fd, &info) == 0 ? read(fd, text, room - 1) : -1;

	if (got < 0) {
		log_error("key file %s: %m", path);
		return errorf(ERR_INTERNAL, "cannot read the key file");
	}
	text[got] = '\0';
	if (info.st_mode & (S_IRWXG | S_IRWXO)) {
		log_error("key file %s: others may read it; chmod 600 it", path);
		return errorf(ERR_INTERNAL, "the key file is open to others: chmod 600 it");
	}
	if (info.st_size >= (off_t)room) {
		log_error("key file %s: larger than %zu bytes", path, room - 1);
		return errorf(ERR_INTERNAL, "the key file is too large");
	}
	return ok();
}

struct error secret_text_read(const char *path, char *text, size_t room)
{
	int fd = disk_open_regular(path);

	if (fd < 0) {
		log_error("key file %s: %s", path, strerrordesc_np(errno));
		return errorf(ERR_INTERNAL, "cannot read the key file");
	}
	struct error err = read_private(fd, path, text, room);
	close(fd);
	if (err.code)
		secret_wipe(text, room);
	return err;
}

void secret_wipe(void *secret, size_t len)
{
	sodium_memzero(secret, len);
}

bool secret_equal(const void *one, const void *other, size_t len)
{
	return sodium_memcmp(one, other, len) == 0;
}

void secret_fill(void *secret, size_t len)
{
	randombytes_buf(secret, len);
}

void secret_make(char text[SECRET_TEXT])
{
	unsigned char bytes[32];

	randombytes_buf(bytes, sizeof bytes);
	sodium_bin2base64(text, SECRET_TEXT, bytes, sizeof bytes,
	                  sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}
