/* SPDX-License-Identifier: Apache-2.0 */
/* X-Forwarded-For of a proxy that is trusted: whatever it says, the result is an address. */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../transports/common/forwarded.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    char address[FORWARDED_TEXT] = "10.0.0.1", *header = malloc(len + 1);
    struct in6_addr a;

    memcpy(header, data, len);
    header[len] = 0;
    forwarded_resolve(address, "10.", header);
    if (inet_pton(AF_INET, address, &a) != 1 && inet_pton(AF_INET6, address, &a) != 1)
        abort();
    free(header);
    return 0;
}
