/* SPDX-License-Identifier: Apache-2.0 */
/* The settings of one echo; a plain value. Control thread. */
#ifndef ECHOTEST_SETTINGS_H
#define ECHOTEST_SETTINGS_H

#include <cardea/plugin.h>

struct echo {
    bool audio, video;
    uint32_t bitrate;
    struct cardea_link link; /* limits of the video links */
    bool record;
    cardea_recording recording; /* 0: none */
};

extern const struct cardea_param echo_params[];

void echo_reset(struct echo *e);
bool echo_asks_something(const json_t *body); /* a body without any setting, and without an offer, is an error */
void echo_read_settings(struct echo *e, const json_t *body);

#endif
