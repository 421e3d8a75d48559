/* SPDX-License-Identifier: Apache-2.0 */
/* A real process under a service manager that is this test: what it says when it is ready, alive, draining and at its
 * end. */
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib.h>

#include <cmocka.h>

#define PATIENCE_MS 30000

static struct {
    char *folder, *socket;
    int fd;
    pid_t pid;
} the;

static void write_file(const char *name, const char *text)
{
    char *path = g_build_filename(the.folder, name, NULL);

    assert_true(g_file_set_contents(path, text, -1, NULL));
    g_free(path);
}

static void configure(void)
{
    const char *build = getenv("CARDEA_BUILD");
    char *main_file =
        g_strdup_printf("general: { plugins_folder = \"%s/plugins\"; transports_folder = \"%s/transports\"; "
                        "state_folder = \"%s/state\"; workers = 1; drain_grace = 0; }\n"
                        "media: { media_port = %d; }\n",
                        build, build, the.folder, 20000 + (int)getpid() % 30000);

    write_file("cardea.jcfg", main_file);
    write_file("cardea.transport.http.jcfg", "general: { port = 0; }\n");
    write_file("cardea.transport.websockets.jcfg", "general: { ws_port = 0; }\n");
    g_free(main_file);
}

static int set_up(void **state)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};

    if (!getenv("CARDEA_BUILD"))
        return -1;
    the.folder = g_dir_make_tmp("cardea-manager-XXXXXX", NULL);
    the.socket = g_build_filename(the.folder, "notify", NULL);
    g_strlcpy(at.sun_path, the.socket, sizeof(at.sun_path));
    the.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    configure();
    return bind(the.fd, (struct sockaddr *)&at, sizeof(at));
}

static int tear_down(void **state)
{
    char *argv[] = {"rm", "-rf", the.folder, NULL};

    if (the.pid > 0) {
        kill(the.pid, SIGKILL);
        waitpid(the.pid, NULL, 0);
    }
    close(the.fd);
    g_spawn_sync(NULL, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
    g_free(the.socket);
    g_free(the.folder);
    return 0;
}

static void start(void)
{
    char *program = g_build_filename(getenv("CARDEA_BUILD"), "cardea", NULL), pid[24];

    the.pid = fork();
    if (!the.pid) {
        snprintf(pid, sizeof(pid), "%d", (int)getpid());
        setenv("NOTIFY_SOCKET", the.socket, 1);
        setenv("WATCHDOG_USEC", "5000000", 1);
        setenv("WATCHDOG_PID", pid, 1);
        execl(program, program, "-F", the.folder, (char *)NULL);
        _exit(127);
    }
    g_free(program);
}

/* Waits for a message that has this in it; what comes before is forgotten. */
static void must_say(const char *what)
{
    struct pollfd p = {.fd = the.fd, .events = POLLIN};
    char text[500];
    ssize_t n;

    do {
        if (poll(&p, 1, PATIENCE_MS) != 1)
            fail_msg("it never said %s", what);
        n = recv(the.fd, text, sizeof(text) - 1, 0);
        text[n > 0 ? n : 0] = 0;
    } while (!strstr(text, what));
}

static void the_manager_is_told(void **state)
{
    int status;

    start();
    must_say("READY=1");
    must_say("WATCHDOG=1");
    must_say("WATCHDOG=1");
    kill(the.pid, SIGTERM); /* nobody is here, so draining is over at once */
    must_say("STATUS=draining");
    must_say("STOPPING=1");
    assert_int_equal(waitpid(the.pid, &status, 0), the.pid);
    the.pid = 0;
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_manager_is_told)};

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
