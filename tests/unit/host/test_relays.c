/* SPDX-License-Identifier: Apache-2.0 */
#include "host/relays.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "base/err.h"

static int read_answer(struct gw_relay_answer *a, const char *text)
{
    return gw_relay_answer_read(a, text, strlen(text));
}

static void an_answer(void **state)
{
    struct gw_relay_answer a;

    assert_int_equal(read_answer(&a,
                                 "{\"username\":\"1334990415:me\",\"password\":\"p=\",\"ttl\":86400,\"uris\":"
                                 "[\"turn:192.0.2.1:80?transport=udp\",7,\"stun:192.0.2.1\",\"turns:relay.example\"]}"),
                     0);
    assert_string_equal(a.user, "1334990415:me");
    assert_string_equal(a.password, "p=");
    assert_int_equal(a.n, 2); /* what cannot be used is passed over */
    assert_string_equal(a.uris[0].host, "192.0.2.1");
    assert_int_equal(a.uris[0].port, 80);
    assert_string_equal(a.uris[1].type, "tls");
}

static void what_is_none(void **state)
{
    static const char *const rows[] = {
        "",
        "nonsense",
        "[]",
        "{}",
        "{\"username\":\"u\",\"uris\":[]}",
        "{\"username\":\"u\",\"password\":\"p\"}",
        "{\"username\":1,\"password\":\"p\",\"uris\":[]}",
        "{\"username\":\"u\",\"password\":\"p\",\"uris\":\"turn:a\"}",
    };
    struct gw_relay_answer a;
    char *long_name = g_strnfill(600, 'x'), *text;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(read_answer(&a, rows[i]), GW_EPARSE);
    text = g_strdup_printf("{\"username\":\"%s\",\"password\":\"p\",\"uris\":[]}", long_name);
    assert_int_equal(read_answer(&a, text), GW_EPARSE);
    g_free(text);
    g_free(long_name);
}

static void no_more_than_there_is_room_for(void **state)
{
    GString *text = g_string_new("{\"username\":\"u\",\"password\":\"p\",\"uris\":[\"turn:a\"");
    struct gw_relay_answer a;

    for (int i = 0; i < 3 * GW_MAX_RELAYS; i++)
        g_string_append(text, ",\"turn:b\"");
    g_string_append(text, "]}");
    assert_int_equal(read_answer(&a, text->str), 0);
    assert_int_equal(a.n, GW_MAX_RELAYS);
    g_string_free(text, TRUE);
}

static void the_question(void **state)
{
    char *url = gw_relays_url("https://a.example/turn", NULL, "user-9/cam");

    assert_string_equal(url, "https://a.example/turn?service=turn&username=user-9%2Fcam");
    g_free(url);
    url = gw_relays_url("https://a.example/turn?x=1", "k&y", "5");
    assert_string_equal(url, "https://a.example/turn?x=1&service=turn&api=k%26y&key=k%26y&username=5");
    g_free(url);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer),
        cmocka_unit_test(what_is_none),
        cmocka_unit_test(no_more_than_there_is_room_for),
        cmocka_unit_test(the_question),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
