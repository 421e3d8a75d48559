/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel.h"

#include <dirent.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* --- texts -------------------------------------------------------------------------------------------------------- */

bool kernel_parse_stat(const char *text, struct machine_time *out)
{
    uint64_t user, nice, system, idle, iowait, irq, softirq, steal;

    if (sscanf(text, "cpu %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64,
               &user, &nice, &system, &idle, &iowait, &irq, &softirq, &steal) != 8)
        return false;
    out->idle = idle + iowait;
    out->steal = steal;
    out->total = user + nice + system + irq + softirq + steal + out->idle;
    return true;
}

bool kernel_parse_rss(const char *text, uint64_t *bytes)
{
    uint64_t size, resident;

    if (sscanf(text, "%" SCNu64 " %" SCNu64, &size, &resident) != 2)
        return false;
    *bytes = resident * (uint64_t)sysconf(_SC_PAGESIZE);
    return true;
}

bool kernel_parse_meminfo(const char *text, uint64_t *total_bytes)
{
    const char *line = strstr(text, "MemTotal:");
    uint64_t kib;

    if (!line || sscanf(line, "MemTotal: %" SCNu64 " kB", &kib) != 1)
        return false;
    *total_bytes = kib * 1024;
    return true;
}

bool kernel_parse_cpu_max(const char *text, double *cores)
{
    uint64_t quota, period;

    if (sscanf(text, "%" SCNu64 " %" SCNu64, &quota, &period) != 2 || !quota || !period)
        return false;
    *cores = (double)quota / (double)period;
    return true;
}

/* Version 1 says "no limit" by a number near 2^63. */
bool kernel_parse_limit(const char *text, uint64_t *bytes)
{
    uint64_t n;

    if (sscanf(text, "%" SCNu64, &n) != 1 || n > UINT64_C(1) << 60)
        return false;
    *bytes = n;
    return true;
}

static const char *next_line(const char *at)
{
    const char *end = strchr(at, '\n');

    return end ? end + 1 : at + strlen(at);
}

bool kernel_parse_net_dev(const char *text, uint64_t *in, uint64_t *out)
{
    uint64_t all_in = 0, all_out = 0;
    bool any = false;

    for (const char *line = text; *line; line = next_line(line)) {
        uint64_t received, sent;
        char name[32];

        if (sscanf(line, " %31[^: \n]: %" SCNu64 " %*u %*u %*u %*u %*u %*u %*u %" SCNu64, name, &received, &sent) != 3)
            continue;
        any = true;
        if (!strcmp(name, "lo"))
            continue;
        all_in += received;
        all_out += sent;
    }
    if (any) {
        *in = all_in;
        *out = all_out;
    }
    return any;
}

static bool names(const char *list, size_t len, const char *controller)
{
    size_t n = strlen(controller);

    while (len) {
        const char *comma = memchr(list, ',', len);
        size_t one = comma ? (size_t)(comma - list) : len;

        if (one == n && !memcmp(list, controller, n))
            return true;
        list += comma ? one + 1 : one;
        len -= comma ? one + 1 : one;
    }
    return n == 0;
}

bool kernel_parse_cgroup(const char *text, const char *controller, char *path, unsigned size)
{
    for (const char *line = text; *line; line = next_line(line)) {
        const char *list = strchr(line, ':'), *where = list ? strchr(list + 1, ':') : NULL, *end = next_line(line);
        size_t len;

        if (!where || where > end)
            continue;
        len = (size_t)(where - list - 1);
        if (controller ? !len || !names(list + 1, len, controller) : len != 0)
            continue;
        where++;
        len = strcspn(where, "\n");
        if (len >= size)
            return false;
        memcpy(path, where, len);
        path[len] = '\0';
        return true;
    }
    return false;
}

/* --- files -------------------------------------------------------------------------------------------------------- */

static const char *slurp(const char *path, char *text, size_t size)
{
    FILE *f = fopen(path, "re");
    size_t n = f ? fread(text, 1, size - 1, f) : 0;

    if (f)
        fclose(f);
    text[n] = '\0';
    return text;
}

/* A file of our control group, or of the groups above: the tightest of them counts, read tells what it is. */
static void each_group(const char *root, const char *path, const char *file, void (*read)(const char *text, void *arg),
                       void *arg)
{
    char group[600], name[1024], text[200];

    snprintf(group, sizeof(group), "%s", strcmp(path, "/") ? path : "");
    for (;;) {
        char *slash;

        snprintf(name, sizeof(name), "%s%s/%s", root, group, file);
        read(slurp(name, text, sizeof(text)), arg);
        slash = strrchr(group, '/');
        if (!slash)
            return;
        *slash = '\0';
    }
}

static void tighter_cores(const char *text, void *arg)
{
    double cores, *least = arg;

    if (kernel_parse_cpu_max(text, &cores) && cores < *least)
        *least = cores;
}

static void tighter_memory(const char *text, void *arg)
{
    uint64_t bytes, *least = arg;

    if (kernel_parse_limit(text, &bytes) && bytes < *least)
        *least = bytes;
}

static void quota_v1(const char *path, double *cores)
{
    char name[1024], quota[64], period[64], both[140];

    snprintf(name, sizeof(name), "/sys/fs/cgroup/cpu%s/cpu.cfs_quota_us", path);
    slurp(name, quota, sizeof(quota));
    snprintf(name, sizeof(name), "/sys/fs/cgroup/cpu%s/cpu.cfs_period_us", path);
    slurp(name, period, sizeof(period));
    snprintf(both, sizeof(both), "%s %s", quota[0] == '-' ? "" : quota, period);
    tighter_cores(both, cores);
}

static void read_groups(struct kernel_reading *r)
{
    char text[4096], path[512];

    slurp("/proc/self/cgroup", text, sizeof(text));
    if (kernel_parse_cgroup(text, NULL, path, sizeof(path))) {
        each_group("/sys/fs/cgroup", path, "cpu.max", tighter_cores, &r->cores);
        each_group("/sys/fs/cgroup", path, "memory.max", tighter_memory, &r->memory_limit);
    }
    if (kernel_parse_cgroup(text, "cpu", path, sizeof(path)))
        quota_v1(path, &r->cores);
    if (kernel_parse_cgroup(text, "memory", path, sizeof(path)))
        each_group("/sys/fs/cgroup/memory", path, "memory.limit_in_bytes", tighter_memory, &r->memory_limit);
}

static uint64_t count_descriptors(void)
{
    struct stat st;
    uint64_t n = 0;
    DIR *dir;

    if (!stat("/proc/self/fd", &st) && st.st_size > 0) /* Linux 6.2 and later: their number */
        return (uint64_t)st.st_size;
    dir = opendir("/proc/self/fd");
    while (dir && readdir(dir))
        n++;
    if (dir)
        closedir(dir);
    return n > 3 ? n - 3 : 0; /* ".", "..", and the folder itself */
}

static void read_process(struct kernel_reading *r)
{
    struct rlimit files;
    struct rusage u;
    char text[200];

    if (!getrusage(RUSAGE_SELF, &u))
        r->cpu_us = (uint64_t)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000 +
                    (uint64_t)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
    kernel_parse_rss(slurp("/proc/self/statm", text, sizeof(text)), &r->rss);
    r->descriptors = count_descriptors();
    if (!getrlimit(RLIMIT_NOFILE, &files))
        r->descriptor_limit = files.rlim_cur;
}

void kernel_read(struct kernel_reading *r, const char *folder)
{
    struct statvfs disk;
    cpu_set_t set;
    char text[16384];

    memset(r, 0, sizeof(*r));
    r->cores = sched_getaffinity(0, sizeof(set), &set) ? (double)sysconf(_SC_NPROCESSORS_ONLN) : CPU_COUNT(&set);
    kernel_parse_stat(slurp("/proc/stat", text, sizeof(text)), &r->machine);
    kernel_parse_meminfo(slurp("/proc/meminfo", text, sizeof(text)), &r->memory_limit);
    kernel_parse_net_dev(slurp("/proc/net/dev", text, sizeof(text)), &r->net_in, &r->net_out);
    read_process(r);
    read_groups(r);
    r->limited = r->cores < (double)sysconf(_SC_NPROCESSORS_ONLN);
    r->disk_free = folder && !statvfs(folder, &disk) ? (uint64_t)disk.f_bavail * disk.f_frsize : UINT64_MAX;
}
