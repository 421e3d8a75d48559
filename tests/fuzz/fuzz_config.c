/* SPDX-License-Identifier: Apache-2.0 */
/* First byte: 'i' is INI, everything else is libconfig. The rest is the file. */
#include <string.h>

#include "config/options.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* libconfig 1.5 loses its text buffer when a file ends inside a text. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libconfig.so\n";
}

static void listen(void *arg, const struct gw_complaint *c)
{
    *(size_t *)arg += strlen(c->text) + (size_t)c->line;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cardea_config *c;
    size_t told = 0;

    if (!size || memmem(data, size, "@include", 8)) /* it would read files of the machine */
        return 0;
    for (int other_groups = 0; other_groups < 2; other_groups++) {
        if (gw_config_new(&c, gw_options, other_groups))
            return 0;
        gw_config_parse(c, (const char *)data + 1, size - 1, "fuzz.jcfg", data[0] == 'i', listen, &told);
        gw_options_check(c, "fuzz.jcfg", listen, &told);
        json_decref(gw_config_groups(c));
        gw_config_free(c);
    }
    return 0;
}
