/* SPDX-License-Identifier: Apache-2.0 */
/* What is parsed can be written and parsed again, the same. */
#include <stdlib.h>
#include <string.h>

#include "sctp/dcep.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t out[GW_DCEP_OPEN_MAX];
    struct gw_dcep a, b;
    size_t len;
    int n = gw_dcep_parse(&a, data, size);

    if (n < 0)
        return 0;
    if ((size_t)n > size || strlen(a.label) > GW_DCEP_LABEL || strlen(a.protocol) > GW_DCEP_PROTOCOL)
        abort();
    len = gw_dcep_write(out, &a);
    if (len > sizeof(out) || gw_dcep_parse(&b, out, len) != (int)len || strcmp(a.label, b.label) ||
        strcmp(a.protocol, b.protocol) || a.unordered != b.unordered || a.reliability != b.reliability ||
        a.limit != b.limit || a.priority != b.priority)
        abort();
    return 0;
}
