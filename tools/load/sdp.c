/* SPDX-License-Identifier: Apache-2.0 */
/* The session descriptions of the clients: as short as a gateway accepts. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "load.h"

#define TWCC "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"

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

/* Payload types and mid of the first m-line of a kind. */
static void read_line(const char *sdp, const char *kind, int *pt, int *rtx, char mid[17])
{
    char m[16], apt[24], text[64];
    const char *at;

    snprintf(m, sizeof(m), "m=%s ", kind);
    at = strstr(sdp, m);
    if (!at)
        return;
    sscanf(at, "m=%*s %*d %*s %d", pt);
    line_value(at, "a=mid:", mid, 17);
    snprintf(apt, sizeof(apt), " apt=%d", *pt);
    for (const char *f = at; rtx && (f = strstr(f, "a=fmtp:")); f++) {
        snprintf(text, sizeof(text), "%.*s", (int)strcspn(f, "\r\n"), f);
        if (strstr(text, apt))
            sscanf(f, "a=fmtp:%d", rtx);
    }
}

bool sdp_read(const char *sdp, struct remote *r)
{
    char fingerprint[280], port[8];

    memset(r, 0, sizeof(*r));
    r->audio_pt = r->video_pt = r->rtx_pt = -1;
    if (!line_value(sdp, "a=ice-ufrag:", r->ufrag, sizeof(r->ufrag)) ||
        !line_value(sdp, "a=ice-pwd:", r->pwd, sizeof(r->pwd)) ||
        !line_value(sdp, "a=fingerprint:", fingerprint, sizeof(fingerprint)) ||
        sscanf(fingerprint, "%15s %255s", r->hash, r->fingerprint) != 2)
        return false;
    r->active = strstr(sdp, "a=setup:active") != NULL;
    read_line(sdp, "audio", &r->audio_pt, NULL, r->audio_mid);
    read_line(sdp, "video", &r->video_pt, &r->rtx_pt, r->video_mid);
    for (const char *at = sdp; (at = strstr(at, "a=extmap:")); at++) {
        char uri[128];
        int id;

        if (sscanf(at, "a=extmap:%d%*[^ ] %127s", &id, uri) < 2 && sscanf(at, "a=extmap:%d %127s", &id, uri) != 2)
            continue;
        if (!strcmp(uri, TWCC))
            r->twcc_ext = id;
    }
    if (line_value(sdp, "a=sctp-port:", port, sizeof(port)))
        r->sctp_port = (uint16_t)atoi(port);
    return read_candidate(sdp, &r->address);
}

static void put_session(FILE *f)
{
    fputs("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n", f);
}

static void put_transport(FILE *f, const struct local *l, const char *setup)
{
    fprintf(f,
            "c=IN IP4 0.0.0.0\r\na=ice-ufrag:%s\r\na=ice-pwd:%s\r\na=fingerprint:sha-256 %s\r\na=setup:%s\r\n"
            "a=rtcp-mux\r\n",
            l->ufrag, l->pwd, l->fingerprint, setup);
}

static void put_codec(FILE *f)
{
    if (!strcmp(option.codec, "h264"))
        fputs("a=rtpmap:96 H264/90000\r\na=fmtp:96 level-asymmetry-allowed=1;packetization-mode=1;"
              "profile-level-id=42e01f\r\n",
              f);
    else if (!strcmp(option.codec, "vp9"))
        fputs("a=rtpmap:96 VP9/90000\r\na=fmtp:96 profile-id=0\r\n", f);
    else if (!strcmp(option.codec, "av1"))
        fputs("a=rtpmap:96 AV1/90000\r\n", f);
    else
        fputs("a=rtpmap:96 VP8/90000\r\n", f);
}

/* Audio has `ssrc`, video ssrc + 1 … + 3, its retransmissions ssrc + 11 …; with simulcast by rid, without SSRCs. */
char *sdp_offer(const struct local *l, uint32_t ssrc)
{
    char *out = NULL;
    size_t size;
    FILE *f = open_memstream(&out, &size);

    put_session(f);
    fprintf(f, "a=group:BUNDLE 0 1%s\r\n", option.messages > 0 ? " 2" : "");
    fputs("a=msid-semantic: WMS *\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n", f);
    put_transport(f, l, "actpass");
    fprintf(f,
            "a=mid:0\r\na=sendonly\r\na=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\n"
            "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\na=extmap:3 " TWCC "\r\n"
            "a=ssrc:%u cname:load\r\na=msid:load a\r\nm=video 9 UDP/TLS/RTP/SAVPF 96 97\r\n",
            ssrc);
    put_transport(f, l, "actpass");
    fputs("a=mid:1\r\na=sendonly\r\n", f);
    put_codec(f);
    fputs("a=rtcp-fb:96 nack\r\na=rtcp-fb:96 nack pli\r\na=rtcp-fb:96 ccm fir\r\na=rtcp-fb:96 goog-remb\r\n"
          "a=rtcp-fb:96 transport-cc\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n"
          "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\na=extmap:3 " TWCC "\r\n"
          "a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\r\na=msid:load v\r\n",
          f);
    if (option.simulcast)
        fputs("a=rid:f send\r\na=rid:h send\r\na=rid:q send\r\na=simulcast:send f;h;q\r\n", f); /* the best first */
    else
        fprintf(f, "a=ssrc-group:FID %u %u\r\na=ssrc:%u cname:load\r\na=ssrc:%u cname:load\r\n", ssrc + 1, ssrc + 11,
                ssrc + 1, ssrc + 11);
    if (option.messages > 0) {
        fputs("m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n", f);
        put_transport(f, l, "actpass");
        fputs("a=mid:2\r\na=sctp-port:5000\r\n", f);
    }
    fclose(f);
    return out;
}

static bool is_kept(const char *line)
{
    static const char *const kept[] = {
        "m=", "a=mid:", "a=rtpmap:", "a=fmtp:", "a=rtcp-fb:", "a=extmap:", "a=group:", "a=sctp-port:"};

    if (strstr(line, "transport-cc") || strstr(line, "transport-wide-cc"))
        return strstr(option.feedback, "twcc");
    if (strstr(line, "goog-remb"))
        return strstr(option.feedback, "remb");
    if (g_str_has_prefix(line, "a=rtcp-fb:") && g_str_has_suffix(line, " nack"))
        return strstr(option.feedback, "nack");
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
        if (!strncmp(line, kept[i], strlen(kept[i])))
            return true;
    return false;
}

/* Repeats what was offered, as a receiver. */
char *sdp_answer(const char *offer, const struct local *l)
{
    char *out = NULL, *copy = strdup(offer), *save = NULL;
    size_t size;
    FILE *f = open_memstream(&out, &size);

    put_session(f);
    for (char *line = strtok_r(copy, "\r\n", &save); line; line = strtok_r(NULL, "\r\n", &save)) {
        if (!is_kept(line))
            continue;
        fprintf(f, "%s\r\n", line);
        if (strncmp(line, "m=", 2))
            continue;
        put_transport(f, l, "active");
        if (strncmp(line, "m=application", 13))
            fputs("a=recvonly\r\n", f);
    }
    fclose(f);
    free(copy);
    return out;
}
