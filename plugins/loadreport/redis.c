/* SPDX-License-Identifier: Apache-2.0 */
#include "redis.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include <glib.h>
#include <hiredis/hiredis.h>

static struct redis_conf conf;

void redis_configure(const struct redis_conf *c)
{
    conf = *c;
}

bool redis_is_configured(void)
{
    return conf.host && *conf.host;
}

struct redis_hash *redis_hash_new(unsigned ttl_s, const char *key_fmt, ...)
{
    struct redis_hash *h = g_new0(struct redis_hash, 1);
    va_list ap;

    h->ttl_s = ttl_s;
    va_start(ap, key_fmt);
    vsnprintf(h->key, sizeof(h->key), key_fmt, ap);
    va_end(ap);
    return h;
}

void redis_hash_add(struct redis_hash *h, const char *name, const char *fmt, ...)
{
    va_list ap;

    if (h->n == REDIS_FIELDS)
        return;
    h->field[h->n].name = name;
    va_start(ap, fmt);
    vsnprintf(h->field[h->n++].value, sizeof(h->field[0].value), fmt, ap);
    va_end(ap);
}

void redis_hash_free(struct redis_hash *h)
{
    g_free(h);
}

static bool asked(redisContext *c, struct redis_hash *h, int argc, const char **argv)
{
    redisReply *reply = redisCommandArgv(c, argc, argv, NULL);
    bool fine = reply && reply->type != REDIS_REPLY_ERROR;

    if (!fine)
        snprintf(h->why, sizeof(h->why), "%s", reply ? reply->str : c->errstr);
    if (reply)
        freeReplyObject(reply);
    return fine;
}

static bool signed_in(redisContext *c, struct redis_hash *h)
{
    const char *auth[3] = {"AUTH", conf.user, conf.password};
    char number[16];

    if (conf.password && conf.user && !asked(c, h, 3, auth))
        return false;
    if (conf.password && !conf.user && !asked(c, h, 2, (const char *[]){"AUTH", conf.password}))
        return false;
    snprintf(number, sizeof(number), "%u", conf.database);
    return !conf.database || asked(c, h, 2, (const char *[]){"SELECT", number});
}

/* All at once or not at all: a key without its time to live would stay for ever. */
static bool put(redisContext *c, struct redis_hash *h)
{
    const char *set[2 + 2 * REDIS_FIELDS] = {"HSET", h->key};
    char ttl[16];
    int n = 2;

    for (unsigned i = 0; i < h->n; i++) {
        set[n++] = h->field[i].name;
        set[n++] = h->field[i].value;
    }
    snprintf(ttl, sizeof(ttl), "%u", h->ttl_s);
    return asked(c, h, 1, (const char *[]){"MULTI"}) && asked(c, h, n, set) &&
           asked(c, h, 3, (const char *[]){"EXPIRE", h->key, ttl}) && asked(c, h, 1, (const char *[]){"EXEC"});
}

void redis_put(struct redis_hash *h)
{
    const struct timeval limit = {.tv_sec = 1};
    redisContext *c = *conf.host == '/' ? redisConnectUnixWithTimeout(conf.host, limit)
                                        : redisConnectWithTimeout(conf.host, (int)conf.port, limit);

    h->fine = false;
    if (!c || c->err || redisSetTimeout(c, limit) != REDIS_OK)
        snprintf(h->why, sizeof(h->why), "%s", c ? c->errstr : "out of memory");
    else if (signed_in(c, h))
        h->fine = h->ttl_s ? put(c, h) : asked(c, h, 2, (const char *[]){"DEL", h->key});
    if (c)
        redisFree(c);
}
