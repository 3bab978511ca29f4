/* SPDX-License-Identifier: Apache-2.0 */
#include "core/writer.h"

#include <errno.h>
#include <unistd.h>

#include "core/disk.h"

/* errno of the first write to standard output that failed; whoever holds its lock reads and writes
 * it. */
static int stdout_failed;

static ssize_t write_stdout(void *nothing, const char *bytes, size_t len)
{
	(void)nothing;
	if (!stdout_failed && !disk_write(STDOUT_FILENO, bytes, len))
		stdout_failed = errno;
	errno = stdout_failed;
	return stdout_failed ? 0 : (ssize_t)len;
}

bool writer_guard_stdout(void)
{
	FILE *out = fopencookie(NULL, "w", (cookie_io_functions_t){ .write = write_stdout });

	if (!out)
		return false;
	if (isatty(STDOUT_FILENO))
		setvbuf(out, NULL, _IOLBF, BUFSIZ);
	stdout = out;
	return true;
}

bool writer_flush(FILE *out)
{
	bool failed_before = ferror(out);

	if (fflush(out))
		return false;
	if (failed_before) /* elsewhere the reason is long gone */
		errno = out == stdout && stdout_failed ? stdout_failed : EIO;
	return !failed_before;
}

bool writer_close(FILE *out)
{
	bool written = writer_flush(out);
	int why = errno;
	bool closed = fclose(out) == 0;

	if (!written)
		errno = why;
	return written && closed;
}
