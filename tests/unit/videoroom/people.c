/* SPDX-License-Identifier: Apache-2.0 */
#include "people.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const struct cardea_plugin cardea_plugin;

#define HEAD                                                                                                           \
    "v=0\r\no=- 77 3 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789abcdefghijkl\r\n"     \
    "a=fingerprint:sha-256 AA:BB\r\n"

static uint64_t session;
static GPtrArray *everybody; /* struct person */

static void person_free(gpointer data)
{
    struct person *p = data;

    free(p->sdp);
    g_free(p);
}

void people_begin(const char *settings)
{
    static const char *const many[] = {"limits.handles_per_session",
                                       "1000000",
                                       "limits.requests_per_session",
                                       "0",
                                       "limits.requests_per_address",
                                       "0",
                                       NULL};

    world_begin(many);
    world_plugin(&cardea_plugin, "videoroom", settings ? settings : "");
    session = world_session(WORLD_WS);
    everybody = g_ptr_array_new_with_free_func(person_free);
}

void people_end(void)
{
    g_ptr_array_unref(everybody);
    world_end();
}

uint64_t person_session(void)
{
    return session;
}

struct person *person_new(void)
{
    struct person *p = g_new0(struct person, 1);
    GQueue kept = world.sent;

    g_queue_init(&world.sent); /* the answer is to be the first that is heard */
    p->handle = world_attach_to(WORLD_WS, session, "janus.plugin.videoroom");
    while (world.sent.length)
        g_queue_push_tail(&kept, g_queue_pop_head(&world.sent));
    world.sent = kept;
    g_ptr_array_add(everybody, p);
    return p;
}

/* --- sending and hearing ------------------------------------------------------------------------------------------ */

static bool is_for(const json_t *m, const struct person *p, const char *transaction)
{
    const char *t = json_string_value(json_object_get(m, "transaction"));

    if (transaction)
        return t && !strcmp(t, transaction);
    return !t && (uint64_t)json_integer_value(json_object_get(m, "sender")) == p->handle;
}

/* The oldest message with this transaction, or (NULL) about p without one; taken out. */
static json_t *take(const struct person *p, const char *transaction)
{
    for (GList *l = world.sent.head; l; l = l->next) {
        struct world_sent *s = l->data;
        json_t *m = s->json;

        if (!is_for(m, p, transaction))
            continue;
        g_free(s);
        g_queue_delete_link(&world.sent, l);
        return m;
    }
    return NULL;
}

/* The plugin's data of a message, marked with what else it was. m is taken. */
static json_t *data_of(struct person *p, json_t *m)
{
    json_t *data = json_incref(json_object_get(json_object_get(m, "plugindata"), "data"));
    const json_t *jsep = json_object_get(m, "jsep");

    if (!data) /* of the gateway itself: hangup, webrtcup, an error */
        return m;
    if (jsep) {
        free(p->sdp);
        p->sdp = strdup(json_string_value(json_object_get(jsep, "sdp")));
        json_object_set(data, "+jsep", json_object_get(jsep, "type"));
    }
    json_decref(m);
    return data;
}

static char *body_of(const char *fmt, va_list ap)
{
    char *body = g_strdup_vprintf(fmt, ap);

    for (char *c = body; *c; c++)
        if (*c == '\'')
            *c = '"';
    return body;
}

static json_t *tell_plugin(struct person *p, const char *type, const char *sdp, const char *body)
{
    static unsigned serial;
    char transaction[20];
    bool e2ee = type && !strcmp(type, "offer+e2ee");
    json_t *m, *b = json_loads(body, 0, NULL),
               *jsep = type ? json_pack("{ss ss sb}", "type", e2ee ? "offer" : type, "sdp", sdp, "e2ee", e2ee) : NULL;
    char *text;

    if (!b)
        fail_msg("a test's body is no JSON: %s", body);
    snprintf(transaction, sizeof(transaction), "t%u", ++serial);
    m = json_pack("{ss ss sI sI so so*}", "janus", "message", "transaction", transaction, "session_id",
                  (json_int_t)session, "handle_id", (json_int_t)p->handle, "body", b, "jsep", jsep);
    text = json_dumps(m, 0);
    json_decref(m);
    world.peer = 0;
    world_say(WORLD_WS, text);
    if (world.peer)
        p->peer = world.peer;
    free(text);
    m = take(p, transaction);
    if (m && !strcmp(json_string_value(json_object_get(m, "janus")), "ack")) {
        json_decref(m);
        m = take(p, transaction);
    }
    if (!m)
        fail_msg("no answer to %s", body);
    return data_of(p, m);
}

json_t *ask(struct person *p, const char *fmt, ...)
{
    va_list ap;
    char *body;
    json_t *r;

    va_start(ap, fmt);
    body = body_of(fmt, ap);
    va_end(ap);
    r = tell_plugin(p, NULL, NULL, body);
    g_free(body);
    return r;
}

json_t *ask_jsep(struct person *p, const char *type, const char *sdp, const char *fmt, ...)
{
    va_list ap;
    char *body;
    json_t *r;

    va_start(ap, fmt);
    body = body_of(fmt, ap);
    va_end(ap);
    r = tell_plugin(p, type, sdp, body);
    g_free(body);
    return r;
}

json_t *heard(struct person *p)
{
    json_t *m = take(p, NULL);

    return m ? data_of(p, m) : NULL;
}

void deaf(struct person *p)
{
    json_t *m;

    while ((m = heard(p)))
        json_decref(m);
}

void all_deaf(void)
{
    struct world_sent *s;

    while ((s = g_queue_pop_head(&world.sent))) {
        json_decref(s->json);
        g_free(s);
    }
}

void person_leaves(struct person *p)
{
    json_t *m;
    char text[200];

    snprintf(text, sizeof(text),
             "{\"janus\":\"detach\",\"transaction\":\"d%llu\",\"session_id\":%llu,\"handle_id\":%llu}",
             (unsigned long long)p->handle, (unsigned long long)session, (unsigned long long)p->handle);
    world_say(WORLD_WS, text);
    snprintf(text, sizeof(text), "d%llu", (unsigned long long)p->handle);
    m = take(p, text);
    assert_non_null(m);
    json_decref(m);
    deaf(p);
}

/* --- words -------------------------------------------------------------------------------------------------------- */

const char *word_of(const json_t *data)
{
    /* what an event is about; the first that is there */
    static const char *const keys[] = {"configured", "joining", "publishers", "unpublished", "leaving",  "kicked",
                                       "moderation", "started", "paused",     "left",        "switched", "substream",
                                       "temporal",   "locked",  "demand",     "display",     "metadata", NULL};
    static char word[64];
    const char *what = json_string_value(json_object_get(data, "videoroom"));
    const char *jsep = json_string_value(json_object_get(data, "+jsep"));
    const json_t *code = json_object_get(data, "error_code");

    if (!data)
        return "nothing";
    if (code)
        snprintf(word, sizeof(word), "error %d", (int)json_integer_value(code));
    else if (!what)
        snprintf(word, sizeof(word), "%s", json_string_value(json_object_get(data, "janus")));
    else if (strcmp(what, "event") != 0)
        snprintf(word, sizeof(word), "%s%s%s", what, jsep ? "+" : "", jsep ? jsep : "");
    else
        for (size_t i = 0; keys[i]; i++)
            if (json_object_get(data, keys[i])) {
                snprintf(word, sizeof(word), "event/%s%s%s", keys[i], jsep ? "+" : "", jsep ? jsep : "");
                break;
            }
    return word;
}

void expect_word(json_t *data, const char *word)
{
    char *text = data ? json_dumps(data, 0) : NULL;

    if (strcmp(word_of(data), word) != 0)
        fail_msg("%s, wanted %s: %s", word_of(data), word, text ? text : "");
    free(text);
    json_decref(data);
}

void expect_silence(struct person *p)
{
    expect_word(heard(p), "nothing");
}

/* --- descriptions ------------------------------------------------------------------------------------------------- */

char *offer_of(const char *media)
{
    GString *g = g_string_new(HEAD "a=setup:actpass\r\na=group:BUNDLE");

    for (size_t i = 0; media[i]; i++)
        g_string_append_printf(g, " %zu", i);
    g_string_append(g, "\r\n");
    for (size_t i = 0; media[i]; i++) {
        const char *how = strchr("xA", media[i]) ? "inactive" : "sendonly";

        if (strchr("aA", media[i]))
            g_string_append_printf(g,
                                   "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:%zu\r\na=%s\r\na=rtcp-mux\r\n"
                                   "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n"
                                   "a=rtpmap:111 opus/48000/2\r\na=fmtp:111 useinbandfec=1\r\n",
                                   i, how);
        else if (media[i] == 'd')
            g_string_append_printf(
                g, "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:%zu\r\na=sctp-port:5000\r\n", i);
        else
            g_string_append_printf(g,
                                   "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:%zu\r\na=%s\r\na=rtcp-mux\r\n"
                                   "a=rtpmap:96 VP8/90000\r\n",
                                   i, how);
    }
    return g_string_free(g, FALSE);
}

char *answer_to(const char *offer)
{
    char **line = g_strsplit(offer, "\r\n", 0);
    GString *g = g_string_new(HEAD "a=setup:active\r\n");
    bool media = false;

    for (char **l = line; *l; l++) {
        media |= g_str_has_prefix(*l, "m=");
        if (g_str_has_prefix(*l, "a=group:"))
            g_string_append_printf(g, "%s\r\n", *l);
        if (!media)
            continue;
        if (g_str_has_prefix(*l, "m=") || g_str_has_prefix(*l, "a=mid:") || g_str_has_prefix(*l, "a=rtpmap:") ||
            g_str_has_prefix(*l, "a=fmtp:") || g_str_has_prefix(*l, "a=sctp-port:"))
            g_string_append_printf(g, "%s\r\n", *l);
        if (!strcmp(*l, "a=sendonly"))
            g_string_append(g, "a=recvonly\r\n");
        if (!strcmp(*l, "a=inactive"))
            g_string_append(g, "a=inactive\r\n");
    }
    g_strfreev(line);
    return g_string_free(g, FALSE);
}

/* --- what most tests begin with ----------------------------------------------------------------------------------- */

void room_make(unsigned id, const char *more)
{
    struct person *p = person_new();

    expect_word(ask(p, "{'request':'create','room':%u,'publishers':10%s}", id, more ? more : ""), "created");
    person_leaves(p);
}

void room_join(struct person *p, unsigned room, const char *more)
{
    json_t *r =
        ask(p, "{'request':'join','ptype':'publisher','room':%u,'display':'somebody'%s}", room, more ? more : "");

    p->id = (uint64_t)json_integer_value(json_object_get(r, "id"));
    p->private_id = (uint32_t)json_integer_value(json_object_get(r, "private_id"));
    expect_word(r, "joined");
}

void comes_up(struct person *p)
{
    world_tell(&(struct gw_news){.tag = GW_NEWS_UP, .peer = p->peer});
}

void room_publish(struct person *p, const char *media)
{
    char *offer = offer_of(media);

    expect_word(ask_jsep(p, "offer", offer, "{'request':'publish'}"), "event/configured+answer");
    g_free(offer);
    comes_up(p);
}

void room_watch(struct person *p, unsigned room, uint64_t feed)
{
    expect_word(ask(p, "{'request':'join','ptype':'subscriber','room':%u,'streams':[{'feed':%llu}]}", room,
                    (unsigned long long)feed),
                "attached+offer");
}

void answer_offer(struct person *p)
{
    char *answer = answer_to(p->sdp);

    expect_word(ask_jsep(p, "answer", answer, "{'request':'start'}"), "event/started");
    g_free(answer);
}
