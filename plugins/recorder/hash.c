/* SPDX-License-Identifier: Apache-2.0 */
#include "hash.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <openssl/evp.h>

#define BLOCK (64 << 10)

/* All that can still be read. */
static int digest_rest(EVP_MD_CTX *c, int fd, unsigned char *block)
{
    for (;;) {
        ssize_t n = read(fd, block, BLOCK);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n ? -errno : 0;
        if (!EVP_DigestUpdate(c, block, (size_t)n))
            return -EIO;
    }
}

int rec_sha256(const char *path, char hex[65])
{
    int fd = open(path, O_RDONLY | O_CLOEXEC), err = fd < 0 ? -errno : 0;
    unsigned char *block = malloc(BLOCK), digest[32];
    EVP_MD_CTX *c = EVP_MD_CTX_new();

    if (!err && (!block || !c || !EVP_DigestInit_ex(c, EVP_sha256(), NULL)))
        err = -ENOMEM;
    if (!err)
        err = digest_rest(c, fd, block);
    if (!err && !EVP_DigestFinal_ex(c, digest, NULL))
        err = -EIO;
    for (int i = 0; !err && i < 32; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    if (fd >= 0)
        close(fd);
    EVP_MD_CTX_free(c);
    free(block);
    return err;
}
