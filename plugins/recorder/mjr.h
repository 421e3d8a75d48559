/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The .mjr container: one medium of one sender as it came, RTP packet by RTP packet. All numbers are big-endian.
 *
 *   file  := "MJR00002" [ info frame* ]       8 bytes alone are a recording that never received anything
 *   info  := len:u16 json
 *   frame := "MEET" ms:u32 len:u16 body       body: an RTP packet; of data, wall clock:i64 in µs and the message
 *
 * Older variants are read, too: "MJR00001" (frames are "MEETECHO" len:u16 body), and files without a header that begin
 * with "MEETECHO" and the word audio (Opus) or video (VP8).
 *
 * Pure: bytes in, bytes out; Jansson for the info. Values of one thread; any thread. Results: 0 or as said; EPARSE -3,
 * ELIMIT -5.
 */
#ifndef RECORDER_MJR_H
#define RECORDER_MJR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REC_MJR_MAGIC      8
#define REC_MJR_FRAME_HEAD 10
#define REC_MJR_INFO_MAX   1500 /* bytes of a JSON text that we write */
#define REC_MJR_BODY_MAX   65535
#define REC_MJR_TEXT_MAX   512
#define REC_MJR_EXTENSIONS 15

enum rec_mjr_kind { REC_MJR_AUDIO = 'a', REC_MJR_VIDEO = 'v', REC_MJR_DATA = 'd' };

struct rec_mjr_info {
    enum rec_mjr_kind kind;
    char codec[24];                     /* "opus", "vp8", "text"… */
    char fmtp[REC_MJR_TEXT_MAX];        /* "": none */
    char description[REC_MJR_TEXT_MAX]; /* "": none */
    struct {
        char uri[128];                   /* "": none */
    } extension[REC_MJR_EXTENSIONS + 1]; /* by id; [0] is not used */
    int64_t created_us, first_us;        /* µs since the epoch: of the file, of its first frame */
    int red_payload_type;                /* of Opus RED packets among the others; -1: none */
    bool e2ee;                           /* payloads are encrypted end to end */
};

/* Everything empty, red_payload_type -1. */
void rec_mjr_info_clear(struct rec_mjr_info *info, enum rec_mjr_kind kind, const char *codec);
/* Id of the extension with this URI, or 0. */
uint8_t rec_mjr_extension_id(const struct rec_mjr_info *info, const char *uri);

/* --- writing ------------------------------------------------------------------------------------------------------ */

/*
 * Where a file is. Sequence numbers begin with 1 and timestamps with 0, holes and disorder of the source stay; when
 * another source takes over they go on without a hole.
 */
struct rec_mjr_writer {
    uint32_t clock_rate;
    bool one_ssrc; /* all packets get the SSRC of the first: layers of simulcast, which readers take for strangers */
    bool begun, splice;
    uint32_t ssrc, first_ssrc;
    int64_t begin_us; /* arrival of the first frame */
    uint16_t seq_offset, highest_seq;
    uint32_t ts_offset, highest_ts;
    bool video;
};

void rec_mjr_writer_init(struct rec_mjr_writer *w, bool video, uint32_t clock_rate);
/* The source pauses, or is another from now on: the next packet is numbered as if nothing had been left out. */
void rec_mjr_writer_splice(struct rec_mjr_writer *w);

/* The eight bytes of a new file. Returns their number. */
size_t rec_mjr_write_magic(uint8_t out[REC_MJR_MAGIC]);
/* What comes with the first frame: length and JSON. Returns bytes written; ELIMIT: does not fit into cap or 1500. */
int rec_mjr_write_info(uint8_t *out, size_t cap, const struct rec_mjr_info *info);
/*
 * A frame with an RTP packet, renumbered. arrival_us: monotonic. Returns bytes written; EPARSE: not an RTP packet;
 * ELIMIT: does not fit, or longer than 65535. After an error nothing has changed.
 */
int rec_mjr_write_packet(struct rec_mjr_writer *w, uint8_t *out, size_t cap, const uint8_t *packet, size_t len,
                         int64_t arrival_us);
/* A frame with a data message; wall_us: µs since the epoch. As above. */
int rec_mjr_write_data(struct rec_mjr_writer *w, uint8_t *out, size_t cap, const uint8_t *message, size_t len,
                       int64_t wall_us, int64_t arrival_us);

/* --- reading ------------------------------------------------------------------------------------------------------ */

struct rec_mjr_reader {
    /* borrowed: the whole file */
    const uint8_t *data;
    size_t len;
    /* what it says about itself */
    uint8_t version;  /* 2, 1; 0: without header */
    bool empty;       /* it never received anything */
    bool has_info;    /* false in version 0: info is assumed */
    const char *json; /* the info as it is stored, json_len bytes, not terminated; NULL: none */
    size_t json_len;
    struct rec_mjr_info info;
    /* state */
    size_t at;        /* of the next frame */
    bool truncated;   /* the last frame is cut off */
    uint64_t skipped; /* frames too short for what they should be */
};

struct rec_mjr_frame {
    const uint8_t *body; /* borrowed from the file: an RTP packet of at least 12 bytes, or a message */
    size_t len;
    uint32_t ms; /* since the first frame; only version 2 knows */
    bool has_ms;
    int64_t wall_us; /* data: µs since the epoch */
    size_t offset;   /* of the frame in the file */
};

/* Reads magic and info. EPARSE: not such a file, or an info that is none. */
int rec_mjr_open(struct rec_mjr_reader *r, const void *data, size_t len);
/* 1: one more frame, 0: the end (or a cut-off frame: truncated), EPARSE: no frame begins at r->at. */
int rec_mjr_next(struct rec_mjr_reader *r, struct rec_mjr_frame *frame);

#endif
