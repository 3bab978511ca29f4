/* SPDX-License-Identifier: Apache-2.0 */
#include "media/pdq.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"

#define GRID        64 /* samples a side after the blur */
#define FREQUENCIES 16 /* kept in each direction: 1 to 16 */
#define BITS        (FREQUENCIES * FREQUENCIES)
#define BLURS       2

void pdq_luma(const unsigned char *rgb, size_t count, float *luma)
{
	for (size_t i = 0; i < count; i++)
		luma[i] = 0.299f * rgb[3 * i] + 0.587f * rgb[3 * i + 1] + 0.114f * rgb[3 * i + 2];
}

/* ------------------------------------------------------------------ blurred and sampled */

/*
 * The mean of `window` values around each of `len`, which lie `stride` apart; at the ends of those
 * that there are. An even window reaches one further ahead than back.
 */
static void blur_line(const float *in, float *out, size_t len, size_t stride, size_t window)
{
	size_t ahead = window / 2, from = 0, to = 0;
	size_t back = window - 1 - ahead;
	double sum = 0;

	for (size_t i = 0; i < len; i++) {
		for (; to < len && to <= i + ahead; to++)
			sum += in[to * stride];
		for (; from + back < i; from++)
			sum -= in[from * stride];
		out[i * stride] = (float)(sum / (double)(to - from));
	}
}

/* So wide that two passes blur over about one sample of the grid. */
static size_t blur_window(size_t side)
{
	return (side + 2 * GRID - 1) / (2 * GRID);
}

static void blur_picture(float *luma, float *room, size_t width, size_t height)
{
	for (int pass = 0; pass < BLURS; pass++) {
		for (size_t y = 0; y < height; y++)
			blur_line(luma + y * width, room + y * width, width, 1, blur_window(width));
		for (size_t x = 0; x < width; x++)
			blur_line(room + x, luma + x, height, width, blur_window(height));
	}
}

/* The middle of each of 64 x 64 equal fields. */
static void sample_picture(const float *luma, size_t width, size_t height, float grid[GRID][GRID])
{
	for (size_t i = 0; i < GRID; i++)
		for (size_t j = 0; j < GRID; j++)
			grid[i][j] =
				luma[(2 * i + 1) * height / (2 * GRID) * width + (2 * j + 1) * width / (2 * GRID)];
}

/* ------------------------------------------------------------------ quality */

/* A step between neighbours, in whole hundredths of the way from black to white. */
static unsigned gradient_step(float a, float b)
{
	return (unsigned)abs((int)((a - b) * 100 / 255));
}

static unsigned grid_quality(float grid[GRID][GRID])
{
	unsigned sum = 0;

	for (size_t i = 0; i < GRID; i++)
		for (size_t j = 0; j + 1 < GRID; j++)
			sum += gradient_step(grid[i][j], grid[i][j + 1]) +
			       gradient_step(grid[j][i], grid[j + 1][i]);
	return sum / 90 < 100 ? sum / 90 : 100;
}

/* ------------------------------------------------------------------ frequencies and bits */

/* The discrete cosine transform (type II) without its constant: low[i][j] is how much there is of
 * vertical frequency i + 1 and horizontal frequency j + 1. */
static void transform_grid(float grid[GRID][GRID], double low[FREQUENCIES][FREQUENCIES])
{
	double wave[FREQUENCIES][GRID], half[FREQUENCIES][GRID] = { 0 };

	for (size_t k = 0; k < FREQUENCIES; k++)
		for (size_t n = 0; n < GRID; n++)
			wave[k][n] = sqrt(2. / GRID) * cos(M_PI / (2 * GRID) * (double)((k + 1) * (2 * n + 1)));
	for (size_t k = 0; k < FREQUENCIES; k++)
		for (size_t n = 0; n < GRID; n++)
			for (size_t x = 0; x < GRID; x++)
				half[k][x] += wave[k][n] * (double)grid[n][x];
	for (size_t i = 0; i < FREQUENCIES; i++)
		for (size_t j = 0; j < FREQUENCIES; j++) {
			low[i][j] = 0;
			for (size_t n = 0; n < GRID; n++)
				low[i][j] += half[i][n] * wave[j][n];
		}
}

/* A mirrored picture has the same frequencies, the odd ones of that direction with the other sign;
 * a transposed one has the directions exchanged. */
static double coefficient_of(double low[FREQUENCIES][FREQUENCIES], size_t i, size_t j,
                             unsigned variant)
{
	size_t row = variant & PDQ_TRANSPOSED ? j : i, column = variant & PDQ_TRANSPOSED ? i : j;
	double value = low[row][column];

	if (variant & PDQ_MIRRORED && column % 2 == 0)
		value = -value;
	return variant & PDQ_UPSIDE_DOWN && row % 2 == 0 ? -value : value;
}

static int coefficient_order(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Bit 16 i + j, counted from the last byte's lowest on, tells of coefficient i, j. */
static void take_bits(double low[FREQUENCIES][FREQUENCIES], unsigned variant,
                      unsigned char hash[PDQ_BYTES])
{
	double values[BITS], sorted[BITS];

	for (size_t i = 0; i < BITS; i++)
		values[i] = coefficient_of(low, i / FREQUENCIES, i % FREQUENCIES, variant);
	memcpy(sorted, values, sizeof sorted);
	qsort(sorted, BITS, sizeof sorted[0], coefficient_order);
	memset(hash, 0, PDQ_BYTES);
	for (size_t i = 0; i < BITS; i++)
		if (values[i] > sorted[BITS / 2 - 1])
			hash[PDQ_BYTES - 1 - i / 8] |= (unsigned char)(1u << i % 8);
}

static unsigned luma_transform(float *luma, size_t width, size_t height,
                               double low[FREQUENCIES][FREQUENCIES])
{
	float grid[GRID][GRID], *room = mem_new(width * height, sizeof *room);

	blur_picture(luma, room, width, height);
	free(room);
	sample_picture(luma, width, height, grid);
	transform_grid(grid, low);
	return grid_quality(grid);
}

struct pdq pdq_hash(float *luma, unsigned width, unsigned height)
{
	double low[FREQUENCIES][FREQUENCIES];
	struct pdq pdq = { .quality = luma_transform(luma, width, height, low) };

	take_bits(low, 0, pdq.hash);
	return pdq;
}

void pdq_hash_variants(float *luma, unsigned width, unsigned height, struct pdq ret[PDQ_VARIANTS])
{
	double low[FREQUENCIES][FREQUENCIES];
	unsigned quality = luma_transform(luma, width, height, low);

	for (unsigned v = 0; v < PDQ_VARIANTS; v++) {
		ret[v].quality = quality;
		take_bits(low, v, ret[v].hash);
	}
}

unsigned pdq_distance(const unsigned char a[PDQ_BYTES], const unsigned char b[PDQ_BYTES])
{
	unsigned distance = 0;

	for (size_t i = 0; i < PDQ_BYTES; i++)
		distance += (unsigned)__builtin_popcount((unsigned)(a[i] ^ b[i]));
	return distance;
}
