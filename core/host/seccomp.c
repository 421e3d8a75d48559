/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "host/seccomp.h"

#include <errno.h>
#include <stddef.h>

#ifdef HAVE_SECCOMP

#include <sched.h>
#include <seccomp.h>
#include <sys/socket.h>

/* By name, for not every processor has them all. Grouped by what they are for. */
static const char *const allowed[] = {
    /* memory */
    "brk", "madvise", "mbind", "membarrier", "memfd_create", "mincore", "mlock", "mlock2", "mlockall", "mmap", "mmap2",
    "mprotect", "mremap", "msync", "munlock", "munlockall", "munmap", "get_mempolicy", "set_mempolicy",
    /* descriptors */
    "close", "close_range", "dup", "dup2", "dup3", "epoll_create", "epoll_create1", "epoll_ctl", "epoll_pwait",
    "epoll_pwait2", "epoll_wait", "eventfd", "eventfd2", "fcntl", "fcntl64", "ioctl", "lseek", "_llseek", "pipe",
    "pipe2", "poll", "ppoll", "ppoll_time64", "pread64", "preadv", "preadv2", "pselect6", "pselect6_time64", "pwrite64",
    "pwritev", "pwritev2", "read", "readv", "select", "_newselect", "sendfile", "sendfile64", "signalfd", "signalfd4",
    "splice", "tee", "timerfd_create", "timerfd_gettime", "timerfd_gettime64", "timerfd_settime", "timerfd_settime64",
    "write", "writev",
    /* files: which of them, the file system's rights and Landlock decide */
    "access", "chdir", "chmod", "chown", "copy_file_range", "creat", "faccessat", "faccessat2", "fadvise64",
    "fadvise64_64", "fallocate", "fchdir", "fchmod", "fchmodat", "fchmodat2", "fchown", "fchownat", "fdatasync",
    "fgetxattr", "flock", "fsetxattr", "fstat", "fstat64", "fstatat64", "fstatfs", "fstatfs64", "fsync", "ftruncate",
    "ftruncate64", "futimesat", "getcwd", "getdents", "getdents64", "getxattr", "inotify_add_watch", "inotify_init",
    "inotify_init1", "inotify_rm_watch", "lchown", "lgetxattr", "link", "linkat", "lstat", "lstat64", "mkdir",
    "mkdirat", "newfstatat", "open", "openat", "openat2", "readahead", "readlink", "readlinkat", "rename", "renameat",
    "renameat2", "rmdir", "stat", "stat64", "statfs", "statfs64", "statx", "symlink", "symlinkat", "sync_file_range",
    "truncate", "truncate64", "umask", "unlink", "unlinkat", "utime", "utimensat", "utimensat_time64", "utimes",
    /* the network */
    "accept", "accept4", "bind", "connect", "getpeername", "getsockname", "getsockopt", "listen", "recv", "recvfrom",
    "recvmmsg", "recvmmsg_time64", "recvmsg", "send", "sendmmsg", "sendmsg", "sendto", "setsockopt", "shutdown",
    "socketpair", "io_uring_enter", "io_uring_register", "io_uring_setup",
    /* threads, children, time */
    "alarm", "arch_prctl", "clock_getres", "clock_getres_time64", "clock_gettime", "clock_gettime64", "clock_nanosleep",
    "clock_nanosleep_time64", "exit", "exit_group", "fork", "futex", "futex_time64", "futex_waitv", "get_robust_list",
    "get_thread_area", "getcpu", "getitimer", "getrandom", "gettimeofday", "nanosleep", "pause", "pidfd_open",
    "pidfd_send_signal", "prctl", "restart_syscall", "rseq", "sched_get_priority_max", "sched_get_priority_min",
    "sched_getaffinity", "sched_getattr", "sched_getparam", "sched_getscheduler", "sched_setaffinity", "sched_setattr",
    "sched_setparam", "sched_setscheduler", "sched_yield", "set_robust_list", "set_thread_area", "set_tid_address",
    "set_tls", "setitimer", "time", "timer_create", "timer_delete", "timer_getoverrun", "timer_gettime",
    "timer_settime", "times", "vfork", "wait4", "waitid", "waitpid",
    /* about the process itself */
    "capget", "getegid", "getegid32", "geteuid", "geteuid32", "getgid", "getgid32", "getgroups", "getgroups32",
    "getpgid", "getpgrp", "getpid", "getppid", "getpriority", "getresgid", "getresgid32", "getresuid", "getresuid32",
    "getrlimit", "getrusage", "getsid", "gettid", "getuid", "getuid32", "ioprio_get", "ioprio_set", "kill", "prlimit64",
    "rt_sigaction", "rt_sigpending", "rt_sigprocmask", "rt_sigqueueinfo", "rt_sigreturn", "rt_sigsuspend",
    "rt_sigtimedwait", "rt_sigtimedwait_time64", "rt_tgsigqueueinfo", "setpgid", "setpriority", "setrlimit", "setsid",
    "sigaction", "sigaltstack", "sigprocmask", "sigreturn", "sysinfo", "tgkill", "tkill", "ugetrlimit", "uname",
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    "ptrace", "personality", "process_vm_readv", /* the leak checker stops its own threads */
#endif
};

static const char *const programs[] = {"execve", "execveat"};

/* Local, internet, and the kernel's list of interfaces. */
static const int families[] = {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, 0};

/* A new namespace is none of a service's business; the flags of clone3() lie in memory, where no filter sees them. */
#define NAMESPACES                                                                                                     \
    (CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWCGROUP)

static int allow(scmp_filter_ctx filter, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int call = seccomp_syscall_resolve_name(names[i]), err;

        if (call == __NR_SCMP_ERROR) /* newer than this libseccomp, which is no loss */
            continue;
        err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0);
        if (err)
            return err;
    }
    return 0;
}

static int allow_sockets(scmp_filter_ctx filter, const int *kinds)
{
    int err = 0;

    for (; kinds && *kinds && !err; kinds++)
        err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)*kinds));
    return err;
}

int gw_seccomp_enforce(bool runs_programs, const int *sockets)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    int err;

    if (!filter)
        return -ENOMEM;
    err = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
    if (!err)
        err = allow(filter, allowed, sizeof(allowed) / sizeof(*allowed));
    if (!err && runs_programs)
        err = allow(filter, programs, sizeof(programs) / sizeof(*programs));
    if (!err)
        err = allow_sockets(filter, families);
    if (!err)
        err = allow_sockets(filter, sockets);
    if (!err)
        err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1, SCMP_A0(SCMP_CMP_MASKED_EQ, NAMESPACES, 0));
    if (!err)
        err = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    if (!err)
        err = seccomp_load(filter);
    seccomp_release(filter);
    return err;
}

#else

int gw_seccomp_enforce(bool runs_programs, const int *sockets)
{
    return -ENOSYS;
}

#endif
