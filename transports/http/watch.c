/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The connections of all ports, watched over by a thread of their own, for three things the library does not do:
 *
 * - each has a moment by which it must have come further, however busily it dribbles bytes until then;
 * - where many do nothing, newcomers still get in: who has had the turn for longest, and has not used it, makes room;
 * - the socket of a suspended connection is not read by the library: a client that goes away is noticed here.
 *
 * Either way the socket is only shut down, or its exchange told: what is the library's is freed by the library.
 */
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http.h"

#define LOOK_MS    500
#define MOST_FOUND 64

static struct {
    pthread_mutex_t lock;
    GHashTable *clients; /* struct client *; owned. An fd in here is open. */
    pthread_t thread;
    int epoll, wake;
    atomic_bool ending;
} table = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* --- connections that come and go: the thread of their port ------------------------------------------------------- */

/* Under the lock. */
static void wait_no_more(struct client *client)
{
    if (client->waits.data)
        g_queue_unlink(&client->server->waiting, &client->waits);
    client->waits.data = NULL;
}

/* Under the lock. */
static void wait_from_now_on(struct client *client)
{
    wait_no_more(client);
    client->waits.data = client;
    g_queue_push_tail_link(&client->server->waiting, &client->waits);
}

static void come(struct server *server, struct MHD_Connection *c, void **context)
{
    const union MHD_ConnectionInfo *fd = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
    const union MHD_ConnectionInfo *a = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    struct client *client = g_new0(struct client, 1);

    client->server = server;
    client->fd = fd ? fd->connect_fd : -1;
    if (a && a->client_addr)
        client->port = address_text(a->client_addr, client->remote, sizeof(client->remote));
    client->until_us = g_get_monotonic_time() + IDLE_S * G_USEC_PER_SEC;
    pthread_mutex_lock(&table.lock);
    g_hash_table_add(table.clients, client);
    wait_from_now_on(client);
    pthread_mutex_unlock(&table.lock);
    *context = client;
}

/* The library closes the socket after this. */
static void go(void **context)
{
    pthread_mutex_lock(&table.lock);
    wait_no_more(*context);
    g_hash_table_remove(table.clients, *context);
    pthread_mutex_unlock(&table.lock);
    *context = NULL;
}

void client_notify(void *server, struct MHD_Connection *c, void **context, enum MHD_ConnectionNotificationCode code)
{
    if (code == MHD_CONNECTION_NOTIFY_STARTED)
        come(server, c, context);
    else if (*context) {
        go(context);
        server_client_gone(server);
    }
}

struct client *client_of(struct MHD_Connection *c)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info ? info->socket_context : NULL;
}

void client_may_take(struct client *client, int64_t seconds, enum client_turn turn)
{
    pthread_mutex_lock(&table.lock);
    if (client->until_us != INT64_MAX) { /* it is being ended */
        client->until_us = g_get_monotonic_time() + seconds * G_USEC_PER_SEC;
        if (turn == THEIRS)
            wait_from_now_on(client);
        else
            wait_no_more(client);
    }
    pthread_mutex_unlock(&table.lock);
}

/* Under the lock. The library hears of it and frees the connection. */
static void end(struct client *client)
{
    wait_no_more(client);
    client->until_us = INT64_MAX;
    shutdown(client->fd, SHUT_RDWR);
}

void client_make_room(struct server *s)
{
    struct client *longest;

    pthread_mutex_lock(&table.lock);
    longest = g_queue_peek_head(&s->waiting);
    if (longest) {
        end(longest);
        atomic_fetch_add(&http.made_room, 1);
    }
    pthread_mutex_unlock(&table.lock);
}

/* --- clients of suspended connections ----------------------------------------------------------------------------- */

void client_watch(const struct client *client, uint64_t tag, bool half_closed_is_gone)
{
    struct epoll_event e = {.events = EPOLLONESHOT | (half_closed_is_gone ? EPOLLRDHUP : 0), .data.u64 = tag};

    epoll_ctl(table.epoll, EPOLL_CTL_ADD, client->fd, &e);
}

void client_unwatch(const struct client *client)
{
    epoll_ctl(table.epoll, EPOLL_CTL_DEL, client->fd, NULL);
}

/* --- the thread --------------------------------------------------------------------------------------------------- */

static void end_late_ones(int64_t now_us)
{
    GHashTableIter it;
    gpointer key;

    pthread_mutex_lock(&table.lock);
    g_hash_table_iter_init(&it, table.clients);
    while (g_hash_table_iter_next(&it, &key, NULL)) {
        struct client *client = key;

        if (now_us < client->until_us)
            continue;
        end(client);
        atomic_fetch_add(&http.too_slow, 1);
    }
    pthread_mutex_unlock(&table.lock);
}

static void *watch(void *unused)
{
    struct epoll_event found[MOST_FOUND];
    int64_t look_us = 0;

    while (!atomic_load(&table.ending)) {
        int64_t now_us;
        int n = epoll_wait(table.epoll, found, MOST_FOUND, LOOK_MS);

        for (int i = 0; i < n; i++)
            if (found[i].data.u64)
                exchange_gone(found[i].data.u64);
        now_us = g_get_monotonic_time();
        if (now_us - look_us < LOOK_MS * 1000)
            continue;
        look_us = now_us;
        end_late_ones(now_us);
    }
    return NULL;
}

int watch_start(void)
{
    struct epoll_event e = {.events = EPOLLIN};

    table.clients = g_hash_table_new_full(NULL, NULL, g_free, NULL);
    atomic_store(&table.ending, false);
    table.epoll = epoll_create1(EPOLL_CLOEXEC);
    table.wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (table.epoll >= 0 && table.wake >= 0 && !epoll_ctl(table.epoll, EPOLL_CTL_ADD, table.wake, &e) &&
        !pthread_create(&table.thread, NULL, watch, NULL)) {
        pthread_setname_np(table.thread, "http-watch");
        return 0;
    }
    http.host->log(CARDEA_LOG_ERROR, "no thread to watch over HTTP connections: %s", g_strerror(errno));
    if (table.epoll >= 0)
        close(table.epoll);
    if (table.wake >= 0)
        close(table.wake);
    g_hash_table_destroy(table.clients);
    return -1;
}

void watch_stop(void)
{
    uint64_t one = 1;

    atomic_store(&table.ending, true);
    if (write(table.wake, &one, sizeof(one)) != sizeof(one))
        http.host->log(CARDEA_LOG_DEBUG, "http-watch ends at its next look"); /* it wakes by itself anyway */
    pthread_join(table.thread, NULL);
}

void watch_end(void)
{
    close(table.epoll);
    close(table.wake);
    g_hash_table_destroy(table.clients);
}
