/* SPDX-License-Identifier: Apache-2.0 */
#include "corpus/leak_figures.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/lock.h"
#include "core/mem.h"
#include "corpus/leaks.h"
#include "db/db.h"

#define TEXT_OF_(number) #number
#define TEXT_OF(number)  TEXT_OF_(number)

struct error leak_figures_each(struct db *db, const char *campaign,
                               void (*each)(void *arg, const struct leak_figure *figure), void *arg)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_LEAK_FIGURES_READ,
	                          (const char *[]){ campaign, TEXT_OF(LEAKS_LEAST) }, &rows);

	for (size_t r = 0; !err.code && r < rows_count(rows); r++) {
		struct leak_figure figure = { .campaign = rows_text(rows, r, 0),
			                          .media_type = rows_text(rows, r, 1),
			                          .trait = rows_text(rows, r, 2),
			                          .auc = rows_double(rows, r, 3),
			                          .low = rows_double(rows, r, 4),
			                          .high = rows_double(rows, r, 5),
			                          .served = rows_flag(rows, r, 6),
			                          .fakes = rows_integer(rows, r, 7),
			                          .reals = rows_integer(rows, r, 8),
			                          .at = rows_text(rows, r, 9) };

		const struct auc auc = { figure.auc, figure.low, figure.high };

		figure.warns = figure.served && auc_passes(&auc, LEAKS_LIMIT);
		each(arg, &figure);
	}
	return err;
}

/* ------------------------------------------------------------------ metrics */

static pthread_mutex_t leaks_lock = PTHREAD_MUTEX_INITIALIZER; /* guards leaks_text */
static char *leaks_text;

/* Figures come a campaign at a time: the line of one is written when the next begins. */
struct leaks_writer {
	FILE *out;
	char *campaign; /* NULL: none has begun */
	unsigned warnings;
};

/* Of a campaign's name as a label quotes, backslashes and ends of lines are escaped. */
static void end_campaign(struct leaks_writer *writer)
{
	if (!writer->campaign)
		return;
	fputs("touchstone_leaks{campaign=\"", writer->out);
	for (const char *at = writer->campaign; *at; at++)
		if (*at == '\n')
			fputs("\\n", writer->out);
		else
			fprintf(writer->out, *at == '"' || *at == '\\' ? "\\%c" : "%c", *at);
	fprintf(writer->out, "\"} %u\n", writer->warnings);
	free(writer->campaign);
}

static void count_warning(void *arg, const struct leak_figure *figure)
{
	struct leaks_writer *writer = arg;

	if (!writer->campaign || strcmp(writer->campaign, figure->campaign) != 0) {
		end_campaign(writer);
		writer->campaign = mem_text(figure->campaign);
		writer->warnings = 0;
	}
	writer->warnings += figure->warns;
}

struct error leak_figures_watch(struct db *db)
{
	struct leaks_writer writer = { 0 };
	char *text = NULL;
	size_t len = 0;

	if (!(writer.out = open_memstream(&text, &len)))
		abort();
	fputs("# HELP touchstone_leaks Things beside the content that tell real from fake media.\n"
	      "# TYPE touchstone_leaks gauge\n",
	      writer.out);
	struct error err = leak_figures_each(db, NULL, count_warning, &writer);
	end_campaign(&writer);
	if (fclose(writer.out))
		abort();
	if (err.code) {
		free(text);
		return err;
	}
	lock_take(&leaks_lock);
	char *former = leaks_text;
	leaks_text = text;
	lock_release(&leaks_lock);
	free(former);
	return ok();
}

const char *leak_figures_metrics(struct arena *arena)
{
	lock_take(&leaks_lock);
	const char *text = leaks_text ? arena_copy(arena, leaks_text, strlen(leaks_text)) : "";
	lock_release(&leaks_lock);
	return text;
}
