/* SPDX-License-Identifier: Apache-2.0 */
/* list_pages -- pages of lists whose rows the database writes as JSON. */
#include <stdio.h>
#include <string.h>

#include "api/accounts.h"
#include "api/api.h"
#include "core/uuid.h"

#define LIST_MOST 100

/* A page as it is gathered; one more row than it holds says that there is another. */
struct list_gathered {
	struct request *req;
	json_t *items;
	unsigned limit, count;
	const char *place, *id; /* of the last one that is told */
	bool more;
};

void row_append(void *arg, const struct listing_row *row)
{
	json_array_append_new(arg, json_loads(row->json, 0, NULL));
}

static void gather_row(void *arg, const struct listing_row *row)
{
	struct list_gathered *page = arg;

	if (page->count++ == page->limit) {
		page->more = true;
		return;
	}
	page->place = arena_printf(page->req->arena, "%s", row->place);
	page->id = arena_printf(page->req->arena, "%s", row->id);
	row_append(page->items, row);
}

/* Where the page begins, by the cursor. */
static struct error read_list_place(struct request *req, const char *name,
                                    struct listing_page *wanted)
{
	char list[24], place[40], id[UUID_TEXT];
	const char *position = NULL;
	struct error err = cursor_read(req, &position);

	if (err.code || !position)
		return err;
	if (sscanf(position, "%23s %39[^|]|%36s", list, place, id) != 3 || strcmp(list, name) != 0)
		return error_field("/cursor", "is another list's.");
	wanted->place = arena_copy(req->arena, place, strlen(place));
	wanted->id = arena_copy(req->arena, id, strlen(id));
	return ok();
}

struct error answer_page(struct request *req, struct db *db, const char *name, listing *list,
                         const char *of)
{
	struct list_gathered page = { .req = req };
	struct listing_page wanted = { .of = of };
	const char *cursor = NULL;
	struct error err;

	if ((err = request_limit(req, LIST_MOST, 50, &page.limit)).code)
		return err;
	if ((err = read_list_place(req, name, &wanted)).code)
		return err;
	json_auto_t *items = page.items = json_array();
	wanted.limit = page.limit + 1;
	if ((err = list(db, &wanted, gather_row, &page)).code)
		return err;
	if (page.more)
		cursor = cursor_make(req, arena_printf(req->arena, "%s %s|%s", name, page.place, page.id));
	request_json(req, 200, json_pack("{s:O, s:s?}", "items", items, "next", cursor));
	return ok();
}

struct error request_id(const struct request *req, unsigned place, const char **ret_id)
{
	unsigned char raw[UUID_BYTES];

	if (!uuid_from_text(raw, req->args[place]))
		return errorf(ERR_NOT_FOUND, "There is nothing by this id.");
	*ret_id = req->args[place];
	return ok();
}

struct error api_need_session(struct request *req)
{
	bool bearer;

	session_secret(req, &bearer);
	return bearer ? error_because(REASON_SESSION_NEEDED) : ok();
}
