/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses out of texts. What looks like one is asked of inet_pton(), so that times and fingerprints stay. */
#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "log/line.h"

#define LONGEST 45 /* INET6_ADDRSTRLEN - 1 */
#define SECRET  20 /* letters and digits in a row that may be a key */

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

static void each_address(char *text, void (*hide_it)(char *text, size_t len))
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
            hide_it(at, found);
        at += len;
    }
}

void gw_log_redact(char *text)
{
    each_address(text, hide);
}

/* --- for others --------------------------------------------------------------------------------------------------- */

static void hide_all(char *text, size_t len)
{
    memset(text, 'x', len);
}

static bool is_of_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '+';
}

/* Long, and not one of our own names: there are digits in it, or both cases. */
static bool looks_secret(const char *word, size_t len)
{
    bool digit = false, upper = false, lower = false;

    for (size_t i = 0; i < len; i++) {
        digit |= isdigit((unsigned char)word[i]) != 0;
        upper |= isupper((unsigned char)word[i]) != 0;
        lower |= islower((unsigned char)word[i]) != 0;
    }
    return len >= SECRET && ((digit && (upper || lower)) || (upper && lower));
}

static bool announces_secret(const char *word, size_t len)
{
    static const char *const names[] = {"secret", "token", "password", "pin", "key"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        size_t n = strlen(names[i]);

        if (len >= n && !strncasecmp(word + len - n, names[i], n))
            return true;
    }
    return false;
}

/* What is given to the name: behind = or :, and quotes or blanks if there are any. */
static size_t value_behind(const char *at)
{
    size_t n = strspn(at, "\"'");

    if (at[n] != '=' && at[n] != ':')
        return 0;
    n++;
    return n + strspn(at + n, " \"'");
}

void gw_log_scrub(char *text)
{
    each_address(text, hide_all);
    for (char *at = text; *at;) {
        size_t len = 0, skip;

        while (is_of_word(at[len]))
            len++;
        if (!len) {
            at++;
            continue;
        }
        skip = announces_secret(at, len) ? value_behind(at + len) : 0;
        if (looks_secret(at, len))
            hide_all(at, len);
        at += len + skip;
        if (skip) {
            len = strcspn(at, " ,;\"'\n");
            hide_all(at, len);
            at += len;
        }
    }
}
