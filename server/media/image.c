/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "media/colour_profile.h"
#include "media/image_header.h"
#include "media/workdir.h"

/* Grey under what is transparent; no metadata, hence no embedded thumbnail and no profile. */
#define SAVED(quality) "[Q=" quality ",strip,subsample-mode=on,background=128]"

#define DAMAGED_IMAGE "the image is damaged or incomplete"
#define SAVE_AS       "save it with 8 or 16 bits a channel"
#define GREY_PROFILE  "grey.icc"
#define CMYK_PROFILE  "cmyk.icc"
#define RGB_FILE      "rgb.tif"
#define COVERED       "covered.tif"
#define RENDITION     "image.jpg" SAVED("88")

#define TEXT_OF_(number) #number
#define TEXT_OF(number)  TEXT_OF_(number)

/* What is known of a picture before it is decoded. */
struct picture {
	unsigned long width, height;
	const char *interpretation; /* vips's name for its colours: "srgb", "b-w" */
	const char *format;         /* of a sample: "uchar" */
	bool is_lying;              /* it is shown turned by a quarter; not looked at everywhere */
	bool many_scans;            /* a JPEG that gets sharper as it arrives */
	const char *meaning;        /* the ICC profile of its numbers, if it brings none */
};

/* What stands after "\nname: " in vipsheader's listing; "" when it is not there. */
static const char *header_field(const struct workdir *workdir, const char *listing,
                                const char *name)
{
	const char *wanted = arena_printf(workdir->arena, "\n%s: ", name);
	const char *found = strstr(listing, wanted);

	if (!found)
		return "";
	found += strlen(wanted);
	return arena_copy(workdir->arena, found, strcspn(found, "\n"));
}

#define UNREADABLE "the image cannot be read"

/* What the kinds of file that most are say by themselves: each start of a program costs more than a
 * small picture. */
static bool look_here(const struct workdir *workdir, const char *name, struct picture *ret)
{
	int fd =
		open(arena_printf(workdir->arena, "%s/%s", workdir->folder, name), O_RDONLY | O_CLOEXEC);
	struct image_header still;
	struct stat info;
	bool read = false;

	if (fd >= 0 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_size > 0) {
		size_t len = (size_t)info.st_size;
		void *bytes = mmap(NULL, len, PROT_READ, MAP_PRIVATE, fd, 0);

		read = bytes != MAP_FAILED && image_header_read(bytes, len, &still);
		if (bytes != MAP_FAILED)
			munmap(bytes, len);
	}
	if (fd >= 0)
		close(fd);
	if (!read)
		return false;
	ret->width = still.width;
	ret->height = still.height;
	ret->many_scans = still.many_scans;
	ret->format = still.bits == 16 ? "ushort" : "uchar";
	if (still.channels == 1)
		ret->interpretation = still.bits == 16 ? "grey16" : "b-w";
	else if (still.channels == 3)
		ret->interpretation = still.bits == 16 ? "rgb16" : "srgb";
	else
		ret->interpretation = "cmyk";
	return true;
}

/* What vips says, in two words more: how the picture is turned. */
static struct error image_look_by_vips(const struct workdir *workdir, const char *name,
                                       struct picture *ret)
{
	const char *const argv[] = { "vipsheader", "-a", name, NULL };
	struct program_result result;
	struct error err = workdir_run(workdir, WORKDIR_LOOK, argv, UNREADABLE, &result);

	if (err.code == ERR_INVALID && strstr(result.err, "not a whole number of bytes"))
		return errorf(ERR_INVALID, "the image has samples of an unusual number of bits; " SAVE_AS);
	if (err.code)
		return err;
	ret->width = strtoul(header_field(workdir, result.out, "width"), NULL, 10);
	ret->height = strtoul(header_field(workdir, result.out, "height"), NULL, 10);
	ret->interpretation = header_field(workdir, result.out, "interpretation");
	ret->format = header_field(workdir, result.out, "format");
	ret->many_scans = strtoul(header_field(workdir, result.out, "jpeg-multiscan"), NULL, 10) != 0;
	ret->is_lying = strtoul(header_field(workdir, result.out, "orientation"), NULL, 10) > 4;
	return ok();
}

static struct error image_look(const struct workdir *workdir, const char *name, struct picture *ret)
{
	return look_here(workdir, name, ret) ? ok() : image_look_by_vips(workdir, name, ret);
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

#define STRAY_BYTES 64 /* so few before a marker are a camera's padding, not lost data */

/*
 * libjpeg complains alike of what cameras write and of damage.  Harmless are: a scan's three last
 * bytes, which mean nothing in a sequential file and which Samsung leaves at 0; numbers of a
 * version that it does not know; and a few bytes too many before a table or the one scan.  Bytes
 * too many before a restart or the end, or between scans, mean that some pixels were lost before
 * them.
 */
static bool image_is_harmless(const char *complaint, bool many_scans)
{
	static const char *const harmless[] = { "Invalid SOS parameters for sequential JPEG",
		                                    "Warning: unknown JFIF revision number",
		                                    "Unknown Adobe color transform code" };

	for (unsigned i = 0; i < sizeof harmless / sizeof harmless[0]; i++)
		if (strncmp(complaint, harmless[i], strlen(harmless[i])) == 0)
			return true;
	char *end;
	const char *line = strncmp(complaint, "Corrupt JPEG data: ", 19) == 0 ? complaint + 19 : "";
	unsigned long stray = strtoul(line, &end, 10);
	static const char before[] = " extraneous bytes before marker ";
	if (many_scans || stray > STRAY_BYTES || strncmp(end, before, sizeof before - 1) != 0)
		return false;
	unsigned long marker = strtoul(end + sizeof before - 1, NULL, 16);
	return marker < 0xd0 || marker > 0xd9;
}

/*
 * vips tells the first of libjpeg's complaints, and how many there were.  One that is harmless is
 * let pass; with two, the other may be damage.
 */
static struct error check_complaints(const char *told, bool many_scans)
{
	static const char name[] = "VipsJpeg: ", count[] = "read gave ";

	if (strstr(told, "error in tile")) /* whatever its status says */
		return errorf(ERR_INVALID, DAMAGED_IMAGE);
	for (const char *at = told; (at = strstr(at, name)); at += sizeof name - 1)
		if (!image_is_harmless(at + sizeof name - 1, many_scans))
			return errorf(ERR_INVALID, DAMAGED_IMAGE);
	for (const char *at = told; (at = strstr(at, count)); at += sizeof count - 1)
		if (strtoul(at + sizeof count - 1, NULL, 10) > 1)
			return errorf(ERR_INVALID, DAMAGED_IMAGE);
	return ok();
}

/* What a reader stops at: a JPEG's warnings are looked at afterwards. */
static const char *image_strictness(const struct workdir *workdir)
{
	return strcmp(workdir->sniff.format, "jpeg") == 0 ? "truncated" : "warning";
}

static bool is_any(const char *text, const char *const names[])
{
	for (; *names; names++)
		if (strcmp(text, *names) == 0)
			return true;
	return false;
}

static const char *const samples[] = { "uchar", "ushort", NULL };
static const char *const grey[] = { "b-w", "grey16", NULL };
static const char *const colour[] = { "srgb", "rgb16", "lab", NULL };

static bool is_cmyk(const struct picture *picture)
{
	return strcmp(picture->interpretation, "cmyk") == 0;
}

/* Floating point has no agreed white, and signed or very wide samples none that vips keeps: such
 * pictures come out black. */
static struct error check_samples(const struct picture *picture)
{
	bool known = is_any(picture->interpretation, grey) || is_any(picture->interpretation, colour) ||
	             is_cmyk(picture);

	if (is_any(picture->format, samples) && known)
		return ok();
	return errorf(ERR_INVALID, "the image's samples (%s, %s) have no agreed meaning; " SAVE_AS,
	              picture->format, picture->interpretation);
}

/* "input" becomes "input[fail_on=warning]", and "input[page=2]" "input[page=2,fail_on=warning]". */
static const char *with_strictness(const struct workdir *workdir, const char *from)
{
	int plain = (int)strcspn(from, "]");

	return arena_printf(workdir->arena, "%.*s%sfail_on=%s]", plain, from,
	                    strchr(from, '[') ? "," : "[", image_strictness(workdir));
}

/*
 * vips's thumbnail knows only its own press for CMYK without a profile, so such a picture becomes
 * RGB first, by its own profile or by ours.
 */
static struct error cmyk_to_rgb(const struct workdir *workdir, const char *from, bool many_scans)
{
	static const char to[] = RGB_FILE "[compression=lzw]";
	const char *const argv[] = { "vips",
		                         "icc_transform",
		                         with_strictness(workdir, from),
		                         to,
		                         "srgb",
		                         "--embedded",
		                         "--input-profile",
		                         CMYK_PROFILE,
		                         NULL };
	struct program_result result;
	struct error err;

	if ((err = colour_profile_write_cmyk(workdir, CMYK_PROFILE)).code)
		return err;
	if ((err = workdir_run(workdir, WORKDIR_SLOW_IMAGE, argv, DAMAGED_IMAGE, &result)).code)
		return err;
	return check_complaints(result.err, many_scans);
}

/* A box to shrink into, as vips is told. */
struct shrink_box {
	const char *width, *height;
	bool cut; /* covers it, and is cut to its middle; else all of it lies within */
};

/* Upright, sRGB, no larger than a box; `to` names the file and how to save it. */
static struct error image_shrink(const struct workdir *workdir, const char *from,
                                 const struct picture *picture, const struct shrink_box *box,
                                 const char *to)
{
	const char *const argv[] = { "vips",
		                         "thumbnail",
		                         from,
		                         to,
		                         box->width,
		                         "--height",
		                         box->height,
		                         "--size",
		                         "down",
		                         "--import-profile",
		                         picture->meaning,
		                         "--export-profile",
		                         "srgb",
		                         "--fail-on",
		                         image_strictness(workdir),
		                         box->cut ? "--crop" : NULL,
		                         "centre",
		                         NULL };
	struct program_result result;
	struct error err;

	if ((err = workdir_run(workdir, WORKDIR_IMAGE, argv, DAMAGED_IMAGE, &result)).code)
		return err;
	return check_complaints(result.err, picture->many_scans);
}

/* Settles what the picture's numbers mean where it has no profile; `from` becomes what vips's
 * thumbnail reads right. */
static struct error settle_meaning(const struct workdir *workdir, struct picture *picture,
                                   const char **from)
{
	struct error err;

	picture->meaning = "srgb";
	if (is_any(picture->interpretation, grey)) {
		picture->meaning = GREY_PROFILE;
		return colour_profile_write_grey(workdir, GREY_PROFILE);
	}
	if (!is_cmyk(picture))
		return ok();
	if ((err = cmyk_to_rgb(workdir, *from, picture->many_scans)).code)
		return err;
	*from = RGB_FILE;
	return ok();
}

static struct error too_small(const struct media_cut *cut)
{
	return errorf(ERR_INVALID, "the image is smaller than the campaign's box of %u x %u pixels",
	              cut->width, cut->height);
}

/* Does the picture that was made fill the box that it was to be cut to? */
static struct error check_cut(const struct media_cut *cut, const struct picture *picture)
{
	if (!cut->width || (picture->width == cut->width && picture->height == cut->height))
		return ok();
	return too_small(cut);
}

static struct shrink_box box_of(const struct workdir *workdir)
{
	const struct media_cut *cut = &workdir->cut;

	if (!cut->width)
		return (struct shrink_box){ TEXT_OF(MEDIA_IMAGE_BOX), TEXT_OF(MEDIA_IMAGE_BOX), false };
	return (struct shrink_box){ arena_printf(workdir->arena, "%u", cut->width),
		                        arena_printf(workdir->arena, "%u", cut->height), true };
}

#define ANY_SIDE "10000000" /* vips's largest */

/* The picture, just as large as covers the box. */
static struct error image_cover(const struct workdir *workdir, const char *from,
                                const struct picture *picture, const struct media *source,
                                struct picture *ret_covered)
{
	const struct media_cut *cut = &workdir->cut;
	bool wide =
		(uint64_t)source->source_width * cut->height > (uint64_t)source->source_height * cut->width;
	const struct shrink_box box = {
		wide ? ANY_SIDE : arena_printf(workdir->arena, "%u", cut->width),
		wide ? arena_printf(workdir->arena, "%u", cut->height) : ANY_SIDE, false
	};
	struct error err = image_shrink(workdir, from, picture, &box, COVERED);

	if (!err.code)
		err = image_look(workdir, COVERED, ret_covered);
	if (err.code || (ret_covered->width >= cut->width && ret_covered->height >= cut->height))
		return err;
	return too_small(cut);
}

/* The box, cut out of the picture around a place in it. */
static struct error image_cut_around(const struct workdir *workdir, const char *from,
                                     const struct picture *picture, const struct media *source,
                                     double x, double y)
{
	const struct media_cut *cut = &workdir->cut;
	struct picture covered = { 0 };
	struct program_result result;
	struct error err = image_cover(workdir, from, picture, source, &covered);

	if (err.code)
		return err;
	unsigned left = cut_begin(x, (unsigned)covered.width, cut->width);
	unsigned top = cut_begin(y, (unsigned)covered.height, cut->height);
	const char *rendition = RENDITION;
	const char *const argv[] = { "vips",
		                         "crop",
		                         COVERED,
		                         rendition,
		                         arena_printf(workdir->arena, "%u", left),
		                         arena_printf(workdir->arena, "%u", top),
		                         arena_printf(workdir->arena, "%u", cut->width),
		                         arena_printf(workdir->arena, "%u", cut->height),
		                         NULL };
	return workdir_run(workdir, WORKDIR_IMAGE, argv, DAMAGED_IMAGE, &result);
}

/* Makes the rendition, around the region if there is one. */
static struct error image_render(const struct workdir *workdir, const char *from,
                                 const struct picture *picture, struct media *media)
{
	const struct media_cut *cut = &workdir->cut;
	const struct shrink_box box = box_of(workdir);
	struct picture source = { 0 };
	double x, y;
	struct error err;

	if (!cut->region.width && !cut->lent.width)
		return image_shrink(workdir, from, picture, &box, RENDITION);
	if ((err = image_look_by_vips(workdir, workdir->still, &source)).code)
		return err;
	media->source_width = (unsigned)(source.is_lying ? source.height : source.width);
	media->source_height = (unsigned)(source.is_lying ? source.width : source.height);
	if ((err = cut_middle(cut, media->source_width, media->source_height, &x, &y)).code)
		return err;
	if (!cut->width)
		return image_shrink(workdir, from, picture, &box, RENDITION);
	return image_cut_around(workdir, from, picture, media, x, y);
}

struct error image_make(const struct workdir *workdir, const char *from, struct media *media)
{
	static const struct picture made = { .meaning = "srgb" };
	static const struct shrink_box thumbnail = { TEXT_OF(MEDIA_THUMBNAIL_BOX),
		                                         TEXT_OF(MEDIA_THUMBNAIL_BOX), false };
	struct picture picture = { 0 };
	struct error err;

	if ((err = image_look(workdir, from, &picture)).code)
		return err;
	if ((err = check_size(picture.width, picture.height)).code)
		return err;
	if ((err = check_samples(&picture)).code)
		return err;
	if ((err = settle_meaning(workdir, &picture, &from)).code)
		return err;
	if ((err = image_render(workdir, from, &picture, media)).code)
		return err;
	if ((err = image_shrink(workdir, "image.jpg", &made, &thumbnail, "thumbnail.jpg" SAVED("80")))
	        .code)
		return err;
	if ((err = image_look(workdir, "image.jpg", &picture)).code)
		return err;
	if ((err = check_cut(&workdir->cut, &picture)).code)
		return err;
	media->width = (unsigned)picture.width;
	media->height = (unsigned)picture.height;
	return ok();
}
