/* SPDX-License-Identifier: Apache-2.0 */
/* Files of the html folder: nothing above it, nothing hidden. */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "http.h"

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

    for (size_t i = 0; ending && i < G_N_ELEMENTS(types); i++)
        if (!g_ascii_strcasecmp(ending, types[i].ending))
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

struct MHD_Response *page_find(struct MHD_Connection *c, const char *url, int *status)
{
    const char *folder = http.host->html_folder(), *seen = header_of(c, "If-None-Match");
    char *path, tag[64];
    struct stat st;
    struct MHD_Response *r = NULL;
    int fd;

    if (!folder || !page_path_is_safe(url))
        return NULL;
    path = g_strconcat(folder, url, url[strlen(url) - 1] == '/' ? "index.html" : "", NULL);
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode))
        goto out;
    g_snprintf(tag, sizeof(tag), "\"%llx-%llx\"", (unsigned long long)st.st_size,
               (unsigned long long)st.st_mtim.tv_sec * 1000000000ULL + (unsigned long long)st.st_mtim.tv_nsec);
    *status = seen && !strcmp(seen, tag) ? MHD_HTTP_NOT_MODIFIED : MHD_HTTP_OK;
    if (*status == MHD_HTTP_OK) {
        r = MHD_create_response_from_fd64((uint64_t)st.st_size, fd);
        fd = -1; /* taken */
    } else {
        r = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    }
    if (r) {
        MHD_add_response_header(r, "Content-Type", page_type(path));
        MHD_add_response_header(r, "ETag", tag);
        MHD_add_response_header(r, "Cache-Control", "no-cache");
        MHD_add_response_header(r, "X-Content-Type-Options", "nosniff");
    }
out:
    if (fd >= 0)
        close(fd);
    g_free(path);
    return r;
}
