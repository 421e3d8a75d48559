/* SPDX-License-Identifier: Apache-2.0 */
/* Levels: one for all, and others for single modules. A module is a folder of core/, or "plugin" or "transport". */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/str.h"
#include "log/log.h"

_Atomic int gw_log_threshold = CARDEA_LOG_INFO;

struct special {
    char module[GW_LOG_MODULE];
    int level;
};

static _Atomic int general = CARDEA_LOG_INFO;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* around specials; held for a few comparisons */
static struct special specials[GW_LOG_MODULES];
static _Atomic unsigned n_specials;

/* Under the lock. What the macros compare with lets pass whatever somebody wants to hear. */
static void set_threshold(void)
{
    int most = atomic_load(&general);

    for (unsigned i = 0; i < n_specials; i++)
        if (specials[i].level > most)
            most = specials[i].level;
    atomic_store(&gw_log_threshold, most);
}

void gw_log_set_level(int level)
{
    pthread_mutex_lock(&lock);
    atomic_store(&general, level < 0 ? 0 : level > CARDEA_LOG_TRACE ? CARDEA_LOG_TRACE : level);
    set_threshold();
    pthread_mutex_unlock(&lock);
}

int gw_log_level(void)
{
    return atomic_load(&general);
}

static int read_one(struct special *out, const char *item, size_t len)
{
    const char *equals = memchr(item, '=', len);
    size_t name = equals ? (size_t)(equals - item) : 0;

    if (!name || name >= GW_LOG_MODULE || len != name + 2 || equals[1] < '0' || equals[1] > '7')
        return GW_EPARSE;
    if (strspn(item, "abcdefghijklmnopqrstuvwxyz_") < name)
        return GW_EPARSE;
    memcpy(out->module, item, name);
    out->module[name] = '\0';
    out->level = equals[1] - '0';
    return 0;
}

int gw_log_set_modules(const char *list)
{
    struct special fresh[GW_LOG_MODULES];
    const char *rest = list ? list : "", *item;
    unsigned n = 0;
    size_t len;

    while (gw_list_next(&rest, &item, &len))
        if (n == GW_LOG_MODULES)
            return GW_ELIMIT;
        else if (read_one(&fresh[n++], item, len))
            return GW_EPARSE;
    pthread_mutex_lock(&lock);
    memcpy(specials, fresh, n * sizeof(fresh[0]));
    atomic_store(&n_specials, n);
    set_threshold();
    pthread_mutex_unlock(&lock);
    return 0;
}

int gw_log_level_of(const char *module)
{
    int level = atomic_load(&general);

    if (!atomic_load(&n_specials))
        return level;
    pthread_mutex_lock(&lock);
    for (unsigned i = 0; i < n_specials; i++)
        if (!strcmp(specials[i].module, module))
            level = specials[i].level;
    pthread_mutex_unlock(&lock);
    return level;
}
