/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What somebody sends who has finished ICE and DTLS with us and has valid SRTP keys: into a whole peer, its sources,
 * fan-out, feedback and sinks, and what is sent to one who watches, or what that one says of it. Pieces, each with its
 * length in two bytes before it, whose two top bits say what it is: 0 an RTP packet, 1 RTCP (both sealed on the way), 2
 * a datagram as it is (DTLS, STUN, garbage), 3 time that passes; the next bit says that it is of the one who watches.
 * What comes to either must be such that its keys open it.
 *
 * Handshakes cost a hundred times what the rest does, so one call serves many inputs. To have what led to a failure in
 * one file all the same, the pieces since the call began are kept in the file that FUZZ_HISTORY names: it is an input.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "rtp/rtp.h"
#include "sim/stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PIECE_MAX   1400
#define HISTORY_MAX (1 << 20)
#define OF_VIEWER   0x20

static struct {
    struct sim_world *world; /* owned; NULL: none has begun */
    struct sim_client *sender, *viewer;
    struct sim_out *video; /* the sender's, which goes on by itself */
    uint64_t index;        /* of what has another SSRC */
    uint8_t *history;      /* mapped, or NULL */
    size_t history_len;
} call;

static void map_history(void)
{
    const char *file = getenv("FUZZ_HISTORY");
    int fd = file ? open(file, O_RDWR | O_CREAT, 0644) : -1;
    void *map;

    if (fd < 0 || ftruncate(fd, HISTORY_MAX))
        return;
    map = mmap(NULL, HISTORY_MAX, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    call.history = map == MAP_FAILED ? NULL : map;
    close(fd);
}

static void begin(void)
{
    struct gw_mline m[] = {sim_audio(0, true, false), sim_video(1, true, false)},
                    n[] = {sim_audio(0, false, true), sim_video(1, false, true)};

    call.world = sim_world_new(5);
    call.index = 100;
    call.history_len = 0;
    if (call.history)
        memset(call.history, 0, HISTORY_MAX);
    call.sender = sim_client_new(call.world, 0, true);
    m[0].ssrc[0] = 1;
    m[1].ssrc[0] = 2;
    m[1].rtx_ssrc[0] = 3;
    sim_client_media(call.sender, m, 2);
    call.video = sim_client_send(call.sender, 1, true, 0, NULL);
    call.video->ssrc = 2;
    call.video->rtx_ssrc = 3;
    call.viewer = sim_client_new(call.world, 1, true);
    sim_client_media(call.viewer, n, 2);
    for (unsigned i = 0; i < 2; i++) {
        sim_client_expect(call.viewer, &n[i]);
        sim_link_tracks(call.world, sim_track(call.viewer, i), sim_track(call.sender, i));
    }
    sim_client_connect(call.sender);
    sim_client_connect(call.viewer);
    sim_run_ms(call.world, 300);
    if (!call.sender->connected || !call.viewer->connected)
        abort();
}

static void end(void)
{
    if (call.world)
        sim_world_free(call.world);
    call.world = NULL;
}

static bool is_there(void)
{
    return sim_client_is_there(call.sender) && sim_client_is_there(call.viewer);
}

static void check(void)
{
    if (call.sender->unopened || call.viewer->unopened)
        abort();
}

/* It takes its turn in the stream whose SSRC it has: numbers that go back would only be replays. */
static void send_rtp(const uint8_t *data, size_t len)
{
    struct sim_out *o = call.video;
    uint8_t copy[PIECE_MAX];
    struct gw_rtp_header h;
    uint64_t index;

    if (!len)
        return;
    memcpy(copy, data, len);
    if (gw_rtp_parse(&h, copy, len))
        return;
    if (h.ssrc == o->ssrc) {
        index = o->index += copy[1] & 1;
        o->seq = (uint16_t)++o->index;
    } else {
        index = call.index += 1 + (copy[1] & 1);
    }
    copy[2] = (uint8_t)(index >> 8);
    copy[3] = (uint8_t)index;
    sim_client_rtp(call.sender, copy, h.payload.offset, len, index);
}

static void remember(const uint8_t *head, const uint8_t *data, size_t len)
{
    if (!call.history || call.history_len + 2 + len > HISTORY_MAX)
        return;
    call.history[call.history_len++] = (uint8_t)((head[0] & (0xc0 | OF_VIEWER)) | len >> 8);
    call.history[call.history_len++] = (uint8_t)len;
    if (len && data)
        memcpy(call.history + call.history_len, data, len);
    call.history_len += data ? len : 0;
}

static void one(unsigned what, struct sim_client *of, const uint8_t *data, size_t len)
{
    uint8_t copy[PIECE_MAX + 100];

    if (len)
        memcpy(copy, data, len);
    if (what == 0 && of == call.sender)
        send_rtp(data, len);
    else if (what <= 1 && len >= 8)
        sim_client_rtcp(of, copy, len);
    else if (what == 2 && len)
        sim_net_send(call.world->net, &of->up, copy, len, call.world->now_us);
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    map_history();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static unsigned served;

    if (!call.world) {
        served = 0;
        begin();
    }
    while (size >= 2) {
        const uint8_t *head = data;
        size_t len = (size_t)(head[0] & 0x1f) << 8 | head[1];

        if (!is_there()) { /* it has ended its call */
            end();
            begin();
        }
        data += 2;
        size -= 2;
        if (head[0] >> 6 == 3 || len > PIECE_MAX) {
            remember((const uint8_t[]){0xc0}, NULL, len & 0xff);
            sim_run_ms(call.world, (int64_t)(len & 0xff));
            continue;
        }
        len = len < size ? len : size;
        remember(head, data, len);
        one(head[0] >> 6, head[0] & OF_VIEWER ? call.viewer : call.sender, data, len);
        data += len;
        size -= len;
    }
    remember((const uint8_t[]){0xc0}, NULL, 20);
    sim_run_ms(call.world, 20);
    sim_forget_news(call.world);
    check();
    if (++served < 400 && is_there() && call.history_len < HISTORY_MAX / 2)
        return 0;
    sim_run_ms(call.world, 1200);
    check();
    end();
    return 0;
}
