/* SPDX-License-Identifier: Apache-2.0 */
#include "loop/worker.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include "base/err.h"
#include "base/str.h"

#define MAIL_PER_TURN 256

struct gw_worker {
    /* given at creation */
    struct gw_worker_conf conf; /* conf.name is not kept */
    char name[16];
    /* owned */
    struct gw_loop *loop;
    struct gw_mailbox *mailbox;
    pthread_t thread;
    /* state */
    bool started;
};

static unsigned deliver(struct gw_worker *w, unsigned max, int64_t now_us)
{
    _Alignas(16) char message[GW_MAIL_SIZE];
    unsigned n = 0;

    while (n < max && gw_mailbox_take(w->mailbox, message)) {
        w->conf.mail(w->conf.arg, message, now_us);
        n++;
    }
    return n;
}

static void mail_waits(void *arg, uint32_t events, int64_t now_us)
{
    struct gw_worker *w = arg;

    if (deliver(w, MAIL_PER_TURN, now_us) == MAIL_PER_TURN)
        gw_mailbox_kick(w->mailbox); /* the rest in the next turn, after the sockets */
}

int gw_worker_new(struct gw_worker **out, const struct gw_worker_conf *conf)
{
    struct gw_worker *w = calloc(1, sizeof(*w));
    int err;

    if (!w)
        return GW_ENOMEM;
    w->conf = *conf;
    gw_strlcpy(w->name, conf->name, sizeof(w->name));
    err = gw_loop_new(&w->loop, conf->glib);
    if (err)
        goto out;
    err = gw_mailbox_new(&w->mailbox, conf->mail_capacity);
    if (err)
        goto out;
    err = gw_mailbox_watch(w->mailbox, w->loop, mail_waits, w);
    if (err)
        goto out;
    gw_loop_gather(w->loop);
    if (conf->turn_end)
        gw_loop_on_turn_end(w->loop, conf->turn_end, conf->arg);
    *out = w;
    w = NULL;
out:
    gw_worker_free(w);
    return err;
}

static void *run(void *arg)
{
    struct gw_worker *w = arg;

    prctl(PR_SET_TIMERSLACK, 1000ul); /* ns: waits of some hundred µs are to be kept (see media/burst.h) */
    if (w->conf.cpu >= 0 && w->conf.cpu < CPU_SETSIZE) {
        cpu_set_t set;

        CPU_ZERO(&set);
        CPU_SET(w->conf.cpu, &set);
        pthread_setaffinity_np(pthread_self(), sizeof(set), &set); /* only a wish: a container may forbid it */
    }
    gw_loop_run(w->loop);
    return NULL;
}

int gw_worker_start(struct gw_worker *w)
{
    sigset_t all, old;
    int err;

    if (w->started)
        return GW_ESTATE;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old); /* signals are for the control thread; the new thread inherits this */
    err = pthread_create(&w->thread, NULL, run, w);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (err)
        return GW_EIO;
    pthread_setname_np(w->thread, w->name);
    w->started = true;
    return 0;
}

int gw_worker_post(struct gw_worker *w, const void *message, size_t size)
{
    return gw_mailbox_post(w->mailbox, message, size);
}

struct gw_loop *gw_worker_loop(struct gw_worker *w)
{
    return w->loop;
}

void gw_worker_stop(struct gw_worker *w)
{
    if (!w->started)
        return;
    gw_loop_quit(w->loop);
    pthread_join(w->thread, NULL);
    w->started = false;
    /* The thread is gone and we are its heir: nobody else touches what the mail is about. */
    deliver(w, UINT32_MAX, gw_now_us());
}

void gw_worker_free(struct gw_worker *w)
{
    if (!w)
        return;
    gw_worker_stop(w);
    gw_mailbox_free(w->mailbox);
    gw_loop_free(w->loop);
    free(w);
}
