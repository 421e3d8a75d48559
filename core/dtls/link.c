/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <openssl/crypto.h>

#include "dtls/link.h"

bool gw_dtls_link_can_expire(void)
{
    return OPENSSL_version_major() == 3 && OPENSSL_version_minor() < 2;
}

void gw_dtls_link_expire(struct gw_dtls_link *link)
{
    if (link->timeout)
        *link->timeout = (struct timeval){.tv_sec = 1};
}

static int link_write(BIO *bio, const char *data, int len)
{
    struct gw_dtls_link *link = BIO_get_data(bio);

    BIO_clear_retry_flags(bio);
    if (len <= 0)
        return 0;
    link->send(link->arg, (const uint8_t *)data, (size_t)len);
    return len;
}

static int link_read(BIO *bio, char *out, int room)
{
    struct gw_dtls_link *link = BIO_get_data(bio);
    int n;

    BIO_clear_retry_flags(bio);
    if (!link->in) {
        BIO_set_retry_read(bio);
        return -1;
    }
    n = link->in_len < (size_t)room ? (int)link->in_len : room; /* as recv() cuts a datagram */
    memcpy(out, link->in, (size_t)n);
    link->in = NULL;
    return n;
}

static long link_ctrl(BIO *bio, int cmd, long num, void *ptr)
{
    struct gw_dtls_link *link = BIO_get_data(bio);

    switch (cmd) {
    case BIO_CTRL_FLUSH:
    case BIO_CTRL_DUP:
        return 1;
    case BIO_CTRL_DGRAM_QUERY_MTU:
    case BIO_CTRL_DGRAM_GET_FALLBACK_MTU:
        return (long)link->mtu;
    case BIO_CTRL_DGRAM_SET_NEXT_TIMEOUT:
        link->timeout = gw_dtls_link_can_expire() ? ptr : NULL;
        return 0;
    default:
        return 0;
    }
}

static int link_create(BIO *bio)
{
    BIO_set_init(bio, 1);
    return 1;
}

BIO_METHOD *gw_dtls_link_method(void)
{
    BIO_METHOD *m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "gw datagrams");

    if (!m)
        return NULL;
    BIO_meth_set_write(m, link_write);
    BIO_meth_set_read(m, link_read);
    BIO_meth_set_ctrl(m, link_ctrl);
    BIO_meth_set_create(m, link_create);
    return m;
}

BIO *gw_dtls_link_bio(const BIO_METHOD *method, struct gw_dtls_link *link)
{
    BIO *bio = BIO_new(method);

    if (bio)
        BIO_set_data(bio, link);
    return bio;
}
