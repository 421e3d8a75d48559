/* SPDX-License-Identifier: Apache-2.0 */
/* cardea-rec mjr: headers of .mjr files, and their packets to and from captures. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "packets.h"
#include "pcap.h"
#include "rec.h"
#include "rtp/rtp.h"

static const char usage[] =
    "Usage: cardea-rec mjr header FILE.mjr…              the header's JSON, exactly as it is stored\n"
    "       cardea-rec mjr list FILE.mjr…                one line a packet\n"
    "       cardea-rec mjr to-pcap FILE.mjr FILE.pcap    RTP in UDP, for packet analysers\n"
    "       cardea-rec mjr from-pcap -c CODEC [-s SSRC] [-w] FILE.pcap FILE.mjr\n\n"
    "from-pcap takes one RTP stream out of a capture (Ethernet, Linux cooked, raw IP):\n"
    "  -c, --codec=CODEC   opus, pcmu, pcma, g722, l16, vp8, vp9, h264, h265, av1\n"
    "  -s, --ssrc=SSRC     which stream (0: the first one)\n"
    "  -w, --warnings      say what is skipped\n";

static const struct packets_choice all = {.payload_type = -1};

/* --- looking ------------------------------------------------------------------------------------------------------ */

static int header(int argc, char **argv)
{
    int i, result = 0;

    for (i = 1; i < argc; i++) {
        struct packets p;

        if (!packets_open(&p, argv[i], &all)) {
            result = 1;
            continue;
        }
        if (p.reader.json)
            printf("%.*s\n", (int)p.reader.json_len, p.reader.json);
        else
            result = complain(p.reader.empty ? "%s: is empty: nothing was ever received" : "%s: is older than headers",
                              argv[i]);
        packets_free(&p);
    }
    return result;
}

static void print_packet(const struct packets *p, const struct rec_mjr_frame *f)
{
    struct gw_rtp_header h;

    printf("%10zu %8u ms ", f->offset, f->ms);
    if (p->reader.info.kind == REC_MJR_DATA)
        printf(" message, %zu bytes\n", f->len);
    else if (gw_rtp_parse(&h, f->body, f->len))
        printf(" no RTP, %zu bytes\n", f->len);
    else
        printf(" pt %3u  seq %5u  ts %10u  ssrc %08x %s %4u bytes\n", h.payload_type, h.seq, h.timestamp, h.ssrc,
               h.marker ? "M" : " ", h.payload.len);
}

static int list(int argc, char **argv)
{
    int i, result = 0;

    for (i = 1; i < argc; i++) {
        struct rec_mjr_reader r;
        struct rec_mjr_frame f;
        struct packets p;
        int more;

        if (!packets_open(&p, argv[i], &all)) {
            result = 1;
            continue;
        }
        rec_mjr_open(&r, p.map, p.map_len); /* as it lies in the file, not in order */
        while ((more = rec_mjr_next(&r, &f)) > 0)
            print_packet(&p, &f);
        if (more < 0)
            result = complain("%s: is damaged at byte %zu", argv[i], r.at);
        if (r.truncated)
            complain("%s: its last packet is cut off", argv[i]);
        packets_free(&p);
    }
    return result;
}

/* --- captures ----------------------------------------------------------------------------------------------------- */

/* Closes; 0, or 1 after a message, when anything could not be written: the file is removed then. */
static int finish(FILE *f, const char *path)
{
    bool fine = !ferror(f);

    fine &= !fclose(f);
    if (fine)
        return 0;
    remove(path);
    return complain("%s: cannot be written: %s", path, g_strerror(errno));
}

static int to_pcap(int argc, char **argv)
{
    uint8_t head[PCAP_FRAME_HEAD];
    struct rec_mjr_reader r;
    struct rec_mjr_frame frame;
    struct packets p;
    FILE *f = NULL;
    int result = 1;

    if (argc != 3)
        return misused("a source and a destination are needed");
    if (!packets_open(&p, argv[1], &all))
        return 1;
    if (p.reader.info.kind == REC_MJR_DATA) {
        complain("%s: holds messages, and no RTP", argv[1]);
        goto out;
    }
    f = fopen(argv[2], "wb");
    if (!f) {
        complain("%s: %s", argv[2], g_strerror(errno));
        goto out;
    }
    pcap_write_file_head(head);
    fwrite(head, 1, PCAP_FILE_HEAD, f);
    rec_mjr_open(&r, p.map, p.map_len);
    while (rec_mjr_next(&r, &frame) > 0) {
        if (frame.len > 65507)
            continue;
        pcap_write_frame_head(head, frame.len, r.info.first_us + (int64_t)frame.ms * 1000);
        fwrite(head, 1, PCAP_FRAME_HEAD, f);
        fwrite(frame.body, 1, frame.len, f);
    }
    result = finish(f, argv[2]);
out:
    packets_free(&p);
    return result;
}

struct taking {
    const char *codec, *path;
    uint32_t ssrc;
    bool warnings, begun;
    struct rec_mjr_writer writer;
    uint64_t packets, skipped;
    FILE *out;
};

static void take(struct taking *t, const struct pcap_datagram *d)
{
    static uint8_t frame[REC_MJR_FRAME_HEAD + REC_MJR_BODY_MAX], start[REC_MJR_MAGIC + 2 + REC_MJR_INFO_MAX];
    bool video = rec_codec_is_video(rec_codec_named(t->codec));
    struct rec_mjr_info info;
    struct gw_rtp_header h;
    size_t n;
    int len;

    if (gw_datagram_kind(d->data, d->len) != GW_DATAGRAM_RTP || gw_rtp_parse(&h, d->data, d->len) ||
        (t->ssrc && h.ssrc != t->ssrc)) {
        t->skipped++;
        if (t->warnings)
            complain("skipped: %zu bytes at %lld.%06d", d->len, (long long)(d->time_us / 1000000),
                     (int)(d->time_us % 1000000));
        return;
    }
    if (!t->begun) {
        t->ssrc = h.ssrc;
        t->begun = true;
        rec_mjr_info_clear(&info, video ? REC_MJR_VIDEO : REC_MJR_AUDIO, t->codec);
        info.created_us = info.first_us = d->time_us;
        rec_mjr_writer_init(&t->writer, video, rec_codec_clock_rate(rec_codec_named(t->codec)));
        n = rec_mjr_write_magic(start);
        n += (size_t)rec_mjr_write_info(start + n, sizeof(start) - n, &info);
        fwrite(start, 1, n, t->out);
    }
    len = rec_mjr_write_packet(&t->writer, frame, sizeof(frame), d->data, d->len, d->time_us);
    if (len > 0)
        fwrite(frame, 1, (size_t)len, t->out);
    t->packets++;
}

static int take_all(struct taking *t, const char *source)
{
    struct pcap_datagram d;
    struct pcap_reader r;
    GError *error = NULL;
    GMappedFile *map = g_mapped_file_new(source, FALSE, &error);
    int result = 1;

    if (!map) {
        complain("%s", error->message);
        g_error_free(error);
        return 1;
    }
    if (pcap_open(&r, g_mapped_file_get_contents(map), g_mapped_file_get_length(map))) {
        complain("%s: is no capture that can be read (libpcap format; Ethernet, Linux cooked or raw IP)", source);
    } else if (!(t->out = fopen(t->path, "wb"))) {
        complain("%s: %s", t->path, g_strerror(errno));
    } else {
        while (pcap_next(&r, &d) > 0)
            take(t, &d);
        result = finish(t->out, t->path);
        if (!result && !t->packets) {
            remove(t->path);
            result = complain("%s: holds no such RTP stream", source);
        }
    }
    g_mapped_file_unref(map);
    return result;
}

static int from_pcap(int argc, char **argv)
{
    struct taking t = {0};
    char *codec = NULL, *ssrc = NULL;
    gboolean warnings = FALSE;
    const GOptionEntry entries[] = {
        {"codec", 'c', 0, G_OPTION_ARG_STRING, &codec, "What the stream holds: opus, vp8, h264…", "CODEC"},
        {"ssrc", 's', 0, G_OPTION_ARG_STRING, &ssrc, "Which stream, 0x… or decimal (0: the first one)", "SSRC"},
        {"warnings", 'w', 0, G_OPTION_ARG_NONE, &warnings, "Say what is skipped", NULL},
        {0},
    };
    int result;

    if (!parse_options(&argc, &argv, entries, "FILE.pcap FILE.mjr", NULL, NULL, &result))
        return result;
    if (argc != 3 || !codec)
        result = misused("a codec, a source and a destination are needed");
    else if (!rec_codec_named(codec))
        result = misused("'%s' is no codec that is known", codec);
    else {
        t = (struct taking){.codec = codec, .path = argv[2], .warnings = warnings};
        t.ssrc = ssrc ? (uint32_t)strtoul(ssrc, NULL, 0) : 0;
        result = take_all(&t, argv[1]);
        if (!result)
            printf("%llu packets of %08x\n", (unsigned long long)t.packets, t.ssrc);
    }
    g_free(codec);
    g_free(ssrc);
    return result;
}

int run_mjr(int argc, char **argv)
{
    static const struct {
        const char *name;
        command_fn *run;
    } commands[] = {{"header", header}, {"list", list}, {"to-pcap", to_pcap}, {"from-pcap", from_pcap}};
    size_t i;

    g_set_prgname("cardea-rec mjr");
    if (argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")))
        return fputs(usage, stdout) < 0;
    for (i = 0; argc > 2 && i < G_N_ELEMENTS(commands); i++) {
        if (!strcmp(argv[1], commands[i].name))
            return commands[i].run(argc - 1, argv + 1);
    }
    fputs(usage, stderr);
    return 2;
}
