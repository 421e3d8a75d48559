/* SPDX-License-Identifier: Apache-2.0 */
#include "ice/stun.h"

#include <stdlib.h>
#include <string.h>

#include <stun/stunagent.h>
#include <stun/usages/ice.h>

#include "base/cursor.h"
#include "base/err.h"

#define HEADER       20
#define COOKIE       0x2112a442u
#define METHOD_BIND  1
#define USERNAME_MAX 513 /* RFC 8489 §14.3: less than 513 bytes */

enum {
    ATTR_USERNAME = 0x0006,
    ATTR_INTEGRITY = 0x0008,
    ATTR_INTEGRITY_SHA256 = 0x001c,
    ATTR_PRIORITY = 0x0024,
    ATTR_USE_CANDIDATE = 0x0025,
    ATTR_FINGERPRINT = 0x8028,
    ATTR_CONTROLLED = 0x8029,
};

struct gw_stun {
    StunAgent agent;
};

int gw_stun_new(struct gw_stun **out)
{
    struct gw_stun *s = calloc(1, sizeof(*s));

    if (!s)
        return GW_ENOMEM;
    stun_agent_init(&s->agent, STUN_ALL_KNOWN_ATTRIBUTES, STUN_COMPATIBILITY_RFC5389,
                    STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS | STUN_AGENT_USAGE_USE_FINGERPRINT);
    *out = s;
    return 0;
}

void gw_stun_free(struct gw_stun *s)
{
    free(s);
}

bool gw_stun_is(const uint8_t *data, size_t len)
{
    struct gw_reader r = gw_reader_make(data, len);
    uint16_t type = gw_read_u16(&r), body = gw_read_u16(&r);
    uint32_t cookie = gw_read_u32(&r);

    return len >= HEADER && !(type & 0xc000) && !(body & 3) && cookie == COOKIE && body == len - HEADER;
}

static void username(struct gw_stun_scan *s, const uint8_t *text, size_t len)
{
    const uint8_t *colon = memchr(text, ':', len);

    if (s->ufrag || len >= USERNAME_MAX || !colon)
        return;
    s->ufrag = text;
    s->ufrag_len = (size_t)(colon - text);
}

/* Before MESSAGE-INTEGRITY. The first of a kind counts (RFC 8489 §14). */
static void attribute(struct gw_stun_scan *s, uint16_t type, const uint8_t *value, size_t len)
{
    struct gw_reader r = gw_reader_make(value, len);

    switch (type) {
    case ATTR_USERNAME:
        username(s, value, len);
        break;
    case ATTR_PRIORITY:
        if (len == 4 && !s->has_priority) {
            s->priority = gw_read_u32(&r);
            s->has_priority = true;
        }
        break;
    case ATTR_USE_CANDIDATE:
        s->use_candidate = true;
        break;
    case ATTR_CONTROLLED:
        s->controlled = true;
        break;
    default:
        break;
    }
}

static bool attributes(struct gw_stun_scan *s, struct gw_reader *r)
{
    while (gw_reader_left(r)) {
        uint16_t type = gw_read_u16(r), len = gw_read_u16(r);
        const uint8_t *value = gw_read_bytes(r, len);

        gw_read_skip(r, -(size_t)len & 3);
        if (r->failed || s->has_fingerprint) /* FINGERPRINT is the last */
            return false;
        if (type == ATTR_FINGERPRINT) {
            if (len != 4)
                return false;
            s->has_fingerprint = true;
        } else if (s->has_integrity) {
            if (type != ATTR_INTEGRITY_SHA256)
                return false;
        } else if (type == ATTR_INTEGRITY) {
            if (len != 20)
                return false;
            s->has_integrity = true;
        } else {
            attribute(s, type, value, len);
        }
    }
    return true;
}

int gw_stun_scan(struct gw_stun_scan *out, const uint8_t *data, size_t len)
{
    struct gw_reader r = gw_reader_make(data, len);
    struct gw_stun_scan s = {.class = GW_STUN_REQUEST};
    uint16_t type;

    if (!gw_stun_is(data, len))
        return GW_EPARSE;
    type = gw_read_u16(&r);
    s.class = (enum gw_stun_class)((type >> 7 & 2) | (type >> 4 & 1));
    s.method = (uint16_t)((type & 0x000f) | (type >> 1 & 0x0070) | (type >> 2 & 0x0f80));
    gw_read_skip(&r, HEADER - 2);
    if (!attributes(&s, &r))
        return GW_EPARSE;
    *out = s;
    return 0;
}

static bool give_password(StunAgent *agent, StunMessage *msg, uint8_t *user, uint16_t user_len, uint8_t **password,
                          size_t *password_len, void *pwd)
{
    (void)agent;
    (void)msg;
    (void)user;
    (void)user_len;
    *password = pwd;
    *password_len = strlen(pwd);
    return true;
}

static size_t error_answer(struct gw_stun *s, StunMessage *request, uint8_t *answer, StunError code)
{
    StunMessage msg;

    if (!stun_agent_init_error(&s->agent, &msg, answer, GW_STUN_ANSWER, request, code))
        return 0;
    return stun_agent_finish_message(&s->agent, &msg, NULL, 0);
}

static size_t success_answer(struct gw_stun *s, StunMessage *request, uint8_t *answer, const struct gw_address *from)
{
    union {
        union gw_sockaddr u;
        struct sockaddr_storage storage;
    } to;
    StunMessage msg;
    socklen_t len;

    memset(&to, 0, sizeof(to));
    len = gw_address_to_sockaddr(from, gw_address_is_v4(from) ? AF_INET : AF_INET6, &to.u);
    if (!stun_agent_init_response(&s->agent, &msg, answer, GW_STUN_ANSWER, request) ||
        stun_message_append_xor_addr(&msg, STUN_ATTRIBUTE_XOR_MAPPED_ADDRESS, &to.storage, len) !=
            STUN_MESSAGE_RETURN_SUCCESS)
        return 0;
    return stun_agent_finish_message(&s->agent, &msg, NULL, 0);
}

enum gw_stun_verdict gw_stun_answer(struct gw_stun *s, const struct gw_stun_scan *scan, const uint8_t *data, size_t len,
                                    const char *pwd, const struct gw_address *from, uint8_t *answer, size_t *answer_len)
{
    StunMessage request;
    StunValidationStatus status;

    *answer_len = 0;
    if (scan->class != GW_STUN_REQUEST || scan->method != METHOD_BIND || !scan->ufrag || !scan->has_integrity ||
        !scan->has_fingerprint)
        return GW_STUN_BAD;
    status = stun_agent_validate(&s->agent, &request, data, len, give_password, (void *)pwd);
    if (status == STUN_VALIDATION_UNAUTHORIZED || status == STUN_VALIDATION_UNAUTHORIZED_BAD_REQUEST)
        return GW_STUN_INTEGRITY;
    if (status == STUN_VALIDATION_UNKNOWN_REQUEST_ATTRIBUTE) {
        StunMessage msg;

        *answer_len = stun_agent_build_unknown_attributes_error(&s->agent, &msg, answer, GW_STUN_ANSWER, &request);
        return GW_STUN_REFUSED;
    }
    if (status != STUN_VALIDATION_SUCCESS)
        return GW_STUN_BAD;
    if (!scan->has_priority) { /* RFC 8445 §7.1.1 */
        *answer_len = error_answer(s, &request, answer, STUN_ERROR_BAD_REQUEST);
        return GW_STUN_REFUSED;
    }
    if (scan->controlled) {
        *answer_len = error_answer(s, &request, answer, STUN_ERROR_ROLE_CONFLICT);
        return GW_STUN_REFUSED;
    }
    *answer_len = success_answer(s, &request, answer, from);
    return *answer_len ? GW_STUN_CHECK : GW_STUN_BAD;
}
