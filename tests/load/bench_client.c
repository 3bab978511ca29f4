/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_client -- a load that knows, for each connection, what is in flight.
 *
 *   bench-client [OPTION...] HOST:PORT requests FILE   prepared requests (bench_tokens), each once
 *                            HOST:PORT cycle FILE      volunteers whose cookies stand in FILE: a
 *                                                      pair, its media, the judgment; and again
 *                            HOST:PORT arrive          the same by volunteers who arrive first
 *                            HOST:PORT idle            holds connections until its input ends
 *
 *   --connections N   64      --seconds S   until there is no more work, S have passed, or SIGTERM
 *   --rate R          begin R requests (cycles) a second, and take the time from when each should
 *                     have begun: a server that stalls cannot hide those that it kept waiting.
 *                     Else each connection begins the next at once.
 *   --persist         connect again after a failure and send the same again, also after a 503
 *   --log FILE        a line for each judgment: tag, status (0: sent, and no answer came), ms
 *   --first-tag T     --pairs P for each volunteer    --campaign NAME    --no-media
 *   --think MS        between the media and the judgment
 *   --skip N --stats N   of a thousand cycles, how many skip the pair, or look at /stats after it
 *
 * Prints one JSON object.  One thread.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <arpa/inet.h>

#include "bench_histogram.h"
#include "bench_link.h"
#include "bench_requests.h"

#define SECOND       1000000000LL
#define RETRY_NS     (20 * SECOND / 1000)
#define DRAIN_NS     (10 * SECOND)
#define FLUSH_NS     (SECOND / 10) /* the log may be read meanwhile */
#define TEXT         512
#define STATUSES     600
#define EACH_ADDRESS 5000 /* connections from one source address */

enum step {
	STEP_PREPARED,
	STEP_ARRIVE,
	STEP_ASSIGN,
	STEP_MEDIA,
	STEP_OTHER_MEDIA,
	STEP_JUDGE,
	STEP_SKIP,
	STEP_STATS,
	STEPS
};

static const char *const step_names[] = { "request", "arrive", "assign", "media",
										  "media",   "judge",  "skip",   "stats" };

enum player_state {
	PLAYER_FREE,    /* nothing to do */
	PLAYER_ASKING,  /* a request is in flight */
	PLAYER_RESTING, /* until wake_ns, then sends `request` */
	PLAYER_OUT,     /* for good */
};

/* One connection and whoever sits at it. */
struct player {
	struct link link;
	enum player_state state;
	enum step step;
	int64_t since_ns; /* latency counts from here */
	int64_t wake_ns;
	uint64_t tag;
	unsigned pairs_left; /* of this volunteer */
	const char *request;
	size_t request_len;
	char cookie[TEXT], token[TEXT], urls[2][TEXT], own[BENCH_REQUEST];
};

static struct {
	const char *mode, *campaign, *log_name;
	unsigned connections, pairs, skip, stats;
	double seconds, rate;
	int64_t think_ns;
	bool persist, no_media;
	struct sockaddr_in to;
} options = { .connections = 64, .pairs = 10 };

static struct {
	int epoll;
	struct player *players, **free;
	unsigned free_count, open, out;
	char *work, *work_at, *work_end; /* of FILE */
	uint64_t next_tag, begun, lost, unsent, hung_up, none_left, bytes, odd;
	uint64_t answers[STATUSES], good, good_in_time;
	int64_t start_ns, end_ns; /* end_ns: no new work from then on */
	bool ending;
	FILE *log;
	struct histogram times[STEPS];
	char first_odd[TEXT];
} load;

static volatile sig_atomic_t asked_to_end;

static void end_soon(int signo)
{
	(void)signo;
	asked_to_end = 1;
}

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * SECOND + now.tv_nsec;
}

static void die(const char *what)
{
	fprintf(stderr, "bench-client: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* ------------------------------------------------------------------ what was said of each */

/* The time of day, so that it can be compared with what others did. */
static void note(const struct player *player, int status)
{
	struct timespec now;

	if (!load.log || (player->step != STEP_JUDGE && player->step != STEP_PREPARED))
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	fprintf(load.log, "%" PRIu64 "\t%d\t%lld\n", player->tag, status,
			(long long)now.tv_sec * 1000 + now.tv_nsec / 1000000);
}

static void note_answer(const struct player *player)
{
	const struct answer *answer = &player->link.answer;
	int64_t now = now_ns();

	load.bytes += answer->body_len;
	load.answers[answer->status < STATUSES ? answer->status : 0]++;
	note(player, answer->status);
	if (answer->status < 300) {
		histogram_add(&load.times[player->step], now - player->since_ns);
		load.good++;
		load.good_in_time += !load.ending;
	} else if (!load.odd++) {
		snprintf(load.first_odd, sizeof load.first_odd, "%s: %d %.300s", step_names[player->step],
				 answer->status, answer->body);
	}
}

/* ------------------------------------------------------------------ players */

static void watch(struct player *player)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
								 .data.ptr = player };

	if (epoll_ctl(load.epoll, EPOLL_CTL_ADD, player->link.fd, &event))
		die("epoll_ctl");
}

/* Many connections come from several addresses of the loopback, or the ports would run short. */
static void connect_player(struct player *player)
{
	size_t place = (size_t)(player - load.players) / EACH_ADDRESS;
	struct sockaddr_in from = { .sin_family = AF_INET,
								.sin_addr.s_addr = htonl(INADDR_LOOPBACK + (uint32_t)place) };

	if (!link_open(&player->link, &options.to, place ? &from : NULL))
		die("connect");
	watch(player);
}

static void leave(struct player *player)
{
	if (player->state == PLAYER_OUT)
		return;
	link_close(&player->link);
	player->state = PLAYER_OUT;
	load.out++;
}

static void handle(struct player *player);

static void ask(struct player *player)
{
	player->state = PLAYER_ASKING;
	if (player->link.state == LINK_CLOSED)
		connect_player(player);
	link_send(&player->link, player->request, player->request_len);
	handle(player);
}

static void ask_own(struct player *player, enum step step, size_t len)
{
	if (!len) {
		fputs("bench-client: a request is too long\n", stderr);
		exit(1);
	}
	player->step = step;
	player->request = player->own;
	player->request_len = len;
	player->since_ns = now_ns();
	ask(player);
}

static void rest(struct player *player, int64_t ns)
{
	player->state = PLAYER_RESTING;
	player->wake_ns = now_ns() + ns;
}

/* ------------------------------------------------------------------ work */

/* "LENGTH TAG\n", then the request itself. False: there are no more. */
static bool next_prepared(struct player *player)
{
	char *at = load.work_at;

	if (at >= load.work_end)
		return false;
	player->request_len = strtoul(at, &at, 10);
	player->tag = strtoull(at, &at, 10);
	player->request = at + 1;
	load.work_at = at + 1 + player->request_len;
	return true;
}

/* A line of FILE is a cookie. */
static bool next_volunteer(struct player *player)
{
	char *end = load.work_at < load.work_end
					? memchr(load.work_at, '\n', (size_t)(load.work_end - load.work_at))
					: NULL;

	if (!end)
		return false;
	snprintf(player->cookie, sizeof player->cookie, "%.*s", (int)(end - load.work_at),
			 load.work_at);
	load.work_at = end + 1;
	player->pairs_left = options.pairs;
	return true;
}

static size_t assign_request(struct player *player)
{
	char wish[TEXT] = "{}";

	if (options.campaign)
		snprintf(wish, sizeof wish, "{\"campaign\":\"%s\"}", options.campaign);
	return bench_post(player->own, "/assignments", player->cookie, wish);
}

static void begin_cycle(struct player *player)
{
	if (!player->pairs_left && strcmp(options.mode, "arrive") == 0) {
		player->pairs_left = options.pairs;
		ask_own(player, STEP_ARRIVE,
				bench_post(player->own, "/volunteers", "", "{\"consent\":true}"));
		return;
	}
	if (!player->pairs_left && !next_volunteer(player)) {
		load.ending = true;
		leave(player);
		return;
	}
	ask_own(player, STEP_ASSIGN, assign_request(player));
}

/* Begins the next piece of work, which should have begun at `intended_ns`. */
static void begin(struct player *player, int64_t intended_ns)
{
	load.begun++;
	if (strcmp(options.mode, "requests") != 0) {
		begin_cycle(player);
		/* Only a first request that is still under way can be late. */
		if (player->state == PLAYER_ASKING)
			player->since_ns = intended_ns;
		return;
	}
	player->step = STEP_PREPARED;
	player->since_ns = intended_ns;
	if (next_prepared(player)) {
		ask(player);
	} else {
		load.begun--;
		load.ending = true;
		leave(player);
	}
}

static void finish(struct player *player)
{
	if (load.ending) {
		leave(player);
	} else {
		player->state = PLAYER_FREE;
		load.free[load.free_count++] = player;
	}
}

static bool take_text(char *out, const char *from, const char *name, const char **ret_rest)
{
	const char *at = from ? strstr(from, name) : NULL;
	size_t len = at ? strcspn(at + strlen(name), "\";\r") : 0;

	if (!len || len >= TEXT)
		return false;
	memcpy(out, at + strlen(name), len);
	out[len] = '\0';
	*ret_rest = at + strlen(name) + len;
	return true;
}

static bool read_assignment(struct player *player)
{
	const char *body = player->link.answer.body, *at = body;

	return take_text(player->token, body, "\"assignment\":\"", &at) &&
		   take_text(player->urls[0], body, "\"url\":\"", &at) &&
		   take_text(player->urls[1], at, "\"url\":\"", &at);
}

static size_t judge_request(struct player *player)
{
	player->tag = load.next_tag++;
	return bench_judge(player->own, player->cookie, player->token, player->tag);
}

static size_t skip_request(struct player *player)
{
	char body[2 * TEXT];

	snprintf(body, sizeof body, "{\"assignment\":\"%s\",\"reason\":\"cannot_load\"}",
			 player->token);
	return bench_post(player->own, "/skips", player->cookie, body);
}

/* Every thousand cycles hold as many of a kind as was asked for, spread evenly. */
static bool falls_on(unsigned of_thousand)
{
	return load.begun * of_thousand / 1000 != (load.begun - 1) * of_thousand / 1000;
}

static void decide(struct player *player)
{
	bool skips = falls_on(options.skip);

	player->step = skips ? STEP_SKIP : STEP_JUDGE;
	player->request = player->own;
	player->request_len = skips ? skip_request(player) : judge_request(player);
	if (options.think_ns) {
		rest(player, options.think_ns);
	} else {
		player->since_ns = now_ns();
		ask(player);
	}
}

static void assigned(struct player *player)
{
	if (player->link.answer.status == 204) {
		load.none_left++;
		player->pairs_left = 0;
		finish(player);
		return;
	}
	if (!read_assignment(player)) {
		fprintf(stderr, "bench-client: no assignment: %s\n", player->link.answer.body);
		exit(1);
	}
	player->pairs_left--;
	if (options.no_media)
		decide(player);
	else
		ask_own(player, STEP_MEDIA, bench_get(player->own, player->urls[0], player->cookie));
}

static void arrived(struct player *player)
{
	const char *at;

	if (!take_text(player->cookie, player->link.answer.head, "Set-Cookie: ", &at)) {
		fputs("bench-client: a volunteer without a cookie\n", stderr);
		exit(1);
	}
	ask_own(player, STEP_ASSIGN, assign_request(player));
}

/* What follows an answer that was as it should be. */
static void go_on(struct player *player)
{
	if (load.ending) {
		leave(player);
		return;
	}
	switch (player->step) {
	case STEP_ARRIVE:
		arrived(player);
		return;
	case STEP_ASSIGN:
		assigned(player);
		return;
	case STEP_MEDIA:
		ask_own(player, STEP_OTHER_MEDIA, bench_get(player->own, player->urls[1], player->cookie));
		return;
	case STEP_OTHER_MEDIA:
		decide(player);
		return;
	case STEP_JUDGE:
		if (falls_on(options.stats))
			ask_own(player, STEP_STATS, bench_get(player->own, "/api/v1/stats", ""));
		else
			finish(player);
		return;
	case STEP_PREPARED:
	case STEP_SKIP:
	case STEP_STATS:
	case STEPS:
		finish(player);
	}
}

static void answered(struct player *player)
{
	int status = player->link.answer.status;

	note_answer(player);
	if (status < 300) {
		go_on(player);
	} else if (options.persist && (status == 503 || status == 429) && !load.ending) {
		rest(player, RETRY_NS);
	} else {
		player->pairs_left = 0;
		finish(player);
	}
}

static void fallen(struct player *player, enum link_event event)
{
	load.lost += event == LINK_BROKEN;
	load.unsent += event == LINK_UNSENT;
	load.hung_up += event == LINK_HUNG_UP;
	if (event == LINK_BROKEN)
		note(player, 0);
	if (!options.persist || load.ending)
		leave(player);
	else if (event != LINK_HUNG_UP)
		rest(player, RETRY_NS);
}

static void handle(struct player *player)
{
	enum link_event event = link_step(&player->link);

	if (event == LINK_ANSWERED)
		answered(player);
	else if (event != LINK_NOTHING)
		fallen(player, event);
}

/* ------------------------------------------------------------------ the loop */

static int64_t intended_ns(uint64_t number)
{
	return load.start_ns + (int64_t)((double)number * (double)SECOND / options.rate);
}

/* Begins what is due. Returns when the next is due. */
static int64_t begin_due(int64_t now)
{
	while (!load.ending && load.free_count) {
		int64_t due = options.rate > 0 ? intended_ns(load.begun) : now;

		if (due > now)
			return due;
		begin(load.free[--load.free_count], due);
	}
	return now + SECOND / 10;
}

/* Wakes those who have rested. Returns when the next will have. */
static int64_t wake_due(int64_t now)
{
	int64_t next = now + SECOND / 10;

	for (unsigned i = 0; i < load.open; i++) {
		struct player *player = &load.players[i];

		if (player->state != PLAYER_RESTING)
			continue;
		if (load.ending) {
			leave(player);
		} else if (player->wake_ns > now) {
			next = player->wake_ns < next ? player->wake_ns : next;
		} else {
			if (player->step == STEP_JUDGE || player->step == STEP_SKIP)
				player->since_ns = now;
			ask(player);
		}
	}
	return next;
}

static void wait_for_events(int64_t until_ns)
{
	struct epoll_event events[256];
	int64_t left = until_ns - now_ns();
	struct timespec patience = { .tv_sec = left > 0 ? left / SECOND : 0,
								 .tv_nsec = left > 0 ? left % SECOND : 0 };
	int count = epoll_pwait2(load.epoll, events, 256, &patience, NULL);

	for (int i = 0; i < count; i++) {
		struct player *player = events[i].data.ptr;

		if (player->state != PLAYER_OUT)
			handle(player);
	}
}

/* Until there is no more work or the time is over; then waits for what is in flight. */
static void play(void)
{
	int64_t drained_ns = INT64_MAX, woken_ns = 0, flushed_ns = 0;

	while (load.out < load.open) {
		int64_t now = now_ns();

		if (asked_to_end ||
			(options.seconds > 0 && now >= load.start_ns + (int64_t)(options.seconds * SECOND)))
			load.ending = true;
		if (load.log && now > flushed_ns + FLUSH_NS) {
			fflush(load.log);
			flushed_ns = now;
		}
		if (load.ending && drained_ns == INT64_MAX) {
			load.end_ns = now;
			drained_ns = now + DRAIN_NS;
			while (load.free_count)
				leave(load.free[--load.free_count]);
		}
		if (now > drained_ns)
			break;
		int64_t next = begin_due(now);
		if (now >= woken_ns)
			woken_ns = wake_due(now);
		wait_for_events(next < woken_ns ? next : woken_ns);
	}
	for (unsigned i = 0; i < load.open; i++) {
		if (load.players[i].state == PLAYER_ASKING)
			fallen(&load.players[i], LINK_BROKEN);
	}
	if (!load.end_ns)
		load.end_ns = now_ns();
}

/* Holds connections that have been used once, until our input ends. */
static void hold(void)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	size_t len = bench_get(load.players[0].own, "/healthz", "");
	char byte;

	for (unsigned i = 0; i < load.open; i++) {
		struct player *player = &load.players[i];
		player->request = load.players[0].own;
		player->request_len = len;
		player->step = STEP_PREPARED;
		ask(player);
		while (i % 64 == 63 && load.good + 64 < i)
			wait_for_events(now_ns() + SECOND / 100);
	}
	while (load.free_count < load.open && !load.unsent && !load.lost)
		wait_for_events(now_ns() + SECOND / 10);
	printf("{\"held\":%u}\n", load.free_count);
	fflush(stdout);
	do
		wait_for_events(now_ns() + SECOND / 10);
	while (!poll(&input, 1, 0) || read(STDIN_FILENO, &byte, 1) > 0);
	load.end_ns = now_ns();
}

/* ------------------------------------------------------------------ beginning and end */

static void print_times(void)
{
	static struct histogram times;
	bool first = true;

	printf(",\"times\":{");
	for (unsigned s = 0; s < STEPS; s++) {
		times = load.times[s];
		if (s == STEP_OTHER_MEDIA || !times.count)
			continue;
		if (s == STEP_MEDIA) {
			const struct histogram *other = &load.times[STEP_OTHER_MEDIA];
			for (unsigned b = 0; b < HISTOGRAM_BUCKETS; b++)
				times.buckets[b] += other->buckets[b];
			times.count += other->count;
			times.sum += other->sum;
			times.max = other->max > times.max ? other->max : times.max;
		}
		printf("%s\"%s\":{\"count\":%" PRIu64 ",\"mean_ms\":%.3f,\"p50_ms\":%.3f,\"p90_ms\":%.3f,"
			   "\"p99_ms\":%.3f,\"p999_ms\":%.3f,\"max_ms\":%.3f}",
			   first ? "" : ",", step_names[s], times.count,
			   (double)times.sum / (double)times.count / 1e6,
			   (double)histogram_at(&times, .5) / 1e6, (double)histogram_at(&times, .9) / 1e6,
			   (double)histogram_at(&times, .99) / 1e6, (double)histogram_at(&times, .999) / 1e6,
			   (double)times.max / 1e6);
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

static void print_result(void)
{
	double seconds = (double)(load.end_ns - load.start_ns) / SECOND;
	bool first = true;

	printf("{\"seconds\":%.3f,\"begun\":%" PRIu64 ",\"good\":%" PRIu64 ",\"per_second\":%.1f,"
		   "\"lost\":%" PRIu64 ",\"unsent\":%" PRIu64 ",\"hung_up\":%" PRIu64
		   ",\"none_left\":%" PRIu64 ",\"next_tag\":%" PRIu64 ",\"bytes\":%" PRIu64
		   ",\"ran_out\":%s,\"answers\":{",
		   seconds, load.begun, load.good, (double)load.good_in_time / seconds, load.lost,
		   load.unsent, load.hung_up, load.none_left, load.next_tag, load.bytes,
		   load.work && load.work_at >= load.work_end ? "true" : "false");
	for (unsigned s = 0; s < STATUSES; s++) {
		if (!load.answers[s])
			continue;
		printf("%s\"%u\":%" PRIu64, first ? "" : ",", s, load.answers[s]);
		first = false;
	}
	printf("}");
	if (load.odd) {
		printf(",\"first_odd\":");
		print_text(load.first_odd);
	}
	print_times();
	puts("}");
}

static void read_address(char *text)
{
	char *colon = strrchr(text, ':');

	if (colon)
		*colon = '\0';
	options.to.sin_family = AF_INET;
	options.to.sin_port = htons(colon ? (uint16_t)atoi(colon + 1) : 8080);
	if (inet_pton(AF_INET, text, &options.to.sin_addr) != 1)
		die(text);
}

static void map_work(const char *name)
{
	struct stat info;
	int fd = open(name, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &info))
		die(name);
	load.work = mmap(NULL, (size_t)info.st_size + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	if (load.work == MAP_FAILED)
		die(name);
	close(fd);
	load.work_at = load.work;
	load.work_end = load.work + info.st_size;
}

static void read_option(int option)
{
	switch (option) {
	case 'c':
		options.connections = (unsigned)atoi(optarg);
		break;
	case 's':
		options.seconds = atof(optarg);
		break;
	case 'r':
		options.rate = atof(optarg);
		break;
	case 'p':
		options.persist = true;
		break;
	case 'l':
		options.log_name = optarg;
		break;
	case 't':
		load.next_tag = strtoull(optarg, NULL, 10);
		break;
	case 'n':
		options.pairs = (unsigned)atoi(optarg);
		break;
	case 'g':
		options.campaign = optarg;
		break;
	case 'm':
		options.no_media = true;
		break;
	case 'w':
		options.think_ns = (int64_t)(atof(optarg) * 1e6);
		break;
	case 'k':
		options.skip = (unsigned)atoi(optarg);
		break;
	case 'a':
		options.stats = (unsigned)atoi(optarg);
		break;
	default:
		exit(2);
	}
}

static void read_options(int argc, char **argv)
{
	static const struct option known[] = { { "connections", required_argument, NULL, 'c' },
										   { "seconds", required_argument, NULL, 's' },
										   { "rate", required_argument, NULL, 'r' },
										   { "persist", no_argument, NULL, 'p' },
										   { "log", required_argument, NULL, 'l' },
										   { "first-tag", required_argument, NULL, 't' },
										   { "pairs", required_argument, NULL, 'n' },
										   { "campaign", required_argument, NULL, 'g' },
										   { "no-media", no_argument, NULL, 'm' },
										   { "think", required_argument, NULL, 'w' },
										   { "skip", required_argument, NULL, 'k' },
										   { "stats", required_argument, NULL, 'a' },
										   { NULL, 0, NULL, 0 } };
	int option;

	while ((option = getopt_long(argc, argv, "", known, NULL)) >= 0)
		read_option(option);
	if (argc - optind < 2 || !options.connections) {
		fputs("usage: bench-client [OPTION...] HOST:PORT requests|cycle|arrive|idle [FILE]\n",
			  stderr);
		exit(2);
	}
	read_address(argv[optind]);
	options.mode = argv[optind + 1];
	if (argc - optind > 2)
		map_work(argv[optind + 2]);
}

static void open_players(void)
{
	struct rlimit files;

	if (!getrlimit(RLIMIT_NOFILE, &files) && files.rlim_cur < options.connections + 64) {
		files.rlim_cur = options.connections + 64;
		if (files.rlim_max < files.rlim_cur)
			files.rlim_max = files.rlim_cur;
		if (setrlimit(RLIMIT_NOFILE, &files))
			die("too few descriptors are allowed");
	}
	load.epoll = epoll_create1(EPOLL_CLOEXEC);
	load.players = calloc(options.connections, sizeof *load.players);
	load.free = calloc(options.connections, sizeof(struct player *));
	if (load.epoll < 0 || !load.players || !load.free)
		die("starting");
	load.open = options.connections;
}

int main(int argc, char **argv)
{
	read_options(argc, argv);
	open_players();
	if (options.log_name && !(load.log = fopen(options.log_name, "ae")))
		die(options.log_name);
	signal(SIGTERM, end_soon);
	load.start_ns = now_ns();
	if (strcmp(options.mode, "idle") == 0) {
		hold();
	} else {
		for (unsigned i = 0; i < load.open; i++)
			load.free[load.free_count++] = &load.players[i];
		play();
	}
	print_result();
	return load.log && fclose(load.log) ? 1 : 0;
}
