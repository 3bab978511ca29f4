/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/release_revoked.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "core/disk.h"
#include "core/number.h"
#include "outside/fetch.h"
#include "release/changes.h"
#include "release/revoked.h"

#define PAGES_MOST   10000
#define PAGE_TIME_MS 60000
#define URL_MOST     2048

static struct error open_revocations(const char *path, FILE **ret_file)
{
	int fd = disk_open_regular(path);

	if (fd < 0)
		return errorf(ERR_NOT_FOUND, "%.120s: %s", path, strerror(errno));
	return disk_stream(fd, ret_file);
}

/* A file that curl saved, with all pages. */
static struct error read_saved(const char *path, struct revoked *revoked)
{
	const char *next = NULL;
	FILE *file = NULL;
	struct error err = open_revocations(path, &file);

	if (err.code)
		return err;
	err = revoked_read(revoked, file, &next);
	fclose(file);
	if (!err.code && next)
		err = errorf(ERR_INVALID,
		             "%.80s ends before the list does: save the page behind its `next` "
		             "too (?cursor=), and append it.",
		             path);
	return err;
}

/* ------------------------------------------------------------------ from a server */

/* The port of an address: whoever runs this command names the server, on their own network too. */
static uint16_t port_of_url(const char *url)
{
	const char *host = strstr(url, "://") + strlen("://");
	size_t len = strcspn(host, "/?#");
	const char *colon = memrchr(host, ':', len);
	char text[8] = "";
	uint64_t port;

	if (colon && memchr(colon, ']', len - (size_t)(colon - host)))
		colon = NULL; /* of an address of IPv6 */
	if (colon)
		snprintf(text, sizeof text, "%.*s", (int)(len - (size_t)(colon - host) - 1), colon + 1);
	if (colon && number_whole(text, 1, UINT16_MAX, &port))
		return (uint16_t)port;
	return strncmp(url, "https:", 6) == 0 ? 443 : 80;
}

/* One page, through a file that nobody else sees. */
static struct error read_fetched(const char *url, const char *folder, struct revoked *revoked,
                                 const char **ret_next)
{
	const struct fetch_limits limits = { .bytes = REVOKED_PAGE,
		                                 .total_ms = PAGE_TIME_MS,
		                                 .private_port = port_of_url(url) };
	char path[64];
	FILE *file = NULL;
	uint64_t bytes;

	snprintf(path, sizeof path, "%s/page", folder);
	struct error err = fetch_file(url, path, &limits, &bytes);
	if (err.code)
		return err;
	if (!(err = open_revocations(path, &file)).code) {
		err = revoked_read(revoked, file, ret_next);
		fclose(file);
	}
	unlink(path);
	return err;
}

/* Follows the list from the address on, page by page. */
static struct error read_pages(const char *url, const char *folder, struct revoked *revoked)
{
	char page[2 * URL_MOST];
	const char *next = NULL;
	size_t base = strcspn(url, "?#");

	if (strlen(url) > URL_MOST)
		return errorf(ERR_INVALID, "The address is too long.");
	snprintf(page, sizeof page, "%s", url);
	for (int pages = 0; pages < PAGES_MOST; pages++) {
		const char *before = next;
		struct error err = read_fetched(page, folder, revoked, &next);

		if (err.code || !next)
			return err;
		if (before && strcmp(before, next) == 0)
			break;
		snprintf(page, sizeof page, "%.*s?limit=100&cursor=%s", (int)base, url, next);
	}
	return errorf(ERR_INVALID, "The list of revocations does not end.");
}

static struct error read_url(const char *url, struct revoked *revoked)
{
	char folder[] = "/tmp/touchstone-revocations-XXXXXX";

	if (!mkdtemp(folder))
		return disk_error("release", "a folder for the list of revocations could not be made");
	struct error err = read_pages(url, folder, revoked);
	rmdir(folder);
	return err;
}

static bool is_address(const char *list)
{
	return strncmp(list, "http://", 7) == 0 || strncmp(list, "https://", 8) == 0;
}

/* ------------------------------------------------------------------ what is still there */

static struct error check_revoked(const char *folder, struct revoked *revoked, uint64_t *ret_there)
{
	FILE *labels = NULL;
	struct error err = changes_folder_labels(folder, &labels);

	if (err.code)
		return err;
	err = revoked_check(revoked, labels, stdout, ret_there);
	fclose(labels);
	return err;
}

int release_revoked(const char *folder, const char *list)
{
	struct revoked *revoked = revoked_new();
	uint64_t there = 0;
	struct error err = is_address(list) ? read_url(list, revoked) : read_saved(list, revoked);

	if (!err.code)
		err = check_revoked(folder, revoked, &there);
	size_t count = revoked_count(revoked);
	revoked_free(revoked);
	if (err.code)
		return failed(err);
	if (there == 0) {
		printf("%zu items were taken down, none of them is here\n", count);
		return EXIT_DONE;
	}
	fprintf(stderr,
	        "touchstone: %llu item(s) of %s were taken down since; use the revision, and delete "
	        "what is here of them\n",
	        (unsigned long long)there, folder);
	return EXIT_FAILED;
}
