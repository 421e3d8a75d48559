/* SPDX-License-Identifier: Apache-2.0 */
#include "history.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct moment {
    float load, predicted, component[COMPONENTS], in_bps, out_bps, sessions, sources, sinks, handshakes_ps;
};

static struct {
    struct moment *m;
    unsigned n, next;
} past;

static const struct {
    const char *name;
    size_t at;
} columns[] = {
#define AT(member) offsetof(struct moment, member)
    {"load", AT(load)},       {"predicted", AT(predicted)},         {"in_bps", AT(in_bps)},
    {"out_bps", AT(out_bps)}, {"sessions", AT(sessions)},           {"sources", AT(sources)},
    {"sinks", AT(sinks)},     {"handshakes_ps", AT(handshakes_ps)},
};

void history_start(void)
{
    past.m = calloc(HISTORY_SECONDS, sizeof(*past.m));
    past.n = past.next = 0;
}

void history_end(void)
{
    free(past.m);
    past.m = NULL;
    past.n = 0;
}

void history_note(const struct figure *f, const struct cardea_stats *stats)
{
    struct moment *m = past.m ? &past.m[past.next] : NULL;

    if (!m)
        return;
    *m = (struct moment){.load = (float)f->load,
                         .predicted = (float)f->predicted,
                         .in_bps = (float)f->in_bps,
                         .out_bps = (float)f->out_bps,
                         .sessions = (float)stats->sessions,
                         .sources = (float)f->sources,
                         .sinks = (float)f->sinks,
                         .handshakes_ps = (float)f->handshakes_ps};
    for (unsigned i = 0; i < COMPONENTS; i++)
        m->component[i] = (float)f->component[i];
    past.next = (past.next + 1) % HISTORY_SECONDS;
    if (past.n < HISTORY_SECONDS)
        past.n++;
}

/* Rounded: what is drawn needs no sixteen digits. */
static json_t *number(float v)
{
    return v >= 100 ? json_integer((json_int_t)(v + 0.5f)) : json_real((double)(long)(v * 10000 + 0.5f) / 10000);
}

static json_t *column(size_t at, unsigned seconds, unsigned step)
{
    json_t *list = json_array();
    unsigned first = (past.next + HISTORY_SECONDS - seconds) % HISTORY_SECONDS;

    for (unsigned i = 0; i < seconds; i += step) {
        float most = 0;

        for (unsigned j = i; j < i + step && j < seconds; j++) {
            float v;

            memcpy(&v, (const char *)&past.m[(first + j) % HISTORY_SECONDS] + at, sizeof(v));
            most = v > most ? v : most;
        }
        json_array_append_new(list, number(most));
    }
    return list;
}

json_t *history_json(unsigned seconds, unsigned step)
{
    json_t *o, *components = json_object();

    seconds = seconds < past.n ? seconds : past.n;
    step = step ? step : 1;
    o = json_pack("{si si}", "step", (int)step, "seconds", (int)seconds);
    for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
        json_object_set_new(o, columns[i].name, column(columns[i].at, seconds, step));
    for (unsigned i = 0; i < COMPONENTS; i++)
        json_object_set_new(components, component_names[i],
                            column(offsetof(struct moment, component) + i * sizeof(float), seconds, step));
    json_object_set_new(o, "components", components);
    return o;
}
