/* SPDX-License-Identifier: Apache-2.0 */
/*
 * With glib there is a context besides, which has a descriptor to be woken by. As long as that is all it has, our epoll
 * set waits for it, too. Otherwise the set is one more descriptor that the context polls; after the context has
 * dispatched, we look into the set ourselves. So both flavours share everything but the wait.
 */
#include "loop/loop.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "loop/gather.h"

#define MAX_EVENTS 128   /* per turn; the rest is still readable in the next one */
#define GRID_US    10000 /* what each of many does regularly wakes the thread a hundred times a second at most */

struct watch {
    gw_fd_fn *fn; /* NULL: not watched */
    void *arg;
    uint32_t serial; /* tells an event of this watch from one of an earlier watch with the same number */
};

struct gw_loop {
    /* owned */
    int epoll, wake;
    struct gw_timers *timers;
    GMainContext *context; /* NULL: plain epoll */
    GPollFD poll;          /* our epoll set inside the context */
    GPollFD *fds;          /* of the context, as it said last */
    int waker;             /* the one that it has had from the beginning; also in our set */
    struct watch *watches; /* by descriptor */
    /* borrowed */
    void (*turn_end)(void *arg, int64_t now_us);
    void *turn_end_arg;
    /* state */
    bool gathers;
    struct gw_gather gather;
    int64_t look_us; /* not before; 0: at once */
    int n_fds, n_watches;
    uint32_t serial;
    int64_t now_us;
    atomic_bool quit;
    atomic_int clock; /* of the thread that runs it; 0: none yet */
    _Atomic uint64_t turns, busy_us, late_us, late[CARDEA_LATE_BOUNDS + 1];
};

int64_t gw_now_us(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t gw_wall_us(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_REALTIME, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static void woken(void *arg, uint32_t events, int64_t now_us)
{
    struct gw_loop *l = arg;
    uint64_t n;

    if (read(l->wake, &n, sizeof(n)) < 0)
        return; /* somebody was faster */
}

static void ignore(void *arg, uint32_t events, int64_t now_us)
{
}

static int make_context(struct gw_loop *l)
{
    GPollFD waker = {.fd = -1};
    int timeout_ms;

    l->context = g_main_context_new();
    g_main_context_query(l->context, G_MAXINT, &timeout_ms, &waker, 1);
    l->waker = waker.fd;
    l->poll = (GPollFD){.fd = l->epoll, .events = G_IO_IN};
    g_main_context_add_poll(l->context, &l->poll, G_PRIORITY_HIGH);
    return gw_loop_add(l, l->waker, EPOLLIN, ignore, NULL);
}

int gw_loop_new(struct gw_loop **out, bool glib)
{
    struct gw_loop *l = calloc(1, sizeof(*l));
    int err;

    if (!l)
        return GW_ENOMEM;
    l->epoll = epoll_create1(EPOLL_CLOEXEC);
    l->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    err = l->epoll < 0 || l->wake < 0 ? GW_EIO : gw_timers_new(&l->timers);
    if (err)
        goto out;
    gw_timers_set_grid(l->timers, GRID_US);
    l->now_us = gw_now_us();
    if (glib)
        err = make_context(l);
    if (!err)
        err = gw_loop_add(l, l->wake, EPOLLIN, woken, l);
    if (err)
        goto out;
    *out = l;
    l = NULL;
out:
    gw_loop_free(l);
    return err;
}

void gw_loop_free(struct gw_loop *l)
{
    if (!l)
        return;
    if (l->context) {
        g_main_context_remove_poll(l->context, &l->poll);
        g_main_context_unref(l->context);
    }
    gw_timers_free(l->timers);
    if (l->wake >= 0)
        close(l->wake);
    if (l->epoll >= 0)
        close(l->epoll);
    g_free(l->fds);
    free(l->watches);
    free(l);
}

static int make_room(struct gw_loop *l, int fd)
{
    int n = l->n_watches ? l->n_watches : 64;
    struct watch *w;

    if (fd < l->n_watches)
        return 0;
    while (n <= fd)
        n *= 2;
    w = realloc(l->watches, (size_t)n * sizeof(*w));
    if (!w)
        return GW_ENOMEM;
    memset(w + l->n_watches, 0, (size_t)(n - l->n_watches) * sizeof(*w));
    l->watches = w;
    l->n_watches = n;
    return 0;
}

int gw_loop_add(struct gw_loop *l, int fd, uint32_t events, gw_fd_fn *fn, void *arg)
{
    struct epoll_event ev = {.events = events};
    int err;

    if (fd < 0 || fd > 1 << 24 || !fn)
        return GW_EINVAL;
    err = make_room(l, fd);
    if (err)
        return err;
    l->serial++;
    ev.data.u64 = (uint64_t)l->serial << 32 | (uint32_t)fd;
    if (epoll_ctl(l->epoll, EPOLL_CTL_ADD, fd, &ev) < 0)
        return GW_EIO;
    l->watches[fd] = (struct watch){.fn = fn, .arg = arg, .serial = l->serial};
    return 0;
}

int gw_loop_change(struct gw_loop *l, int fd, uint32_t events)
{
    struct epoll_event ev = {.events = events};

    if (fd < 0 || fd >= l->n_watches || !l->watches[fd].fn)
        return GW_ENOENT;
    ev.data.u64 = (uint64_t)l->watches[fd].serial << 32 | (uint32_t)fd;
    return epoll_ctl(l->epoll, EPOLL_CTL_MOD, fd, &ev) < 0 ? GW_EIO : 0;
}

void gw_loop_remove(struct gw_loop *l, int fd)
{
    if (fd < 0 || fd >= l->n_watches || !l->watches[fd].fn)
        return;
    epoll_ctl(l->epoll, EPOLL_CTL_DEL, fd, NULL);
    l->watches[fd].fn = NULL;
}

struct gw_timers *gw_loop_timers(struct gw_loop *l)
{
    return l->timers;
}

GMainContext *gw_loop_context(struct gw_loop *l)
{
    return l->context;
}

void gw_loop_on_turn_end(struct gw_loop *l, void (*fn)(void *arg, int64_t now_us), void *arg)
{
    l->turn_end = fn;
    l->turn_end_arg = arg;
}

int64_t gw_loop_now(const struct gw_loop *l)
{
    return l->now_us;
}

void gw_loop_gather(struct gw_loop *l)
{
    l->gathers = true;
}

static void gather(const struct gw_loop *l)
{
    struct timespec until = {.tv_sec = l->look_us / 1000000, .tv_nsec = l->look_us % 1000000 * 1000};

    if (l->look_us)
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

static int64_t wait_us(const struct gw_loop *l, int max_wait_ms)
{
    int64_t next = gw_timers_next(l->timers), wait = max_wait_ms < 0 ? -1 : (int64_t)max_wait_ms * 1000;

    if (next != INT64_MAX) {
        int64_t until = next - gw_now_us();

        if (until < 0)
            until = 0;
        if (wait < 0 || until < wait)
            wait = until;
    }
    return wait;
}

static struct timespec *to_timespec(struct timespec *ts, int64_t us)
{
    if (us < 0)
        return NULL;
    *ts = (struct timespec){.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};
    return ts;
}

/* Kernels before 5.11 and some sandboxes have no epoll_pwait2: they get milliseconds, rounded up. */
static int wait_plain(struct gw_loop *l, struct epoll_event *ev, int64_t us)
{
    static atomic_bool no_pwait2;
    struct timespec ts;
    int n;

    if (!atomic_load_explicit(&no_pwait2, memory_order_relaxed)) {
        n = epoll_pwait2(l->epoll, ev, MAX_EVENTS, to_timespec(&ts, us), NULL);
        if (n >= 0 || (errno != ENOSYS && errno != EPERM))
            return n;
        atomic_store_explicit(&no_pwait2, true, memory_order_relaxed);
    }
    if (us > 3600 * INT64_C(1000000))
        us = 3600 * INT64_C(1000000);
    return epoll_wait(l->epoll, ev, MAX_EVENTS, us < 0 ? -1 : (int)((us + 999) / 1000));
}

static bool has_event(const struct gw_loop *l, int fd, const struct epoll_event *ev, int n)
{
    for (int i = 0; i < n; i++)
        if ((int)(uint32_t)ev[i].data.u64 == fd)
            return true;
    return false;
}

/* All that the context waits for is our set and its waker. */
static bool is_bare(const struct gw_loop *l, int n_fds)
{
    return n_fds == 2 && (l->fds[0].fd == l->waker || l->fds[1].fd == l->waker);
}

/* n_fds descriptors of the context stand in l->fds. */
static int wait_for_all(struct gw_loop *l, int n_fds, struct epoll_event *ev, int64_t us)
{
    struct timespec ts;
    int n;

    if (is_bare(l, n_fds)) {
        n = wait_plain(l, ev, us);
        for (int i = 0; i < n_fds; i++)
            l->fds[i].revents = has_event(l, l->fds[i].fd, ev, n) ? G_IO_IN : 0;
        return n;
    }
    /* GPollFD is laid out as struct pollfd on every POSIX system; ppoll() because g_poll() knows milliseconds only. */
    if (ppoll((struct pollfd *)l->fds, (nfds_t)n_fds, to_timespec(&ts, us), NULL) < 0)
        for (int i = 0; i < n_fds; i++)
            l->fds[i].revents = 0;
    return epoll_wait(l->epoll, ev, MAX_EVENTS, 0);
}

static int wait_context(struct gw_loop *l, struct epoll_event *ev, int64_t us)
{
    int priority, timeout_ms, n_fds, n;

    g_main_context_prepare(l->context, &priority);
    while ((n_fds = g_main_context_query(l->context, priority, &timeout_ms, l->fds, l->n_fds)) > l->n_fds) {
        l->n_fds = n_fds + 16;
        l->fds = g_renew(GPollFD, l->fds, l->n_fds);
    }
    if (timeout_ms >= 0 && (us < 0 || (int64_t)timeout_ms * 1000 < us))
        us = (int64_t)timeout_ms * 1000;
    n = wait_for_all(l, n_fds, ev, us);
    l->now_us = gw_now_us();
    g_main_context_check(l->context, priority, l->fds, n_fds);
    g_main_context_dispatch(l->context);
    return n;
}

static void dispatch(struct gw_loop *l, const struct epoll_event *ev, int n)
{
    for (int i = 0; i < n; i++) {
        int fd = (int)(uint32_t)ev[i].data.u64;
        const struct watch *w = &l->watches[fd];

        if (w->fn && w->serial == (uint32_t)(ev[i].data.u64 >> 32))
            w->fn(w->arg, ev[i].events, l->now_us);
    }
}

static void count(_Atomic uint64_t *to, uint64_t n)
{
    atomic_fetch_add_explicit(to, n, memory_order_relaxed);
}

/* The timer that is due first tells how late this turn is for all of them. */
static void note_lateness(struct gw_loop *l)
{
    static const int64_t bounds[CARDEA_LATE_BOUNDS] = CARDEA_LATE_BOUNDS_US;
    int64_t due = gw_timers_next(l->timers), late = l->now_us - due;
    unsigned i = 0;

    if (due > l->now_us)
        return;
    while (i < CARDEA_LATE_BOUNDS && late > bounds[i])
        i++;
    count(&l->late[i], 1);
    count(&l->late_us, (uint64_t)late);
}

void gw_loop_turn(struct gw_loop *l, int max_wait_ms)
{
    struct epoll_event ev[MAX_EVENTS];
    int64_t us, end_us;
    int n;

    gather(l);
    us = wait_us(l, max_wait_ms);
    if (l->context) {
        g_main_context_acquire(l->context);
        n = wait_context(l, ev, us);
    } else {
        n = wait_plain(l, ev, us);
        l->now_us = gw_now_us();
    }
    note_lateness(l);
    dispatch(l, ev, n);
    gw_timers_run(l->timers, l->now_us);
    if (l->turn_end)
        l->turn_end(l->turn_end_arg, l->now_us);
    if (l->context)
        g_main_context_release(l->context);
    count(&l->turns, 1);
    end_us = gw_now_us();
    count(&l->busy_us, (uint64_t)(end_us - l->now_us));
    if (l->gathers)
        l->look_us = gw_gather_note(&l->gather, l->now_us, end_us);
}

void gw_loop_run(struct gw_loop *l)
{
    clockid_t clock;

    if (!pthread_getcpuclockid(pthread_self(), &clock))
        atomic_store(&l->clock, clock);
    if (l->context)
        g_main_context_push_thread_default(l->context);
    while (!atomic_exchange(&l->quit, false))
        gw_loop_turn(l, -1);
    if (l->context)
        g_main_context_pop_thread_default(l->context);
    atomic_store(&l->clock, 0); /* the thread may be gone before anybody looks again */
}

void gw_loop_quit(struct gw_loop *l)
{
    uint64_t one = 1;
    int saved = errno;

    atomic_store(&l->quit, true);
    if (write(l->wake, &one, sizeof(one)) < 0)
        errno = saved; /* full: it is readable already */
}

uint64_t gw_loop_turns(const struct gw_loop *l)
{
    return atomic_load_explicit(&l->turns, memory_order_relaxed);
}

uint64_t gw_loop_busy_us(const struct gw_loop *l)
{
    return atomic_load_explicit(&l->busy_us, memory_order_relaxed);
}

static uint64_t cpu_us(clockid_t clock)
{
    struct timespec ts;

    if (!clock || clock_gettime(clock, &ts))
        return 0;
    return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

void gw_loop_stats(const struct gw_loop *l, struct cardea_loop_stats *out)
{
    out->cpu_us = cpu_us(atomic_load(&l->clock));
    out->busy_us = gw_loop_busy_us(l);
    out->turns = gw_loop_turns(l);
    out->late_us = atomic_load_explicit(&l->late_us, memory_order_relaxed);
    for (unsigned i = 0; i <= CARDEA_LATE_BOUNDS; i++)
        out->late[i] = atomic_load_explicit(&l->late[i], memory_order_relaxed);
}
