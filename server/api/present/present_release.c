/* SPDX-License-Identifier: Apache-2.0 */
#include "api/present/present_release.h"

#include <string.h>

#include "api/present/present_number.h"
#include "core/vocabulary.h"
#include "release/contents.h"
#include "release/diff.h"
#include "release/keys.h"
#include "release/release.h"
#include "release/select.h"
#include "release/split.h"
#include "release/unseal.h"

static json_t *present_splits(const int64_t in_split[SPLITS][2])
{
	json_t *splits = json_object();

	for (enum split split = SPLIT_TRAIN; split < SPLITS; split++)
		json_object_set_new(splits, split_name(split),
		                    json_pack("{s:I, s:I}", "real", (json_int_t)in_split[split][0], "fake",
		                              (json_int_t)in_split[split][1]));
	return splits;
}

static json_t *present_types(const int64_t of_type[3])
{
	json_t *types = json_object();

	for (size_t type = 0; media_types[type]; type++)
		json_object_set_new(types, media_types[type], json_integer(of_type[type]));
	return types;
}

/* null where there is no version before. */
static json_t *present_advice(const struct version_advice *advice)
{
	static const char *const levels[CHANGE_LEVELS] = { "patch", "minor", "major" };

	if (!*advice->since)
		return json_null();
	return json_pack("{s:s, s:s, s:s?, s:b, s:{s:I, s:I, s:I, s:I, s:I}}", "since", advice->since,
	                 "change", levels[advice->level], "least",
	                 advice->applies ? advice->least : NULL, "kept", advice->kept, "counts",
	                 "added", (json_int_t)advice->added, "removed", (json_int_t)advice->removed,
	                 "relabelled", (json_int_t)advice->relabelled, "moved",
	                 (json_int_t)advice->moved, "changed", (json_int_t)advice->changed);
}

json_t *present_preview(const struct release_preview *preview)
{
	return json_pack(
		"{s:I, s:I, s:o, s:I, s:o, s:I, s:I, s:I, s:I, s:o}", "items", (json_int_t)preview->items,
		"bytes", (json_int_t)preview->bytes, "splits", present_splits(preview->in_split), "sealed",
		(json_int_t)preview->sealed, "media_types", present_types(preview->of_type), "held_back",
		(json_int_t)preview->held_back, "contradicting", (json_int_t)preview->contradicting,
		"uncuttable", (json_int_t)preview->uncuttable, "published", (json_int_t)preview->published,
		"version_rule", present_advice(&preview->advice));
}

static json_t *present_side(const struct release_change *change, int when)
{
	return change->label[when] ? json_pack("{s:s, s:s?}", "split", change->split[when], "label",
	                                       *change->label[when] ? change->label[when] : NULL)
	                           : json_null();
}

json_t *present_change(const struct release_change *change)
{
	json_t *columns = json_array();
	size_t len;

	for (const char *at = change->columns; *at; at += len + (at[len] == ';')) {
		len = strcspn(at, ";");
		json_array_append_new(columns, json_stringn(at, len));
	}
	return json_pack("{s:s, s:s, s:s, s:s?, s:o, s:o, s:o}", "item", change->item, "change",
	                 change_kinds[change->kind], "why", change_reasons[change->why], "reason_class",
	                 change->reason_class, "columns", columns, "before", present_side(change, 0),
	                 "after", present_side(change, 1));
}

json_t *present_release(const struct release *release)
{
	json_t *splits = present_splits(release->in_split), *types = present_types(release->of_type);

	return json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:I, s:o, s:I, s:o, s:o, s:o, s:o, s:I, s:o}", "name",
		release->name, "version", release->version, "state", release->state, "audience",
		release->audience, "created_at", release->created_at, "items", (json_int_t)release->items,
		"splits", splits, "sealed", (json_int_t)release->sealed, "media_types", types, "alpha",
		present_number(release->alpha), "alpha_low", present_number(release->alpha_low),
		"alpha_high", present_number(release->alpha_high), "bytes", (json_int_t)release->bytes,
		"url", json_sprintf("/api/v1/releases/%s/%s", release->name, release->version));
}

/* Our paths need no escapes. */
json_t *present_release_file(const struct release *release, const struct release_file *file)
{
	return json_pack("{s:s, s:I, s:s, s:o}", "path", file->path, "bytes", (json_int_t)file->bytes,
	                 "sha256", file->sha256, "url",
	                 json_sprintf("/api/v1/releases/%s/%s/files/%s", release->name,
	                              release->version, file->path));
}

json_t *present_unsealed(const struct release *release, const struct release_sealed *sealed)
{
	if (!sealed->published)
		return json_null();
	return json_pack("{s:s, s:o}", "at", sealed->unsealed_at, "file",
	                 present_release_file(release, &sealed->file));
}

static json_t *present_archive(const struct release *release, const char *layout, const char *kind,
                               uint64_t bytes)
{
	return json_pack("{s:o, s:I}", "url",
	                 json_sprintf("/api/v1/releases/%s/%s/archives/%s.%s", release->name,
	                              release->version, layout, kind),
	                 "bytes", (json_int_t)bytes);
}

json_t *present_layout(const struct release *release, const char *layout,
                       const struct contents *contents)
{
	return json_pack("{s:s, s:I, s:I, s:o, s:o, s:o}", "format", layout, "files",
	                 (json_int_t)contents->files, "bytes", (json_int_t)contents->bytes, "files_url",
	                 json_sprintf("/api/v1/releases/%s/%s/layouts/%s/files/", release->name,
	                              release->version, layout),
	                 "tar", present_archive(release, layout, "tar", contents->tar_bytes), "zip",
	                 present_archive(release, layout, "zip", contents->zip_bytes));
}

json_t *present_release_key(const struct release_key *key)
{
	char text[PUBLIC_KEY_TEXT], id[PUBLIC_KEY_ID], note[NOTE_KEY_TEXT];

	public_key_text(&key->key, text);
	public_key_id(&key->key, id);
	public_key_note(&key->key, key->name, note);
	return json_pack("{s:s, s:s, s:s, s:s, s:b, s:s, s:s?}", "name", key->name, "key_id", id,
	                 "minisign", text, "note", note, "current", !key->retired_at, "made_at",
	                 key->made_at, "retired_at", key->retired_at);
}
