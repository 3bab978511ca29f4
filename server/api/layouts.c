/* SPDX-License-Identifier: Apache-2.0 */
/* layouts -- a release as tools want it: as one archive, and file by file. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "api/api.h"
#include "api/jobs.h"
#include "api/present/present_release.h"
#include "api/releases.h"
#include "core/hex.h"
#include "core/json_reader.h"
#include "release/archive.h"
#include "release/artefact.h"
#include "release/layout.h"
#include "release/withdrawal.h"
#include "store/store.h"

#define LAYOUT_MAX 32
#define PATIENCE   30000 /* ms, for a table of contents that lies elsewhere */

static struct error open_contents(const struct made_layout *made, int *ret_fd)
{
	uint64_t bytes;
	struct error err = store_open_soon(api.store, made->contents, PATIENCE, ret_fd, &bytes);

	return err.code == ERR_NOT_FOUND
	           ? errorf(ERR_INTERNAL, "a table of contents is missing from the store")
	           : err;
}

/* ------------------------------------------------------------------ what there is */

static struct error layout_add_json(const struct release *release, const struct made_layout *made,
                                    json_t *list)
{
	struct contents contents;
	int fd;
	struct error err = open_contents(made, &fd);

	if (err.code)
		return err;
	err = contents_open(fd, &contents);
	close(fd);
	if (!err.code)
		json_array_append_new(list, present_layout(release, made->name, &contents));
	return err;
}

struct error layouts_json(struct request *req, struct db *db, const struct release *release,
                          json_t **ret_list)
{
	struct made_layout *made;
	size_t count;
	struct error err = layout_list(db, req->arena, release->id, &made, &count);

	if (err.code)
		return err;
	json_t *list = json_array();
	for (size_t i = 0; i < count && !err.code; i++)
		err = layout_add_json(release, &made[i], list);
	if (err.code)
		json_decref(list);
	else
		*ret_list = list;
	return err;
}

/* ------------------------------------------------------------------ sending */

static struct error read_stream(void *archive, uint64_t at, void *to, size_t room, size_t *ret_len)
{
	return archive_read(archive, at, to, room, ret_len);
}

static void end_stream_of(void *archive)
{
	archive_free(archive);
}

static void send_archive(struct request *req, struct archive *archive, const char *type,
                         const char *etag, bool limited)
{
	const struct reply_stream stream = { .read = read_stream,
		                                 .end = end_stream_of,
		                                 .arg = archive,
		                                 .waits = !store_opens_at_once(api.store) };

	request_stream(req, &stream, archive_bytes(archive), type, etag, release_cache(limited));
}

static void name_download(struct request *req, const char *name)
{
	request_reply_header(req, "Content-Disposition",
	                     arena_printf(req->arena, "attachment; filename=\"%s\"", name));
}

/* "huggingface.tar": the name of a layout, and how it is packed. */
static struct error read_archive_name(const char *file, char layout[LAYOUT_MAX],
                                      enum archive_kind *ret_kind)
{
	const char *dot = strrchr(file, '.');

	if (!dot || dot - file >= LAYOUT_MAX || (strcmp(dot, ".tar") != 0 && strcmp(dot, ".zip") != 0))
		return errorf(ERR_NOT_FOUND, "An archive is named FORMAT.tar or FORMAT.zip.");
	snprintf(layout, LAYOUT_MAX, "%.*s", (int)(dot - file), file);
	*ret_kind = strcmp(dot, ".tar") == 0 ? ARCHIVE_TAR : ARCHIVE_ZIP;
	return ok();
}

static struct error open_layout(struct request *req, struct db *db, const char *layout,
                                struct release *ret_release, struct made_layout *ret_made,
                                struct archive_source *ret_source)
{
	struct error err =
		layout_find(db, req->arena, req->args[0], req->args[1], layout, ret_release, ret_made);

	*ret_source = (struct archive_source){ .store = api.store };
	if (err.code || (err = open_contents(ret_made, &ret_source->contents_fd)).code)
		return err;
	ret_source->time_s = ret_release->created_s;
	ret_source->folder = arena_printf(req->arena, "%s-%s", ret_release->name, ret_release->version);
	return ok();
}

struct error get_release_archive(struct request *req, struct db *db)
{
	struct archive_source source;
	struct made_layout made;
	struct release release;
	struct archive *archive;
	enum archive_kind kind;
	char layout[LAYOUT_MAX], digest[SHA256_TEXT];
	bool limited = false;
	struct error err = read_archive_name(req->args[2], layout, &kind);

	if (err.code || (err = release_let_in(req, db, req->args[1], &limited)).code)
		return err;
	if ((err = withdrawal_check_whole(db, req->args[0], req->args[1])).code)
		return err;
	if ((err = open_layout(req, db, layout, &release, &made, &source)).code)
		return err;
	if ((err = archive_open(&source, kind, &archive)).code)
		return err;
	hex_encode(digest, made.contents, SHA256_BYTES);
	bool tar = kind == ARCHIVE_TAR;
	name_download(
		req, arena_printf(req->arena, "%s-%s-%s", release.name, release.version, req->args[2]));
	send_archive(req, archive, tar ? "application/x-tar" : "application/zip",
	             arena_printf(req->arena, "\"%s-%s\"", digest, tar ? "tar" : "zip"), limited);
	return ok();
}

struct error get_layout_file(struct request *req, struct db *db)
{
	const char *path = req->args[3], *slash = strrchr(path, '/');
	struct archive_source source;
	struct contents_file file;
	struct made_layout made;
	struct release release;
	struct archive *archive;
	char digest[SHA256_TEXT];
	bool limited = false;
	struct error err = release_let_in(req, db, req->args[1], &limited);

	if (err.code || (err = open_layout(req, db, req->args[2], &release, &made, &source)).code)
		return err;
	if ((err = archive_open_file(&source, path, &file, &archive)).code)
		return err;
	hex_encode(digest, file.sha256, SHA256_BYTES);
	err = withdrawal_check_layout_file(db, release.name, release.version, digest);
	if (err.code) {
		archive_free(archive);
		return err;
	}
	name_download(req, slash ? slash + 1 : path);
	send_archive(req, archive, artefact_media_type(path),
	             arena_printf(req->arena, "\"%s\"", digest), limited);
	return ok();
}

/* ------------------------------------------------------------------ asking for one */

struct error post_layout(struct request *req, struct db *db)
{
	json_auto_t *object = NULL;
	const struct layout *layout;
	struct release release;
	char job[UUID_TEXT];
	struct error err = request_object(req, &object);

	if (err.code)
		return err;
	struct json_reader body = { .object = object, .arena = req->arena };
	const char *format = read_text(&body, "format", 1, LAYOUT_MAX);

	if ((err = json_reader_done(&body)).code)
		return err;
	if ((err = layout_named(format, &layout)).code)
		return error_field("/format", "%s", err.detail);
	if ((err = release_find(db, req->arena, req->args[0], req->args[1], &release)).code)
		return err;
	err = layout_ask(db, release.id, layout, req->account_id, job);
	return err.code ? err : job_answer(req, db, job);
}
