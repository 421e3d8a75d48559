/* SPDX-License-Identifier: Apache-2.0 */
#include "ice/candidate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"

/* What browsers, RFC 8839 §5.1 and RFC 6544 §4.5 write, and what we make of it. */
static const struct {
    const char *in, *out;
} lines[] = {
    {"candidate:2866164853 1 udp 2122260223 192.0.2.2 40180 typ host generation 0 ufrag 6j2v network-id 1",
     "2866164853 1 udp 2122260223 192.0.2.2 40180 typ host"},
    {"a=candidate:1 1 UDP 1694498815 192.0.2.3 45664 typ srflx raddr 10.0.1.1 rport 8998\r\n",
     "1 1 udp 1694498815 192.0.2.3 45664 typ srflx raddr 10.0.1.1 rport 8998"},
    {"0 1 UDP 2122187007 8e1cd6b5-4c1c-4f1b-9a0a-0f0d3f4ffb5c.local 52341 typ host",
     "0 1 udp 2122187007 8e1cd6b5-4c1c-4f1b-9a0a-0f0d3f4ffb5c.local 52341 typ host"},
    {"candidate:3 1 TCP 2105393407 fd00::2 9 typ host tcptype active",
     "3 1 tcp 2105393407 fd00::2 9 typ host tcptype active"},
    {"3 1 tcp 2128609279 10.0.1.1 9 typ srflx raddr 10.0.1.1 rport 9 tcptype so",
     "3 1 tcp 2128609279 10.0.1.1 9 typ srflx raddr 10.0.1.1 rport 9 tcptype so"},
    {"x/+y 2 udp 0 0.0.0.0 0 typ relay", "x/+y 2 udp 0 0.0.0.0 0 typ relay"},
    {"1 1 udp 1 10.0.0.1 5 typ srflx raddr abc.local rport 0", "1 1 udp 1 10.0.0.1 5 typ srflx"},
    {"1 1 udp 1 10.0.0.1 5 typ prflx tcptype passive", "1 1 udp 1 10.0.0.1 5 typ prflx"},
};

static void good(void **state)
{
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct gw_candidate c, again;
        char text[GW_CANDIDATE_TEXT];

        assert_true(gw_candidate_parse(&c, lines[i].in, strlen(lines[i].in)) > 0);
        assert_int_equal(gw_candidate_write(&c, text, sizeof(text)), strlen(lines[i].out));
        assert_string_equal(text, lines[i].out);
        assert_int_equal(gw_candidate_parse(&again, text, strlen(text)), strlen(text));
        assert_memory_equal(&again, &c, sizeof(c));
    }
}

static void bad(void **state)
{
    static const char *const texts[] = {
        "",
        "candidate:",
        "1 0 udp 1 10.0.0.1 5 typ host",
        "1 257 udp 1 10.0.0.1 5 typ host",
        "1 1 sctp 1 10.0.0.1 5 typ host",
        "1 1 udp 4294967296 10.0.0.1 5 typ host",
        "1 1 udp -1 10.0.0.1 5 typ host",
        "1 1 udp 1 10.0.0.1 65536 typ host",
        "1 1 udp 1 10.0.0.999 5 typ host",
        "1 1 udp 1 1234 5 typ host",
        "1 1 udp 1 10.0.0.1 5 type host",
        "1 1 udp 1 10.0.0.1 5 typ hosts",
        "1 1 tcp 1 10.0.0.1 5 typ host tcptype both",
        "1 1 udp 1 10.0.0.1 5 typ srflx raddr 1.2.3.4 rport x",
        "1\x01 1 udp 1 10.0.0.1 5 typ host",
        "1 1 udp 1 h\xc3\xa9.local 5 typ host",
        "1 1 udp 1 ../../etc 5 typ host",
        "123456789012345678901234567890123 1 udp 1 10.0.0.1 5 typ host",
        "completed",
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct gw_candidate c = {.component = 77};

        if (gw_candidate_parse(&c, texts[i], strlen(texts[i])) != GW_EPARSE)
            fail_msg("accepted: %s", texts[i]);
        assert_int_equal(c.component, 77);
    }
}

static void truncations(void **state)
{
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        for (size_t n = 0; n < strlen(lines[i].in); n++) {
            char *exact = malloc(n ? n : 1);
            struct gw_candidate c;

            memcpy(exact, lines[i].in, n);
            assert_true(gw_candidate_parse(&c, exact, n) <= (int)n);
            free(exact);
        }
}

static void too_long(void **state)
{
    char text[4096];
    struct gw_candidate c;

    memset(text, 'a', sizeof(text));
    assert_int_equal(gw_candidate_parse(&c, text, sizeof(text)), GW_EPARSE);
    strcpy(text, "1 1 udp 1 ");
    memset(text + 10, 'a', GW_CANDIDATE_NAME);
    strcpy(text + 10 + GW_CANDIDATE_NAME, " 5 typ host");
    assert_int_equal(gw_candidate_parse(&c, text, strlen(text)), GW_EPARSE);
    memmove(text + 10, text + 11, strlen(text + 10));
    assert_true(gw_candidate_parse(&c, text, strlen(text)) > 0);
    for (size_t n = 0; n < 40; n++)
        assert_int_equal(gw_candidate_write(&c, text, n), GW_ELIMIT);
}

static void priorities(void **state)
{
    /* RFC 8445 §5.1.2.1: host, component 1 */
    assert_int_equal(gw_candidate_priority(126, 65535), 2130706431u);
    assert_true(gw_candidate_priority(126, 0) > gw_candidate_priority(90, 65535));
}

static void mdns(void **state)
{
    struct gw_candidate c = {.name = "abc.LOCAL"};

    assert_true(gw_candidate_is_mdns(&c));
    strcpy(c.name, "abc.local.example.org");
    assert_false(gw_candidate_is_mdns(&c));
    strcpy(c.name, ".local");
    assert_false(gw_candidate_is_mdns(&c));
    c.name[0] = 0;
    assert_false(gw_candidate_is_mdns(&c));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good),     cmocka_unit_test(bad),        cmocka_unit_test(truncations),
        cmocka_unit_test(too_long), cmocka_unit_test(priorities), cmocka_unit_test(mdns),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
