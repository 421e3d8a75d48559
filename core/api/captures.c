/* SPDX-License-Identifier: Apache-2.0 */
/* Captures of a handle's packets: start_pcap, start_text2pcap, and their ends. */
#include "api/inside.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "capture/capture.h"
#include "log/log.h"

/* Success of these has no session_id. */
static void succeed(const struct gw_request *rq)
{
    gw_origin_send_json(&rq->origin, json_pack("{ss ss}", "janus", "success", "transaction", rq->transaction));
}

/* Where a folder is, or would be if it were made: links are followed as far as it exists. g_free() it. */
static char *place_of(const char *folder)
{
    size_t len = strlen(folder);
    char real[PATH_MAX], *head;
    bool exists = false;

    while (!exists) {
        head = len ? g_strndup(folder, len) : g_strdup(*folder == '/' ? "/" : ".");
        exists = realpath(head, real);
        g_free(head);
        if (!exists && !len) { /* our own folder was removed */
            g_strlcpy(real, "/", sizeof(real));
            break;
        }
        while (!exists && len && folder[--len] != '/')
            ;
    }
    folder += len;
    return g_canonicalize_filename(folder + strspn(folder, "/"), real); /* what does not exist has no links in it */
}

static bool is_below(const char *path, const char *folder, size_t len)
{
    char *given = g_strndup(folder, len), *place = place_of(given);
    size_t n = strlen(place);
    bool below = !strncmp(path, place, n) && (!path[n] || path[n] == '/' || n == 1);

    g_free(given);
    g_free(place);
    return below;
}

static bool is_protected(const struct gw_api *a, const char *path)
{
    const char *rest = gw_option_text(a, "general", "protected_folders"), *item;
    size_t len;

    while (gw_list_next(&rest, &item, &len))
        if (is_below(path, item, len))
            return true;
    return false;
}

/* Makes it, unless it is a protected one. false: an error was sent. */
static bool make_folder(const struct gw_request *rq, const char *folder, char real[PATH_MAX])
{
    char *place = place_of(folder);
    bool guarded = is_protected(rq->api, place), made = !guarded && !g_mkdir_with_parents(place, 0755);
    int err = errno;

    g_free(place);
    made = made && realpath(folder, real);
    guarded |= made && is_protected(rq->api, real);
    if (guarded)
        gw_request_fail(rq, GW_API_UNKNOWN, "The folder %.200s is protected (general.protected_folders)", folder);
    else if (!made)
        gw_request_fail(rq, GW_API_UNKNOWN, "The folder %.200s cannot be used: %s", folder, g_strerror(err));
    return made && !guarded;
}

/* folder/filename, where the folder exists from now on and is not a protected one; g_free() it. NULL: an error was
 * sent. */
static char *path_of(const struct gw_request *rq, bool text)
{
    const char *folder = gw_json_string(rq->root, "folder"), *name = gw_json_string(rq->root, "filename");
    char real[PATH_MAX], made[64];

    folder = folder && *folder ? folder : ".";
    g_snprintf(made, sizeof(made), "janus-text2pcap-%u.%s", g_random_int(), text ? "txt" : "pcap");
    name = name && *name ? name : made;
    if (strchr(name, '/'))
        gw_request_fail(rq, GW_API_INVALID, "filename must be a name without a folder");
    else if (make_folder(rq, folder, real))
        return g_build_filename(real, name, NULL);
    return NULL;
}

static void start(struct gw_request *rq, bool text)
{
    struct gw_handle *h = rq->handle;
    struct gw_capture *c;
    char *path;

    if (h->capture_file) {
        gw_request_fail(rq, GW_API_UNKNOWN, "Packets of this handle are captured already");
        return;
    }
    path = path_of(rq, text);
    if (!path)
        return;
    if (gw_capture_open(&c, path, text ? GW_CAPTURE_TEXT : GW_CAPTURE_PCAP,
                        (unsigned)MIN(json_integer_value(gw_admin_member(rq, "truncate")), G_MAXUINT16))) {
        gw_request_fail(rq, GW_API_UNKNOWN, "%.200s cannot be written: %s", path, g_strerror(errno));
        g_free(path);
        return;
    }
    gw_info_of(h->session->id, h->id, "packets are captured into %s", path);
    h->capture_file = path;
    h->capture_text = text;
    gw_link_capture(h->link, c);
    succeed(rq);
}

void gw_captures_start_pcap(struct gw_request *rq)
{
    start(rq, false);
}

void gw_captures_start_text(struct gw_request *rq)
{
    start(rq, true);
}

void gw_captures_stop(struct gw_request *rq)
{
    if (!rq->handle->capture_file) {
        gw_request_fail(rq, GW_API_UNKNOWN, "Nothing is captured");
        return;
    }
    gw_link_capture(rq->handle->link, NULL);
    gw_captures_over(rq->handle);
    succeed(rq);
}

void gw_captures_over(struct gw_handle *h)
{
    g_clear_pointer(&h->capture_file, g_free);
}

void gw_captures_describe(const struct gw_handle *h, json_t *info)
{
    if (!h->capture_file)
        return;
    json_object_set_new(info, h->capture_text ? "dump-to-text2pcap" : "dump-to-pcap", json_true());
    json_object_set_new(info, h->capture_text ? "text2pcap-file" : "pcap-file", json_string(h->capture_file));
}
