/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_probe -- any bytes as what ffprobe says of a stranger's file. */
#include "fuzz.h"

#include <math.h>

#include "media/workdir.h"

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t len)
{
	struct arena *arena = arena_new();
	struct probe probe;
	char *text = copy_of(bytes, len, false);

	if (probe_read(text, len, arena, &probe)) {
		must(probe.duration_ms >= -1 && probe.duration_ms <= (int64_t)1e12, "an absurd duration");
		must(probe.video < 0 || (probe.video_codec && probe.pixels), "a picture without a codec");
		must(probe.audio < 0 || probe.audio_codec, "a sound without a codec");
		must(isfinite(probe.rate), "an absurd rate");
	}
	free(text);
	arena_free(arena);
	return 0;
}
