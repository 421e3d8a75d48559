/* SPDX-License-Identifier: Apache-2.0 */
/* Comma lists, as in Sec-WebSocket-Protocol and ws_logging. Pure; any thread. */
#ifndef CARDEA_WEBSOCKET_TOKENS_H
#define CARDEA_WEBSOCKET_TOKENS_H

#include <stdbool.h>

/* Is name one of the tokens of list? Exactly so, also in case (RFC 6455, 4.2.2). */
bool tokens_have(const char *list, const char *name);
/* Names of the library's log categories to its bits. false: one was unknown (the others count). */
bool tokens_log_level(const char *list, int *level);

#endif
