/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Going to the background, and the file that says which process the gateway is. Control thread; gw_daemon_leave()
 * before any thread is made.
 */
#ifndef GW_HOST_DAEMON_H
#define GW_HOST_DAEMON_H

#include <stdbool.h>

/*
 * Forks. true in the background, which has a session of its own and goes on; or the system refused, which errno says.
 * false in the process that was started: the other one serves (code 0), or has ended before it came to that (1).
 */
bool gw_daemon_leave(int *code);
/* In the background: lets the process that was started go, and the terminal too, unless keep_output. */
void gw_daemon_ready(bool keep_output);

/* Keeps our process id in a file for as long as we run. GW_EPROTO: another process has it. GW_EIO: errno says why. */
int gw_pid_file_keep(const char *path);
void gw_pid_file_remove(void); /* what was kept, if anything */

#endif
