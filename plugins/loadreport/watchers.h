/* SPDX-License-Identifier: Apache-2.0 */
/* Handles that are sent a report every so many seconds. Control thread. */
#ifndef LOADREPORT_WATCHERS_H
#define LOADREPORT_WATCHERS_H

struct cardea_handle;

void watchers_start(void);
void watchers_stop(void);
void watchers_add(struct cardea_handle *h, unsigned period_s); /* again: another period; 0 counts as 1 */
void watchers_remove(struct cardea_handle *h);                 /* also of one that is none */
void watchers_tick(void);                                      /* once a second */

#endif
