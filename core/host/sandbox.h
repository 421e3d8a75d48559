/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the process gives up. In two steps: before it has threads, files outside the system's folders and those that its
 * configuration names can no longer be read, and those outside the latter not be changed (landlock.h); once everything has started, it becomes another user, if it is told
 * which, and loses the system calls that it has no use for (seccomp.h). What folders and programs those are, the
 * options say (enum cardea_path_use), those of plugins and transports included; what kinds of sockets, their tables.
 * Control thread.
 */
#ifndef GW_HOST_SANDBOX_H
#define GW_HOST_SANDBOX_H

#include "host/settings.h"

struct gw_sandbox;

/* The first step. Folders that are named and not there are made. NULL: general.sandbox is off, or no memory. */
struct gw_sandbox *gw_sandbox_new(const struct gw_settings *settings);
/* The second. GW_EINVAL: no such user or group; GW_EIO: it may not become that. Both were told in a line. */
int gw_sandbox_close(struct gw_sandbox *s, const struct gw_settings *settings);
void gw_sandbox_free(struct gw_sandbox *s); /* what is forbidden stays so; NULL is fine */

#endif
