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

struct followed {
	size_t taken, kept;
	enum error_code code;
	enum framing_place place;
	char *bytes; /* what is kept of the body */
};

/* The body, read in pieces. */
static struct followed follow(const char *bytes, size_t len, size_t piece, long long length)
{
	struct framing framing = framing_of(length, BODY_MOST);
	struct followed f = { .bytes = copy_of((const unsigned char *)bytes, len, false) };

	while (f.taken < len && framing.place != FRAMING_END) {
		size_t some = len - f.taken < piece ? len - f.taken : piece, taken = 0, kept = 0;
		struct error err = framing_follow(&framing, f.bytes + f.taken, some, &taken, &kept);

		if ((f.code = err.code))
			break;
		must(taken <= some && kept <= taken, "more was taken or kept than there was");
		must(taken == some || framing.place == FRAMING_END, "it stopped in the middle");
		memmove(f.bytes + f.kept, f.bytes + f.taken, kept);
		f.taken += taken;
		f.kept += kept;
	}
	f.place = framing.place;
	return f;
}

static void must_be_alike(struct followed a, struct followed b, const char *what)
{
	must(a.code == b.code && a.place == b.place && a.kept == b.kept, what);
	must(a.code || memcmp(a.bytes, b.bytes, a.kept) == 0, what);
}

static void check_body(const char *bytes, size_t len, long long length)
{
	struct followed whole = follow(bytes, len, len + 1, length),
					pieces = follow(bytes, len, 1, length);

	must(whole.code || whole.taken == pieces.taken, "a cut changes where a body ends");
	if (!whole.code && !pieces.code)
		must_be_alike(whole, pieces, "a cut changes what a body is");
	if (!whole.code && whole.place == FRAMING_END) {
		struct followed again = follow(whole.bytes, whole.kept, whole.kept + 1, length);

		must_be_alike(whole, again, "what is kept is another body");
		free(again.bytes);
	}
	must(whole.code == pieces.code && whole.place == pieces.place, "a cut changes what a body is");
	free(whole.bytes);
	free(pieces.bytes);
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
