/* SPDX-License-Identifier: Apache-2.0 */
/* A layers allocation: what is read of a stream can be told to its receiver, and says the same there. */
#include <stdlib.h>
#include <string.h>

#include "rtp/vla.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void require(bool ok)
{
    if (!ok)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    uint8_t out[GW_VLA_MOST];
    struct gw_vla v, own;

    if (gw_vla_read(&v, data, len))
        return 0;
    for (unsigned s = 0; s < GW_VLA_STREAMS; s++) {
        int n = gw_vla_write(out, sizeof(out), &v, s, GW_VLA_SPATIAL - 1, GW_VLA_TEMPORAL - 1);

        require(n > 0 && !gw_vla_read(&own, out, (size_t)n));
        require(!memcmp(own.layer[0], v.layer[s], sizeof(own.layer[0])));
        n = gw_vla_write(out, sizeof(out), &v, s, 1, 0);
        require(n > 0 && !gw_vla_read(&own, out, (size_t)n));
        require(own.layer[0][0].temporal <= 1 && !own.layer[0][2].temporal);
    }
    return 0;
}
