/* SPDX-License-Identifier: Apache-2.0 */
/* notice_body -- reads what somebody reports. */
#ifndef API_NOTICE_BODY_H
#define API_NOTICE_BODY_H

#include <jansson.h>

#include "core/error.h"

struct notice_request;
struct request;

/* One whose target is a file (TARGET_FILE) names nothing else. ERR_INVALID names the field. */
struct error notice_body_read(struct request *req, const json_t *object,
                              struct notice_request *notice) MUST_CHECK;

#endif
