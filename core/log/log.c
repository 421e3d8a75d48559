/* SPDX-License-Identifier: Apache-2.0 */
#include "log/log.h"

#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "base/ring.h"

#define QUEUE    4096    /* lines */
#define MAX_TEXT (65536) /* bytes of one line */

struct line {
    struct timespec when;
    uint64_t session, handle;
    int level;
    char *text; /* owned by the line */
};

_Atomic int gw_log_threshold = CARDEA_LOG_INFO;

static struct {
    /* given at start, owned */
    bool to_stdout, timestamps, colors;
    char *file, *prefix;
    /* owned */
    struct gw_ring *ring;
    sem_t wake;
    pthread_t writer;
    int fd; /* of the file, -1 none; the writer's */
    /* state */
    atomic_bool running, stopping, reopen;
    _Atomic uint64_t lines, dropped;
} the = {.fd = -1};

static const char *tag(int level, bool colored)
{
    static const char *const plain[] = {"", "[FATAL] ", "[ERR] ", "[WARN] ", "", "", "", ""};
    static const char *const bright[] = {
        "", "\033[1;35m[FATAL]\033[0m ", "\033[1;31m[ERR]\033[0m ", "\033[1;33m[WARN]\033[0m ", "", "", "", ""};

    return (colored ? bright : plain)[level & 7];
}

static void print_time(FILE *f, const struct timespec *when)
{
    struct tm tm;
    char day[40], zone[8];

    localtime_r(&when->tv_sec, &tm);
    strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
    strftime(zone, sizeof(zone), "%z", &tm);
    fprintf(f, "%s.%06ld%s ", day, when->tv_nsec / 1000, zone);
}

/* A text comes from anywhere: no control character gets out, and a line break cannot start a line of ours. */
static void print_text(FILE *f, const char *text)
{
    size_t len = strlen(text);

    while (len && (text[len - 1] == '\n' || text[len - 1] == '\r'))
        len--;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];

        if (c == '\n')
            fputs("\n    ", f);
        else if (c >= ' ' && c != 0x7f)
            fputc(c, f);
        else if (c == '\t')
            fputc(' ', f);
        else if (c != '\r')
            fputc('?', f);
    }
    fputc('\n', f);
}

static void print_line(FILE *f, const struct line *l, bool colored)
{
    if (the.prefix)
        fputs(the.prefix, f);
    if (the.timestamps)
        print_time(f, &l->when);
    fputs(tag(l->level, colored), f);
    if (l->handle)
        fprintf(f, "[%llu/%llu] ", (unsigned long long)l->session, (unsigned long long)l->handle);
    else if (l->session)
        fprintf(f, "[%llu] ", (unsigned long long)l->session);
    print_text(f, l->text);
}

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

static void write_all(FILE *file, bool colored)
{
    struct line l;

    while (gw_ring_take(the.ring, &l)) {
        if (the.to_stdout)
            print_line(stdout, &l, colored);
        if (file)
            print_line(file, &l, false);
        free(l.text);
    }
    if (the.to_stdout)
        fflush(stdout);
    if (file)
        fflush(file);
}

static void *write_lines(void *arg)
{
    bool colored = the.colors && isatty(STDOUT_FILENO), last;
    FILE *file = the.fd >= 0 ? fdopen(the.fd, "a") : NULL;

    do {
        while (sem_wait(&the.wake) < 0)
            ;
        while (!sem_trywait(&the.wake))
            ; /* one round for all of them */
        last = atomic_load(&the.stopping);
        if (atomic_exchange(&the.reopen, false) && file)
            do_reopen(file);
        write_all(file, colored);
    } while (!last);
    if (file)
        fclose(file);
    return NULL;
}

int gw_log_start(const struct gw_log_conf *conf)
{
    sigset_t all, old;
    int err;

    if (atomic_load(&the.running))
        return GW_ESTATE;
    the.to_stdout = conf->to_stdout;
    the.timestamps = conf->timestamps;
    the.colors = conf->colors;
    the.file = conf->file ? strdup(conf->file) : NULL;
    the.prefix = conf->prefix ? strdup(conf->prefix) : NULL;
    atomic_store(&the.stopping, false);
    the.fd = the.file ? open_file() : -1;
    err = the.file && the.fd < 0 ? GW_EIO : gw_ring_new(&the.ring, QUEUE, sizeof(struct line));
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
    write_all(NULL, false); /* a line that came in between */
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

void gw_log_set_level(int level)
{
    atomic_store(&gw_log_threshold, level < 0 ? 0 : level > CARDEA_LOG_TRACE ? CARDEA_LOG_TRACE : level);
}

int gw_log_level(void)
{
    return atomic_load(&gw_log_threshold);
}

uint64_t gw_log_lines(void)
{
    return atomic_load_explicit(&the.lines, memory_order_relaxed);
}

uint64_t gw_log_dropped(void)
{
    return atomic_load_explicit(&the.dropped, memory_order_relaxed);
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

void gw_log_vline(enum cardea_log_level level, uint64_t session, uint64_t handle, const char *fmt, va_list ap)
{
    struct line l = {.session = session, .handle = handle, .level = (int)level};

    if ((int)level > gw_log_level())
        return;
    l.text = format(fmt, ap);
    if (!l.text)
        return;
    clock_gettime(CLOCK_REALTIME, &l.when);
    if (!atomic_load(&the.running)) {
        print_line(stderr, &l, false);
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

void gw_log_line(enum cardea_log_level level, uint64_t session, uint64_t handle, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    gw_log_vline(level, session, handle, fmt, ap);
    va_end(ap);
}
