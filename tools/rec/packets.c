/* SPDX-License-Identifier: Apache-2.0 */
#include "packets.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "rec.h"
#include "rtp/rtp.h"

struct reading {
    struct packets *p;
    const struct packets_choice *choice;
    GArray *list; /* of struct packet */
    struct gw_seq seq;
    struct gw_ts ts;
    int64_t first_ts;
    uint64_t seen;
    bool begun;
};

static bool is_wanted(const struct reading *r, const struct gw_rtp_header *h)
{
    return r->choice->payload_type < 0 || h->payload_type == r->choice->payload_type ||
           h->payload_type == r->p->reader.info.red_payload_type;
}

static void add_packet(struct reading *r, const struct rec_mjr_frame *frame)
{
    struct packet packet = {.data = frame->body, .len = (uint32_t)frame->len, .ms = frame->ms};
    struct gw_rtp_header h;
    uint64_t highest = r->seq.highest;

    if (gw_rtp_parse(&h, frame->body, frame->len)) {
        r->p->broken++;
        return;
    }
    if (!is_wanted(r, &h) || (r->begun && h.ssrc != r->p->ssrc)) {
        r->p->foreign++;
        return;
    }
    packet.timestamp = h.timestamp;
    packet.seq = gw_seq_extend(&r->seq, h.seq);
    packet.ticks = (int64_t)gw_ts_extend(&r->ts, h.timestamp);
    if (!r->begun) {
        r->p->ssrc = h.ssrc;
        r->first_ts = packet.ticks;
        r->begun = true;
    } else if (packet.seq < highest) {
        r->p->reordered++;
    }
    packet.ticks -= r->first_ts;
    g_array_append_val(r->list, packet);
}

static bool is_a_date(int64_t us)
{
    return us >= 0 && us < 253402300800000000; /* the year 10000 */
}

static void add_message(struct reading *r, const struct rec_mjr_frame *frame)
{
    struct packet packet = {.data = frame->body, .len = (uint32_t)frame->len, .ms = frame->ms};
    const struct rec_mjr_info *info = &r->p->reader.info;
    int64_t begin_us = info->created_us ? info->created_us : info->first_us;

    if (!is_a_date(frame->wall_us) || !is_a_date(begin_us)) {
        r->p->broken++;
        return;
    }
    packet.wall_us = frame->wall_us;
    packet.ticks = frame->wall_us - begin_us;
    packet.seq = r->seen;
    g_array_append_val(r->list, packet);
}

static int by_sequence(const void *a, const void *b)
{
    const struct packet *x = a, *y = b;

    if (x->seq != y->seq)
        return x->seq < y->seq ? -1 : 1;
    return x->data < y->data ? -1 : x->data > y->data;
}

/* Sorted; of equal numbers the first one stays. */
static void put_in_order(struct packets *p)
{
    size_t i, n = 0;

    if (!p->n)
        return;
    qsort(p->at, p->n, sizeof(p->at[0]), by_sequence);
    for (i = 0; i < p->n; i++) {
        if (n && p->at[i].seq == p->at[n - 1].seq) {
            p->duplicates++;
            continue;
        }
        if (n)
            p->missing += p->at[i].seq - p->at[n - 1].seq - 1;
        p->at[n++] = p->at[i];
    }
    p->n = n;
}

int packets_read(struct packets *p, const void *data, size_t len, const struct packets_choice *choice)
{
    struct reading r = {.p = p, .choice = choice};
    struct rec_mjr_frame frame;
    const char *codec;
    bool is_data;
    int more;

    memset(p, 0, sizeof(*p));
    if (rec_mjr_open(&p->reader, data, len))
        return GW_EPARSE;
    is_data = p->reader.info.kind == REC_MJR_DATA;
    codec = p->reader.info.codec;
    p->codec = rec_codec_named(!strcmp(codec, "g711") ? "pcmu" : codec);
    p->clock_rate = is_data ? 1000000 : rec_codec_clock_rate(p->codec);
    if (!p->reader.empty && !is_data && !p->codec)
        return GW_EINVAL;
    r.list = g_array_new(FALSE, FALSE, sizeof(struct packet));
    while ((more = rec_mjr_next(&p->reader, &frame)) > 0) {
        if (r.seen++ < choice->ignore_first)
            continue;
        if (is_data)
            add_message(&r, &frame);
        else
            add_packet(&r, &frame);
    }
    p->damaged = more < 0;
    p->n = r.list->len;
    p->at = (struct packet *)(void *)g_array_free(r.list, FALSE);
    put_in_order(p);
    return 0;
}

bool packets_open(struct packets *p, const char *path, const struct packets_choice *choice)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), err;
    struct stat st;
    void *map = MAP_FAILED;

    if (fd < 0 || fstat(fd, &st)) {
        complain("%s: %s", path, g_strerror(errno));
        goto out;
    }
    if (!S_ISREG(st.st_mode) || st.st_size < REC_MJR_MAGIC) {
        complain("%s: is no .mjr file", path);
        goto out;
    }
    map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (map == MAP_FAILED) {
        complain("%s: %s", path, g_strerror(errno));
        goto out;
    }
    err = packets_read(p, map, (size_t)st.st_size, choice);
    if (err) {
        complain(err == GW_EINVAL ? "%s: has a codec that is not known: %s" : "%s: is no .mjr file", path,
                 p->reader.info.codec);
        munmap(map, (size_t)st.st_size);
        map = MAP_FAILED;
        goto out;
    }
    p->map = map;
    p->map_len = (size_t)st.st_size;
out:
    if (fd >= 0)
        close(fd);
    return map != MAP_FAILED;
}

void packets_free(struct packets *p)
{
    g_free(p->at);
    if (p->map)
        munmap(p->map, p->map_len);
    memset(p, 0, sizeof(*p));
}

int64_t packets_duration_us(const struct packets *p)
{
    int64_t first, last;
    size_t i;

    if (!p->n)
        return 0;
    first = last = p->at[0].ticks;
    for (i = 1; i < p->n; i++) {
        first = p->at[i].ticks < first ? p->at[i].ticks : first;
        last = p->at[i].ticks > last ? p->at[i].ticks : last;
    }
    return gw_ts_to_us(last - first, p->clock_rate);
}
