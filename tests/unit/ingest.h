/* SPDX-License-Identifier: Apache-2.0 */
/* ingest -- what tests of media share: a store in the scratch folder and files taken into it. */
#ifndef TESTS_UNIT_INGEST_H
#define TESTS_UNIT_INGEST_H

#include "media/media.h"
#include "scratch.h"

/* Made by the fixture, for each test anew. */
extern struct arena *arena;
extern struct store *store;

void ingest_setup(void);
void ingest_teardown(void);

/* Takes in a file of the scratch folder; it must succeed. */
struct media ingest(const char *name);

/* A file of the scratch folder must be refused with this reason, and leave nothing in the store. */
void refused(const char *name, const char *reason);

/* The bytes of a file in the store, for the caller to free. */
char *stored(const struct media_file *file, size_t *len);

/* What an independent decoder (ffmpeg) makes of the first picture of a file in the store: three
 * bytes a pixel, for the caller to free. */
unsigned char *decoded(const struct media_file *file);

bool found(const char *bytes, size_t len, const char *text);

/* Makes `name` of ffmpeg's own test pictures and sounds; the arguments end with NULL. */
#define FFMPEG(...)                                                                        \
	scratch_run((const char *const[]){ "ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", \
	                                   __VA_ARGS__, NULL })
#define VIPS(...) scratch_run((const char *const[]){ "vips", __VA_ARGS__, NULL })

#endif
