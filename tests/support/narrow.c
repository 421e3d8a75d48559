/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A link between two network namespaces whose quality follows a script, for kernels without netem: packets go through
 * one TUN device in each namespace, with a delay, jitter, random losses and a rate with a tail-dropping queue.
 *
 *     narrow NS_A ADDR/LEN NS_B ADDR/LEN
 *
 * Lines on standard input change the direction A to B, those that begin with "back" the other one:
 *     kbit=500 delay=25 jitter=2 loss=10 queue=300         (kbit 0: no limit; delay, jitter, queue in ms; loss in %)
 * Ends with standard input; then prints what happened. One thread.
 */
#include "tun.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#define ROOM      4096 /* packets under way, each direction */
#define BYTES     2048
#define BATCH     64
#define EACH_TURN 1000000 /* µs */

struct packet {
    int64_t due_us;
    uint64_t order;
    uint16_t len;
    uint8_t data[BYTES];
};

struct way {
    int from, to;
    /* settings */
    double kbit, delay_us, jitter_us, loss, queue_us;
    /* state */
    struct packet *heap[ROOM]; /* the next due on top; jitter may let packets overtake each other */
    unsigned n;
    int64_t free_us;
    uint64_t order;
    /* counters */
    uint64_t came, went, lost, dropped;
};

static int64_t now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * (int64_t)1000000 + t.tv_nsec / 1000;
}

/* --- the heap ----------------------------------------------------------------------------------------------------- */

static bool before(const struct packet *a, const struct packet *b)
{
    return a->due_us != b->due_us ? a->due_us < b->due_us : a->order < b->order;
}

static void push(struct way *w, struct packet *p)
{
    unsigned i = w->n++;

    for (; i && before(p, w->heap[(i - 1) / 2]); i = (i - 1) / 2)
        w->heap[i] = w->heap[(i - 1) / 2];
    w->heap[i] = p;
}

static struct packet *pop(struct way *w)
{
    struct packet *top = w->heap[0], *last = w->heap[--w->n];
    unsigned i = 0, child;

    while ((child = 2 * i + 1) < w->n) {
        if (child + 1 < w->n && before(w->heap[child + 1], w->heap[child]))
            child++;
        if (!before(w->heap[child], last))
            break;
        w->heap[i] = w->heap[child];
        i = child;
    }
    w->heap[i] = last;
    return top;
}

/* --- packets ------------------------------------------------------------------------------------------------------ */

static void take(struct way *w, const uint8_t *data, size_t len)
{
    int64_t now = now_us(), leaves = w->free_us > now ? w->free_us : now;
    struct packet *p;

    w->came++;
    if ((w->kbit > 0 && (double)(leaves - now) > w->queue_us) || w->n == ROOM) {
        w->dropped++;
        return;
    }
    if (w->kbit > 0)
        leaves += (int64_t)((double)len * 8000 / w->kbit);
    w->free_us = leaves;
    p = drand48() * 100 < w->loss ? NULL : malloc(sizeof(*p));
    if (!p) {
        w->lost++;
        return;
    }
    p->due_us = leaves + (int64_t)(w->delay_us + w->jitter_us * drand48());
    p->order = w->order++;
    p->len = (uint16_t)len;
    memcpy(p->data, data, len);
    push(w, p);
}

static void receive(struct way *w)
{
    uint8_t data[BYTES];

    for (unsigned i = 0; i < BATCH; i++) {
        ssize_t n = read(w->from, data, sizeof(data));

        if (n <= 0)
            return;
        take(w, data, (size_t)n);
    }
}

static void deliver(struct way *w)
{
    while (w->n && w->heap[0]->due_us <= now_us()) {
        struct packet *p = pop(w);

        w->went += write(w->to, p->data, p->len) > 0;
        free(p);
    }
}

/* --- the script --------------------------------------------------------------------------------------------------- */

static void command(struct way *ways, char *line)
{
    struct way *w = &ways[0];
    char *save, *word = strtok_r(line, " \n", &save);

    for (; word; word = strtok_r(NULL, " \n", &save)) {
        char *value = strchr(word, '=');
        double v = value ? atof(value + 1) : 0;

        if (!strcmp(word, "back"))
            w = &ways[1];
        else if (!strncmp(word, "kbit=", 5))
            w->kbit = v;
        else if (!strncmp(word, "delay=", 6))
            w->delay_us = v * 1000;
        else if (!strncmp(word, "jitter=", 7))
            w->jitter_us = v * 1000;
        else if (!strncmp(word, "loss=", 5))
            w->loss = v;
        else if (!strncmp(word, "queue=", 6))
            w->queue_us = v * 1000;
    }
}

/* false: there is no more. */
static bool read_commands(struct way *ways)
{
    static char text[4096];
    static size_t held;
    ssize_t n = read(0, text + held, sizeof(text) - 1 - held);
    char *end;

    if (n <= 0)
        return n < 0 && errno == EAGAIN;
    held += (size_t)n;
    text[held] = '\0';
    while ((end = strchr(text, '\n'))) {
        *end = '\0';
        command(ways, text);
        held -= (size_t)(end + 1 - text);
        memmove(text, end + 1, held + 1);
    }
    if (held == sizeof(text) - 1)
        held = 0; /* a line that long is none */
    return true;
}

static void wait_for_something(struct way *ways, bool *go_on)
{
    struct pollfd fds[] = {{ways[0].from, POLLIN, 0}, {ways[1].from, POLLIN, 0}, {0, POLLIN, 0}};
    int64_t next = now_us() + EACH_TURN, wait;
    struct timespec t;

    for (unsigned i = 0; i < 2; i++)
        if (ways[i].n && ways[i].heap[0]->due_us < next)
            next = ways[i].heap[0]->due_us;
    wait = next - now_us();
    if (wait < 0)
        wait = 0;
    t = (struct timespec){wait / 1000000, wait % 1000000 * 1000};
    ppoll(fds, 3, &t, NULL);
    if (fds[2].revents)
        *go_on = read_commands(ways);
}

int main(int argc, char **argv)
{
    static struct way ways[2];
    bool go_on = true;

    if (argc != 5) {
        fprintf(stderr, "usage: %s NS_A ADDR/LEN NS_B ADDR/LEN\n", argv[0]);
        return 2;
    }
    ways[0].from = ways[1].to = open_tun(argv[1], "narrow0", argv[2], 0, 0);
    ways[1].from = ways[0].to = open_tun(argv[3], "narrow0", argv[4], 0, 0);
    ways[0].queue_us = ways[1].queue_us = 300000;
    srand48(1);
    puts("up");
    fflush(stdout);
    while (go_on) {
        for (unsigned i = 0; i < 2; i++) {
            deliver(&ways[i]);
            receive(&ways[i]);
        }
        wait_for_something(ways, &go_on);
    }
    for (unsigned i = 0; i < 2; i++)
        printf("%s: %llu came, %llu went on, %llu lost, %llu dropped\n", i ? "back" : "there",
               (unsigned long long)ways[i].came, (unsigned long long)ways[i].went, (unsigned long long)ways[i].lost,
               (unsigned long long)ways[i].dropped);
    return 0;
}
