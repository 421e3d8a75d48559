/* SPDX-License-Identifier: Apache-2.0 */
#include "rtcp/rtcp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/vectors.h"

/* From a browser: SR, SDES, XR with DLRR for two sources. */
static const char compound[] = "80c800061499fe47eeb03530f45d206ca1209744000000cc0002d715"
                               "81ca00061499fe4701106631657a543044685931436a497377460000"
                               "80cf00081499fe4705000006fa17fa17352fd05c000123790000000135309c5300005683";
/* From a browser: RR with two blocks, XR with a receiver reference time. */
static const char reports[] =
    "82c9000d00000001d673d584000000000000612b00000270352fc05c000013cf"
    "1499fe47000000000000375b000000f4352fc05c000013cf80cf00040000000104000002eeb0352fd45d95dd";

static struct gw_rtcp_packet packet_at(const struct vector *v, unsigned i)
{
    struct gw_rtcp_packet p;
    struct gw_rtcp_iter it;

    gw_rtcp_begin(&it, v->data, v->len);
    do
        assert_true(gw_rtcp_next(&it, &p));
    while (i--);
    return p;
}

static void reads_sender_report(void **state)
{
    struct vector v = vector_from_hex(compound);
    struct gw_rtcp_packet p = packet_at(&v, 0);
    struct gw_rtcp_report b;
    struct gw_rtcp_sr sr;
    uint32_t ssrc;

    assert_int_equal(gw_rtcp_check(v.data, v.len), 0);
    assert_int_equal(p.type, GW_RTCP_SR);
    assert_int_equal(gw_rtcp_read_sr(&p, &sr), 0);
    assert_true(sr.ssrc == 0x1499fe47);
    assert_true(sr.ntp == UINT64_C(0xeeb03530f45d206c));
    assert_true(sr.rtp_timestamp == 0xa1209744);
    assert_int_equal(sr.packets, 0xcc);
    assert_int_equal(sr.octets, 0x2d715);
    assert_int_equal(gw_rtcp_read_report(&p, 0, &b), GW_EPARSE);
    assert_int_equal(gw_rtcp_read_rr(&p, &ssrc), GW_EPARSE);
    free(v.data);
}

static void reads_canonical_name(void **state)
{
    struct vector v = vector_from_hex(compound);
    struct gw_rtcp_packet p = packet_at(&v, 1);
    const char *cname;
    uint32_t ssrc;
    size_t len;

    assert_int_equal(gw_rtcp_read_cname(&p, 0, &ssrc, &cname, &len), 0);
    assert_true(ssrc == 0x1499fe47);
    assert_int_equal(len, 16);
    assert_memory_equal(cname, "f1ezT0DhY1CjIswF", 16);
    assert_int_equal(gw_rtcp_read_cname(&p, 1, &ssrc, &cname, &len), GW_EPARSE);
    free(v.data);
}

static void reads_second_chunk(void **state)
{
    /* a chunk with a note alone (type 7), then one with a name */
    struct vector v = vector_from_hex("82ca0005 00000001 07026869 00000000 00000002 01026869 ");
    struct gw_rtcp_packet p;
    const char *cname;
    uint32_t ssrc;
    size_t len;

    p = packet_at(&v, 0);
    assert_int_equal(gw_rtcp_read_cname(&p, 0, &ssrc, &cname, &len), 0);
    assert_null(cname);
    assert_int_equal(gw_rtcp_read_cname(&p, 1, &ssrc, &cname, &len), GW_EPARSE); /* its end is missing */
    free(v.data);
    v = vector_from_hex("82ca0006 00000001 07026869 00000000 00000002 01026869 00000000");
    p = packet_at(&v, 0);
    assert_int_equal(gw_rtcp_read_cname(&p, 1, &ssrc, &cname, &len), 0);
    assert_int_equal(ssrc, 2);
    assert_int_equal(len, 2);
    assert_memory_equal(cname, "hi", 2);
    free(v.data);
}

static void reads_receiver_reports(void **state)
{
    struct vector v = vector_from_hex(reports);
    struct gw_rtcp_packet p = packet_at(&v, 0);
    struct gw_rtcp_report b;
    uint32_t ssrc;

    assert_int_equal(gw_rtcp_read_rr(&p, &ssrc), 0);
    assert_int_equal(ssrc, 1);
    assert_int_equal(p.count, 2);
    assert_int_equal(gw_rtcp_read_report(&p, 1, &b), 0);
    assert_true(b.ssrc == 0x1499fe47);
    assert_int_equal(b.highest_seq, 0x375b);
    assert_int_equal(b.jitter, 0xf4);
    assert_true(b.lsr == 0x352fc05c);
    assert_int_equal(b.dlsr, 0x13cf);
    assert_int_equal(gw_rtcp_read_report(&p, 2, &b), GW_EPARSE);
    free(v.data);
}

static void reads_extended_reports(void **state)
{
    struct vector v = vector_from_hex(reports);
    struct gw_rtcp_packet p = packet_at(&v, 1);
    uint32_t ssrc, lrr, dlrr;
    struct gw_rtcp_xr xr;

    assert_int_equal(gw_rtcp_read_xr(&p, &xr), 0);
    assert_int_equal(xr.ssrc, 1);
    assert_true(xr.has_rrtr);
    assert_true(xr.ntp == UINT64_C(0xeeb0352fd45d95dd));
    assert_int_equal(xr.n_dlrr, 0);
    assert_int_equal(gw_rtcp_read_dlrr(&p, 0, &ssrc, &lrr, &dlrr), GW_EPARSE);
    free(v.data);
    v = vector_from_hex(compound);
    p = packet_at(&v, 2);
    assert_int_equal(gw_rtcp_read_xr(&p, &xr), 0);
    assert_false(xr.has_rrtr);
    assert_int_equal(xr.n_dlrr, 2);
    assert_int_equal(gw_rtcp_read_dlrr(&p, 1, &ssrc, &lrr, &dlrr), 0);
    assert_int_equal(ssrc, 1);
    assert_true(lrr == 0x35309c53);
    assert_int_equal(dlrr, 0x5683);
    assert_int_equal(gw_rtcp_read_dlrr(&p, 2, &ssrc, &lrr, &dlrr), GW_EPARSE);
    free(v.data);
}

static void refuses_bad_compounds(void **state)
{
    static const char *const bad[] = {
        "",                     /* nothing */
        "80c9",                 /* half a header */
        "40c90001 00000001",    /* version 1 */
        "80c90002 00000001",    /* longer than the datagram */
        "80c90001 00000001 80", /* something left over */
        "a0c90001 00000000",    /* padding of 0 */
        "a0c90001 00000005",    /* more padding than there is */
        "a0c90000",             /* padding and no place for it */
    };
    struct vector v;
    unsigned i;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        v = vector_from_hex(bad[i]);
        assert_int_equal(gw_rtcp_check(v.data, v.len), GW_EPARSE);
        free(v.data);
    }
}

static void accepts_reduced_size_and_padding(void **state)
{
    struct vector v = vector_from_hex("a1ce0003 00000001 00000002 00000004 81cb0001 00000009");
    struct gw_rtcp_packet p = packet_at(&v, 0);
    struct gw_rtcp_feedback f;
    uint32_t ssrc;

    assert_int_equal(gw_rtcp_check(v.data, v.len), 0);
    assert_int_equal(p.len, 8);
    assert_int_equal(gw_rtcp_read_pli(&p, &f), 0);
    assert_int_equal(f.sender_ssrc, 1);
    assert_int_equal(f.media_ssrc, 2);
    assert_int_equal(f.len, 0);
    p = packet_at(&v, 1);
    assert_int_equal(gw_rtcp_read_bye(&p, 0, &ssrc), 0);
    assert_int_equal(ssrc, 9);
    assert_int_equal(gw_rtcp_read_bye(&p, 1, &ssrc), GW_EPARSE);
    free(v.data);
}

/* Everything there is to read, of whatever comes. */
static void read_everything(const uint8_t *data, size_t len)
{
    struct gw_rtcp_feedback f;
    struct gw_rtcp_report b;
    struct gw_rtcp_packet p;
    struct gw_rtcp_iter it;
    uint32_t a, c, d, ssrcs[4];
    struct gw_rtcp_sr sr;
    struct gw_rtcp_xr xr;
    uint16_t seqs[40];
    const char *text;
    uint64_t rate;
    uint8_t seq;
    unsigned i;
    size_t n;
    size_t total = 0;

    gw_rtcp_begin(&it, data, len);
    while (gw_rtcp_next(&it, &p)) {
        assert_true(!p.len || (p.body >= data && p.body + p.len <= data + len));
        total += p.len;
        gw_rtcp_read_sr(&p, &sr);
        gw_rtcp_read_rr(&p, &a);
        for (i = 0; i < 33; i++) {
            gw_rtcp_read_report(&p, i, &b);
            if (!gw_rtcp_read_cname(&p, i, &a, &text, &n) && n)
                assert_true((const uint8_t *)text + n <= p.body + p.len);
            gw_rtcp_read_bye(&p, i, &a);
            gw_rtcp_read_fir(&p, i, &a, &seq);
            gw_rtcp_read_dlrr(&p, i, &a, &c, &d);
        }
        assert_true(gw_rtcp_read_nack(&p, &f, seqs, 40) <= 40);
        gw_rtcp_read_pli(&p, &f);
        if (!gw_rtcp_read_remb(&p, &rate, ssrcs, 4, &n))
            assert_true(n <= 4);
        gw_rtcp_read_xr(&p, &xr);
    }
    assert_true(total <= len);
}

static void survives_truncation(void **state)
{
    static const char *const more[] = {
        "81cd0003 00000001 00000002 12340005",                   /* NACK */
        "84ce0004 00000001 00000000 00000002 07000000",          /* FIR */
        "8fce0005 00000001 00000000 52454d42 010a0000 00000002", /* REMB */
        "82cb0003 00000001 00000002 03616263",                   /* BYE with a reason */
        "80cc0003 00000001 6e616d65 00000000",                   /* APP */
    };
    struct vector v[16];
    size_t n = vectors_load("rtp/chromium-rtcp.hex", v, 16), i;

    assert_true(n > 10);
    for (i = 0; i < n; i++) {
        assert_int_equal(gw_rtcp_check(v[i].data, v[i].len), 0);
        vector_truncations(&v[i], read_everything);
    }
    vectors_free(v, n);
    for (i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
        v[0] = vector_from_hex(more[i]);
        assert_int_equal(gw_rtcp_check(v[0].data, v[0].len), 0);
        vector_truncations(&v[0], read_everything);
        for (v[0].data[3] = 0; v[0].data[3] < 6; v[0].data[3]++) /* the body, too, cut shorter */
            read_everything(v[0].data, v[0].len);
        free(v[0].data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_sender_report),
        cmocka_unit_test(reads_canonical_name),
        cmocka_unit_test(reads_second_chunk),
        cmocka_unit_test(reads_receiver_reports),
        cmocka_unit_test(reads_extended_reports),
        cmocka_unit_test(refuses_bad_compounds),
        cmocka_unit_test(accepts_reduced_size_and_padding),
        cmocka_unit_test(survives_truncation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
