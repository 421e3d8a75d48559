/* SPDX-License-Identifier: Apache-2.0 */
#include "properties.h"

#include <string.h>
#include <strings.h>

#define LOWEST_BITRATE 64000
#define MOST_CODECS    5

enum kind { TEXT, FLAG, NOT_FLAG, NUMBER, LIST };

struct line {
    const char *name;
    enum kind kind;
    size_t offset;
    const char *edit; /* name in `edit`, NULL: cannot be edited */
};

#define AT(member) offsetof(struct properties, member)
static const struct line table[] = {
    {"description", TEXT, AT(description), "new_description"},
    {"is_private", FLAG, AT(is_private), "new_is_private"},
    {"secret", TEXT, AT(secret), "new_secret"},
    {"pin", TEXT, AT(pin), "new_pin"},
    {"require_pvtid", FLAG, AT(require_pvtid), "new_require_pvtid"},
    {"signed_tokens", FLAG, AT(signed_tokens), NULL},
    {"publishers", NUMBER, AT(publishers), "new_publishers"},
    {"bitrate", NUMBER, AT(bitrate), "new_bitrate"},
    {"bitrate_cap", FLAG, AT(bitrate_cap), NULL},
    {"fir_freq", NUMBER, AT(fir_freq), "new_fir_freq"},
    {"audiocodec", TEXT, AT(audiocodec), NULL},
    {"videocodec", TEXT, AT(videocodec), NULL},
    {"vp9_profile", TEXT, AT(vp9_profile), NULL},
    {"h264_profile", TEXT, AT(h264_profile), NULL},
    {"opus_fec", FLAG, AT(opus_fec), NULL},
    {"opus_dtx", FLAG, AT(opus_dtx), NULL},
    {"audiolevel_ext", FLAG, AT(audiolevel_ext), NULL},
    {"audiolevel_event", FLAG, AT(audiolevel_event), NULL},
    {"audio_active_packets", NUMBER, AT(audio_active_packets), NULL},
    {"audio_level_average", NUMBER, AT(audio_level_average), NULL},
    {"videoorient_ext", FLAG, AT(videoorient_ext), NULL},
    {"playoutdelay_ext", FLAG, AT(playoutdelay_ext), NULL},
    {"transport_wide_cc_ext", FLAG, AT(transport_wide_cc_ext), NULL},
    {"record", FLAG, AT(record), NULL},
    {"rec_dir", TEXT, AT(rec_dir), "new_rec_dir"},
    {"lock_record", FLAG, AT(lock_record), "new_lock_record"},
    {"notify_joining", FLAG, AT(notify_joining), NULL},
    {"require_e2ee", FLAG, AT(require_e2ee), NULL},
    {"dummy_publisher", FLAG, AT(dummy_publisher), NULL},
    {"dummy_streams", LIST, AT(dummy_streams), NULL},
    {"dummy_e2ee", FLAG, AT(dummy_e2ee), NULL},
    {"threads", NUMBER, AT(threads), NULL},
    {"auto", FLAG, AT(automatic), "new_auto"},
    {"priority", NUMBER, AT(priority), "new_priority"},
    {"loudest", NUMBER, AT(loudest), "new_loudest"},
    {"dynacast", FLAG, AT(dynacast), NULL},
    {"locked", FLAG, AT(locked), "new_locked"},
    {"expected_participants", NUMBER, AT(expected_participants), NULL},
    {"downlink_start", NUMBER, AT(downlink_start), NULL},
    {"downlink_min", NUMBER, AT(downlink_min), NULL},
    {"downlink_max", NUMBER, AT(downlink_max), NULL},
    {"probing", NOT_FLAG, AT(no_probing), NULL},
    {"pacing", NOT_FLAG, AT(no_pacing), NULL},
    {"preroll", FLAG, AT(preroll), NULL},
    {"fast_start", NOT_FLAG, AT(no_fast_start), "new_fast_start"},
};

static const char *const audio_codecs[] = {"opus", "multiopus", "isac32", "isac16", "pcmu",
                                           "pcma", "g722",      "l16-48", "l16",    NULL};
static const char *const video_codecs[] = {"vp8", "vp9", "h264", "av1", "h265", NULL};

void properties_default(struct properties *p)
{
    *p = (struct properties){
        .audiocodec = g_strdup("opus"),
        .videocodec = g_strdup("vp8"),
        .publishers = 3,
        .audio_active_packets = 100,
        .audio_level_average = 25,
        .opus_fec = true,
        .audiolevel_ext = true,
        .videoorient_ext = true,
        .playoutdelay_ext = true,
        .transport_wide_cc_ext = true,
        .automatic = true,
    };
}

void properties_clear(struct properties *p)
{
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
        if (table[i].kind == TEXT)
            g_free(*(char **)((char *)p + table[i].offset));
    json_decref(p->dummy_streams);
    memset(p, 0, sizeof(*p));
}

bool codec_allowed(const char *list, const char *codec)
{
    char **all = g_strsplit(list, ",", 0);
    bool found = false;

    for (char **c = all; *c; c++)
        found |= !strcasecmp(*c, codec);
    g_strfreev(all);
    return found;
}

static bool known(const char *const *names, const char *codec)
{
    for (; *names; names++)
        if (!strcasecmp(*names, codec))
            return true;
    return false;
}

const char *codec_known(enum cardea_kind kind, const char *codec)
{
    const char *const *names = kind == CARDEA_AUDIO ? audio_codecs : video_codecs;

    for (; codec && *names; names++)
        if (!strcasecmp(*names, codec))
            return *names;
    return NULL;
}

/* Keeps the first five tokens, in small letters; false: one of them is no codec (files: it is left out). */
static bool normalise_codecs(char **list, const char *const *names, bool file, const char *fallback)
{
    char **all = g_strsplit(*list, ",", 0);
    GString *out = g_string_new(NULL);
    bool fine = true;

    for (unsigned i = 0; all[i] && i < MOST_CODECS; i++) {
        const char *codec = g_strstrip(all[i]);

        if (!known(names, codec)) {
            fine = fine && file;
            continue;
        }
        if (out->len)
            g_string_append_c(out, ',');
        g_string_append(out, codec);
    }
    fine = fine && (file || out->len);
    g_strfreev(all);
    g_free(*list);
    *list = g_string_free(out, FALSE);
    if (!**list) {
        g_free(*list);
        *list = g_strdup(fallback);
    }
    for (char *c = *list; *c; c++)
        *c = g_ascii_tolower(*c);
    return fine;
}

static bool truth(const json_t *v)
{
    const char *s = json_string_value(v);

    if (s)
        return !strcasecmp(s, "true") || !strcasecmp(s, "yes") || !strcmp(s, "1");
    return json_is_true(v) || (json_is_integer(v) && json_integer_value(v) == 1);
}

static unsigned number(const json_t *v)
{
    json_int_t n =
        json_is_string(v) ? (json_int_t)g_ascii_strtoull(json_string_value(v), NULL, 10) : json_integer_value(v);

    return n < 0 ? 0 : n > G_MAXINT32 ? G_MAXINT32 : (unsigned)n;
}

static void set_text(char **to, const json_t *v)
{
    g_free(*to);
    *to = json_is_string(v) ? g_strdup(json_string_value(v)) : json_dumps(v, JSON_ENCODE_ANY);
}

/* The configuration file may have a list of groups, or one group alone. */
static void set_list(json_t **to, const json_t *v)
{
    json_decref(*to);
    *to = json_is_array(v) ? json_copy((json_t *)v) : json_pack("[O]", v);
}

static void set(struct properties *p, const struct line *l, const json_t *v)
{
    char *at = (char *)p + l->offset;

    switch (l->kind) {
    case TEXT:
        set_text((char **)(void *)at, v);
        break;
    case FLAG:
        *(bool *)at = truth(v);
        break;
    case NOT_FLAG:
        *(bool *)at = !truth(v);
        break;
    case NUMBER:
        *(unsigned *)(void *)at = number(v);
        break;
    case LIST:
        set_list((json_t **)(void *)at, v);
        break;
    }
}

static json_t *get(const struct properties *p, const struct line *l)
{
    const void *at = (const char *)p + l->offset;

    switch (l->kind) {
    case TEXT:
        return *(char *const *)at ? json_string(*(char *const *)at) : NULL;
    case FLAG:
        return json_boolean(*(const bool *)at);
    case NOT_FLAG:
        return json_boolean(!*(const bool *)at);
    case NUMBER:
        return json_integer(*(const unsigned *)at);
    case LIST:
        return json_incref(*(json_t *const *)at);
    }
    return NULL;
}

json_t *properties_json(const struct properties *p)
{
    json_t *o = json_object();

    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        json_t *v = get(p, &table[i]);

        if (v)
            json_object_set_new(o, table[i].name, v);
    }
    return o;
}

static void drop_empty(char **text)
{
    if (*text && !**text)
        g_clear_pointer(text, g_free);
}

static void settle(struct properties *p)
{
    drop_empty(&p->secret);
    drop_empty(&p->pin);
    drop_empty(&p->rec_dir);
    if (p->bitrate && p->bitrate < LOWEST_BITRATE)
        p->bitrate = LOWEST_BITRATE;
    if (!p->audio_active_packets)
        p->audio_active_packets = 100;
    if (!p->audio_level_average)
        p->audio_level_average = 25;
    if (!codec_allowed(p->videocodec, "vp9"))
        g_clear_pointer(&p->vp9_profile, g_free);
    if (!codec_allowed(p->videocodec, "h264"))
        g_clear_pointer(&p->h264_profile, g_free);
    if (!codec_allowed(p->audiocodec, "opus"))
        p->opus_fec = p->opus_dtx = false;
    if (p->signed_tokens && !vr.host->signed_tokens_enabled()) {
        vr.host->log(CARDEA_LOG_WARN, NULL, "signed_tokens of a room is ignored: token_auth_secret is not set");
        p->signed_tokens = false;
    }
    p->dummy_e2ee |= p->dummy_publisher && p->require_e2ee;
    p->priority = MIN(p->priority, UINT16_MAX);
}

const char *properties_read(struct properties *p, const json_t *from, bool file)
{
    bool fine;

    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        const json_t *v = json_object_get(from, table[i].name);

        if (v)
            set(p, &table[i], v);
    }
    fine = normalise_codecs(&p->audiocodec, audio_codecs, file, "opus");
    fine &= normalise_codecs(&p->videocodec, video_codecs, file, "vp8");
    settle(p);
    return fine ? NULL : "audiocodec or videocodec names a codec that is not known";
}

void properties_edit(struct properties *p, const json_t *from)
{
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        const json_t *v = table[i].edit ? json_object_get(from, table[i].edit) : NULL;

        if (v && !(json_is_string(v) && !*json_string_value(v)))
            set(p, &table[i], v);
    }
    settle(p);
}
