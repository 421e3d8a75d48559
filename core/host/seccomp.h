/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A filter of system calls for the whole process, in which only those are let through that a service of this kind
 * makes. All else answers EPERM: reaching for the kernel's administration, other processes, namespaces, raw sockets.
 * The door to libseccomp.
 */
#ifndef GW_HOST_SECCOMP_H
#define GW_HOST_SECCOMP_H

#include <stdbool.h>

/* All threads, also those that run already; it cannot be taken back. runs_programs: execve() is let through. sockets:
 * more kinds (AF_...) that may be opened, ended by 0, or NULL. 0, or -errno; -ENOSYS: not compiled in. */
int gw_seccomp_enforce(bool runs_programs, const int *sockets);

#endif
