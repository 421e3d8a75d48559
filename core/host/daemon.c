/* SPDX-License-Identifier: Apache-2.0 */
#include "host/daemon.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/err.h"

static struct {
    int waiting;    /* the pipe at whose end the process that was started waits; -1: none does */
    int pid_fd;     /* locked while we run; -1: none */
    char *pid_path; /* owned */
} the = {-1, -1, NULL};

/* --- the background ----------------------------------------------------------------------------------------------- */

/* One byte: it serves. None: it has ended. */
static int wait_for_word(int fd)
{
    char word;

    return read(fd, &word, 1) == 1 ? 0 : 1;
}

bool gw_daemon_leave(int *code)
{
    int ends[2];
    pid_t pid;

    if (pipe2(ends, O_CLOEXEC))
        return true;
    pid = fork();
    if (pid > 0) {
        close(ends[1]);
        *code = wait_for_word(ends[0]);
        close(ends[0]);
        return false;
    }
    close(ends[0]);
    if (pid < 0) {
        close(ends[1]);
        return true;
    }
    the.waiting = ends[1];
    setsid();
    return true;
}

void gw_daemon_ready(bool keep_output)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    if (the.waiting < 0)
        return;
    for (int fd = 0; null >= 0 && fd < (keep_output ? 1 : 3); fd++)
        dup2(null, fd);
    if (null >= 0)
        close(null);
    if (write(the.waiting, "", 1) != 1)
        perror("cardea"); /* who waits will think that we have ended */
    close(the.waiting);
    the.waiting = -1;
}

/* --- the file ----------------------------------------------------------------------------------------------------- */

int gw_pid_file_keep(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);

    if (fd < 0)
        return GW_EIO;
    if (flock(fd, LOCK_EX | LOCK_NB)) {
        close(fd);
        return GW_EPROTO;
    }
    if (ftruncate(fd, 0) || dprintf(fd, "%ld\n", (long)getpid()) < 0) {
        close(fd);
        return GW_EIO;
    }
    the.pid_fd = fd;
    the.pid_path = realpath(path, NULL); /* whoever changes folders later */
    return 0;
}

void gw_pid_file_remove(void)
{
    if (the.pid_fd < 0)
        return;
    if (the.pid_path)
        unlink(the.pid_path);
    close(the.pid_fd);
    free(the.pid_path);
    the.pid_path = NULL;
    the.pid_fd = -1;
}
