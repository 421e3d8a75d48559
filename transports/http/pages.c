/* SPDX-License-Identifier: Apache-2.0 */
/* Files of the html folder: nothing above it, nothing hidden. Links inside it are the operator's own, and
 * where they lead the sandbox has to let us read. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "http.h"
#include "path.h"
#include "target.h"

#define DATE "%a, %d %b %Y %H:%M:%S GMT"

struct page {
    char *path;
    int fd;
    struct stat st;
    char tag[64], date[64];
};

static bool open_page(struct page *p, const char *url)
{
    const char *folder = http.host->html_folder();
    struct tm tm;

    if (!folder || !page_path_is_safe(url))
        return false;
    p->path = g_strconcat(folder, url, url[strlen(url) - 1] == '/' ? "index.html" : "", NULL);
    p->fd = open(p->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (p->fd < 0 && errno == EACCES)
        http.host->log(CARDEA_LOG_WARN,
                       "%s may not be read: its rights, or a link to where the sandbox does not reach "
                       "(general.readable_folders)",
                       p->path);
    if (p->fd < 0 || fstat(p->fd, &p->st) || !S_ISREG(p->st.st_mode))
        return false;
    snprintf(p->tag, sizeof(p->tag), "\"%llx-%llx\"", (unsigned long long)p->st.st_size,
             (unsigned long long)p->st.st_mtim.tv_sec * 1000000000ULL + (unsigned long long)p->st.st_mtim.tv_nsec);
    gmtime_r(&p->st.st_mtime, &tm);
    strftime(p->date, sizeof(p->date), DATE, &tm);
    return true;
}

/* RFC 9110, 13.2.2: If-None-Match decides when it is there. */
static bool is_known(const struct page *p, struct MHD_Connection *c)
{
    const char *tags = header_of(c, MHD_HTTP_HEADER_IF_NONE_MATCH);
    const char *since = header_of(c, MHD_HTTP_HEADER_IF_MODIFIED_SINCE);
    struct tm tm;

    if (tags)
        return target_tag_matches(tags, p->tag);
    if (!since)
        return false;
    memset(&tm, 0, sizeof(tm));
    return strptime(since, DATE, &tm) && p->st.st_mtime <= timegm(&tm);
}

static void add_headers(struct MHD_Response *r, const struct page *p)
{
    MHD_add_response_header(r, "Content-Type", page_type(p->path));
    MHD_add_response_header(r, "ETag", p->tag);
    MHD_add_response_header(r, "Last-Modified", p->date);
    MHD_add_response_header(r, "Cache-Control", "no-cache");
    MHD_add_response_header(r, "X-Content-Type-Options", "nosniff");
}

struct MHD_Response *page_find(struct MHD_Connection *c, const char *path, int *status, uint64_t *size)
{
    struct page p = {.fd = -1};
    struct MHD_Response *r = NULL;

    if (!open_page(&p, path))
        goto out;
    *status = is_known(&p, c) ? MHD_HTTP_NOT_MODIFIED : MHD_HTTP_OK;
    *size = (uint64_t)p.st.st_size;
    if (*status == MHD_HTTP_OK) {
        r = MHD_create_response_from_fd64((uint64_t)p.st.st_size, p.fd);
        if (r)
            p.fd = -1; /* taken */
    } else {
        r = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    }
    if (r)
        add_headers(r, &p);
out:
    if (p.fd >= 0)
        close(p.fd);
    g_free(p.path);
    return r;
}
