/* SPDX-License-Identifier: Apache-2.0 */
/* sound_traits -- what samples of a sound tell beside what is said in it. Pure; any thread. */
#ifndef MEDIA_SOUND_TRAITS_H
#define MEDIA_SOUND_TRAITS_H

#include <stddef.h>

#include "media/traits.h"

#define SOUND_SILENT_LUFS (-70.0) /* EBU R 128 hears nothing below */
#define SOUND_SILENT_DBFS (-100.0)

/*
 * Silences at both ends, peak and spectral edge of samples from -1 to 1, MEDIA_AUDIO_HZ of them a
 * second; what is no number counts as 0.  Silent throughout: both silences are as long as the
 * sound.
 */
void sound_traits(const float samples[], size_t count, double traits[MEDIA_TRAITS]);

#endif
