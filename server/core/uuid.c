/* SPDX-License-Identifier: Apache-2.0 */
#include "core/uuid.h"

#include <string.h>
#include <uuid/uuid.h>

bool uuid_from_text(unsigned char uuid[UUID_BYTES], const char *text)
{
	return strlen(text) == UUID_TEXT - 1 && uuid_parse(text, uuid) == 0;
}

void uuid_to_text(char text[UUID_TEXT], const unsigned char uuid[UUID_BYTES])
{
	uuid_unparse_lower(uuid, text);
}

void uuid_random(unsigned char uuid[UUID_BYTES])
{
	uuid_generate_random(uuid); /* version 4 */
}

void uuid_ordered(unsigned char uuid[UUID_BYTES], int64_t now_us, struct random *random)
{
	int64_t now_ms = now_us / 1000, part = now_us % 1000 * 4096 / 1000; /* of the millisecond */
	uint32_t rest[2] = { random_u32(random), random_u32(random) };

	for (int i = 0; i < 6; i++)
		uuid[i] = (unsigned char)(now_ms >> (40 - 8 * i));
	uuid[6] = (unsigned char)(0x70 | part >> 8); /* version 7 */
	uuid[7] = (unsigned char)part;
	memcpy(uuid + 8, rest, sizeof rest);
	uuid[8] = (unsigned char)((uuid[8] & 0x3f) | 0x80); /* RFC 9562 variant */
}
