/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/err.h"
#include "sdp/fragment.h"
#include "support/fixture.h"

/* RFC 9725 §4.3.1, figure of a trickle request. */
#define TRICKLE                                                                                                        \
    "a=group:BUNDLE 0 1\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=ice-ufrag:EsAw\r\n"                         \
    "a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\n"                                                                           \
    "a=candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host generation 0 ufrag EsAw network-id 1\r\n"        \
    "a=candidate:3471623853 1 udp 2122194687 198.51.100.2 61765 typ host generation 0 ufrag EsAw network-id 2\r\n"     \
    "a=end-of-candidates\r\n"

static struct gw_sdp *parsed(const char *text)
{
    struct gw_sdp *f;

    assert_int_equal(gw_sdp_fragment_parse(&f, text, strlen(text)), 0);
    return f;
}

static void candidates_with_their_mid(void **state)
{
    struct gw_sdp *f = parsed(TRICKLE);
    struct gw_sdp_trickled c;
    unsigned i = 0;

    assert_true(gw_sdp_fragment_next(f, &i, &c));
    assert_string_equal(c.mid, "0");
    assert_memory_equal(c.candidate, "1387637174 1 udp", 16);
    assert_true(gw_sdp_fragment_next(f, &i, &c));
    assert_memory_equal(c.candidate, "3471623853 1 udp", 16);
    assert_false(gw_sdp_fragment_next(f, &i, &c));
    assert_non_null(gw_sdp_get_any(f, "end-of-candidates"));
    gw_sdp_free(f);
}

static void candidates_before_any_m_line(void **state)
{
    struct gw_sdp *f = parsed("a=candidate:1 1 udp 1 192.0.2.1 9 typ host\n");
    struct gw_sdp_trickled c;
    unsigned i = 0;

    assert_true(gw_sdp_fragment_next(f, &i, &c));
    assert_null(c.mid);
    assert_false(gw_sdp_fragment_next(f, &i, &c));
    gw_sdp_free(f);
}

static void refuses_what_is_none(void **state)
{
    static const char *const bad[] = {
        "", "\r\n", "hello", "a=mid:0\r\n", "m=audio\r\na=end-of-candidates\r\n", "{\"candidate\":\"x\"}"};
    struct gw_sdp *f = NULL;
    char *many = malloc(GW_SDP_MAX_FRAGMENT + 2);
    size_t n = 0;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(gw_sdp_fragment_parse(&f, bad[i], strlen(bad[i])), GW_EPARSE);
    assert_int_equal(gw_sdp_fragment_parse(&f, "a=candidate:\0x", 14), GW_EPARSE);
    for (unsigned i = 0; i <= GW_SDP_MAX_FRAGMENT_CANDIDATES; i++)
        n += (size_t)sprintf(many + n, "a=candidate:%u\r\n", i);
    assert_int_equal(gw_sdp_fragment_parse(&f, many, n), GW_ELIMIT);
    memset(many, 'a', GW_SDP_MAX_FRAGMENT + 1);
    assert_int_equal(gw_sdp_fragment_parse(&f, many, GW_SDP_MAX_FRAGMENT + 1), GW_ELIMIT);
    assert_null(f);
    free(many);
}

static void survives_every_truncation(void **state)
{
    for (size_t n = 0; n < sizeof(TRICKLE); n++) {
        char *cut = malloc(n ? n : 1); /* exactly as long: the address sanitizer watches the end */
        struct gw_sdp *f = NULL;

        memcpy(cut, TRICKLE, n);
        if (!gw_sdp_fragment_parse(&f, cut, n))
            gw_sdp_free(f);
        free(cut);
    }
}

static void restart_is_told_by_the_credentials(void **state)
{
    char *offer = fixture_sdp("chromium-sendonly");
    struct gw_sdp *s, *same, *other = parsed(TRICKLE);
    char text[600];

    assert_int_equal(gw_sdp_parse(&s, offer, strlen(offer)), 0);
    snprintf(text, sizeof(text), "a=ice-ufrag:%s\r\na=ice-pwd:%s\r\n", gw_sdp_get_any(s, "ice-ufrag"),
             gw_sdp_get_any(s, "ice-pwd"));
    same = parsed(text);
    assert_false(gw_sdp_fragment_restarts(same, offer));
    assert_true(gw_sdp_fragment_restarts(other, offer));
    gw_sdp_free(other);
    other = parsed("a=candidate:1 1 udp 1 192.0.2.1 9 typ host\n");
    assert_false(gw_sdp_fragment_restarts(other, offer)); /* no credentials, no restart */
    assert_null(gw_sdp_fragment_apply(offer, other));
    gw_sdp_free(other);
    gw_sdp_free(same);
    gw_sdp_free(s);
    free(offer);
}

/* All descriptions of browsers, restarted: the same m-lines, other credentials, the fragment's candidates alone. */
static void applied_to_every_real_description(void **state)
{
    struct gw_sdp *f = parsed(TRICKLE), *before, *after;

    for (unsigned i = 0; fixture_sdps[i]; i++) {
        char *old = fixture_sdp(fixture_sdps[i]), *fresh = gw_sdp_fragment_apply(old, f);
        unsigned found = 0;

        assert_non_null(fresh);
        assert_int_equal(gw_sdp_parse(&before, old, strlen(old)), 0);
        assert_int_equal(gw_sdp_parse(&after, fresh, strlen(fresh)), 0);
        assert_int_equal(after->n_media, before->n_media);
        for (unsigned m = 0; m < after->n_media; m++) {
            assert_string_equal(gw_sdp_get(after, &after->media[m], "ice-ufrag"), "EsAw");
            assert_string_equal(gw_sdp_get(after, &after->media[m], "ice-pwd"), "P2uYro0UCOQ4zxjKXaWCBui1");
            for (unsigned k = 0; gw_sdp_media_next(&after->media[m], &k, "candidate");)
                found++;
        }
        assert_int_equal(found, 2);
        assert_false(gw_sdp_fragment_restarts(f, fresh));
        gw_sdp_free(before);
        gw_sdp_free(after);
        free(old);
        free(fresh);
    }
    gw_sdp_free(f);
}

static void made_of_a_description(void **state)
{
    static const char answer[] =
        "v=0\r\no=- 7 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=ice-lite\r\na=ice-ufrag:abcd\r\n"
        "a=ice-pwd:efgh\r\nm=audio 0 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\na=inactive\r\n"
        "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:v\r\na=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n";
    char *text = gw_sdp_fragment_of(answer);
    struct gw_sdp_trickled c;
    struct gw_sdp *f;
    unsigned i = 0;

    assert_non_null(text);
    f = parsed(text);
    assert_string_equal(gw_sdp_get_any(f, "ice-ufrag"), "abcd");
    assert_string_equal(gw_sdp_get_any(f, "ice-pwd"), "efgh");
    assert_non_null(gw_sdp_session_get(f, "ice-lite"));
    assert_true(gw_sdp_fragment_next(f, &i, &c));
    assert_string_equal(c.mid, "v");
    assert_false(gw_sdp_fragment_next(f, &i, &c));
    assert_null(gw_sdp_fragment_of("v=0\r\no=- 7 2 IN IP4 127.0.0.1\r\n"));
    assert_null(gw_sdp_fragment_of("nothing"));
    gw_sdp_free(f);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(candidates_with_their_mid),
        cmocka_unit_test(candidates_before_any_m_line),
        cmocka_unit_test(refuses_what_is_none),
        cmocka_unit_test(survives_every_truncation),
        cmocka_unit_test(restart_is_told_by_the_credentials),
        cmocka_unit_test(applied_to_every_real_description),
        cmocka_unit_test(made_of_a_description),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
