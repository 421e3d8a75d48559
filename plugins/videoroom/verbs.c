/* SPDX-License-Identifier: Apache-2.0 */
/* The table of requests, and their parameters as far as every role has the same. */
#include "verbs.h"

#include "publisher.h"
#include "seat.h"
#include "subscriber.h"

/* --- requests that both roles have -------------------------------------------------------------------------------- */

static void run_configure(struct cardea_request *rq)
{
    struct seat *seat = seat_of(rq);
    struct publisher *p;

    if (seat->kind == SEAT_SUBSCRIBER)
        subscriber_request_configure(rq);
    else if ((p = seat_publisher(rq)))
        publisher_request_configure(rq, p);
}

static void run_leave(struct cardea_request *rq)
{
    struct seat *seat = seat_of(rq);
    struct publisher *p;

    if (seat->kind == SEAT_SUBSCRIBER)
        subscriber_request_leave(rq, seat->subscriber);
    else if ((p = seat_publisher(rq)))
        publisher_request_leave(rq, p);
}

/* --- parameters --------------------------------------------------------------------------------------------------- */

#define ROOM                                                                                                           \
    {                                                                                                                  \
        "room", CARDEA_ID, CARDEA_REQUIRED                                                                             \
    }

static const struct cardea_param join_params[] = {ROOM, {"ptype", CARDEA_STRING, CARDEA_REQUIRED}, {0}};
static const struct cardea_param room_params[] = {ROOM, {0}};
static const struct cardea_param list_params[] = {{"admin_key", CARDEA_STRING}, {0}};
static const struct cardea_param destroy_params[] = {ROOM, {"permanent", CARDEA_BOOL}, {0}};
static const struct cardea_param allowed_params[] = {
    ROOM,
    {"action", CARDEA_STRING, CARDEA_REQUIRED},
    {"allowed", CARDEA_ARRAY, .element = CARDEA_STRING, .element_typed = true},
    {0}};
static const struct cardea_param kick_params[] = {ROOM, {"id", CARDEA_ID, CARDEA_REQUIRED}, {0}};
static const struct cardea_param moderate_params[] = {ROOM,
                                                      {"id", CARDEA_ID, CARDEA_REQUIRED},
                                                      {"mid", CARDEA_STRING, CARDEA_REQUIRED},
                                                      {"mute", CARDEA_BOOL, CARDEA_REQUIRED},
                                                      {0}};
static const struct cardea_param recording_params[] = {ROOM, {"record", CARDEA_BOOL, CARDEA_REQUIRED}, {0}};
static const struct cardea_param explain_params[] = {
    {"room", CARDEA_ID}, {"secret", CARDEA_STRING}, {"private_id", CARDEA_UINT}, {"feed", CARDEA_ID}, {0}};
static const struct cardea_param edit_params[] = {ROOM,
                                                  {"new_description", CARDEA_STRING},
                                                  {"new_secret", CARDEA_STRING},
                                                  {"new_pin", CARDEA_STRING},
                                                  {"new_is_private", CARDEA_BOOL},
                                                  {"new_require_pvtid", CARDEA_BOOL},
                                                  {"new_lock_record", CARDEA_BOOL},
                                                  {"new_bitrate", CARDEA_UINT},
                                                  {"new_fir_freq", CARDEA_UINT},
                                                  {"new_publishers", CARDEA_UINT},
                                                  {"new_rec_dir", CARDEA_STRING},
                                                  {"permanent", CARDEA_BOOL},
                                                  {"new_auto", CARDEA_BOOL},
                                                  {"new_priority", CARDEA_UINT, .max = 65535},
                                                  {"new_loudest", CARDEA_UINT},
                                                  {"new_locked", CARDEA_BOOL},
                                                  {"new_fast_start", CARDEA_BOOL},
                                                  {0}};
static const struct cardea_param create_params[] = {
    {"room", CARDEA_ID},
    {"description", CARDEA_STRING},
    {"is_private", CARDEA_BOOL},
    {"allowed", CARDEA_ARRAY, .element = CARDEA_STRING, .element_typed = true},
    {"secret", CARDEA_STRING},
    {"pin", CARDEA_STRING},
    {"require_pvtid", CARDEA_BOOL},
    {"signed_tokens", CARDEA_BOOL},
    {"bitrate", CARDEA_UINT},
    {"bitrate_cap", CARDEA_BOOL},
    {"fir_freq", CARDEA_UINT},
    {"publishers", CARDEA_UINT},
    {"audiocodec", CARDEA_STRING, CARDEA_NONEMPTY},
    {"videocodec", CARDEA_STRING, CARDEA_NONEMPTY},
    {"vp9_profile", CARDEA_STRING},
    {"h264_profile", CARDEA_STRING},
    {"opus_fec", CARDEA_BOOL},
    {"opus_dtx", CARDEA_BOOL},
    {"audiolevel_ext", CARDEA_BOOL},
    {"audiolevel_event", CARDEA_BOOL},
    {"audio_active_packets", CARDEA_UINT},
    {"audio_level_average", CARDEA_UINT},
    {"videoorient_ext", CARDEA_BOOL},
    {"playoutdelay_ext", CARDEA_BOOL},
    {"transport_wide_cc_ext", CARDEA_BOOL},
    {"record", CARDEA_BOOL},
    {"rec_dir", CARDEA_STRING},
    {"lock_record", CARDEA_BOOL},
    {"permanent", CARDEA_BOOL},
    {"notify_joining", CARDEA_BOOL},
    {"require_e2ee", CARDEA_BOOL},
    {"dummy_publisher", CARDEA_BOOL},
    {"dummy_streams", CARDEA_ARRAY, .element = CARDEA_OBJECT, .element_typed = true},
    {"dummy_e2ee", CARDEA_BOOL},
    {"threads", CARDEA_UINT},
    {"auto", CARDEA_BOOL},
    {"priority", CARDEA_UINT, .max = 65535},
    {"loudest", CARDEA_UINT},
    {"dynacast", CARDEA_BOOL},
    {"locked", CARDEA_BOOL},
    {"expected_participants", CARDEA_UINT},
    {"downlink_start", CARDEA_UINT},
    {"downlink_min", CARDEA_UINT},
    {"downlink_max", CARDEA_UINT},
    {"probing", CARDEA_BOOL},
    {"pacing", CARDEA_BOOL},
    {"fast_start", CARDEA_BOOL},
    {"preroll", CARDEA_BOOL},
    {0}};

const struct cardea_verb videoroom_verbs[] = {
    {"create", CARDEA_SYNC, create_params, verb_create, "admin"},
    {"edit", CARDEA_SYNC, edit_params, verb_edit, "admin"},
    {"destroy", CARDEA_SYNC, destroy_params, verb_destroy, "admin"},
    {"list", CARDEA_SYNC, list_params, verb_list},
    {"exists", CARDEA_SYNC, room_params, verb_exists},
    {"allowed", CARDEA_SYNC, allowed_params, verb_allowed, "admin"},
    {"kick", CARDEA_SYNC, kick_params, verb_kick, "admin"},
    {"moderate", CARDEA_SYNC, moderate_params, verb_moderate, "admin"},
    {"enable_recording", CARDEA_SYNC, recording_params, verb_enable_recording, "admin"},
    {"listparticipants", CARDEA_SYNC, room_params, verb_listparticipants},
    {"rtp_forward", CARDEA_LATE, forward_params, verb_rtp_forward, "admin"},
    {"stop_rtp_forward", CARDEA_SYNC, stop_forward_params, verb_stop_rtp_forward, "admin"},
    {"listforwarders", CARDEA_SYNC, room_params, verb_listforwarders, "admin"},
    {"publish_remotely", CARDEA_LATE, publish_remotely_params, verb_publish_remotely, "admin"},
    {"unpublish_remotely", CARDEA_SYNC, unpublish_remotely_params, verb_unpublish_remotely, "admin"},
    {"listremotes", CARDEA_SYNC, listremotes_params, verb_listremotes, "admin"},
    {"list_remotes", CARDEA_SYNC, listremotes_params, verb_listremotes, "admin"},
    {"add_remote_publisher", CARDEA_SYNC, add_remote_params, verb_add_remote_publisher, "admin"},
    {"update_remote_publisher", CARDEA_SYNC, update_remote_params, verb_update_remote_publisher, "admin"},
    {"remove_remote_publisher", CARDEA_SYNC, remove_remote_params, verb_remove_remote_publisher, "admin"},
    {"rtp_ingest", CARDEA_SYNC, ingest_params, verb_rtp_ingest, "admin"},
    {"stop_rtp_ingest", CARDEA_SYNC, stop_ingest_params, verb_stop_rtp_ingest, "admin"},
    {"join", CARDEA_ASYNC, join_params, verb_join},
    {"joinandconfigure", CARDEA_ASYNC, join_params, verb_joinandconfigure},
    {"publish", CARDEA_ASYNC, NULL, verb_publish, "publisher"},
    {"configure", CARDEA_ASYNC, NULL, run_configure},
    {"unpublish", CARDEA_ASYNC, NULL, verb_unpublish},
    {"start", CARDEA_ASYNC, NULL, verb_start},
    {"pause", CARDEA_ASYNC, NULL, verb_pause},
    {"subscribe", CARDEA_ASYNC, NULL, verb_subscribe},
    {"unsubscribe", CARDEA_ASYNC, NULL, verb_unsubscribe},
    {"update", CARDEA_ASYNC, NULL, verb_update},
    {"switch", CARDEA_ASYNC, NULL, verb_switch},
    {"watch", CARDEA_ASYNC, room_params, verb_watch},
    {"leave", CARDEA_ASYNC, NULL, run_leave},
    {"explain", CARDEA_ASYNC, explain_params, verb_explain},
    {0},
};
