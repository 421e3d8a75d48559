/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sdp/sdp.h"
#include "sim/whole/whole.h"

#define HEAD                                                                                                           \
    "v=0\r\no=- 5 %u IN IP4 192.0.2.2\r\ns=-\r\nt=0 0\r\na=ice-ufrag:phone\r\na=ice-pwd:0123456789abcdefghijkl\r\n"    \
    "a=fingerprint:sha-256 %s\r\na=setup:%s\r\na=extmap-allow-mixed\r\n"

static const char *const rids[] = {"q", "h", "f"};

struct phone *phone_new(struct seat *s)
{
    struct whole *w = s->person->whole;
    struct phone *p = g_new0(struct phone, 1);

    p->seat = s;
    p->client = sim_client_blank(w->sim);
    p->lossless = w->conf.easy || whole_chance(w, 60);
    p->busy = !w->conf.easy && whole_chance(w, 10);
    p->client->up.delay_us = p->client->down.delay_us = 1000 + whole_random(w, 60000);
    if (!p->lossless) {
        p->client->up.loss = whole_random(w, 100) / 1000.0;
        p->client->down.loss = whole_random(w, 100) / 1000.0;
        p->client->up.jitter_us = whole_random(w, 20000);
        p->client->down.jitter_us = whole_random(w, 20000);
    }
    w->calls++;
    return p;
}

void phone_end(struct phone *p, bool alert)
{
    GHashTableIter it;
    struct sender_of *o;

    if (!p)
        return;
    phone_check(p);
    g_hash_table_iter_init(&it, p->seat->person->whole->publisher);
    while (g_hash_table_iter_next(&it, NULL, (gpointer *)&o))
        if (o->phone == p)
            o->phone = NULL;
    for (unsigned i = 0; i < p->client->n_in; i++)
        p->client->in[i]->heard = NULL;
    p->client->said = NULL;
    if (alert && p->client->dtls)
        gw_dtls_close(p->client->dtls, whole_now(p->seat->person->whole));
    p->client->deaf = true;
    g_free(p);
}

/* --- streams ------------------------------------------------------------------------------------------------------ */

static void has_data(struct phone *p); /* what comes by it is below */

static void add_stream(struct phone *p, struct line *l, unsigned layer)
{
    struct whole *w = p->seat->person->whole;
    unsigned mindex = (unsigned)(l - p->line);
    struct sim_out *o = sim_client_send(p->client, mindex, l->kind == 'v', layer, l->layers > 1 ? rids[layer] : NULL);
    struct sender_of *who = g_new0(struct sender_of, 1);

    o->ssrc = 0x10000u + 2 * ++w->streams;
    o->rtx_ssrc = o->ssrc + 1;
    o->every_us = l->kind == 'v' ? 100000 : 60000;
    if (p->busy)
        o->every_us = 20000;
    o->packets_per_frame = p->busy ? 4 : 2;
    o->temporal = l->kind == 'v' && whole_chance(w, 60);
    o->payload = l->kind == 'v' ? 200 + 100 * layer : 60;
    if (l->kind == 'a')
        o->packets_per_frame = 1;
    l->out[l->n_out++] = o;
    *who = (struct sender_of){.feed = p->seat->id, .room = p->seat->room, .lossless = p->lossless, .phone = p};
    g_hash_table_insert(w->publisher, GUINT_TO_POINTER(o->ssrc), who);
}

void phone_add(struct phone *p, const char *media)
{
    for (const char *m = media; *m && p->n_lines < PHONE_LINES - 1; m++) {
        struct line *l;

        if (*m >= '0' && *m <= '9')
            continue;
        l = &p->line[p->n_lines];
        *l = (struct line){.kind = *m, .sends = true, .layers = m[1] == '3' ? 3 : 1};
        g_snprintf(l->mid, sizeof(l->mid), "%c", 'a' + p->n_lines++);
        if (*m == 'd')
            has_data(p);
        for (unsigned i = 0; *m != 'd' && i < l->layers && p->client->n_out < SIM_STREAMS; i++)
            add_stream(p, l, i);
    }
}

void phone_drop(struct phone *p, unsigned line)
{
    struct line *l = &p->line[line];

    l->gone = true;
    for (unsigned i = 0; i < l->n_out; i++)
        l->out[i]->on = false;
}

void phone_back(struct phone *p, unsigned line)
{
    struct line *l = &p->line[line];

    l->gone = false;
    for (unsigned i = 0; i < l->n_out; i++)
        l->out[i]->on = true;
}

/* Who may hear it is written in it. */
bool phone_says(struct phone *p, uint64_t feed, unsigned room)
{
    char text[60];
    const struct gw_sctp_message m = {.label = "talk", .protocol = "", .data = (const uint8_t *)text};
    struct gw_sctp_message copy = m;

    if (!p->client->sctp_up || (p->seat->kind == SEAT_PUBLISHER && !room)) /* its room has gone, and so will the call */
        return false;
    g_snprintf(text, sizeof(text), "%u %llu", room, (unsigned long long)feed);
    copy.len = strlen(text);
    return !gw_sctp_send(p->client->sctp, &copy);
}

/* --- what came ---------------------------------------------------------------------------------------------------- */

/* A packet of somebody: of the feed that this m-line carries, or has carried until just now. */
static void heard(void *arg, const struct sim_in *in, const struct sim_seen *seen)
{
    struct phone *p = arg;
    struct seat *s = p->seat;
    struct whole *w = s->person->whole;
    const struct sender_of *who = g_hash_table_lookup(w->publisher, GUINT_TO_POINTER(seen->publisher));
    const struct feed_of *f = in->mindex < PHONE_LINES ? &s->feeds[in->mindex] : NULL;

    w->packets++;
    p->lossless &= !who || who->lossless; /* gaps that were there before are handed on */
    if (!who)
        whole_wrong(w, "a packet of nobody (%u) at handle %llu", seen->publisher, (unsigned long long)s->handle);
    if (s->kind == SEAT_ECHO && who->phone != p)
        whole_wrong(w, "an echo of somebody else at handle %llu", (unsigned long long)s->handle);
    if (s->kind != SEAT_SUBSCRIBER)
        return;
    if (who->room != s->room)
        whole_wrong(w, "a packet of room %u at handle %llu, which is in room %u", who->room,
                    (unsigned long long)s->handle, s->room);
    if (!seat_may_hear(s, who->feed))
        whole_wrong(w, "a packet of feed %llu at handle %llu, which never asked for it", (unsigned long long)who->feed,
                    (unsigned long long)s->handle);
    /* settled for a while: nothing asked, nothing new, no offer under way */
    if (!f || s->asked || s->offer || whole_now(w) - s->quiet_us < 1000000 || whole_now(w) - f->since_us < 1000000)
        return;
    if (who->feed != f->feed)
        whole_wrong(w, "m-line %u of handle %llu carries feed %llu and was said to carry %llu", in->mindex,
                    (unsigned long long)s->handle, (unsigned long long)who->feed, (unsigned long long)f->feed);
}

static void said(void *arg, const struct gw_sctp_message *m)
{
    struct phone *p = arg;
    struct seat *s = p->seat;
    char text[60] = "";
    unsigned long long feed = 0;
    unsigned room = 0;

    s->person->whole->messages++;
    memcpy(text, m->data, MIN(m->len, sizeof(text) - 1));
    if (sscanf(text + strcspn(text, "0123456789"), "%u %llu", &room, &feed) != 2) /* an echo says more */
        whole_wrong(s->person->whole, "a message that nobody sent: %s", text);
    if (s->kind == SEAT_SUBSCRIBER && room != s->room)
        whole_wrong(s->person->whole, "a message of room %u at handle %llu, which is in room %u", room,
                    (unsigned long long)s->handle, s->room);
    if (s->kind == SEAT_SUBSCRIBER && !seat_may_hear(s, feed))
        whole_wrong(s->person->whole, "a message of feed %llu at handle %llu, which never asked for it", feed,
                    (unsigned long long)s->handle);
}

static void has_data(struct phone *p)
{
    p->client->said = said;
    p->client->said_arg = p;
    sim_client_data(p->client);
}

static void expect(struct phone *p, unsigned mindex, const struct gw_sdp_ssrcs *ssrcs)
{
    struct line *l = &p->line[mindex];
    struct sim_in *in;

    if (!ssrcs->n || l->in_ssrc == ssrcs->ssrc[0] || p->client->n_in == SIM_STREAMS)
        return;
    if (l->in_ssrc)
        whole_wrong(p->seat->person->whole, "the SSRC of m-line %u changed", mindex);
    l->in_ssrc = ssrcs->ssrc[0];
    in = g_new0(struct sim_in, 1);
    in->ssrc = ssrcs->ssrc[0];
    in->rtx_ssrc = ssrcs->rtx[0];
    in->mindex = mindex;
    in->nack_on = l->kind == 'v';
    in->heard = p->seat->kind == SEAT_RECORD ? NULL : heard;
    in->arg = p;
    p->client->in[p->client->n_in++] = in;
}

void phone_check(struct phone *p)
{
    struct whole *w = p->seat->person->whole;

    if (p->seat->kind == SEAT_RECORD) /* what is played is packed anew */
        return;
    for (unsigned i = 0; i < p->client->n_in; i++) {
        const struct sim_in *in = p->client->in[i];

        if (in->bad)
            whole_wrong(w, "%u packets with wrong content at handle %llu", in->bad,
                        (unsigned long long)p->seat->handle);
        if (!p->lossless)
            continue;
        if (in->duplicates)
            whole_wrong(w, "%u numbers twice in stream %u of handle %llu", in->duplicates, in->mindex,
                        (unsigned long long)p->seat->handle);
        if (in->started && sim_holes(in, 0))
            whole_wrong(w, "%u numbers missing in stream %u of handle %llu", sim_holes(in, 0), in->mindex,
                        (unsigned long long)p->seat->handle);
    }
}

/* --- descriptions ------------------------------------------------------------------------------------------------- */

static void write_media(GString *g, const struct line *l, const char *direction)
{
    if (l->kind == 'd') {
        g_string_append_printf(g,
                               "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=mid:%s\r\n"
                               "a=sctp-port:5000\r\n",
                               l->mid);
        return;
    }
    if (l->kind == 'a')
        g_string_append_printf(g,
                               "m=audio 9 UDP/TLS/RTP/SAVPF %d\r\nc=IN IP4 0.0.0.0\r\na=rtpmap:%d opus/48000/2\r\n"
                               "a=extmap:%d urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n",
                               SIM_PT_OPUS, SIM_PT_OPUS, SIM_EXT_LEVEL);
    else
        g_string_append_printf(
            g,
            "m=video 9 UDP/TLS/RTP/SAVPF %d %d\r\nc=IN IP4 0.0.0.0\r\na=rtpmap:%d VP8/90000\r\n"
            "a=rtpmap:%d rtx/90000\r\na=fmtp:%d apt=%d\r\na=rtcp-fb:%d nack\r\na=rtcp-fb:%d nack pli\r\n"
            "a=rtcp-fb:%d goog-remb\r\na=rtcp-fb:%d transport-cc\r\n"
            "a=extmap:%d urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\r\n"
            "a=extmap:%d urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id\r\n",
            SIM_PT_VP8, SIM_PT_RTX, SIM_PT_VP8, SIM_PT_RTX, SIM_PT_RTX, SIM_PT_VP8, SIM_PT_VP8, SIM_PT_VP8, SIM_PT_VP8,
            SIM_PT_VP8, SIM_EXT_RID, SIM_EXT_RRID);
    g_string_append_printf(g,
                           "a=extmap:%d urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
                           "a=extmap:%d http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01\r\n"
                           "a=mid:%s\r\na=%s\r\na=rtcp-mux\r\n",
                           SIM_EXT_MID, SIM_EXT_TWCC, l->mid, direction);
    for (unsigned i = 0; l->layers > 1 && i < l->layers; i++)
        g_string_append_printf(g, "a=rid:%s send\r\n", rids[i]);
    if (l->layers > 1)
        g_string_append(g, "a=simulcast:send q;h;f\r\n");
    else if (l->n_out)
        g_string_append_printf(g, "a=ssrc:%u cname:phone\r\n", l->out[0]->ssrc);
}

static void write_bundle(GString *g, const struct phone *p)
{
    g_string_append(g, "a=group:BUNDLE");
    for (unsigned i = 0; i < p->n_lines; i++)
        g_string_append_printf(g, " %s", p->line[i].mid);
    g_string_append(g, "\r\n");
}

char *phone_offer(struct phone *p)
{
    bool both = p->seat->kind == SEAT_ECHO;
    GString *g = g_string_new(NULL);

    g_string_append_printf(g, HEAD, ++p->version, world_fingerprint, "actpass");
    write_bundle(g, p);
    for (unsigned i = 0; i < p->n_lines; i++)
        write_media(g, &p->line[i], p->line[i].gone ? "inactive" : both ? "sendrecv" : "sendonly");
    return g_string_free(g, FALSE);
}

/* The first description of the gateway's: which peer it is, and who begins the handshake. */
static void meet(struct phone *p, const struct gw_sdp *s)
{
    struct whole *w = p->seat->person->whole;
    const char *ufrag = gw_sdp_get_any(s, "ice-ufrag"), *setup = gw_sdp_get_any(s, "setup");
    gw_peer_id id;

    if (p->met || !ufrag || !setup)
        return;
    id = whole_peer_of(w, ufrag);
    if (!id) /* closed again already */
        return;
    if (!strcmp(setup, "actpass"))
        p->setup = whole_chance(w, 80) ? 'a' : 'p';
    else
        p->setup = !strcmp(setup, "passive") ? 'a' : 'p';
    p->met = true;
    sim_client_meet(p->client, id, p->setup == 'a');
    if (w->conf.easy || whole_chance(w, 92))
        p->calls_us = whole_now(w) + 5000 + whole_random(w, 300000);
}

static struct gw_sdp *parse(struct phone *p, const char *sdp)
{
    struct gw_sdp *s;

    if (gw_sdp_parse(&s, sdp, strlen(sdp)))
        whole_wrong(p->seat->person->whole, "the gateway's description is none: %s", sdp);
    return s;
}

static void read_lines(struct phone *p, const struct gw_sdp *s)
{
    for (unsigned i = 0; i < s->n_media && i < p->n_lines; i++) {
        struct gw_sdp_ssrcs ssrcs;

        gw_sdp_read_ssrcs(&s->media[i], &ssrcs);
        expect(p, i, &ssrcs);
    }
}

void phone_answered(struct phone *p, const char *sdp)
{
    struct gw_sdp *s = parse(p, sdp);

    if (s->n_media != p->n_lines)
        whole_wrong(p->seat->person->whole, "an answer with %u m-lines to an offer of %u", s->n_media, p->n_lines);
    meet(p, s);
    read_lines(p, s);
    gw_sdp_free(s);
}

/* Takes all that it is offered: the gateway's numbers are its own. */
char *phone_answer(struct phone *p, const char *sdp)
{
    struct gw_sdp *s = parse(p, sdp);
    GString *g = g_string_new(NULL);

    if (s->n_media < p->n_lines)
        whole_wrong(p->seat->person->whole, "an offer with %u m-lines after one of %u", s->n_media, p->n_lines);
    for (; p->n_lines < s->n_media && p->n_lines < PHONE_LINES; p->n_lines++) {
        const struct gw_sdp_media *m = &s->media[p->n_lines];
        const char *mid = gw_sdp_media_get(m, "mid");

        p->line[p->n_lines] = (struct line){.kind = gw_sdp_is_sctp(m) ? 'd' : m->kind[0], .layers = 1};
        g_strlcpy(p->line[p->n_lines].mid, mid ? mid : "?", sizeof(p->line[0].mid));
        if (p->line[p->n_lines].kind == 'd')
            has_data(p);
    }
    meet(p, s);
    read_lines(p, s);
    g_string_append_printf(g, HEAD, ++p->version, world_fingerprint, p->setup == 'p' ? "passive" : "active");
    write_bundle(g, p);
    for (unsigned i = 0; i < p->n_lines; i++)
        write_media(g, &p->line[i], gw_sdp_direction(s, &s->media[i]) == GW_SDP_INACTIVE ? "inactive" : "recvonly");
    gw_sdp_free(s);
    return g_string_free(g, FALSE);
}

void phone_turn(struct phone *p)
{
    if (p->calls_us && p->calls_us <= whole_now(p->seat->person->whole)) {
        p->calls_us = 0;
        if (sim_client_is_there(p->client))
            sim_client_connect(p->client);
    }
}
