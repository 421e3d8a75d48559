/* SPDX-License-Identifier: Apache-2.0 */
/* Texts that go to others: none grows or shrinks, and what was made unreadable stays so. */
#include <stdlib.h>
#include <string.h>

#include "log/line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    char *text = malloc(len + 1);
    size_t before;

    memcpy(text, data, len);
    text[len] = 0;
    before = strlen(text);
    gw_log_redact(text);
    gw_log_scrub(text);
    if (strlen(text) != before)
        abort();
    free(text);
    return 0;
}
