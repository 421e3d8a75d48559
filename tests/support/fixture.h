/* SPDX-License-Identifier: Apache-2.0 */
/* Files of tests/fixtures, found beside the sources. A missing one fails the test. */
#ifndef TESTS_SUPPORT_FIXTURE_H
#define TESTS_SUPPORT_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* All real session descriptions that we have. NULL-terminated. */
static const char *const fixture_sdps[] = {
    "aiortc-offer",
    "chromium-all",
    "chromium-answer",
    "chromium-data",
    "chromium-recvonly",
    "chromium-sendonly",
    "chromium-simulcast",
    "chromium-svc-vp9",
    "firefox-all",
    "firefox-answer",
    "firefox-data",
    "firefox-recvonly",
    "firefox-sendonly",
    "firefox-simulcast",
    "gstreamer-offer",
    "libdatachannel-offer",
    "werift-offer",
    "wrtc-offer",
    NULL,
};

/* The text of tests/fixtures/sdp/NAME.sdp, malloc'd. */
static inline char *fixture_sdp(const char *name)
{
    const char *root = getenv("srcdir");
    char path[1024], *text;
    FILE *f;
    size_t n;

    snprintf(path, sizeof(path), "%s/tests/fixtures/sdp/%s.sdp", root ? root : ".", name);
    f = fopen(path, "r");
    if (!f) {
        fprintf(stderr, "cannot read %s\n", path);
        abort();
    }
    text = malloc(65536);
    n = fread(text, 1, 65535, f);
    text[n] = '\0';
    fclose(f);
    return text;
}

#endif
