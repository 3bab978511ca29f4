/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_verify -- any bytes as the files of a release's folder, cut at each 0x1e.
 *
 * The first byte says whether SHA256SUMS is made to fit, so that what stands behind the sums is
 * reached.  What is refused says why; what is written holds no escapes.
 */
#include "fuzz.h"

#include <string.h>
#include <unistd.h>

#include "core/hex.h"
#include "crypto/sha256.h"
#include "release/verify.h"

static const char *const names[] = { "SHA256SUMS",    "labels.csv", "labels.jsonl", "LICENCES",
	                                 "judgments.csv", "trials.csv", "crowd.csv",    "marks.csv" };
#define NAMES (sizeof names / sizeof names[0])

static char folder[] = "/tmp/touchstone-fuzz.XXXXXX";

static void remove_folder(void)
{
	char path[64];

	for (size_t i = 0; i < NAMES; i++) {
		snprintf(path, sizeof path, "%s/%s", folder, names[i]);
		unlink(path);
	}
	rmdir(folder);
}

static void write_file(const char *name, const void *bytes, size_t len)
{
	char path[64];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *file = fopen(path, "w");
	must(file && fwrite(bytes, 1, len, file) == len && fclose(file) == 0, "no file");
}

/* Writes the pieces as files; returns their true sums. */
static size_t write_pieces(const unsigned char *bytes, size_t len, char *sums, size_t room)
{
	size_t used = 0;

	for (size_t i = 0; i < NAMES; i++) {
		const unsigned char *end = len ? memchr(bytes, 0x1e, len) : NULL;
		size_t piece = end ? (size_t)(end - bytes) : len;
		unsigned char digest[SHA256_BYTES];
		char hex[2 * SHA256_BYTES + 1];

		write_file(names[i], bytes, piece);
		sha256_bytes(digest, bytes, piece);
		hex_encode(hex, digest, SHA256_BYTES);
		if (i)
			used += (size_t)snprintf(sums + used, room - used, "%s  %s\n", hex, names[i]);
		bytes += end ? piece + 1 : piece;
		len -= end ? piece + 1 : piece;
	}
	return used;
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t len)
{
	static bool started;
	struct verified verified = { 0 };
	char sums[NAMES * 100], *said = NULL;
	size_t said_len = 0;

	if (!started) {
		must(mkdtemp(folder) != NULL, "no folder");
		atexit(remove_folder);
		started = true;
	}
	if (!len)
		return 0;
	size_t used = write_pieces(bytes + 1, len - 1, sums, sizeof sums);
	if (*bytes % 4)
		write_file("SHA256SUMS", sums, used);
	FILE *out = open_memstream(&said, &said_len);
	struct error err = release_verify(folder, NULL, out, NULL, &verified);
	fclose(out);
	must(!err.code || *err.detail, "refused without a word");
	must(err.code || !verified.faults || said_len, "a fault is not told");
	for (size_t i = 0; i < said_len; i++)
		must((unsigned char)said[i] >= ' ' || said[i] == '\n', "an escape is written");
	free(said);
	return 0;
}
