/* SPDX-License-Identifier: Apache-2.0 */
#include "bench_load.h"

#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>

#include "bench_base.h"

#define EACH_ADDRESS 5000 /* connections from one source address */

static void allow_descriptors(unsigned count)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) || files.rlim_cur >= count)
		return;
	files.rlim_cur = count;
	if (files.rlim_max < files.rlim_cur)
		files.rlim_max = files.rlim_cur;
	if (setrlimit(RLIMIT_NOFILE, &files))
		bench_die("too few descriptors are allowed");
}

void load_open(struct load *load)
{
	unsigned count = load->options.connections;

	allow_descriptors(count + 64);
	load->epoll = epoll_create1(EPOLL_CLOEXEC);
	load->players = calloc(count, sizeof *load->players);
	load->free = calloc(count, sizeof(struct player *));
	if (load->epoll < 0 || !load->players || !load->free)
		bench_die("starting");
	load->open = count;
}

static void watch(struct load *load, struct player *player)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
		                         .data.ptr = player };

	if (epoll_ctl(load->epoll, EPOLL_CTL_ADD, player->link.fd, &event))
		bench_die("epoll_ctl");
}

/* Many connections come from several addresses of the loopback, or the ports would run short. */
static void connect_player(struct load *load, struct player *player)
{
	size_t place = (size_t)(player - load->players) / EACH_ADDRESS;
	struct sockaddr_in from = { .sin_family = AF_INET,
		                        .sin_addr.s_addr = htonl(INADDR_LOOPBACK + (uint32_t)place) };

	if (!link_open(&player->link, &load->options.to, place ? &from : NULL))
		bench_die("connect");
	watch(load, player);
}

void load_send(struct load *load, struct player *player)
{
	player->state = PLAYER_ASKING;
	if (player->link.state == LINK_CLOSED)
		connect_player(load, player);
	link_send(&player->link, player->request, player->request_len);
}

void load_release(struct load *load, struct player *player)
{
	if (load->ending) {
		load_leave(load, player);
	} else {
		player->state = PLAYER_FREE;
		load->free[load->free_count++] = player;
	}
}

void load_leave(struct load *load, struct player *player)
{
	if (player->state == PLAYER_OUT)
		return;
	link_close(&player->link);
	player->state = PLAYER_OUT;
	load->out++;
}
