/* SPDX-License-Identifier: Apache-2.0 */
/* What a process has used, as the kernel counts it. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "load.h"

static long count_entries(int pid, const char *what)
{
    char path[64];
    DIR *d;
    long n = -2;

    snprintf(path, sizeof(path), "/proc/%d/%s", pid, what);
    d = opendir(path);
    if (!d)
        return 0;
    while (readdir(d))
        n++;
    closedir(d);
    return n;
}

static long rss_kib(int pid)
{
    char path[64], line[160];
    long kib = 0;
    FILE *f;

    snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", pid);
    f = fopen(path, "r");
    while (f && fgets(line, sizeof(line), f))
        if (sscanf(line, "Rss: %ld kB", &kib) == 1)
            break;
    if (f)
        fclose(f);
    return kib;
}

bool usage_read(int pid, struct usage *u)
{
    char path[64], text[1024];
    unsigned long user, system;
    FILE *f;
    char *after;

    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    f = fopen(path, "r");
    if (!f)
        return false;
    after = fgets(text, sizeof(text), f) ? strrchr(text, ')') : NULL;
    fclose(f);
    if (!after || sscanf(after, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) != 2)
        return false;
    u->user_s = (double)user / (double)sysconf(_SC_CLK_TCK);
    u->system_s = (double)system / (double)sysconf(_SC_CLK_TCK);
    u->wall_s = (double)now_us() / 1e6;
    u->rss_kib = rss_kib(pid);
    u->fds = count_entries(pid, "fd");
    u->threads = count_entries(pid, "task");
    return true;
}
