/* SPDX-License-Identifier: Apache-2.0 */
/* revocations -- what is taken down, and who learns of it: everybody. */
#include "api/revocations.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "core/json_reader.h"
#include "core/number.h"
#include "core/vocabulary.h"
#include "corpus/item_edit.h"
#include "release/facts.h"
#include "release/publisher.h"
#include "release/withdrawal.h"

#define REVOCATIONS_MOST 100
#define REASON_LEAST     10
#define REASON_MOST      2000

static json_t *revocation_json(const struct revocation *revocation)
{
	json_t *releases = json_array();

	for (size_t i = 0; i < revocation->count; i++) {
		const struct revoked_file *file = &revocation->files[i];

		json_array_append_new(releases,
		                      json_pack("{s:s, s:s, s:s, s:s, s:s?}", "name", file->name, "version",
		                                file->version, "path", file->path, "sha256", file->sha256,
		                                "revision", file->revision));
	}
	return json_pack("{s:I, s:s, s:s, s:s, s:o}", "seq", (json_int_t)revocation->seq, "item",
	                 revocation->item, "reason_class", revocation->reason_class, "withdrawn_at",
	                 revocation->withdrawn_at, "releases", releases);
}

struct error post_withdrawal(struct request *req, struct db *db)
{
	struct item_editor editor = { .who = req->account_email };
	json_auto_t *object = NULL;
	struct revocation *made;
	size_t count;
	int64_t seq;
	struct error err = request_object(req, &object);
	struct json_reader r = { .object = object, .arena = req->arena };

	if (err.code)
		return err;
	unsigned reason_class = read_choice(&r, "reason_class", withdrawal_classes);
	editor.reason = read_text(&r, "reason", REASON_LEAST, REASON_MOST);
	const struct withdrawal_request request = {
		.item = req->args[0],
		.reason_class = withdrawal_classes[reason_class],
		.original = read_flag_or(&r, "remove_original", false),
		.editor = &editor,
	};
	if ((err = json_reader_done(&r)).code)
		return err;
	if ((err = withdrawal_make(db, &request, &seq)).code)
		return err;
	if (api.wake_worker)
		api.wake_worker();
	if ((err = revocation_page(db, req->arena, seq - 1, 1, &made, &count)).code)
		return err;
	request_json(req, 200, revocation_json(&made[0]));
	return ok();
}

/* ------------------------------------------------------------------ the list */

/* A place in the list, "revoked SEQ"; 0: its beginning. */
static struct error revocation_cursor(struct request *req, int64_t *ret_after)
{
	static const char list[] = "revoked ";
	const char *position;
	uint64_t seq = 0;
	struct error err = cursor_read(req, &position);

	if (err.code)
		return err;
	if (position && (strncmp(position, list, strlen(list)) != 0 ||
	                 !number_whole(position + strlen(list), 0, INT64_MAX, &seq)))
		return error_field("/cursor", "is another list's.");
	*ret_after = (int64_t)seq;
	return ok();
}

/* `next` is null at the end, as of any list; `cursor` is kept for another day. */
struct error get_revocations(struct request *req, struct db *db)
{
	struct revocation *list;
	int64_t last = 0;
	unsigned limit;
	size_t count;
	struct error err = request_limit(req, REVOCATIONS_MOST, 50, &limit);

	if (err.code || (err = revocation_cursor(req, &last)).code)
		return err;
	if ((err = revocation_page(db, req->arena, last, limit + 1, &list, &count)).code)
		return err;
	json_t *items = json_array();
	for (size_t i = 0; i < count && i < limit; i++) {
		json_array_append_new(items, revocation_json(&list[i]));
		last = list[i].seq;
	}
	const char *cursor =
		cursor_make(req, arena_printf(req->arena, "revoked %lld", (long long)last));
	request_json(req, 200,
	             json_pack("{s:o, s:s?, s:s}", "items", items, "next",
	                       count > limit ? cursor : NULL, "cursor", cursor));
	return ok();
}

/* ------------------------------------------------------------------ the feed */

static void xml_text(FILE *out, const char *text)
{
	for (; *text; text++)
		if (strchr("&<>\"'", *text))
			fprintf(out, "&#%d;", *text);
		else
			fputc(*text, out);
}

/* An Atom feed has an author and an id: its public address, or where there is none that of all such
 * servers. */
static void atom_head(FILE *out, const char *updated)
{
	fputs("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
	      "<feed xmlns=\"http://www.w3.org/2005/Atom\">\n  <id>",
	      out);
	xml_text(out, publisher.address ? publisher.address
	                                : "urn:uuid:7b0f2c1e-5d0a-5a55-9c5e-2f4c8b7a1d36");
	fputs(publisher.address ? "/api/v1/revocations.atom</id>\n" : "</id>\n", out);
	fputs("  <title>What was withdrawn from releases</title>\n", out);
	fprintf(out, "  <updated>%s</updated>\n  <author><name>", updated);
	xml_text(out, facts_author());
	fputs("</name></author>\n", out);
	if (publisher.address) {
		fputs("  <link rel=\"self\" href=\"", out);
		xml_text(out, publisher.address);
		fputs("/api/v1/revocations.atom\"/>\n", out);
	}
}

static void atom_entry(FILE *out, const struct revocation *revocation)
{
	fprintf(out,
	        "  <entry>\n    <id>urn:uuid:%s</id>\n    <title>Item %s was withdrawn (%s)</title>\n"
	        "    <updated>%s</updated>\n    <category term=\"%s\"/>\n    <content type=\"text\">",
	        revocation->item, revocation->item, revocation->reason_class, revocation->withdrawn_at,
	        revocation->reason_class);
	for (size_t i = 0; i < revocation->count; i++) {
		const struct revoked_file *file = &revocation->files[i];

		fprintf(out, "%s %s: %s (SHA-256 %s); %s%s\n", file->name, file->version, file->path,
		        file->sha256, file->revision ? "use " : "no revision yet",
		        file->revision ? file->revision : "");
	}
	if (!revocation->count)
		fputs("It was in no release.", out);
	fputs("</content>\n  </entry>\n", out);
}

struct error get_revocation_feed(struct request *req, struct db *db)
{
	struct revocation *list;
	char *text = NULL;
	size_t count, len;
	struct error err = revocation_newest(db, req->arena, REVOCATIONS_MOST, &list, &count);

	if (err.code)
		return err;
	FILE *out = open_memstream(&text, &len);
	if (!out)
		return error_memory();
	atom_head(out, count ? list[0].withdrawn_at : "1970-01-01T00:00:00Z");
	for (size_t i = 0; i < count; i++)
		atom_entry(out, &list[i]);
	fputs("</feed>\n", out);
	bool whole = fclose(out) == 0;
	const char *reply = whole ? arena_copy(req->arena, text, len) : NULL;
	free(text);
	if (!whole)
		return error_memory();
	request_text(req, 200, "application/atom+xml", reply);
	return ok();
}
