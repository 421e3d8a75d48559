/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memory [ROOMS]: five hundred times (and 250 before that) a room is made, somebody publishes in it, somebody else
 * watches and hears, both go and the room with them. What the process has allocated is then what it had after the first
 * 250, within 2 %.
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/whole/whole.h"

#define WARM_UP 600 /* by then tables and pools have the size that they keep */
#define ROOM    1

#if defined(__SANITIZE_ADDRESS__)
size_t __sanitizer_get_current_allocated_bytes(void); /* gcc has no header for it */

static size_t allocated(void)
{
    return __sanitizer_get_current_allocated_bytes();
}
#else
static size_t allocated(void)
{
    struct mallinfo2 m = mallinfo2();

    return m.uordblks + m.hblkhd;
}
#endif

static void run_ms(struct whole *w, int64_t ms)
{
    for (int64_t until = whole_now(w) + ms * 1000; whole_now(w) < until;)
        whole_turn(w);
}

static void say(struct seat *s, json_t *body)
{
    seat_say(s, "room", body, NULL, NULL);
}

static void publish(struct seat *s)
{
    char *sdp;

    s->phone = phone_new(s);
    phone_add(s->phone, "av");
    sdp = phone_offer(s->phone);
    seat_say(s, "publish", json_pack("{ss}", "request", "publish"), "offer", sdp);
    g_free(sdp);
}

static void until_up(struct whole *w, struct seat *s)
{
    for (int i = 0; i < 40 && !s->pc; i++)
        run_ms(w, 50);
    if (!s->pc)
        whole_wrong(w, "a call did not come up");
}

static void one_room(struct whole *w)
{
    struct seat *a = person_attach(&w->person[0], SEAT_PUBLISHER), *b = person_attach(&w->person[1], SEAT_SUBSCRIBER);
    uint64_t before = w->packets;

    run_ms(w, 20);
    say(a, json_pack("{ss si}", "request", "create", "room", ROOM));
    say(a, json_pack("{ss ss si}", "request", "join", "ptype", "publisher", "room", ROOM));
    run_ms(w, 20);
    publish(a);
    until_up(w, a);
    say(b, json_pack("{ss ss si s[{sI}]}", "request", "join", "ptype", "subscriber", "room", ROOM, "streams", "feed",
                     (json_int_t)a->id));
    until_up(w, b);
    run_ms(w, 300);
    if (w->packets == before)
        whole_wrong(w, "nothing was heard");
    seat_detach(b);
    say(a, json_pack("{ss si}", "request", "destroy", "room", ROOM));
    run_ms(w, 50);
    seat_detach(a);
    run_ms(w, 1500);
    whole_forget(w);
}

int main(int argc, char **argv)
{
    struct whole w = {.conf = {.seed = 1, .easy = true, .loud = argc > 2}};
    int rooms = argc > 1 ? atoi(argv[1]) : 500;
    size_t before = 0, after;

    whole_begin(&w);
    person_connect(&w.person[0]);
    person_connect(&w.person[1]);
    run_ms(&w, 20);
    for (int i = 0; i < WARM_UP + rooms; i++) {
        one_room(&w);
        if (i == WARM_UP - 1)
            before = allocated();
    }
    after = allocated();
    printf("%d rooms: %zu bytes before, %zu after (%+.2f %%)\n", rooms, before, after,
           100.0 * ((double)after - (double)before) / (double)before);
    whole_end(&w);
    return after > before + before / 50;
}
