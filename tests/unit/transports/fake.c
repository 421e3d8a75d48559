/* SPDX-License-Identifier: Apache-2.0 */
#include "fake.h"

#include <dlfcn.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <glib.h>

#include <cmocka.h>

#include "dtls/dtls.h"
#include "host/listeners.h"

struct cardea_config {
    const struct setting *settings;
    const struct cardea_option *table;
};

static struct {
    const struct cardea_transport *transport;
    struct cardea_config config;
    char *html, *file;
    pthread_mutex_t lock;
    pthread_cond_t more;
    GQueue heard;
    GString *log;
    bool running;
} fake = {.lock = PTHREAD_MUTEX_INITIALIZER, .more = PTHREAD_COND_INITIALIZER};

/* --- what the transport says -------------------------------------------------------------------------------------- */

void fake_free(struct heard *h)
{
    if (!h)
        return;
    g_free(h->method);
    g_free(h->path);
    g_free(h->query);
    g_free(h->remote);
    g_free(h->header);
    g_free(h->text);
    json_decref(h->json);
    g_free(h);
}

static void keep(const struct heard *from)
{
    pthread_mutex_lock(&fake.lock);
    g_queue_push_tail(&fake.heard, g_memdup2(from, sizeof(*from)));
    pthread_cond_broadcast(&fake.more);
    pthread_mutex_unlock(&fake.lock);
}

static void opened(const void *transport, cardea_connection c, enum cardea_door door, const char *remote)
{
    keep(&(struct heard){.what = OPENED, .id = c, .door = door, .remote = g_strdup(remote)});
}

static void received(const void *transport, cardea_connection c, const char *text, size_t len)
{
    keep(&(struct heard){.what = RECEIVED, .id = c, .text = g_strndup(text, len), .len = len});
}

static void closed(const void *transport, cardea_connection c)
{
    keep(&(struct heard){.what = CLOSED, .id = c});
}

static void exchange(const void *transport, uint64_t tag, enum cardea_door door, const struct cardea_exchange *x,
                     const void *body, size_t len)
{
    keep(&(struct heard){.what = EXCHANGE,
                         .id = tag,
                         .door = door,
                         .route = x->route,
                         .method = g_strdup(x->method),
                         .path = g_strdup(x->path),
                         .query = g_strdup(x->query),
                         .remote = g_strdup(x->remote),
                         .header = g_strdup(x->header(x->arg, "X-Test")),
                         .text = g_strndup(body ? body : "", len),
                         .len = len});
}

static void abandoned(const void *transport, uint64_t tag)
{
    keep(&(struct heard){.what = ABANDONED, .id = tag});
}

static void event(const void *transport, cardea_connection c, json_t *body)
{
    keep(&(struct heard){.what = EVENT, .id = c, .json = body});
}

static void log_line(enum cardea_log_level level, const char *fmt, ...)
{
    va_list ap;

    pthread_mutex_lock(&fake.lock);
    va_start(ap, fmt);
    g_string_append_vprintf(fake.log, fmt, ap);
    va_end(ap);
    g_string_append_c(fake.log, '\n');
    pthread_mutex_unlock(&fake.lock);
}

/* --- settings ----------------------------------------------------------------------------------------------------- */

static const char *value_of(const struct cardea_config *c, const char *category, const char *name)
{
    for (const struct setting *s = c->settings; s && s->name; s++)
        if (!strcmp(s->category, category) && !strcmp(s->name, name))
            return s->value;
    for (const struct cardea_option *o = c->table; o->name; o++)
        if (!strcmp(o->category, category) && !strcmp(o->name, name))
            return o->fallback;
    fail_msg("%s.%s is not in the table", category, name);
    return NULL;
}

static const char *option_string(const struct cardea_config *c, const char *category, const char *name)
{
    return value_of(c, category, name);
}

static int64_t option_int(const struct cardea_config *c, const char *category, const char *name)
{
    const char *value = value_of(c, category, name);

    return value ? strtoll(value, NULL, 10) : 0;
}

static bool option_bool(const struct cardea_config *c, const char *category, const char *name)
{
    const char *value = value_of(c, category, name);

    return value && !strcmp(value, "true");
}

/* There is one route. */
static bool has_route(const char *path)
{
    return g_str_has_prefix(path, FAKE_ROUTE);
}

static const char *html_folder(void)
{
    return fake.html;
}

static const struct cardea_transport_host host = {
    .abi_major = CARDEA_ABI_MAJOR,
    .abi_minor = CARDEA_ABI_MINOR,
    .size = sizeof(host),
    .opened = opened,
    .received = received,
    .closed = closed,
    .exchange = exchange,
    .abandoned = abandoned,
    .event = event,
    .log = log_line,
    .option_string = option_string,
    .option_int = option_int,
    .option_bool = option_bool,
    .html_folder = html_folder,
    .self_signed = gw_dtls_self_signed,
    .has_route = has_route,
    .listen = gw_listener_new,
    .listen_port = gw_listener_port,
    .listen_end = gw_listener_end,
};

/* --- life --------------------------------------------------------------------------------------------------------- */

static void load(const char *file)
{
    const char *build = getenv("CARDEA_BUILD");
    char *path = g_build_filename(build ? build : ".", "transports", file, NULL);
    void *dl;

    if (fake.file && !strcmp(fake.file, file)) {
        g_free(path);
        return;
    }
    dl = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!dl)
        fail_msg("%s", dlerror());
    g_free(path);
    g_free(fake.file);
    fake.file = g_strdup(file);
    fake.transport = dlsym(dl, "cardea_transport");
    assert_non_null(fake.transport);
    assert_int_equal(fake.transport->abi_major, CARDEA_ABI_MAJOR);
}

int fake_start(const char *file, const struct setting *settings, bool must_start)
{
    int err;

    load(file);
    fake.config = (struct cardea_config){settings, fake.transport->options};
    if (fake.log)
        g_string_free(fake.log, TRUE);
    fake.log = g_string_new(NULL);
    assert_int_equal(gw_listeners_begin(), 0);
    err = fake.transport->start(&host, &fake.config);
    fake.running = !err;
    gw_listeners_accept(true);
    if (err)
        gw_listeners_end();
    if (err && must_start)
        fail_msg("%s", fake.log->str);
    return err;
}

void fake_stop(void)
{
    struct heard *h;

    if (fake.running)
        fake.transport->stop();
    gw_listeners_end();
    fake.running = false;
    while ((h = g_queue_pop_head(&fake.heard)))
        fake_free(h);
}

const struct cardea_transport *fake_transport(void)
{
    return fake.transport;
}

void fake_html(const char *folder)
{
    g_free(fake.html);
    fake.html = g_strdup(folder);
}

const char *fake_log(void)
{
    return fake.log->str;
}

json_t *fake_query(const char *format, ...)
{
    json_t *request, *answer;
    va_list ap;

    va_start(ap, format);
    request = json_vpack_ex(NULL, 0, format, ap);
    va_end(ap);
    assert_non_null(request);
    answer = fake.transport->query(request);
    json_decref(request);
    return answer;
}

int fake_port(const char *listener)
{
    json_t *answer = fake_query("{ss}", "request", "listeners"), *one;
    size_t i;
    int port = 0;

    json_array_foreach(json_object_get(answer, "listeners"), i,
                       one) if (!strcmp(json_string_value(json_object_get(one, "name")), listener) &&
                                json_object_get(one, "port")) port =
        (int)json_integer_value(json_object_get(one, "port"));
    json_decref(answer);
    assert_in_range(port, 1, 65535);
    return port;
}

/* --- hearing ------------------------------------------------------------------------------------------------------ */

static struct heard *take(enum said what)
{
    for (GList *l = fake.heard.head; l; l = l->next) {
        struct heard *h = l->data;

        if (h->what == what) {
            g_queue_delete_link(&fake.heard, l);
            return h;
        }
    }
    return NULL;
}

struct heard *fake_hear(enum said what, int ms)
{
    struct timespec until;
    struct heard *h;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += (ms % 1000) * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000L;
    }
    pthread_mutex_lock(&fake.lock);
    while (!(h = take(what)))
        if (pthread_cond_timedwait(&fake.more, &fake.lock, &until))
            break;
    pthread_mutex_unlock(&fake.lock);
    return h;
}

struct heard *fake_must_hear(enum said what)
{
    struct heard *h = fake_hear(what, 10000);

    if (!h)
        fail_msg("nothing of kind %d was heard; the log: %s", what, fake.log->str);
    return h;
}

void fake_respond(uint64_t tag, int status, const char *const *headers, const char *body)
{
    const struct cardea_response response = {status, headers, body, body ? strlen(body) : 0};

    fake.transport->respond(tag, &response);
}

uint64_t fake_answer(int status, const char *body)
{
    static const char *const headers[] = {"Content-Type", "application/json", NULL};
    struct heard *h = fake_must_hear(EXCHANGE);
    uint64_t tag = h->id;

    fake_free(h);
    fake_respond(tag, status, headers, body);
    return tag;
}
