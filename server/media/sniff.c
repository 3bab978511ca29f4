/* SPDX-License-Identifier: Apache-2.0 */
#include "media/sniff.h"

#include <stdint.h>
#include <string.h>

struct magic {
	size_t at;
	const char *bytes;
	size_t len;
	size_t then_at; /* a second place to match; len 0: none */
	const char *then;
	size_t then_len;
	struct sniff is;
};

#define STILL(name)                    \
	{                                  \
		SNIFF_STILL, name, NULL, false \
	}
#define FILM(name, demux)             \
	{                                 \
		SNIFF_FILM, name, demux, true \
	}
#define SOUND(name, demux, declared)       \
	{                                      \
		SNIFF_SOUND, name, demux, declared \
	}
#define AT(offset, text) offset, text, sizeof text - 1
#define NO_MORE          0, NULL, 0

static const struct magic magics[] = {
	{ AT(0, "\xff\xd8\xff"), NO_MORE, STILL("jpeg") },
	{ AT(0, "\x89PNG\r\n\x1a\n"), NO_MORE, STILL("png") },
	{ AT(0, "RIFF"), AT(8, "WEBP"), STILL("webp") },
	{ AT(0, "\xff\x0a"), NO_MORE, STILL("jxl") },
	{ AT(0, "\0\0\0\x0cJXL \r\n\x87\n"), NO_MORE, STILL("jxl") },
	{ AT(0, "II*\0"), NO_MORE, STILL("tiff") },
	{ AT(0, "MM\0*"), NO_MORE, STILL("tiff") },
	{ AT(4, "ftyp"), AT(8, "heic"), STILL("heic") },
	{ AT(4, "ftyp"), AT(8, "heix"), STILL("heic") },
	{ AT(4, "ftyp"), AT(8, "heim"), STILL("heic") },
	{ AT(4, "ftyp"), AT(8, "heis"), STILL("heic") },
	{ AT(4, "ftyp"), AT(8, "mif1"), STILL("heif") },
	{ AT(4, "ftyp"), AT(8, "avif"), STILL("avif") },
	{ AT(0, "GIF87a"), NO_MORE, FILM("gif", "gif") },
	{ AT(0, "GIF89a"), NO_MORE, FILM("gif", "gif") },
	{ AT(4, "ftyp"), NO_MORE, FILM("mp4", "mov") },
	{ AT(4, "moov"), NO_MORE, FILM("mov", "mov") },
	{ AT(4, "mdat"), NO_MORE, FILM("mov", "mov") },
	{ AT(4, "wide"), NO_MORE, FILM("mov", "mov") },
	{ AT(4, "free"), NO_MORE, FILM("mov", "mov") },
	{ AT(0, "\x1a\x45\xdf\xa3"), NO_MORE, FILM("matroska", "matroska") },
	{ AT(0, "RIFF"), AT(8, "AVI "), FILM("avi", "avi") },
	{ AT(0, "OggS"), NO_MORE, FILM("ogg", "ogg") },
	{ AT(0, "\0\0\1\xba"), NO_MORE, { SNIFF_FILM, "mpeg", "mpeg", false } },
	{ AT(0, "\0\0\1\xb3"), NO_MORE, { SNIFF_FILM, "mpeg", "mpegvideo", false } },
	{ AT(0, "G"), AT(188, "G"), { SNIFF_FILM, "mpegts", "mpegts", false } },
	{ AT(4, "G"), AT(196, "G"), { SNIFF_FILM, "mpegts", "mpegts", false } },
	{ AT(0, "RIFF"), AT(8, "WAVE"), SOUND("wav", "wav", true) },
	{ AT(0, "RF64"), AT(8, "WAVE"), SOUND("wav", "wav", true) },
	{ AT(0, "fLaC"), NO_MORE, SOUND("flac", "flac", true) },
	{ AT(0, "FORM"), AT(8, "AIF"), SOUND("aiff", "aiff", true) },
	{ AT(0, "caff"), NO_MORE, SOUND("caf", "caf", true) },
	{ AT(0, "#!AMR"), NO_MORE, SOUND("amr", "amr", false) },
	{ AT(0, "ID3"), NO_MORE, SOUND("mp3", "mp3", false) },
};

static bool sniff_holds(const unsigned char *bytes, size_t len, size_t at, const char *what,
                        size_t what_len)
{
	return at + what_len <= len && memcmp(bytes + at, what, what_len) == 0;
}

/* A bare MPEG audio frame: eleven set bits, then a version, layer, rate that exist. */
static bool mpeg_audio(const unsigned char *bytes, size_t len, struct sniff *ret)
{
	if (len < 4 || bytes[0] != 0xff || (bytes[1] & 0xe0) != 0xe0)
		return false;
	if ((bytes[1] & 0xf6) == 0xf0) {
		*ret = (struct sniff)SOUND("aac", "aac", false);
		return true;
	}
	unsigned version = bytes[1] >> 3 & 3, layer = bytes[1] >> 1 & 3;
	unsigned bitrate = bytes[2] >> 4, rate = bytes[2] >> 2 & 3;
	if (version == 1 || layer == 0 || bitrate == 0 || bitrate == 15 || rate == 3)
		return false;
	*ret = (struct sniff)SOUND("mp3", "mp3", false);
	return true;
}

/* Text is what has no control character but white space. */
static bool sniff_is_text(const unsigned char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (bytes[i] == 127 || (bytes[i] < ' ' && !strchr("\t\n\r\f", bytes[i])) || !bytes[i])
			return false;
	return true;
}

struct error sniff_bytes(const unsigned char *bytes, size_t len, struct sniff *ret)
{
	if (len == 0)
		return errorf(ERR_INVALID, "the file is empty");
	for (size_t i = 0; i < sizeof magics / sizeof magics[0]; i++) {
		const struct magic *magic = &magics[i];
		if (sniff_holds(bytes, len, magic->at, magic->bytes, magic->len) &&
		    (!magic->then_len ||
		     sniff_holds(bytes, len, magic->then_at, magic->then, magic->then_len))) {
			*ret = magic->is;
			return ok();
		}
	}
	if (mpeg_audio(bytes, len, ret))
		return ok();
	if (sniff_holds(bytes, len, 0, "PK\3\4", 4) || sniff_holds(bytes, len, 0, "\x1f\x8b", 2))
		return errorf(ERR_INVALID, "the file is an archive; unpack it first");
	if (sniff_is_text(bytes, len))
		return errorf(ERR_INVALID, "the file is text, not an image, video or audio file");
	return errorf(ERR_INVALID, "not an image, video or audio file that we can read");
}

/* The size of a colour table whose presence and depth are in `flags`. */
static size_t table_bytes(unsigned flags)
{
	return flags & 0x80 ? 3u << ((flags & 7) + 1) : 0;
}

/* Past a chain of sub-blocks, or `len` when it does not end. */
static size_t past_blocks(const unsigned char *bytes, size_t len, size_t at)
{
	while (at < len && bytes[at])
		at += bytes[at] + 1u;
	return at < len ? at + 1 : len;
}

struct sniff_gif sniff_gif(const unsigned char *bytes, size_t len)
{
	struct sniff_gif gif = { 0 };
	size_t at = 13;

	if (len < 14 || memcmp(bytes, "GIF8", 4) != 0)
		return gif;
	at += table_bytes(bytes[10]);
	while (at < len && bytes[at] != 0x3b) {
		if (bytes[at] == 0x21) { /* an extension */
			at = past_blocks(bytes, len, at + 2);
		} else if (bytes[at] == 0x2c && at + 10 < len) { /* a picture */
			gif.frames++;
			at = past_blocks(bytes, len, at + 10 + table_bytes(bytes[at + 9]) + 1);
		} else {
			return gif;
		}
	}
	gif.complete = at < len;
	return gif;
}

/* ---- TIFF ---- */

#define TIFF_MAX_LEVELS 64

struct tiff {
	const unsigned char *bytes;
	size_t len;
	bool big_endian;
};

/* What a directory says of its picture. */
struct tiff_level {
	uint64_t pixels;
	bool raw;
	uint32_t subs;    /* how many SubIFDs */
	uint32_t subs_at; /* where their offsets stand */
	uint32_t next;    /* where the next directory begins; 0: none */
	uint32_t width, height;
};

/* A number of `size` bytes; 0 past the end. */
static uint32_t tiff_number(const struct tiff *tiff, size_t at, unsigned size)
{
	uint32_t number = 0;

	if (at > tiff->len || tiff->len - at < size)
		return 0;
	for (unsigned i = 0; i < size; i++) {
		unsigned place = tiff->big_endian ? size - 1 - i : i;
		number |= (uint32_t)tiff->bytes[at + i] << (8 * place);
	}
	return number;
}

enum { TIFF_WIDTH = 256, TIFF_HEIGHT = 257, TIFF_PHOTOMETRIC = 262, TIFF_SUB_IFDS = 330 };
enum { TIFF_DNG_VERSION = 50706, TIFF_COLOUR_FILTER_ARRAY = 32803, TIFF_LINEAR_RAW = 34892 };

static void tiff_read_entry(const struct tiff *tiff, size_t at, struct tiff_level *level)
{
	bool is_short = tiff_number(tiff, at + 2, 2) == 3;
	uint32_t value = tiff_number(tiff, at + 8, is_short ? 2 : 4);

	switch (tiff_number(tiff, at, 2)) {
	case TIFF_WIDTH:
		level->width = value;
		break;
	case TIFF_HEIGHT:
		level->height = value;
		break;
	case TIFF_PHOTOMETRIC:
		level->raw |= value == TIFF_COLOUR_FILTER_ARRAY || value == TIFF_LINEAR_RAW;
		break;
	case TIFF_DNG_VERSION:
		level->raw = true;
		break;
	case TIFF_SUB_IFDS:
		level->subs = tiff_number(tiff, at + 4, 4);
		level->subs_at = level->subs == 1 ? (uint32_t)at + 8 : value;
		break;
	default:
		break;
	}
}

static struct tiff_level tiff_read_level(const struct tiff *tiff, uint32_t at)
{
	struct tiff_level level = { 0 };
	unsigned entries = tiff_number(tiff, at, 2);

	for (unsigned i = 0; i < entries; i++)
		tiff_read_entry(tiff, at + 2 + 12ul * i, &level);
	level.next = tiff_number(tiff, at + 2 + 12ul * entries, 4);
	level.pixels = (uint64_t)level.width * level.height;
	return level;
}

struct sniff_tiff sniff_tiff(const unsigned char *bytes, size_t len)
{
	const struct tiff tiff = { bytes, len, len > 0 && bytes[0] == 'M' };
	struct sniff_tiff found = { .raw = sniff_holds(bytes, len, 8, "CR\2", 3) }; /* Canon's CR2 */
	const struct tiff_level first = tiff_read_level(&tiff, tiff_number(&tiff, 4, 4));
	uint64_t most = first.pixels;
	uint32_t at = first.next;

	found.raw |= first.raw;
	for (unsigned page = 1; at && page < TIFF_MAX_LEVELS; page++) {
		struct tiff_level level = tiff_read_level(&tiff, at);
		if (level.pixels > most)
			most = level.pixels, found.index = page;
		found.raw |= level.raw;
		at = level.next;
	}
	for (unsigned sub = 0; sub < first.subs && sub < TIFF_MAX_LEVELS; sub++) {
		struct tiff_level level =
			tiff_read_level(&tiff, tiff_number(&tiff, first.subs_at + 4ul * sub, 4));
		if (level.pixels > most)
			most = level.pixels, found.index = sub, found.in_sub = true;
		found.raw |= level.raw;
	}
	return found;
}

bool sniff_cut_off(const unsigned char *bytes, size_t len, uint64_t file_bytes)
{
	if (len < 12 || memcmp(bytes, "RIFF", 4) != 0)
		return false;
	uint64_t declared =
		bytes[4] | (uint64_t)bytes[5] << 8 | (uint64_t)bytes[6] << 16 | (uint64_t)bytes[7] << 24;
	if (declared >= 0x7ffff000) /* written to a pipe: the writer did not know */
		return false;
	return declared + 8 > file_bytes && declared + 8 - file_bytes > 64 + declared / 20;
}
