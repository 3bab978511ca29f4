/* SPDX-License-Identifier: Apache-2.0 */
#include "outside/smtp.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/lock.h"

#define CONNECT_MS 10000L
#define TOTAL_MS   30000L

#define HOST_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-"

/* What is behind "smtp://" or "smtps://"; NULL: it begins with neither. */
static const char *behind_scheme(const char *url)
{
	if (strncasecmp(url, "smtps://", 8) == 0)
		return url + 8;
	return strncasecmp(url, "smtp://", 7) == 0 ? url + 7 : NULL;
}

/* The bytes of a host's name or address; 0: it is none. */
static size_t host_len(const char *host)
{
	size_t len;

	if (*host != '[')
		return strspn(host, HOST_LETTERS);
	len = 1 + strspn(host + 1, "0123456789abcdefABCDEF:.");
	return host[len] == ']' ? len + 1 : 0;
}

bool smtp_url_is_good(const char *url)
{
	const char *host = behind_scheme(url);
	size_t len = host ? host_len(host) : 0;

	if (!len || strlen(url) > 300)
		return false;
	const char *port = host + len;
	return !*port || (*port == ':' && port[1] && strlen(port) <= 6 &&
	                  strspn(port + 1, "0123456789") == strlen(port + 1));
}

/* Is it an address of the loopback, by all of its letters? "127.example.org" is a name. */
static bool is_loopback_text(const char *host)
{
	struct in6_addr v6;
	struct in_addr v4;

	if (inet_pton(AF_INET, host, &v4) == 1)
		return ntohl(v4.s_addr) >> 24 == IN_LOOPBACKNET;
	return inet_pton(AF_INET6, host, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

bool smtp_is_this_machine(const char *url)
{
	const char *host = behind_scheme(url);
	char text[INET6_ADDRSTRLEN];
	size_t len = host_len(host);

	if (*host == '[') {
		host++;
		len -= 2;
	}
	if (len >= sizeof text)
		return false;
	memcpy(text, host, len);
	text[len] = '\0';
	return strcasecmp(text, "localhost") == 0 || is_loopback_text(text);
}

/* How much of the message has gone. */
struct smtp_passage {
	const struct smtp_message *message;
	size_t sent;
};

static size_t send_text(char *piece, size_t size, size_t count, void *arg)
{
	struct smtp_passage *passage = arg;
	size_t left = passage->message->text_len - passage->sent, room = size * count;
	size_t len = left < room ? left : room;

	memcpy(piece, passage->message->text + passage->sent, len);
	passage->sent += len;
	return len;
}

static void set_server(CURL *curl, const struct smtp_server *server)
{
	char url[400];

	snprintf(url, sizeof url, "%s/%s", server->url, server->hello);
	curl_easy_setopt(curl, CURLOPT_URL, url); /* it copies texts */
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_USE_SSL,
	                 smtp_is_this_machine(server->url) ? (long)CURLUSESSL_NONE
	                                                   : (long)CURLUSESSL_ALL);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
	if (server->ca_file)
		curl_easy_setopt(curl, CURLOPT_CAINFO, server->ca_file);
	if (server->user) {
		curl_easy_setopt(curl, CURLOPT_USERNAME, server->user);
		curl_easy_setopt(curl, CURLOPT_PASSWORD, server->password);
		curl_easy_setopt(curl, CURLOPT_SASL_IR, 1L);
	}
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, TOTAL_MS);
	curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, TOTAL_MS / 1000);
}

/* Those of 5xx that speak of our account or of encryption: the operator will see to it. */
static bool is_about_us(long answered)
{
	return answered == 530 || answered == 534 || answered == 535 || answered == 538;
}

/* The server's own words stay out of it: they may repeat what was sent. */
static struct error smtp_outcome(CURL *curl, CURLcode code)
{
	long answered = 0;

	if (code == CURLE_OK)
		return ok();
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answered);
	if (code == CURLE_LOGIN_DENIED || is_about_us(answered))
		return errorf(ERR_UNAVAILABLE, "The mail server does not take our credentials (%ld).",
		              answered);
	if (answered >= 500 && answered < 600)
		return errorf(ERR_INVALID, "The mail server refuses it for good (%ld).", answered);
	if (answered >= 400)
		return errorf(ERR_UNAVAILABLE, "The mail server refuses it for now (%ld).", answered);
	return errorf(ERR_UNAVAILABLE, "The mail server cannot be reached: %s.",
	              curl_easy_strerror(code));
}

static struct error smtp_perform(CURL *curl, struct curl_slist *to, struct smtp_passage *passage)
{
	curl_easy_setopt(curl, CURLOPT_MAIL_FROM, passage->message->from);
	curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to);
	curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(curl, CURLOPT_READFUNCTION, send_text);
	curl_easy_setopt(curl, CURLOPT_READDATA, passage);
	return smtp_outcome(curl, curl_easy_perform(curl));
}

struct error smtp_send(const struct smtp_server *server, const struct smtp_message *message)
{
	struct smtp_passage passage = { .message = message };

	lock_check("the mail server");
	curl_global_init(CURL_GLOBAL_DEFAULT); /* it counts how often */
	CURL *curl = curl_easy_init();
	struct curl_slist *to = curl_slist_append(NULL, message->to);
	struct error err = curl && to ? ok() : error_memory();
	if (!err.code) {
		set_server(curl, server);
		err = smtp_perform(curl, to, &passage);
	}
	curl_slist_free_all(to);
	curl_easy_cleanup(curl);
	curl_global_cleanup();
	return err;
}
