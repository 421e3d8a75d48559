/* SPDX-License-Identifier: Apache-2.0 */
/* The plugin: its descriptor, its start and stop, and what the gateway tells it about handles. */
#include "recorder.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <libavutil/log.h>

#include "catalog.h"
#include "hooks.h"
#include "pages.h"
#include "seat.h"
#include "service.h"
#include "session.h"
#include "upkeep.h"
#include "writer.h"

struct recorder recorder;

void rec_post(void (*run)(void *arg), void *arg)
{
    while (!rec_has_stopped() && recorder.host->post(run, arg))
        g_usleep(1000);
}

/* --- folders ------------------------------------------------------------------------------------------------------ */

int rec_make_folder(const char *path)
{
    char *above;
    int err;

    if (!mkdir(path, recorder.set.folder_mode)) {
        if (recorder.set.owner != (uid_t)-1 && chown(path, recorder.set.owner, recorder.set.group))
            return -errno;
        return 0;
    }
    if (errno == EEXIST)
        return access(path, W_OK | X_OK) ? -errno : 0;
    if (errno != ENOENT)
        return -errno;
    above = g_path_get_dirname(path);
    err = strcmp(above, path) ? rec_make_folder(above) : -ENOENT;
    g_free(above);
    if (err)
        return err;
    return mkdir(path, recorder.set.folder_mode) && errno != EEXIST ? -errno : rec_make_folder(path);
}

bool rec_disk_has_room(const char *path)
{
    struct statvfs fs;

    return statvfs(path, &fs) || (uint64_t)fs.f_bavail * fs.f_frsize >= recorder.set.min_free_bytes;
}

/* --- handles ------------------------------------------------------------------------------------------------------ */

static int attach(struct cardea_handle *h, void **user)
{
    *user = rec_seat_new(h);
    return 0;
}

static void detach(struct cardea_handle *h, void *user)
{
    struct rec_seat *s = user;

    if (s->id)
        rec_seat_done(s, "detached");
    rec_seat_free(s);
}

static void up(struct cardea_handle *h, void *user)
{
    struct rec_seat *s = user;

    if (s->playing && s->playout)
        rec_playout_begin(s->playout);
}

static void down(struct cardea_handle *h, void *user, const char *reason)
{
    struct rec_seat *s = user;

    if (s->id || !s->over)
        rec_seat_done(s, g_intern_string(reason ? reason : "hangup"));
    s->over = false;
}

static void data(struct cardea_handle *h, void *user, const struct cardea_message *m)
{
    struct rec_seat *s = user;
    struct rec_take *t = s->recording ? rec_take_find(s->id) : NULL;

    if (t)
        rec_take_data(t, m);
}

static void slow_link(struct cardea_handle *h, void *user, enum cardea_kind kind, bool uplink, unsigned lost)
{
    struct rec_seat *s = user;
    json_t *result = json_pack("{ss ss}", "status", "slow_link", "media", kind == CARDEA_VIDEO ? "video" : "audio");

    if (kind == CARDEA_VIDEO)
        json_object_set_new(result, "current-bitrate", json_integer(s->bitrate));
    json_object_set_new(result, "uplink", json_integer(!uplink)); /* from the client's point of view */
    rec_seat_event(s, result);
}

static json_t *describe(struct cardea_handle *h, void *user)
{
    const struct rec_seat *s = user;
    json_t *j = json_pack("{ss}", "type", s->recording ? "recorder" : s->playout ? "player" : "none");

    if (s->id)
        json_object_set_new(j, "recording_id", json_integer((json_int_t)s->id));
    if (s->name)
        json_object_set_new(j, "recording_name", json_string(s->name));
    if (s->e2ee)
        json_object_set_new(j, "e2ee", json_true());
    if (s->playout)
        json_object_set_new(j, "position_ms", json_integer(rec_playout_position_ms(s->playout)));
    json_object_set_new(j, "hangingup", json_integer(0));
    json_object_set_new(j, "destroyed", json_integer(0));
    return j;
}

/* --- life --------------------------------------------------------------------------------------------------------- */

static int start(const struct cardea_host *h, const struct cardea_config *config)
{
    const char *wrong;
    int err;

    recorder = (struct recorder){.host = h};
    wrong = rec_settings_read(&recorder.set, h, config);
    if (wrong) {
        h->log(CARDEA_LOG_ERROR, NULL, "recorder: %s", wrong);
        rec_settings_free(&recorder.set);
        return CARDEA_EINVAL;
    }
    err = rec_make_folder(recorder.set.path);
    if (err) /* it may become writable: then what is asked for is refused, one by one */
        h->log(CARDEA_LOG_ERROR, NULL, "recorder: %s cannot be written: %s", recorder.set.path, g_strerror(-err));
    av_log_set_level(AV_LOG_QUIET); /* what it has to say comes as results */
    rec_seats_init();
    rec_takes_init();
    rec_service_start();
    rec_sessions_init();
    rec_catalog_init();
    rec_writer_start(h->now_us);
    rec_hooks_start();
    rec_player_start();
    rec_catalog_scan(NULL, NULL);
    rec_upkeep_start();
    rec_pages_start();
    return h->provide(CARDEA_RECORDER, &rec_service);
}

static void stop(void)
{
    recorder.host->provide(CARDEA_RECORDER, NULL);
    g_atomic_int_set(&recorder.stopping, 1);
    rec_upkeep_stop();
    rec_player_stop();
    rec_writer_stop("gateway stopped");
    rec_takes_free();
    rec_service_stop();
    rec_hooks_stop();
    rec_sessions_free();
    rec_catalog_free();
    rec_seats_free();
    rec_settings_free(&recorder.set);
}

static const char *const aliases[] = {"janus.plugin.recordplay", NULL};

CARDEA_EXPORT const struct cardea_plugin cardea_plugin = {
    CARDEA_PLUGIN_HEAD,
    .name = REC_NAME,
    .aliases = aliases,
    .title = "Recorder",
    .description = "Records into files that play at once, and plays them",
    .author = "The Cardea authors",
    .version_string = "0.0.5",
    .version = 5,
    .key = "recordplay",
    .errors = {.no_message = E_NO_MESSAGE,
               .not_object = E_NOT_OBJECT,
               .unknown = E_UNKNOWN,
               .missing = E_MISSING,
               .invalid = E_INVALID},
    .options = rec_options,
    .config_name = "recorder",
    .verbs = rec_verbs,
    .start = start,
    .stop = stop,
    .attach = attach,
    .detach = detach,
    .up = up,
    .down = down,
    .data = data,
    .slow_link = slow_link,
    .describe = describe,
};
