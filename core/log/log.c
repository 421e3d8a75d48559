/* SPDX-License-Identifier: Apache-2.0 */
#include "log/log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "base/ring.h"
#include "log/limit.h"
#include "log/line.h"
#include "log/recent.h"

#define QUEUE    4096  /* lines */
#define MAX_TEXT 65536 /* bytes of one line */

static struct {
    /* given at start, owned */
    bool to_stdout;
    char *file, *prefix;
    uint64_t file_bytes;
    unsigned file_keep;
    /* may change */
    atomic_bool timestamps, colors, redact;
    atomic_uint rate;
    _Atomic int format;
    /* owned */
    struct gw_ring *ring;
    sem_t wake;
    pthread_t writer;
    int fd; /* of the file, -1 none; the writer's */
    /* state */
    atomic_bool running, stopping, reopen;
    _Atomic uint64_t lines, dropped, suppressed;
    struct gw_log_limit limit;
} the = {.fd = -1};

/* --- the writer --------------------------------------------------------------------------------------------------- */

static int open_file(void)
{
    return open(the.file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
}

static void do_reopen(FILE *file)
{
    int fd;

    if (!the.file)
        return;
    fd = open_file();
    if (fd < 0)
        return; /* better the old file than none */
    fflush(file);
    dup2(fd, fileno(file));
    close(fd);
}

/* Is it the one under that name? After a takeover another process writes to it, too, and may have moved it away. */
static bool has_its_name(FILE *file)
{
    struct stat ours, named;

    return !fstat(fileno(file), &ours) && !stat(the.file, &named) && ours.st_dev == named.st_dev &&
           ours.st_ino == named.st_ino;
}

/* file.2 becomes file.3, file.1 file.2, file file.1. false: it goes on growing, which is better than to be lost. */
static bool move_away(void)
{
    char from[PATH_MAX], to[PATH_MAX];

    for (unsigned i = the.file_keep; i > 0; i--) {
        snprintf(to, sizeof(to), "%s.%u", the.file, i);
        if (i > 1)
            snprintf(from, sizeof(from), "%s.%u", the.file, i - 1);
        else
            snprintf(from, sizeof(from), "%s", the.file);
        if (rename(from, to) && errno != ENOENT)
            return false;
    }
    if (!the.file_keep)
        unlink(the.file);
    return true;
}

/* One process at a time; whoever comes second finds it done. */
static void rotate(FILE *file)
{
    bool moved;

    fflush(file);
    flock(fileno(file), LOCK_EX);
    moved = !has_its_name(file) || move_away();
    flock(fileno(file), LOCK_UN);
    if (moved)
        do_reopen(file);
}

static bool is_too_large(FILE *file)
{
    struct stat st;

    return the.file_bytes && !fstat(fileno(file), &st) && (uint64_t)st.st_size >= the.file_bytes;
}

static struct gw_log_style style_now(bool colored)
{
    return (struct gw_log_style){.format = (enum gw_log_format)atomic_load(&the.format),
                                 .timestamps = atomic_load(&the.timestamps),
                                 .colored = colored && atomic_load(&the.colors),
                                 .redact = atomic_load(&the.redact),
                                 .prefix = the.prefix};
}

static void write_all(FILE *file)
{
    struct gw_log_style out = style_now(the.to_stdout && isatty(STDOUT_FILENO)), plain = style_now(false);
    struct gw_log_line l;

    while (gw_ring_take(the.ring, &l)) {
        if (the.to_stdout)
            gw_log_print(stdout, &l, &out);
        if (file)
            gw_log_print(file, &l, &plain);
        free(l.text);
    }
    if (the.to_stdout)
        fflush(stdout);
    if (file)
        fflush(file);
    if (file && is_too_large(file))
        rotate(file);
}

static void *write_lines(void *arg)
{
    FILE *file = the.fd >= 0 ? fdopen(the.fd, "a") : NULL;
    bool last;

    do {
        while (sem_wait(&the.wake) < 0)
            ;
        while (!sem_trywait(&the.wake))
            ; /* one round for all of them */
        last = atomic_load(&the.stopping);
        if (atomic_exchange(&the.reopen, false) && file)
            do_reopen(file);
        write_all(file);
    } while (!last);
    if (file)
        fclose(file);
    return NULL;
}

static void keep_conf(const struct gw_log_conf *conf)
{
    the.to_stdout = conf->to_stdout;
    the.file = conf->file ? strdup(conf->file) : NULL;
    the.file_bytes = conf->file_bytes;
    the.file_keep = conf->file_keep;
    the.prefix = conf->prefix ? strdup(conf->prefix) : NULL;
    gw_log_set_format(conf->format);
    gw_log_set_timestamps(conf->timestamps);
    gw_log_set_colors(conf->colors);
    gw_log_set_redact(conf->redact);
    gw_log_set_rate(conf->rate);
}

int gw_log_start(const struct gw_log_conf *conf)
{
    sigset_t all, old;
    int err;

    if (atomic_load(&the.running))
        return GW_ESTATE;
    keep_conf(conf);
    atomic_store(&the.stopping, false);
    the.fd = the.file ? open_file() : -1;
    err = the.file && the.fd < 0 ? GW_EIO : gw_ring_new(&the.ring, QUEUE, sizeof(struct gw_log_line));
    if (err)
        goto out;
    sem_init(&the.wake, 0, 0);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    err = pthread_create(&the.writer, NULL, write_lines, NULL) ? GW_EIO : 0;
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (err)
        goto out;
    pthread_setname_np(the.writer, "log");
    atomic_store(&the.running, true);
    return 0;
out:
    if (the.fd >= 0)
        close(the.fd);
    the.fd = -1;
    gw_ring_free(the.ring);
    free(the.file);
    free(the.prefix);
    the.ring = NULL;
    the.file = the.prefix = NULL;
    return err;
}

void gw_log_stop(void)
{
    if (!atomic_exchange(&the.running, false))
        return;
    atomic_store(&the.stopping, true);
    sem_post(&the.wake);
    pthread_join(the.writer, NULL);
    write_all(NULL); /* a line that came in between */
    sem_destroy(&the.wake);
    gw_ring_free(the.ring);
    free(the.file);
    free(the.prefix);
    the.ring = NULL;
    the.file = the.prefix = NULL;
    the.fd = -1;
}

void gw_log_reopen(void)
{
    if (!atomic_load(&the.running))
        return;
    atomic_store(&the.reopen, true);
    sem_post(&the.wake);
}

/* --- any thread --------------------------------------------------------------------------------------------------- */

void gw_log_set_timestamps(bool on)
{
    atomic_store(&the.timestamps, on);
}

void gw_log_set_colors(bool on)
{
    atomic_store(&the.colors, on);
}

void gw_log_set_redact(bool on)
{
    atomic_store(&the.redact, on);
}

void gw_log_set_rate(unsigned lines_a_second)
{
    atomic_store(&the.rate, lines_a_second);
}

void gw_log_set_format(enum gw_log_format format)
{
    atomic_store(&the.format, (int)format);
}

uint64_t gw_log_lines(void)
{
    return atomic_load_explicit(&the.lines, memory_order_relaxed);
}

uint64_t gw_log_dropped(void)
{
    return atomic_load_explicit(&the.dropped, memory_order_relaxed);
}

uint64_t gw_log_suppressed(void)
{
    return atomic_load_explicit(&the.suppressed, memory_order_relaxed);
}

static char *format(const char *fmt, va_list ap)
{
    char near[512], *text;
    va_list again;
    int n;

    va_copy(again, ap);
    n = vsnprintf(near, sizeof(near), fmt, again);
    va_end(again);
    if (n < 0)
        return NULL;
    if (n > MAX_TEXT - 1)
        n = MAX_TEXT - 1;
    text = malloc((size_t)n + 1);
    if (!text)
        return NULL;
    if ((size_t)n < sizeof(near))
        memcpy(text, near, (size_t)n + 1);
    else
        vsnprintf(text, (size_t)n + 1, fmt, ap);
    return text;
}

/* "../core/ice/lite.c" is "ice", "core/main.c" is "main", "plugin" is "plugin". */
static void module_of(char out[GW_LOG_MODULE], const char *where)
{
    const char *name = strstr(where, "core/");
    size_t len;

    name = name ? name + 5 : where;
    len = strcspn(name, "/.");
    if (len >= GW_LOG_MODULE)
        len = GW_LOG_MODULE - 1;
    memcpy(out, name, len);
    out[len] = '\0';
}

static _Atomic(gw_log_watch_fn *) watcher;

void gw_log_watch(gw_log_watch_fn *fn)
{
    atomic_store(&watcher, fn);
}

static bool may_write(struct gw_log_line *l, const char *fmt)
{
    if (l->level <= CARDEA_LOG_FATAL ||
        gw_log_may(&the.limit, fmt, atomic_load(&the.rate), l->when.tv_sec, &l->suppressed))
        return true;
    atomic_fetch_add_explicit(&the.suppressed, 1, memory_order_relaxed);
    return false;
}

void gw_log_vline(const char *where, enum cardea_log_level level, uint64_t session, uint64_t handle, const char *fmt,
                  va_list ap)
{
    struct gw_log_line l = {.session = session, .handle = handle, .level = (int)level};
    gw_log_watch_fn *watch = atomic_load(&watcher);

    module_of(l.module, where);
    if ((int)level > gw_log_level_of(l.module))
        return;
    clock_gettime(CLOCK_REALTIME, &l.when);
    if (!may_write(&l, fmt))
        return;
    l.text = format(fmt, ap);
    if (!l.text)
        return;
    gw_recent_note(&l, atomic_load(&the.redact));
    if (watch)
        watch(&l, fmt);
    if (!atomic_load(&the.running)) {
        const struct gw_log_style style = style_now(false);

        gw_log_print(stderr, &l, &style);
        free(l.text);
        return;
    }
    if (gw_ring_put(the.ring, &l, sizeof(l))) {
        atomic_fetch_add_explicit(&the.dropped, 1, memory_order_relaxed);
        free(l.text);
        return;
    }
    atomic_fetch_add_explicit(&the.lines, 1, memory_order_relaxed);
    sem_post(&the.wake);
}

void gw_log_line(const char *where, enum cardea_log_level level, uint64_t session, uint64_t handle, const char *fmt,
                 ...)
{
    va_list ap;

    va_start(ap, fmt);
    gw_log_vline(where, level, session, handle, fmt, ap);
    va_end(ap);
}
