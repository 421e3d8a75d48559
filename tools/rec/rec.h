/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cardea-rec: recordings looked at, checked, repaired, converted and put together, away from the gateway. One thread;
 * every command is a function of its arguments and ends the process with what it returns.
 */
#ifndef CARDEA_REC_H
#define CARDEA_REC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <glib.h>

/* --- commands (one file each) ------------------------------------------------------------------------------------- */

/* argv[0] is the command's name. 0: done, 1: something is wrong with what was looked at, 2: used wrongly. */
typedef int command_fn(int argc, char **argv);
command_fn run_info, run_verify, run_repair, run_convert, run_mjr, run_compose;

/* --- talking to people (ui.c) ------------------------------------------------------------------------------------- */

/* Parses options; what is left stays in argv. Returns false after an error, or --help, has been printed: *result is the
 * process' result then. summary stands above, description below the list of options; both may be NULL. */
bool parse_options(int *argc, char ***argv, const GOptionEntry *entries, const char *arguments, const char *summary,
                   const char *description, int *result);
/* One line to stderr: "cardea-rec: ...". Returns 1, so that a command can end with it. */
int complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The same, for a wrong use; names --help. Returns 2. */
int misused(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* libavformat's and libavcodec's own messages: 0 none … 7 all. */
void set_av_log(int level);

/* How far something is, with an estimate of what is left. A bar on a terminal, now and then a line elsewhere. */
struct progress {
    const char *what;
    bool quiet, terminal, shown;
    int64_t begin_us, said_us;
};
void progress_begin(struct progress *p, const char *what, bool quiet);
void progress_step(struct progress *p, double part); /* 0…1 */
void progress_end(struct progress *p);

/* "1:02:03.450", in buf of at least 24 bytes. */
const char *duration_text(char *buf, int64_t us);
/* "12.3 MB" */
const char *bytes_text(char *buf, uint64_t bytes);

#endif
