/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reports that go out by themselves: to a web server, and to Redis, where a hash for each node with a time to live lets
 * a controller or other gateways find the least loaded one. Control thread; the network is touched elsewhere.
 */
#ifndef LOADREPORT_PUSH_H
#define LOADREPORT_PUSH_H

void push_start(void);
void push_tick(void); /* once a second */
void push_stop(void); /* the node takes itself out of Redis: at most a second */

#endif
