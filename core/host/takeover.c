/* SPDX-License-Identifier: Apache-2.0 */
#include "host/takeover.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/err.h"
#include "host/control.h"
#include "host/listeners.h"
#include "host/neighbour.h"
#include "log/log.h"

#define PATIENCE_S   5
#define MOST_SOCKETS 32

static struct {
    struct gw_takeover_conf conf;
    char *path;   /* owned */
    int listener; /* where a successor comes; -1: none can */
    int before;   /* our predecessor until gw_takeover_begin(); -1: none */
    bool stopped; /* for a successor that does not serve yet */
} the = {.listener = -1, .before = -1};

static socklen_t read_path(struct sockaddr_un *out, const char *path)
{
    *out = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof(out->sun_path))
        return 0;
    memcpy(out->sun_path, path, strlen(path) + 1);
    return sizeof(*out);
}

/* --- the successor ------------------------------------------------------------------------------------------------ */

static int dial(const char *path)
{
    const struct timeval limit = {.tv_sec = PATIENCE_S};
    struct sockaddr_un at;
    socklen_t len = read_path(&at, path);
    int fd = len ? socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) : -1;

    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
    if (!connect(fd, (struct sockaddr *)&at, len))
        return fd;
    close(fd);
    return -1;
}

/* The first piece of a frame may bring descriptors. Their number. */
static size_t take_fds(struct msghdr *m, int *fds)
{
    size_t n = 0;

    for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
        size_t len = c->cmsg_len - CMSG_LEN(0);

        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS || len / sizeof(int) > MOST_SOCKETS - n)
            continue;
        memcpy(fds + n, CMSG_DATA(c), len);
        n += len / sizeof(int);
    }
    return n;
}

/* Waits for one frame; false: none came in time, or it is none of this kind. */
static bool await(int fd, enum gw_frame_kind kind, struct gw_frame *f, int *fds, size_t *n_fds)
{
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(MOST_SOCKETS * sizeof(int))];
    GByteArray *in = g_byte_array_new();
    uint8_t piece[4096];
    int used = 0;

    while (!used) {
        struct iovec part = {piece, sizeof(piece)};
        struct msghdr m = {
            .msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)};
        ssize_t n = recvmsg(fd, &m, MSG_CMSG_CLOEXEC);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        if (fds && !*n_fds)
            *n_fds = take_fds(&m, fds);
        g_byte_array_append(in, piece, (guint)n);
        used = gw_frame_read(f, in->data, in->len);
    }
    g_byte_array_unref(in);
    if (used > 0 && f->kind != kind)
        json_decref(f->head);
    return used > 0 && f->kind == kind;
}

static bool say(int fd, enum gw_frame_kind kind)
{
    GByteArray *out = g_byte_array_new();
    bool said =
        !gw_frame_put(out, kind, 0, NULL, NULL, 0) && send(fd, out->data, out->len, MSG_NOSIGNAL) == (ssize_t)out->len;

    g_byte_array_unref(out);
    return said;
}

static void forget_predecessor(void)
{
    if (the.before >= 0)
        close(the.before);
    the.before = -1;
}

int gw_takeover_from(const char *path)
{
    int fds[MOST_SOCKETS];
    size_t n = 0;
    struct gw_frame f;
    bool fine;

    the.before = dial(path);
    if (the.before < 0)
        return GW_ENOENT;
    fine = await(the.before, GW_FRAME_SOCKETS, &f, fds, &n);
    for (size_t i = 0; i < n; i++) {
        const char *name = fine ? json_string_value(json_array_get(json_object_get(f.head, "names"), i)) : NULL;

        if (name)
            gw_listeners_inherit(name, fds[i], false);
        else
            close(fds[i]);
    }
    if (fine)
        json_decref(f.head);
    else
        forget_predecessor();
    return fine ? 0 : GW_EIO;
}

int gw_takeover_stop_predecessor(void)
{
    struct gw_frame f;

    if (the.before < 0)
        return 0;
    if (!say(the.before, GW_FRAME_STOP) || !await(the.before, GW_FRAME_STOPPED, &f, NULL, NULL))
        return GW_EIO;
    json_decref(f.head);
    return 0;
}

static void predecessor_gone(void *unused)
{
    gw_info("the gateway that we took over from has ended");
}

static void greet_predecessor(void)
{
    if (the.before < 0)
        return;
    say(the.before, GW_FRAME_SERVING);
    gw_neighbour_add(
        &(struct gw_neighbour_conf){.which = GW_NEIGHBOUR_BEFORE, .fd = the.before, .gone = predecessor_gone});
    the.before = -1;
}

/* --- the predecessor ---------------------------------------------------------------------------------------------- */

static void stop_waiting(void)
{
    if (the.listener < 0)
        return;
    gw_loop_remove(gw_control_loop(), the.listener);
    close(the.listener);
    the.listener = -1;
}

static bool take_word(void *unused, const struct gw_frame *f)
{
    if (f->kind == GW_FRAME_STOP && !the.stopped && the.listener >= 0) {
        the.stopped = true;
        gw_listeners_accept(false);
        the.conf.stopping(the.conf.arg, true);
        gw_neighbour_say(GW_NEIGHBOUR_AFTER, GW_FRAME_STOPPED);
        return true;
    }
    if (f->kind != GW_FRAME_SERVING || !the.stopped)
        return false;
    the.stopped = false;
    stop_waiting(); /* it waits at that path now */
    gw_listeners_given(true);
    gw_neighbour_serves(GW_NEIGHBOUR_AFTER);
    the.conf.succeeded(the.conf.arg);
    return true;
}

static void successor_gone(void *unused)
{
    if (the.listener < 0) {
        gw_warn("our successor has ended before we have: nobody accepts clients here");
        return;
    }
    gw_warn("a successor came, and ended before it served: we go on");
    if (!the.stopped)
        return;
    the.stopped = false;
    the.conf.stopping(the.conf.arg, false);
    gw_listeners_accept(true);
}

struct gift {
    json_t *names;
    int fds[MOST_SOCKETS];
    size_t n;
};

static void add_socket(void *arg, const char *name, int fd)
{
    struct gift *g = arg;

    if (g->n == MOST_SOCKETS)
        return;
    json_array_append_new(g->names, json_string(name));
    g->fds[g->n++] = fd;
}

static bool give_sockets(int fd)
{
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(MOST_SOCKETS * sizeof(int))] = {0};
    struct gift g = {.names = json_array()};
    GByteArray *out = g_byte_array_new();
    struct msghdr m = {.msg_control = control};
    struct cmsghdr *c;
    struct iovec part;
    bool given;

    gw_listeners_each(add_socket, &g);
    gw_frame_put(out, GW_FRAME_SOCKETS, 0, json_pack("{so sI}", "names", g.names, "pid", (json_int_t)getpid()), NULL,
                 0);
    part = (struct iovec){out->data, out->len};
    m.msg_iov = &part;
    m.msg_iovlen = 1;
    m.msg_controllen = CMSG_SPACE(g.n * sizeof(int));
    c = CMSG_FIRSTHDR(&m);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(g.n * sizeof(int));
    memcpy(CMSG_DATA(c), g.fds, g.n * sizeof(int));
    given = sendmsg(fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)out->len;
    g_byte_array_unref(out);
    return given;
}

static bool may_succeed(int fd)
{
    struct ucred who;
    socklen_t len = sizeof(who);

    return !getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) && (who.uid == geteuid() || who.uid == 0);
}

static void meet_successor(void *unused, uint32_t events, int64_t now_us)
{
    int fd = accept4(the.listener, NULL, NULL, SOCK_CLOEXEC);

    if (fd < 0)
        return;
    if (!may_succeed(fd) || gw_neighbour_is_there(GW_NEIGHBOUR_AFTER) || !give_sockets(fd)) {
        gw_warn("somebody who wanted to take over was turned away");
        close(fd);
        return;
    }
    gw_info("a successor has come and has the listening sockets");
    gw_neighbour_add(
        &(struct gw_neighbour_conf){.which = GW_NEIGHBOUR_AFTER, .fd = fd, .word = take_word, .gone = successor_gone});
}

/* Made beside and moved over: whoever connects meets one of us. */
static int listen_at(const char *path)
{
    char *beside = g_strdup_printf("%s.%d", path, (int)getpid()), *folder = g_path_get_dirname(path);
    struct sockaddr_un at;
    socklen_t len = read_path(&at, beside);
    int fd = len ? socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0) : -1;

    if (!len)
        errno = ENAMETOOLONG;
    g_mkdir_with_parents(folder, 0755);
    unlink(beside);
    if (fd >= 0 &&
        (bind(fd, (struct sockaddr *)&at, len) || chmod(beside, 0600) || listen(fd, 4) || rename(beside, path))) {
        int err = errno;

        unlink(beside);
        close(fd);
        errno = err;
        fd = -1;
    }
    g_free(folder);
    g_free(beside);
    return fd;
}

/* --- life --------------------------------------------------------------------------------------------------------- */

int gw_takeover_begin(const struct gw_takeover_conf *conf)
{
    the.conf = *conf;
    the.path = g_strdup(conf->path);
    the.stopped = false;
    greet_predecessor();
    the.listener = listen_at(the.path);
    if (the.listener >= 0)
        return gw_loop_add(gw_control_loop(), the.listener, EPOLLIN, meet_successor, NULL);
    gw_warn("general.takeover_socket: %s cannot be made (%s): nobody can take over from this process", the.path,
            strerror(errno));
    return GW_EIO;
}

void gw_takeover_end(void)
{
    if (the.listener >= 0) {
        stop_waiting();
        unlink(the.path);
    }
    forget_predecessor();
    g_free(the.path);
    the.path = NULL;
}
