/* SPDX-License-Identifier: Apache-2.0 */
#include "corpus/import_rows.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "core/thread.h"

#define ROOM (4 * IMPORT_MOST_JOBS)

struct row_job {
	struct import_rows *rows;
	unsigned number;
	pthread_t thread;
};

struct import_rows {
	import_work *work;
	void *arg;
	unsigned count; /* of jobs */
	struct row_job jobs[IMPORT_MOST_JOBS];

	pthread_mutex_t lock; /* guards what follows, but a row that is taken */
	pthread_cond_t waiting, done;
	struct import_row ring[ROOM];
	unsigned long long first, end; /* the rows on their way: ring[n % ROOM] of first <= n < end */
	bool fatal, ended;
};

static struct import_row *row_at(struct import_rows *rows, unsigned long long n)
{
	return &rows->ring[n % ROOM];
}

static const char *source_of(const struct import_row *row)
{
	return row->row.item.file ? row->row.item.file : row->row.item.url;
}

/* Is an earlier row of the same source not done yet? */
static bool rows_must_wait(struct import_rows *rows, unsigned long long n)
{
	const char *source = source_of(row_at(rows, n));

	for (unsigned long long i = rows->first; source && i < n; i++) {
		const struct import_row *earlier = row_at(rows, i);
		const char *other = source_of(earlier);

		if (earlier->state != ROW_DONE && other && strcmp(source, other) == 0)
			return true;
	}
	return false;
}

/* The first row that can be begun; NULL: none. */
static struct import_row *rows_pick(struct import_rows *rows)
{
	for (unsigned long long n = rows->first; n < rows->end; n++)
		if (row_at(rows, n)->state == ROW_WAITING && !rows_must_wait(rows, n))
			return row_at(rows, n);
	return NULL;
}

/* Whoever waits holds a thread, and yet some thread goes on: the first row that is not done is held
 * back by no other, and the thread whose row held it back takes it next. */
void import_rows_turn(struct import_row *row)
{
	struct import_rows *rows = row->rows;

	pthread_mutex_lock(&rows->lock);
	for (unsigned long long n = rows->first; n < row->number; n++)
		while (n >= rows->first && row_at(rows, n)->state != ROW_DONE)
			pthread_cond_wait(&rows->waiting, &rows->lock);
	pthread_mutex_unlock(&rows->lock);
}

static void *run_job(void *arg)
{
	struct row_job *job = arg;
	struct import_rows *rows = job->rows;
	struct import_row *row;

	pthread_mutex_lock(&rows->lock);
	for (;;) {
		while (!(row = rows_pick(rows)) && !rows->ended)
			pthread_cond_wait(&rows->waiting, &rows->lock);
		if (!row)
			break;
		row->state = ROW_TAKEN;
		row->skipped = rows->fatal;
		pthread_mutex_unlock(&rows->lock);
		if (!row->skipped)
			rows->work(rows->arg, job->number, row);
		pthread_mutex_lock(&rows->lock);
		row->state = ROW_DONE;
		rows->fatal |= row->fatal;
		pthread_cond_broadcast(&rows->waiting); /* another may go on, or have its turn */
		pthread_cond_signal(&rows->done);
	}
	pthread_mutex_unlock(&rows->lock);
	return NULL;
}

struct import_rows *import_rows_start(unsigned jobs, import_work *work, void *arg)
{
	struct import_rows *rows = mem_new(1, sizeof *rows);

	rows->work = work;
	rows->arg = arg;
	rows->count = jobs;
	pthread_mutex_init(&rows->lock, NULL);
	pthread_cond_init(&rows->waiting, NULL);
	pthread_cond_init(&rows->done, NULL);
	for (unsigned i = 0; i < jobs; i++) {
		rows->jobs[i] = (struct row_job){ .rows = rows, .number = i };
		thread_must_start(&rows->jobs[i].thread, run_job, &rows->jobs[i], "work on rows (--jobs)");
	}
	return rows;
}

struct import_row *import_rows_room(struct import_rows *rows)
{
	if (rows->end - rows->first >= 4ull * rows->count)
		return NULL;
	struct import_row *row = row_at(rows, rows->end);
	*row = (struct import_row){ .rows = rows, .number = rows->end, .arena = arena_new() };
	return row;
}

void import_rows_put(struct import_rows *rows)
{
	pthread_mutex_lock(&rows->lock);
	rows->end++;
	pthread_cond_broadcast(&rows->waiting);
	pthread_mutex_unlock(&rows->lock);
}

struct import_row *import_rows_first(struct import_rows *rows)
{
	if (rows->first == rows->end)
		return NULL;
	struct import_row *row = row_at(rows, rows->first);
	pthread_mutex_lock(&rows->lock);
	while (row->state != ROW_DONE)
		pthread_cond_wait(&rows->done, &rows->lock);
	pthread_mutex_unlock(&rows->lock);
	return row;
}

void import_rows_drop(struct import_rows *rows)
{
	arena_free(row_at(rows, rows->first)->arena);
	pthread_mutex_lock(&rows->lock);
	rows->first++;
	pthread_mutex_unlock(&rows->lock);
}

void import_rows_end(struct import_rows *rows)
{
	pthread_mutex_lock(&rows->lock);
	rows->ended = true;
	pthread_cond_broadcast(&rows->waiting);
	pthread_mutex_unlock(&rows->lock);
	for (unsigned i = 0; i < rows->count; i++)
		pthread_join(rows->jobs[i].thread, NULL);
	pthread_cond_destroy(&rows->done);
	pthread_cond_destroy(&rows->waiting);
	pthread_mutex_destroy(&rows->lock);
	free(rows);
}
