/* SPDX-License-Identifier: Apache-2.0 */
/* A TUN device inside a network namespace, for the links that tests and benchmarks run in user space. */
#pragma once

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static void die(const char *what)
{
    perror(what);
    exit(1);
}

/* The calling thread goes into the namespace of this name. Returns one with which leave_namespace() goes back. */
static int enter_namespace(const char *ns)
{
    int here = open("/proc/self/ns/net", O_RDONLY), there;
    char path[300];

    snprintf(path, sizeof(path), "/var/run/netns/%s", ns);
    there = open(path, O_RDONLY);
    if (here < 0 || there < 0 || setns(there, CLONE_NEWNET))
        die(path);
    close(there);
    return here;
}

static void leave_namespace(int here)
{
    if (setns(here, CLONE_NEWNET))
        die("back to the namespace of before");
    close(here);
}

/* A device of that name with that address (ADDR/LEN) inside a namespace; flags and offloads as in linux/if_tun.h. */
__attribute__((unused)) static int open_tun(const char *ns, const char *name, const char *address, int flags,
                                            unsigned offloads)
{
    struct ifreq request = {.ifr_flags = (short)(IFF_TUN | IFF_NO_PI | flags)};
    int here = enter_namespace(ns), tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
    char text[300];

    snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
    if (tun < 0 || ioctl(tun, TUNSETIFF, &request) || (offloads && ioctl(tun, TUNSETOFFLOAD, offloads)))
        die("tun");
    snprintf(text, sizeof(text), "ip addr add %s dev %s && ip link set %s up txqueuelen 10000", address, name, name);
    if (system(text))
        die("address");
    leave_namespace(here);
    return tun;
}
