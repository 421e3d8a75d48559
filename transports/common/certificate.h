/* SPDX-License-Identifier: Apache-2.0 */
/* Certificate and key of a TLS port, as PEM text. Control thread. */
#ifndef CARDEA_TRANSPORTS_CERTIFICATE_H
#define CARDEA_TRANSPORTS_CERTIFICATE_H

#include <cardea/transport.h>

struct certificate {
    char *cert, *key; /* PEM; owned */
};

/* Reads what "certificates" names, or has a self-signed one made when cert_pem is unset. 0, or -1 after a log line
 * that says what is wrong with the port called name. */
int certificate_load(struct certificate *out, const struct cardea_transport_host *host, const struct cardea_config *c,
                     const char *name);
void certificate_clear(struct certificate *c); /* the key is wiped */

#endif
