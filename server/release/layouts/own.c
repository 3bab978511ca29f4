/* SPDX-License-Identifier: Apache-2.0 */
/* The release as it is: its tables, then its media by their paths. All of it is read, and found
 * sound. */
#include "release/layouts/layouts.h"

#include "core/hex.h"
#include "release/artefact.h"
#include "release/layout_making.h"

#define FILES_AT_ONCE 2000

static struct error own_files(struct layout_making *making, const struct release_file files[],
                              size_t count)
{
	struct error err = ok();

	for (size_t i = 0; !err.code && i < count; i++) {
		unsigned char digest[SHA256_BYTES];

		if (!hex_decode(digest, SHA256_BYTES, files[i].sha256))
			return errorf(ERR_INTERNAL, "a digest cannot be read");
		err = layout_add_object(making, digest, files[i].path);
	}
	return err;
}

static struct error own_write(struct layout_making *making)
{
	char after[CONTENTS_PATH_MAX + 1] = "";
	struct error err = ok();
	size_t count = 1;

	while (!err.code && count > 0) {
		struct arena *arena = arena_new();
		struct release_file *files;

		err = release_files(layout_db(making), arena, layout_release(making)->id,
		                    *after ? after : NULL, FILES_AT_ONCE, &files, &count);
		if (!err.code)
			err = own_files(making, files, count);
		if (!err.code && count)
			snprintf(after, sizeof after, "%s", files[count - 1].path);
		arena_free(arena);
	}
	return err;
}

const struct layout layout_own = { .name = "touchstone", .sums = RELEASE_SUMS, .write = own_write };
