/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "media/bench.h"

/* Grey under what is transparent; no metadata, hence no embedded thumbnail and no profile. */
#define SAVED(quality) "[Q=" quality ",strip,subsample-mode=on,background=128]"

#define TEXT_OF_(number) #number
#define TEXT_OF(number)  TEXT_OF_(number)

/* A number after "\nname: " in vipsheader's listing; 0 when it is not there. */
static unsigned long header_field(const char *listing, const char *name)
{
	char wanted[32];

	snprintf(wanted, sizeof wanted, "\n%s: ", name);
	const char *found = strstr(listing, wanted);
	return found ? strtoul(found + strlen(wanted), NULL, 10) : 0;
}

static struct error image_size(const struct bench *bench, const char *name, unsigned long *width,
							   unsigned long *height)
{
	const char *const argv[] = { "vipsheader", "-a", name, NULL };
	struct program_result result;
	struct error err;

	if ((err = bench_run(bench, BENCH_LOOK, argv, "the image cannot be read", &result)).code)
		return err;
	*width = header_field(result.out, "width");
	*height = header_field(result.out, "height");
	return ok();
}

/* Only the header has been read so far: a few bytes can declare an image that fills any memory. */
static struct error check_size(unsigned long width, unsigned long height)
{
	unsigned long shorter = width < height ? width : height;
	unsigned long longer = width < height ? height : width;
	unsigned long megapixels = (width * height + 500000) / 1000000;

	if (!shorter)
		return errorf(ERR_INVALID, "the image has no pixels");
	if (width * height > MEDIA_MAX_MEGAPIXELS * 1000000ul)
		return errorf(ERR_INVALID, "the image has %lu megapixels; %d is the limit", megapixels,
					  MEDIA_MAX_MEGAPIXELS);
	if (shorter < MEDIA_MIN_SIDE)
		return errorf(ERR_INVALID, "the image is %lu x %lu pixels; %d is the least for a side",
					  width, height, MEDIA_MIN_SIDE);
	if (longer > shorter * MEDIA_MAX_ASPECT)
		return errorf(ERR_INVALID, "the image is %lu x %lu pixels; too narrow to judge", width,
					  height);
	return ok();
}

/* Upright, sRGB, no larger than a box; `to` names the file and how to save it. */
static struct error shrink(const struct bench *bench, const char *from, const char *side,
						   const char *to)
{
	const char *const argv[] = { "vips",     "thumbnail", from,      to,     side,
								 "--height", side,        "--size",  "down", "--export-profile",
								 "srgb",     "--fail-on", "warning", NULL };
	struct program_result result;

	return bench_run(bench, BENCH_IMAGE, argv, "the image is damaged or incomplete", &result);
}

struct error image_make(const struct bench *bench, const char *from, struct media *media)
{
	unsigned long width = 0, height = 0;
	struct error err;

	if ((err = image_size(bench, from, &width, &height)).code)
		return err;
	if ((err = check_size(width, height)).code)
		return err;
	if ((err = shrink(bench, from, TEXT_OF(MEDIA_IMAGE_BOX), "image.jpg" SAVED("88"))).code)
		return err;
	if ((err =
			 shrink(bench, "image.jpg", TEXT_OF(MEDIA_THUMBNAIL_BOX), "thumbnail.jpg" SAVED("80")))
			.code)
		return err;
	if ((err = image_size(bench, "image.jpg", &width, &height)).code)
		return err;
	media->width = (unsigned)width;
	media->height = (unsigned)height;
	return ok();
}
