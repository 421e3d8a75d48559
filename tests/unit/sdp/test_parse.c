/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/err.h"
#include "sdp/sdp.h"
#include "support/fixture.h"

#define HEAD "v=0\r\no=- 7 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"

static int parse(struct gw_sdp **out, const char *text)
{
    return gw_sdp_parse(out, text, strlen(text));
}

static void parses_every_real_description(void **state)
{
    for (unsigned i = 0; fixture_sdps[i]; i++) {
        char *text = fixture_sdp(fixture_sdps[i]);
        struct gw_sdp *s;

        assert_int_equal(parse(&s, text), 0);
        assert_in_range(s->n_media, 1, 3);
        for (unsigned m = 0; m < s->n_media; m++) {
            assert_non_null(gw_sdp_media_get(&s->media[m], "mid"));
            assert_string_not_equal(s->media[m].formats, "");
        }
        gw_sdp_free(s);
        free(text);
    }
}

static void reads_chromium_all(void **state)
{
    char *text = fixture_sdp("chromium-all");
    struct gw_sdp *s;

    assert_int_equal(parse(&s, text), 0);
    assert_string_equal(s->user, "-");
    assert_string_equal(s->session_id, "2205937631261680594");
    assert_string_equal(s->session_version, "2");
    assert_string_equal(s->name, "-");
    assert_int_equal(s->n_attr, 3);
    assert_string_equal(gw_sdp_session_get(s, "group"), "BUNDLE 0 1 2");
    assert_int_equal(s->n_media, 3);
    assert_string_equal(s->media[0].kind, "audio");
    assert_int_equal(s->media[0].port, 53758);
    assert_string_equal(s->media[0].proto, "UDP/TLS/RTP/SAVPF");
    assert_string_equal(s->media[0].formats, "111 63 9 0 8 13 110 126");
    assert_string_equal(s->media[2].kind, "application");
    assert_string_equal(s->media[2].formats, "webrtc-datachannel");
    assert_string_equal(gw_sdp_media_get(&s->media[1], "mid"), "1");
    assert_string_equal(gw_sdp_media_get(&s->media[1], "rtcp-rsize"), "");
    assert_null(gw_sdp_media_get(&s->media[2], "rtcp-mux"));
    gw_sdp_free(s);
    free(text);
}

static void survives_every_truncation(void **state)
{
    for (unsigned i = 0; fixture_sdps[i]; i++) {
        char *text = fixture_sdp(fixture_sdps[i]);
        size_t len = strlen(text);

        for (size_t n = 0; n <= len; n++) {
            char *cut = malloc(n ? n : 1); /* exactly as long: the address sanitizer watches the end */
            struct gw_sdp *s = NULL;

            memcpy(cut, text, n);
            if (!gw_sdp_parse(&s, cut, n))
                gw_sdp_free(s);
            free(cut);
        }
        free(text);
    }
}

static void takes_both_line_ends(void **state)
{
    struct gw_sdp *s;

    assert_int_equal(parse(&s, "v=0\no=- 1 1 IN IP4 0.0.0.0\ns=a b\n\nm=audio 9/2 RTP/SAVPF 0\na=x:y:z\na=mid:q"), 0);
    assert_string_equal(s->name, "a b");
    assert_int_equal(s->n_media, 1);
    assert_int_equal(s->media[0].port, 9);
    assert_string_equal(gw_sdp_media_get(&s->media[0], "x"), "y:z");
    assert_string_equal(gw_sdp_media_get(&s->media[0], "mid"), "q");
    gw_sdp_free(s);
}

static void refuses_what_is_none(void **state)
{
    static const char *const texts[] = {
        "",
        "hello",
        "v=1\r\no=- 1 1 IN IP4 0.0.0.0\r\n",
        "v=0\r\ns=-\r\n",
        "v=0\r\no=- 1\r\n",
        HEAD "garbage\r\n",
        HEAD "m=audio\r\n",
        HEAD "m=audio 9\r\n",
        HEAD "m=audio 99999 RTP/SAVPF 0\r\n",
        HEAD "m=audio x RTP/SAVPF 0\r\n",
        HEAD "m=audio 9 RTP/SAVPF 0\r\na=mid:a\rb=x\r\n",
    };
    struct gw_sdp *s = NULL;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_int_equal(parse(&s, texts[i]), GW_EPARSE);
    assert_int_equal(gw_sdp_parse(&s, "v=0\0\n", 5), GW_EPARSE);
    assert_null(s);
}

static void keeps_its_bounds(void **state)
{
    size_t cap = GW_SDP_MAX_SIZE + 2, len;
    char *text = malloc(cap);
    struct gw_sdp *s;

    memset(text, 'x', cap);
    assert_int_equal(gw_sdp_parse(&s, text, GW_SDP_MAX_SIZE + 1), GW_ELIMIT);
    len = (size_t)sprintf(text, HEAD);
    for (int i = 0; i < GW_SDP_MAX_MEDIA; i++)
        len += (size_t)sprintf(text + len, "m=audio 9 RTP/SAVPF 0\n");
    assert_int_equal(parse(&s, text), 0);
    assert_int_equal(s->n_media, GW_SDP_MAX_MEDIA);
    gw_sdp_free(s);
    sprintf(text + len, "m=audio 9 RTP/SAVPF 0\n");
    assert_int_equal(parse(&s, text), GW_ELIMIT);
    len = (size_t)sprintf(text, HEAD);
    for (int i = 0; i <= GW_SDP_MAX_SESSION_ATTRS; i++)
        len += (size_t)sprintf(text + len, "a=b\n");
    assert_int_equal(parse(&s, text), GW_ELIMIT);
    len = (size_t)sprintf(text, HEAD "m=audio 9 RTP/SAVPF 0\n");
    for (int i = 0; i <= GW_SDP_MAX_ATTRS; i++)
        len += (size_t)sprintf(text + len, "a=b\n");
    assert_int_equal(parse(&s, text), GW_ELIMIT);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses_every_real_description), cmocka_unit_test(reads_chromium_all),
        cmocka_unit_test(survives_every_truncation),     cmocka_unit_test(takes_both_line_ends),
        cmocka_unit_test(refuses_what_is_none),          cmocka_unit_test(keeps_its_bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
