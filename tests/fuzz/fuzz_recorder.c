/* SPDX-License-Identifier: Apache-2.0 */
/* What the recorder takes from others: file names, .nfo indices, ranges, frames to be cut into packets. The first byte
 * says which. */
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "../../plugins/recorder/name.h"
#include "../../plugins/recorder/nfo.h"
#include "../../plugins/recorder/packetize.h"
#include "../../plugins/recorder/range.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void require(bool ok)
{
    if (!ok)
        abort();
}

/* No component leads out or hides, and cleaning what is clean changes nothing. */
static void name(const char *text)
{
    char *clean = rec_name_clean(text), *again, *folder;

    if (!clean)
        return;
    require(clean[0] != '/' && clean[0] != '.' && !strstr(clean, "/.") && !strstr(clean, "//"));
    again = rec_name_clean(clean);
    require(again && !strcmp(again, clean));
    folder = rec_name_folder("/srv/rec", "/data", text);
    require(!folder || !strncmp(folder, "/srv/rec", 8) || !strncmp(folder, "/data", 5));
    g_free(clean);
    g_free(again);
    g_free(folder);
}

/* What was read can be written, and says the same. */
static void nfo(const char *text, size_t len)
{
    struct rec_nfo first, second;
    char out[4096];
    int n;

    if (rec_nfo_read(&first, text, len))
        return;
    require(!strchr(first.audio, '/') && !strchr(first.video, '/') && !strchr(first.data, '/'));
    n = rec_nfo_write(out, sizeof(out), &first);
    require(n > 0);
    if (!rec_nfo_read(&second, out, (size_t)n))
        require(second.id == first.id && second.is_private == first.is_private);
}

static void range(const char *text, uint64_t size)
{
    struct rec_range r;
    int status = rec_range_read(&r, text, size);

    require(status == 200 || status == 206 || status == 416);
    require(status == 416 || (r.offset <= size && r.len <= size - r.offset));
}

static void payload(void *arg, const uint8_t *bytes, size_t len, bool last)
{
    size_t *total = arg;

    require(len > 0 && len <= REC_PAYLOAD_MOST);
    *total += len;
}

static void packetize(enum rec_codec codec, const uint8_t *frame, size_t len)
{
    size_t total = 0;

    rec_packetize(codec, frame, len, len & 1, payload, &total);
    require(total <= 2 * len + 16);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    char *text;

    if (!len)
        return 0;
    text = g_strndup((const char *)data + 1, len - 1);
    switch (data[0] % 4) {
    case 0:
        name(text);
        break;
    case 1:
        nfo((const char *)data + 1, len - 1);
        break;
    case 2:
        range(text, len * 37);
        break;
    default:
        packetize(data[0] / 4 % (REC_CODEC_COUNT + 1), data + 1, len - 1);
    }
    g_free(text);
    return 0;
}
