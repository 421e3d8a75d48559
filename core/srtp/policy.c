/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <string.h>

#include "base/err.h"
#include "srtp/policy.h"
#include "srtp/srtp.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static srtp_err_status_t started = srtp_err_status_fail;

static void start(void)
{
    started = srtp_init();
}

int gw_libsrtp_init(void)
{
    pthread_once(&once, start);
    return started == srtp_err_status_ok ? GW_OK : GW_EIO;
}

int gw_libsrtp_policy(srtp_policy_t *out, const struct gw_srtp_params *params, srtp_ssrc_type_t type, uint32_t ssrc,
                      const uint8_t *key)
{
    static const struct {
        enum gw_srtp_profile ours;
        srtp_profile_t theirs;
    } map[] = {
        {GW_SRTP_CM_SHA1_80, srtp_profile_aes128_cm_sha1_80},
        {GW_SRTP_CM_SHA1_32, srtp_profile_aes128_cm_sha1_32},
        {GW_SRTP_GCM_128, srtp_profile_aead_aes_128_gcm},
        {GW_SRTP_GCM_256, srtp_profile_aead_aes_256_gcm},
    };
    size_t i = 0;

    memset(out, 0, sizeof(*out));
    while (map[i].ours != params->profile)
        if (++i == sizeof(map) / sizeof(map[0]))
            return GW_EINVAL;
    if (srtp_crypto_policy_set_from_profile_for_rtp(&out->rtp, map[i].theirs) ||
        srtp_crypto_policy_set_from_profile_for_rtcp(&out->rtcp, map[i].theirs))
        return GW_EIO;
    out->ssrc.type = type;
    out->ssrc.value = ssrc;
    out->key = (unsigned char *)key;
    out->window_size = GW_SRTP_WINDOW;
    out->allow_repeat_tx = 1;
    return GW_OK;
}

int gw_libsrtp_error(srtp_err_status_t status)
{
    switch (status) {
    case srtp_err_status_ok:
        return GW_OK;
    case srtp_err_status_alloc_fail:
        return GW_ENOMEM;
    case srtp_err_status_auth_fail:
    case srtp_err_status_replay_fail:
    case srtp_err_status_replay_old:
    case srtp_err_status_no_ctx:
        return GW_EPROTO;
    case srtp_err_status_key_expired:
        return GW_ELIMIT;
    default:
        return GW_EPARSE;
    }
}

/* "libsrtp2 2.5.0" */
const char *gw_srtp_library(void)
{
    const char *name = srtp_get_version_string(), *blank = strrchr(name, ' ');

    return blank ? blank + 1 : name;
}
