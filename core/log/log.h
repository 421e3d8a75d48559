/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log: one line for each change of state. Any thread may log and none ever waits for a disk: lines go through a
 * bounded queue to a writer thread, and what does not fit is dropped and counted. Not for packets: those are counters
 * (metrics/metrics.h).
 *
 * Before gw_log_start() and after gw_log_stop() lines are written to stderr at once.
 * Control characters in a message are made harmless, and the further lines of a text of several lines are indented,
 * so that nothing a peer sends can look like a line of ours.
 */
#ifndef GW_LOG_LOG_H
#define GW_LOG_LOG_H

#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <cardea/types.h>

#define GW_LOG_MODULE  16 /* bytes of a module's name */
#define GW_LOG_MODULES 32 /* with a level of their own */

enum gw_log_format { GW_LOG_HUMAN, GW_LOG_JSON, GW_LOG_JOURNAL };

struct gw_log_conf {
    bool to_stdout;
    enum gw_log_format format; /* of both */
    bool timestamps;
    bool colors;         /* on stdout, and only when it is a terminal */
    bool redact;         /* addresses are shortened (log/line.h) */
    unsigned rate;       /* lines a second from one place of the source; 0: any number */
    const char *file;    /* appended to; NULL: none */
    uint64_t file_bytes; /* the file becomes file.1 when it is larger, and so on; 0: never */
    unsigned file_keep;  /* so many old ones are kept */
    const char *prefix;  /* before each line; NULL: none */
};

/* Control thread. GW_EIO: the file cannot be opened (errno says why). Strings are copied. */
int gw_log_start(const struct gw_log_conf *conf);
void gw_log_stop(void);   /* writes what is queued and joins the writer */
void gw_log_reopen(void); /* any thread, also a signal handler: the file was rotated */

/* 0 (nothing) … 7; the start value is CARDEA_LOG_INFO. Any thread. */
void gw_log_set_level(int level);
int gw_log_level(void);
/* Levels of single modules, such as "ice=6, api=5"; all others have the general one. A module is a folder of core/, or
 * "plugin" or "transport". GW_EPARSE: not such a list, nothing changes. Control thread. */
int gw_log_set_modules(const char *list);
int gw_log_level_of(const char *module); /* any thread */

/* What may change while it runs; any thread. */
void gw_log_set_timestamps(bool on);
void gw_log_set_colors(bool on);
void gw_log_set_redact(bool on);
void gw_log_set_rate(unsigned lines_a_second);
void gw_log_set_format(enum gw_log_format format);

uint64_t gw_log_lines(void);      /* accepted since start */
uint64_t gw_log_dropped(void);    /* refused because the queue was full */
uint64_t gw_log_suppressed(void); /* refused because their cause had its share */

/*
 * where: a path of the source ("…/core/ice/lite.c" is module "ice"), or the name of a module. session and handle: 0
 * when the line is not about one. A text beyond 64 KiB is cut.
 */
void gw_log_line(const char *where, enum cardea_log_level level, uint64_t session, uint64_t handle, const char *fmt,
                 ...) __attribute__((format(printf, 5, 6)));
void gw_log_vline(const char *where, enum cardea_log_level level, uint64_t session, uint64_t handle, const char *fmt,
                  va_list ap) __attribute__((format(printf, 5, 0)));

extern _Atomic int gw_log_threshold; /* for the macros: arguments of a silent line are not evaluated */

#define GW_LOG(level, session, handle, ...)                                                                            \
    do {                                                                                                               \
        if ((int)(level) <= atomic_load_explicit(&gw_log_threshold, memory_order_relaxed))                             \
            gw_log_line(__FILE__, (level), (session), (handle), __VA_ARGS__);                                          \
    } while (0)

#define gw_fatal(...)   GW_LOG(CARDEA_LOG_FATAL, 0, 0, __VA_ARGS__)
#define gw_error(...)   GW_LOG(CARDEA_LOG_ERROR, 0, 0, __VA_ARGS__)
#define gw_warn(...)    GW_LOG(CARDEA_LOG_WARN, 0, 0, __VA_ARGS__)
#define gw_info(...)    GW_LOG(CARDEA_LOG_INFO, 0, 0, __VA_ARGS__)
#define gw_verbose(...) GW_LOG(CARDEA_LOG_VERBOSE, 0, 0, __VA_ARGS__)
#define gw_debug(...)   GW_LOG(CARDEA_LOG_DEBUG, 0, 0, __VA_ARGS__)
#define gw_trace(...)   GW_LOG(CARDEA_LOG_TRACE, 0, 0, __VA_ARGS__)

/* The same with session and handle ids: gw_error_of(session, handle, fmt, …) */
#define gw_error_of(session, handle, ...)   GW_LOG(CARDEA_LOG_ERROR, session, handle, __VA_ARGS__)
#define gw_warn_of(session, handle, ...)    GW_LOG(CARDEA_LOG_WARN, session, handle, __VA_ARGS__)
#define gw_info_of(session, handle, ...)    GW_LOG(CARDEA_LOG_INFO, session, handle, __VA_ARGS__)
#define gw_verbose_of(session, handle, ...) GW_LOG(CARDEA_LOG_VERBOSE, session, handle, __VA_ARGS__)
#define gw_debug_of(session, handle, ...)   GW_LOG(CARDEA_LOG_DEBUG, session, handle, __VA_ARGS__)

#endif
