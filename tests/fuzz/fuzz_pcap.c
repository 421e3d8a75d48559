/* SPDX-License-Identifier: Apache-2.0 */
/* A packet capture. */
#include <stdlib.h>

#include "../../tools/rec/pcap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void require(bool ok)
{
    if (!ok)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct pcap_datagram d;
    struct pcap_reader r;
    size_t before = 0;

    if (pcap_open(&r, data, len))
        return 0;
    while (pcap_next(&r, &d) > 0) {
        require(d.data >= data && d.data + d.len <= data + len);
        require(r.at > before && r.at <= len);
        require(d.time_us >= 0);
        before = r.at;
    }
    return 0;
}
