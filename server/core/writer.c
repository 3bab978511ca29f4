/* SPDX-License-Identifier: Apache-2.0 */
#include "core/writer.h"

#include <errno.h>

bool writer_flush(FILE *out)
{
	bool failed_before = ferror(out);

	if (fflush(out))
		return false;
	if (failed_before)
		errno = EIO; /* the reason is long gone */
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
