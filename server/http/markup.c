/* SPDX-License-Identifier: Apache-2.0 */
#include "http/markup.h"

#include <stdbool.h>
#include <string.h>

#include "core/strbuf.h"
#include "http/sentences.h"

#define ROOT         "\"/static/"
#define MODULE       "<script type=\"module\" src="
#define MODULE_END   "\"></script>"
#define MOST_MODULES 128

/* A script and all that it needs, each once, in the order in which they were found. */
struct modules {
	const struct static_file *list[MOST_MODULES];
	size_t count;
};

static void modules_add(struct modules *modules, const struct static_file *file)
{
	for (size_t i = 0; i < modules->count; i++)
		if (modules->list[i] == file)
			return;
	if (file && modules->count < MOST_MODULES)
		modules->list[modules->count++] = file;
}

/* Adds what a module imports from its own folder, written as `before` and a name. */
static void modules_import(struct modules *modules, const struct static_files *files,
                           struct arena *arena, const struct static_file *from, const char *before)
{
	const char *slash = strrchr(from->path, '/');
	int folder = slash ? (int)(slash - from->path) + 1 : 0;

	for (const char *at = from->bytes; (at = strstr(at, before));) {
		at += strlen(before);
		const char *path =
			arena_printf(arena, "%.*s%.*s", folder, from->path, (int)strcspn(at, "\""), at);

		modules_add(modules, static_find(files, path));
	}
}

static void modules_find(struct modules *modules, const struct static_files *files,
                         struct arena *arena, const char *entry)
{
	modules_add(modules, static_find(files, entry));
	for (size_t i = 0; i < modules->count; i++) {
		modules_import(modules, files, arena, modules->list[i], "from \"./");
		modules_import(modules, files, arena, modules->list[i], "import \"./");
	}
}

static void add_address(struct strbuf *out, const char *version, const char *path)
{
	strbuf_add(out, version);
	strbuf_add(out, "/");
	strbuf_add(out, path);
}

static bool modules_hold(const void *scripts, const char *text)
{
	const struct modules *modules = scripts;

	for (size_t i = 0; i < modules->count; i++)
		if (strstr(modules->list[i]->bytes, text))
			return true;
	return false;
}

/* After the script's own element: one for each module that it needs, and what they say. */
static void add_preloads(struct strbuf *out, const struct static_files *files, const char *version,
                         const json_t *sentences, const char *script)
{
	struct modules modules = { .count = 0 };

	modules_find(&modules, files, out->arena, script);
	for (size_t i = 1; i < modules.count; i++) {
		strbuf_add(out, "\n\t<link rel=\"modulepreload\" href=" ROOT);
		add_address(out, version, modules.list[i]->path);
		strbuf_add(out, "\">");
	}
	sentences_embed(out, sentences, modules_hold, &modules);
}

static bool is_module(const char *page, const char *root, const char *end)
{
	size_t len = strlen(MODULE);

	return (size_t)(root - page) >= len && memcmp(root - len, MODULE, len) == 0 &&
	       strncmp(end, MODULE_END, strlen(MODULE_END)) == 0;
}

void markup_link(struct arena *arena, const struct static_files *files, const char *version,
                 const json_t *sentences, struct static_file *page)
{
	struct strbuf out = { .arena = arena };
	const char *at = page->bytes;

	for (const char *root; (root = strstr(at, ROOT));) {
		const char *path = root + strlen(ROOT), *end = path + strcspn(path, "\"");
		const char *name = arena_copy(arena, path, (size_t)(end - path));

		strbuf_add_bytes(&out, at, (size_t)(path - at));
		add_address(&out, version, name);
		at = end;
		if (is_module(page->bytes, root, end)) {
			strbuf_add(&out, MODULE_END);
			at += strlen(MODULE_END);
			add_preloads(&out, files, version, sentences, name);
		}
	}
	strbuf_add(&out, at);
	page->bytes = out.bytes;
	page->len = out.len;
}
