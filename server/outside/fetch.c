/* SPDX-License-Identifier: Apache-2.0 */
#include "outside/fetch.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/disk.h"
#include "core/lock.h"
#include "core/log.h"

#define MAX_REDIRECTS 5
#define CONNECT_MS    10000L
#define SLOWEST_BYTES 1000L /* a second, on average over SLOWEST_FOR_S */
#define SLOWEST_FOR_S 30L
#define MAX_URL_BYTES 2048

struct download {
	const struct fetch_limits *limits;
	int fd;
	uint64_t bytes;
	bool too_large, refused;
	struct error disk; /* it did not take what came */
};

/* RFC 6890 and the registries after it: what is not the public Internet. */
static const struct {
	uint32_t network;
	unsigned bits;
} special_v4[] = {
	{ 0x00000000, 8 },  { 0x0a000000, 8 },  { 0x64400000, 10 }, { 0x7f000000, 8 },
	{ 0xa9fe0000, 16 }, { 0xac100000, 12 }, { 0xc0000000, 24 }, { 0xc0000200, 24 },
	{ 0xc0586300, 24 }, { 0xc0a80000, 16 }, { 0xc6120000, 15 }, { 0xc6336400, 24 },
	{ 0xcb007100, 24 }, { 0xe0000000, 3 }, /* multicast, reserved, broadcast */
	{ 0xa83f8110, 32 },                    /* what Azure tells its machines, at a public address */
};

static bool public_v4(uint32_t address)
{
	for (size_t i = 0; i < sizeof special_v4 / sizeof special_v4[0]; i++)
		if ((address ^ special_v4[i].network) >> (32 - special_v4[i].bits) == 0)
			return false;
	return true;
}

/*
 * Only 2000::/3 is handed out, so all else (loopback, link-local, unique local, IPv4 in
 * disguise, NAT64) is refused; within it, the tunnels that carry IPv4 addresses (ISATAP under any
 * prefix) and the range for documents.
 */
static bool public_v6(const unsigned char a[16])
{
	if ((a[0] & 0xe0) != 0x20)
		return false;
	if (a[0] == 0x20 && a[1] == 0x02) /* 6to4 */
		return false;
	if (a[0] == 0x20 && a[1] == 0x01 && (a[2] & 0xfe) == 0) /* Teredo, ORCHID and kin */
		return false;
	if (a[0] == 0x20 && a[1] == 0x01 && a[2] == 0x0d && a[3] == 0xb8)
		return false;
	if ((a[8] & 0xfd) == 0 && a[9] == 0 && a[10] == 0x5e && a[11] == 0xfe) /* ISATAP */
		return false;
	return !(a[0] == 0x3f && a[1] == 0xff && (a[2] & 0xf0) == 0);
}

bool fetch_address_public(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET) {
		struct sockaddr_in v4;
		memcpy(&v4, address, sizeof v4);
		return public_v4(ntohl(v4.sin_addr.s_addr));
	}
	if (address->sa_family == AF_INET6) {
		struct sockaddr_in6 v6;
		memcpy(&v6, address, sizeof v6);
		return public_v6(v6.sin6_addr.s6_addr);
	}
	return false;
}

static bool same_address(const struct sockaddr *one, const struct sockaddr *other)
{
	if (!one || one->sa_family != other->sa_family)
		return false;
	if (one->sa_family == AF_INET)
		return memcmp(&((const struct sockaddr_in *)(const void *)one)->sin_addr,
		              &((const struct sockaddr_in *)(const void *)other)->sin_addr,
		              sizeof(struct in_addr)) == 0;
	return one->sa_family == AF_INET6 &&
	       memcmp(&((const struct sockaddr_in6 *)(const void *)one)->sin6_addr,
	              &((const struct sockaddr_in6 *)(const void *)other)->sin6_addr,
	              sizeof(struct in6_addr)) == 0;
}

bool fetch_address_own(const struct sockaddr *address)
{
	struct ifaddrs *all;
	bool own = false;

	if (getifaddrs(&all))
		return true; /* nobody knows, so it might be */
	for (const struct ifaddrs *one = all; one && !own; one = one->ifa_next)
		own = same_address(one->ifa_addr, address);
	freeifaddrs(all);
	return own;
}

static bool may_connect(const struct fetch_limits *limits, const struct sockaddr *to)
{
	struct sockaddr_in v4;

	if (fetch_address_public(to))
		return !fetch_address_own(to);
	if (!limits->private_port || to->sa_family != AF_INET)
		return false;
	memcpy(&v4, to, sizeof v4);
	return ntohs(v4.sin_port) == limits->private_port;
}

/* Called with each address that curl is about to connect to, redirects' ones too. */
static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct download *download = arg;

	(void)purpose;
	if (!may_connect(download->limits, &to->addr)) {
		download->refused = true;
		return CURL_SOCKET_BAD;
	}
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

static size_t write_piece(char *piece, size_t size, size_t count, void *arg)
{
	struct download *download = arg;
	size_t len = size * count;

	if (download->bytes + len > download->limits->bytes) {
		download->too_large = true;
		return 0;
	}
	if (!disk_write(download->fd, piece, len)) {
		download->disk = disk_error("fetch", "the file could not be written");
		return 0;
	}
	download->bytes += len;
	return len;
}

static void start_curl(void)
{
	curl_global_init(CURL_GLOBAL_DEFAULT);
}

static void set_options(CURL *curl, const char *url, struct download *download)
{
	const struct fetch_limits *limits = download->limits;

	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "touchstone");
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
	curl_easy_setopt(curl, CURLOPT_MAXREDIRS, (long)MAX_REDIRECTS);
	curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)limits->total_ms);
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, SLOWEST_BYTES);
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, SLOWEST_FOR_S);
	curl_easy_setopt(curl, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)limits->bytes);
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, download);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, write_piece);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, download);
}

/* What a failed transfer means to whoever gave us the address. */
static struct error fetch_explain(CURL *curl, CURLcode code, const struct download *download)
{
	long status = 0;

	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	if (download->refused)
		return errorf(ERR_INVALID, "the address leads into a private network");
	if (download->too_large || code == CURLE_FILESIZE_EXCEEDED)
		return errorf(ERR_TOO_LARGE, "the file is larger than %llu bytes, the limit",
		              (unsigned long long)download->limits->bytes);
	if (download->disk.code)
		return download->disk;
	if (code == CURLE_HTTP_RETURNED_ERROR && (status >= 500 || status == 429))
		return errorf(ERR_UNAVAILABLE, "its server answered %ld; try again later", status);
	if (code == CURLE_HTTP_RETURNED_ERROR)
		return errorf(ERR_INVALID, "its server answered %ld", status);
	if (code == CURLE_UNSUPPORTED_PROTOCOL)
		return errorf(ERR_INVALID, "only http and https addresses can be fetched");
	if (code == CURLE_URL_MALFORMAT || code == CURLE_LOGIN_DENIED)
		return errorf(ERR_INVALID, "this is not an address that can be fetched");
	if (code == CURLE_TOO_MANY_REDIRECTS)
		return errorf(ERR_INVALID, "the address redirects more than %d times", MAX_REDIRECTS);
	return errorf(ERR_UNAVAILABLE, "the download failed: %s", curl_easy_strerror(code));
}

static struct error fetch_transfer(const char *url, struct download *download)
{
	CURL *curl = curl_easy_init();
	struct error err = ok();

	if (!curl)
		return errorf(ERR_INTERNAL, "the download could not be prepared");
	set_options(curl, url, download);
	CURLcode code = curl_easy_perform(curl);
	if (code != CURLE_OK)
		err = fetch_explain(curl, code, download);
	else if (download->bytes == 0)
		err = errorf(ERR_INVALID, "its server sent an empty file");
	curl_easy_cleanup(curl);
	return err;
}

struct error fetch_file(const char *url, const char *path, const struct fetch_limits *limits,
                        uint64_t *ret_bytes)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct download download = { .limits = limits };
	struct error err;

	lock_check("a download");
	if (strncasecmp(url, "http://", 7) != 0 && strncasecmp(url, "https://", 8) != 0)
		return errorf(ERR_INVALID, "only http and https addresses can be fetched");
	if (strlen(url) > MAX_URL_BYTES)
		return errorf(ERR_INVALID, "the address is longer than %d characters", MAX_URL_BYTES);
	pthread_once(&once, start_curl);
	download.fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (download.fd < 0)
		return disk_error("fetch", "the file could not be written");
	err = fetch_transfer(url, &download);
	if (close(download.fd) && !err.code)
		err = disk_error("fetch", "the file could not be written");
	if (err.code) {
		unlink(path);
		return err;
	}
	*ret_bytes = download.bytes;
	return ok();
}
