/* SPDX-License-Identifier: Apache-2.0 */
#include "agent.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "loadreport.h"

static struct {
    pthread_mutex_t lock; /* of line */
    char line[80];
    struct cardea_listener *listener;
} agent = {.lock = PTHREAD_MUTEX_INITIALIZER, .line = "drain up 0%\n"};

/* The accepting thread. */
static void answer(void *unused, int fd, const struct sockaddr *from, unsigned from_len)
{
    char line[sizeof(agent.line)];

    pthread_mutex_lock(&agent.lock);
    memcpy(line, agent.line, sizeof(line));
    pthread_mutex_unlock(&agent.lock);
    send(fd, line, strlen(line), MSG_NOSIGNAL | MSG_DONTWAIT); /* it fits, or nobody reads */
    close(fd);
}

int agent_start(const char *address, unsigned port, char *why, unsigned why_size)
{
    const struct cardea_listen listen = {
        .size = sizeof(listen), .name = "agent", .ip = address, .port = port, .client = answer};
    char reason[120];

    agent.listener = lr.host->listen(&listen, reason, sizeof(reason));
    if (agent.listener)
        return 0;
    snprintf(why, why_size, "agent.agent_port: %s port %u cannot be opened (%s)", address, port, reason);
    return -1;
}

void agent_say(const char *line)
{
    pthread_mutex_lock(&agent.lock);
    snprintf(agent.line, sizeof(agent.line), "%s\n", line);
    pthread_mutex_unlock(&agent.lock);
}

void agent_stop(void)
{
    lr.host->listen_end(agent.listener);
    agent.listener = NULL;
}
