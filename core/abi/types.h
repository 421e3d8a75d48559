/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Types that plugins and transports share: versions, option tables, log levels.
 *
 * Everything here is plain C11 and Jansson. Nothing here runs: these are values and tables.
 * Tables only ever grow at their tail; the reader looks at `size` before it looks at a member.
 */
#ifndef CARDEA_TYPES_H
#define CARDEA_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

/* A different major is refused. A plugin with a smaller minor is welcome: it lacks some members at the tail. */
#define CARDEA_ABI_MAJOR 1
#define CARDEA_ABI_MINOR 4

/* Marks the one data symbol that a module exports. */
#define CARDEA_EXPORT __attribute__((visibility("default")))

enum cardea_log_level {
    CARDEA_LOG_FATAL = 1,
    CARDEA_LOG_ERROR = 2,
    CARDEA_LOG_WARN = 3,
    CARDEA_LOG_INFO = 4,
    CARDEA_LOG_VERBOSE = 5,
    CARDEA_LOG_DEBUG = 6,
    CARDEA_LOG_TRACE = 7,
};

/* --- options: one line gives parsing, checking, --help-config, the sample file and the docs ----------------------- */

enum cardea_option_type {
    CARDEA_OPT_BOOL,   /* true, yes, 1 (any case) are true */
    CARDEA_OPT_INT,    /* decimal, min <= x <= max */
    CARDEA_OPT_STRING, /* NUL-terminated, at most max bytes when max > 0 */
    CARDEA_OPT_LIST,   /* comma-separated string or array of strings; read as one comma-separated string */
};

struct cardea_option {
    const char *category; /* the group in the .jcfg file, e.g. "general" */
    const char *name;
    enum cardea_option_type type;
    const char *fallback; /* the default, as it would be written in the file; NULL: unset */
    int64_t min, max;     /* bounds of INT; max also bounds the length of STRING */
    bool reloadable;      /* may change while the process runs */
    const char *help;     /* one sentence, says the unit */
};
/* A table ends with a line whose name is NULL. */

/*
 * What a module was configured with: its option table's values, and the other groups of its file.
 * Borrowed: valid from start() until stop() returns. Control thread only.
 */
struct cardea_config;

#endif
