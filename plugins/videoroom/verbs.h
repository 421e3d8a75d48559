/* SPDX-License-Identifier: Apache-2.0 */
/* The requests: what runs them, and the one table that names them with their parameters (verbs.c). */
#ifndef VIDEOROOM_VERBS_H
#define VIDEOROOM_VERBS_H

#include "videoroom.h"

typedef void verb_fn(struct cardea_request *rq);

extern const struct cardea_verb videoroom_verbs[];

/* rooms.c, moderate.c: synchronous */
verb_fn verb_create, verb_edit, verb_destroy, verb_list, verb_exists, verb_allowed, verb_listparticipants;
verb_fn verb_kick, verb_moderate, verb_enable_recording;
/* join.c, publisher.c, configure.c */
verb_fn verb_join, verb_joinandconfigure, verb_publish, verb_unpublish;
/* subscriber.c, subscribe.c, switch.c */
verb_fn verb_explain; /* explain.c */
verb_fn verb_start, verb_pause, verb_subscribe, verb_unsubscribe, verb_update, verb_switch;
/* forward_requests.c, cascade.c */
verb_fn verb_rtp_forward, verb_stop_rtp_forward, verb_listforwarders;
verb_fn verb_publish_remotely, verb_unpublish_remotely, verb_listremotes;
/* remote_requests.c, ingest.c */
verb_fn verb_add_remote_publisher, verb_update_remote_publisher, verb_remove_remote_publisher;
verb_fn verb_rtp_ingest, verb_stop_rtp_ingest;
extern const struct cardea_param add_remote_params[], update_remote_params[], remove_remote_params[];
extern const struct cardea_param ingest_params[], stop_ingest_params[];
extern const struct cardea_param forward_params[], stop_forward_params[];
extern const struct cardea_param publish_remotely_params[], unpublish_remotely_params[], listremotes_params[];
/* watch.c */
verb_fn verb_watch;

#endif
