/* SPDX-License-Identifier: Apache-2.0 */
#include "media/sound_traits.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "media/media.h"

#define STEP      (MEDIA_AUDIO_HZ / 100)
#define LOUD      (MEDIA_AUDIO_HZ * 1e-7) /* -50 dBFS: squares of a hundredth of a second */
#define FRAME     512
#define HOP       (FRAME / 2)
#define BELOW_TOP 1e-4 /* 40 dB, of power */

static double sample_at(const float samples[], size_t at)
{
	return isfinite(samples[at]) ? fmin(fmax((double)samples[at], -8), 8) : 0;
}

static double peak_of(const float samples[], size_t count)
{
	double peak = 0;

	for (size_t i = 0; i < count; i++)
		peak = fmax(peak, fabs(sample_at(samples, i)));
	return fmax(SOUND_SILENT_DBFS, 20 * log10(peak));
}

/* Seconds until the first loud hundredth from one end. */
static double silence_from(const float samples[], size_t count, bool end)
{
	size_t steps = count / STEP;

	for (size_t s = 0; s < steps; s++) {
		size_t from = end ? count - (s + 1) * STEP : s * STEP;
		double power = 0;

		for (size_t i = from; i < from + STEP; i++)
			power += sample_at(samples, i) * sample_at(samples, i);
		if (power > LOUD)
			return (double)s / 100;
	}
	return (double)count / MEDIA_AUDIO_HZ;
}

/* Puts numbers into the order that the transform begins with: that of their bits from behind. */
static void reverse_bits(double re[FRAME])
{
	for (unsigned i = 1, j = 0; i < FRAME; i++) {
		unsigned bit = FRAME / 2;

		for (; j & bit; bit /= 2)
			j ^= bit;
		j ^= bit;
		if (i < j) {
			double kept = re[i];

			re[i] = re[j];
			re[j] = kept;
		}
	}
}

/* Turns `b` by an angle, and puts sum and difference in the place of both. */
static void fourier_step(double re[FRAME], double im[FRAME], unsigned a, unsigned b, double c,
                         double s)
{
	double x = re[b] * c - im[b] * s, y = re[b] * s + im[b] * c;

	re[b] = re[a] - x;
	im[b] = im[a] - y;
	re[a] += x;
	im[a] += y;
}

/* In place, of real numbers: im is 0 throughout (Cooley & Tukey 1965). */
static void fourier_transform(double re[FRAME], double im[FRAME])
{
	reverse_bits(re);
	for (unsigned len = 2; len <= FRAME; len *= 2) {
		for (unsigned k = 0; k < len / 2; k++) {
			double turn = -2 * M_PI * k / len, c = cos(turn), s = sin(turn);

			for (unsigned a = k; a < FRAME; a += len)
				fourier_step(re, im, a, a + len / 2, c, s);
		}
	}
}

/* The mean power at each frequency (Welch 1967), windows by Hann. */
static void power_spectrum(const float samples[], size_t count, double power[FRAME / 2])
{
	double re[FRAME], im[FRAME];

	memset(power, 0, FRAME / 2 * sizeof *power);
	for (size_t from = 0; from + FRAME <= count; from += HOP) {
		for (unsigned i = 0; i < FRAME; i++) {
			re[i] = sample_at(samples, from + i) * (0.5 - 0.5 * cos(2 * M_PI * i / FRAME));
			im[i] = 0;
		}
		fourier_transform(re, im);
		for (unsigned f = 0; f < FRAME / 2; f++)
			power[f] += re[f] * re[f] + im[f] * im[f];
	}
}

static double spectral_edge(const float samples[], size_t count)
{
	double power[FRAME / 2], top = 0;

	power_spectrum(samples, count, power);
	for (unsigned f = 1; f < FRAME / 2; f++)
		top = fmax(top, power[f]);
	for (unsigned f = FRAME / 2 - 1; f > 0 && top > 0; f--)
		if (power[f] >= top * BELOW_TOP)
			return (double)f * MEDIA_AUDIO_HZ / FRAME;
	return 0;
}

void sound_traits(const float samples[], size_t count, double traits[MEDIA_TRAITS])
{
	traits[TRAIT_PEAK] = peak_of(samples, count);
	traits[TRAIT_SILENCE_START] = silence_from(samples, count, false);
	traits[TRAIT_SILENCE_END] = silence_from(samples, count, true);
	traits[TRAIT_SPECTRAL_EDGE] =
		traits[TRAIT_PEAK] > SOUND_SILENT_DBFS ? spectral_edge(samples, count) : 0;
}
