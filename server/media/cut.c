/* SPDX-License-Identifier: Apache-2.0 */
#include "media/cut.h"

#include <math.h>
#include <stdio.h>

#include "media/media.h"
#include "media/workdir.h"

static struct error check_box(unsigned width, unsigned height)
{
	if (width < MEDIA_MIN_SIDE || height < MEDIA_MIN_SIDE || width > CUT_MOST || height > CUT_MOST)
		return errorf(ERR_INVALID, "a box has sides of %d to %d pixels", MEDIA_MIN_SIDE, CUT_MOST);
	if (width % 2 || height % 2)
		return errorf(ERR_INVALID, "a box has sides of an even number of pixels, as film needs");
	if (width > height * MEDIA_MAX_ASPECT || height > width * MEDIA_MAX_ASPECT)
		return errorf(ERR_INVALID, "a box of %u x %u pixels is too narrow to judge", width, height);
	return ok();
}

static struct error check_window(unsigned from_ms, unsigned length_ms)
{
	if (from_ms % CUT_FRAME_MS || length_ms % CUT_FRAME_MS)
		return errorf(ERR_INVALID, "a window begins and ends at multiples of 0.04 seconds");
	if (length_ms < MEDIA_MIN_DURATION_MS || from_ms > MEDIA_MAX_DURATION_MS ||
	    length_ms > MEDIA_MAX_DURATION_MS - from_ms)
		return errorf(ERR_INVALID, "a window is half a second at least, and ends within %d",
		              MEDIA_MAX_DURATION_MS / 1000);
	return ok();
}

struct error media_cut_check(const struct media_cut *cut)
{
	struct error err = ok();

	if (cut->width || cut->height)
		err = check_box(cut->width, cut->height);
	if (!err.code && (cut->from_ms || cut->length_ms))
		err = check_window(cut->from_ms, cut->length_ms);
	if (!err.code && cut->noise_db &&
	    (cut->noise_db < CUT_NOISE_LEAST || cut->noise_db > CUT_NOISE_MOST))
		err = errorf(ERR_INVALID, "the noise is from %d to %d dBFS loud", CUT_NOISE_LEAST,
		             CUT_NOISE_MOST);
	return err;
}

struct media_region media_region_read(const char *text)
{
	struct media_region region = { 0 };

	if (!text ||
	    sscanf(text, "%u;%u;%u;%u", &region.x, &region.y, &region.width, &region.height) != 4)
		return (struct media_region){ 0 };
	return region;
}

/* To a hundredth: a picture that was shrunk has a side of half a pixel more or less. */
static bool has_shape(unsigned width, unsigned height, unsigned of_width, unsigned of_height)
{
	double a = (double)width * of_height, b = (double)of_width * height;

	return fabs(a - b) <= fmax(a, b) / 100;
}

struct error cut_middle(const struct media_cut *cut, unsigned width, unsigned height, double *ret_x,
                        double *ret_y)
{
	struct media_region region = cut->region;
	unsigned of_width = width, of_height = height;

	if (region.x + region.width > width || region.y + region.height > height)
		return errorf(ERR_INVALID,
		              "the region reaches to %u x %u pixels, but the picture is %u x %u",
		              region.x + region.width, region.y + region.height, width, height);
	if (cut->lent.width && has_shape(width, height, cut->lent_width, cut->lent_height)) {
		region = cut->lent;
		of_width = cut->lent_width;
		of_height = cut->lent_height;
	}
	*ret_x = region.width ? (region.x + region.width / 2.0) / of_width : 0.5;
	*ret_y = region.width ? (region.y + region.height / 2.0) / of_height : 0.5;
	return ok();
}

unsigned cut_begin(double middle, unsigned side, unsigned box)
{
	double at = middle * side - box / 2.0;

	return (unsigned)lround(fmin(fmax(at, 0), (double)side - box));
}

/* A film that has no region is cut as ffmpeg does by itself; each second pixel has a colour. */
static const char *cut_film_box(const struct media_cut *cut, double x, double y, unsigned width,
                                unsigned height, struct arena *arena)
{
	if (!cut->region.width && !cut->lent.width)
		return arena_printf(arena, ",crop=%u:%u:exact=1", cut->width, cut->height);
	return arena_printf(arena, ",crop=%u:%u:%u:%u:exact=1", cut->width, cut->height,
	                    cut_begin(x, width, cut->width) & ~1u,
	                    cut_begin(y, height, cut->height) & ~1u);
}

const char *cut_pictures(const struct media_cut *cut, double x, double y, unsigned width,
                         unsigned height, struct arena *arena)
{
	const char *box = "", *window = "";

	_Static_assert(1000 / MEDIA_VIDEO_FPS == CUT_FRAME_MS, "a frame's length");
	if (cut->width)
		box = cut_film_box(cut, x, y, width, height, arena);
	if (cut->length_ms)
		window = arena_printf(arena, ",trim=start_frame=%u:end_frame=%u,setpts=PTS-STARTPTS",
		                      cut->from_ms / CUT_FRAME_MS,
		                      (cut->from_ms + cut->length_ms) / CUT_FRAME_MS);
	return arena_printf(arena, "%s%s", box, window);
}

const char *cut_sound(const struct media_cut *cut, struct arena *arena)
{
	if (!cut->length_ms)
		return "";
	return arena_printf(arena, ",atrim=start=%.3f:end=%.3f,asetpts=PTS-STARTPTS",
	                    cut->from_ms / 1000.0, (cut->from_ms + cut->length_ms) / 1000.0);
}

/*
 * White noise of the band that every sound has (media/sound): so much of what is drawn between -a
 * and a at 48 kHz lies below 5.5 kHz that the level is a's, less 10 log(3) and 10 log(24 / 5.5) dB.
 */
const char *cut_noise(const struct media_cut *cut, struct arena *arena)
{
	if (!cut->noise_db)
		return "";
	double amplitude = pow(10, cut->noise_db / 20.0) * sqrt(3) * sqrt(24 / 5.5);
	return arena_printf(arena,
	                    "[heard];anoisesrc=r=48000:c=white:seed=1:a=%.6f," SOUND_BAND
	                    "[noise];[heard][noise]amix=inputs=2:duration=first:normalize=0",
	                    amplitude);
}
