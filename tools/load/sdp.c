/* SPDX-License-Identifier: Apache-2.0 */
/* The session descriptions of the clients: as short as a gateway accepts. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load.h"

static bool line_value(const char *sdp, const char *prefix, char *out, size_t cap)
{
    const char *at = strstr(sdp, prefix);
    size_t n;

    if (!at)
        return false;
    at += strlen(prefix);
    n = strcspn(at, "\r\n");
    if (n >= cap)
        return false;
    memcpy(out, at, n);
    out[n] = 0;
    return true;
}

static bool read_candidate(const char *sdp, struct sockaddr_in *address)
{
    for (const char *at = sdp; (at = strstr(at, "a=candidate:")); at++) {
        char proto[8], ip[64], type[16];
        int component, port;

        if (sscanf(at, "a=candidate:%*s %d %7s %*u %63s %d typ %15s", &component, proto, ip, &port, type) != 5)
            continue;
        if (component != 1 || strcasecmp(proto, "udp") || strcmp(type, "host"))
            continue;
        *address = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
        if (inet_pton(AF_INET, ip, &address->sin_addr) == 1)
            return true;
    }
    return false;
}

bool sdp_read(const char *sdp, struct remote *r)
{
    char fingerprint[160];

    memset(r, 0, sizeof(*r));
    if (!line_value(sdp, "a=ice-ufrag:", r->ufrag, sizeof(r->ufrag)) ||
        !line_value(sdp, "a=ice-pwd:", r->pwd, sizeof(r->pwd)) ||
        !line_value(sdp, "a=fingerprint:", fingerprint, sizeof(fingerprint)) ||
        sscanf(fingerprint, "%15s %127s", r->hash, r->fingerprint) != 2)
        return false;
    return read_candidate(sdp, &r->address);
}

static const char session[] = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n";

#define TRANSPORT "a=ice-ufrag:%s\r\na=ice-pwd:%s\r\na=fingerprint:sha-256 %s\r\na=setup:%s\r\na=rtcp-mux\r\n"

char *sdp_offer(const char *ufrag, const char *pwd, const char *fingerprint, uint32_t audio_ssrc, uint32_t video_ssrc)
{
    char *out = NULL;

    if (asprintf(&out,
                 "%sa=group:BUNDLE 0 1\r\na=msid-semantic: WMS *\r\n"
                 "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=sendonly\r\n" TRANSPORT
                 "a=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\n"
                 "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
                 "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n"
                 "a=ssrc:%u cname:load\r\na=msid:load a\r\n"
                 "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\nc=IN IP4 0.0.0.0\r\na=mid:1\r\na=sendonly\r\n" TRANSPORT
                 "a=rtpmap:96 VP8/90000\r\na=rtcp-fb:96 nack\r\na=rtcp-fb:96 nack pli\r\na=rtcp-fb:96 ccm fir\r\n"
                 "a=rtcp-fb:96 goog-remb\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n"
                 "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
                 "a=ssrc-group:FID %u %u\r\na=ssrc:%u cname:load\r\na=ssrc:%u cname:load\r\na=msid:load v\r\n",
                 session, ufrag, pwd, fingerprint, "actpass", audio_ssrc, ufrag, pwd, fingerprint, "actpass",
                 video_ssrc, video_ssrc + 1, video_ssrc, video_ssrc + 1) < 0)
        return NULL;
    return out;
}

static bool is_kept(const char *line)
{
    static const char *const kept[] = {"m=", "a=mid:", "a=rtpmap:", "a=fmtp:", "a=rtcp-fb:", "a=extmap:", "a=group:"};

    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
        if (!strncmp(line, kept[i], strlen(kept[i])))
            return true;
    return false;
}

/* Repeats what was offered, as a receiver. */
char *sdp_answer(const char *offer, const char *ufrag, const char *pwd, const char *fingerprint)
{
    char *out = NULL, *copy = strdup(offer), *save = NULL;
    size_t size;
    FILE *f = open_memstream(&out, &size);

    fputs(session, f);
    for (char *line = strtok_r(copy, "\r\n", &save); line; line = strtok_r(NULL, "\r\n", &save)) {
        if (!is_kept(line))
            continue;
        fprintf(f, "%s\r\n", line);
        if (!strncmp(line, "m=", 2))
            fprintf(f, "c=IN IP4 0.0.0.0\r\na=recvonly\r\n" TRANSPORT, ufrag, pwd, fingerprint, "active");
    }
    fclose(f);
    free(copy);
    return out;
}
