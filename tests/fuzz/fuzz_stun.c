/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Datagrams into the STUN responder. An even first byte: the rest is the datagram. An odd one: the rest is the
 * attributes of a request whose header, integrity and fingerprint are made right here, so that what lies behind the
 * password is reached too.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/cursor.h"
#include "ice/stun.h"

#define PWD "pppppppppppppppppppppppp"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static uint32_t crc32_of(const uint8_t *data, size_t len)
{
    uint32_t crc = 0xffffffff;

    for (size_t i = 0; i < len; i++) {
        crc ^= data[i];
        for (int k = 0; k < 8; k++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
    }
    return ~crc;
}

/* Returns a heap block of *len bytes. */
static uint8_t *signed_request(const uint8_t *attributes, size_t n, size_t *len)
{
    uint8_t *m;
    unsigned mac = 20;

    n = (n > 1200 ? 1200 : n) & ~(size_t)3;
    *len = 20 + n + 24 + 8;
    m = calloc(1, *len);
    if (!m)
        abort();
    gw_put_u16(m, 0x0001);
    gw_put_u32(m + 4, 0x2112a442);
    if (n)
        memcpy(m + 20, attributes, n);
    gw_put_u16(m + 2, (uint16_t)(n + 24));
    gw_put_u32(m + 20 + n, 0x00080014);
    HMAC(EVP_sha1(), PWD, sizeof(PWD) - 1, m, 20 + n, m + 24 + n, &mac);
    gw_put_u16(m + 2, (uint16_t)(n + 32));
    gw_put_u32(m + 44 + n, 0x80280004);
    gw_put_u32(m + 48 + n, crc32_of(m, 44 + n) ^ 0x5354554e);
    return m;
}

static void look(const uint8_t *data, size_t len)
{
    static struct gw_stun *stun;
    uint8_t answer[GW_STUN_ANSWER];
    struct gw_address from;
    struct gw_stun_scan scan;
    enum gw_stun_verdict verdict;
    size_t answer_len;

    if (!stun && gw_stun_new(&stun))
        abort();
    if (gw_stun_scan(&scan, data, len))
        return;
    if (scan.ufrag && (scan.ufrag < data + 24 || scan.ufrag + scan.ufrag_len >= data + len))
        abort();
    gw_address_parse(&from, "2001:db8::1", 11);
    verdict = gw_stun_answer(stun, &scan, data, len, PWD, &from, answer, &answer_len);
    if (answer_len > sizeof(answer) || (verdict == GW_STUN_CHECK) > (answer_len > 0))
        abort();
    if ((verdict == GW_STUN_BAD || verdict == GW_STUN_INTEGRITY) && answer_len)
        abort();
    if (answer_len && !gw_stun_is(answer, answer_len))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    uint8_t *m;
    size_t n;

    if (!len)
        return 0;
    if (data[0] & 1) {
        m = signed_request(data + 1, len - 1, &n);
    } else {
        n = len - 1;
        m = malloc(n ? n : 1);
        if (!m)
            abort();
        memcpy(m, data + 1, n);
    }
    look(m, n);
    free(m);
    return 0;
}
