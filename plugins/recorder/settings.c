/* SPDX-License-Identifier: Apache-2.0 */
#include "settings.h"

#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include <glib.h>

#define MIB ((uint64_t)1 << 20)

const struct cardea_option rec_options[] = {
    {"general", "path", CARDEA_OPT_STRING, NULL, .max = 1024, .use = CARDEA_WRITES_BELOW,
     .help = "Folder of the recordings, made when it is missing. Unset: the folder recordings in the gateway's state "
             "folder."},
    {"general", "admin_key", CARDEA_OPT_STRING, NULL, .max = 256,
     .help =
         "Needed for the request update, to list private recordings, and to play, fetch or remove those of others."},
    {"general", "private", CARDEA_OPT_BOOL, "false",
     .help = "New recordings are private unless the request says otherwise."},
    {"general", "events", CARDEA_OPT_BOOL, "true", .help = "Tell event handlers about recordings and playouts."},
    {"general", "formats", CARDEA_OPT_LIST, "media",
     .help = "What is written unless the request says otherwise: media (one WebM or Matroska file a participant), mjr "
             "(one file a track), or both."},
    {"general", "folders", CARDEA_OPT_LIST, NULL, .use = CARDEA_WRITES_BELOW,
     .help = "Absolute folders outside of path that requests (rec_dir of a room) may name."},
    {"general", "max_recordings", CARDEA_OPT_INT, "1000", .min = 1, .max = 100000,
     .help = "Most recordings at the same time; others are refused."},

    {"files", "cluster_ms", CARDEA_OPT_INT, "500", .min = 100, .max = 5000,
     .help = "A media file grows in pieces of this many milliseconds; a killed process loses at most the last one."},
    {"files", "sync_ms", CARDEA_OPT_INT, "1000", .min = 0, .max = 600000,
     .help = "What has been written is made to reach the disk every so many milliseconds (power loss); 0: left to the "
             "system."},
    {"files", "fsync", CARDEA_OPT_BOOL, "true", .help = "Finished files and manifests are made to reach the disk."},
    {"files", "mode", CARDEA_OPT_STRING, "0640", .max = 8, .help = "Permissions of files, octal."},
    {"files", "folder_mode", CARDEA_OPT_STRING, "0755", .max = 8,
     .help = "Permissions of folders that are made, octal."},
    {"files", "owner", CARDEA_OPT_STRING, NULL, .max = 128,
     .help = "Owner of folders that are made, user or user:group; needs the right to give files away."},

    {"limits", "max_mib", CARDEA_OPT_INT, "0", .min = 0, .max = 1 << 30,
     .help = "A recording ends when it has this many MiB; 0: no limit."},
    {"limits", "max_minutes", CARDEA_OPT_INT, "0", .min = 0, .max = 1 << 20,
     .help = "A recording ends after this many minutes; 0: no limit."},
    {"limits", "split_minutes", CARDEA_OPT_INT, "0", .min = 0, .max = 1 << 20,
     .help = "A new file is begun after this many minutes; 0: never."},
    {"limits", "min_free_mib", CARDEA_OPT_INT, "256", .min = 0, .max = 1 << 30,
     .help = "With less free disk than this many MiB no recording begins, and those in progress end."},
    {"limits", "retention_days", CARDEA_OPT_INT, "0", .min = 0, .max = 100000,
     .help = "Finished recordings are removed after this many days; 0: never."},
    {"limits", "retention_mib", CARDEA_OPT_INT, "0", .min = 0, .max = 1 << 30,
     .help = "The oldest finished recordings are removed while all together have more than this many MiB; 0: never."},

    {"media", "jitter_ms", CARDEA_OPT_INT, "500", .min = 0, .max = 5000,
     .help = "How long, in milliseconds, a missing packet is waited for."},
    {"media", "gather_ms", CARDEA_OPT_INT, "2000", .min = 0, .max = 60000,
     .help = "How long, in milliseconds, a file waits for a track that has sent nothing yet."},
    {"media", "buffer_kib", CARDEA_OPT_INT, "512", .min = 64, .max = 65536,
     .help = "Buffer of a video track between media worker and disk, KiB; when it is full, frames are dropped."},
    {"media", "frame_kib", CARDEA_OPT_INT, "256", .min = 64, .max = 16384, .help = "Largest video frame, KiB."},
    {"media", "preroll", CARDEA_OPT_INT, "0", .min = 0, .max = 300,
     .help = "Seconds that are kept in memory of participants who may be recorded, so that a recording begins before "
             "the button was pressed, with the keyframe that these seconds stand on; 0: none."},

    {"hooks", "program", CARDEA_OPT_STRING, NULL, .max = 1024, .use = CARDEA_RUNS,
     .help = "Program that is run for each finished file and recording: program segment|recording <path>, JSON on its "
             "standard input."},
    {"hooks", "webhook", CARDEA_OPT_STRING, NULL, .max = 2048, .help = "URL that gets the same JSON by POST."},
    {"hooks", "webhook_token", CARDEA_OPT_STRING, NULL, .max = 1024, .help = "Sent with it as Authorization: Bearer."},
    {"hooks", "attempts", CARDEA_OPT_INT, "8", .min = 1, .max = 100,
     .help = "How often a hook that fails is tried, with growing pauses."},
    {0},
};

static char *text(const struct cardea_host *h, const struct cardea_config *c, const char *category, const char *name)
{
    const char *value = h->option_string(c, category, name);

    return value && *value ? g_strdup(value) : NULL;
}

static unsigned read_formats(const char *list)
{
    char **names = g_strsplit(list ? list : "", ",", -1);
    unsigned formats = 0;

    for (char **n = names; *n; n++) {
        const char *name = g_strstrip(*n);

        if (!strcmp(name, "media"))
            formats |= CARDEA_RECORD_MEDIA;
        else if (!strcmp(name, "mjr"))
            formats |= CARDEA_RECORD_MJR;
        else
            formats |= 1u << 31;
    }
    g_strfreev(names);
    return formats;
}

static bool read_mode(const char *value, mode_t *mode)
{
    char *end;
    unsigned long n = strtoul(value ? value : "", &end, 8);

    *mode = (mode_t)n;
    return value && *value && !*end && n <= 0777;
}

static bool read_owner(struct rec_settings *s, const char *value)
{
    char **parts = g_strsplit(value ? value : "", ":", 2);
    const struct passwd *user = parts[0] && *parts[0] ? getpwnam(parts[0]) : NULL;
    const struct group *group = parts[0] && parts[1] ? getgrnam(parts[1]) : NULL;
    bool good = !value || ((user || !*parts[0]) && (group || !parts[1]));

    s->owner = user ? user->pw_uid : (uid_t)-1;
    s->group = group ? group->gr_gid : user ? user->pw_gid : (gid_t)-1;
    g_strfreev(parts);
    return good;
}

static void read_numbers(struct rec_settings *s, const struct cardea_host *h, const struct cardea_config *c)
{
    s->cluster_ms = (unsigned)h->option_int(c, "files", "cluster_ms");
    s->sync_ms = (unsigned)h->option_int(c, "files", "sync_ms");
    s->gather_ms = (unsigned)h->option_int(c, "media", "gather_ms");
    s->jitter_ms = (unsigned)h->option_int(c, "media", "jitter_ms");
    s->buffer_kib = (unsigned)h->option_int(c, "media", "buffer_kib");
    s->frame_kib = (unsigned)h->option_int(c, "media", "frame_kib");
    s->preroll_s = (unsigned)h->option_int(c, "media", "preroll");
    s->most = (unsigned)h->option_int(c, "general", "max_recordings");
    s->attempts = (unsigned)h->option_int(c, "hooks", "attempts");
    s->most_bytes = (uint64_t)h->option_int(c, "limits", "max_mib") * MIB;
    s->min_free_bytes = (uint64_t)h->option_int(c, "limits", "min_free_mib") * MIB;
    s->retention_bytes = (uint64_t)h->option_int(c, "limits", "retention_mib") * MIB;
    s->retention_s = h->option_int(c, "limits", "retention_days") * 86400;
    s->most_us = h->option_int(c, "limits", "max_minutes") * 60000000;
    s->split_us = h->option_int(c, "limits", "split_minutes") * 60000000;
}

const char *rec_settings_read(struct rec_settings *s, const struct cardea_host *h, const struct cardea_config *c)
{
    const char *state = NULL;

    memset(s, 0, sizeof(*s));
    s->path = text(h, c, "general", "path");
    if (!s->path && (state = h->state_folder(c)))
        s->path = g_strdup(state);
    s->admin_key = text(h, c, "general", "admin_key");
    s->folders = text(h, c, "general", "folders");
    s->hook = text(h, c, "hooks", "program");
    s->webhook = text(h, c, "hooks", "webhook");
    s->webhook_token = text(h, c, "hooks", "webhook_token");
    s->is_private = h->option_bool(c, "general", "private");
    s->events = h->option_bool(c, "general", "events");
    s->sync = h->option_bool(c, "files", "fsync");
    s->formats = read_formats(h->option_string(c, "general", "formats"));
    read_numbers(s, h, c);
    if (!s->path)
        return "general.path is not set, and there is no state folder";
    if (!s->formats || s->formats > 3)
        return "general.formats is a list of media and mjr";
    if (!read_mode(h->option_string(c, "files", "mode"), &s->mode) ||
        !read_mode(h->option_string(c, "files", "folder_mode"), &s->folder_mode))
        return "files.mode and files.folder_mode are octal numbers";
    if (!read_owner(s, h->option_string(c, "files", "owner")))
        return "files.owner names no user or group of this machine";
    return NULL;
}

void rec_settings_free(struct rec_settings *s)
{
    g_free(s->path);
    g_free(s->admin_key);
    g_free(s->folders);
    g_free(s->hook);
    g_free(s->webhook);
    g_free(s->webhook_token);
    memset(s, 0, sizeof(*s));
}
