/* SPDX-License-Identifier: Apache-2.0 */
#include "bench_tally.h"

#include <inttypes.h>
#include <time.h>

static const char *const step_names[] = { "request", "arrive", "assign", "media",
	                                      "media",   "judge",  "skip",   "stats" };

/* The time of day, so that it can be compared with what others did. */
static void note(const struct tally *tally, enum step step, uint64_t tag, int status)
{
	struct timespec now;

	if (!tally->log || (step != STEP_JUDGE && step != STEP_PREPARED))
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	fprintf(tally->log, "%" PRIu64 "\t%d\t%lld\n", tag, status,
	        (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000);
}

void tally_answer(struct tally *tally, enum step step, uint64_t tag, const struct answer *answer,
                  int64_t took_ns, bool in_time)
{
	tally->bytes += answer->body_len;
	tally->answers[answer->status < TALLY_STATUSES ? answer->status : 0]++;
	note(tally, step, tag, answer->status);
	if (answer->status < 300) {
		histogram_add(&tally->times[step], took_ns);
		tally->good++;
		tally->good_in_time += in_time;
	} else if (!tally->odd++) {
		snprintf(tally->first_odd, sizeof tally->first_odd, "%s: %d %.300s", step_names[step],
		         answer->status, answer->body);
	}
}

void tally_fall(struct tally *tally, enum step step, uint64_t tag, enum link_event event)
{
	tally->lost += event == LINK_BROKEN;
	tally->unsent += event == LINK_UNSENT;
	tally->hung_up += event == LINK_HUNG_UP;
	if (event == LINK_BROKEN)
		note(tally, step, tag, 0);
}

/* ------------------------------------------------------------------ printing */

static void add_times(struct histogram *times, const struct histogram *other)
{
	for (unsigned b = 0; b < HISTOGRAM_BUCKETS; b++)
		times->buckets[b] += other->buckets[b];
	times->count += other->count;
	times->sum += other->sum;
	times->max = other->max > times->max ? other->max : times->max;
}

static void print_times(const struct tally *tally)
{
	static struct histogram times;
	bool first = true;

	printf(",\"times\":{");
	for (unsigned s = 0; s < STEPS; s++) {
		times = tally->times[s];
		if (s == STEP_OTHER_MEDIA || !times.count)
			continue;
		if (s == STEP_MEDIA)
			add_times(&times, &tally->times[STEP_OTHER_MEDIA]);
		printf("%s\"%s\":{\"count\":%" PRIu64 ",\"mean_ms\":%.3f,\"p50_ms\":%.3f,\"p90_ms\":%.3f,"
		       "\"p95_ms\":%.3f,\"p99_ms\":%.3f,\"p999_ms\":%.3f,\"max_ms\":%.3f}",
		       first ? "" : ",", step_names[s], times.count,
		       (double)times.sum / (double)times.count / 1e6,
		       (double)histogram_at(&times, .5) / 1e6, (double)histogram_at(&times, .9) / 1e6,
		       (double)histogram_at(&times, .95) / 1e6, (double)histogram_at(&times, .99) / 1e6,
		       (double)histogram_at(&times, .999) / 1e6, (double)times.max / 1e6);
		first = false;
	}
	printf("}");
}

static void print_answers(const struct tally *tally)
{
	bool first = true;

	printf(",\"answers\":{");
	for (unsigned s = 0; s < TALLY_STATUSES; s++) {
		if (!tally->answers[s])
			continue;
		printf("%s\"%u\":%" PRIu64, first ? "" : ",", s, tally->answers[s]);
		first = false;
	}
	printf("}");
}

static void print_text(const char *text)
{
	putchar('"');
	for (; *text; text++)
		putchar(*text == '"' || *text == '\\' || (unsigned char)*text < ' ' ? '\'' : *text);
	putchar('"');
}

void tally_print(const struct tally *tally, double seconds, uint64_t next_tag, bool ran_out)
{
	printf("{\"seconds\":%.3f,\"begun\":%" PRIu64 ",\"good\":%" PRIu64 ",\"per_second\":%.1f,"
	       "\"lost\":%" PRIu64 ",\"unsent\":%" PRIu64 ",\"hung_up\":%" PRIu64
	       ",\"none_left\":%" PRIu64 ",\"next_tag\":%" PRIu64 ",\"bytes\":%" PRIu64
	       ",\"ran_out\":%s",
	       seconds, tally->begun, tally->good, (double)tally->good_in_time / seconds, tally->lost,
	       tally->unsent, tally->hung_up, tally->none_left, next_tag, tally->bytes,
	       ran_out ? "true" : "false");
	print_answers(tally);
	if (tally->odd) {
		printf(",\"first_odd\":");
		print_text(tally->first_odd);
	}
	print_times(tally);
	puts("}");
}
