/* SPDX-License-Identifier: Apache-2.0 */
#include "watchers.h"

#include <glib.h>

#include "loadreport.h"
#include "report.h"

static GHashTable *watchers; /* handle -> period in seconds */
static unsigned seconds;

void watchers_start(void)
{
    watchers = g_hash_table_new(NULL, NULL);
    seconds = 0;
}

void watchers_stop(void)
{
    g_clear_pointer(&watchers, g_hash_table_destroy);
}

void watchers_add(struct cardea_handle *h, unsigned period_s)
{
    g_hash_table_insert(watchers, h, GUINT_TO_POINTER(period_s ? period_s : 1));
}

void watchers_remove(struct cardea_handle *h)
{
    if (watchers)
        g_hash_table_remove(watchers, h);
}

/* One report, built and printed once, to all whose time it is. */
void watchers_tick(void)
{
    GPtrArray *due = g_ptr_array_new();
    GHashTableIter it;
    gpointer h, period;

    seconds++;
    g_hash_table_iter_init(&it, watchers);
    while (g_hash_table_iter_next(&it, &h, &period))
        if (seconds % GPOINTER_TO_UINT(period) == 0)
            g_ptr_array_add(due, h);
    if (due->len)
        lr.host->notify_all((struct cardea_handle *const *)due->pdata, due->len,
                            json_pack("{ss so}", "loadreport", "report", "report", report_json()));
    g_ptr_array_free(due, TRUE);
}
