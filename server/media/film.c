/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pictures first, sound second: only when the pictures are encoded is it known how long they really
 * are, and the track of sound, silent where the source has none, is cut or filled to that.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "media/workdir.h"

#define TEXT_OF_(number) #number
#define TEXT_OF(number)  TEXT_OF_(number)

#define DAMAGED_FILM "the video is damaged and cannot be read"

/* The frame rate is settled first where frames are dropped for it, and last where they are doubled,
 * so that none is scaled in vain: three frames of a minute would be scaled 1,500 times. */
#define SAME_RATE "fps=" TEXT_OF(MEDIA_VIDEO_FPS) ":start_time=0"

#define SAME_SIZE "scale=%u:%u:flags=bicubic+accurate_rnd+full_chroma_int"

/* Colours: BT.709, as tagged. */
#define SAME_COLOURS ":out_color_matrix=bt709:out_range=tv,setsar=1,format=yuv420p"

/*
 * High dynamic range (ITU-R BT.2100) to BT.709: in linear light, where 1 is the white of paper (203
 * cd/m2, ITU-R BT.2408), what is darker than 0.8 stays, and what is brighter, up to the 1,000 cd/m2
 * that phones write, is bent below the top.
 */
#define TONE_MAPPED                                                                     \
	",format=yuv444p10le,zscale=tin=%s:pin=2020:min=2020_ncl:rin=%s:t=linear:npl=203,"  \
	"format=gbrpf32le,zscale=p=709,tonemap=tonemap=mobius:param=0.8:peak=4.93:desat=0," \
	"zscale=t=709:m=709:r=limited,setsar=1,format=yuv420p"

/* Two fields a frame were taken at two times: where they differ, the one is made anew of the other.
 * A frame without fields passes as it is. */
#define WITHOUT_COMBS "bwdif=mode=send_frame:parity=auto:deint=%s,"

/* The first frame that is not nine tenths black. */
#define NOT_BLACK                                                                           \
	"blackframe=amount=0:threshold=32,metadata=select:key=lavfi.blackframe.pblack:value=90" \
	":function=less"

static struct error check_film(const struct probe *probe, const struct media_cut *cut)
{
	unsigned shorter = probe->width < probe->height ? probe->width : probe->height;
	unsigned longer = probe->width < probe->height ? probe->height : probe->width;

	if (!shorter)
		return errorf(ERR_INVALID, DAMAGED_FILM);
	if (longer > MEDIA_MAX_VIDEO_SIDE || (uint64_t)longer * shorter > MEDIA_MAX_VIDEO_AREA)
		return errorf(ERR_INVALID, "the video is %u x %u pixels; 4096 x 2304 is the limit",
		              probe->width, probe->height);
	if (shorter < MEDIA_MIN_SIDE)
		return errorf(ERR_INVALID, "the video is %u x %u pixels; %d is the least for a side",
		              probe->width, probe->height, MEDIA_MIN_SIDE);
	if (longer > shorter * MEDIA_MAX_ASPECT)
		return errorf(ERR_INVALID, "the video is %u x %u pixels; too narrow to judge", probe->width,
		              probe->height);
	if (probe->width < cut->width || probe->height < cut->height)
		return errorf(ERR_INVALID, "the video is smaller than the campaign's box of %u x %u pixels",
		              cut->width, cut->height);
	if (probe->duration_ms > MEDIA_MAX_DURATION_MS + WORKDIR_PADDING_MS)
		return errorf(ERR_INVALID, "the video is %.1f seconds long; %d is the limit",
		              (double)probe->duration_ms / 1000, MEDIA_MAX_DURATION_MS / 1000);
	return ok();
}

static unsigned film_even(double size)
{
	return (unsigned)(2 * lround(fmax(size, 2) / 2));
}

/* Into the box, upright or lying as the source is; never larger; even sides, as 4:2:0 needs. */
static void film_fit(const struct probe *probe, const struct media_cut *cut, unsigned *width,
                     unsigned *height)
{
	double wide = probe->width >= probe->height ? MEDIA_VIDEO_LONG : MEDIA_VIDEO_SHORT;
	double high = probe->width >= probe->height ? MEDIA_VIDEO_SHORT : MEDIA_VIDEO_LONG;
	double scale = fmin(1, fmin(wide / probe->width, high / probe->height));

	if (cut->width) /* so that it covers the box */
		scale =
			fmin(1, fmax((double)cut->width / probe->width, (double)cut->height / probe->height));

	*width = film_even(probe->width * scale);
	*height = film_even(probe->height * scale);
}

/* Only cameras write fields; RGB has none, and would be converted to a matrix that no tag names. */
static bool may_have_fields(const struct probe *probe)
{
	return strncmp(probe->pixels, "yuv", 3) == 0 || strncmp(probe->pixels, "gray", 4) == 0;
}

static bool is_hdr(const struct probe *probe)
{
	return strcmp(probe->transfer, "smpte2084") == 0 ||
	       strcmp(probe->transfer, "arib-std-b67") == 0;
}

static const char *picture_filters(const struct workdir *workdir, const struct probe *probe,
                                   double x, double y)
{
	unsigned width, height;
	const char *before = "";

	film_fit(probe, &workdir->cut, &width, &height);
	if (strcmp(workdir->sniff.demuxer, "apng") == 0)
		before = WORKDIR_ON_GREY;
	else if (may_have_fields(probe))
		before =
			arena_printf(workdir->arena, WITHOUT_COMBS, probe->interlaced ? "all" : "interlaced");
	bool sparse = probe->rate > 0 && probe->rate <= MEDIA_VIDEO_FPS;
	const char *first = sparse ? "" : SAME_RATE ",", *last = sparse ? "," SAME_RATE : "";

	last = arena_printf(workdir->arena, "%s%s", last,
	                    cut_pictures(&workdir->cut, x, y, width, height, workdir->arena));
	if (is_hdr(probe))
		return arena_printf(workdir->arena, "%s%s" SAME_SIZE TONE_MAPPED "%s", before, first, width,
		                    height, probe->transfer, probe->full_range ? "full" : "limited", last);
	return arena_printf(workdir->arena, "%s%s" SAME_SIZE SAME_COLOURS "%s", before, first, width,
	                    height, last);
}

static struct error encode_pictures(const struct workdir *workdir, const struct probe *probe)
{
	struct program_result result;
	double x, y;
	struct error err = cut_middle(&workdir->cut, probe->width, probe->height, &x, &y);

	if (err.code)
		return err;

	/* clang-format off */
	const char *const argv[] = {
		"ffmpeg", "-nostdin", "-hide_banner", "-nostats", "-v", "error", "-y",
		"-protocol_whitelist", "file", "-threads", "2", "-max_pixels", TEXT_OF(9437184),
		"-f", workdir->sniff.demuxer, "-i", workdir->film, "-map",
		arena_printf(workdir->arena, "0:%d", probe->video), "-t", "61", "-an", "-sn", "-dn",
		"-map_metadata", "-1", "-map_chapters", "-1", "-vf",
		picture_filters(workdir, probe, x, y), "-c:v", "libx264",
		"-profile:v", "high", "-level:v", "3.1", "-preset", "veryfast", "-crf", "21", "-g",
		"50", "-threads", "2", "-colorspace", "bt709", "-color_primaries", "bt709",
		"-color_trc", "bt709", "-color_range", "tv", "-bsf:v", "filter_units=remove_types=6",
		"-fflags", "+bitexact", "-flags", "+bitexact", "-flush_packets", "1", "-f", "mp4",
		"pictures.mp4", NULL
	};
	/* clang-format on */
	return workdir_run(workdir, WORKDIR_FILM, argv, DAMAGED_FILM, &result);
}

static struct error check_pictures(const struct workdir *workdir, const struct probe *source,
                                   int64_t found_ms)
{
	int64_t declared_ms = source->duration_ms, window_ms = workdir->cut.length_ms;

	if (window_ms)
		return found_ms == window_ms
		           ? ok()
		           : errorf(ERR_INVALID, "the video ends before the campaign's window does");
	if (found_ms > MEDIA_MAX_DURATION_MS + 1000 / MEDIA_VIDEO_FPS)
		return errorf(ERR_INVALID, "the video is longer than %d seconds, the limit",
		              MEDIA_MAX_DURATION_MS / 1000);
	if (workdir->sniff.length_declared && declared_ms - found_ms > 500 + declared_ms / 10)
		return errorf(ERR_INVALID, "the video is cut off: %.1f of its %.1f seconds are there",
		              (double)found_ms / 1000, (double)declared_ms / 1000);
	if (found_ms < MEDIA_MIN_DURATION_MS)
		return errorf(ERR_INVALID, "the video is shorter than half a second");
	return ok();
}

/* Puts a track of sound of exactly the pictures' length beside them. */
static struct error add_sound(const struct workdir *workdir, const struct probe *probe,
                              int64_t length_ms)
{
	const char *filters = NULL;
	struct program_result result;
	struct error err;

	if (probe->audio >= 0 && (err = sound_filters(workdir, probe, &filters)).code)
		return err;
	const char *seconds = arena_printf(workdir->arena, "%.3f", (double)length_ms / 1000);
	/* clang-format off */
	const char *const argv[] = {
		"ffmpeg", "-nostdin", "-hide_banner", "-nostats", "-v", "error", "-y", "-threads",
		"1", "-protocol_whitelist", "file", "-f", "mov", "-i", "pictures.mp4",
		"-protocol_whitelist", "file", "-f", filters ? workdir->sniff.demuxer : "lavfi", "-i",
		filters ? workdir->film : "anullsrc=r=" TEXT_OF(MEDIA_AUDIO_HZ) ":cl=mono", "-map",
		"0:v", "-map", filters ? arena_printf(workdir->arena, "1:%d", probe->audio) : "1:a",
		"-map_metadata", "-1", "-map_chapters", "-1", "-c:v", "copy", "-af",
		arena_printf(workdir->arena, "%s,apad,atrim=end=%s%s", filters ? filters : "anull", seconds,
		             cut_noise(&workdir->cut, workdir->arena)),
		"-c:a", "aac", "-b:a", "64k", "-ar", TEXT_OF(MEDIA_AUDIO_HZ), "-ac", "1", "-fflags",
		"+bitexact", "-flags", "+bitexact", "-flush_packets", "1", "-movflags", "+faststart",
		"-f", "mp4", "film.mp4", NULL
	};
	/* clang-format on */
	return workdir_run(workdir, WORKDIR_FILM, argv,
	                   "the video's sound is damaged and cannot be read", &result);
}

static struct error save_frame(const struct workdir *workdir, const char *filter)
{
	/* clang-format off */
	const char *const argv[] = {
		"ffmpeg", "-nostdin", "-hide_banner", "-nostats", "-v", "error", "-y", "-threads",
		"2", "-protocol_whitelist", "file", "-f", "mov", "-i", "pictures.mp4", "-vf", filter,
		"-frames:v", "1", "-fflags", "+bitexact", "-c:v", "png", "-f", "image2", "-update",
		"1", "frame", NULL
	};
	/* clang-format on */
	struct program_result result;

	return workdir_run(workdir, WORKDIR_MEASURE, argv, DAMAGED_FILM, &result);
}

static struct error make_poster(const struct workdir *workdir, struct media *media)
{
	const char *frame = arena_printf(workdir->arena, "%s/frame", workdir->folder);
	struct workdir cut_before = *workdir;
	struct stat info;
	struct error err;

	if ((err = save_frame(workdir, NOT_BLACK)).code)
		return err;
	if (stat(frame, &info) && (err = save_frame(workdir, "null")).code) /* black throughout */
		return err;
	cut_before.cut.region = cut_before.cut.lent = (struct media_region){ 0 };
	return image_make(&cut_before, "frame", media);
}

struct error film_make(const struct workdir *workdir, const struct probe *probe,
                       struct media *media)
{
	struct probe made;
	struct error err;

	if ((err = check_film(probe, &workdir->cut)).code)
		return err;
	if ((err = encode_pictures(workdir, probe)).code)
		return err;
	if ((err = workdir_probe(workdir, "pictures.mp4", "mov", DAMAGED_FILM, &made)).code)
		return err;
	int64_t length_ms = made.frames * 1000 / MEDIA_VIDEO_FPS;
	if ((err = check_pictures(workdir, probe, length_ms)).code)
		return err;
	if ((err = add_sound(workdir, probe, length_ms)).code)
		return err;
	if ((err = make_poster(workdir, media)).code) /* also fills in width and height */
		return err;
	media->source_width = probe->width;
	media->source_height = probe->height;
	media->duration_ms = (unsigned)length_ms;
	return ok();
}
