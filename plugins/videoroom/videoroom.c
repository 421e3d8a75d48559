/* SPDX-License-Identifier: Apache-2.0 */
/* The plugin: its descriptor, its start and stop, and what the gateway tells it about handles. */
#include <string.h>

#include "events.h"
#include "ids.h"
#include "observe.h"
#include "publisher.h"
#include "record.h"
#include "room.h"
#include "seat.h"
#include "slot.h"
#include "store.h"
#include "verbs.h"
#include "visits.h"

struct videoroom vr;

/* --- handles ------------------------------------------------------------------------------------------------------ */

static int attach(struct cardea_handle *h, void **user)
{
    struct seat *seat = g_new0(struct seat, 1);

    seat->handle = h;
    *user = seat;
    return 0;
}

static void detach(struct cardea_handle *h, void *user)
{
    struct seat *seat = user;
    struct publisher *p = seat->publisher;

    if (p && p->room) {
        publisher_unpublish(p);
        tell_gone(p, "leaving");
        observe_gone(p, "leaving");
    }
    publisher_free(p);
    subscriber_free(seat->subscriber);
    g_free(seat);
}

static void up(struct cardea_handle *h, void *user)
{
    struct seat *seat = user;

    if (seat->publisher)
        publisher_up(seat->publisher);
    if (seat->subscriber)
        subscriber_up(seat->subscriber);
}

static void down(struct cardea_handle *h, void *user, const char *reason)
{
    struct seat *seat = user;

    if (seat->publisher && (seat->publisher->published || seat->publisher->negotiating))
        publisher_unpublish(seat->publisher);
    if (seat->subscriber)
        subscriber_leave(seat->subscriber);
}

/* Only of those who are recorded: messages go to subscribers by links. */
static void data(struct cardea_handle *h, void *user, const struct cardea_message *msg)
{
    struct seat *seat = user;

    if (seat->publisher)
        record_data(seat->publisher, msg);
}

static void layer(struct cardea_handle *h, void *user, cardea_sink sink, const struct cardea_sink_state *now)
{
    struct seat *seat = user;

    if (seat->subscriber)
        slots_layer(seat->subscriber, sink, now);
}

static void talking(struct cardea_handle *h, void *user, cardea_source source, bool on, double level)
{
    const struct seat *seat = user;
    const struct cardea_stream *s = seat->publisher ? publisher_stream_from(seat->publisher, source) : NULL;

    if (s)
        publisher_talking(seat->publisher, s, on, level);
}

static void loudness(struct cardea_handle *h, void *user, cardea_source source, double level)
{
    const struct seat *seat = user;
    const struct cardea_stream *s = seat->publisher ? publisher_stream_from(seat->publisher, source) : NULL;

    if (s)
        loudest_level(seat->publisher, s->mindex, level);
}

static void slow_link(struct cardea_handle *h, void *user, enum cardea_kind kind, bool uplink, unsigned lost)
{
    struct seat *seat = user;

    if (seat->publisher && !uplink)
        vr.host->notify(
            h, json_pack("{ss sI}", "videoroom", "slow_link", "current-bitrate", (json_int_t)seat->publisher->bitrate));
    if (seat->subscriber && uplink)
        vr.host->notify(h, json_pack("{ss}", "videoroom", "slow_link"));
}

static json_t *describe(struct cardea_handle *h, void *user)
{
    return seat_json(user);
}

/* --- life of the plugin ------------------------------------------------------------------------------------------- */

static void static_room(const char *group, const json_t *settings)
{
    const char *id = g_str_has_prefix(group, "room-") ? group + 5 : group;
    struct properties set;
    struct room *room;

    if (!json_is_object(settings) || !id_is_valid(id)) {
        vr.host->log(CARDEA_LOG_WARN, NULL, "room \"%s\" is skipped: its name must be room-<number>", group);
        return;
    }
    properties_default(&set);
    properties_read(&set, settings, true);
    if (!set.description)
        set.description = g_strdup(group);
    room = room_create(id, &set);
    if (room)
        room->configured = true;
    else
        vr.host->log(CARDEA_LOG_WARN, NULL, "room \"%s\" is skipped: its id is used twice, or there are too many",
                     group);
    properties_clear(&set);
}

static void reload(const struct cardea_config *config)
{
    vr.events = vr.host->option_bool(config, "general", "events");
}

static int start(const struct cardea_host *host, const struct cardea_config *config)
{
    json_t *groups, *settings;
    const char *name;

    vr.host = host;
    vr.admin_key = g_strdup(host->option_string(config, "general", "admin_key"));
    vr.string_ids = host->option_bool(config, "general", "string_ids");
    vr.lock_rtp_forward = host->option_bool(config, "general", "lock_rtp_forward");
    vr.remote_timeout = (unsigned)host->option_int(config, "general", "remote_timeout");
    vr.events = host->option_bool(config, "general", "events");
    vr.max_rooms = (unsigned)host->option_int(config, "general", "max_rooms");
    host->string_ids(vr.string_ids);
    vr.rooms = g_hash_table_new(g_str_hash, g_str_equal);
    groups = host->config_groups(config);
    json_object_foreach(groups, name, settings) static_room(name, settings);
    json_decref(groups);
    visits_start(config);
    host->log(CARDEA_LOG_INFO, NULL, "%u rooms of the configuration file", g_hash_table_size(vr.rooms));
    store_start(config);
    host->log(CARDEA_LOG_INFO, NULL, "%u permanent rooms", store_load());
    return 0;
}

static void stop(void)
{
    GList *rooms = g_hash_table_get_values(vr.rooms);

    for (GList *l = rooms; l; l = l->next)
        room_destroy(l->data);
    g_list_free(rooms);
    record_stop();
    g_hash_table_destroy(vr.rooms);
    visits_stop();
    store_stop();
    g_free(vr.admin_key);
    vr = (struct videoroom){0};
}

/* While the gateway drains: a room with people in it cannot be joined anywhere else, and one that is in no file is not
 * known anywhere else. */
static bool welcomes(const json_t *purpose)
{
    char *id = id_text(json_object_get(purpose, "room"));
    const struct room *room = id ? room_find(id) : NULL;

    g_free(id);
    return room && (g_hash_table_size(room->participants) > 0 || (!room->permanent && !room->configured));
}

static const char *const about[] = {"room", NULL};

/* "/whip/1234", "/whep/1234/feed" */
static json_t *about_path(const char *path)
{
    char **parts = g_strsplit(path, "/", 4);
    json_t *purpose = NULL;

    if (g_strv_length(parts) > 2 && id_is_valid(parts[2]))
        purpose = json_pack("{so}", "room", id_json(parts[2]));
    g_strfreev(parts);
    return purpose;
}

static const char *const aliases[] = {"janus.plugin.videoroom", NULL};
static const struct cardea_option options[] = {
    {"general", "admin_key", CARDEA_OPT_STRING, NULL, .max = 256,
     .help = "If set, `create` needs it, and `list` shows private rooms with it."},
    {"general", "lock_rtp_forward", CARDEA_OPT_BOOL, "false", .help = "RTP forwarders need the admin_key too."},
    {"general", "remote_timeout", CARDEA_OPT_INT, "15", .max = 86400,
     .help =
         "Seconds without a packet after which a publisher of another gateway is removed, when that gateway used to "
         "send reports; 0: never."},
    {"general", "events", CARDEA_OPT_BOOL, "true", .reloadable = true,
     .help = "Tell event handlers what happens in rooms."},
    {"general", "string_ids", CARDEA_OPT_BOOL, "false", .help = "Rooms and participants have strings as ids."},
    VISITS_OPTIONS,
    {"general", "max_rooms", CARDEA_OPT_INT, "10000", .min = 1, .max = 1000000,
     .help = "Rooms there may be at once; `create` of more is refused."},
    {0},
};

CARDEA_EXPORT const struct cardea_plugin cardea_plugin = {
    CARDEA_PLUGIN_HEAD,
    .name = "cardea.plugin.videoroom",
    .aliases = aliases,
    .title = "JANUS VideoRoom plugin",
    .description = "Rooms in which everybody publishes and everybody watches",
    .author = "The Cardea authors",
    .version_string = "0.0.10",
    .version = 10,
    .key = "videoroom",
    .errors = {.no_message = E_NO_MESSAGE,
               .not_object = E_NOT_OBJECT,
               .unknown = E_UNKNOWN,
               .missing = E_MISSING,
               .invalid = E_INVALID},
    .options = options,
    .config_name = "videoroom",
    .verbs = videoroom_verbs,
    .start = start,
    .stop = stop,
    .reload = reload,
    .attach = attach,
    .detach = detach,
    .up = up,
    .down = down,
    .data = data,
    .layer = layer,
    .talking = talking,
    .loudness = loudness,
    .slow_link = slow_link,
    .describe = describe,
    .welcomes = welcomes,
    .about = about,
    .about_path = about_path,
};
