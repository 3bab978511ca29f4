/* SPDX-License-Identifier: Apache-2.0 */
#include "corpus/item_file.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "corpus/item_row.h"
#include "db/db.h"

#define FORMS        3
#define MOST_ENTRIES 10000 /* of a folder are looked at for what may be meant */

static const char *path_join(struct arena *arena, const char *folder, const char *file)
{
	return *file == '/' ? file : arena_printf(arena, "%s/%s", folder, file);
}

static bool is_ascii(const char *text)
{
	while (*text && !((unsigned char)*text & 0x80))
		text++;
	return !*text;
}

/* Takes the first part off a path that is left. */
static const char *take_part(struct arena *arena, const char **path)
{
	size_t len = strcspn(*path, "/");
	const char *part = arena_copy(arena, *path, len);

	*path += len + ((*path)[len] == '/');
	return part;
}

/* Walks down, taking at each step the form that is there. NULL: none is. */
static const char *walk_forms(struct arena *arena, const char *folder, const char *forms[FORMS])
{
	const char *path = *forms[0] == '/' ? "" : folder;

	while (*forms[0]) {
		const char *there = NULL;

		for (int f = 0; f < FORMS; f++) {
			const char *tried = arena_printf(arena, "%s/%s", path, take_part(arena, &forms[f]));
			if (!there && access(tried, F_OK) == 0)
				there = tried;
		}
		if (!there)
			return NULL;
		path = there;
	}
	return path;
}

/* A file of the folder whose name differs in case alone; NULL: there is none. */
static const char *find_alike(struct arena *arena, const char *path)
{
	const char *name = strrchr(path, '/') + 1, *alike = NULL;
	DIR *folder = opendir(arena_copy(arena, path, (size_t)(name - path)));
	struct dirent *entry;

	for (int i = 0; folder && !alike && i < MOST_ENTRIES && (entry = readdir(folder)); i++)
		if (strcasecmp(entry->d_name, name) == 0)
			alike = arena_copy(arena, entry->d_name, strlen(entry->d_name));
	if (folder)
		closedir(folder);
	return alike;
}

static struct error say_missing(struct arena *arena, const char *path, const char *file)
{
	const char *alike = find_alike(arena, path);

	if (alike)
		return errorf(ERR_INVALID, "there is no such file, but \"%.100s\": is that meant?", alike);
	if (isalpha((unsigned char)file[0]) && file[1] == ':')
		return errorf(ERR_INVALID, "there is no such file; a path with a drive is of one machine "
		                           "alone: write it relative to the manifest");
	return errorf(ERR_INVALID, "there is no such file (a path is relative to the manifest)");
}

struct error item_file_find(struct db *db, struct arena *arena, const char *folder,
                            const char *file, const char **ret_path)
{
	const char *given = path_join(arena, folder, file), *path;
	char *slashed = (char *)(uintptr_t)item_text_trim(arena, file);
	auto_rows *rows = NULL;

	if (access(given, F_OK) == 0) {
		*ret_path = given;
		return ok();
	}
	if (access(path_join(arena, folder, slashed), F_OK) != 0)
		for (char *at = slashed; (at = strchr(at, '\\'));)
			*at = '/';
	const char *forms[FORMS] = { slashed, slashed, slashed };
	if (!is_ascii(slashed)) {
		struct error err = db_run(db, SQL_ITEM_FILE_FORMS, (const char *[]){ slashed }, &rows);

		if (err.code)
			return err;
		forms[1] = rows_copy(rows, 0, 0, arena);
		forms[2] = rows_copy(rows, 0, 1, arena);
	}
	if (!(path = walk_forms(arena, folder, forms)))
		return say_missing(arena, path_join(arena, folder, slashed), slashed);
	*ret_path = path;
	return ok();
}

/* What is left of a path behind the folder's; NULL: it does not begin with it. */
static const char *file_behind(const char *folder, const char *path)
{
	size_t len = strlen(folder);

	if (strncmp(path, folder, len) != 0 || (path[len] != '/' && folder[len - 1] != '/'))
		return NULL;
	path += len;
	return path + strspn(path, "/");
}

/* The kernel walks the path, and stops where a step or a link would leave the folder. */
static int open_beneath(const char *folder, const char *path)
{
	struct open_how how = { .flags = O_PATH | O_CLOEXEC,
		                    .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS };
	int root = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd = root < 0 ? -1 : (int)syscall(SYS_openat2, root, path, &how, sizeof how);
	int why = errno;

	if (root >= 0)
		close(root);
	errno = why;
	return fd;
}

struct error item_file_open(struct arena *arena, const char *folder, const char *found,
                            bool allow_outside, int *ret_fd, const char **ret_path)
{
	char real[PATH_MAX];
	const char *inside = file_behind(folder, found);

	if (!inside && realpath(folder, real))
		inside = file_behind(real, found);
	errno = EXDEV;
	int fd = -1;
	if (allow_outside)
		fd = open(found, O_PATH | O_CLOEXEC);
	else if (inside)
		fd = open_beneath(folder, inside);
	if (fd < 0 && (errno == EXDEV || errno == ELOOP))
		return errorf(ERR_INVALID, "the file lies outside of the manifest's folder, by its path or "
		                           "by a link (import --allow-outside takes it)");
	if (fd < 0)
		return errorf(ERR_INVALID, "cannot read the file: %s", strerrordesc_np(errno));
	*ret_fd = fd;
	*ret_path = arena_printf(arena, "/proc/self/fd/%d", fd);
	return ok();
}
