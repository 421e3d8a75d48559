/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "describe.h"

static void rids_of_both_browsers(void **state)
{
    static const char *const names[] = {"chromium-simulcast", "firefox-simulcast"};

    for (int i = 0; i < 2; i++) {
        struct gw_sdp *s = describe_fixture(names[i]);
        struct gw_sdp_rids r;

        gw_sdp_read_rids(&s->media[1], &r);
        assert_int_equal(r.n, 3);
        assert_string_equal(r.rid[0].id, "q");
        assert_string_equal(r.rid[1].id, "h");
        assert_string_equal(r.rid[2].id, "f");
        assert_false(r.legacy || r.rid[0].paused);
        gw_sdp_read_rids(&s->media[0], &r);
        assert_int_equal(r.n, 0);
        gw_sdp_free(s);
    }
}

static void rids_paused_legacy_and_strange(void **state)
{
    struct gw_sdp *s = describe("m=video 9 X 96\r\na=rid:a send pt=96;max-width=9\r\na=rid:b recv\r\na=rid:c send\r\n"
                                "a=rid:c send\r\na=rid:abcdefghijklmnopq send\r\na=rid:d send\r\na=rid:e send\r\n"
                                "a=simulcast:recv b send a;~c,d\r\n"
                                "m=video 9 X 96\r\na=rid:hi send\r\na=rid:lo send\r\na=simulcast: send rid=hi;~lo\r\n"
                                "m=video 9 X 96\r\na=rid:hi send\r\n"
                                "m=video 9 X 96\r\na=rid:hi send\r\na=simulcast:recv hi\r\n"
                                "m=video 9 X 96\r\na=simulcast:send\r\n");
    struct gw_sdp_rids r;

    gw_sdp_read_rids(&s->media[0], &r);
    assert_int_equal(r.n, 3); /* no more than three, each once */
    assert_string_equal(r.rid[0].id, "a");
    assert_string_equal(r.rid[1].id, "c");
    assert_true(r.rid[1].paused);
    assert_string_equal(r.rid[2].id, "d");
    assert_false(r.rid[0].paused || r.rid[2].paused);
    gw_sdp_read_rids(&s->media[1], &r);
    assert_int_equal(r.n, 2);
    assert_true(r.legacy && r.rid[1].paused && !r.rid[0].paused);
    for (int i = 2; i < 5; i++) {
        gw_sdp_read_rids(&s->media[i], &r);
        assert_int_equal(r.n, 0);
    }
    gw_sdp_free(s);
}

static void ssrcs_of_one_stream(void **state)
{
    struct gw_sdp *s = describe_fixture("chromium-all");
    struct gw_sdp_ssrcs g;

    gw_sdp_read_ssrcs(&s->media[0], &g);
    assert_int_equal(g.n, 1);
    assert_int_equal(g.ssrc[0], 1066585564);
    assert_int_equal(g.rtx[0], 0);
    gw_sdp_read_ssrcs(&s->media[1], &g);
    assert_int_equal(g.n, 1);
    assert_int_equal(g.ssrc[0], 3438800059u);
    assert_int_equal(g.rtx[0], 1568078421);
    assert_false(g.simulcast);
    gw_sdp_read_ssrcs(&s->media[2], &g);
    assert_int_equal(g.n, 0);
    gw_sdp_free(s);
}

static void ssrcs_of_a_sim_group(void **state)
{
    struct gw_sdp *s =
        describe("m=video 9 X 96\r\na=ssrc-group:FID 1 11\r\na=ssrc-group:SIM 3 2 1 4\r\na=ssrc-group:FID 2 22\r\n"
                 "a=ssrc-group:FID 3\r\na=ssrc-group:FID 9 99\r\n"
                 "m=video 9 X 96\r\na=ssrc-group:SIM 0 1\r\na=ssrc:0 cname:x\r\na=ssrc:7 cname:x\r\n");
    struct gw_sdp_ssrcs g;

    gw_sdp_read_ssrcs(&s->media[0], &g);
    assert_int_equal(g.n, 3);
    assert_true(g.simulcast);
    assert_int_equal(g.ssrc[0], 3);
    assert_int_equal(g.ssrc[2], 1);
    assert_int_equal(g.rtx[0], 0);
    assert_int_equal(g.rtx[1], 22);
    assert_int_equal(g.rtx[2], 11);
    gw_sdp_read_ssrcs(&s->media[1], &g);
    assert_int_equal(g.n, 1);
    assert_int_equal(g.ssrc[0], 7);
    gw_sdp_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rids_of_both_browsers),
        cmocka_unit_test(rids_paused_legacy_and_strange),
        cmocka_unit_test(ssrcs_of_one_stream),
        cmocka_unit_test(ssrcs_of_a_sim_group),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
