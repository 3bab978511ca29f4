/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libmicrohttpd 0.9.75 asks for up to 128 events at once, and when it gets just so many it asks
 * again before it serves them, and then waits for as long as if there were nothing to do: 128
 * clients whose requests come at the same moment would wait for the 129th, or for a minute.  No
 * option changes that, so its calls find this function instead of the C library's: a full answer
 * that is one short of 128 is served, and what else is ready comes with the next.
 */
#include <stddef.h>
#include <sys/epoll.h>

#ifndef __SANITIZE_THREAD__ /* which must see these calls itself */

int epoll_wait(int epfd, struct epoll_event *events, int maxevents, int timeout)
{
	return epoll_pwait(epfd, events, maxevents > 1 ? maxevents - 1 : maxevents, timeout, NULL);
}

#else
typedef int no_file_is_empty;
#endif
