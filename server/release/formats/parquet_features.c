/* SPDX-License-Identifier: Apache-2.0 */
/* The features of a dataset, as Hugging Face's `datasets` keeps them in a file of Parquet. */
#include <jansson.h>
#include <stdlib.h>

#include "release/formats/parquet.h"

static json_t *feature_value(const char *dtype)
{
	return json_pack("{s:s, s:s}", "dtype", dtype, "_type", "Value");
}

static json_t *feature_class(const char *const classes[])
{
	json_t *names = json_array();

	for (; *classes; classes++)
		json_array_append_new(names, json_string(*classes));
	return json_pack("{s:o, s:s}", "names", names, "_type", "ClassLabel");
}

static json_t *feature_of(const struct parquet_column *column)
{
	switch (column->kind) {
	case PARQUET_TEXT:
		return feature_value("string");
	case PARQUET_INTEGER:
		return feature_value("int64");
	case PARQUET_REAL:
		return feature_value("float64");
	case PARQUET_FLAG:
		return feature_value("bool");
	case PARQUET_LIST: /* `datasets` 4 writes List, which earlier ones do not know; all read this */
		return json_pack("{s:o, s:s}", "feature", feature_value("string"), "_type", "Sequence");
	case PARQUET_CLASS:
		return feature_class(column->classes);
	case PARQUET_IMAGE:
		return json_pack("{s:s}", "_type", "Image");
	case PARQUET_AUDIO:
		return json_pack("{s:s}", "_type", "Audio");
	case PARQUET_VIDEO:
		return json_pack("{s:s}", "_type", "Video");
	}
	abort();
}

char *parquet_features(const struct parquet_column columns[], size_t count)
{
	json_t *features = json_object();

	for (size_t c = 0; c < count; c++)
		json_object_set_new(features, columns[c].name, feature_of(&columns[c]));
	json_auto_t *all = json_pack("{s:{s:o}}", "info", "features", features);
	char *text = json_dumps(all, JSON_COMPACT);

	if (!text)
		abort();
	return text;
}
