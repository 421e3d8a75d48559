/* SPDX-License-Identifier: Apache-2.0 */
#include "ice/stun.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "unit/ice/check_client.h"

static struct gw_stun *stun;
static struct gw_address from;
static uint8_t request[512], answer[GW_STUN_ANSWER];
static size_t request_len, answer_len;

static int set_up(void **state)
{
    gw_address_parse(&from, "203.0.113.77", 12);
    from.port = 55604;
    return gw_stun_new(&stun);
}

static int tear_down(void **state)
{
    gw_stun_free(stun);
    return 0;
}

/* From an exact heap block, so that the sanitizer sees a read past the end. */
static enum gw_stun_verdict ask(const uint8_t *data, size_t len, const char *pwd, struct gw_stun_scan *scan)
{
    uint8_t *exact = malloc(len ? len : 1);
    enum gw_stun_verdict v = GW_STUN_BAD;

    memcpy(exact, data, len);
    answer_len = 0;
    if (!gw_stun_scan(scan, exact, len)) {
        v = gw_stun_answer(stun, scan, exact, len, pwd, &from, answer, &answer_len);
        scan->ufrag = NULL;
    }
    free(exact);
    return v;
}

static void browsers(void **state)
{
    static const struct {
        const char *name;
        bool use_candidate;
    } cases[] = {{"chromium", false}, {"firefox", true}};

    for (size_t i = 0; i < 2; i++) {
        struct gw_stun_scan scan;
        struct gw_address mapped;

        request_len = check_recorded(cases[i].name, request, sizeof(request));
        assert_int_equal(request_len, 96);
        assert_int_equal(gw_stun_scan(&scan, request, request_len), 0);
        assert_int_equal(scan.class, GW_STUN_REQUEST);
        assert_int_equal(scan.method, 1);
        assert_int_equal(scan.ufrag_len, 4);
        assert_memory_equal(scan.ufrag, "srvu", 4);
        assert_int_equal(scan.use_candidate, cases[i].use_candidate);
        assert_false(scan.controlled);
        assert_true(scan.has_priority);
        assert_int_equal(ask(request, request_len, RECORDED_PWD, &scan), GW_STUN_CHECK);
        assert_true(answer_len > 0 && answer_len <= request_len);
        assert_int_equal(check_answer(answer, answer_len, RECORDED_PWD, &mapped), 0);
        assert_true(gw_address_equal(&mapped, &from));
        assert_memory_equal(answer + 4, request + 4, 16); /* cookie and transaction */
        assert_int_equal(ask(request, request_len, "qppppppppppppppppppppppp", &scan), GW_STUN_INTEGRITY);
        assert_int_equal(answer_len, 0);
    }
}

static void ipv6(void **state)
{
    struct gw_stun_scan scan;
    struct gw_address mapped;

    assert_true(gw_address_parse(&from, "2001:db8::77", 12));
    from.port = 1;
    request_len = check_recorded("chromium", request, sizeof(request));
    assert_int_equal(ask(request, request_len, RECORDED_PWD, &scan), GW_STUN_CHECK);
    assert_true(answer_len <= request_len);
    assert_int_equal(check_answer(answer, answer_len, RECORDED_PWD, &mapped), 0);
    assert_true(gw_address_equal(&mapped, &from));
}

static void every_truncation_and_every_bit(void **state)
{
    struct gw_stun_scan scan;

    request_len = check_recorded("firefox", request, sizeof(request));
    for (size_t n = 0; n < request_len; n++) {
        assert_int_not_equal(ask(request, n, RECORDED_PWD, &scan), GW_STUN_CHECK);
        assert_int_equal(answer_len, 0);
    }
    for (size_t bit = 0; bit < request_len * 8; bit++) {
        request[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_int_not_equal(ask(request, request_len, RECORDED_PWD, &scan), GW_STUN_CHECK);
        assert_int_equal(answer_len, 0);
        request[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    assert_int_equal(ask(request, request_len, RECORDED_PWD, &scan), GW_STUN_CHECK);
}

static void role_conflict(void **state)
{
    struct check c = {RECORDED_UFRAG, RECORDED_PWD, "peer", .controlled = true, .priority = 5};
    struct gw_stun_scan scan;
    struct gw_address mapped;

    request_len = check_write(&c, request, sizeof(request));
    assert_int_equal(ask(request, request_len, RECORDED_PWD, &scan), GW_STUN_REFUSED);
    assert_int_equal(check_answer(answer, answer_len, RECORDED_PWD, &mapped), 487);
}

/* Puts an attribute behind everything: it is not covered by the integrity and must not count. */
static void nothing_after_the_integrity(void **state)
{
    static const uint8_t use_candidate[4] = {0x00, 0x25, 0x00, 0x00};
    struct gw_stun_scan scan;
    size_t fingerprint;

    request_len = check_recorded("chromium", request, sizeof(request));
    fingerprint = request_len - 8;
    memmove(request + fingerprint + 4, request + fingerprint, 8);
    memcpy(request + fingerprint, use_candidate, 4);
    request[3] += 4;
    assert_int_equal(gw_stun_scan(&scan, request, request_len + 4), GW_EPARSE);
    memmove(request + fingerprint, request + fingerprint + 4, 8);
    memcpy(request + fingerprint + 8, use_candidate, 4);
    assert_int_equal(gw_stun_scan(&scan, request, request_len + 4), GW_EPARSE);
}

static void other_kinds(void **state)
{
    struct gw_stun_scan scan;

    request_len = check_recorded("chromium", request, sizeof(request));
    request[1] = 0x11;
    assert_int_equal(ask(request, request_len, RECORDED_PWD, &scan), GW_STUN_BAD);
    assert_int_equal(scan.class, GW_STUN_INDICATION);
    request[0] = 0x01, request[1] = 0x01;
    assert_int_equal(gw_stun_scan(&scan, request, request_len), 0);
    assert_int_equal(scan.class, GW_STUN_SUCCESS);
    request[1] = 0x11;
    assert_int_equal(gw_stun_scan(&scan, request, request_len), 0);
    assert_int_equal(scan.class, GW_STUN_ERROR);
    request[0] = 0x3e, request[1] = 0xef;
    assert_int_equal(gw_stun_scan(&scan, request, request_len), 0);
    assert_int_equal(scan.method, 0xfff);
    assert_int_equal(scan.class, GW_STUN_REQUEST);
    request[0] = 0x80;
    assert_false(gw_stun_is(request, request_len));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(browsers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(ipv6, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_truncation_and_every_bit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(role_conflict, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_after_the_integrity, set_up, tear_down),
        cmocka_unit_test_setup_teardown(other_kinds, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
