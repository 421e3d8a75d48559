/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's Landlock (Linux 5.13 and later): from gw_landlock_enforce() on, the calling thread and those that it
 * makes can read, change and run what was allowed alone. What is open already stays so. It cannot be taken back. Before
 * there are other threads: those would not be bound by it.
 */
#ifndef GW_HOST_LANDLOCK_H
#define GW_HOST_LANDLOCK_H

#include <stdbool.h>

struct gw_landlock;

/* NULL: this kernel has none (gw_landlock_version() is 0), or no memory. */
struct gw_landlock *gw_landlock_new(void);
void gw_landlock_free(struct gw_landlock *l); /* NULL is fine */
int gw_landlock_version(void);                /* of the kernel's ABI; 0: none, or switched off */
/* A folder with all below it, or one file. false: it is not there, or may not be opened; or l is NULL. */
bool gw_landlock_allow_reading(struct gw_landlock *l, const char *path);
bool gw_landlock_allow_writing(struct gw_landlock *l, const char *path); /* and reading */
bool gw_landlock_allow_running(struct gw_landlock *l, const char *path); /* and reading */
bool gw_landlock_enforce(struct gw_landlock *l); /* false: the kernel refuses, or l is NULL */

#endif
