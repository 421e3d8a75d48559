/* SPDX-License-Identifier: Apache-2.0 */
#include "dummy.h"

#include <string.h>
#include <strings.h>

#include "ids.h"
#include "publisher.h"
#include "room.h"

/* The group of dummy_streams about a codec; NULL: there is none. */
static const json_t *wish_for(const json_t *wishes, const char *codec)
{
    const json_t *item;
    size_t i;

    json_array_foreach(wishes, i, item)
    {
        const char *name = member_text(item, "codec");

        if (name && !strcasecmp(name, codec))
            return item;
    }
    return NULL;
}

static bool is_on(const char *fmtp, const char *name)
{
    const char *at = fmtp ? strstr(fmtp, name) : NULL;

    return at && at[strlen(name)] == '1';
}

/* The value of a parameter; g_free() it; NULL: it is not there. */
static char *value_of(const char *fmtp, const char *name)
{
    const char *at = fmtp ? strstr(fmtp, name) : NULL;

    return at ? g_strndup(at + strlen(name), strcspn(at + strlen(name), "; ")) : NULL;
}

/* One stream a codec of the list; strings live in `texts`. */
static void add_codecs(GArray *streams, GPtrArray *texts, const char *list, enum cardea_kind kind, const json_t *wishes)
{
    char **codecs = g_strsplit(list, ",", 0);

    for (char **c = codecs; *c; c++) {
        const json_t *wish = wish_for(wishes, *c);
        const char *fmtp = member_text(wish, "fmtp");
        struct cardea_stream s = {.mindex = streams->len, .kind = kind, .fmtp = fmtp};
        char *mid = g_strdup_printf("%u", streams->len), *codec = g_strdup(*c), *profile = NULL;

        if (wishes && !wish) {
            g_free(mid);
            g_free(codec);
            continue;
        }
        if (!strcmp(codec, "h264"))
            profile = value_of(fmtp, "profile-level-id=");
        else if (!strcmp(codec, "vp9"))
            profile = value_of(fmtp, "profile-id=");
        g_ptr_array_add(texts, mid);
        g_ptr_array_add(texts, codec);
        g_ptr_array_add(texts, profile);
        s.mid = mid;
        s.codec = codec;
        s.profile = profile;
        s.fec = !strcmp(codec, "opus") && is_on(fmtp, "useinbandfec=");
        s.dtx = !strcmp(codec, "opus") && is_on(fmtp, "usedtx=");
        s.stereo = !strcmp(codec, "opus") && is_on(fmtp, "stereo=");
        g_array_append_val(streams, s);
    }
    g_strfreev(codecs);
}

static char *free_id(const struct room *room)
{
    char *id = id_random();

    while (g_hash_table_contains(room->participants, id)) {
        g_free(id);
        id = id_random();
    }
    return id;
}

void dummy_add(struct room *room)
{
    const struct properties *set = &room->set;
    GArray *streams;
    GPtrArray *texts;
    struct publisher *p;

    if (!set->dummy_publisher)
        return;
    streams = g_array_new(FALSE, TRUE, sizeof(struct cardea_stream));
    texts = g_ptr_array_new_with_free_func(g_free);
    add_codecs(streams, texts, set->audiocodec, CARDEA_AUDIO, set->dummy_streams);
    add_codecs(streams, texts, set->videocodec, CARDEA_VIDEO, set->dummy_streams);
    p = publisher_new_without_handle(FROM_DUMMY, room, free_id(room));
    p->display = g_strdup("Dummy publisher");
    p->e2ee = set->dummy_e2ee;
    publisher_set_streams(p, (const struct cardea_stream *)(const void *)streams->data, streams->len);
    publisher_up(p);
    g_array_free(streams, TRUE);
    g_ptr_array_free(texts, TRUE);
}
