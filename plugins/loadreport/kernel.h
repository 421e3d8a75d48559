/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the kernel says about machine, process and control group. The parse functions are pure: the text of a file of
 * /proc or /sys in, values out; false: it is not what it should be, and the output is as it was.
 */
#ifndef LOADREPORT_KERNEL_H
#define LOADREPORT_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

struct machine_time { /* of all processors together, in clock ticks since boot */
    uint64_t total, idle, steal;
};

bool kernel_parse_stat(const char *text, struct machine_time *out);       /* /proc/stat */
bool kernel_parse_rss(const char *text, uint64_t *bytes);                 /* /proc/self/statm */
bool kernel_parse_meminfo(const char *text, uint64_t *total_bytes);       /* /proc/meminfo */
bool kernel_parse_cpu_max(const char *text, double *cores);               /* cgroup v2 cpu.max; "max": false */
bool kernel_parse_limit(const char *text, uint64_t *bytes);               /* memory.max, memory.limit_in_bytes */
bool kernel_parse_net_dev(const char *text, uint64_t *in, uint64_t *out); /* /proc/net/dev without lo; bytes */
/* /proc/self/cgroup: the path of our group, v2 ("0::/path") or, with a controller's name, v1 ("4:cpu,cpuacct:/path").
 */
bool kernel_parse_cgroup(const char *text, const char *controller, char *path, unsigned size);

struct kernel_reading {
    struct machine_time machine;
    uint64_t cpu_us; /* of the process, user and system */
    double cores;    /* that it may use: affinity, then the group's quota */
    bool limited;    /* by either of the two */
    uint64_t rss, memory_limit;
    uint64_t descriptors, descriptor_limit;
    uint64_t net_in, net_out; /* bytes of all devices but lo */
    uint64_t disk_free;       /* bytes, where the given folder is; UINT64_MAX: unknown */
};

/* Some system calls and small reads: a fraction of a millisecond. folder may be NULL. */
void kernel_read(struct kernel_reading *out, const char *folder);

#endif
