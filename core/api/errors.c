/* SPDX-License-Identifier: Apache-2.0 */
#include "api/errors.h"

#include <stddef.h>

static const struct {
    int code;
    const char *text;
} texts[] = {
    {GW_API_UNAUTHORIZED, "Unauthorized: wrong or missing secret or token"},
    {GW_API_PLUGIN_NOT_ALLOWED, "This token may not use this plugin"},
    {GW_API_TOO_MANY, "Too many"},
    {GW_API_TRANSPORT, "Transport specific error"},
    {GW_API_UNKNOWN_REQUEST, "Unknown request"},
    {GW_API_NOT_JSON, "Invalid JSON"},
    {GW_API_NOT_OBJECT, "Not a JSON object"},
    {GW_API_MISSING, "Missing mandatory element"},
    {GW_API_WRONG_PATH, "Invalid path for this request"},
    {GW_API_NO_SESSION, "No such session"},
    {GW_API_NO_HANDLE, "No such handle"},
    {GW_API_NO_PLUGIN, "No such plugin"},
    {GW_API_ATTACH, "The plugin refused the handle"},
    {GW_API_MESSAGE, "The plugin cannot take this message"},
    {GW_API_DETACH, "No plugin attached"},
    {GW_API_JSEP_TYPE, "Unknown JSEP type"},
    {GW_API_SDP, "Invalid SDP"},
    {GW_API_INVALID, "Invalid element type"},
    {GW_API_SESSION_EXISTS, "Session id already in use"},
    {GW_API_UNEXPECTED, "Unexpected answer"},
    {GW_API_NO_TOKEN, "No such token"},
    {GW_API_WRONG_STATE, "Wrong WebRTC state"},
    {GW_API_NOT_ACCEPTING, "Not accepting new sessions"},
};

const char *gw_api_error_text(int code)
{
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (texts[i].code == code)
            return texts[i].text;
    return "Unknown error";
}
