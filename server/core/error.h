/* SPDX-License-Identifier: Apache-2.0 */
/*
 * error -- the one way a function says "I could not".
 *
 * A fallible function returns `struct error` by value; `code == OK` means it
 * worked.  The text is inside the struct, so an error has no owner and is
 * never freed.  `detail` is shown to the client: write it for them, say what to
 * do, and never put SQL, paths or secrets in it.  What only operators may see
 * goes to log_*().
 *
 * A refusal that a client may want to act upon has a reason beside its code (core/reason.h).
 *
 * http/problem.c turns an error into an RFC 9457 problem+json document, and is
 * the only place that knows HTTP status numbers for errors.
 */
#ifndef CORE_ERROR_H
#define CORE_ERROR_H

#include "core/reason.h"

enum __attribute__((packed)) error_code {
	OK,
	ERR_MALFORMED,   /* cannot be read at all: not JSON, a bad header */
	ERR_INVALID,     /* readable, but breaks a rule; `pointer` names the field */
	ERR_NOBODY,      /* we do not know who is asking */
	ERR_FORBIDDEN,   /* we know, and it is not allowed */
	ERR_NOT_FOUND,   /* no such thing, or not yours to see */
	ERR_METHOD,      /* the thing exists, but not for this method */
	ERR_CONFLICT,    /* valid, but clashes with current state */
	ERR_GONE,        /* was there, has expired */
	ERR_TOO_LARGE,   /* over a limit of size */
	ERR_TYPE,        /* a content type we do not read */
	ERR_RANGE,       /* a part of a file that it does not have */
	ERR_TOO_MANY,    /* this client asks too often */
	ERR_UNAVAILABLE, /* try again later: queue full, database down */
	ERR_DISK,        /* the disk is full, read-only or failing: so it will be for what comes next */
	ERR_TARGET_LONG, /* the request line is */
	ERR_HEAD_LARGE,  /* the headers are */
	ERR_MISDIRECTED, /* to a host that we are not */
	ERR_VERSION,     /* of HTTP, another than ours */
	ERR_CONDITION,   /* asked for only if something is so, and it is not */
	ERR_UNSUPPORTED, /* a feature of HTTP that we do not speak */
	ERR_INTERNAL,    /* our fault; detail is logged, not shown */
	ERROR_CODES      /* how many there are; keep last */
};

struct error {
	enum error_code code;
	enum reason reason;     /* REASON_DEFAULT: the code's own */
	unsigned retry_after_s; /* 0: the code's own default */
	char pointer[56];       /* RFC 6901 pointer to the field at fault, or "" */
	char detail[192];
};

#define MUST_CHECK __attribute__((warn_unused_result))

static inline struct error ok(void)
{
	return (struct error){ .code = OK };
}

/* Makes an error; `detail` is cut to fit. */
struct error errorf(enum error_code code, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Makes an ERR_INVALID that names the field at fault: error_field("/confidence", "must be ..."). */
struct error error_field(const char *pointer, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Makes an error of a reason's code, with its default sentence or another.  Aborts where there is
 * no such reason.
 */
struct error error_because(enum reason reason);
struct error errorf_because(enum reason reason, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* What a client is told an error's reason by, as core/reason.h lists it.  Not of OK. */
const char *error_reason(const struct error *err);
const char *error_title(const struct error *err);

/* ERR_UNAVAILABLE: there is no memory for what was asked, by no fault of whoever asks. */
struct error error_memory(void);

/* clang-tidy reads one file at a time: tell it that an error's code is the one given. */
#ifdef __clang_analyzer__
static inline struct error error_told(enum error_code code, struct error err)
{
	err.code = code;
	return err;
}
#define errorf(code, ...) error_told(code, (errorf)(code, __VA_ARGS__))
#define error_field(...)  error_told(ERR_INVALID, (error_field)(__VA_ARGS__))
static inline struct error error_told_some(struct error err)
{
	if (!err.code)
		__builtin_unreachable();
	return err;
}
#define error_because(reason)       error_told_some((error_because)(reason))
#define errorf_because(reason, ...) error_told_some((errorf_because)(reason, __VA_ARGS__))
#endif

#endif
