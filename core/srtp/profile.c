/* SPDX-License-Identifier: Apache-2.0 */
#include "srtp/profile.h"

static const struct gw_srtp_params table[] = {
    {GW_SRTP_CM_SHA1_80, "SRTP_AES128_CM_SHA1_80", false, 16, 14, 10},
    {GW_SRTP_CM_SHA1_32, "SRTP_AES128_CM_SHA1_32", false, 16, 14, 4},
    {GW_SRTP_GCM_128, "SRTP_AEAD_AES_128_GCM", true, 16, 12, 16},
    {GW_SRTP_GCM_256, "SRTP_AEAD_AES_256_GCM", true, 32, 12, 16},
};

const struct gw_srtp_params *gw_srtp_params(enum gw_srtp_profile profile)
{
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (table[i].profile == profile)
            return &table[i];
    return NULL;
}

const char *gw_srtp_profile_name(enum gw_srtp_profile p)
{
    const struct gw_srtp_params *params = gw_srtp_params(p);

    return params ? params->name : "none";
}
