/* SPDX-License-Identifier: Apache-2.0 */
#include "peer/messages.h"

#include <stdlib.h>
#include <unistd.h>

#include "capture/capture.h"

static void free_remote(struct gw_remote *r)
{
    for (unsigned i = 0; r && i < r->n_candidates; i++)
        free(r->candidates[i]);
    free(r);
}

static void close_fd(int fd)
{
    if (fd >= 0)
        close(fd);
}

void gw_injected_free(struct gw_injected *in)
{
    atomic_fetch_sub_explicit(in->waiting, 1, memory_order_release);
    free(in);
}

void gw_order_drop(struct gw_order *o)
{
    switch (o->tag) {
    case GW_ORDER_PEER_NEW:
        free(o->u.peer_new.relays);
        break;
    case GW_ORDER_PEER_REMOTE:
        free_remote(o->u.remote);
        break;
    case GW_ORDER_PEER_MEDIA:
    case GW_ORDER_INLET_NEW:
        free(o->u.media);
        break;
    case GW_ORDER_PEER_CANDIDATE:
    case GW_ORDER_PEER_CLOSE:
    case GW_ORDER_LISTEN:
        free(o->u.text);
        break;
    case GW_ORDER_DATA:
        gw_data_blob_unref(o->u.data);
        break;
    case GW_ORDER_CAPTURE:
        gw_capture_close(o->u.capture);
        break;
    case GW_ORDER_INLET_PORT:
        close_fd(o->u.path->rtp_fd);
        close_fd(o->u.path->rtcp_fd);
        free(o->u.path);
        break;
    case GW_ORDER_FORWARD:
        close_fd(o->u.forward->rtcp_fd);
        free(o->u.forward);
        break;
    case GW_ORDER_INJECT:
        gw_injected_free(o->u.injected);
        break;
    default:
        break;
    }
}

void gw_news_drop(struct gw_news *n)
{
    switch (n->tag) {
    case GW_NEWS_GATHERED:
        for (unsigned i = 0; n->u.described && i < n->u.described->n_candidates; i++)
            free(n->u.described->candidates[i]);
        free(n->u.described);
        break;
    case GW_NEWS_CANDIDATE:
    case GW_NEWS_SELECTED:
    case GW_NEWS_DOWN:
        free(n->u.text);
        break;
    case GW_NEWS_DATA:
        gw_data_blob_unref(n->u.data);
        break;
    case GW_NEWS_STATES:
        free(n->u.states.states);
        break;
    case GW_NEWS_QUERY:
        free(n->u.query.json);
        break;
    default:
        break;
    }
}
