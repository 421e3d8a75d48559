/* SPDX-License-Identifier: Apache-2.0 */
#include "web/web.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>
#include <glib.h>

#include "base/err.h"

#define TIMEOUT_MS    10000
#define LONGEST_PAUSE G_TIME_SPAN_MINUTE
#define LAST_WORD     G_TIME_SPAN_SECOND

struct job {
    char *url, *body;
    size_t len;
    struct curl_slist *headers;
    unsigned timeout_ms, tries, tried;
    int64_t due_us; /* of the next try */
    bool get;
    int status;
    GString *answer; /* NULL: nobody wants it */
    void (*done)(void *arg, int status);
    void (*answered)(void *arg, int status, const char *body, size_t len);
    void *arg;
};

struct gw_web {
    /* given at creation */
    int (*post)(void (*run)(void *arg), void *arg);
    /* owned */
    CURLM *multi;
    pthread_t thread;
    pthread_mutex_t lock;
    /* state, under the lock */
    GQueue fresh; /* struct job *, given since the thread last looked */
    GQueue over;  /* struct job *, to be told and freed */
    unsigned n;   /* of all jobs */
    bool quit;
    /* state, of the thread */
    GQueue waiting; /* for their next try */
    GQueue flying;  /* CURL *, owned */
};

static void free_job(struct job *j)
{
    curl_slist_free_all(j->headers);
    g_free(j->url);
    g_free(j->body);
    if (j->answer)
        g_string_free(j->answer, TRUE);
    g_free(j);
}

/* On the owner's thread: all that is over. */
static void tell(void *arg)
{
    struct gw_web *w = arg;
    struct job *j;

    do {
        pthread_mutex_lock(&w->lock);
        j = g_queue_pop_head(&w->over);
        pthread_mutex_unlock(&w->lock);
        if (j && j->answered)
            j->answered(j->arg, j->status, j->answer->str, j->answer->len);
        else if (j && j->done)
            j->done(j->arg, j->status);
        if (j)
            free_job(j);
    } while (j);
}

static void finish(struct gw_web *w, struct job *j)
{
    pthread_mutex_lock(&w->lock);
    w->n--;
    g_queue_push_tail(&w->over, j);
    pthread_mutex_unlock(&w->lock);
    w->post(tell, w);
}

/* --- one try ------------------------------------------------------------------------------------------------------ */

/* Less than it was given ends the transfer. */
static size_t take_body(char *data, size_t size, size_t n, void *arg)
{
    struct job *j = arg;

    if (!j->answer)
        return size * n;
    if (j->answer->len + size * n > GW_WEB_ANSWER)
        return 0;
    g_string_append_len(j->answer, data, (gssize)(size * n));
    return size * n;
}

static void fly(struct gw_web *w, struct job *j)
{
    CURL *c = curl_easy_init();

    j->tried++;
    if (j->answer)
        g_string_truncate(j->answer, 0);
    if (!c) {
        finish(w, j);
        return;
    }
    curl_easy_setopt(c, CURLOPT_URL, j->url);
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)j->timeout_ms);
    curl_easy_setopt(c, CURLOPT_HTTPHEADER, j->headers);
    if (!j->get) {
        curl_easy_setopt(c, CURLOPT_POSTFIELDS, j->body);
        curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)j->len);
    }
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, j);
    curl_easy_setopt(c, CURLOPT_USERAGENT, "Cardea");
    curl_easy_setopt(c, CURLOPT_PRIVATE, j);
    curl_multi_add_handle(w->multi, c);
    g_queue_push_tail(&w->flying, c);
}

static int64_t pause_us(const struct job *j)
{
    int64_t us = G_TIME_SPAN_SECOND << (j->tried < 7 ? j->tried - 1 : 6);

    return us < LONGEST_PAUSE ? us : LONGEST_PAUSE;
}

/* The transfer is over, or is given up. */
static void ground(struct gw_web *w, CURL *c)
{
    g_queue_remove(&w->flying, c);
    curl_multi_remove_handle(w->multi, c);
    curl_easy_cleanup(c);
}

static void land(struct gw_web *w, CURL *c, CURLcode result)
{
    struct job *j;
    long status = 0;

    curl_easy_getinfo(c, CURLINFO_PRIVATE, (char **)&j);
    curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
    ground(w, c);
    if (j->answer && result) /* a part of an answer is none */
        status = 0;
    j->status = (int)status;
    if ((status >= 200 && status < 300) || j->tried >= j->tries) {
        finish(w, j);
        return;
    }
    j->due_us = g_get_monotonic_time() + pause_us(j);
    g_queue_push_tail(&w->waiting, j);
}

/* --- the thread --------------------------------------------------------------------------------------------------- */

static bool take_fresh(struct gw_web *w)
{
    struct job *j;
    bool quit;

    pthread_mutex_lock(&w->lock);
    while ((j = g_queue_pop_head(&w->fresh)))
        g_queue_push_tail(&w->waiting, j);
    quit = w->quit;
    pthread_mutex_unlock(&w->lock);
    return quit;
}

/* Starts what is due. Returns milliseconds until the next one is. */
static int start_due(struct gw_web *w)
{
    int64_t now_us = g_get_monotonic_time(), next_us = now_us + G_TIME_SPAN_MINUTE;

    for (GList *l = w->waiting.head, *after; l; l = after) {
        struct job *j = l->data;

        after = l->next;
        if (j->due_us <= now_us && w->flying.length < GW_WEB_AT_ONCE) {
            g_queue_delete_link(&w->waiting, l);
            fly(w, j);
        } else if (j->due_us < next_us && j->due_us > now_us) {
            next_us = j->due_us;
        }
    }
    return (int)((next_us - now_us) / 1000) + 1;
}

static void transfer(struct gw_web *w)
{
    const CURLMsg *m;
    int running, left;

    curl_multi_perform(w->multi, &running);
    while ((m = curl_multi_info_read(w->multi, &left)))
        if (m->msg == CURLMSG_DONE)
            land(w, m->easy_handle, m->data.result);
}

static void *run(void *arg)
{
    struct gw_web *w = arg;
    int64_t until_us = INT64_MAX;

    for (;;) {
        bool quit = take_fresh(w);
        int wait_ms;

        if (quit && until_us == INT64_MAX)
            until_us = g_get_monotonic_time() + LAST_WORD;
        transfer(w);
        wait_ms = quit ? 50 : start_due(w);
        if (quit && (!w->flying.length || g_get_monotonic_time() > until_us))
            break;
        curl_multi_poll(w->multi, NULL, 0, wait_ms, NULL);
    }
    return NULL;
}

/* --- from outside ------------------------------------------------------------------------------------------------- */

int gw_web_new(struct gw_web **out, int (*post)(void (*run)(void *arg), void *arg))
{
    struct gw_web *w = g_new0(struct gw_web, 1);
    sigset_t all, old;
    int err;

    curl_global_init(CURL_GLOBAL_DEFAULT);
    w->post = post;
    w->multi = curl_multi_init();
    pthread_mutex_init(&w->lock, NULL);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old); /* signals are for the control thread; the new thread inherits this */
    err = w->multi ? pthread_create(&w->thread, NULL, run, w) : -1;
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (err) {
        curl_multi_cleanup(w->multi);
        pthread_mutex_destroy(&w->lock);
        g_free(w);
        return GW_EIO;
    }
    pthread_setname_np(w->thread, "web");
    *out = w;
    return 0;
}

static struct job *make_job(const struct gw_web_post *p)
{
    struct job *j = g_new0(struct job, 1);
    char *type = g_strdup_printf("Content-Type: %s", p->content_type ? p->content_type : "application/json");

    j->url = g_strdup(p->url);
    j->body = g_malloc(p->len + 1);
    if (p->len)
        memcpy(j->body, p->body, p->len);
    j->len = p->len;
    j->headers = p->get ? NULL : curl_slist_append(NULL, type);
    g_free(type);
    for (const char *const *h = p->headers; h && *h; h++)
        j->headers = curl_slist_append(j->headers, *h);
    j->timeout_ms = p->timeout_ms ? p->timeout_ms : TIMEOUT_MS;
    j->tries = p->tries ? p->tries : 1;
    j->get = p->get;
    j->done = p->done;
    j->answered = p->answered;
    j->answer = p->answered ? g_string_new(NULL) : NULL;
    j->arg = p->arg;
    return j;
}

int gw_web_send(struct gw_web *w, const struct gw_web_post *p)
{
    struct job *j;
    bool full;

    if (!g_str_has_prefix(p->url, "http://") && !g_str_has_prefix(p->url, "https://"))
        return GW_EINVAL;
    if (p->len > GW_WEB_BODY)
        return GW_ELIMIT;
    j = make_job(p);
    pthread_mutex_lock(&w->lock);
    full = w->n >= GW_WEB_QUEUE;
    if (!full) {
        w->n++;
        g_queue_push_tail(&w->fresh, j);
    }
    pthread_mutex_unlock(&w->lock);
    if (full)
        free_job(j);
    else
        curl_multi_wakeup(w->multi);
    return full ? GW_ELIMIT : 0;
}

static void free_all(GQueue *jobs)
{
    struct job *j;

    while ((j = g_queue_pop_head(jobs)))
        free_job(j);
}

void gw_web_free(struct gw_web *w)
{
    struct job *j;
    CURL *c;

    if (!w)
        return;
    pthread_mutex_lock(&w->lock);
    w->quit = true;
    pthread_mutex_unlock(&w->lock);
    curl_multi_wakeup(w->multi);
    pthread_join(w->thread, NULL);
    while ((c = g_queue_peek_head(&w->flying))) {
        curl_easy_getinfo(c, CURLINFO_PRIVATE, (char **)&j);
        ground(w, c);
        free_job(j);
    }
    free_all(&w->waiting);
    free_all(&w->fresh);
    free_all(&w->over);
    curl_multi_cleanup(w->multi);
    pthread_mutex_destroy(&w->lock);
    g_free(w);
}

const char *gw_web_library(void)
{
    return curl_version_info(CURLVERSION_NOW)->version;
}
