/* SPDX-License-Identifier: Apache-2.0 */
#include "media/fingerprint.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/disk.h"
#include "core/log.h"
#include "core/mem.h"
#include "media/image_header.h"
#include "media/workdir.h"

#define PIXELS      "pixels.raw"  /* three bytes a pixel, row by row, and nothing else */
#define SAMPLES     "samples.raw" /* of 16 bits, one channel, and nothing else */
#define IMAGE_SIDE  512           /* of an image at most: finer than what PDQ looks at */
#define FRAME_SIDE  256           /* of a film's frames: their shape does not matter to PDQ */
#define MOST_FRAMES 62
_Static_assert(MOST_FRAMES == FINGERPRINT_MAX_FRAMES, "ffmpeg is told what there is room for");

#define TEXT_OF_(number) #number
#define TEXT_OF(number)  TEXT_OF_(number)

#define DAMAGED "its rendition cannot be decoded"

/* Bytes that a helper wrote, mapped until helper_bytes_free(). */
struct helper_bytes {
	unsigned char *bytes;
	size_t len;
};

static void helper_bytes_free(struct helper_bytes *mapped)
{
	if (mapped->bytes)
		munmap(mapped->bytes, mapped->len);
}

static struct error helper_bytes_map(const struct workdir *workdir, const char *name,
                                     struct helper_bytes *ret_mapped)
{
	int fd = disk_open_regular(arena_printf(workdir->arena, "%s/%s", workdir->folder, name));
	struct stat info;
	void *bytes = MAP_FAILED;

	if (fd >= 0 && fstat(fd, &info) == 0 && info.st_size > 0)
		bytes = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (fd >= 0)
		close(fd);
	if (bytes == MAP_FAILED)
		return errorf(ERR_INVALID, DAMAGED);
	*ret_mapped = (struct helper_bytes){ bytes, (size_t)info.st_size };
	return ok();
}

/* The hashes of width x height pixels, three bytes each. */
static void hash_pixels(const unsigned char *rgb, unsigned width, unsigned height,
                        struct pdq ret[PDQ_VARIANTS])
{
	size_t count = (size_t)width * height;
	float *luma = mem_new(count, sizeof *luma);

	pdq_luma(rgb, count, luma);
	pdq_hash_variants(luma, width, height, ret);
	free(luma);
}

/* The sides of the rendition, which is a JPEG of our own making; no more than the box of it. */
static struct error read_sides(const struct workdir *workdir, unsigned *width, unsigned *height)
{
	struct helper_bytes file = { 0 };
	struct image_header header;
	struct error err;

	if ((err = helper_bytes_map(workdir, WORKDIR_INPUT, &file)).code)
		return err;
	bool read = image_header_read(file.bytes, file.len, &header);
	helper_bytes_free(&file);
	if (!read || !header.width || !header.height)
		return errorf(ERR_INVALID, DAMAGED);
	*width = header.width < IMAGE_SIDE ? (unsigned)header.width : IMAGE_SIDE;
	*height = header.height < IMAGE_SIDE ? (unsigned)header.height : IMAGE_SIDE;
	return ok();
}

static struct error image_fingerprint(const struct workdir *workdir, struct fingerprint *ret)
{
	unsigned width = 0, height = 0;
	struct program_result result;
	struct helper_bytes pixels = { 0 };
	struct error err;

	if ((err = read_sides(workdir, &width, &height)).code)
		return err;
	const char *const argv[] = { "vips",
		                         "thumbnail",
		                         WORKDIR_INPUT,
		                         PIXELS,
		                         arena_printf(workdir->arena, "%u", width),
		                         "--height",
		                         arena_printf(workdir->arena, "%u", height),
		                         "--size",
		                         "force",
		                         "--fail-on",
		                         "truncated",
		                         NULL };
	if ((err = workdir_run(workdir, WORKDIR_IMAGE, argv, DAMAGED, &result)).code)
		return err;
	if ((err = helper_bytes_map(workdir, PIXELS, &pixels)).code)
		return err;
	if (pixels.len == (size_t)3 * width * height) {
		ret->count = 1;
		hash_pixels(pixels.bytes, width, height, ret->frames[0]);
	} else {
		err = errorf(ERR_INVALID, DAMAGED);
	}
	helper_bytes_free(&pixels);
	return err;
}

/* The frame in the middle of each second: what ffmpeg rounds to is the same for every film, because
 * a rendition has 25 frames a second. */
static struct error film_fingerprint(const struct workdir *workdir, struct fingerprint *ret)
{
	/* clang-format off */
	const char *const argv[] = {
		"ffmpeg", "-nostdin", "-hide_banner", "-nostats", "-v", "error", "-y", "-threads", "1",
		"-protocol_whitelist", "file", "-f", "mov", "-i", WORKDIR_INPUT, "-map", "0:v:0", "-an",
		"-vf", "fps=1,scale=" TEXT_OF(FRAME_SIDE) ":" TEXT_OF(FRAME_SIDE) ":flags=area,format=rgb24",
		"-frames:v", TEXT_OF(MOST_FRAMES), "-f", "rawvideo", PIXELS, NULL
	};
	/* clang-format on */
	size_t frame = (size_t)3 * FRAME_SIDE * FRAME_SIDE;
	struct program_result result;
	struct helper_bytes pixels = { 0 };
	struct error err;

	if ((err = workdir_run(workdir, WORKDIR_FILM, argv, DAMAGED, &result)).code)
		return err;
	if ((err = helper_bytes_map(workdir, PIXELS, &pixels)).code)
		return err;
	if (pixels.len % frame || pixels.len / frame > FINGERPRINT_MAX_FRAMES)
		err = errorf(ERR_INVALID, DAMAGED);
	else
		for (; ret->count < pixels.len / frame; ret->count++)
			hash_pixels(pixels.bytes + ret->count * frame, FRAME_SIDE, FRAME_SIDE,
			            ret->frames[ret->count]);
	helper_bytes_free(&pixels);
	return err;
}

/*
 * fpcalc reads samples that ffmpeg has decoded, so no decoder runs without our limits on formats.
 * At the end of every file Debian's says "Error decoding audio frame (End of file)" and leaves with
 * status 3: how many words there are tells whether it has read all.
 */
static struct error run_fpcalc(const struct workdir *workdir, uint64_t samples,
                               struct chromaprint *ret)
{
	const char *const argv[] = { "fpcalc",    "-raw",  "-length", "120",
		                         "-format",   "s16le", "-rate",   TEXT_OF(MEDIA_AUDIO_HZ),
		                         "-channels", "1",     SAMPLES,   NULL };
	const struct program program = { .argv = argv,
		                             .folder = workdir->folder,
		                             .wall_ms = 30000,
		                             .cpu_s = 30,
		                             .memory_bytes = 1ull << 30,
		                             .file_bytes = 1u << 20,
		                             .open_files = 64 };
	unsigned expected = chromaprint_expected(samples, MEDIA_AUDIO_HZ);
	struct program_result result;
	struct chromaprint sound;
	struct error err;

	if ((err = program_run(&program, &result)).code)
		return err;
	if (result.end != PROGRAM_EXITED || !chromaprint_read(result.out, &sound) ||
	    sound.count + 1 < expected || sound.count > expected + 1) {
		log_info("fpcalc: %d words expected, status %d: %s", (int)expected, result.status,
		         result.err);
		return errorf(ERR_INVALID, DAMAGED);
	}
	*ret = sound;
	return ok();
}

static struct error sound_fingerprint(const struct workdir *workdir, struct fingerprint *ret)
{
	/* clang-format off */
	const char *const argv[] = {
		"ffmpeg", "-nostdin", "-hide_banner", "-nostats", "-v", "error", "-y", "-threads", "1",
		"-protocol_whitelist", "file", "-f", "mov", "-i", WORKDIR_INPUT, "-map", "0:a:0",
		"-t", "61", "-ar", TEXT_OF(MEDIA_AUDIO_HZ), "-ac", "1", "-f", "s16le", SAMPLES, NULL
	};
	/* clang-format on */
	struct program_result result;
	struct helper_bytes samples = { 0 };
	struct error err;

	if ((err = workdir_run(workdir, WORKDIR_IMAGE, argv, DAMAGED, &result)).code)
		return err;
	if ((err = helper_bytes_map(workdir, SAMPLES, &samples)).code)
		return err;
	uint64_t count = samples.len / 2;
	helper_bytes_free(&samples);
	if (chromaprint_expected(count, MEDIA_AUDIO_HZ) < CHROMAPRINT_MIN_WORDS)
		return ok(); /* fpcalc says of a short one that it is empty, and of a broken one too */
	return run_fpcalc(workdir, count, &ret->sound);
}

/* Lays a copy of the rendition on the bench: helpers see nothing but their folder. */
static struct error bring_rendition(struct store *store, const struct workdir *workdir,
                                    const unsigned char rendition[SHA256_BYTES])
{
	const char *path = arena_printf(workdir->arena, "%s/" WORKDIR_INPUT, workdir->folder);
	char piece[64 * 1024];
	struct error err;
	uint64_t bytes;
	ssize_t got = 0;
	int from, to;

	if ((err = store_open_read(store, rendition, &from, &bytes)).code)
		return err;
	if ((to = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) < 0)
		err = disk_error("fingerprint", "the rendition could not be copied");
	while (!err.code && (got = read(from, piece, sizeof piece)) != 0) {
		if (got < 0 && errno != EINTR)
			err = errorf(ERR_DISK, "the rendition cannot be read: %s", strerrordesc_np(errno));
		else if (got > 0 && !disk_write(to, piece, (size_t)got))
			err = disk_error("fingerprint", "the rendition could not be copied");
	}
	if (to >= 0)
		close(to);
	close(from);
	return err;
}

static struct error take_of_input(const struct workdir *workdir, enum media_type type,
                                  struct fingerprint *made)
{
	return type == MEDIA_IMAGE   ? image_fingerprint(workdir, made)
	       : type == MEDIA_VIDEO ? film_fingerprint(workdir, made)
	                             : sound_fingerprint(workdir, made);
}

struct error fingerprint_take(struct store *store, const unsigned char rendition[SHA256_BYTES],
                              enum media_type type, struct arena *arena,
                              struct fingerprint *ret_fingerprint)
{
	struct fingerprint made = { 0 };
	char folder[PATH_MAX];
	struct workdir workdir = { .arena = arena, .folder = folder, .sniff.format = "rendition" };
	struct error err;

	if ((err = store_scratch(store, folder)).code)
		return err;
	if (!(err = bring_rendition(store, &workdir, rendition)).code)
		err = take_of_input(&workdir, type, &made);
	store_scratch_remove(store, folder);
	if (!err.code)
		*ret_fingerprint = made;
	return err;
}

/* The rendition takes the place of the file. */
static struct error render_input(struct workdir *workdir, struct media *media)
{
	const char *rendition = NULL;
	struct error err = workdir_make(workdir, media, &rendition);

	if (err.code)
		return err;
	workdir->sniff = (struct sniff){ .format = "rendition" };
	if (rename(arena_printf(workdir->arena, "%s/%s", workdir->folder, rendition),
	           arena_printf(workdir->arena, "%s/" WORKDIR_INPUT, workdir->folder)))
		return disk_error("fingerprint", "the rendition could not be moved");
	return ok();
}

struct error fingerprint_of_file(struct store *store, const void *bytes, size_t len,
                                 struct arena *arena, struct fingerprint *ret_fingerprint)
{
	struct fingerprint made = { 0 };
	struct media media = { 0 };
	char folder[PATH_MAX];
	struct workdir workdir = {
		.arena = arena, .folder = folder, .still = WORKDIR_INPUT, .film = WORKDIR_INPUT
	};
	struct error err;

	if ((err = store_scratch(store, folder)).code)
		return err;
	if (!(err = workdir_lay_out_bytes(&workdir, bytes, len)).code &&
	    !(err = render_input(&workdir, &media)).code)
		err = take_of_input(&workdir, media.type, &made);
	store_scratch_remove(store, folder);
	if (!err.code)
		*ret_fingerprint = made;
	return err;
}
