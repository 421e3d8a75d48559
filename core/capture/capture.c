/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <glib.h>

#include "base/err.h"
#include "capture/format.h"

#define LARGEST 4096 /* bytes of a packet; ours are below 1500 */

struct gw_capture {
    FILE *file; /* the writer's once packets come */
    enum gw_capture_kind kind;
    size_t truncate;
};

/* One packet, or with closing the end of its capture. */
struct piece {
    struct gw_capture *of;
    bool closing;
    struct gw_captured about;
    uint8_t data[];
};

static struct {
    GThread *thread; /* control's */
    GAsyncQueue *queue;
    atomic_uint waiting;
    _Atomic uint64_t dropped;
} writer;

/* --- the writer --------------------------------------------------------------------------------------------------- */

static void write_piece(const struct piece *p)
{
    struct gw_capture *c = p->of;
    uint8_t before[GW_PCAP_BEFORE];

    if (c->kind == GW_CAPTURE_TEXT) {
        gw_text2pcap_line(c->file, &p->about, p->data);
        return;
    }
    gw_pcap_record(before, &p->about);
    fwrite(before, 1, sizeof(before), c->file); /* a full disk shows in the file; nobody is there to be told */
    fwrite(p->data, 1, p->about.kept, c->file);
}

static void free_capture(struct gw_capture *c)
{
    fclose(c->file);
    free(c);
}

static gpointer write_all(gpointer unused)
{
    struct piece *p;

    while ((p = g_async_queue_pop(writer.queue))->of) {
        if (p->closing) {
            free_capture(p->of);
        } else {
            write_piece(p);
            atomic_fetch_sub(&writer.waiting, 1);
        }
        free(p);
    }
    free(p);
    return NULL;
}

static void give(struct gw_capture *c, bool closing)
{
    struct piece *p = calloc(1, sizeof(*p));

    if (!p)
        abort(); /* some bytes */
    p->of = c;
    p->closing = closing;
    g_async_queue_push(writer.queue, p);
}

static void start_writer(void)
{
    if (writer.thread)
        return;
    writer.queue = g_async_queue_new();
    writer.thread = g_thread_new("capture", write_all, NULL);
}

void gw_capture_end(void)
{
    if (!writer.thread)
        return;
    give(NULL, false);
    g_thread_join(writer.thread);
    g_async_queue_unref(writer.queue);
    writer.thread = NULL;
}

/* --- a capture ---------------------------------------------------------------------------------------------------- */

int gw_capture_open(struct gw_capture **out, const char *path, enum gw_capture_kind kind, unsigned truncate)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    struct gw_capture *c = fd >= 0 ? calloc(1, sizeof(*c)) : NULL;
    uint8_t header[GW_PCAP_FILE_HEADER];

    if (c)
        c->file = fdopen(fd, "w");
    if (!c || !c->file) {
        if (fd >= 0)
            close(fd);
        free(c);
        return GW_EIO;
    }
    c->kind = kind;
    c->truncate = truncate;
    if (kind == GW_CAPTURE_PCAP) {
        gw_pcap_begin(header);
        fwrite(header, 1, sizeof(header), c->file);
    }
    start_writer();
    *out = c;
    return 0;
}

void gw_capture_packet(struct gw_capture *c, bool incoming, const uint8_t *data, size_t len)
{
    size_t kept = c->truncate && c->truncate < len ? c->truncate : len;
    struct piece *p = NULL;

    if (len <= LARGEST && atomic_load(&writer.waiting) < GW_CAPTURE_WAITING)
        p = malloc(sizeof(*p) + kept);
    if (!p) {
        atomic_fetch_add(&writer.dropped, 1);
        return;
    }
    p->of = c;
    p->closing = false;
    p->about = (struct gw_captured){.incoming = incoming, .len = len, .kept = kept};
    clock_gettime(CLOCK_REALTIME, &p->about.when);
    memcpy(p->data, data, kept);
    atomic_fetch_add(&writer.waiting, 1);
    g_async_queue_push(writer.queue, p);
}

void gw_capture_close(struct gw_capture *c)
{
    if (c)
        give(c, true);
}

uint64_t gw_capture_dropped(void)
{
    return atomic_load(&writer.dropped);
}
