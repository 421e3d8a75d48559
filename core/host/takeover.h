/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One gateway takes over from another on the same host, at a socket in the file system:
 *
 *     successor                          predecessor
 *     connects                           serves
 *                <-- SOCKETS (the listening sockets themselves)
 *     starts all but accepting           serves
 *     STOP       -->
 *                <-- STOPPED             clients wait in the queues of the sockets that both have
 *     accepts
 *     SERVING    -->                     drains, ends when its last session has
 *
 * If the successor ends before SERVING, the predecessor accepts again as if nothing had been. Who may connect: the
 * user who runs the gateway, and root. Control thread.
 */
#ifndef GW_HOST_TAKEOVER_H
#define GW_HOST_TAKEOVER_H

#include <stdbool.h>

struct gw_takeover_conf {
    const char *path;                       /* of the socket; borrowed */
    void (*stopping)(void *arg, bool stop); /* a successor is about to begin; false: it did not come to that */
    void (*succeeded)(void *arg);           /* it serves */
    void *arg;
};

/* Asks who serves there for its sockets; they become those of gw_listeners_inherit(). GW_ENOENT: nobody serves there.
 * GW_EIO: somebody does, but did not answer as it should. Waits, at most five seconds. */
int gw_takeover_from(const char *path);
/* It stops accepting; waits for that. 0 also when we took over from nobody. GW_EIO: it has gone, or does not answer. */
int gw_takeover_stop_predecessor(void);
/* We accept: it is told, and a successor of ours is waited for. conf is copied. GW_EIO: the socket cannot be made (a
 * line of the log says why): we go on, and only cannot be succeeded. */
int gw_takeover_begin(const struct gw_takeover_conf *conf);
void gw_takeover_end(void);

#endif
