/* SPDX-License-Identifier: Apache-2.0 */
#include "http/sheet.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST     4096
#define MOST_SHEETS 1024 /* some 3 KB each, and what is written on it */

struct sheet {
	struct sheet *next; /* free, and of the same length */
	struct MHD_Response *response;
	size_t len;
	char text[];
};

struct sheets {
	const char *const *headers;
	pthread_mutex_t lock; /* guards all below */
	unsigned count;       /* in use or free */
	size_t clear_next;    /* where to look for a free one of another length */
	struct sheet *free[LONGEST + 1];
};

struct sheets *sheets_new(const char *const *headers)
{
	struct sheets *sheets = calloc(1, sizeof *sheets);

	if (!sheets)
		abort();
	sheets->headers = headers;
	pthread_mutex_init(&sheets->lock, NULL);
	return sheets;
}

static struct sheet *sheet_new(const char *const *headers, size_t len)
{
	struct sheet *sheet = malloc(sizeof *sheet + len);

	if (!sheet)
		abort();
	sheet->len = len;
	sheet->response = MHD_create_response_from_buffer(len, sheet->text, MHD_RESPMEM_PERSISTENT);
	if (!sheet->response)
		abort();
	for (const char *const *header = headers; *header; header += 2)
		MHD_add_response_header(sheet->response, header[0], header[1]);
	return sheet;
}

static void sheet_free(struct sheet *sheet)
{
	if (!sheet)
		return;
	MHD_destroy_response(sheet->response);
	free(sheet);
}

void sheets_free(struct sheets *sheets)
{
	for (size_t len = 0; len <= LONGEST; len++) {
		for (struct sheet *sheet = sheets->free[len], *next; sheet; sheet = next) {
			next = sheet->next;
			sheet_free(sheet);
		}
	}
	pthread_mutex_destroy(&sheets->lock);
	free(sheets);
}

static struct sheet *take_free(struct sheets *sheets, size_t len)
{
	struct sheet *sheet = sheets->free[len];

	if (sheet)
		sheets->free[len] = sheet->next;
	return sheet;
}

/* A free one of whatever length, to make room: each length in turn. */
static struct sheet *take_any(struct sheets *sheets)
{
	for (size_t looked = 0; looked <= LONGEST; looked++) {
		struct sheet *sheet = take_free(sheets, sheets->clear_next);

		sheets->clear_next = (sheets->clear_next + 1) % (LONGEST + 1);
		if (sheet)
			return sheet;
	}
	return NULL;
}

/* A free sheet, or leave to make one: *ret_make. */
static struct sheet *find(struct sheets *sheets, size_t len, bool *ret_make)
{
	struct sheet *sheet, *other = NULL;

	pthread_mutex_lock(&sheets->lock);
	if (!(sheet = take_free(sheets, len))) {
		if (sheets->count == MOST_SHEETS && (other = take_any(sheets)))
			sheets->count--;
		if ((*ret_make = sheets->count < MOST_SHEETS))
			sheets->count++;
	}
	pthread_mutex_unlock(&sheets->lock);
	sheet_free(other);
	return sheet;
}

struct sheet *sheet_take(struct sheets *sheets, const char *text, size_t len)
{
	bool make = false;

	if (len > LONGEST)
		return NULL;
	struct sheet *sheet = find(sheets, len, &make);
	if (make)
		sheet = sheet_new(sheets->headers, len);
	if (sheet)
		memcpy(sheet->text, text, len);
	return sheet;
}

struct MHD_Response *sheet_response(const struct sheet *sheet)
{
	return sheet->response;
}

void sheet_give_back(struct sheets *sheets, struct sheet *sheet)
{
	pthread_mutex_lock(&sheets->lock);
	sheet->next = sheets->free[sheet->len];
	sheets->free[sheet->len] = sheet;
	pthread_mutex_unlock(&sheets->lock);
}
