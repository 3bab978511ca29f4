/* SPDX-License-Identifier: Apache-2.0 */
/* What a film or a sound is made of, whatever container holds it. */
#include <string.h>

#include "crypto/sha256.h"
#include "media/workdir.h"

void streams_digest(const struct workdir *workdir, const struct probe *probe, struct media *media)
{
	/* clang-format off */
	const char *const argv[] = {
		"ffmpeg", "-nostdin", "-hide_banner", "-nostats", "-v", "error",
		"-protocol_whitelist", "file", "-threads", "1", "-f", workdir->sniff.demuxer, "-i",
		workdir->film, "-map", arena_printf(workdir->arena, "0:%d?", probe->video), "-map",
		arena_printf(workdir->arena, "0:%d?", probe->audio), "-c", "copy", "-f", "streamhash",
		"-hash", "sha256", "-", NULL
	};
	/* clang-format on */
	struct program_result result;
	struct error err =
		workdir_run(workdir, WORKDIR_LOOK, argv, "its streams cannot be read", &result);

	/* A file whose streams cannot be told is known by its rendition alone. */
	media->has_streams = !err.code && strstr(result.out, "SHA256=");
	if (media->has_streams)
		sha256_bytes(media->streams, result.out, result.out_len);
}
