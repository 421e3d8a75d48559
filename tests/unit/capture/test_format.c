/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/format.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uint16_t big16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static uint32_t host32(const uint8_t *at)
{
    uint32_t v;

    memcpy(&v, at, sizeof(v));
    return v;
}

static void a_file_begins_as_libpcap_says(void **state)
{
    uint8_t out[GW_PCAP_FILE_HEADER];

    gw_pcap_begin(out);
    assert_int_equal(host32(out), 0xa1b2c3d4);
    assert_int_equal(host32(out + 16), 65535);
    assert_int_equal(host32(out + 20), 1);
}

static void a_record_has_headers_that_add_up(void **state)
{
    const struct gw_captured c = {.incoming = true, .when = {1795326923, 71896000}, .len = 1100, .kept = 20};
    uint8_t out[GW_PCAP_BEFORE], *ip = out + GW_PCAP_RECORD_HEADER + 14;
    uint32_t sum = 0;

    gw_pcap_record(out, &c);
    assert_int_equal(host32(out), 1795326923);
    assert_int_equal(host32(out + 4), 71896);
    assert_int_equal(host32(out + 8), 42 + 20);
    assert_int_equal(host32(out + 12), 42 + 1100);
    assert_int_equal(big16(ip - 2), 0x0800);
    assert_int_equal(ip[0], 0x45);
    assert_int_equal(big16(ip + 2), 1128);
    for (int i = 0; i < 20; i += 2)
        sum += big16(ip + i);
    assert_int_equal((sum & 0xffff) + (sum >> 16), 0xffff);
    assert_memory_equal(ip + 12, "\xc0\x00\x02\x01\xc0\x00\x02\x02", 8);
    assert_int_equal(big16(ip + 20), 5004);
    assert_int_equal(big16(ip + 24), 1108);
    gw_pcap_record(out, &(struct gw_captured){.incoming = false, .len = 100, .kept = 100});
    assert_memory_equal(ip + 12, "\xc0\x00\x02\x02\xc0\x00\x02\x01", 8);
}

static void a_line_for_text2pcap(void **state)
{
    const struct gw_captured c = {.incoming = false, .when = {1795326923, 71896000}, .len = 4, .kept = 3};
    char *text, shape[200];
    size_t len;
    FILE *f = open_memstream(&text, &len);
    int h, m, s, us;

    gw_text2pcap_line(f, &c, (const uint8_t *)"\x80\xc8\x00\x06");
    gw_text2pcap_line(f, &(struct gw_captured){.incoming = true, .len = 2, .kept = 2}, (const uint8_t *)"\x80\x6f");
    fclose(f);
    assert_int_equal(sscanf(text, "O %d:%d:%d.%d 000000 80 c8 00 %s", &h, &m, &s, &us, shape), 5);
    assert_int_equal(us, 71896);
    assert_string_equal(shape, "RTCP");
    assert_non_null(strstr(text, "\nI "));
    assert_non_null(strstr(text, " 000000 80 6f RTP\n"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_begins_as_libpcap_says),
        cmocka_unit_test(a_record_has_headers_that_add_up),
        cmocka_unit_test(a_line_for_text2pcap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
