/* SPDX-License-Identifier: Apache-2.0 */
#include "media/animation.h"

#include <string.h>
#include <sys/stat.h>

#include "core/strbuf.h"

#define SHORT_MS      20 /* what is shorter, browsers show as long as ... */
#define INSTEAD_MS    100
#define HALF_FRAME_MS (500 / MEDIA_VIDEO_FPS + 1)
#define UNPACKED      "unpacked.mkv"
#define FRAMES        "frames.raw"

static unsigned long u24_at(const unsigned char *at)
{
	return at[0] | (unsigned long)at[1] << 8 | (unsigned long)at[2] << 16;
}

/* ---- WebP ---- */

static void note_frame(struct animation *animation, unsigned delay_ms)
{
	struct animation_run *last =
		animation->run_count ? &animation->runs[animation->run_count - 1] : NULL;

	if (delay_ms < SHORT_MS)
		delay_ms = INSTEAD_MS;
	if (!last || last->delay_ms != delay_ms) {
		last = &animation->runs[animation->run_count++];
		*last = (struct animation_run){ .first = animation->frames, .delay_ms = delay_ms };
	}
	last->count++;
	animation->frames++;
	animation->total_ms += delay_ms;
}

/* WebP Container Specification: chunks of a name, a size and so many bytes, and one to make them
 * even. */
struct animation animation_webp(const unsigned char *bytes, size_t len, struct arena *arena)
{
	struct animation animation = { .complete = true };

	if (len < 30 || memcmp(bytes, "RIFF", 4) != 0 || memcmp(bytes + 8, "WEBPVP8X", 8) != 0 ||
	    !(bytes[20] & 2))
		return animation;
	animation.moves = true;
	animation.width = (unsigned)u24_at(bytes + 24) + 1;
	animation.height = (unsigned)u24_at(bytes + 27) + 1;
	animation.runs = arena_alloc(arena, ANIMATION_MAX_FRAMES * sizeof *animation.runs);
	for (size_t at = 30; at + 8 <= len && animation.frames < ANIMATION_MAX_FRAMES;) {
		size_t size = u24_at(bytes + at + 4) | (size_t)bytes[at + 7] << 24;

		if (size > len - at - 8)
			break;
		if (memcmp(bytes + at, "ANMF", 4) == 0 && size >= 16)
			note_frame(&animation, (unsigned)u24_at(bytes + at + 20));
		at += 8 + size + (size & 1);
	}
	return animation;
}

/* ---- PNG ---- */

/* W3C, PNG (third edition), 11.3.2: a chunk acTL says that it moves, and each frame has its fcTL.
 */
struct animation animation_png(const unsigned char *bytes, size_t len)
{
	struct animation animation = { 0 };

	if (len < 8 || memcmp(bytes, "\x89PNG", 4) != 0)
		return animation;
	for (size_t at = 8; at + 12 <= len;) {
		const unsigned char *chunk = bytes + at;
		size_t size =
			(size_t)chunk[0] << 24 | (size_t)chunk[1] << 16 | (size_t)chunk[2] << 8 | chunk[3];

		if (size > len - at - 12)
			break;
		animation.moves |= memcmp(chunk + 4, "acTL", 4) == 0;
		animation.frames += memcmp(chunk + 4, "fcTL", 4) == 0;
		animation.complete |= memcmp(chunk + 4, "IEND", 4) == 0;
		at += 12 + size;
	}
	return animation;
}

/* ---- unpacking ---- */

/* When frame N begins, for setpts, in milliseconds. */
static const char *frame_times(struct arena *arena, const struct animation *animation)
{
	struct strbuf text = { .arena = arena };

	for (size_t i = 0; i < animation->run_count; i++) {
		const struct animation_run *run = &animation->runs[i];

		strbuf_add(&text, i ? "+" : "");
		strbuf_add_number(&text, run->delay_ms);
		strbuf_add(&text, "*clip(N-");
		strbuf_add_number(&text, run->first);
		strbuf_add(&text, "\\,0\\,");
		strbuf_add_number(&text, run->count);
		strbuf_add(&text, ")");
	}
	return text.bytes;
}

#define DAMAGED "the animation is damaged or incomplete"

/* All frames, one below the other, as raw samples: of 3 bands, or of 4 where something shows
 * through. */
static struct error unpack_frames(const struct workdir *workdir, const struct animation *animation,
                                  bool *ret_shows_through)
{
	const char *input = WORKDIR_INPUT "[n=-1,fail_on=warning]";
	const char *const argv[] = { "vips", "rawsave", input, FRAMES, NULL };
	uint64_t pixels = (uint64_t)animation->width * animation->height * animation->frames;
	struct program_result result;
	struct stat info;
	struct error err;

	if ((err = workdir_run(workdir, WORKDIR_SLOW_IMAGE, argv, DAMAGED, &result)).code)
		return err;
	if (stat(arena_printf(workdir->arena, "%s/" FRAMES, workdir->folder), &info) ||
	    ((uint64_t)info.st_size != 3 * pixels && (uint64_t)info.st_size != 4 * pixels))
		return errorf(ERR_INVALID, DAMAGED);
	*ret_shows_through = (uint64_t)info.st_size == 4 * pixels;
	return ok();
}

/* The last frame comes once more, half a frame of ours before the end: or it would be shown for one
 * frame alone. */
static struct error pack_frames(const struct workdir *workdir, const struct animation *animation,
                                bool shows_through)
{
	const struct animation_run *last = &animation->runs[animation->run_count - 1];
	unsigned early = last->delay_ms > HALF_FRAME_MS ? HALF_FRAME_MS : last->delay_ms - 1;
	const char *filter =
		arena_printf(workdir->arena, "%stpad=stop=1:stop_mode=clone,setpts=%s-%u*eq(N\\,%u)",
	                 shows_through ? WORKDIR_ON_GREY : "", frame_times(workdir->arena, animation),
	                 early, animation->frames);
	/* clang-format off */
	const char *const argv[] = {
		"ffmpeg", "-nostdin", "-hide_banner", "-nostats", "-v", "error", "-y",
		"-protocol_whitelist", "file", "-threads", "1", "-f", "rawvideo", "-pix_fmt", shows_through ? "rgba" : "rgb24",
		"-video_size", arena_printf(workdir->arena, "%ux%u", animation->width, animation->height),
		"-framerate", "1000", "-i", FRAMES, "-vf", filter, "-vsync", "passthrough", "-c:v", "ffv1",
		"-fflags", "+bitexact", "-flags", "+bitexact", "-flush_packets", "1", "-f", "matroska",
		UNPACKED, NULL
	};
	/* clang-format on */
	struct program_result result;

	return workdir_run(workdir, WORKDIR_FILM, argv, DAMAGED, &result);
}

struct error animation_unpack(struct workdir *workdir, const struct animation *animation)
{
	uint64_t bytes = (uint64_t)animation->width * animation->height * 4 * animation->frames;
	bool shows_through = false;
	struct error err;

	if (animation->total_ms > MEDIA_MAX_DURATION_MS)
		return errorf(ERR_INVALID, "the animation is %.1f seconds long; %d is the limit",
		              animation->total_ms / 1000.0, MEDIA_MAX_DURATION_MS / 1000);
	if (bytes > ANIMATION_MAX_BYTES)
		return errorf(ERR_INVALID, "the animation unpacks to %llu megabytes; %u is the limit",
		              (unsigned long long)bytes >> 20, ANIMATION_MAX_BYTES >> 20);
	if ((err = unpack_frames(workdir, animation, &shows_through)).code)
		return err;
	if ((err = pack_frames(workdir, animation, shows_through)).code)
		return err;
	workdir->film = UNPACKED;
	workdir->sniff.family = SNIFF_FILM;
	workdir->sniff.demuxer = "matroska";
	return ok();
}
