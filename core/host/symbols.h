/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of our own functions, out of the symbol table of the program's file: the linker does not export them, so
 * backtrace_symbols() knows none. A stripped program has none here, either.
 */
#ifndef GW_HOST_SYMBOLS_H
#define GW_HOST_SYMBOLS_H

#include <stddef.h>

/* Maps the file; it is read only when a name is asked for. Control thread, once. */
void gw_symbols_begin(void);
void gw_symbols_end(void);
/* The function that address lies in and how far in; NULL: not in this program, or not known. Async-signal-safe. */
const char *gw_symbols_find(const void *address, size_t *offset);

#endif
