/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All listening sockets of the process, and the thread that accepts at them. Nobody is accepted before the gateway is
 * ready, nor after a successor has taken over: until then clients wait in the system's queue of the socket, which both
 * processes share, so that none is lost.
 *
 * Control thread, but for client() of cardea_listen.
 */
#ifndef GW_HOST_LISTENERS_H
#define GW_HOST_LISTENERS_H

#include <stdbool.h>
#include <stddef.h>

#include <cardea/types.h>

int gw_listeners_begin(void); /* starts the thread; accepts nobody yet */
void gw_listeners_end(void);  /* all listeners have been ended */

/* As `listen` of the host tables says. One that was inherited under this name, and fits, is used. */
struct cardea_listener *gw_listener_new(const struct cardea_listen *conf, char *why, size_t why_len);
unsigned gw_listener_port(const struct cardea_listener *l);
void gw_listener_end(struct cardea_listener *l);

/* Accept, or let clients wait. When this returns with false no more client() runs or will. */
void gw_listeners_accept(bool on);

/* A socket of a former process, or of the service manager (then it is used wherever it listens). fd is taken. */
void gw_listeners_inherit(const char *name, int fd, bool anywhere);
/* Those that systemd passed (LISTEN_FDS, sd_listen_fds(3)). Their number. */
unsigned gw_listeners_inherit_from_manager(void);
void gw_listeners_forget_inherited(void); /* that nobody asked for: closed */

/* Calls fn for each; the sockets stay ours. */
void gw_listeners_each(void (*fn)(void *arg, const char *name, int fd), void *arg);
/* A successor has them: a path in the file system is its business from now on. */
void gw_listeners_given(bool given);

#endif
