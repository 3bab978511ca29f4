/* SPDX-License-Identifier: Apache-2.0 */
#include "release/verify_internal.h"

#include <errno.h>
#include <fts.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/hex.h"
#include "core/mem.h"
#include "release/artefact.h"

#define SUM_LINE (2 * SHA256_BYTES + 2 + PATH_MAX + 2)

static int compare_sums(const void *a, const void *b)
{
	return strcmp(((const struct listed_sum *)a)->path, ((const struct listed_sum *)b)->path);
}

struct listed_sum *verify_sum_find(const struct verifying *v, const char *path)
{
	struct listed_sum key = { .path = (char *)(uintptr_t)path };

	return v->count ? bsearch(&key, v->sums, v->count, sizeof key, compare_sums) : NULL;
}

static bool path_is_safe(const char *path)
{
	if (*path == '/' || *path == '\0')
		return false;
	for (const char *part = path;; part++) {
		size_t len = strcspn(part, "/");

		if (len == 0 || (len == 1 && part[0] == '.') || (len == 2 && strncmp(part, "..", 2) == 0))
			return false;
		part += len;
		if (*part == '\0')
			return true;
	}
}

static void add_sum(struct verifying *v, char *line, unsigned row)
{
	const size_t digits = (size_t)2 * SHA256_BYTES;
	struct listed_sum sum = { 0 };

	line[strcspn(line, "\n")] = '\0';
	if (strlen(line) <= digits + 2 || line[digits] != ' ') {
		verify_fault(v, "SHA256SUMS line %u: not a checksum and a path", row);
		return;
	}
	line[digits] = '\0';
	if (!hex_decode(sum.digest, SHA256_BYTES, line) || !path_is_safe(line + digits + 2)) {
		verify_fault(v, "SHA256SUMS line %u: not a checksum and a path", row);
		return;
	}
	sum.path = mem_text(line + digits + 2);
	if (v->count == v->room) {
		v->room = v->room ? 2 * v->room : 256;
		v->sums = mem_resize(v->sums, v->room, sizeof *v->sums);
	}
	v->sums[v->count++] = sum;
}

struct error verify_read_sums(struct verifying *v)
{
	FILE *in = verify_open_in(v, "SHA256SUMS");
	char line[SUM_LINE];
	unsigned row = 0;

	if (!in)
		return errorf(ERR_NOT_FOUND, "%s/SHA256SUMS: %s", v->folder, verify_why_not());
	while (verify_next_line(v, in, "SHA256SUMS", row + 1, line, sizeof line))
		add_sum(v, line, ++row);
	v->sums_whole = feof(in);
	fclose(in);
	if (v->count)
		qsort(v->sums, v->count, sizeof *v->sums, compare_sums);
	for (size_t i = 1; i < v->count; i++)
		if (strcmp(v->sums[i - 1].path, v->sums[i].path) == 0)
			verify_fault(v, "%s: listed twice in SHA256SUMS", v->sums[i].path);
	return ok();
}

static void check_digest(struct verifying *v, const struct listed_sum *sum)
{
	unsigned char digest[SHA256_BYTES];
	int fd = verify_open_regular(v, sum->path);
	uint64_t bytes;
	struct error err;

	if (fd < 0) {
		verify_fault(v, "%s: %s", sum->path, verify_why_not());
		return;
	}
	errno = 0;
	err = sha256_fd(fd, digest, &bytes);
	int why = errno;
	close(fd);
	if (!err.code)
		v->bytes += bytes;
	if (err.code)
		verify_fault(v, "%s: cannot be read: %s", sum->path, strerrordesc_np(why));
	else if (memcmp(digest, sum->digest, SHA256_BYTES) != 0)
		verify_fault(v, "%s: its bytes are not those that SHA256SUMS lists", sum->path);
}

/* What desktops, file servers and git leave in folders that somebody has looked at. */
static bool is_left_behind(const char *path)
{
	static const char *const names[] = { ".DS_Store",   "Thumbs.db",  "ehthumbs.db",
		                                 "desktop.ini", ".directory", ".gitattributes",
		                                 ".gitignore" };
	static const char *const folders[] = { "__MACOSX", "@eaDir",          ".git",      ".cache",
		                                   ".Trashes", ".Spotlight-V100", ".fseventsd" };
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;

	if (strncmp(name, "._", 2) == 0)
		return true;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcasecmp(name, names[i]) == 0)
			return true;
	for (const char *part = path; (slash = strchr(part, '/')); part = slash + 1)
		for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
			if (strlen(folders[i]) == (size_t)(slash - part) &&
			    strncmp(part, folders[i], (size_t)(slash - part)) == 0)
				return true;
	return false;
}

/* A file that SHA256SUMS does not list. */
static void verify_stray(struct verifying *v, const char *path)
{
	if (is_left_behind(path)) {
		verify_note(v, "%s: not part of the release", path);
		return;
	}
	v->strays++;
	verify_fault(v, "%s: not part of the release (SHA256SUMS does not list it); delete it", path);
}

static void check_entry(struct verifying *v, const FTSENT *entry)
{
	const char *path = entry->fts_path + strlen(v->folder);
	struct listed_sum *sum;

	path += strspn(path, "/");
	if ((strcmp(path, RELEASE_SUMS) == 0 || artefact_is_signature(path)) &&
	    entry->fts_info == FTS_F)
		return;
	if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR || entry->fts_info == FTS_NS) {
		verify_fault(v, "%s: cannot be read: %s", path, strerrordesc_np(entry->fts_errno));
		return;
	}
	if (entry->fts_info != FTS_F) {
		verify_fault(v, "%s: neither a file nor a folder", path);
		return;
	}
	if (strcmp(path, RELEASE_OPENINGS) == 0 && verify_sum_find(v, RELEASE_COMMITMENTS))
		return; /* published later: the commitments say whether it is genuine */
	if (!(sum = verify_sum_find(v, path))) {
		verify_stray(v, path);
		return;
	}
	sum->there = true;
	check_digest(v, sum);
}

struct error verify_files(struct verifying *v, const struct progress_listener *progress)
{
	char *const roots[] = { (char *)(uintptr_t)v->folder, NULL };
	FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	struct error err = ok();
	int64_t done = 0;

	if (!tree)
		return errorf(ERR_NOT_FOUND, "%s: %s", v->folder, strerror(errno));
	for (FTSENT *entry; !err.code && (entry = fts_read(tree));) {
		if (entry->fts_info == FTS_D || entry->fts_info == FTS_DP)
			continue;
		check_entry(v, entry);
		if (progress)
			err = progress->tell(progress->arg, ++done, (int64_t)v->count + 1);
	}
	fts_close(tree);
	for (size_t i = 0; i < v->count; i++)
		if (!v->sums[i].there)
			verify_fault(v, "%s: missing", v->sums[i].path);
	return err;
}
