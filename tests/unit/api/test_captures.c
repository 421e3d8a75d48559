/* SPDX-License-Identifier: Apache-2.0 */
/* Captures: where they may be written, one at a time, and when they are over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "api/inside.h"
#include "support/world.h"

static char *folder; /* of this test */
static uint64_t session, handle;

static void begin(void)
{
    char *guarded;
    const char *settings[] = {"general.protected_folders", NULL, NULL};

    folder = g_dir_make_tmp("cardea-captures-XXXXXX", NULL);
    assert_non_null(folder);
    guarded = g_strdup_printf("%s/absent, %s/guarded, %s/alias", folder, folder, folder);
    settings[1] = guarded;
    world_begin(settings);
    g_free(guarded);
    session = world_session(WORLD_WS);
    handle = world_attach(WORLD_WS, session);
}

static void end(void)
{
    char *command = g_strdup_printf("rm -rf '%s'", folder);

    world_end();
    assert_int_equal(system(command), 0);
    g_free(command);
    g_free(folder);
}

/* An operator's request about the handle; `%F` is the folder. */
static json_t *ask(const char *members)
{
    GString *text = g_string_new(members);
    json_t *reply;

    g_string_replace(text, "%F", folder, 0);
    reply = world_ask(WORLD_ADMIN, "{\"transaction\":\"x\",\"session_id\":%llu,\"handle_id\":%llu,%s}",
                      (unsigned long long)session, (unsigned long long)handle, text->str);
    g_string_free(text, TRUE);
    return reply;
}

static int code(const char *members)
{
    return world_code(ask(members));
}

static char *info(const char *member)
{
    json_t *reply = ask("\"janus\":\"handle_info\"");
    char *text = g_strdup(json_string_value(json_object_get(json_object_get(reply, "info"), member)));

    json_decref(reply);
    return text;
}

#define PCAP "\"janus\":\"start_pcap\",\"folder\":"

static void where_they_may_be(void **state)
{
    static const struct {
        const char *members;
        int code;
    } rows[] = {
        {PCAP "\"%F\",\"filename\":\"a.pcap\"", 0},
        {PCAP "\"%F/new/deeper\",\"filename\":\"a.pcap\"", 0}, /* is made */
        {PCAP "\"%F\"", 0},                                    /* a name is made */
        {PCAP "\"%F\",\"filename\":\"\"", 0},
        {PCAP "\"%F\",\"truncate\":4000000000", 0},
        {"\"janus\":\"start_text2pcap\",\"folder\":\"%F\"", 0},
        {PCAP "\"%F\",\"filename\":\"../a.pcap\"", 467},
        {PCAP "\"%F\",\"filename\":\"/tmp/a.pcap\"", 467},
        {PCAP "\"%F\",\"filename\":\"..\"", 490},
        {PCAP "\"%F/a.pcap\",\"filename\":\"a\"", 490}, /* a file is no folder */
        {PCAP "\"%F/guarded\",\"filename\":\"a.pcap\"", 490},
        {PCAP "\"%F/guarded/below\",\"filename\":\"a.pcap\"", 490},
        {PCAP "\"%F/new/../guarded\",\"filename\":\"a.pcap\"", 490},
        {PCAP "\"%F/other/../guarded/below\",\"filename\":\"a.pcap\"", 490},
        {PCAP "\"%F/alias/below\",\"filename\":\"a.pcap\"", 490},
        {PCAP "\"%F/absent/below\",\"filename\":\"a.pcap\"", 490}, /* guarded before it is there */
        {PCAP "\"%F/alias\",\"filename\":\"a.pcap\"", 490},        /* a link to one that is guarded */
        {PCAP "\"%F/guardedly\",\"filename\":\"a.pcap\"", 0},
        {PCAP "5", 467},
        {PCAP "\"%F\",\"filename\":5", 467},
        {PCAP "\"%F\",\"truncate\":-1", 467},
        {PCAP "\"%F\",\"truncate\":\"1\"", 467},
    };
    char *guarded, *alias;

    begin();
    guarded = g_build_filename(folder, "guarded", NULL);
    alias = g_build_filename(folder, "alias", NULL);
    assert_int_equal(mkdir(guarded, 0700), 0);
    assert_int_equal(symlink(guarded, alias), 0);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (code(rows[i].members) != rows[i].code)
            fail_msg("%s", rows[i].members);
        if (!rows[i].code)
            assert_int_equal(code("\"janus\":\"stop_pcap\""), 0);
    }
    assert_int_equal(rmdir(guarded), 0); /* nothing was written there */
    g_free(guarded);
    g_free(alias);
    end();
}

static void one_at_a_time(void **state)
{
    json_t *reply;
    char *file, *expected;

    begin();
    assert_int_equal(code("\"janus\":\"stop_pcap\""), 490);
    reply = ask(PCAP "\"%F\",\"filename\":\"a.pcap\"");
    assert_int_equal(json_object_size(reply), 2); /* janus and transaction, and that is all */
    assert_int_equal(world_code(reply), 0);
    assert_int_equal(code(PCAP "\"%F\",\"filename\":\"b.pcap\""), 490);
    assert_int_equal(code("\"janus\":\"start_text2pcap\",\"folder\":\"%F\""), 490);
    file = info("pcap-file");
    expected = g_build_filename(folder, "a.pcap", NULL);
    assert_string_equal(file, expected);
    assert_int_equal(access(file, R_OK), 0);
    g_free(file);
    g_free(expected);
    reply = ask("\"janus\":\"stop_text2pcap\""); /* by either name */
    assert_int_equal(json_object_size(reply), 2);
    assert_int_equal(world_code(reply), 0);
    assert_null(info("pcap-file"));
    assert_int_equal(code("\"janus\":\"start_text2pcap\",\"folder\":\"%F\",\"filename\":\"t.txt\""), 0);
    file = info("text2pcap-file");
    assert_true(g_str_has_suffix(file, "/t.txt"));
    g_free(file);
    end();
}

/* Its PeerConnection ends, and so does the capture; another one may begin. */
static void over_with_the_connection(void **state)
{
    begin();
    world_jsep(session, handle, "{\"request\":\"answer\"}", "offer", "chromium-all");
    assert_int_equal(code(PCAP "\"%F\",\"filename\":\"a.pcap\""), 0);
    world_news(GW_NEWS_DOWN, "DTLS alert");
    world_news(GW_NEWS_CLOSED, NULL);
    assert_null(info("pcap-file"));
    assert_int_equal(code("\"janus\":\"stop_pcap\""), 490);
    assert_int_equal(code(PCAP "\"%F\",\"filename\":\"a.pcap\""), 0);
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(where_they_may_be),
        cmocka_unit_test(one_at_a_time),
        cmocka_unit_test(over_with_the_connection),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
