/* SPDX-License-Identifier: Apache-2.0 */
/* The datagrams sent last, kept so that they can be sent again as they were. Worker thread; zero is a valid empty one.
 */
#ifndef GW_DTLS_KEPT_H
#define GW_DTLS_KEPT_H

#include <stddef.h>
#include <stdint.h>

#define GW_KEPT_MOST 8192 /* bytes; a flight that is larger is not kept */

struct gw_kept {
    uint8_t *bytes; /* owned: each datagram behind its length (2 bytes) */
    size_t len, last;
};

void gw_kept_add(struct gw_kept *f, const uint8_t *data, size_t len);
void gw_kept_clear(struct gw_kept *f);
/* The datagram at *at (start with 0); NULL: no more. */
const uint8_t *gw_kept_next(const struct gw_kept *f, size_t *at, size_t *len);
/* The last of them; NULL: none. */
const uint8_t *gw_kept_last(const struct gw_kept *f, size_t *len);

#endif
