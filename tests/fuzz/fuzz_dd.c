/* SPDX-License-Identifier: Apache-2.0 */
/* Dependency descriptors one after the other, as of one stream: each is a byte of length, then so many bytes. */
#include <stdlib.h>
#include <string.h>

#include "rtp/dd.h"
#include "rtp/payload.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void require(bool ok)
{
    if (!ok)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct gw_dd_structure s = {0}, before;
    struct gw_rtp_facts facts;
    struct gw_dd dd;
    uint8_t *one;
    size_t size;
    int err;

    while (len > 1) {
        size = data[0] < len - 1 ? data[0] : len - 1;
        one = malloc(size ? size : 1);
        require(one != NULL);
        memcpy(one, data + 1, size);
        before = s;
        err = gw_dd_parse(&dd, one, size, &s);
        free(one);
        if (err) {
            require(!memcmp(&before, &s, sizeof(s)));
        } else {
            require(s.n_templates && s.n_templates <= GW_DD_TEMPLATES && s.n_targets && s.n_targets <= GW_DD_TARGETS);
            require(dd.spatial <= s.max_spatial && s.max_spatial < GW_DD_SPATIAL && dd.temporal <= s.max_temporal);
            require(s.n_targets == 32 || !(s.active >> s.n_targets));
            gw_facts_clear(&facts);
            gw_dd_facts(&dd, &s, &facts);
            require(!facts.keyframe || facts.spatial_sync);
        }
        data += 1 + size;
        len -= 1 + size;
    }
    return 0;
}
