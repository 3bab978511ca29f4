/* SPDX-License-Identifier: Apache-2.0 */
#include "core/error.h"

#include <stdarg.h>
#include <stdio.h>

struct error(errorf)(enum error_code code, const char *format, ...)
{
	struct error err = { .code = code };
	va_list args;

	va_start(args, format);
	vsnprintf(err.detail, sizeof err.detail, format, args);
	va_end(args);
	return err;
}

struct error(error_field)(const char *pointer, const char *format, ...)
{
	struct error err = { .code = ERR_INVALID };
	va_list args;

	snprintf(err.pointer, sizeof err.pointer, "%s", pointer);
	va_start(args, format);
	vsnprintf(err.detail, sizeof err.detail, format, args);
	va_end(args);
	return err;
}
