/* SPDX-License-Identifier: Apache-2.0 */
/* layouts -- every layout that there is, a line each; see release/layout.h. */
#ifndef RELEASE_LAYOUTS_H
#define RELEASE_LAYOUTS_H

#include "release/layout.h"

extern const struct layout layout_own;           /* as `release write` has always written it */
extern const struct layout layout_class_folders; /* SPLIT/0_real, SPLIT/1_fake */
extern const struct layout layout_huggingface;   /* metadata.jsonl beside the files of a split */
extern const struct layout layout_webdataset;    /* tar shards */
extern const struct layout layout_parquet;       /* media and labels in one table */
extern const struct layout layout_csv;           /* tables alone */
extern const struct layout layout_jsonl;         /* tables alone */
extern const struct layout layout_dfdc;          /* metadata.json of each split, by file name */
extern const struct layout layout_deepfakebench; /* one JSON of a set, its labels and splits */
extern const struct layout layout_bagit;         /* RFC 8493 */

#endif
