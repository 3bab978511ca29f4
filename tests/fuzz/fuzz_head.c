/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_head -- any bytes as what comes on a connection: heads and the bodies behind them.
 *
 * A head is the same whether it comes whole or by the byte; what has been read once reads the same
 * again; and a body ends in the same place however it is cut.
 */
#include "fuzz.h"

#include <string.h>

#include "http/framing.h"
#include "http/head.h"

#define BODY_MOST 65536

/* How many bytes the body takes, read in pieces; *ret_code is how it ended. */
static size_t follow(const char *bytes, size_t len, size_t piece, long long length,
					 enum error_code *ret_code, enum framing_place *ret_place)
{
	struct framing framing = framing_of(length, BODY_MOST);
	size_t at = 0;

	*ret_code = 0;
	while (at < len && framing.place != FRAMING_END) {
		size_t some = len - at < piece ? len - at : piece, taken = 0;
		struct error err = framing_follow(&framing, bytes + at, some, &taken);

		if ((*ret_code = err.code))
			break;
		must(taken <= some, "more was taken than there was");
		must(taken == some || framing.place == FRAMING_END, "it stopped in the middle");
		at += taken;
	}
	*ret_place = framing.place;
	return at;
}

static void check_body(const char *bytes, size_t len, long long length)
{
	enum error_code whole_code, piece_code;
	enum framing_place whole, piece;
	size_t at = follow(bytes, len, len + 1, length, &whole_code, &whole);
	size_t pieces = follow(bytes, len, 1, length, &piece_code, &piece);

	must(whole_code == piece_code && whole == piece, "a cut changes what a body is");
	must(whole_code || at == pieces, "a cut changes where a body ends");
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t len)
{
	char *whole = copy_of(bytes, len, false);
	struct head head = { 0 }, again = { 0 };
	struct error err = head_read(whole, len, &head);

	must(!err.code || *err.detail, "refused without a word");
	if (!err.code && head.len) {
		must(head.len <= len && head.len <= HEAD_ROOM, "the head is longer than it may be");
		must(!memchr(whole, 0, head.len), "a zero byte passed");
		must(memcmp(whole + head.len - 2, "\r\n", 2) == 0, "it does not end with a line");
		must(head.length >= CHUNKED, "a length below nothing");
		char *rest = copy_of((unsigned char *)whole, head.len, false);
		err = head_read(rest, head.len, &again);
		/* An address with its host becomes a path behind blanks, which nobody may send. */
		must(whole[strcspn(whole, " ") + 1] == ' ' ||
				 (!err.code && again.len == head.len && again.length == head.length &&
				  again.is_head == head.is_head && memcmp(rest, whole, head.len) == 0),
			 "read again, it is another");
		err = ok();
		free(rest);
		check_body(whole + head.len, len - head.len, head.length);
	}
	for (size_t cut = 0; !err.code && head.len && cut < head.len; cut++) {
		char *part = copy_of(bytes, cut, false);

		err = head_read(part, cut, &again);
		must(!err.code && !again.len, "a part of a sound head is not waited for");
		free(part);
	}
	free(whole);
	return 0;
}
