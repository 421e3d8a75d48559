/* SPDX-License-Identifier: Apache-2.0 */
#include "host/listeners.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib.h>

#include "base/err.h"
#include "host/place.h"
#include "log/log.h"

#define CLIENTS_A_TURN 64
#define FULL_PAUSE_US  50000 /* no descriptor is free: those who wait are turned away one by one */
#define ROOM_LOOK_MS   20    /* is there room again? */
#define FIRST_PASSED   3     /* SD_LISTEN_FDS_START */
#define MOST_PASSED    64

struct cardea_listener {
    int fd;
    char *name, *path;
    void (*client)(void *arg, int fd, const struct sockaddr *from, unsigned from_len);
    bool (*full)(void *arg);
    void *arg;
    bool watched;
};

struct inherited {
    char *name;
    int fd;
    bool anywhere;
};

static struct {
    /* given at begin */
    int epoll, wake;
    pthread_t thread;
    atomic_bool ending;
    /* under the lock */
    pthread_mutex_t lock;
    GPtrArray *all; /* struct cardea_listener; owned */
    bool accepting;
    int spare; /* closed for a moment when there are no descriptors left */
    /* control thread */
    GPtrArray *inherited; /* struct inherited; owned */
    bool given;
} listeners = {.lock = PTHREAD_MUTEX_INITIALIZER, .epoll = -1, .wake = -1, .spare = -1};

/* --- the accepting thread ----------------------------------------------------------------------------------------- */

static int open_spare(void)
{
    return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

/* Under the lock. The one who has waited longest is let go, instead of all waiting for nothing. */
static void turn_away(int listener)
{
    close(listeners.spare);
    close(accept4(listener, NULL, NULL, SOCK_CLOEXEC));
    listeners.spare = open_spare();
    g_usleep(FULL_PAUSE_US);
}

/* Under the lock. false: nobody waits any more. */
static bool accept_one(const struct cardea_listener *l)
{
    struct sockaddr_storage from = {0};
    socklen_t len = sizeof(from);
    int fd = accept4(l->fd, (struct sockaddr *)&from, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);

    if (fd >= 0) {
        l->client(l->arg, fd, (struct sockaddr *)&from, len);
        return true;
    }
    if ((errno == EMFILE || errno == ENFILE) && listeners.spare >= 0)
        turn_away(l->fd);
    return errno == EINTR || errno == ECONNABORTED;
}

/* Under the lock. */
static void watch(struct cardea_listener *l, bool on)
{
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = l};

    if (l->watched != on)
        epoll_ctl(listeners.epoll, on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, l->fd, &e);
    l->watched = on;
}

static bool is_full(const struct cardea_listener *l)
{
    return l->full && l->full(l->arg);
}

static void take_clients(struct cardea_listener *found)
{
    pthread_mutex_lock(&listeners.lock);
    for (unsigned n = 0; n < CLIENTS_A_TURN; n++) {
        if (!listeners.accepting || !g_ptr_array_find(listeners.all, found, NULL))
            break;
        if (is_full(found)) {
            watch(found, false);
            break;
        }
        if (!accept_one(found))
            break;
    }
    pthread_mutex_unlock(&listeners.lock);
}

/* Those that were full are watched again when there is room. How long to wait until the next look, in ms. */
static int look_for_room(void)
{
    int wait = -1;

    pthread_mutex_lock(&listeners.lock);
    for (guint i = 0; listeners.accepting && i < listeners.all->len; i++) {
        struct cardea_listener *l = listeners.all->pdata[i];

        if (l->watched)
            continue;
        if (is_full(l))
            wait = ROOM_LOOK_MS;
        else
            watch(l, true);
    }
    pthread_mutex_unlock(&listeners.lock);
    return wait;
}

static void *run(void *unused)
{
    struct epoll_event found[16];

    while (!atomic_load(&listeners.ending)) {
        int n = epoll_wait(listeners.epoll, found, G_N_ELEMENTS(found), look_for_room());

        for (int i = 0; i < n; i++)
            if (found[i].data.ptr)
                take_clients(found[i].data.ptr);
    }
    return NULL;
}

/* --- listening ---------------------------------------------------------------------------------------------------- */

void gw_listeners_accept(bool on)
{
    pthread_mutex_lock(&listeners.lock);
    for (guint i = 0; i < listeners.all->len; i++)
        watch(listeners.all->pdata[i], on);
    listeners.accepting = on;
    pthread_mutex_unlock(&listeners.lock);
}

static int take_inherited(const char *name, const struct gw_place *p)
{
    for (guint i = 0; i < listeners.inherited->len; i++) {
        struct inherited *h = listeners.inherited->pdata[i];
        int fd = h->fd;

        if (fd < 0 || strcmp(h->name, name) != 0 || (!h->anywhere && !gw_place_is_of(p, fd)))
            continue;
        h->fd = -1;
        return fd;
    }
    return -1;
}

/* "user:group" */
static int give_to(const char *path, const char *owner)
{
    char **parts = g_strsplit(owner, ":", 2);
    const struct passwd *u = getpwnam(parts[0]);
    const struct group *g = u && parts[1] ? getgrnam(parts[1]) : NULL;
    bool known = u && (g || !parts[1]);

    g_strfreev(parts);
    if (!known)
        return errno = ENOENT, -1;
    return chown(path, u->pw_uid, g ? g->gr_gid : u->pw_gid) || chmod(path, 0660) ? -1 : 0;
}

static int open_place(const struct cardea_listen *c, const struct gw_place *p)
{
    int fd = gw_place_open(p), err;

    if (fd < 0 || !c->path || !c->owner || !give_to(c->path, c->owner))
        return fd;
    err = errno;
    close(fd);
    unlink(c->path);
    errno = err;
    return -1;
}

static void set(int fd, int level, int name, int value)
{
    (void)setsockopt(fd, level, name, &value, sizeof(value));
}

/* A client that has vanished without a word is noticed after two minutes. Clients' sockets inherit all of it. */
static void tune(int fd)
{
    set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    set(fd, IPPROTO_TCP, TCP_KEEPIDLE, 60);
    set(fd, IPPROTO_TCP, TCP_KEEPINTVL, 10);
    set(fd, IPPROTO_TCP, TCP_KEEPCNT, 6);
    set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
}

struct cardea_listener *gw_listener_new(const struct cardea_listen *c, char *why, size_t why_len)
{
    struct cardea_listener *l;
    struct gw_place p;
    int fd;

    if (gw_place_read(&p, c, why, why_len))
        return NULL;
    fd = take_inherited(c->name, &p);
    if (fd < 0)
        fd = open_place(c, &p);
    if (fd < 0) {
        snprintf(why, why_len, "%s", g_strerror(errno));
        return NULL;
    }
    if (!c->path)
        tune(fd);
    l = g_new0(struct cardea_listener, 1);
    *l = (struct cardea_listener){.fd = fd,
                                  .name = g_strdup(c->name),
                                  .path = g_strdup(c->path),
                                  .client = c->client,
                                  .full = c->full,
                                  .arg = c->arg};
    pthread_mutex_lock(&listeners.lock);
    g_ptr_array_add(listeners.all, l);
    if (listeners.accepting)
        watch(l, true);
    pthread_mutex_unlock(&listeners.lock);
    return l;
}

unsigned gw_listener_port(const struct cardea_listener *l)
{
    return gw_place_port(l->fd);
}

void gw_listener_end(struct cardea_listener *l)
{
    if (!l)
        return;
    pthread_mutex_lock(&listeners.lock);
    watch(l, false);
    g_ptr_array_remove(listeners.all, l);
    pthread_mutex_unlock(&listeners.lock);
    close(l->fd); /* not shut down: a successor may be listening at it */
    if (l->path && !listeners.given)
        unlink(l->path);
    g_free(l->name);
    g_free(l->path);
    g_free(l);
}

/* --- heritage ----------------------------------------------------------------------------------------------------- */

static void free_inherited(gpointer inherited)
{
    struct inherited *h = inherited;

    if (h->fd >= 0)
        close(h->fd);
    g_free(h->name);
    g_free(h);
}

void gw_listeners_inherit(const char *name, int fd, bool anywhere)
{
    struct inherited *h = g_new(struct inherited, 1);

    fcntl(fd, F_SETFD, FD_CLOEXEC);
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    *h = (struct inherited){g_strdup(name), fd, anywhere};
    g_ptr_array_add(listeners.inherited, h);
}

unsigned gw_listeners_inherit_from_manager(void)
{
    const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS"), *names = getenv("LISTEN_FDNAMES");
    unsigned n = fds ? (unsigned)strtoul(fds, NULL, 10) : 0;
    char **each;

    if (!pid || strtol(pid, NULL, 10) != (long)getpid() || n > MOST_PASSED)
        return 0;
    each = g_strsplit(names ? names : "", ":", -1);
    for (unsigned i = 0; i < n; i++)
        gw_listeners_inherit(i < g_strv_length(each) ? each[i] : "", FIRST_PASSED + (int)i, true);
    g_strfreev(each);
    unsetenv("LISTEN_PID"); /* not for our children */
    unsetenv("LISTEN_FDS");
    unsetenv("LISTEN_FDNAMES");
    return n;
}

void gw_listeners_forget_inherited(void)
{
    for (guint i = 0; i < listeners.inherited->len; i++) {
        const struct inherited *h = listeners.inherited->pdata[i];

        if (h->fd >= 0)
            gw_warn(
                "the listening socket \"%s\" that was passed to us is of no use: nothing of that name listens there",
                h->name);
    }
    g_ptr_array_set_size(listeners.inherited, 0);
}

void gw_listeners_each(void (*fn)(void *arg, const char *name, int fd), void *arg)
{
    for (guint i = 0; i < listeners.all->len; i++) {
        const struct cardea_listener *l = listeners.all->pdata[i];

        fn(arg, l->name, l->fd);
    }
}

void gw_listeners_given(bool given)
{
    listeners.given = given;
}

/* --- life --------------------------------------------------------------------------------------------------------- */

int gw_listeners_begin(void)
{
    struct epoll_event e = {.events = EPOLLIN};
    sigset_t all, before;
    int err = -1;

    listeners.all = g_ptr_array_new();
    listeners.inherited = g_ptr_array_new_with_free_func(free_inherited);
    listeners.accepting = listeners.given = false;
    atomic_store(&listeners.ending, false);
    listeners.spare = open_spare();
    listeners.epoll = epoll_create1(EPOLL_CLOEXEC);
    listeners.wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (listeners.epoll >= 0 && listeners.wake >= 0 && !epoll_ctl(listeners.epoll, EPOLL_CTL_ADD, listeners.wake, &e)) {
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are for the control thread */
        err = pthread_create(&listeners.thread, NULL, run, NULL);
        pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    if (!err) {
        pthread_setname_np(listeners.thread, "accept");
        return 0;
    }
    gw_fatal("no thread to accept clients: out of descriptors or memory");
    atomic_store(&listeners.ending, true);
    gw_listeners_end();
    return GW_EIO;
}

static void shut(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

void gw_listeners_end(void)
{
    uint64_t one = 1;

    if (!listeners.all)
        return;
    if (!atomic_exchange(&listeners.ending, true)) {
        while (write(listeners.wake, &one, sizeof(one)) < 0 && errno == EINTR)
            ;
        pthread_join(listeners.thread, NULL);
    }
    g_ptr_array_free(listeners.all, TRUE);
    g_ptr_array_free(listeners.inherited, TRUE);
    listeners.all = listeners.inherited = NULL;
    shut(&listeners.spare);
    shut(&listeners.wake);
    shut(&listeners.epoll);
}
