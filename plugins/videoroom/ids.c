/* SPDX-License-Identifier: Apache-2.0 */
#include "ids.h"

#include <string.h>

bool same_text(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b);
    unsigned char differs = n != m;

    for (size_t i = 0; i < m; i++)
        differs |= (unsigned char)b[i] ^ (unsigned char)a[n ? i % n : 0];
    return !differs;
}

json_t *id_json(const char *id)
{
    return vr.string_ids ? json_string(id) : json_integer((json_int_t)g_ascii_strtoull(id, NULL, 10));
}

char *id_text(const json_t *id)
{
    if (json_is_string(id))
        return g_strdup(json_string_value(id));
    if (json_is_integer(id))
        return g_strdup_printf("%" G_GUINT64_FORMAT, (guint64)json_integer_value(id));
    return NULL;
}

char *id_asked(const json_t *id)
{
    char *text = id_text(id);

    if (text && (!*text || (!vr.string_ids && !strcmp(text, "0"))))
        g_clear_pointer(&text, g_free);
    return text;
}

char *id_random(void)
{
    return vr.string_ids ? g_uuid_string_random() : g_strdup_printf("%" G_GUINT64_FORMAT, vr.host->random_id());
}

bool id_is_valid(const char *id)
{
    guint64 number;

    if (vr.string_ids)
        return *id != '\0';
    return g_ascii_string_to_unsigned(id, 10, 1, G_MAXINT64, &number, NULL);
}
