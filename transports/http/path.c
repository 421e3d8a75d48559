/* SPDX-License-Identifier: Apache-2.0 */
#include "path.h"

#include <string.h>
#include <strings.h>

#define MOST_PATH 512

static const struct {
    const char *ending, *type;
} types[] = {
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".ico", "image/x-icon"},
    {".webm", "video/webm"},
    {".mp4", "video/mp4"},
    {".wasm", "application/wasm"},
    {".txt", "text/plain; charset=utf-8"},
    {".map", "application/json"},
};

const char *page_type(const char *path)
{
    const char *ending = strrchr(path, '.');

    for (size_t i = 0; ending && i < sizeof(types) / sizeof(types[0]); i++)
        if (!strcasecmp(ending, types[i].ending))
            return types[i].type;
    return "application/octet-stream";
}

bool page_path_is_safe(const char *url)
{
    if (*url != '/' || strlen(url) >= MOST_PATH)
        return false;
    for (const char *at = url; *at; at++)
        if ((unsigned char)*at < 0x20 || *at == '\\' || (*at == '/' && (at[1] == '.' || at[1] == '/')))
            return false;
    return true;
}
