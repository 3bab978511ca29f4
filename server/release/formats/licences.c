/* SPDX-License-Identifier: Apache-2.0 */
/* LICENCES: the terms of every file, as its source states them. For people, and so no table. */
#include "core/utf8.h"
#include "release/columns.h"
#include "release/formats/formats.h"

static void licences_begin(struct sink *sink)
{
	fputs("Every file of this release comes with the terms below, as its source states them.\n"
	      "The tables (labels, judgments, this file and the card) are CC0-1.0.\n",
	      sink->out);
}

static void licences_row(struct sink *sink, const char *const values[])
{
	static const struct {
		const char *name;
		int column;
	} lines[] = { { "licence", LABEL_LICENCE },
		          { "rights", LABEL_RIGHTS },
		          { "credit", LABEL_CREDIT },
		          { "source", LABEL_SOURCE },
		          { "title", LABEL_TITLE } };

	fprintf(sink->out, "\n%s\n", values[LABEL_FILE]);
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		const char *text = values[lines[i].column];

		if (!text && lines[i].column != LABEL_LICENCE)
			continue;
		fprintf(sink->out, "  %s: ", lines[i].name);
		utf8_print_line(sink->out, text ? text : "not stated");
		fputc('\n', sink->out);
	}
}

const struct sink_format format_licences = {
	.name = "licences",
	.ending = "LICENCES",
	.media_type = "text/plain; charset=utf-8",
	.begin = licences_begin,
	.row = licences_row,
};
