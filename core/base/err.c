/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

const char *gw_strerror(int err)
{
    switch (err) {
    case GW_OK:
        return "success";
    case GW_ENOMEM:
        return "out of memory";
    case GW_EINVAL:
        return "invalid argument";
    case GW_EPARSE:
        return "malformed input";
    case GW_EPROTO:
        return "not allowed in this state";
    case GW_ELIMIT:
        return "a limit was reached";
    case GW_EIO:
        return "the operating system or a library refused";
    case GW_EAGAIN:
        return "try again later";
    case GW_ENOENT:
        return "no such thing";
    case GW_ESTATE:
        return "being closed";
    default:
        return err > 0 ? "success" : "unknown error";
    }
}
