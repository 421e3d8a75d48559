/* SPDX-License-Identifier: Apache-2.0 */
/* Long polls: exchanges that ask for the events of a session, and are answered when there are some. */
#include "api/inside.h"

#include <stdlib.h>
#include <string.h>

#define MAX_EVENTS_PER_POLL 1000
#define FILLER              "{\"janus\":\"keepalive\"}"

/* Takes the poll apart; what it waited for is known by the caller. */
static void end(struct gw_poll *p)
{
    gw_timer_stop(p->session->api->conf.timers, &p->timer);
    g_queue_remove(&p->session->polls, p);
    p->exchange->poll = NULL;
    g_free(p);
}

void gw_poll_forget(struct gw_poll *p)
{
    end(p);
}

static void answer(struct gw_poll *p, const char *text)
{
    struct gw_exchange *x = p->exchange;

    end(p);
    gw_exchange_json(x->transport, x->tag, text);
}

static void answer_filler(struct gw_poll *p)
{
    answer(p, p->array ? "[" FILLER "]" : FILLER);
}

static void answer_events(struct gw_poll *p)
{
    struct gw_session *s = p->session;
    GString *text = g_string_new(p->array ? "[" : NULL);
    char *event;

    for (unsigned n = 0; n < p->max_events && (event = g_queue_pop_head(&s->events)); n++) {
        if (n)
            g_string_append_c(text, ',');
        g_string_append(text, event);
        s->events_size -= strlen(event);
        g_free(event);
    }
    if (p->array)
        g_string_append_c(text, ']');
    answer(p, text->str);
    g_string_free(text, TRUE);
}

void gw_polls_release(struct gw_session *s)
{
    while (s->polls.length)
        answer_filler(g_queue_peek_head(&s->polls));
}

/* The oldest poll gets the events, all others their filler. */
void gw_polls_flush(struct gw_session *s)
{
    if (!s->events.length || !s->polls.length)
        return;
    answer_events(g_queue_peek_head(&s->polls));
    gw_polls_release(s);
}

static void timed_out(void *arg, int64_t now_us)
{
    answer_filler(arg);
}

void gw_poll_start(struct gw_session *s, struct gw_exchange *x, const char *max_text)
{
    long max = max_text ? strtol(max_text, NULL, 10) : 1;
    struct gw_poll *p = g_new0(struct gw_poll, 1);

    if (s->polls.length >= GW_MAX_POLLS)
        answer_filler(g_queue_peek_head(&s->polls));
    p->session = s;
    p->exchange = x;
    p->array = max > 1;
    p->max_events = max < 1 ? 1 : max > MAX_EVENTS_PER_POLL ? MAX_EVENTS_PER_POLL : (unsigned)max;
    p->timer.fire = timed_out;
    p->timer.arg = p;
    x->poll = p;
    g_queue_push_tail(&s->polls, p);
    if (gw_timer_start(s->api->conf.timers, &p->timer, s->api->conf.now_us() + GW_POLL_US))
        answer_filler(p);
    else
        gw_polls_flush(s);
}
