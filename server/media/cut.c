/* SPDX-License-Identifier: Apache-2.0 */
#include "media/cut.h"

#include "media/media.h"

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
	return err;
}

const char *cut_pictures(const struct media_cut *cut, struct arena *arena)
{
	const char *box = "", *window = "";

	_Static_assert(1000 / MEDIA_VIDEO_FPS == CUT_FRAME_MS, "a frame's length");
	if (cut->width)
		box = arena_printf(arena, ",crop=%u:%u:exact=1", cut->width, cut->height);
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
