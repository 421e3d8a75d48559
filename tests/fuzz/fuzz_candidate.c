/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as a candidate line: what is accepted can be written, and read again as the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ice/candidate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct gw_candidate c, again;
    char text[GW_CANDIDATE_TEXT], second[GW_CANDIDATE_TEXT];
    int n = gw_candidate_parse(&c, (const char *)data, len);

    if (n < 0)
        return 0;
    if ((size_t)n > len)
        abort();
    n = gw_candidate_write(&c, text, sizeof(text));
    if (n < 0 || strlen(text) != (size_t)n)
        abort();
    if (gw_candidate_parse(&again, text, strlen(text)) != n ||
        gw_candidate_write(&again, second, sizeof(second)) != n || strcmp(text, second))
        abort();
    return 0;
}
