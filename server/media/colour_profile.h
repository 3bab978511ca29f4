/* SPDX-License-Identifier: Apache-2.0 */
/*
 * colour_profile -- ICC profiles that say what a picture without a profile means.
 *
 * vips knows such a profile for colour alone ("srgb").  Grey without a profile has sRGB's curve,
 * and CMYK without one is (1 - ink) (1 - black), as browsers and ffmpeg read it: what every viewer
 * shows is what the maker of the file saw.
 * Internal to media/.  Pure, but for the file that it writes.
 */
#ifndef MEDIA_COLOUR_PROFILE_H
#define MEDIA_COLOUR_PROFILE_H

#include "media/workdir.h"

/* Writes the profile to a file of the bench's folder.  ERR_DISK when the disk does not take it.
 */
struct error colour_profile_write_grey(const struct workdir *workdir, const char *name) MUST_CHECK;
struct error colour_profile_write_cmyk(const struct workdir *workdir, const char *name) MUST_CHECK;

#endif
