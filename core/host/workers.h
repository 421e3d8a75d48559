/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The media workers of the process: for each a thread, an engine and its sockets, and the ways between them.
 * Made and ended by the control thread; gw_workers_post() and the figures are for the control thread, too.
 */
#ifndef GW_HOST_WORKERS_H
#define GW_HOST_WORKERS_H

#include "config/config.h"
#include "dtls/dtls.h"
#include "loop/mailbox.h"
#include "peer/engine.h"
#include "plain/plain.h"

struct gw_workers;

/* config: the main one. block: which of the blocks of media ports, the first is 0. GW_EIO: they are in use. news: where
 * the workers' news go; borrowed. Where something cannot be had, why gets one line.
 */
int gw_workers_new(struct gw_workers **out, const struct cardea_config *config, unsigned block,
                   struct gw_dtls_context *dtls, struct gw_mailbox *news, const struct gw_media_settings *settings,
                   char *why, size_t why_len);
int gw_workers_start(struct gw_workers *ws);
void gw_workers_stop(struct gw_workers *ws); /* joins the threads; what is left in the mailboxes is dropped */
void gw_workers_free(struct gw_workers *ws);

unsigned gw_workers_wanted(const struct cardea_config *config); /* how many there will be */
bool gw_workers_full_ice(const struct cardea_config *config);
unsigned gw_workers_count(const struct gw_workers *ws);
/* gw_links_conf.post */
bool gw_workers_post(void *workers, unsigned worker, const struct gw_order *order);
void gw_workers_settings(struct gw_workers *ws, const struct gw_media_settings *settings);
/* Once a second: gives every worker something to do, and remembers whether the last one was done. */
void gw_workers_pulse(struct gw_workers *ws);
bool gw_workers_alive(const struct gw_workers *ws); /* all of them did something in the last seconds */
const struct gw_engine *gw_workers_engine(const struct gw_workers *ws, unsigned worker);
const struct gw_ice_stats *gw_workers_ice(const struct gw_workers *ws, unsigned worker);
const struct gw_loop *gw_workers_loop(const struct gw_workers *ws, unsigned worker);
const struct gw_plain_stats *gw_workers_plain(const struct gw_workers *ws, unsigned worker);
uint16_t gw_workers_port(const struct gw_workers *ws, unsigned worker); /* 0: none of its own */

#endif
