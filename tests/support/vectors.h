/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packets as test vectors: hex in the source, or a file of them in tests/fixtures, one packet a line. Each vector lies
 * in a heap block of exactly its size, so that the address sanitizer sees a read past the end.
 */
#ifndef TESTS_SUPPORT_VECTORS_H
#define TESTS_SUPPORT_VECTORS_H

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct vector {
    uint8_t *data;
    size_t len;
};

static inline int vector_digit(int c)
{
    return isdigit(c) ? c - '0' : tolower(c) - 'a' + 10;
}

/* White space between the digits is fine. The caller frees data. */
static inline struct vector vector_from_hex(const char *hex)
{
    struct vector v = {.data = (uint8_t *)malloc(strlen(hex) / 2 + 1)};
    uint8_t *exact;
    int high = -1;

    for (; v.data && *hex; hex++) {
        if (!isxdigit((unsigned char)*hex))
            continue;
        if (high < 0) {
            high = vector_digit((unsigned char)*hex);
        } else {
            v.data[v.len++] = (uint8_t)(high << 4 | vector_digit((unsigned char)*hex));
            high = -1;
        }
    }
    exact = v.data ? (uint8_t *)realloc(v.data, v.len ? v.len : 1) : NULL;
    if (!exact)
        abort();
    v.data = exact;
    return v;
}

/* The lines of $srcdir/tests/fixtures/NAME, at most max of them; lines with # are comments. Aborts without the file. */
static inline size_t vectors_load(const char *name, struct vector *out, size_t max)
{
    const char *srcdir = getenv("srcdir");
    static char line[8192];
    char path[1024];
    size_t n = 0;
    FILE *f;

    snprintf(path, sizeof(path), "%s/tests/fixtures/%s", srcdir ? srcdir : ".", name);
    f = fopen(path, "r");
    if (!f) {
        perror(path);
        abort();
    }
    while (n < max && fgets(line, sizeof(line), f)) {
        if (isxdigit((unsigned char)line[0]))
            out[n++] = vector_from_hex(line);
    }
    fclose(f);
    return n;
}

static inline void vectors_free(struct vector *v, size_t n)
{
    while (n--)
        free(v[n].data);
}

/* Calls fn with every truncation of the vector, the empty one and the whole included. */
static inline void vector_truncations(const struct vector *v, void (*fn)(const uint8_t *data, size_t len))
{
    uint8_t *cut;
    size_t len;

    for (len = 0; len <= v->len; len++) {
        cut = (uint8_t *)malloc(len ? len : 1);
        if (!cut)
            abort();
        memcpy(cut, v->data, len);
        fn(cut, len);
        free(cut);
    }
}

#endif
