/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inlets of one sender: packets of a plugin, and datagrams of strangers at ports of plain RTP, of SRTP and of RTCP,
 * with right keys and wrong ones. The input is steps: [what, and time][length][bytes]. The sockets are none (see
 * "sockets"): the harness takes the place of plain/.
 */
#include <stdlib.h>
#include <string.h>

#include "loop/timer.h"
#include "peer/state.h"
#include "plain/plain.h"
#include "rtcp/rtcp.h"

#define NO_SOCKET 1000000 /* numbers that no descriptor has */
#define MESSAGES  0x44444444

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct gw_engine *engine;
static struct gw_timers *timers;
static struct gw_sealer *sealer;
static struct gw_srtp *far; /* the other end of the port with SRTP */
static atomic_uint waiting;
static uint32_t sealed; /* packets, for the upper bits of their numbers */

static const uint8_t key[GW_PLAIN_KEY] = "0123456789abcdefghijklmnopqrs";

enum track { AUDIO, VIDEO, DATA, TRACKS };

static void require(bool ok)
{
    if (!ok)
        abort();
}

/* --- sockets ------------------------------------------------------------------------------------------------------ */

enum port { SHARED, SECRET, SECRET_RTCP, PORTS };

struct gw_plain_port {
    gw_plain_packet_fn *fn;
    void *owner;
    bool heard;
};

static struct gw_plain_port *ports[PORTS]; /* NULL: closed */
static uint8_t out[2048];

void gw_plain_before_flush(struct gw_plain *p, void (*fn)(void *arg), void *arg)
{
}

void gw_plain_flush(struct gw_plain *p)
{
}

int gw_plain_add(struct gw_plain_port **port, struct gw_plain *p, int fd, gw_plain_packet_fn *fn, void *owner)
{
    require(fd >= NO_SOCKET && fd < NO_SOCKET + PORTS && !ports[fd - NO_SOCKET]);
    *port = ports[fd - NO_SOCKET] = calloc(1, sizeof(**port));
    require(*port != NULL);
    **port = (struct gw_plain_port){.fn = fn, .owner = owner};
    return 0;
}

void gw_plain_remove(struct gw_plain_port *port)
{
    for (unsigned i = 0; port && i < PORTS; i++)
        if (ports[i] == port)
            ports[i] = NULL;
    free(port);
}

struct gw_plain_port *gw_plain_sender(struct gw_plain *p)
{
    return NULL;
}

uint8_t *gw_plain_reserve(struct gw_plain_port *port, const struct gw_address *to, size_t cap)
{
    require(cap <= sizeof(out));
    return out;
}

/* Only who was heard is answered, with RTCP that its keys open. */
void gw_plain_commit(struct gw_plain_port *port, const struct gw_address *to, const void *owner, size_t len)
{
    struct gw_rtcp_packet p;
    struct gw_rtcp_iter it;
    unsigned n = 0;

    require(port->heard && !gw_address_is_none(to));
    if (port != ports[SHARED])
        require(!gw_srtp_open_rtcp(far, out, &len));
    gw_rtcp_begin(&it, out, len);
    while (gw_rtcp_next(&it, &p))
        n++;
    require(n > 0);
}

static struct gw_address sender(bool stranger)
{
    const uint8_t ip[4] = {192, 0, 2, stranger ? 9 : 1};

    return gw_address_make(ip, false, 5004);
}

static void datagram(enum port at, const uint8_t *data, size_t len, bool stranger, int64_t now_us)
{
    struct gw_packet *pkt = ports[at] ? gw_packet_take(gw_engine_pool(engine)) : NULL;
    struct gw_address from = sender(stranger);

    if (!pkt)
        return;
    memcpy(pkt->data, data, len);
    pkt->len = (uint16_t)len;
    pkt->arrival_us = now_us;
    ports[at]->heard = true;
    ports[at]->fn(ports[at]->owner, pkt, &from, now_us);
}

/* With the right keys. */
static void secret(enum port at, const uint8_t *data, size_t len, int64_t now_us)
{
    uint8_t room[255 + GW_SRTP_OVERHEAD];
    struct gw_rtp_header h;

    memcpy(room, data, len);
    if (gw_datagram_kind(data, len) == GW_DATAGRAM_RTCP) {
        if (!gw_srtp_seal_rtcp(far, room, &len, sizeof(room)))
            datagram(at, room, len, false, now_us);
    } else if (!gw_rtp_parse(&h, data, len)) {
        gw_seal_rtp(sealer, far, room, h.payload.offset, len, (uint64_t)(sealed >> 8) << 16 | h.seq);
        gw_seal_flush(sealer);
        sealed++;
        datagram(at, room, len + gw_srtp_overhead(far), false, now_us);
    }
}

/* --- inlets ------------------------------------------------------------------------------------------------------- */

static bool take_news(void *arg, const struct gw_news *news)
{
    struct gw_news n = *news;

    gw_news_drop(&n);
    return true;
}

static gw_track_id id_of(enum track t)
{
    return gw_track_make(gw_peer_make(1, 0), t);
}

static void order(struct gw_order o, int64_t now_us)
{
    gw_engine_order(engine, &o, now_us);
}

static void open_port(enum track t, bool is_secret, int64_t now_us)
{
    struct gw_path_conf *c = ports[is_secret ? SECRET : SHARED] ? NULL : calloc(1, sizeof(*c));

    if (!c)
        return;
    *c = (struct gw_path_conf){.rtp_fd = NO_SOCKET + (is_secret ? SECRET : SHARED),
                               .rtcp_fd = is_secret ? NO_SOCKET + SECRET_RTCP : -1,
                               .shared = !is_secret,
                               .timeout_s = 2};
    if (is_secret) {
        c->profile = GW_SRTP_CM_SHA1_80;
        c->from = sender(false);
        memcpy(c->key, key, sizeof(key));
    }
    order((struct gw_order){.tag = GW_ORDER_INLET_PORT, .track = id_of(t), .u.path = c}, now_us);
}

/* Audio with any SSRC, simulcast video with RTX and a dependency descriptor, messages. */
static void make(enum track t, int64_t now_us)
{
    struct gw_media *m = calloc(1, sizeof(*m) + sizeof(m->m[0]));
    bool video = t == VIDEO;

    require(m != NULL);
    m->n = 1;
    m->m[0] = (struct gw_mline){.mindex = (uint8_t)t,
                                .kind = t == DATA ? GW_DATA
                                        : video   ? GW_VIDEO
                                                  : GW_AUDIO,
                                .codec = video ? GW_VP9 : GW_OPUS,
                                .receive = true,
                                .clock_rate = video ? 90000 : 48000,
                                .payload_type = video ? 98 : 111,
                                .rtx_payload_type = video ? 99 : 0,
                                .red_payload_type = video ? 0 : 63,
                                .any_type = t == AUDIO,
                                .nack = true,
                                .svc = video,
                                .layers = video ? 2 : 1,
                                .ssrc = {video       ? 0x11111111
                                         : t == DATA ? MESSAGES
                                                     : 0,
                                         video ? 0x22222222 : 0},
                                .rtx_ssrc = {video ? 0x33333333 : 0}};
    m->m[0].ext[GW_EXT_AUDIO_LEVEL] = 1;
    m->m[0].ext[GW_EXT_ORIENTATION] = 2;
    m->m[0].ext[GW_EXT_DEPENDENCY_DESCRIPTOR] = 3;
    order((struct gw_order){.tag = GW_ORDER_INLET_NEW, .track = id_of(t), .u.media = m}, now_us);
    if (t == VIDEO)
        open_port(t, false, now_us);
    if (t == AUDIO)
        open_port(t, true, now_us);
}

static void again(enum track t, int64_t now_us)
{
    order((struct gw_order){.tag = GW_ORDER_INLET_CLOSE, .track = id_of(t)}, now_us);
    gw_engine_turn_end(engine, now_us);
    make(t, now_us);
}

static void inject(enum track t, const uint8_t *data, size_t len, int64_t now_us)
{
    struct gw_injected *in = calloc(1, sizeof(*in) + len + 1);

    require(in != NULL);
    atomic_fetch_add(&waiting, 1);
    in->waiting = &waiting;
    in->is_data = t == DATA;
    in->len = (uint32_t)len;
    memcpy(in->bytes + in->is_data, data, len); /* a message's label is empty */
    order((struct gw_order){.tag = GW_ORDER_INJECT, .track = id_of(t), .u.injected = in}, now_us);
}

/* --- steps -------------------------------------------------------------------------------------------------------- */

static void step(unsigned what, const uint8_t *data, size_t len, int64_t now_us)
{
    enum track t = (enum track)(len % TRACKS);

    switch (what) {
    case 0:
    case 1:
    case 2:
        inject((enum track)what, data, len, now_us);
        break;
    case 3:
    case 4:
        datagram(SHARED, data, len, what == 4, now_us);
        break;
    case 5:
    case 6:
        secret(what == 5 ? SECRET : SECRET_RTCP, data, len, now_us);
        break;
    case 7:
    case 8:
        datagram(what == 7 ? SECRET : SECRET_RTCP, data, len, false, now_us);
        break;
    case 9:
        datagram(SECRET, data, len, true, now_us);
        break;
    case 10:
        order((struct gw_order){.tag = GW_ORDER_KEYFRAME, .track = id_of(VIDEO)}, now_us);
        break;
    case 11:
        order((struct gw_order){.tag = GW_ORDER_MUTE, .track = id_of(t), .u.number = (int64_t)(len & 1)}, now_us);
        break;
    case 12:
        again(t, now_us);
        break;
    default:
        break;
    }
}

static void begin(void)
{
    struct gw_engine_conf conf = {.sealer = "openssl",
                                  .settings = {.min_nack_queue_ms = 200, .no_media_s = 1},
                                  .max_peers = 10,
                                  .max_packets = 2000,
                                  .news = take_news};

    require(!gw_timers_new(&timers));
    conf.timers = timers;
    require(!gw_engine_new(&engine, &conf));
    gw_engine_set_plain(engine, (struct gw_plain *)&engine); /* never looked into */
    require(!gw_sealer_new(&sealer, "openssl"));
    require(!gw_srtp_new(&far, sealer, GW_SRTP_CM_SHA1_80, key, key, sizeof(key)));
    sealed = 0;
    for (unsigned t = 0; t < TRACKS; t++)
        make((enum track)t, 1000000);
    require(ports[SHARED] && ports[SECRET] && ports[SECRET_RTCP]);
}

static void end(int64_t now_us)
{
    for (unsigned t = 0; t < TRACKS; t++)
        order((struct gw_order){.tag = GW_ORDER_INLET_CLOSE, .track = id_of((enum track)t)}, now_us);
    gw_engine_turn_end(engine, now_us);
    require(!g_hash_table_size(engine->peers) && !gw_packet_pool_used(gw_engine_pool(engine)));
    require(!ports[SHARED] && !ports[SECRET] && !ports[SECRET_RTCP] && !atomic_load(&waiting));
    gw_engine_free(engine);
    gw_timers_free(timers);
    gw_srtp_free(far);
    gw_sealer_free(sealer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int64_t now_us = 1000000;

    begin();
    while (size >= 2) {
        size_t len = data[1];

        len = len > size - 2 ? size - 2 : len;
        step(data[0] & 15, data + 2, len, now_us);
        now_us += (data[0] >> 4) * 20000 + ((data[0] & 15) == 13 ? (int64_t)data[1] * 100000 : 0);
        gw_timers_run(timers, now_us);
        gw_engine_turn_end(engine, now_us);
        data += 2 + len;
        size -= 2 + len;
    }
    end(now_us);
    return 0;
}
