/* SPDX-License-Identifier: Apache-2.0 */
#include "site.h"

#include <string.h>

#include "manifest.h"
#include "name.h"
#include "recorder.h"
#include "session.h"

static bool name_is_taken(const char *folder, const char *name)
{
    static const char *const endings[] = {REC_MANIFEST_ENDING, ".webm", ".mkv", NULL};
    bool taken = false;

    for (const char *const *e = endings; *e && !taken; e++) {
        char *path = g_strdup_printf("%s/%s%s", folder, name, *e);

        taken = g_file_test(path, G_FILE_TEST_EXISTS);
        g_free(path);
    }
    return taken;
}

/* The name itself, or with a number behind it. Two recordings never write the same files. */
static char *free_name(const char *folder, const char *wanted, bool overwrite)
{
    char *name = g_strdup(wanted);

    for (unsigned i = 2; rec_take_writes(folder, name) || (!overwrite && name_is_taken(folder, name)); i++) {
        g_free(name);
        name = g_strdup_printf("%s.%u", wanted, i);
    }
    return name;
}

/* The folder that was asked for; a name that is a path of its own brings it along. g_free() both; NULL: not allowed. */
static char *wanted_folder(const struct rec_take_conf *conf, char **name)
{
    char *folder, *dir;

    if (!conf->name || *conf->name != '/' || conf->folder)
        return rec_name_folder(recorder.set.path, recorder.set.folders, conf->folder);
    dir = g_path_get_dirname(conf->name);
    folder = rec_name_folder(recorder.set.path, recorder.set.folders, dir);
    g_free(dir);
    g_free(*name);
    *name = g_path_get_basename(conf->name);
    return folder;
}

/* Of a session, its folder; files of the other format alone lie where their users look for them. */
static char *session_folder(const struct rec_take_conf *conf, char *folder, struct rec_session **session)
{
    unsigned formats = conf->formats ? conf->formats : recorder.set.formats;
    char *name = conf->session ? rec_name_clean(conf->session) : NULL;

    if (name && (formats & CARDEA_RECORD_MEDIA)) {
        *session = rec_session_hold(folder, name, conf->room);
        g_free(folder);
        folder = g_strdup(rec_session_folder(*session));
    }
    g_free(name);
    return folder;
}

static int use_folder(const char *folder)
{
    if (rec_make_folder(folder))
        return CARDEA_EIO;
    return rec_name_confined(recorder.set.path, recorder.set.folders, folder) ? 0 : CARDEA_EINVAL;
}

/* Folder and base name as they were asked for, if they are allowed. */
static int choose(struct rec_site *out, const struct rec_take_conf *conf, uint64_t id)
{
    char *name = conf->name ? g_strdup(conf->name) : g_strdup_printf("rec-%llu", (unsigned long long)id);
    char *folder = wanted_folder(conf, &name), *clean = rec_name_clean(name), *base, *below;
    int err = CARDEA_EINVAL;

    if (folder && clean) {
        base = g_path_get_basename(clean);
        below = g_path_get_dirname(clean);
        if (strcmp(below, ".")) {
            char *deeper = g_build_filename(folder, below, NULL);

            g_free(folder);
            folder = deeper;
        }
        folder = session_folder(conf, folder, &out->session);
        err = use_folder(folder);
        if (!err) {
            out->folder = g_strdup(folder);
            out->base = free_name(folder, base, conf->overwrite);
        }
        g_free(base);
        g_free(below);
    }
    g_free(name);
    g_free(folder);
    g_free(clean);
    return err;
}

int rec_site_choose(struct rec_site *out, const struct rec_take_conf *conf, uint64_t id)
{
    int err = choose(out, conf, id);

    if (!err && !rec_disk_has_room(out->folder))
        err = CARDEA_ELIMIT;
    if (err && out->session)
        rec_session_leave(out->session, id, NULL);
    if (err)
        rec_site_clear(out);
    return err;
}

void rec_site_clear(struct rec_site *site)
{
    g_free(site->folder);
    g_free(site->base);
    *site = (struct rec_site){0};
}
