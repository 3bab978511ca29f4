/* SPDX-License-Identifier: Apache-2.0 */
#include "release/sink.h"

struct sink sink_begin(const struct sink_format *format, FILE *out, const struct column columns[],
                       size_t count)
{
	struct sink sink = { .format = format, .out = out, .columns = columns, .count = count };

	if (format->begin)
		format->begin(&sink);
	return sink;
}

void sink_row(struct sink *sink, const char *const values[])
{
	sink->format->row(sink, values);
}

struct error sink_end(struct sink *sink)
{
	return sink->format->end ? sink->format->end(sink) : ok();
}
