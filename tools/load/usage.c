/* SPDX-License-Identifier: Apache-2.0 */
/* What a process has used, as the kernel counts it. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
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

/* Resident, and what of it is the process's alone and written to. */
static void read_memory(int pid, struct usage *u)
{
    char path[64], line[160];
    long kib;
    FILE *f;

    u->rss_kib = u->private_kib = 0;
    snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", pid);
    f = fopen(path, "r");
    while (f && fgets(line, sizeof(line), f)) {
        if (sscanf(line, "Rss: %ld kB", &kib) == 1)
            u->rss_kib = kib;
        else if (sscanf(line, "Private_Dirty: %ld kB", &kib) == 1)
            u->private_kib = kib;
    }
    if (f)
        fclose(f);
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
    read_memory(pid, u);
    u->fds = count_entries(pid, "fd");
    u->threads = count_entries(pid, "task");
    return true;
}

double own_cpu_s(void)
{
    struct rusage r;

    getrusage(RUSAGE_SELF, &r);
    return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) + (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}
