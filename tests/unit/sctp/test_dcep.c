/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "sctp/dcep.h"

/* As Chromium opens createDataChannel("chat", {ordered: false, maxRetransmits: 3, protocol: "json"}). */
static const uint8_t sample[] = {3, 0x81, 1, 0, 0, 0, 0, 3, 0, 4, 0, 4, 'c', 'h', 'a', 't', 'j', 's', 'o', 'n'};

static void parses_an_open(void **state)
{
    struct gw_dcep d;

    assert_int_equal(gw_dcep_parse(&d, sample, sizeof(sample)), sizeof(sample));
    assert_int_equal(d.type, GW_DCEP_OPEN);
    assert_true(d.unordered);
    assert_int_equal(d.reliability, GW_MAX_RETRANSMITS);
    assert_int_equal(d.limit, 3);
    assert_int_equal(d.priority, 256);
    assert_string_equal(d.label, "chat");
    assert_string_equal(d.protocol, "json");
}

static void parses_an_ack(void **state)
{
    struct gw_dcep d;

    assert_int_equal(gw_dcep_parse(&d, (const uint8_t *)"\x02", 1), 1);
    assert_int_equal(d.type, GW_DCEP_ACK);
}

static void refuses_every_truncation(void **state)
{
    struct gw_dcep d;

    for (size_t n = 0; n < sizeof(sample); n++) {
        uint8_t *cut = malloc(n ? n : 1); /* so that a sanitizer sees a read too far */

        memcpy(cut, sample, n);
        assert_int_equal(gw_dcep_parse(&d, cut, n), GW_EPARSE);
        free(cut);
    }
}

static void refuses_what_it_does_not_know(void **state)
{
    uint8_t data[sizeof(sample)];
    struct gw_dcep d;

    memcpy(data, sample, sizeof(data));
    data[0] = 1;
    assert_int_equal(gw_dcep_parse(&d, data, sizeof(data)), GW_EPARSE);
    data[0] = 3;
    for (int type = 0; type < 256; type++) {
        data[1] = (uint8_t)type;
        assert_int_equal(gw_dcep_parse(&d, data, sizeof(data)) > 0, (type & 0x7f) <= 2);
    }
}

static void cuts_long_texts_at_a_character(void **state)
{
    uint8_t data[12 + 300 + 200] = {3};
    struct gw_dcep d;

    data[8] = 300 >> 8;
    data[9] = 300 & 255;
    data[11] = 200;
    for (int i = 0; i < 150; i++)
        memcpy(data + 12 + 2 * i, "\xc3\xa4", 2);
    memset(data + 312, 'p', 200);
    assert_int_equal(gw_dcep_parse(&d, data, sizeof(data)), sizeof(data));
    assert_int_equal(strlen(d.label), 126); /* 127 would halve one */
    assert_int_equal(strlen(d.protocol), 63);
}

static void text_keeps_what_fits(void **state)
{
    char out[4];

    gw_dcep_text(out, sizeof(out), "abc", 3);
    assert_string_equal(out, "abc");
    gw_dcep_text(out, sizeof(out), "abcd", 4);
    assert_string_equal(out, "abc");
    gw_dcep_text(out, sizeof(out), "\xe2\x82\xac\xe2\x82\xac", 6);
    assert_string_equal(out, "\xe2\x82\xac");
    gw_dcep_text(out, sizeof(out), "a\xe2\x82\xac", 4);
    assert_string_equal(out, "a");
    gw_dcep_text(out, sizeof(out), "\x80\x80\x80\x80\x80", 5);
    assert_string_equal(out, "");
}

static void writes_what_it_parses(void **state)
{
    uint8_t out[GW_DCEP_OPEN_MAX];
    struct gw_dcep d = {.type = GW_DCEP_ACK};

    assert_int_equal(gw_dcep_write(out, &d), 1);
    assert_int_equal(out[0], 2);
    assert_true(gw_dcep_parse(&d, sample, sizeof(sample)) > 0);
    assert_int_equal(gw_dcep_write(out, &d), sizeof(sample));
    assert_memory_equal(out, sample, sizeof(sample));
    memset(d.label, 'l', GW_DCEP_LABEL);
    memset(d.protocol, 'p', GW_DCEP_PROTOCOL);
    assert_int_equal(gw_dcep_write(out, &d), GW_DCEP_OPEN_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses_an_open),
        cmocka_unit_test(parses_an_ack),
        cmocka_unit_test(refuses_every_truncation),
        cmocka_unit_test(refuses_what_it_does_not_know),
        cmocka_unit_test(cuts_long_texts_at_a_character),
        cmocka_unit_test(text_keeps_what_fits),
        cmocka_unit_test(writes_what_it_parses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
