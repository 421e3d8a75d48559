/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses out of texts. What looks like one is asked of inet_pton(), so that times and fingerprints stay. */
#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>

#include "log/line.h"

#define LONGEST 45 /* INET6_ADDRSTRLEN - 1 */

static bool is_part(char c)
{
    return isxdigit((unsigned char)c) || c == ':' || c == '.';
}

static bool is_address(int family, const char *text, size_t len)
{
    char copy[LONGEST + 1];
    unsigned char bytes[16];

    if (len > LONGEST)
        return false;
    memcpy(copy, text, len);
    copy[len] = '\0';
    return inet_pton(family, copy, bytes) == 1;
}

/* From the second separator on every digit is hidden; the text keeps its length. */
static void hide(char *text, size_t len)
{
    unsigned separators = 0;

    for (size_t i = 0; i < len; i++) {
        if (text[i] == ':' || text[i] == '.')
            separators++;
        else if (separators >= 2)
            text[i] = 'x';
    }
}

/* The token's leading part that is an address: as a whole, or before ":port" or a dot that ends a sentence. */
static size_t address_in(const char *token, size_t len)
{
    size_t digits = 0;

    if (is_address(AF_INET6, token, len) || is_address(AF_INET, token, len))
        return len;
    while (digits < len && (isdigit((unsigned char)token[digits]) || token[digits] == '.'))
        digits++;
    while (digits && token[digits - 1] == '.')
        digits--;
    if (digits && digits < len && is_address(AF_INET, token, digits))
        return digits;
    while (len && (token[len - 1] == '.' || token[len - 1] == ':'))
        len--;
    return is_address(AF_INET6, token, len) ? len : 0;
}

void gw_log_redact(char *text)
{
    for (char *at = text; *at;) {
        size_t len = 0, found;

        while (is_part(at[len]))
            len++;
        if (!len) {
            at++;
            continue;
        }
        if (len > 2 && (at == text || !isalnum((unsigned char)at[-1])) && !isalnum((unsigned char)at[len]) &&
            (found = address_in(at, len)))
            hide(at, found);
        at += len;
    }
}
