/* SPDX-License-Identifier: Apache-2.0 */
#include "agent.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct {
    pthread_mutex_t lock; /* of line */
    char line[80];
    int fd;
    pthread_t thread;
    bool runs;
} agent = {.lock = PTHREAD_MUTEX_INITIALIZER, .line = "drain up 0%\n", .fd = -1};

static void answer(int fd)
{
    char line[sizeof(agent.line)];

    pthread_mutex_lock(&agent.lock);
    memcpy(line, agent.line, sizeof(line));
    pthread_mutex_unlock(&agent.lock);
    send(fd, line, strlen(line), MSG_NOSIGNAL | MSG_DONTWAIT); /* it fits, or nobody reads */
    close(fd);
}

static void *run(void *arg)
{
    for (;;) {
        int fd = accept4(agent.fd, NULL, NULL, SOCK_CLOEXEC);

        if (fd >= 0)
            answer(fd);
        else if (errno != EINTR && errno != ECONNABORTED && errno != EMFILE && errno != ENFILE)
            return NULL; /* shut down */
        else if (errno != EINTR)
            usleep(10000);
    }
}

static socklen_t read_address(const char *text, unsigned port, struct sockaddr_storage *out)
{
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)out;
    struct sockaddr_in *four = (struct sockaddr_in *)out;

    memset(out, 0, sizeof(*out));
    if (inet_pton(AF_INET, text, &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
        four->sin_port = htons((uint16_t)port);
        return sizeof(*four);
    }
    if (inet_pton(AF_INET6, text, &six->sin6_addr) == 1) {
        six->sin6_family = AF_INET6;
        six->sin6_port = htons((uint16_t)port);
        return sizeof(*six);
    }
    return 0;
}

static int fail(char *why, unsigned size, const char *address, unsigned port, const char *what)
{
    snprintf(why, size, "agent.agent_port: %s port %u cannot be opened (%s)", address, port, what);
    if (agent.fd >= 0)
        close(agent.fd);
    agent.fd = -1;
    return -1;
}

int agent_start(const char *address, unsigned port, char *why, unsigned why_size)
{
    struct sockaddr_storage at;
    socklen_t len = read_address(address, port, &at);
    sigset_t all, old;
    int on = 1, err;

    if (!len)
        return fail(why, why_size, address, port, "not a numeric address");
    agent.fd = socket(at.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (agent.fd < 0)
        return fail(why, why_size, address, port, strerror(errno));
    setsockopt(agent.fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (bind(agent.fd, (struct sockaddr *)&at, len) || listen(agent.fd, 32))
        return fail(why, why_size, address, port, strerror(errno));
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old); /* signals are for the gateway's own threads */
    err = pthread_create(&agent.thread, NULL, run, NULL);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (err)
        return fail(why, why_size, address, port, strerror(err));
    agent.runs = true;
    return 0;
}

void agent_say(const char *line)
{
    pthread_mutex_lock(&agent.lock);
    snprintf(agent.line, sizeof(agent.line), "%s\n", line);
    pthread_mutex_unlock(&agent.lock);
}

void agent_stop(void)
{
    if (!agent.runs)
        return;
    shutdown(agent.fd, SHUT_RDWR);
    pthread_join(agent.thread, NULL);
    close(agent.fd);
    agent.fd = -1;
    agent.runs = false;
}
