/* SPDX-License-Identifier: Apache-2.0 */
#include "store.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "ids.h"
#include "room.h"

#define NAME_MOST 200     /* bytes of an id in a file's name; longer ones are named by their hash */
#define FILE_MOST 8000000 /* bytes of a file: allowed tokens may be many */

static char *folder; /* NULL: there is none */

void store_start(const struct cardea_config *config)
{
    folder = g_strdup(vr.host->state_folder(config));
}

void store_stop(void)
{
    g_clear_pointer(&folder, g_free);
}

bool store_exists(void)
{
    return folder != NULL;
}

static char *path_of(const char *id)
{
    char *name = g_uri_escape_string(id, NULL, false), *file, *path;

    if (strlen(name) > NAME_MOST) {
        g_free(name);
        name = g_compute_checksum_for_string(G_CHECKSUM_SHA256, id, -1);
    }
    file = g_strdup_printf("room-%s.json", name);
    path = g_build_filename(folder, file, NULL);
    g_free(name);
    g_free(file);
    return path;
}

/* content is taken. */
static bool write_file(const char *id, json_t *content)
{
    char *text = json_dumps(content, JSON_INDENT(2)), *path;
    GError *error = NULL;
    bool fine;

    json_decref(content);
    if (!text)
        return false;
    path = path_of(id);
    fine = g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600,
                                    &error);
    if (!fine)
        vr.host->log(CARDEA_LOG_ERROR, NULL, "room %s cannot be kept: %s", id, error->message);
    g_clear_error(&error);
    g_free(path);
    free(text);
    return fine;
}

bool store_save(struct room *room)
{
    json_t *o;

    if (!folder)
        return false;
    o = properties_json(&room->set);
    json_object_set_new(o, "room", json_string(room->id));
    if (room->check_tokens || g_hash_table_size(room->tokens)) {
        json_object_set_new(o, "allowed", room_tokens(room));
        json_object_set_new(o, "allowed_checked", json_boolean(room->check_tokens));
    }
    room->permanent = write_file(room->id, o);
    return room->permanent;
}

bool store_forget(const struct room *room)
{
    char *path;
    bool fine;

    if (!folder)
        return false;
    if (room->configured)
        return write_file(room->id, json_pack("{ss sb}", "room", room->id, "destroyed", 1));
    path = path_of(room->id);
    fine = !unlink(path) || errno == ENOENT;
    if (!fine)
        vr.host->log(CARDEA_LOG_ERROR, NULL, "room %s cannot be forgotten: %s", room->id, strerror(errno));
    g_free(path);
    return fine;
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

static const char *restore(const json_t *o)
{
    const char *id = member_text(o, "room"), *wrong;
    struct room *room = room_find(id);
    bool configured = room != NULL;
    struct properties set;

    if (!id || !id_is_valid(id))
        return "it names no room";
    if (room)
        room_destroy(room);
    if (member_flag(o, "destroyed", false))
        return NULL;
    properties_default(&set);
    wrong = properties_read(&set, o, true);
    room = wrong ? NULL : room_create(id, &set);
    properties_clear(&set);
    if (!room)
        return wrong ? wrong : "there are too many rooms";
    room->permanent = true;
    room->configured = configured;
    room_allow(room, json_object_get(o, "allowed"));
    room->check_tokens = member_flag(o, "allowed_checked", false);
    return NULL;
}

static bool load(const char *name)
{
    char *path = g_build_filename(folder, name, NULL), *text = NULL;
    const char *wrong = "it cannot be read";
    gsize len = 0;
    json_t *o = NULL;

    if (g_file_get_contents(path, &text, &len, NULL) && len <= FILE_MOST)
        o = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
    if (o)
        wrong = json_is_object(o) ? restore(o) : "it is no object";
    if (wrong)
        vr.host->log(CARDEA_LOG_WARN, NULL, "the room in %s is skipped: %s", path, wrong);
    json_decref(o);
    g_free(text);
    g_free(path);
    return !wrong;
}

unsigned store_load(void)
{
    GDir *dir = folder ? g_dir_open(folder, 0, NULL) : NULL;
    const char *name;
    unsigned n = 0;

    while (dir && (name = g_dir_read_name(dir)))
        if (g_str_has_prefix(name, "room-") && g_str_has_suffix(name, ".json"))
            n += load(name);
    if (dir)
        g_dir_close(dir);
    return n;
}
