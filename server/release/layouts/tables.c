/* SPDX-License-Identifier: Apache-2.0 */
/* The tables without the media, as CSV or as JSON lines: for whoever has the files, or needs none.
 */
#include "release/artefact.h"
#include "release/formats/formats.h"
#include "release/layout_making.h"
#include "release/layouts/layouts.h"

static struct error csv_write(struct layout_making *making)
{
	static const char *const but[] = { "labels.jsonl", NULL };

	return layout_copy_tables(making, but);
}

const struct layout layout_csv = { .name = "csv", .sums = RELEASE_SUMS, .write = csv_write };

static struct error jsonl_write(struct layout_making *making)
{
	static const char *const but[] = { "labels.csv", "judgments.csv", "trials.csv", "crowd.csv",
		                               "marks.csv",  "leaks.csv",     NULL };
	struct error err = layout_copy_tables(making, but);

	return err.code ? err : layout_add_tables(making, &format_jsonl);
}

const struct layout layout_jsonl = { .name = "jsonl", .sums = RELEASE_SUMS, .write = jsonl_write };
