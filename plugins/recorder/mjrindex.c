/* SPDX-License-Identifier: Apache-2.0 */
#include "mjrindex.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WINDOW (256u << 10) /* bytes looked at together; holds any header and any frame */

/* Reads what is there, up to len bytes; negative: an error of the disk. */
static ssize_t read_at(int fd, uint8_t *out, size_t len, uint64_t offset)
{
    size_t done = 0;

    while (done < len) {
        ssize_t n = pread(fd, out + done, len - done, (off_t)(offset + done));

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        if (!n)
            break;
        done += (size_t)n;
    }
    return (ssize_t)done;
}

static uint32_t get(const uint8_t *p, unsigned n)
{
    uint32_t v = 0;

    while (n--)
        v = v << 8 | *p++;
    return v;
}

static int by_time(gconstpointer a, gconstpointer b)
{
    const struct rec_mjr_entry *x = a, *y = b;

    if (x->ticks != y->ticks)
        return x->ticks < y->ticks ? -1 : 1;
    return x->seq < y->seq ? -1 : x->seq > y->seq;
}

/* base: where the window lies in the file. */
static void add(struct rec_mjr_index *x, const struct rec_mjr_reader *r, const struct rec_mjr_frame *f, uint64_t base)
{
    struct rec_mjr_entry e = {.offset = base + (uint64_t)(f->body - r->data), .len = (uint32_t)f->len};
    const struct rec_mjr_entry *last =
        x->entries->len ? &g_array_index(x->entries, struct rec_mjr_entry, x->entries->len - 1) : NULL;

    if (x->info.kind == REC_MJR_DATA) {
        e.ticks = f->wall_us;
        e.seq = x->entries->len;
    } else if (!last) {
        e.ticks = get(f->body + 4, 4);
        e.seq = get(f->body + 2, 2);
    } else { /* past the wrap of both counters */
        e.ticks = last->ticks + (int32_t)(get(f->body + 4, 4) - (uint32_t)last->ticks);
        e.seq = last->seq + (int16_t)(get(f->body + 2, 2) - (uint16_t)last->seq);
    }
    g_array_append_val(x->entries, e);
}

/* The window moves on to where the next frame begins. false: nothing more is there, or it cannot be read. */
static bool slide(const struct rec_mjr_index *x, struct rec_mjr_reader *r, uint8_t *window, uint64_t *base)
{
    size_t kept = r->len - r->at;
    ssize_t n;

    if (!r->at)
        return false; /* no frame is larger than the window: this one is cut off */
    memmove(window, window + r->at, kept);
    *base += r->at;
    n = read_at(x->fd, window + kept, WINDOW - kept, *base + kept);
    if (n <= 0)
        return false;
    r->len = kept + (size_t)n;
    r->at = 0;
    r->truncated = false;
    return true;
}

static int read_all(struct rec_mjr_index *x, uint8_t *window)
{
    ssize_t n = read_at(x->fd, window, WINDOW, 0);
    struct rec_mjr_reader r;
    struct rec_mjr_frame f;
    uint64_t base = 0;

    if (n < 0)
        return -6;
    if (rec_mjr_open(&r, window, (size_t)n))
        return -3;
    x->info = r.info;
    x->empty = r.empty;
    do {
        while (x->entries->len < REC_MJR_INDEX_MOST && rec_mjr_next(&r, &f) == 1)
            add(x, &r, &f, base);
    } while (x->entries->len < REC_MJR_INDEX_MOST && (r.truncated || r.at == r.len) && slide(x, &r, window, &base));
    g_array_sort(x->entries, by_time);
    return 0;
}

int rec_mjr_index_open(struct rec_mjr_index *x, const char *path)
{
    uint8_t *window;
    struct stat st;
    int err = -6;

    *x = (struct rec_mjr_index){.fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    x->entries = g_array_new(FALSE, FALSE, sizeof(struct rec_mjr_entry));
    if (x->fd >= 0 && !fstat(x->fd, &st) && S_ISREG(st.st_mode)) {
        window = g_malloc(WINDOW);
        err = read_all(x, window);
        g_free(window);
    }
    if (err)
        rec_mjr_index_close(x);
    return err;
}

bool rec_mjr_index_read(const struct rec_mjr_index *x, const struct rec_mjr_entry *e, uint8_t *out)
{
    return read_at(x->fd, out, e->len, e->offset) == (ssize_t)e->len;
}

void rec_mjr_index_close(struct rec_mjr_index *x)
{
    if (!x->entries)
        return;
    if (x->fd >= 0)
        close(x->fd);
    g_array_free(x->entries, TRUE);
    *x = (struct rec_mjr_index){.fd = -1};
}
