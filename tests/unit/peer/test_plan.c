/* SPDX-License-Identifier: Apache-2.0 */
#include "planning.h"

#define BARE  "v=0\r\no=- 77 3 IN IP4 127.0.0.1\r\ns=-\r\n"
#define UFRAG "a=ice-ufrag:abcd\r\n"
#define PWD   "a=ice-pwd:0123456789abcdefghijkl\r\n"
#define PRINT "a=fingerprint:sha-256 AA:BB\r\n"
#define AUDIO "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n"

static void what_an_offer_must_hold(void **state)
{
    struct {
        const char *sdp;
        int err;
    } const cases[] = {
        {BARE UFRAG PWD PRINT AUDIO, 0},
        {BARE AUDIO UFRAG PWD PRINT, 0},
        {BARE PRINT AUDIO UFRAG PWD, 0},
        {"nonsense", GW_EPARSE},
        {BARE UFRAG PWD PRINT, GW_EPARSE}, /* no m-line */
        {BARE PWD PRINT AUDIO, GW_EPARSE},
        {BARE UFRAG PRINT AUDIO, GW_EPARSE},
        {BARE UFRAG PWD AUDIO, GW_EPARSE},
        {BARE UFRAG PWD "a=fingerprint:sha-512 AA:BB\r\n" AUDIO, GW_EPARSE},
        {BARE UFRAG PWD PRINT "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:12345678901234567\r\n", GW_EPARSE},
        {BARE UFRAG PWD PRINT "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:1234567890123456\r\n", 0},
        {BARE UFRAG PWD PRINT "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:a b\r\n", GW_EPARSE},
        {BARE UFRAG PWD PRINT AUDIO AUDIO, GW_EPARSE}, /* twice the same mid */
        {BARE UFRAG PWD PRINT AUDIO "a=msid:one\r\n", GW_EPARSE},
        {BARE UFRAG PWD PRINT AUDIO "a=msid:- two\r\n", 0},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct gw_plan *p = plan_make();

        assert_int_equal(plan_take(p, cases[i].sdp), cases[i].err);
        assert_int_equal(gw_plan_get_state(p), cases[i].err ? GW_PLAN_STABLE : GW_PLAN_REMOTE_OFFER);
        gw_plan_free(p);
    }
}

static void too_long_credentials(void **state)
{
    char text[1024], long_text[258];
    struct gw_plan *p = plan_make();

    memset(long_text, 'x', 257);
    long_text[257] = '\0';
    snprintf(text, sizeof(text), BARE "a=ice-ufrag:%s\r\n" PWD PRINT AUDIO, long_text);
    assert_int_equal(plan_take(p, text), GW_EPARSE);
    long_text[256] = '\0';
    snprintf(text, sizeof(text), BARE "a=ice-ufrag:%s\r\n" PWD PRINT AUDIO, long_text);
    assert_int_equal(plan_take(p, text), 0);
    gw_plan_free(p);
}

static void states(void **state)
{
    struct cardea_answer policy = {0};
    struct gw_plan_remote answer = {.sdp = BARE UFRAG PWD PRINT AUDIO};
    struct gw_plan *p = plan_make();
    char why[64];

    assert_int_equal(gw_plan_answer(p, &policy), GW_EPROTO);
    assert_int_equal(gw_plan_take_answer(p, &answer, why, sizeof(why)), GW_EPROTO);
    assert_int_equal(plan_take(p, answer.sdp), 0);
    gw_plan_forget_offer(p);
    assert_int_equal(gw_plan_get_state(p), GW_PLAN_STABLE);
    assert_int_equal(gw_plan_answer(p, &policy), GW_EPROTO);
    assert_false(gw_plan_is_negotiated(p));
    assert_null(gw_plan_remote(p));
    plan_answer(p, answer.sdp, NULL);
    assert_true(gw_plan_is_negotiated(p));
    assert_int_equal(plan_take(p, "broken"), GW_EPARSE); /* leaves everything as it is */
    assert_int_equal(gw_plan_get_state(p), GW_PLAN_STABLE);
    gw_plan_free(p);
}

static bool client_after(const char *setup, const char **answered)
{
    char sdp[512], *text;
    struct gw_plan *p = plan_make();
    struct gw_remote *r;
    bool client;

    snprintf(sdp, sizeof(sdp), BARE UFRAG PWD PRINT AUDIO "%s", setup);
    plan_answer(p, sdp, NULL);
    r = gw_plan_remote(p);
    client = r->dtls_client;
    plan_answer(p, BARE UFRAG PWD PRINT AUDIO "a=setup:passive\r\n", NULL); /* the role was fixed */
    text = plan_text(p);
    *answered = strstr(text, "a=setup:active") ? "active" : "passive";
    free(text);
    free(r);
    gw_plan_free(p);
    return client;
}

static void dtls_role(void **state)
{
    const char *answered;

    assert_false(client_after("a=setup:actpass\r\n", &answered));
    assert_string_equal(answered, "passive");
    assert_false(client_after("a=setup:active\r\n", &answered));
    assert_string_equal(answered, "passive");
    assert_false(client_after("", &answered));
    assert_string_equal(answered, "passive");
    assert_true(client_after("a=setup:passive\r\n", &answered));
    assert_string_equal(answered, "active");
}

static void remote_side(void **state)
{
    struct gw_plan *p = plan_answered("firefox-all", NULL);
    struct gw_remote *r = gw_plan_remote(p);

    assert_string_equal(r->ufrag, "7488eb8e");
    assert_string_equal(r->pwd, "b5fb7279aa2c69cb297918a464e10f47");
    assert_string_equal(r->hash, "sha-256");
    assert_int_equal(strlen(r->fingerprint), 95);
    assert_int_equal(r->n_candidates, 16); /* of the first two m-lines */
    assert_string_equal(r->candidates[0], "0 1 UDP 2122187007 192.0.2.2 33390 typ host");
    assert_true(gw_plan_remote_has_end(p));
    assert_false(r->full_restart);
    for (unsigned i = 0; i < r->n_candidates; i++)
        free(r->candidates[i]);
    free(r);
    gw_plan_free(p);
}

static void ice_restart_is_seen(void **state)
{
    struct gw_plan *p = plan_make();
    struct gw_remote *r;

    plan_answer(p, BARE UFRAG PWD PRINT AUDIO, NULL);
    assert_false(gw_plan_remote_restarted(p));
    plan_answer(p, BARE UFRAG PWD PRINT AUDIO, NULL);
    assert_false(gw_plan_remote_restarted(p));
    plan_answer(p, BARE "a=ice-ufrag:new1\r\n" PWD PRINT AUDIO, NULL);
    assert_true(gw_plan_remote_restarted(p));
    r = gw_plan_remote(p);
    assert_true(r->full_restart);
    assert_string_equal(r->ufrag, "new1");
    free(r);
    plan_answer(p, BARE "a=ice-ufrag:new1\r\n" PWD PRINT AUDIO, NULL);
    assert_false(gw_plan_remote_restarted(p));
    gw_plan_free(p);
}

static void e2ee_is_sticky(void **state)
{
    struct gw_plan_remote remote = {.sdp = BARE UFRAG PWD PRINT AUDIO, .e2ee = true};
    struct cardea_answer policy = {0};
    struct gw_plan *p = plan_make();
    struct gw_media *m;

    assert_int_equal(gw_plan_take_offer(p, &remote, NULL, 0), 0);
    assert_true(gw_plan_is_e2ee(p));
    assert_int_equal(gw_plan_answer(p, &policy), 0);
    plan_answer(p, remote.sdp, NULL);
    assert_true(gw_plan_is_e2ee(p));
    m = gw_plan_media(p);
    assert_true(m->m[0].e2ee);
    free(m);
    gw_plan_free(p);
}

static void odd_origins_are_not_repeated(void **state)
{
    struct gw_plan *p = plan_make();
    char *text;

    plan_answer(p, "v=0\r\no=- abc 3x IN IP4 127.0.0.1\r\ns=-\r\n" UFRAG PWD PRINT AUDIO, NULL);
    text = plan_text(p);
    assert_has(text, "o=- 1 1 IN IP4 203.0.113.9\r\n");
    free(text);
    gw_plan_free(p);
}

static void ipv6_addresses(void **state)
{
    struct gw_plan *p = plan_answered("chromium-data", NULL);
    struct gw_described local = {.ufrag = "a", .pwd = "b"};
    struct gw_plan_transport t = {.local = &local, .fingerprint = "AA", .address = "2001:db8::1"};
    char *text = gw_plan_text(p, &t);

    assert_has(text, " IN IP6 2001:db8::1\r\n");
    assert_has(text, "\r\nc=IN IP6 2001:db8::1\r\n");
    free(text);
    gw_plan_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_an_offer_must_hold),
        cmocka_unit_test(too_long_credentials),
        cmocka_unit_test(states),
        cmocka_unit_test(dtls_role),
        cmocka_unit_test(remote_side),
        cmocka_unit_test(ice_restart_is_seen),
        cmocka_unit_test(e2ee_is_sticky),
        cmocka_unit_test(odd_origins_are_not_repeated),
        cmocka_unit_test(ipv6_addresses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
