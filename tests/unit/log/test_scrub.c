/* SPDX-License-Identifier: Apache-2.0 */
/* What goes to others: no addresses, no secrets, and still a sentence. The last lines, kept for a crash. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "log/recent.h"

static void becomes(const char *from, const char *to)
{
    char text[400];

    snprintf(text, sizeof(text), "%s", from);
    gw_log_scrub(text);
    assert_string_equal(text, to);
}

static void addresses_go(void **state)
{
    becomes("ICE of 192.0.2.17:5000 failed", "ICE of xxxxxxxxxx:5000 failed");
    becomes("from 2001:db8::1, again", "from xxxxxxxxxxx, again");
    becomes("at 12:30:01 version 1.2.3", "at 12:30:01 version 1.2.3");
}

static void secrets_go(void **state)
{
    becomes("token=abc, room 5", "token=xxx, room 5");
    becomes("{\"apisecret\": \"let me in\"}", "{\"apisecret\": \"xxx me in\"}");
    becomes("admin_secret: hunter2", "admin_secret: xxxxxxx");
    becomes("the pin is wrong", "the pin is wrong");
    becomes("Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6.eyJzdWIiOiIxMjM0NTY3ODkw.x1",
            "Bearer xxxxxxxxxxxxxxxxxxxxxxxxxxxx.xxxxxxxxxxxxxxxxxxxxxxxx.x1");
}

static void words_stay(void **state)
{
    becomes("cardea.transport.websockets did not start", "cardea.transport.websockets did not start");
    becomes("gw_session_handle_gone_for_good", "gw_session_handle_gone_for_good");
    becomes("session 1234567890123456 timed out", "session 1234567890123456 timed out");
    becomes("", "");
    becomes("token=", "token=");
    becomes("key", "key");
}

static void the_last_lines_are_kept(void **state)
{
    char text[GW_RECENT_LINES * GW_RECENT_TEXT + 1], line[600];
    int ends[2], lines = 0;
    ssize_t n;

    for (int i = 0; i < GW_RECENT_LINES + 10; i++) {
        struct gw_log_line l = {.level = 3, .module = "ice", .session = 7, .text = line};

        snprintf(line, sizeof(line), "number %d\nof 192.0.2.1 %0500d", i, i);
        gw_recent_note(&l, true);
    }
    assert_int_equal(pipe(ends), 0);
    gw_recent_write(ends[1]);
    close(ends[1]);
    n = read(ends[0], text, sizeof(text) - 1);
    close(ends[0]);
    assert_true(n > 0);
    text[n] = 0;
    for (const char *at = text; (at = strchr(at, '\n')); at++)
        lines++;
    assert_int_equal(lines, GW_RECENT_LINES);
    assert_true(!strncmp(text, "00:00:00.000 3 ice [7/0] number 10 of 192.0.x.x 000", 50));
    assert_non_null(strstr(text, "number 73 of"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_go),
        cmocka_unit_test(secrets_go),
        cmocka_unit_test(words_stay),
        cmocka_unit_test(the_last_lines_are_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
