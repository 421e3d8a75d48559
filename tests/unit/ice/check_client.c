/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/ice/check_client.h"

#include <stdio.h>
#include <stdlib.h>

#include <stun/stunagent.h>
#include <stun/usages/ice.h>

static void set_up(StunAgent *a)
{
    stun_agent_init(a, STUN_ALL_KNOWN_ATTRIBUTES, STUN_COMPATIBILITY_RFC5389,
                    STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS | STUN_AGENT_USAGE_USE_FINGERPRINT);
}

size_t check_write(const struct check *c, uint8_t *out, size_t cap)
{
    char user[600];
    StunAgent agent;
    StunMessage msg;
    int n = snprintf(user, sizeof(user), "%s:%s", c->ufrag, c->from);

    set_up(&agent);
    return stun_usage_ice_conncheck_create(&agent, &msg, out, cap, (const uint8_t *)user, (size_t)n,
                                           (const uint8_t *)c->pwd, strlen(c->pwd), c->use_candidate, !c->controlled,
                                           c->priority, 42, NULL, STUN_USAGE_ICE_COMPATIBILITY_RFC5245);
}

static bool password(StunAgent *agent, StunMessage *msg, uint8_t *user, uint16_t user_len, uint8_t **pwd, size_t *len,
                     void *arg)
{
    *pwd = arg;
    *len = strlen(arg);
    return true;
}

int check_answer(const uint8_t *data, size_t len, const char *pwd, struct gw_address *mapped)
{
    struct sockaddr_storage storage;
    socklen_t n = sizeof(storage);
    StunAgent agent;
    StunMessage msg;
    int code;

    stun_agent_init(&agent, STUN_ALL_KNOWN_ATTRIBUTES, STUN_COMPATIBILITY_RFC5389,
                    STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS | STUN_AGENT_USAGE_USE_FINGERPRINT |
                        STUN_AGENT_USAGE_FORCE_VALIDATER);
    /* We did not save the transaction: pretend that we have asked this. */
    agent.sent_ids[0].valid = true;
    agent.sent_ids[0].method = STUN_BINDING;
    agent.sent_ids[0].key = (uint8_t *)pwd;
    agent.sent_ids[0].key_len = strlen(pwd);
    if (len < 20)
        return -1;
    memcpy(agent.sent_ids[0].id, data + 4, sizeof(agent.sent_ids[0].id));
    if (stun_agent_validate(&agent, &msg, data, len, password, (void *)pwd) != STUN_VALIDATION_SUCCESS ||
        !stun_message_has_attribute(&msg, STUN_ATTRIBUTE_MESSAGE_INTEGRITY) ||
        !stun_message_has_attribute(&msg, STUN_ATTRIBUTE_FINGERPRINT))
        return -1;
    if (stun_message_get_class(&msg) == STUN_ERROR)
        return stun_message_find_error(&msg, &code) == STUN_MESSAGE_RETURN_SUCCESS ? code : -1;
    if (stun_message_get_class(&msg) != STUN_RESPONSE ||
        stun_message_find_xor_addr(&msg, STUN_ATTRIBUTE_XOR_MAPPED_ADDRESS, &storage, &n) !=
            STUN_MESSAGE_RETURN_SUCCESS)
        return -1;
    return gw_address_from_sockaddr(mapped, (struct sockaddr *)&storage, n) ? 0 : -1;
}

size_t check_recorded(const char *name, uint8_t *out, size_t cap)
{
    const char *srcdir = getenv("srcdir");
    char path[1024];
    unsigned byte;
    size_t n = 0;
    FILE *f;

    snprintf(path, sizeof(path), "%s/tests/fixtures/dtls/%s-stun-binding.hex", srcdir ? srcdir : ".", name);
    f = fopen(path, "r");
    if (!f)
        return 0;
    while (n < cap && fscanf(f, "%2x", &byte) == 1)
        out[n++] = (uint8_t)byte;
    fclose(f);
    return n;
}
