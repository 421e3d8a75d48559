/* SPDX-License-Identifier: Apache-2.0 */
#include "stream.h"

#include <stdlib.h>
#include <string.h>

#include "../../plugins/recorder/avparams.h"
#include "rec.h"
#include "rtp/rtp.h"

#define FRAME_MAX   (8u << 20)
#define ORIENTATION "urn:3gpp:video-orientation"

/* --- times -------------------------------------------------------------------------------------------------------- */

/* The packet that a frame began with; frames come in order. */
static const struct packet *packet_of(struct stream *s, uint64_t seq)
{
    while (s->cursor + 1 < s->packets.n && s->packets.at[s->cursor].seq < seq)
        s->cursor++;
    return &s->packets.at[s->cursor];
}

static void take(void *arg, const struct rec_frame *frame)
{
    struct stream *s = arg;
    const struct packet *p = packet_of(s, frame->first_seq);
    uint32_t rate = s->packets.clock_rate;
    /* a copy out of RED lies before its packet */
    int64_t ticks = p->ticks + (frame->recovered ? gw_ts_diff(frame->timestamp, p->timestamp) : 0);

    if (s->result)
        return;
    s->writing |= frame->keyframe;
    if (!s->writing || (s->conf.drop_broken && frame->undecodable)) {
        s->left_out++;
        return;
    }
    s->result = s->emit(s->arg, frame, s->offset_us + gw_ts_to_us(ticks, rate), gw_ts_to_us(frame->duration, rate));
}

/* --- what a container wants to know ------------------------------------------------------------------------------- */

/* A number behind name= in an fmtp, 0…255, or -1. */
static int fmtp_number(const char *fmtp, const char *name)
{
    const char *at = strstr(fmtp, name);
    long value;

    if (!at)
        return -1;
    value = strtol(at + strlen(name), NULL, 10);
    return value >= 0 && value <= 255 ? (int)value : -1;
}

/* OpusHead of mapping family 1 (RFC 7845 section 5.1.1.2), from what SDP says of multiopus. false: it does not say it.
 */
static bool multi_head(uint8_t *out, size_t *len, const char *fmtp)
{
    int streams = fmtp_number(fmtp, "num_streams="), coupled = fmtp_number(fmtp, "coupled_streams=");
    const char *mapping = strstr(fmtp, "channel_mapping=");
    char *end;
    unsigned n;

    if (streams <= 0 || coupled < 0 || !mapping)
        return false;
    mapping += strlen("channel_mapping=");
    for (n = 0; n < 8; n++, mapping = end + 1) {
        out[REC_OPUS_HEAD + 2 + n] = (uint8_t)strtol(mapping, &end, 10);
        if (end == mapping || (*end != ',' && ++n))
            break;
    }
    rec_opus_head(out, (uint8_t)n);
    out[18] = 1;
    out[REC_OPUS_HEAD] = (uint8_t)streams;
    out[REC_OPUS_HEAD + 1] = (uint8_t)coupled;
    *len = REC_OPUS_HEAD + 2 + n;
    return n > 0;
}

static int note_first(void *arg, const struct rec_frame *frame, int64_t time_us, int64_t duration_us)
{
    struct stream *s = arg;
    struct rec_params params = {.codec = s->packets.codec,
                                .config = frame->config,
                                .config_len = frame->config_len,
                                .width = frame->width,
                                .height = frame->height,
                                .channels = frame->channels};
    uint8_t head[REC_OPUS_HEAD + 2 + 8];

    if (params.codec == REC_MULTIOPUS) {
        if (!multi_head(head, &params.config_len, s->packets.reader.info.fmtp))
            return complain("the channels of this multiopus recording are not in its header");
        params.config = head;
        params.channels = head[9];
    }
    if (rec_codec_is_video(params.codec) && (!frame->width || !frame->height))
        return 0; /* the next keyframe, perhaps */
    s->params = avcodec_parameters_alloc();
    if (!s->params || rec_params_fill(s->params, &params) < 0)
        return complain("no memory");
    s->rotation = frame->rotation;
    s->has_frames = true;
    return 1; /* that is all */
}

bool stream_probe(struct stream *s, const char *path)
{
    if (s->packets.reader.info.e2ee) {
        complain("%s: is encrypted end to end: only those who took part can decode it", path);
        return false;
    }
    s->buffer = malloc(FRAME_MAX);
    if (!s->buffer) {
        complain("no memory");
        return false;
    }
    stream_start(s, note_first, s);
    while (!s->result && stream_next_us(s) != INT64_MAX)
        stream_step(s);
    if (!s->has_frames)
        complain("%s: has no %s frame that could be decoded", path, rec_codec_name(s->packets.codec));
    return s->has_frames;
}

/* --- giving them out ---------------------------------------------------------------------------------------------- */

void stream_start(struct stream *s, stream_frame_fn *emit, void *arg)
{
    const struct rec_mjr_info *info = &s->packets.reader.info;
    struct rec_depacketizer_conf conf = {.codec = s->packets.codec,
                                         .payload_type = -1,
                                         .red_payload_type = info->red_payload_type,
                                         .orientation_id = s->conf.orientation_id,
                                         .buffer = s->buffer,
                                         .buffer_size = FRAME_MAX,
                                         .emit = take,
                                         .arg = s};

    if (!conf.orientation_id)
        conf.orientation_id = rec_mjr_extension_id(info, ORIENTATION);
    if (strstr(info->fmtp, "stereo=1"))
        conf.channels = 2;
    rec_depacketizer_init(&s->depacketizer, &conf);
    s->next = s->cursor = 0;
    s->writing = false;
    s->left_out = 0;
    s->result = 0;
    s->emit = emit;
    s->arg = arg;
}

int64_t stream_next_us(const struct stream *s)
{
    if (s->next >= s->packets.n)
        return INT64_MAX;
    return s->offset_us + gw_ts_to_us(s->packets.at[s->next].ticks, s->packets.clock_rate);
}

int stream_step(struct stream *s)
{
    const struct packet *p = &s->packets.at[s->next++];

    rec_depacketizer_push(&s->depacketizer, p->data, p->len, p->seq, (int64_t)p->ms * 1000);
    if (s->next == s->packets.n)
        rec_depacketizer_flush(&s->depacketizer);
    return s->result;
}

void stream_free(struct stream *s)
{
    packets_free(&s->packets);
    avcodec_parameters_free(&s->params);
    free(s->buffer);
    memset(s, 0, sizeof(*s));
}
