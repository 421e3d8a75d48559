/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "host/crash.h"

#include <execinfo.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <glib.h>

#include "host/symbols.h"
#include "log/recent.h"

#define FRAMES    64
#define STACK     65536 /* for the handler, when the control thread's own has run over */
#define MOST_SEEN 20
#define MOST_TEXT (256 << 10) /* of a report that is read again */

static const struct {
    int number;
    const char *name;
} signals[] = {{SIGSEGV, "SIGSEGV"}, {SIGBUS, "SIGBUS"}, {SIGILL, "SIGILL"}, {SIGFPE, "SIGFPE"}, {SIGABRT, "SIGABRT"}};

static struct {
    char folder[2000], path[2048];
    uint8_t stack[STACK];
    atomic_bool crashing;
    struct sigaction before[G_N_ELEMENTS(signals)];
    bool on;
} the;

/* --- the handler: async-signal-safe from here on ------------------------------------------------------------------ */

static void put(int fd, const char *text)
{
    if (write(fd, text, strlen(text)) < 0)
        return; /* nobody is left to be told */
}

static void put_number(int fd, uint64_t n, unsigned base)
{
    char text[24], *at = text + sizeof(text) - 1;

    *at = 0;
    do
        *--at = "0123456789abcdef"[n % base];
    while (n /= base);
    if (base == 16) {
        *--at = 'x';
        *--at = '0';
    }
    put(fd, at);
}

static const char *name_of(int number)
{
    for (size_t i = 0; i < G_N_ELEMENTS(signals); i++)
        if (signals[i].number == number)
            return signals[i].name;
    return "?";
}

static void put_head(int fd, const siginfo_t *info)
{
    char thread[17] = "";

    prctl(PR_GET_NAME, thread, 0, 0, 0);
    put(fd, "Cardea " PACKAGE_VERSION " crashed: ");
    put(fd, name_of(info->si_signo));
    if (info->si_code > 0 && info->si_signo != SIGABRT) {
        put(fd, " at address ");
        put_number(fd, (uintptr_t)info->si_addr, 16);
    } else if (info->si_pid && info->si_pid != getpid()) {
        put(fd, " sent by process ");
        put_number(fd, (uint64_t)info->si_pid, 10);
    }
    put(fd, " in thread ");
    put(fd, thread);
    put(fd, ", process ");
    put_number(fd, (uint64_t)getpid(), 10);
    put(fd, ", time ");
    put_number(fd, (uint64_t)time(NULL), 10);
    put(fd, "\n");
}

static void put_frames(int fd, void *const *frames, int n)
{
    put(fd, "backtrace:\n");
    for (int i = 0; i < n; i++) {
        size_t offset;
        const char *name =
            gw_symbols_find((const char *)frames[i] - 1, &offset); /* the call, not where it returns to */

        put(fd, " #");
        put_number(fd, (uint64_t)i, 10);
        put(fd, " ");
        if (!name) {
            backtrace_symbols_fd(&frames[i], 1, fd);
            continue;
        }
        put_number(fd, (uintptr_t)frames[i], 16);
        put(fd, " ");
        put(fd, name);
        put(fd, "+");
        put_number(fd, offset + 1, 16);
        put(fd, "\n");
    }
}

static void put_report(int fd, const siginfo_t *info, void *const *frames, int n)
{
    put_head(fd, info);
    put_frames(fd, frames, n);
    put(fd, "last lines of the log:\n");
    gw_recent_write(fd);
    put(fd, "end of the report\n");
}

static void handle(int number, siginfo_t *info, void *context)
{
    void *frames[FRAMES];
    int n, fd;

    while (atomic_exchange(&the.crashing, true))
        pause(); /* another thread was first, and ends us all */
    n = backtrace(frames, FRAMES);
    put_report(STDERR_FILENO, info, frames, n);
    mkdir(the.folder, 0700);
    fd = open(the.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd >= 0) {
        put_report(fd, info, frames, n);
        close(fd);
        put(STDERR_FILENO, the.path);
        put(STDERR_FILENO, " has it, too\n");
    }
    signal(number, SIG_DFL);
    syscall(SYS_tgkill, getpid(), (pid_t)syscall(SYS_gettid), number); /* comes when this handler has returned */
}

/* --- begin and end ------------------------------------------------------------------------------------------------ */

static bool others_do_it(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return true;
#else
    return false;
#endif
}

void gw_crash_begin(const char *folder)
{
    const stack_t stack = {.ss_sp = the.stack, .ss_size = sizeof(the.stack)};
    struct sigaction act = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    char *parent = g_path_get_dirname(folder);
    void *one;

    if (the.on || others_do_it()) {
        g_free(parent);
        return;
    }
    g_mkdir_with_parents(parent, 0755);
    g_free(parent);
    g_strlcpy(the.folder, folder, sizeof(the.folder));
    snprintf(the.path, sizeof(the.path), "%s/crash-%lld-%d.txt", the.folder, (long long)time(NULL), (int)getpid());
    gw_symbols_begin();
    backtrace(&one, 1); /* loads what it needs, which a handler must not */
    sigaltstack(&stack, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(signals); i++)
        sigaction(signals[i].number, &act, &the.before[i]);
    the.on = true;
}

void gw_crash_end(void)
{
    const stack_t none = {.ss_flags = SS_DISABLE};

    if (!the.on)
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(signals); i++)
        sigaction(signals[i].number, &the.before[i], NULL);
    sigaltstack(&none, NULL);
    gw_symbols_end();
    the.on = false;
}

/* --- the next start ----------------------------------------------------------------------------------------------- */

static int by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names in the folder that begin with "crash-" and end so, in order of time. */
static GPtrArray *list(const char *folder, const char *ending)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    GDir *dir = g_dir_open(folder, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir)))
        if (g_str_has_prefix(name, "crash-") && g_str_has_suffix(name, ending))
            g_ptr_array_add(names, g_build_filename(folder, name, NULL));
    if (dir)
        g_dir_close(dir);
    g_ptr_array_sort(names, by_name);
    return names;
}

static char *read_report(const char *path)
{
    char *text = g_malloc(MOST_TEXT + 1);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    ssize_t n = fd >= 0 ? read(fd, text, MOST_TEXT) : -1;

    if (fd >= 0)
        close(fd);
    text[n > 0 ? n : 0] = 0;
    return text;
}

static void keep_last(const char *folder)
{
    GPtrArray *seen = list(folder, ".seen");

    for (guint i = 0; i + MOST_SEEN < seen->len; i++)
        unlink(seen->pdata[i]);
    g_ptr_array_unref(seen);
}

void gw_crash_each(const char *folder, void (*found)(void *arg, const char *path, const char *text), void *arg)
{
    GPtrArray *names = list(folder, ".txt");

    for (guint i = 0; i < names->len; i++) {
        const char *path = names->pdata[i];
        char *text = read_report(path), *seen = g_strdup_printf("%.*s.seen", (int)(strlen(path) - 4), path);

        if (!rename(path, seen)) /* whoever renames it tells: two may start at once */
            found(arg, seen, text);
        g_free(seen);
        g_free(text);
    }
    g_ptr_array_unref(names);
    keep_last(folder);
}
