/* SPDX-License-Identifier: Apache-2.0 */
#include "api/file_form.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "api/api.h"
#include "core/disk.h"
#include "corpus/upload.h"
#include "store/store.h"

#define PARTS_MOST 8

struct error file_form_begin(struct request *req)
{
	char folder[PATH_MAX], path[PATH_MAX + 16];
	struct error err = store_scratch(api.store, folder);

	if (err.code)
		return err;
	snprintf(path, sizeof path, "%s/raw-XXXXXX", folder);
	int fd = mkostemp(path, O_CLOEXEC);
	err = fd < 0 ? disk_error("uploads", "the file could not be stored") : ok();
	store_scratch_remove(api.store, folder);
	req->spool = fd;
	return err;
}

struct error file_form_whole(struct request *req, bool spooled, struct form_bytes *ret)
{
	struct stat info;

	if (!spooled) {
		*ret = (struct form_bytes){ .bytes = req->body, .len = req->body_len };
		return ok();
	}
	struct error err = upload_append(req->spool, req->body, req->body_len);
	if (err.code)
		return err;
	if (fstat(req->spool, &info))
		return disk_error("uploads", "the file could not be read");
	size_t len = (size_t)info.st_size;
	void *bytes = mmap(NULL, len, PROT_READ, MAP_PRIVATE, req->spool, 0);
	if (bytes == MAP_FAILED)
		return error_memory();
	*ret = (struct form_bytes){ .bytes = bytes, .len = len, .mapped = bytes };
	return ok();
}

void file_form_end(struct form_bytes *form)
{
	if (form->mapped)
		munmap(form->mapped, form->len);
}

/* NULL: the form has no such part. */
static struct multipart_part *part_named(struct file_parts *parts, const char *name)
{
	return strcmp(name, "file") == 0       ? &parts->file
	       : strcmp(name, "metadata") == 0 ? &parts->metadata
	                                       : NULL;
}

static struct error not_these_parts(void)
{
	return errorf(ERR_INVALID, "The form has one part `file` and one part `metadata`.");
}

static struct error read_parts(struct multipart *multipart, struct file_parts *parts)
{
	struct multipart_part part;
	bool found = true;
	struct error err;

	for (int n = 0; n < PARTS_MOST; n++) {
		if ((err = multipart_next(multipart, &part, &found)).code || !found)
			return err;
		struct multipart_part *to = part_named(parts, part.name);
		if (!to || to->bytes)
			return not_these_parts();
		*to = part;
	}
	return not_these_parts();
}

struct error file_form_read(struct request *req, const struct form_bytes *form,
                            struct file_parts *ret)
{
	struct file_parts parts = { 0 };
	struct multipart multipart;
	const char *type = request_header(req, "Content-Type");
	struct error err = multipart_begin(&multipart, type, form->bytes, form->len);

	if (err.code || (err = read_parts(&multipart, &parts)).code)
		return err;
	if (!parts.file.bytes || !parts.metadata.bytes)
		return not_these_parts();
	if (!parts.file.len)
		return errorf(ERR_INVALID, "The file is empty.");
	if (parts.metadata.len > MAX_BODY)
		return errorf(ERR_TOO_LARGE, "At most %d bytes of metadata, please.", MAX_BODY);
	*ret = parts;
	return ok();
}
