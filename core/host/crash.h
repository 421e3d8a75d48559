/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is left when the process crashes: signal, thread, backtrace and the last lines of the log, on standard error and
 * in a file; then the signal takes its course, so that a core dump is made and whoever watches us sees it. And what is
 * found of that at the next start.
 */
#ifndef GW_HOST_CRASH_H
#define GW_HOST_CRASH_H

/* From now on SIGSEGV, SIGBUS, SIGILL, SIGFPE and SIGABRT are reported; the folder is made when it is needed, its path
 * is copied. Not with sanitizers, which do that themselves. Control thread, before there are others. */
void gw_crash_begin(const char *folder);
void gw_crash_end(void); /* the signals are as they were */

/* Calls found for each report in the folder that was not told of yet, and then keeps it as *.seen (the last 20 of
 * them). text and path are borrowed. */
void gw_crash_each(const char *folder, void (*found)(void *arg, const char *path, const char *text), void *arg);

#endif
