/* SPDX-License-Identifier: Apache-2.0 */
/* A bag (RFC 8493), as archives and repositories take it in: the release as it is, below data/. */
#include "core/clock.h"
#include "core/hex.h"
#include "release/layout_making.h"
#include "release/layouts/layouts.h"

static struct error bag_text(struct layout_making *making, const char *path,
                             void (*write)(FILE *file, const struct contents *own,
                                           const struct release *release))
{
	FILE *file;
	struct error err = layout_begin(making, &file);

	if (err.code)
		return err;
	write(file, layout_own_contents(making), layout_release(making));
	return layout_add(making, file, path);
}

static void bag_declaration(FILE *file, const struct contents *own, const struct release *release)
{
	(void)own, (void)release;
	fputs("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n", file);
}

static void bag_info(FILE *file, const struct contents *own, const struct release *release)
{
	fprintf(file,
	        "Bagging-Date: %.10s\nExternal-Identifier: %s %s\nBag-Software-Agent: Touchstone\n"
	        "Payload-Oxum: %llu.%llu\n",
	        release->created_at, release->name, release->version, (unsigned long long)own->bytes,
	        (unsigned long long)own->files);
}

/* Adds all files of the release below data/, and lists them. */
static struct error bag_payload(struct layout_making *making, FILE *manifest)
{
	const struct contents *own = layout_own_contents(making);
	struct contents_file file;

	for (uint64_t i = 0; i < own->files; i++) {
		char path[CONTENTS_PATH_MAX + 8], sha256[SHA256_TEXT];
		struct error err = contents_read(own, i, &file);

		if (err.code)
			return err;
		snprintf(path, sizeof path, "data/%s", file.path);
		hex_encode(sha256, file.sha256, SHA256_BYTES);
		fprintf(manifest, "%s  %s\n", sha256, path);
		if ((err = layout_copy(making, file.path, path)).code)
			return err;
	}
	return ok();
}

static struct error bag_write(struct layout_making *making)
{
	FILE *manifest;
	struct error err = bag_text(making, "bagit.txt", bag_declaration);

	if (err.code || (err = bag_text(making, "bag-info.txt", bag_info)).code)
		return err;
	if ((err = layout_begin(making, &manifest)).code)
		return err;
	err = bag_payload(making, manifest);
	return layout_add_written(making, manifest, "manifest-sha256.txt", err);
}

/* The list of checksums that ends a layout is the bag's list of its own files. */
const struct layout layout_bagit = { .name = "bagit",
	                                 .sums = "tagmanifest-sha256.txt",
	                                 .write = bag_write };
