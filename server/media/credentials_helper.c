/* SPDX-License-Identifier: Apache-2.0 */
#include "media/credentials_helper.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "media/credentials.h"
#include "media/workdir.h"

static const char *const state_names[] = {
	[CREDENTIALS_NONE] = "none",
	[CREDENTIALS_SIGNED] = "signed",
	[CREDENTIALS_BROKEN] = "broken",
	[CREDENTIALS_UNREADABLE] = "unreadable",
	[CREDENTIALS_NOT_COVERED] = "not_covered",
};

static bool helper_write(const char *name, struct credentials_bytes bytes)
{
	FILE *file = fopen(name, "we");

	if (!file)
		return false;
	bool whole = fwrite(bytes.bytes, 1, bytes.len, file) == bytes.len;
	return fclose(file) == 0 && whole;
}

static void put_base64(FILE *file, struct credentials_bytes from)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < from.len; i += 3) {
		size_t left = from.len - i;
		unsigned three = (unsigned)from.bytes[i] << 16 |
		                 (left > 1 ? (unsigned)from.bytes[i + 1] << 8 : 0) |
		                 (left > 2 ? from.bytes[i + 2] : 0);
		putc(digits[three >> 18], file);
		putc(digits[three >> 12 & 63], file);
		putc(left > 1 ? digits[three >> 6 & 63] : '=', file);
		putc(left > 2 ? digits[three & 63] : '=', file);
		if (i % 48 == 45 || left <= 3)
			putc('\n', file);
	}
}

static bool write_chain(const struct credentials *credentials)
{
	FILE *file = fopen(CREDENTIALS_CHAIN, "we");

	if (!file)
		return false;
	for (size_t i = 0; i < credentials->certificate_count; i++) {
		fputs("-----BEGIN CERTIFICATE-----\n", file);
		put_base64(file, credentials->certificates[i]);
		fputs("-----END CERTIFICATE-----\n", file);
	}
	bool whole = !ferror(file);
	return fclose(file) == 0 && whole;
}

static bool helper_tell(const struct credentials *credentials)
{
	json_auto_t *json =
		json_pack("{s:s, s:s?, s:s?, s:s, s:s}", "state", state_names[credentials->state], "reason",
	              credentials->reason, "algorithm", credentials->algorithm, "generator",
	              credentials->generator, "source_type", credentials->source_type);

	return json && json_dumpf(json, stdout, JSON_COMPACT) == 0 && fflush(stdout) == 0;
}

int credentials_helper(void)
{
	struct stat info;
	struct credentials credentials;
	int fd = open(WORKDIR_INPUT, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &info) || info.st_size <= 0)
		return 1;
	size_t len = (size_t)info.st_size;
	void *bytes = mmap(NULL, len, PROT_READ, MAP_PRIVATE, fd, 0);
	if (bytes == MAP_FAILED)
		return 1;
	struct arena *arena = arena_new();
	credentials_read(bytes, len, arena, &credentials);
	bool written =
		credentials.state != CREDENTIALS_SIGNED ||
		(helper_write(CREDENTIALS_CLAIMED, credentials.claimed) &&
	     helper_write(CREDENTIALS_SIGNATURE, credentials.signature) && write_chain(&credentials));
	bool told = written && helper_tell(&credentials);
	arena_free(arena);
	munmap(bytes, len);
	close(fd);
	return told ? 0 : 1;
}
