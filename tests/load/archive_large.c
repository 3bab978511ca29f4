/* SPDX-License-Identifier: Apache-2.0 */
/*
 * archive_large -- writes a tar and a zip of 20 GB, of members over 4 GiB, as a server sends them.
 *
 *     archive-large FOLDER [GIB]
 *
 * The members are holes but for their first and last bytes, and so are the archives.  Prints for
 * each its bytes, the time to its first byte, the longest time to a byte anywhere, and the speed of
 * reading it through.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "core/clock.h"
#include "core/random.h"
#include "release/archive.h"

#define MEMBERS 4
#define SMALL   1000 /* small ones between them */
#define BUFFER  (512u << 10)
#define GIB     ((uint64_t)1 << 30)

static void must(int fine, const char *what)
{
	if (fine)
		return;
	fprintf(stderr, "archive-large: %s: %s\n", what, strerror(errno));
	exit(EXIT_FAILURE);
}

static void must_do(struct error err)
{
	if (!err.code)
		return;
	fprintf(stderr, "archive-large: %s\n", err.detail);
	exit(EXIT_FAILURE);
}

/* A file of the store that has the name of a digest and other bytes: nobody reads 5 GB for it. */
static uint32_t make_member(struct store *store, unsigned char digest[SHA256_BYTES], uint64_t bytes)
{
	static unsigned char zeros[1 << 20];
	char path[PATH_MAX], folder[PATH_MAX];
	uint32_t crc = (uint32_t)crc32(0, (const unsigned char *)"first", 5);

	store_locate(store, digest, path);
	snprintf(folder, sizeof folder, "%s", path);
	*strrchr(folder, '/') = '\0';
	must(mkdir(folder, 0755) == 0 || errno == EEXIST, folder);
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	must(fd >= 0 && ftruncate(fd, (off_t)bytes) == 0, path);
	must(pwrite(fd, "first", 5, 0) == 5 && pwrite(fd, "last", 4, (off_t)bytes - 4) == 4, path);
	close(fd);
	for (uint64_t left = bytes - 9; left;) {
		unsigned some = left < sizeof zeros ? (unsigned)left : (unsigned)sizeof zeros;

		crc = (uint32_t)crc32(crc, zeros, some);
		left -= some;
	}
	return (uint32_t)crc32(crc, (const unsigned char *)"last", 4);
}

static void add_small(struct store *store, struct contents_writer *writer, const char *folder,
                      unsigned number)
{
	struct contents_part part = { 0 };
	char path[PATH_MAX], text[64];
	FILE *out;

	snprintf(path, sizeof path, "%s/small", folder);
	int len = snprintf(text, sizeof text, "the small file of number %u", number);
	must((out = fopen(path, "w")) && fputs(text, out) >= 0 && fclose(out) == 0, path);
	must_do(store_put(store, path, part.object, &part.bytes));
	contents_part(writer, &part);
	snprintf(path, sizeof path, "train/0_real/%020u.txt", number);
	contents_file(writer, path, part.object,
	              (uint32_t)crc32(0, (unsigned char *)text, (unsigned)len));
}

static void add_member(struct store *store, struct contents_writer *writer, unsigned number,
                       uint64_t bytes)
{
	struct contents_part part = { .bytes = bytes };
	char path[64];

	memset(part.object, (int)(0xa0 + number), SHA256_BYTES);
	uint32_t crc = make_member(store, part.object, bytes);
	contents_part(writer, &part);
	snprintf(path, sizeof path, "train/1_fake/%020u.mp4", number);
	contents_file(writer, path, part.object, crc);
}

static bool is_hole(const char *bytes, size_t len)
{
	return !bytes[0] && !memcmp(bytes, bytes + 1, len - 1);
}

/* Reads it through into a file with holes. */
static void write_archive(struct archive *archive, const char *path)
{
	static char bytes[BUFFER];
	uint64_t all = archive_bytes(archive);
	int64_t began = clock_monotonic_ms(), first = 0;
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	size_t len;

	must(fd >= 0 && ftruncate(fd, (off_t)all) == 0, path);
	for (uint64_t at = 0; at < all; at += len) {
		must_do(archive_read(archive, at, bytes, sizeof bytes, &len));
		if (!at)
			first = clock_monotonic_ms() - began;
		if (!is_hole(bytes, len))
			must(pwrite(fd, bytes, len, (off_t)at) == (ssize_t)len, path);
	}
	close(fd);
	double seconds = (double)(clock_monotonic_ms() - began) / 1000;
	printf("%s: %llu bytes, the first after %lld ms, %.0f MB/s read through\n", path,
	       (unsigned long long)all, (long long)first, (double)all / 1e6 / seconds);
}

/* The longest time to a byte at a place by chance. */
static void time_places(const struct archive_source *source, enum archive_kind kind,
                        const char *contents)
{
	struct random random = random_seeded(1);
	double longest = 0;

	for (int round = 0; round < 200; round++) {
		struct archive_source again = *source;
		struct archive *archive;
		struct timespec from, to;
		size_t len;
		char byte;

		clock_gettime(CLOCK_MONOTONIC, &from);
		again.contents_fd = open(contents, O_RDONLY | O_CLOEXEC);
		must_do(archive_open(&again, kind, &archive));
		uint64_t at = (uint64_t)(random_unit(&random) * (double)archive_bytes(archive));
		must_do(archive_read(archive, at, &byte, 1, &len));
		clock_gettime(CLOCK_MONOTONIC, &to);
		archive_free(archive);
		double ms =
			(double)(to.tv_sec - from.tv_sec) * 1e3 + (double)(to.tv_nsec - from.tv_nsec) / 1e6;
		longest = ms > longest ? ms : longest;
	}
	printf("the longest of 200 times to a byte by chance: %.2f ms\n", longest);
}

int main(int argc, char **argv)
{
	static const char *const names[] = { "large.tar", "large.zip" };
	const char *folder = argc > 1 ? argv[1] : ".";
	uint64_t gib = argc > 2 ? strtoull(argv[2], NULL, 10) : 5;
	char url[PATH_MAX], contents[PATH_MAX];
	struct contents_writer *writer;
	struct store *store;

	snprintf(url, sizeof url, "file:%s/store", folder);
	must_do(store_open(url, &store));
	must_do(contents_new(folder, "large-1.0", &writer));
	for (unsigned m = 0; m < MEMBERS; m++) {
		add_member(store, writer, m, gib * GIB + m);
		for (unsigned s = 0; s < SMALL; s++)
			add_small(store, writer, folder, m * SMALL + s);
	}
	snprintf(contents, sizeof contents, "%s/contents", folder);
	must_do(contents_end(writer, contents));
	contents_free(writer);
	for (int kind = 0; kind < 2; kind++) {
		struct archive_source source = { .store = store,
			                             .contents_fd = open(contents, O_RDONLY | O_CLOEXEC),
			                             .folder = "large-1.0",
			                             .time_s = 1700000000 };
		struct archive *archive;
		char path[PATH_MAX];

		snprintf(path, sizeof path, "%s/%s", folder, names[kind]);
		must_do(archive_open(&source, (enum archive_kind)kind, &archive));
		write_archive(archive, path);
		archive_free(archive);
		time_places(&source, (enum archive_kind)kind, contents);
	}
	store_free(store);
	return EXIT_SUCCESS;
}
