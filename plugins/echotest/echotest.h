/* SPDX-License-Identifier: Apache-2.0 */
/* One echo: what its client has asked for so far. Control thread. */
#ifndef ECHOTEST_H
#define ECHOTEST_H

#include <cardea/plugin.h>

struct echo {                        /* begins, and begins again after a PeerConnection, as zeros */
    struct cardea_link audio, video; /* pauses and limits of the links */
    uint32_t bitrate;                /* 0: no cap */
    bool record, e2ee;
    cardea_recording recording; /* 0: none */
    unsigned slow_links;        /* told so far */
};

extern const struct cardea_host *host;
extern const struct cardea_config *config;

/* --- settings.c --------------------------------------------------------------------------------------------------- */
extern const struct cardea_param echo_params[];

const char *echo_text(const json_t *body, const char *name); /* NULL: not there */
bool echo_asks_something(const json_t *body); /* a body without any setting, and without an offer, is an error */
void echo_read_settings(struct echo *e, const json_t *body);

/* --- told.c: what the client and the operator hear of an echo ----------------------------------------------------- */
json_t *echo_result(const char *result);
/* A layer that was asked for and is the current one already is confirmed at once; changes are told by echo_layer(). */
void echo_confirm_layers(struct cardea_handle *h, const json_t *body);
void echo_layer(struct cardea_handle *h, void *user, cardea_sink sink, const struct cardea_sink_state *now);
void echo_slow_link(struct cardea_handle *h, void *user, enum cardea_kind kind, bool uplink, unsigned lost);
void echo_data(struct cardea_handle *h, void *user, const struct cardea_message *msg); /* text comes with a greeting */
json_t *echo_describe(struct cardea_handle *h, void *user);
void echo_event(struct cardea_handle *h, const struct echo *e); /* to event handlers, after a request */

/* --- record.c: what `record` and `filename` ask for is done by the recorder --------------------------------------- */
/* After a request (body) has been applied: begins, goes on with the m-lines as they are now, or ends. */
void echo_record(struct cardea_handle *h, struct echo *e, const json_t *body);
void echo_record_data(const struct echo *e, const struct cardea_message *msg);
void echo_record_end(struct echo *e);
json_t *echo_record_json(struct cardea_handle *h, const struct echo *e); /* {audio, video, data}: files; NULL: none */

#endif
