/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stranger's file is copied to a scratch folder inside the store first: it cannot change
 * between being checked and being kept, and helpers need no way out of that folder.  What they
 * made is moved into the store only when every step has worked.
 */
#include "media/media.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/disk.h"
#include "core/log.h"
#include "core/vocabulary.h"
#include "media/animation.h"
#include "media/image_header.h"
#include "media/workdir.h"

const char *media_type_name(enum media_type type)
{
	return media_types[type];
}

bool media_type_read(const char *text, enum media_type *type)
{
	for (unsigned i = 0; i < MEDIA_TYPES; i++) {
		if (strcmp(text, media_types[i]) == 0) {
			*type = (enum media_type)i;
			return true;
		}
	}
	return false;
}

static struct error open_source(const char *path, int *ret_fd)
{
	struct stat info;
	struct error err = ok();
	int fd = disk_open_regular(path);

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return errorf(ERR_INVALID, "there is no such file");
	if (fd < 0 && errno == EBADF)
		return errorf(ERR_INVALID, "it is not a regular file");
	if (fd < 0) {
		log_error("media: open: %m");
		return errorf(ERR_INVALID, "the file cannot be opened");
	}
	if (fstat(fd, &info))
		err = errorf(ERR_INVALID, "the file cannot be opened");
	else if (info.st_size == 0)
		err = errorf(ERR_INVALID, "the file is empty");
	else if (info.st_size > MEDIA_MAX_FILE_BYTES)
		err = errorf(ERR_TOO_LARGE, "the file has %lld megabytes; %u is the limit",
		             (long long)info.st_size >> 20, MEDIA_MAX_FILE_BYTES >> 20);
	if (err.code) {
		close(fd);
		return err;
	}
	*ret_fd = fd;
	return ok();
}

static struct error media_copy_bytes(int from, int to)
{
	char piece[64 * 1024];
	size_t total = 0;
	ssize_t got;

	while ((got = read(from, piece, sizeof piece)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return errorf(ERR_INVALID, "the file cannot be read: %s", strerrordesc_np(errno));
		if (!disk_write(to, piece, (size_t)got))
			return disk_error("media", "the file could not be copied");
		if ((total += (size_t)got) > MEDIA_MAX_FILE_BYTES) /* it grew meanwhile */
			return errorf(ERR_TOO_LARGE, "the file is too large");
	}
	return ok();
}

/* A GIF with one frame is a picture, with more a film: only walking it tells. */
static struct error settle_gif(struct workdir *workdir, const unsigned char *bytes, size_t len)
{
	struct sniff_gif gif = sniff_gif(bytes, len);

	if (gif.frames < 2)
		workdir->sniff.family = SNIFF_STILL;
	else if (!gif.complete)
		return errorf(ERR_INVALID, "the animation is cut off");
	return ok();
}

/* The first picture of a TIFF may be a preview of another. */
static struct error settle_tiff(struct workdir *workdir, const unsigned char *bytes, size_t len)
{
	struct sniff_tiff tiff = sniff_tiff(bytes, len);

	if (tiff.raw)
		return errorf(ERR_INVALID, "the image is a camera's raw file; develop it to JPEG, PNG or "
		                           "TIFF first");
	if (tiff.in_sub || tiff.index)
		workdir->still = arena_printf(workdir->arena, WORKDIR_INPUT "[%s=%u]",
		                              tiff.in_sub ? "subifd" : "page", tiff.index);
	return ok();
}

/* vips takes no JPEG without its end mark, though all pixels may be there: so it reads a copy that
 * has one, and complains if pixels are missing. */
static struct error settle_jpeg(struct workdir *workdir, const unsigned char *bytes, size_t len)
{
	static const char name[] = "mended";

	if (!image_header_lacks_end(bytes, len))
		return ok();
	int fd = open(arena_printf(workdir->arena, "%s/%s", workdir->folder, name),
	              O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool written = fd >= 0 && disk_write(fd, bytes, len) && disk_write(fd, "\xff\xd9", 2);
	struct error err = written ? ok() : disk_error("media", "the file could not be copied");
	if (fd >= 0)
		close(fd);
	workdir->still = name;
	return err;
}

static struct error settle_png(struct workdir *workdir, const unsigned char *bytes, size_t len)
{
	const struct animation animation = animation_png(bytes, len);

	if (!animation.moves || animation.frames < 2)
		return ok();
	if (!animation.complete)
		return errorf(ERR_INVALID, "the animation is cut off");
	workdir->sniff.family = SNIFF_FILM;
	workdir->sniff.demuxer = "apng";
	return ok();
}

static struct error settle_webp(struct workdir *workdir, const unsigned char *bytes, size_t len)
{
	const struct animation animation = animation_webp(bytes, len, workdir->arena);

	if (animation.moves && animation.frames == 0)
		return errorf(ERR_INVALID, "the animation has no frames");
	return animation.frames > 1 ? animation_unpack(workdir, &animation) : ok();
}

/* What only the whole file tells, by its format. */
static const struct settler {
	const char *format;
	struct error (*settle)(struct workdir *workdir, const unsigned char *bytes, size_t len);
} settlers[] = {
	{ "gif", settle_gif }, { "tiff", settle_tiff }, { "jpeg", settle_jpeg },
	{ "png", settle_png }, { "webp", settle_webp },
};

static struct error media_settle(struct workdir *workdir, int fd,
                                 struct error (*with)(struct workdir *, const unsigned char *,
                                                      size_t))
{
	struct stat info;

	if (fstat(fd, &info))
		return errorf(ERR_INTERNAL, "the file could not be read");
	size_t len = (size_t)info.st_size;
	void *bytes = mmap(NULL, len, PROT_READ, MAP_PRIVATE, fd, 0);
	if (bytes == MAP_FAILED)
		return errorf(ERR_INTERNAL, "the file could not be read");
	struct error err = with(workdir, bytes, len);
	munmap(bytes, len);
	return err;
}

/* Reads what the file on the bench is. */
static struct error media_recognise(struct workdir *workdir, int fd)
{
	unsigned char first[SNIFF_BYTES];
	struct stat info;
	struct error err;

	ssize_t got = pread(fd, first, sizeof first, 0);
	if (got < 0 || fstat(fd, &info))
		return errorf(ERR_INTERNAL, "the file could not be read");
	if ((err = sniff_bytes(first, (size_t)got, &workdir->sniff)).code)
		return err;
	if (sniff_cut_off(first, (size_t)got, (uint64_t)info.st_size))
		return errorf(ERR_INVALID, "the file is cut off");
	for (size_t i = 0; i < sizeof settlers / sizeof settlers[0]; i++)
		if (strcmp(workdir->sniff.format, settlers[i].format) == 0)
			return media_settle(workdir, fd, settlers[i].settle);
	return ok();
}

struct error workdir_lay_out(struct workdir *workdir, const char *path)
{
	int from = -1, to;
	struct error err;

	if ((err = open_source(path, &from)).code)
		return err;
	const char *input = arena_printf(workdir->arena, "%s/%s", workdir->folder, WORKDIR_INPUT);
	if ((to = open(input, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) < 0) {
		err = disk_error("media", "the file could not be copied");
	} else {
		err = media_copy_bytes(from, to);
	}
	close(from);
	if (!err.code)
		err = media_recognise(workdir, to);
	if (to >= 0)
		close(to);
	return err;
}

struct error workdir_lay_out_bytes(struct workdir *workdir, const void *bytes, size_t len)
{
	const char *input = arena_printf(workdir->arena, "%s/%s", workdir->folder, WORKDIR_INPUT);
	int to = open(input, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool written = to >= 0 && disk_write(to, bytes, len);
	struct error err = written ? ok() : disk_error("media", "the file could not be copied");

	if (!err.code)
		err = media_recognise(workdir, to);
	if (to >= 0)
		close(to);
	return err;
}

/* Makes the files of what ffmpeg reads, and says which of them is the rendition. */
static struct error make_film_or_sound(const struct workdir *workdir, struct media *media,
                                       const char **rendition)
{
	struct probe probe;
	struct error err;

	if ((err = workdir_probe(workdir, workdir->film, workdir->sniff.demuxer,
	                         "the file is damaged or incomplete", &probe))
	        .code)
		return err;
	if (strcmp(workdir->sniff.format, "webp") == 0)
		probe.video_codec = "animated"; /* what it was unpacked to says nothing */
	streams_digest(workdir, &probe, media);
	if (probe.video >= 0 && workdir->sniff.family == SNIFF_FILM) {
		media->type = MEDIA_VIDEO;
		media->content_type = "video/mp4";
		media->original_format =
			arena_printf(workdir->arena, probe.audio >= 0 ? "%s (%s, %s)" : "%s (%s)",
		                 workdir->sniff.format, probe.video_codec, probe.audio_codec);
		*rendition = "film.mp4";
		return film_make(workdir, &probe, media);
	}
	if (probe.audio < 0)
		return errorf(ERR_INVALID, "the file holds neither pictures nor sound");
	if (workdir->cut.region.width)
		return errorf(ERR_INVALID, "a sound has no region");
	media->type = MEDIA_AUDIO;
	media->content_type = "audio/mp4";
	media->original_format =
		arena_printf(workdir->arena, "%s (%s)", workdir->sniff.format, probe.audio_codec);
	*rendition = "sound.m4a";
	return sound_make(workdir, &probe, media);
}

struct error workdir_make(const struct workdir *workdir, struct media *media,
                          const char **rendition)
{
	if (workdir->sniff.family != SNIFF_STILL)
		return make_film_or_sound(workdir, media, rendition);
	media->type = MEDIA_IMAGE;
	media->content_type = "image/jpeg";
	media->original_format = workdir->sniff.format;
	*rendition = "image.jpg";
	return image_make(workdir, workdir->still, media);
}

static struct error media_keep(const struct workdir *workdir, struct store *store, const char *name,
                               struct media_file *file)
{
	return store_take(store, arena_printf(workdir->arena, "%s/%s", workdir->folder, name),
	                  file->digest, &file->bytes);
}

static struct error file_digest_in(const struct workdir *workdir, const char *name,
                                   unsigned char digest[SHA256_BYTES])
{
	uint64_t bytes;
	int fd = disk_open_regular(arena_printf(workdir->arena, "%s/%s", workdir->folder, name));

	if (fd < 0)
		return disk_error("media", "what was made of the file cannot be read");
	struct error err = sha256_fd(fd, digest, &bytes);
	close(fd);
	return err;
}

static struct error tell_keeper(const struct workdir *workdir, const struct media_keeper *keeper,
                                const char *rendition, const struct media *media)
{
	const char *names[MEDIA_FILES] = { WORKDIR_INPUT, rendition };
	unsigned char digests[MEDIA_FILES][SHA256_BYTES];
	size_t count = 2;
	struct error err = ok();

	if (media->type == MEDIA_VIDEO)
		names[count++] = "image.jpg";
	names[count++] = "thumbnail.jpg";
	for (size_t i = 0; i < count && !err.code; i++)
		err = file_digest_in(workdir, names[i], digests[i]);
	return err.code ? err : keeper->tell(keeper->arg, digests, count);
}

static struct error keep_all(const struct workdir *workdir, struct store *store,
                             const char *rendition, struct media *media)
{
	struct error err;

	media->has_poster = media->type == MEDIA_VIDEO;
	media->has_thumbnail = true;
	if ((err = media_keep(workdir, store, WORKDIR_INPUT, &media->original)).code)
		return err;
	if ((err = media_keep(workdir, store, rendition, &media->rendition)).code)
		return err;
	if (media->has_poster && (err = media_keep(workdir, store, "image.jpg", &media->poster)).code)
		return err;
	return media_keep(workdir, store, "thumbnail.jpg", &media->thumbnail);
}

struct error media_ingest_cut(struct store *store, const char *path, const struct media_cut *cut,
                              struct arena *arena, struct media *ret_media)
{
	return media_ingest_told(store, path, cut, arena, NULL, ret_media);
}

struct error media_ingest_told(struct store *store, const char *path, const struct media_cut *cut,
                               struct arena *arena, const struct media_keeper *keeper,
                               struct media *ret_media)
{
	char folder[PATH_MAX];
	struct workdir workdir = {
		.arena = arena, .folder = folder, .still = WORKDIR_INPUT, .film = WORKDIR_INPUT, .cut = *cut
	};
	struct media media = { 0 };
	const char *rendition = NULL;
	struct error err;

	if ((err = store_scratch(store, folder)).code)
		return err;
	if (!(err = workdir_lay_out(&workdir, path)).code &&
	    !(err = workdir_make(&workdir, &media, &rendition)).code &&
	    !(keeper && (err = tell_keeper(&workdir, keeper, rendition, &media)).code))
		err = keep_all(&workdir, store, rendition, &media);
	store_scratch_remove(store, folder);
	if (!err.code)
		*ret_media = media;
	return err;
}

struct error media_ingest(struct store *store, const char *path, struct arena *arena,
                          struct media *ret_media)
{
	return media_ingest_cut(store, path, &(struct media_cut){ 0 }, arena, ret_media);
}

struct error media_render(struct store *store, const unsigned char original[SHA256_BYTES],
                          const struct media_cut *cut, struct arena *arena, struct media *ret_media)
{
	char path[PATH_MAX];
	struct media media;
	struct error err;

	if ((err = store_borrow(store, original, path)).code)
		return err.code == ERR_NOT_FOUND ? errorf(ERR_NOT_FOUND, "its original is not in the store")
		                                 : err;
	err = media_ingest_cut(store, path, cut, arena, &media);
	store_give_back(store, path);
	if (err.code)
		return err;
	if (memcmp(media.original.digest, original, SHA256_BYTES) != 0)
		return errorf(ERR_INVALID, "its original is damaged in the store");
	*ret_media = media;
	return ok();
}
