/* SPDX-License-Identifier: Apache-2.0 */
#include "hooks.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "recorder.h"

#define FIRST_PAUSE_US   1000000
#define LONGEST_PAUSE_US (300ll * 1000000)
#define PROGRAM_US       (600ll * 1000000) /* a program that runs longer is ended */
#define LAST_US          (5ll * 1000000)   /* so long once the gateway stops */
#define MOST             10000

struct hook {
    char *what, *path, *text;
    unsigned attempts;
    int64_t due_us;
};

static struct {
    GThread *thread;
    GAsyncQueue *fresh;
    GQueue waiting; /* of the thread, ordered by nothing */
    gint count;
    gint stopping;
} hooks;

static void hook_free(struct hook *h)
{
    g_atomic_int_add(&hooks.count, -1);
    g_free(h->what);
    g_free(h->path);
    free(h->text);
    g_free(h);
}

/* --- a program ---------------------------------------------------------------------------------------------------- */

static bool feed(int fd, const char *text)
{
    size_t len = strlen(text);

    while (len) {
        ssize_t n = write(fd, text, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return errno == EPIPE; /* it does not care to read */
        text += n;
        len -= (size_t)n;
    }
    return true;
}

static bool wait_for(GPid pid)
{
    int64_t begin = g_get_monotonic_time(), age;
    int status;

    for (;;) {
        pid_t got = waitpid(pid, &status, WNOHANG);

        if (got == pid)
            return WIFEXITED(status) && WEXITSTATUS(status) == 0;
        if (got < 0 && errno != EINTR)
            return false;
        age = g_get_monotonic_time() - begin;
        if (age > (g_atomic_int_get(&hooks.stopping) ? LAST_US : PROGRAM_US)) {
            kill(pid, SIGKILL);
            waitpid(pid, &status, 0);
            return false;
        }
        g_usleep(20000);
    }
}

static bool run_program(const struct hook *h)
{
    char *argv[] = {recorder.set.hook, h->what, h->path, NULL};
    GError *error = NULL;
    GPid pid;
    int in;
    bool fed;

    if (!g_spawn_async_with_pipes(NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL,
                                  &pid, &in, NULL, NULL, &error)) {
        recorder.host->log(CARDEA_LOG_ERROR, NULL, "hook %s: %s", recorder.set.hook, error->message);
        g_error_free(error);
        return false;
    }
    fed = feed(in, h->text);
    close(in);
    return wait_for(pid) && fed;
}

/* --- the thread --------------------------------------------------------------------------------------------------- */

static int64_t pause_after(unsigned attempts)
{
    int64_t pause = FIRST_PAUSE_US << (attempts < 16 ? attempts : 16);

    return pause < LONGEST_PAUSE_US ? pause : LONGEST_PAUSE_US;
}

/* Frees it when it is done, or given up. */
static void attempt(struct hook *h)
{
    if (run_program(h)) {
        hook_free(h);
        return;
    }
    if (++h->attempts >= recorder.set.attempts || g_atomic_int_get(&hooks.stopping)) {
        recorder.host->log(CARDEA_LOG_ERROR, NULL, "the hook program for %s failed %u times and is given up", h->path,
                           h->attempts);
        hook_free(h);
        return;
    }
    h->due_us = g_get_monotonic_time() + pause_after(h->attempts - 1);
    g_queue_push_tail(&hooks.waiting, h);
}

static void try_due(void)
{
    int64_t now = g_get_monotonic_time();

    for (guint n = hooks.waiting.length; n > 0; n--) {
        struct hook *h = g_queue_pop_head(&hooks.waiting);

        if (h->due_us <= now || g_atomic_int_get(&hooks.stopping))
            attempt(h);
        else
            g_queue_push_tail(&hooks.waiting, h);
    }
}

static gpointer run(gpointer unused)
{
    while (!g_atomic_int_get(&hooks.stopping) || g_async_queue_length(hooks.fresh) > 0 || hooks.waiting.length) {
        struct hook *h = g_async_queue_timeout_pop(hooks.fresh, 200000);

        if (h)
            attempt(h);
        try_due();
    }
    return NULL;
}

static void queue_program(const json_t *json)
{
    struct hook *h;

    if (g_atomic_int_add(&hooks.count, 1) >= MOST) {
        g_atomic_int_add(&hooks.count, -1);
        recorder.host->log(CARDEA_LOG_ERROR, NULL, "too many hooks wait; one for %s is not run",
                           json_string_value(json_object_get(json, "path")));
        return;
    }
    h = g_new0(struct hook, 1);
    h->what = g_strdup(json_string_value(json_object_get(json, "what")));
    h->path = g_strdup(json_string_value(json_object_get(json, "path")));
    h->text = json_dumps(json, JSON_COMPACT | JSON_PRESERVE_ORDER);
    g_async_queue_push(hooks.fresh, h);
}

/* The gateway posts it, and tries again by itself. */
static void post(const json_t *json)
{
    char *text = json_dumps(json, JSON_COMPACT | JSON_PRESERVE_ORDER);
    char *bearer =
        recorder.set.webhook_token ? g_strdup_printf("Authorization: Bearer %s", recorder.set.webhook_token) : NULL;
    const char *const headers[] = {bearer, NULL};
    const struct cardea_web_post p = {.size = sizeof(p),
                                      .url = recorder.set.webhook,
                                      .headers = headers,
                                      .body = text,
                                      .len = text ? strlen(text) : 0,
                                      .tries = recorder.set.attempts};
    int err = text ? recorder.host->web_post(&p) : CARDEA_ENOMEM;

    if (err)
        recorder.host->log(CARDEA_LOG_ERROR, NULL, "the webhook for %s is not sent (%d)",
                           json_string_value(json_object_get(json, "path")), err);
    g_free(bearer);
    free(text);
}

void rec_hooks_tell(json_t *json)
{
    if (hooks.thread)
        queue_program(json);
    if (recorder.set.webhook)
        post(json);
    json_decref(json);
}

void rec_hooks_start(void)
{
    if (!recorder.set.hook)
        return;
    hooks.fresh = g_async_queue_new();
    g_queue_init(&hooks.waiting);
    g_atomic_int_set(&hooks.stopping, 0);
    hooks.thread = g_thread_new("rec-hooks", run, NULL);
}

void rec_hooks_stop(void)
{
    if (!hooks.thread)
        return;
    g_atomic_int_set(&hooks.stopping, 1);
    g_thread_join(hooks.thread);
    hooks.thread = NULL;
    g_async_queue_unref(hooks.fresh);
}
