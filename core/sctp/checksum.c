/* SPDX-License-Identifier: Apache-2.0 */
#include "sctp/checksum.h"

#include <string.h>

enum { FIELD = 8, AFTER = 12 /* ports and tag, sum, chunks */ };

#ifdef __x86_64__

bool gw_sctp_checksum_is_here(void)
{
    return __builtin_cpu_supports("sse4.2");
}

__attribute__((target("sse4.2"))) static uint32_t add(uint32_t sum, const uint8_t *data, size_t len)
{
    uint64_t wide = sum, word;

    for (; len >= 8; data += 8, len -= 8) {
        memcpy(&word, data, 8);
        wide = __builtin_ia32_crc32di(wide, word);
    }
    for (sum = (uint32_t)wide; len; len--)
        sum = __builtin_ia32_crc32qi(sum, *data++);
    return sum;
}

#else

bool gw_sctp_checksum_is_here(void)
{
    return false;
}

static uint32_t add(uint32_t sum, const uint8_t *data, size_t len)
{
    return sum;
}

#endif

/* As it stands in the packet. The field itself counts as zero. */
static uint32_t sum_of(const uint8_t *packet, size_t len)
{
    static const uint8_t zero[AFTER - FIELD];
    uint32_t sum = add(UINT32_MAX, packet, FIELD);

    return ~add(add(sum, zero, sizeof(zero)), packet + AFTER, len - AFTER);
}

void gw_sctp_checksum_put(uint8_t *packet, size_t len)
{
    uint32_t sum = sum_of(packet, len);

    memcpy(packet + FIELD, &sum, sizeof(sum));
}

bool gw_sctp_checksum_holds(const uint8_t *packet, size_t len)
{
    uint32_t sum;

    if (len < AFTER)
        return false;
    memcpy(&sum, packet + FIELD, sizeof(sum));
    return sum == sum_of(packet, len);
}
