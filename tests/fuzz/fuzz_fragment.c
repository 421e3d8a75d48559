/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A trickle-ice-sdpfrag of a peer: walked through, applied to a real offer, whose text must still be a description; and
 * the other way, a description turned into a fragment, which must be one.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sdp/fragment.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char offer[] = "v=0\r\no=- 7 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\n"
                            "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=ice-ufrag:abcd\r\na=ice-pwd:efgh\r\n"
                            "a=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n"
                            "a=mid:1\r\na=ice-ufrag:abcd\r\na=ice-pwd:efgh\r\n";

static void must_parse(char *text)
{
    struct gw_sdp *s;

    if (text && gw_sdp_parse(&s, text, strlen(text)))
        abort();
    if (text)
        gw_sdp_free(s);
    free(text);
}

static void as_fragment(const struct gw_sdp *f)
{
    struct gw_sdp_trickled c;
    unsigned n = 0;

    for (unsigned i = 0; gw_sdp_fragment_next(f, &i, &c);)
        n += c.candidate != NULL;
    if (n > GW_SDP_MAX_FRAGMENT_CANDIDATES)
        abort();
    gw_sdp_fragment_restarts(f, offer);
    must_parse(gw_sdp_fragment_apply(offer, f));
}

static void as_description(const uint8_t *data, size_t size)
{
    struct gw_sdp *f;
    char *text = malloc(size + 1), *back;

    if (!text)
        return;
    memcpy(text, data, size);
    text[size] = '\0';
    back = gw_sdp_fragment_of(text);
    if (back && !gw_sdp_fragment_parse(&f, back, strlen(back)))
        gw_sdp_free(f);
    free(back);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gw_sdp *f;

    if (!gw_sdp_fragment_parse(&f, (const char *)data, size)) {
        as_fragment(f);
        gw_sdp_free(f);
    }
    as_description(data, size);
    return 0;
}
