/* SPDX-License-Identifier: Apache-2.0 */
#include "orders.h"

#include <string.h>

#include "preroll.h"
#include "recorder.h"
#include "writer.h"

struct order {
    struct rec_output *out;
    void *what;
    const char *text;
    json_t *about;
    bool flag;
    int64_t now_us;
};

static void order(struct rec_output *out, void (*run)(void *), struct order o)
{
    struct order *copy = g_new(struct order, 1);

    *copy = o;
    copy->out = out;
    copy->now_us = recorder.host->now_us();
    rec_writer_call(run, copy);
}

#define ORDER(name, does)                                                                                              \
    static void name(void *arg)                                                                                        \
    {                                                                                                                  \
        struct order *o = arg;                                                                                         \
                                                                                                                       \
        does;                                                                                                          \
        g_free(o);                                                                                                     \
    }
ORDER(do_begin, rec_output_begin(o->out, o->flag))
ORDER(do_add, rec_output_add(o->out, o->what))
ORDER(do_gone, rec_output_gone(o->out, o->what))
ORDER(do_pause, rec_output_pause(o->out, o->flag))
ORDER(do_note, rec_output_note(o->out, o->text, o->about, o->now_us))
ORDER(do_expect, rec_text_expect(o->out))
ORDER(do_end, rec_output_end(o->out, o->text))

static void do_start(void *arg)
{
    struct order *o = arg;
    char **place = o->what; /* folder and base name */

    rec_preroll_end(o->out, place[0], place[1]);
    g_free(place);
    g_free(o);
}

static void do_message(void *arg)
{
    struct order *o = arg;
    struct rec_message *m = o->what;

    rec_text_write(o->out, m);
    g_free(m->label);
    g_free(m);
    g_free(o);
}

void rec_order_begin(struct rec_output *out, bool armed)
{
    order(out, do_begin, (struct order){.flag = armed});
}

void rec_order_start(struct rec_output *out, const char *folder, const char *base)
{
    char **place = g_new(char *, 2);

    place[0] = g_strdup(folder);
    place[1] = g_strdup(base);
    order(out, do_start, (struct order){.what = place});
}

void rec_order_add(struct rec_output *out, struct rec_track *track)
{
    order(out, do_add, (struct order){.what = track});
}

void rec_order_gone(struct rec_output *out, struct rec_track *track)
{
    order(out, do_gone, (struct order){.what = track});
}

void rec_order_pause(struct rec_output *out, bool paused)
{
    order(out, do_pause, (struct order){.flag = paused});
}

void rec_order_note(struct rec_output *out, const char *what, json_t *about)
{
    order(out, do_note, (struct order){.text = g_intern_string(what), .about = about});
}

void rec_order_expect(struct rec_output *out)
{
    order(out, do_expect, (struct order){0});
}

void rec_order_message(struct rec_output *out, const struct cardea_message *m)
{
    struct rec_message *copied = g_malloc(sizeof(*copied) + m->len + REC_MUX_PADDING);

    *copied = (struct rec_message){
        .label = g_strdup(m->label), .binary = m->binary, .len = m->len, .time_us = recorder.host->now_us()};
    memcpy(copied->bytes, m->data, m->len);
    order(out, do_message, (struct order){.what = copied});
}

void rec_order_end(struct rec_output *out, const char *cause)
{
    order(out, do_end, (struct order){.text = cause});
}
