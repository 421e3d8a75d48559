/* SPDX-License-Identifier: Apache-2.0 */
/* The numbers that clients see when a request fails. Any thread. */
#ifndef GW_API_ERRORS_H
#define GW_API_ERRORS_H

enum gw_api_error {
    GW_API_UNAUTHORIZED = 403,
    GW_API_PLUGIN_NOT_ALLOWED = 405,
    GW_API_TOO_MANY = 429, /* ours: a limit of an address, session or token was reached */
    GW_API_TRANSPORT = 450, /* e.g. an HTTP method that has no meaning */
    GW_API_UNKNOWN_REQUEST = 453,
    GW_API_NOT_JSON = 454,
    GW_API_NOT_OBJECT = 455,
    GW_API_MISSING = 456,
    GW_API_WRONG_PATH = 457,
    GW_API_NO_SESSION = 458,
    GW_API_NO_HANDLE = 459,
    GW_API_NO_PLUGIN = 460,
    GW_API_ATTACH = 461,
    GW_API_MESSAGE = 462,
    GW_API_DETACH = 463,
    GW_API_JSEP_TYPE = 464,
    GW_API_SDP = 465,
    GW_API_INVALID = 467,
    GW_API_SESSION_EXISTS = 468,
    GW_API_UNEXPECTED = 469,
    GW_API_NO_TOKEN = 470,
    GW_API_WRONG_STATE = 471,
    GW_API_NOT_ACCEPTING = 472,
    GW_API_UNKNOWN = 490,
};

/* What the number means, a few words, never NULL. */
const char *gw_api_error_text(int code);

#endif
