/* SPDX-License-Identifier: Apache-2.0 */
#include "http/response_pool.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"

#define LONGEST     4096
#define MOST_SHEETS 1024 /* some 3 KB each, and what is written on it */

struct pooled_response {
	struct pooled_response *next; /* free, and of the same length */
	struct MHD_Response *response;
	size_t len;
	char text[];
};

struct response_pool {
	const char *const *headers;
	pthread_mutex_t lock; /* guards all below */
	unsigned count;       /* in use or free */
	size_t clear_next;    /* where to look for a free one of another length */
	struct pooled_response *free[LONGEST + 1];
};

struct response_pool *response_pool_new(const char *const *headers)
{
	struct response_pool *pool = mem_new(1, sizeof *pool);

	pool->headers = headers;
	pthread_mutex_init(&pool->lock, NULL);
	return pool;
}

static struct pooled_response *sheet_new(const char *const *headers, size_t len)
{
	struct pooled_response *pooled = malloc(sizeof *pooled + len);

	if (!pooled)
		abort();
	pooled->len = len;
	pooled->response = MHD_create_response_from_buffer(len, pooled->text, MHD_RESPMEM_PERSISTENT);
	if (!pooled->response)
		abort();
	for (const char *const *header = headers; *header; header += 2)
		MHD_add_response_header(pooled->response, header[0], header[1]);
	return pooled;
}

static void sheet_free(struct pooled_response *pooled)
{
	if (!pooled)
		return;
	MHD_destroy_response(pooled->response);
	free(pooled);
}

void response_pool_free(struct response_pool *pool)
{
	for (size_t len = 0; len <= LONGEST; len++) {
		for (struct pooled_response *pooled = pool->free[len], *next; pooled; pooled = next) {
			next = pooled->next;
			sheet_free(pooled);
		}
	}
	pthread_mutex_destroy(&pool->lock);
	free(pool);
}

static struct pooled_response *take_free(struct response_pool *pool, size_t len)
{
	struct pooled_response *pooled = pool->free[len];

	if (pooled)
		pool->free[len] = pooled->next;
	return pooled;
}

/* A free one of whatever length, to make room: each length in turn. */
static struct pooled_response *take_any(struct response_pool *pool)
{
	for (size_t looked = 0; looked <= LONGEST; looked++) {
		struct pooled_response *pooled = take_free(pool, pool->clear_next);

		pool->clear_next = (pool->clear_next + 1) % (LONGEST + 1);
		if (pooled)
			return pooled;
	}
	return NULL;
}

/* A free sheet, or leave to make one: *ret_make. */
static struct pooled_response *pool_find(struct response_pool *pool, size_t len, bool *ret_make)
{
	struct pooled_response *pooled, *other = NULL;

	pthread_mutex_lock(&pool->lock);
	if (!(pooled = take_free(pool, len))) {
		if (pool->count == MOST_SHEETS && (other = take_any(pool)))
			pool->count--;
		if ((*ret_make = pool->count < MOST_SHEETS))
			pool->count++;
	}
	pthread_mutex_unlock(&pool->lock);
	sheet_free(other);
	return pooled;
}

struct pooled_response *response_pool_take(struct response_pool *pool, const char *text, size_t len)
{
	bool make = false;

	if (len > LONGEST)
		return NULL;
	struct pooled_response *pooled = pool_find(pool, len, &make);
	if (make)
		pooled = sheet_new(pool->headers, len);
	if (pooled)
		memcpy(pooled->text, text, len);
	return pooled;
}

struct MHD_Response *pooled_response_of(const struct pooled_response *pooled)
{
	return pooled->response;
}

void response_pool_give_back(struct response_pool *pool, struct pooled_response *pooled)
{
	pthread_mutex_lock(&pool->lock);
	pooled->next = pool->free[pooled->len];
	pool->free[pooled->len] = pooled;
	pthread_mutex_unlock(&pool->lock);
}
