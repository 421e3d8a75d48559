/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures and sound into a file. One thread here; encoders use more. Results: 0, or -1 after a message. */
#ifndef CARDEA_REC_ENCODE_H
#define CARDEA_REC_ENCODE_H

#include <stdbool.h>
#include <stdint.h>

#include <libavutil/frame.h>

struct encode_conf {
    const char *path, *format;    /* as output_conf */
    const char *video, *audio;    /* libavcodec's encoders; NULL: a good one for the container */
    const char *preset;           /* of the video encoder; NULL: quick */
    int width, height, fps;       /* even; width 0: no pictures */
    int64_t video_bps, audio_bps; /* video 0: by quality */
    int quality;                  /* crf; negative: the encoder's own */
    int rate;                     /* of the sound, which is interleaved stereo floats; 0: no sound */
    int64_t wall_us;
    const char *comment;
};

struct encode;

/* Names of the encoders that would be chosen for an ending, or NULL. */
const char *encode_default(const char *ending, bool video);
void encode_list(void); /* prints which there are */

int encode_open(struct encode **out, const struct encode_conf *conf);
/* The n-th picture; borrowed. */
int encode_picture(struct encode *e, const AVFrame *canvas, int64_t number);
/* The next samples. */
int encode_sound(struct encode *e, const float *samples, int n);
int encode_close(struct encode *e, bool finish);

#endif
