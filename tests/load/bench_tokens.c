/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_tokens -- seals cookies and leases with a server's own secret, and writes requests that
 * are ready to be sent, so that a load generator has nothing to build while it measures.
 *
 *   bench-tokens SECRET judge CAMPAIGN ITEMS FIRST COUNT PAIRS TAG OUT PARTS
 *       PAIRS judgments by each of COUNT volunteers, in OUT.0 ... OUT.(PARTS-1): a line with the
 *       length and the tag before each request.  OUT.issued says what each tag was sealed for:
 *       tag, assignment, volunteer, left item, right item.
 *   bench-tokens SECRET assign CAMPAIGN-NAME FIRST COUNT OUT PARTS
 *       One request for a pair by each volunteer, in the same form.
 *   bench-tokens SECRET cookies FIRST COUNT OUT
 *       The Cookie header of each volunteer, a line each.
 *
 * Volunteer and item number n have the id that bench_id(n) of bench/setup.sql gives them.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "bench_requests.h"
#include "core/clock.h"
#include "core/hex.h"
#include "core/random.h"
#include "core/uuid.h"
#include "crypto/token.h"
#include "judging/assignment.h"
#include "people/volunteer.h"

#define MAX_PARTS   16
#define LONG_AGO_S  6 /* a pair is looked at for some seconds */
#define MAX_PAIRS   400
#define COOKIE_TEXT 256

static const struct token_keys *keys;

struct outputs {
	FILE *parts[MAX_PARTS], *issued;
	uint64_t count, written;
};

/* The digits of n, backwards, with zeros behind: neighbours lie far apart in an index. */
static void bench_id(unsigned char id[UUID_BYTES], uint64_t n)
{
	char digits[2 * UUID_BYTES + 1];
	int at = 0;

	for (; n; n /= 10)
		digits[at++] = (char)('0' + n % 10);
	memset(digits + at, '0', sizeof digits - 1 - (size_t)at);
	digits[sizeof digits - 1] = '\0';
	if (!hex_decode(id, UUID_BYTES, digits))
		abort();
}

static FILE *open_or_die(const char *name)
{
	FILE *file = fopen(name, "we");

	if (!file) {
		perror(name);
		exit(1);
	}
	return file;
}

static void outputs_open(struct outputs *out, const char *name, uint64_t count, bool issued)
{
	char path[4096];

	if (!count || count > MAX_PARTS) {
		fputs("bench-tokens: too many parts\n", stderr);
		exit(2);
	}
	for (out->count = 0; out->count < count; out->count++) {
		snprintf(path, sizeof path, "%s.%u", name, (unsigned)out->count);
		out->parts[out->count] = open_or_die(path);
	}
	snprintf(path, sizeof path, "%s.issued", name);
	out->issued = issued ? open_or_die(path) : NULL;
}

static int outputs_close(struct outputs *out)
{
	int broken = out->issued ? fclose(out->issued) : 0;

	for (uint64_t p = 0; p < out->count; p++)
		broken |= fclose(out->parts[p]);
	return broken ? 1 : 0;
}

static void outputs_add(struct outputs *out, const char *request, size_t len, uint64_t tag)
{
	FILE *part = out->parts[out->written++ % out->count];

	if (!len) {
		fputs("bench-tokens: a request is too long\n", stderr);
		exit(1);
	}
	fprintf(part, "%zu %" PRIu64 "\n", len, tag);
	fwrite(request, 1, len, part);
}

static void write_cookie(char *out, uint64_t volunteer)
{
	struct volunteer_pass pass = { .consent = CONSENT_VERSION };
	char sealed[TOKEN_TEXT(sizeof pass)];

	bench_id(pass.id, volunteer);
	token_seal(keys, TOKEN_VOLUNTEER, &pass, sizeof pass, sealed);
	snprintf(out, COOKIE_TEXT, "%s=%s", volunteer_cookie_name(), sealed);
}

static void issue(struct outputs *out, struct lease *lease, uint64_t tag, const char *cookie)
{
	char token[LEASE_TOKEN], request[BENCH_REQUEST];
	char id[UUID_TEXT], volunteer[UUID_TEXT], left[UUID_TEXT], right[UUID_TEXT];

	uuid_random(lease->id);
	lease_seal(keys, lease, token);
	outputs_add(out, request, bench_judge(request, cookie, token, tag), tag);
	uuid_to_text(id, lease->id);
	uuid_to_text(volunteer, lease->volunteer);
	uuid_to_text(left, lease->left);
	uuid_to_text(right, lease->right);
	fprintf(out->issued, "%" PRIu64 "\t%s\t%s\t%s\t%s\n", tag, id, volunteer, left, right);
}

/* A number below `items` that the volunteer was not given before. */
static uint32_t draw(struct random *random, uint32_t items, uint32_t drawn[], unsigned *count)
{
	for (;;) {
		uint32_t item = random_below(random, items);
		unsigned i = 0;

		while (i < *count && drawn[i] != item)
			i++;
		if (i == *count)
			return drawn[(*count)++] = item;
	}
}

struct plan {
	unsigned char campaign[UUID_BYTES];
	uint64_t items, first, count, pairs, tag;
};

/* Round after round, so that a volunteer's pairs lie far apart. */
static void judge(const struct plan *plan, struct outputs *out)
{
	char(*cookies)[COOKIE_TEXT] = calloc(plan->count, sizeof *cookies);
	uint32_t(*drawn)[2 * MAX_PAIRS] = calloc(plan->count, sizeof *drawn);
	unsigned *have = calloc(plan->count, sizeof *have);
	struct random random = random_seeded(plan->first);
	uint64_t tag = plan->tag;

	if (!cookies || !drawn || !have)
		abort();
	for (uint64_t v = 0; v < plan->count; v++)
		write_cookie(cookies[v], plan->first + v);
	for (uint64_t p = 0; p < plan->pairs; p++)
		for (uint64_t v = 0; v < plan->count; v++) {
			struct lease lease = { .issued_s = clock_now_s() - LONG_AGO_S,
				                   .expires_s = clock_now_s() + LEASE_S,
				                   .policy = 1,
				                   .kind = KIND_RANDOM,
				                   .left_version = 1,
				                   .right_version = 1 };

			memcpy(lease.campaign, plan->campaign, UUID_BYTES);
			bench_id(lease.volunteer, plan->first + v);
			bench_id(lease.left, 1 + draw(&random, (uint32_t)plan->items, drawn[v], &have[v]));
			bench_id(lease.right, 1 + draw(&random, (uint32_t)plan->items, drawn[v], &have[v]));
			issue(out, &lease, tag++, cookies[v]);
		}
	free(cookies);
	free(drawn);
	free(have);
}

static uint64_t number(const char *text)
{
	char *end;
	uint64_t value = strtoull(text, &end, 10);

	if (*end || !*text) {
		fprintf(stderr, "bench-tokens: %s is no number\n", text);
		exit(2);
	}
	return value;
}

static int write_judgments(char **args)
{
	struct outputs out = { .count = 0 };
	struct plan plan = { .items = number(args[1]),
		                 .first = number(args[2]),
		                 .count = number(args[3]),
		                 .pairs = number(args[4]),
		                 .tag = number(args[5]) };

	if (!uuid_from_text(plan.campaign, args[0]) || plan.pairs > MAX_PAIRS ||
	    2 * plan.pairs > plan.items || plan.tag + plan.count * plan.pairs > BENCH_TAGS) {
		fputs("bench-tokens: too many pairs, or no campaign\n", stderr);
		return 2;
	}
	outputs_open(&out, args[6], number(args[7]), true);
	judge(&plan, &out);
	return outputs_close(&out);
}

static int write_asks(char **args)
{
	struct outputs out = { .count = 0 };
	uint64_t first = number(args[1]), count = number(args[2]);
	char cookie[COOKIE_TEXT], request[BENCH_REQUEST], wish[128];

	snprintf(wish, sizeof wish, "{\"campaign\":\"%s\"}", args[0]);
	outputs_open(&out, args[3], number(args[4]), false);
	for (uint64_t v = first; v < first + count; v++) {
		write_cookie(cookie, v);
		outputs_add(&out, request, bench_post(request, "/assignments", cookie, wish), 0);
	}
	return outputs_close(&out);
}

static int write_cookies(char **args)
{
	uint64_t first = number(args[0]), count = number(args[1]);
	FILE *out = open_or_die(args[2]);
	char cookie[COOKIE_TEXT];

	for (uint64_t v = first; v < first + count; v++) {
		write_cookie(cookie, v);
		fprintf(out, "%s\n", cookie);
	}
	return fclose(out) ? 1 : 0;
}

int main(int argc, char **argv)
{
	struct token_keys *opened;

	if (argc < 3 || !crypto_start() || token_keys_open(argv[1], &opened).code) {
		fputs("usage: bench-tokens SECRET judge|assign|cookies ...\n", stderr);
		return 2;
	}
	keys = opened;
	if (argc == 11 && strcmp(argv[2], "judge") == 0)
		return write_judgments(argv + 3);
	if (argc == 8 && strcmp(argv[2], "assign") == 0)
		return write_asks(argv + 3);
	if (argc == 6 && strcmp(argv[2], "cookies") == 0)
		return write_cookies(argv + 3);
	fputs("bench-tokens: wrong arguments\n", stderr);
	return 2;
}
