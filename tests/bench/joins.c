/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a join costs the control thread, by how many are there already: sessions, JSON, room, negotiation and links are
 * the real ones, the workers and the network are not there. CPU time of this process, per person, in steps.
 *
 *   joins watch [n]     one publisher, n subscribers come (join, answer) and go
 *   joins meet [n]      n people publish and watch all the others, with one subscription each, and go
 *   joins attend [n]    n people join and leave without publishing; one of them publishes
 */
#include "unit/videoroom/people.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define STEPS 10

static double cpu_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static struct person *publisher(void)
{
    struct person *p = person_new();

    room_join(p, 1, NULL);
    room_publish(p, "av");
    return p;
}

static struct person *star; /* the first publisher */
static struct person **crowd;
static struct person **watchers; /* meet: the subscription of each */

/* --- what one person does ----------------------------------------------------------------------------------------- */

static void watch(unsigned i)
{
    crowd[i] = person_new();
    room_watch(crowd[i], 1, star->id);
    answer_offer(crowd[i]);
    comes_up(crowd[i]);
    deaf(crowd[i]);
}

static void attend(unsigned i)
{
    crowd[i] = person_new();
    room_join(crowd[i], 1, NULL);
    all_deaf();
}

/* Publishes; watches all who are there; and all who are there subscribe to the new one. */
static void meet(unsigned i)
{
    GString *all = g_string_new(NULL);

    crowd[i] = publisher();
    for (unsigned k = 0; k < i; k++) {
        g_string_append_printf(all, "%s{'feed':%llu}", k ? "," : "", (unsigned long long)crowd[k]->id);
        if (k == 0)
            continue;
        json_decref(
            ask(watchers[k], "{'request':'subscribe','streams':[{'feed':%llu}]}", (unsigned long long)crowd[i]->id));
        answer_offer(watchers[k]);
    }
    for (unsigned k = 0; k < i; k++)
        deaf(crowd[k]);
    if (i) {
        watchers[i] = person_new();
        json_decref(ask(watchers[i], "{'request':'join','ptype':'subscriber','room':1,'streams':[%s]}", all->str));
        answer_offer(watchers[i]);
        comes_up(watchers[i]);
        deaf(watchers[i]);
    }
    g_string_free(all, TRUE);
}

static void go(unsigned i)
{
    if (watchers[i])
        person_leaves(watchers[i]);
    person_leaves(crowd[i]);
    if (!watchers[1]) {
        all_deaf();
        return;
    }
    for (unsigned k = 0; k < i; k++) {
        deaf(crowd[k]);
        if (watchers[k]) {
            deaf(watchers[k]);
            if (watchers[i])
                answer_offer(watchers[k]);
        }
    }
}

/* --- the curve ---------------------------------------------------------------------------------------------------- */

/* meet: m-lines offered when so many are there already: to the new one, and again to everybody else. */
static double lines_told(unsigned there)
{
    return there ? 2.0 * there + 2.0 * there * (there - 1) : 1;
}

static void measure(const char *name, void (*come)(unsigned i), unsigned n)
{
    double in[STEPS], out[STEPS], lines[STEPS] = {0};
    unsigned step = n / STEPS;

    for (unsigned s = 0; s < STEPS; s++) {
        double begun = cpu_us();

        for (unsigned i = s * step; i < (s + 1) * step; i++)
            come(i);
        for (unsigned i = s * step; i < (s + 1) * step; i++)
            lines[s] += lines_told(i) / step;
        in[s] = (cpu_us() - begun) / step;
        deaf(star);
    }
    for (unsigned s = STEPS; s-- > 0;) {
        double begun = cpu_us();

        for (unsigned i = (s + 1) * step; i-- > s * step;)
            go(i);
        out[s] = (cpu_us() - begun) / step;
        deaf(star);
    }
    printf("| %s: people there | CPU us to come | CPU us to go |%s\n|---|---|---|%s\n", name,
           come == meet ? " us a line of a description |" : "", come == meet ? "---|" : "");
    for (unsigned s = 0; s < STEPS; s++) {
        printf("| %u to %u | %.0f | %.0f |", s * step, (s + 1) * step, in[s], out[s]);
        printf(come == meet ? " %.1f |\n" : "\n", in[s] / lines[s]);
    }
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "watch";
    bool all = !strcmp(what, "meet");
    unsigned n = argc > 2 ? (unsigned)atoi(argv[2]) : all ? 50 : 1000;

    if (n < STEPS || n > 100000) {
        fprintf(stderr, "joins [watch|meet|attend] [%d to 100000]\n", STEPS);
        return 1;
    }
    people_begin(NULL);
    room_make(1, ",'publishers':100000");
    crowd = g_new0(struct person *, n);
    watchers = g_new0(struct person *, n);
    star = publisher();
    if (all)
        person_leaves(star);
    measure(what, all ? meet : !strcmp(what, "attend") ? attend : watch, n);
    people_end();
    g_free(crowd);
    g_free(watchers);
    return 0;
}
