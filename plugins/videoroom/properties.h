/* SPDX-License-Identifier: Apache-2.0 */
/* A room's settings: from `create` and `edit`, from the configuration file, from the state folder. A plain value. */
#ifndef VIDEOROOM_PROPERTIES_H
#define VIDEOROOM_PROPERTIES_H

#include "videoroom.h"

struct properties {
    char *description, *secret, *pin; /* NULL: none */
    char *audiocodec, *videocodec;    /* comma lists in order of preference, never empty */
    char *vp9_profile, *h264_profile; /* NULL: any */
    char *rec_dir;
    unsigned publishers; /* at most, at the same time */
    unsigned bitrate;    /* bit/s asked of publishers; 0: no cap */
    unsigned fir_freq;   /* s between periodic keyframe requests; 0: none */
    unsigned audio_active_packets, audio_level_average;
    unsigned threads;      /* of no effect: the gateway's workers are enough */
    json_t *dummy_streams; /* array of {codec, fmtp?}; NULL: all the room's codecs */
    bool is_private, require_pvtid, signed_tokens, bitrate_cap, opus_fec, opus_dtx, audiolevel_ext, audiolevel_event,
        videoorient_ext, playoutdelay_ext, transport_wide_cc_ext, record, lock_record, notify_joining, require_e2ee,
        dummy_publisher, dummy_e2ee;
    /* beyond the API as clients know it: docs/api.md */
    unsigned priority;                                   /* of video streams, where a subscriber says none */
    unsigned loudest;                                    /* so many speakers are heard; 0: all */
    unsigned expected_participants;                      /* 0: unknown */
    unsigned downlink_start, downlink_min, downlink_max; /* bit/s to each subscriber; 0: the gateway's own */
    bool automatic, dynacast, locked, no_probing, no_pacing, no_fast_start, preroll;
};

void properties_default(struct properties *p);
/* Reads a create request, or a group of the configuration file (lenient). NULL, or a sentence saying what is wrong. */
const char *properties_read(struct properties *p, const json_t *from, bool file);
json_t *properties_json(const struct properties *p);            /* as `create` takes it; new reference */
void properties_edit(struct properties *p, const json_t *from); /* the new_… members of `edit` */
void properties_clear(struct properties *p);
/* The name as it is written here, NULL: no such codec of audio or video. */
const char *codec_known(enum cardea_kind kind, const char *codec);
bool codec_allowed(const char *list, const char *codec);

#endif
