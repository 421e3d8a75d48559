/* SPDX-License-Identifier: Apache-2.0 */
#include "certificate.h"

#include <stdlib.h>
#include <string.h>

#include <glib.h>

static char *read_file(const struct cardea_transport_host *host, const char *file, const char *name, const char *item)
{
    GError *error = NULL;
    char *text;

    if (g_file_get_contents(file, &text, NULL, &error))
        return text;
    host->log(CARDEA_LOG_ERROR, "%s: certificates.%s: %s", name, item, error->message);
    g_error_free(error);
    return NULL;
}

int certificate_load(struct certificate *out, const struct cardea_transport_host *host, const struct cardea_config *c,
                     const char *name)
{
    const char *cert = host->option_string(c, "certificates", "cert_pem");
    const char *key = host->option_string(c, "certificates", "cert_key");
    char *pem[2] = {NULL, NULL};

    memset(out, 0, sizeof(*out));
    if (cert && *cert) {
        out->cert = read_file(host, cert, name, "cert_pem");
        out->key = out->cert ? read_file(host, key && *key ? key : cert, name, "cert_key") : NULL;
    } else if (!host->self_signed(&pem[0], &pem[1])) {
        host->log(CARDEA_LOG_WARN,
                  "%s: certificates.cert_pem is not set: a self-signed certificate is used, which "
                  "browsers will warn about",
                  name);
        out->cert = g_strdup(pem[0]);
        out->key = g_strdup(pem[1]);
        explicit_bzero(pem[1], strlen(pem[1]));
    } else {
        host->log(CARDEA_LOG_ERROR, "%s: no self-signed certificate could be made: set certificates.cert_pem", name);
    }
    free(pem[0]);
    free(pem[1]);
    if (out->cert && out->key)
        return 0;
    certificate_clear(out);
    return -1;
}

void certificate_clear(struct certificate *c)
{
    if (c->key)
        explicit_bzero(c->key, strlen(c->key));
    g_free(c->cert);
    g_free(c->key);
    c->cert = c->key = NULL;
}
