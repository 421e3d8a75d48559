/* SPDX-License-Identifier: Apache-2.0 */
/* What tests of the plan share: a plan with counted SSRCs (1001, 1002, …), a transport, and texts to look into. */
#ifndef TESTS_UNIT_PEER_PLANNING_H
#define TESTS_UNIT_PEER_PLANNING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/err.h"
#include "peer/plan.h"
#include "sdp/names.h"
#include "sdp/sdp.h"
#include "support/fixture.h"

#define PEER gw_peer_make(5, 1)
#define HEAD                                                                                                           \
    "v=0\r\no=- 77 3 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789abcdefghijkl\r\n"     \
    "a=fingerprint:sha-256 AA:BB\r\n"

static inline uint32_t next_random(void *arg)
{
    uint32_t *n = arg;

    return ++*n;
}

static inline struct gw_plan *plan_make(void)
{
    static uint32_t n;
    struct gw_plan_conf conf = {.session_id = 4711, .random = next_random, .arg = &n};
    struct gw_plan *p;

    n = 1000;
    assert_int_equal(gw_plan_new(&p, &conf), 0);
    gw_plan_set_peer(p, PEER);
    return p;
}

static inline int plan_take(struct gw_plan *p, const char *sdp)
{
    struct gw_plan_remote r = {.sdp = sdp};
    char why[128] = "";
    int err = gw_plan_take_offer(p, &r, why, sizeof(why));

    assert_int_equal(err != 0, why[0] != 0); /* a failure is explained */
    return err;
}

static inline void plan_answer(struct gw_plan *p, const char *sdp, const struct cardea_answer *policy)
{
    static const struct cardea_answer none;

    assert_int_equal(plan_take(p, sdp), 0);
    assert_int_equal(gw_plan_answer(p, policy ? policy : &none), 0);
}

/* A plan that has answered one fixture. */
static inline struct gw_plan *plan_answered(const char *fixture, const struct cardea_answer *policy)
{
    char *text = fixture_sdp(fixture);
    struct gw_plan *p = plan_make();

    plan_answer(p, text, policy);
    free(text);
    return p;
}

static inline char *plan_text_with(struct gw_plan *p, bool lite, bool candidates)
{
    struct gw_described *local = calloc(1, sizeof(*local) + 2 * sizeof(char *));
    struct gw_plan_transport t = {
        .local = local, .fingerprint = "0A:1B", .address = "203.0.113.9", .candidates = candidates};
    char *text;

    strcpy(local->ufrag, "x4Qd");
    strcpy(local->pwd, "0123456789abcdefghijkl");
    local->lite = lite;
    local->n_candidates = 2;
    local->candidates[0] = "1 1 udp 2015363327 203.0.113.9 40180 typ host";
    local->candidates[1] = "2 1 tcp 1015363327 203.0.113.9 40180 typ host tcptype passive";
    text = gw_plan_text(p, &t);
    free(local);
    assert_non_null(text);
    return text;
}

static inline char *plan_text(struct gw_plan *p)
{
    return plan_text_with(p, false, true);
}

/* Our description, parsed back. */
static inline struct gw_sdp *plan_sdp(struct gw_plan *p)
{
    char *text = plan_text(p);
    struct gw_sdp *s;

    assert_int_equal(gw_sdp_parse(&s, text, strlen(text)), 0);
    free(text);
    return s;
}

static inline const struct cardea_stream *plan_stream(struct gw_plan *p, unsigned mindex)
{
    const struct cardea_stream *s = gw_plan_stream(p, mindex);

    assert_non_null(s);
    return s;
}

static inline void assert_has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("'%s' is not in:\n%s", part, text);
}

static inline void assert_lacks(const char *text, const char *part)
{
    if (strstr(text, part))
        fail_msg("'%s' is in:\n%s", part, text);
}

#endif
