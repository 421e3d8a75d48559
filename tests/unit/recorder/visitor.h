/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The recorder plugin in a live core, without any network (support/world.h), and somebody who asks it things. Threads
 * and files are real, in a folder of its own; packets only as far as the tests give them.
 */
#ifndef TESTS_UNIT_RECORDER_VISITOR_H
#define TESTS_UNIT_RECORDER_VISITOR_H

#include "media.h"
#include "support/world.h"

#include "../../../plugins/recorder/catalog.h"
#include "../../../plugins/recorder/player.h"
#include "../../../plugins/recorder/recorder.h"
#include "../../../plugins/recorder/take.h"

extern const struct cardea_plugin cardea_plugin;

static struct {
    char folder[64];
    uint64_t session;
    char *sdp; /* the last description that came */
} visitor;

static const char visitor_offer[] =
    "v=0\r\no=- 7 3 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\na=ice-ufrag:abcd\r\n"
    "a=ice-pwd:0123456789abcdefghijkl\r\na=fingerprint:sha-256 AA:BB\r\na=setup:actpass\r\n"
    "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=sendonly\r\na=rtcp-mux\r\n"
    "a=rtpmap:111 opus/48000/2\r\na=ssrc:1111 cname:c\r\n"
    "m=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=mid:1\r\na=sendonly\r\na=rtcp-mux\r\n"
    "a=rtpmap:96 VP8/90000\r\na=ssrc:2222 cname:c\r\n";

static inline bool visitor_catalog_is_ready(void)
{
    return rec_catalog_is_ready();
}

/* Made when there is none. */
static inline void visitor_folder(void)
{
    if (visitor.folder[0])
        return;
    strcpy(visitor.folder, "/tmp/cardea-test-XXXXXX");
    assert_non_null(mkdtemp(visitor.folder));
}

/* The gateway alone, nobody has come. more: of the plugin's configuration (jcfg); may be "". What lies in the folder
 * already is found. */
static inline void visitor_open(const char *more)
{
    char *text;

    visitor_folder();
    text = strstr(more, "general:")
               ? g_strdup_printf(more, visitor.folder)
               : g_strdup_printf("general: { path = \"%s\" }\n%s%s", visitor.folder,
                                 strstr(more, "limits:") ? "" : "limits: { min_free_mib = 0 }\n", more);
    world_begin(NULL);
    world_plugin(&cardea_plugin, "recorder", text);
    g_free(text);
    world_settle(visitor_catalog_is_ready);
}

static inline void visitor_begin(const char *more)
{
    visitor_open(more);
    visitor.session = world_session(WORLD_WS);
}

static inline bool visitor_no_takes(void)
{
    return !rec_takes();
}

static inline bool visitor_nothing_goes_on(void)
{
    return !rec_takes() && !rec_playouts();
}

static inline void visitor_remove_all(const char *folder)
{
    GDir *dir = g_dir_open(folder, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        char *path = g_build_filename(folder, name, NULL);

        if (g_file_test(path, G_FILE_TEST_IS_DIR))
            visitor_remove_all(path);
        unlink(path);
        g_free(path);
    }
    if (dir)
        g_dir_close(dir);
    rmdir(folder);
}

/* keep: the folder, for one that begins again. */
static inline void visitor_end(bool keep)
{
    gw_api_close_all(world.api);
    world_settle(visitor_nothing_goes_on);
    world_end();
    g_clear_pointer(&visitor.sdp, free);
    if (keep)
        return;
    visitor_remove_all(visitor.folder);
    visitor.folder[0] = 0;
}

static inline uint64_t visitor_attach(void)
{
    return world_attach_to(WORLD_WS, visitor.session, "janus.plugin.recordplay");
}

/* The plugin's data in what came, and a description that came along. m is taken. */
static inline json_t *visitor_data(json_t *m)
{
    json_t *data = json_incref(json_object_get(json_object_get(m, "plugindata"), "data"));
    const char *sdp = json_string_value(json_object_get(json_object_get(m, "jsep"), "sdp"));

    if (sdp) {
        free(visitor.sdp);
        visitor.sdp = strdup(sdp);
    }
    json_decref(m);
    return data;
}

static inline bool visitor_heard_something(void)
{
    return !world_quiet(WORLD_WS);
}

/* The next thing that came, of the plugin; others are left out. New reference. */
static inline json_t *visitor_hears(void)
{
    json_t *data = NULL;

    while (!data) {
        world_settle(visitor_heard_something);
        data = visitor_data(world_heard(WORLD_WS));
    }
    return data;
}

/* Asks with this body (single quotes stand for double ones); the plugin's answer. New reference. */
static inline json_t *visitor_asks_with(uint64_t handle, const char *type, const char *sdp, const char *body)
{
    json_t *m, *b;
    char *copy = g_strdelimit(g_strdup(body), "'", '"'), *text;

    b = json_loads(copy, 0, NULL);
    assert_non_null(b);
    m = json_pack("{ss ss sI sI so}", "janus", "message", "transaction", "t", "session_id", (json_int_t)visitor.session,
                  "handle_id", (json_int_t)handle, "body", b);
    if (type)
        json_object_set_new(m, "jsep", json_pack("{ss ss}", "type", type, "sdp", sdp));
    text = json_dumps(m, 0);
    world_say(WORLD_WS, text);
    free(text);
    json_decref(m);
    g_free(copy);
    return visitor_hears();
}

static inline json_t *visitor_asks(uint64_t handle, const char *body)
{
    return visitor_asks_with(handle, NULL, NULL, body);
}

/* Asks, and the error code is this one; 0: none. */
static inline void visitor_gets(uint64_t handle, int code, const char *body)
{
    json_t *r = visitor_asks(handle, body);

    if (json_integer_value(json_object_get(r, "error_code")) != code)
        fail_msg("%s: %s", body, json_dumps(r, 0));
    json_decref(r);
}

static inline const char *visitor_status(const json_t *r)
{
    const char *status = json_string_value(json_object_get(json_object_get(r, "result"), "status"));

    return status ? status : "";
}

/* The answer of a receiver that takes all that is offered. g_free() it. */
static inline char *visitor_answer(void)
{
    char **line = g_strsplit(visitor.sdp, "\r\n", 0);
    GString *g = g_string_new("v=0\r\no=- 7 3 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=ice-ufrag:abcd\r\n"
                              "a=ice-pwd:0123456789abcdefghijkl\r\na=fingerprint:sha-256 AA:BB\r\na=setup:active\r\n");
    bool media = false;

    for (char **l = line; *l; l++) {
        static const char *const kept[] = {"m=", "a=mid:", "a=rtpmap:", "a=fmtp:", "a=sctp-port:", NULL};

        media |= g_str_has_prefix(*l, "m=");
        if (g_str_has_prefix(*l, "a=group:"))
            g_string_append_printf(g, "%s\r\n", *l);
        for (const char *const *k = kept; *k; k++)
            if (media && g_str_has_prefix(*l, *k))
                g_string_append_printf(g, "%s\r\n", *l);
        if (media && !strcmp(*l, "a=sendonly"))
            g_string_append(g, "a=recvonly\r\n");
    }
    g_strfreev(line);
    return g_string_free(g, FALSE);
}

/* Plays a recording, until packets may come. */
static inline void visitor_plays(uint64_t handle, uint64_t id)
{
    char *body = g_strdup_printf("{'request':'play','id':%llu}", (unsigned long long)id), *answer;
    json_t *r = visitor_asks(handle, body);

    if (strcmp(visitor_status(r), "preparing"))
        fail_msg("%s: %s", body, json_dumps(r, 0));
    json_decref(r);
    g_free(body);
    answer = visitor_answer();
    r = visitor_asks_with(handle, "answer", answer, "{'request':'start'}");
    g_free(answer);
    assert_string_equal(visitor_status(r), "playing");
    json_decref(r);
    world_news(GW_NEWS_UP, NULL);
}

/* A file of others, in the folder; it is found by `update` or the next visitor_begin(). */
static inline void visitor_file(const char *name, unsigned seconds)
{
    char *path;

    visitor_folder();
    path = g_build_filename(visitor.folder, name, NULL);
    media_write(path, "webm", "rtp/chromium-vp8-l1t3.hex", REC_VP8, seconds, true);
    g_free(path);
}

/* A recording with a manifest: of a room, with a key of its own, private; as said. */
static inline void visitor_recording(uint64_t id, const char *name, const char *more)
{
    char *file = g_strdup_printf("%s.webm", name), *path;
    char *text = g_strdup_printf(
        "{'format':'cardea-recording','version':1,'id':%llu,'name':'%s','title':'%s','started_us':1700000000000000,"
        "'state':'finished','duration_ms':3000,'tracks':[{'kind':'video','codec':'vp8'},{'kind':'audio','codec':'opus'}"
        "],'segments':[{'file':'%s','state':'finished','start_ms':0,'duration_ms':3000,'bytes':9}]%s}",
        (unsigned long long)id, name, name, file, more);

    visitor_folder();
    path = g_strdup_printf("%s/%s.json", visitor.folder, name);
    visitor_file(file, 3);
    g_strdelimit(text, "'", '"');
    assert_true(g_file_set_contents(path, text, -1, NULL));
    g_free(text);
    g_free(path);
    g_free(file);
}

#endif
