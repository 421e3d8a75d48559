/* SPDX-License-Identifier: Apache-2.0 */
#include "hosts.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <string.h>

#define LONGEST 253 /* bytes of a host name, RFC 1035 */

struct host {
    char *name;
    int family; /* AF_UNSPEC: any */
    char address[INET6_ADDRSTRLEN];
    bool known; /* it need not be looked up (any more) */
};

struct hosts {
    GArray *list; /* struct host */
    struct cardea_request *rq;
    void (*run)(struct cardea_request *rq, const struct hosts *h);
};

static void host_clear(gpointer data)
{
    struct host *h = data;

    g_free(h->name);
}

struct hosts *hosts_new(void)
{
    struct hosts *h = g_new0(struct hosts, 1);

    h->list = g_array_new(FALSE, TRUE, sizeof(struct host));
    g_array_set_clear_func(h->list, host_clear);
    return h;
}

void hosts_free(struct hosts *h)
{
    if (!h)
        return;
    g_array_free(h->list, TRUE);
    g_free(h);
}

bool hosts_family_is_known(const char *family)
{
    return !family || !strcmp(family, "ipv4") || !strcmp(family, "ipv6");
}

static int family_of(const char *family)
{
    return !family ? AF_UNSPEC : strcmp(family, "ipv6") ? AF_INET : AF_INET6;
}

static const struct host *find(const struct hosts *h, const char *name, int family)
{
    for (guint i = 0; i < h->list->len; i++) {
        const struct host *one = &g_array_index(h->list, struct host, i);

        if (one->family == family && !strcmp(one->name, name))
            return one;
    }
    return NULL;
}

/* A numeric address is its own answer; a name that is none has none. */
static void look_at(struct host *h)
{
    unsigned char ip[16];
    int family = inet_pton(AF_INET, h->name, ip) == 1 ? AF_INET : inet_pton(AF_INET6, h->name, ip) == 1 ? AF_INET6 : 0;

    h->known = family || !*h->name || strlen(h->name) > LONGEST;
    if (family && (h->family == AF_UNSPEC || h->family == family))
        g_strlcpy(h->address, h->name, sizeof(h->address));
}

bool hosts_add(struct hosts *h, const char *name, const char *family)
{
    struct host one = {.family = family_of(family)};

    if (find(h, name, one.family))
        return true;
    if (h->list->len >= HOSTS_MOST)
        return false;
    one.name = g_strdup(name);
    look_at(&one);
    g_array_append_val(h->list, one);
    return true;
}

const char *hosts_address(const struct hosts *h, const char *name, const char *family)
{
    const struct host *one = find(h, name, family_of(family));

    return one && one->address[0] ? one->address : NULL;
}

/* --- looking up --------------------------------------------------------------------------------------------------- */

/* On a helper thread: h is nobody else's meanwhile. */
static void work(void *arg)
{
    struct hosts *h = arg;

    for (guint i = 0; i < h->list->len; i++) {
        struct host *one = &g_array_index(h->list, struct host, i);
        const struct addrinfo hints = {.ai_family = one->family, .ai_socktype = SOCK_DGRAM};
        struct addrinfo *found;

        if (one->known || getaddrinfo(one->name, NULL, &hints, &found))
            continue;
        if (getnameinfo(found->ai_addr, found->ai_addrlen, one->address, sizeof(one->address), NULL, 0, NI_NUMERICHOST))
            one->address[0] = '\0';
        freeaddrinfo(found);
    }
}

static void done(void *arg)
{
    struct hosts *h = arg;

    if (vr.host && vr.host->waits(h->rq))
        h->run(h->rq, h);
    hosts_free(h);
}

void hosts_resolve(struct hosts *h, struct cardea_request *rq,
                   void (*run)(struct cardea_request *rq, const struct hosts *h))
{
    bool all = true;

    h->rq = rq;
    h->run = run;
    for (guint i = 0; i < h->list->len; i++)
        all &= g_array_index(h->list, struct host, i).known;
    if (!all && !vr.host->job(work, done, h))
        return;
    run(rq, h); /* without a helper a name stays without an address */
    hosts_free(h);
}
