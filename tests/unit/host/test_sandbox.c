/* SPDX-License-Identifier: Apache-2.0 */
/* What is given up cannot be had back: so each test gives it up in a process of its own. */
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <netdb.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "host/landlock.h"
#include "host/sandbox.h"
#include "host/seccomp.h"

static char *mine, *others, *third; /* folders; the first may be written to, the third be read */

#define NOT_HERE 77

/* A child that ends at the first thing that is not so; its number says which. */
#define WANT(so)                                                                                                       \
    do {                                                                                                               \
        if (!(so)) {                                                                                                   \
            fprintf(stderr, "%s:%d: not so: %s (%s)\n", __FILE__, __LINE__, #so, strerror(errno));                     \
            _exit(1);                                                                                                  \
        }                                                                                                              \
    } while (0)

static void in_child(void (*run)(void))
{
    int status;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (!pid) {
        run();
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == NOT_HERE)
        skip();
    assert_int_equal(WEXITSTATUS(status), 0);
}

static int try_write(const char *folder, const char *name)
{
    char *path = g_build_filename(folder, name, NULL);
    int fd = open(path, O_CREAT | O_WRONLY, 0600);

    g_free(path);
    if (fd < 0)
        return -errno;
    close(fd);
    return 0;
}

static int try_read(const char *folder, const char *name)
{
    char *path = g_build_filename(folder, name, NULL);
    int fd = open(path, O_RDONLY);

    g_free(path);
    if (fd < 0)
        return -errno;
    close(fd);
    return 0;
}

static void *write_in_thread(void *result)
{
    *(int *)result = try_write(others, "thread");
    return NULL;
}

static void files(void)
{
    struct gw_landlock *l = gw_landlock_new();
    char *none[] = {NULL}, *from, *to;
    int result = 0;
    pthread_t t;

    if (!l)
        _exit(NOT_HERE);
    WANT(gw_landlock_allow_writing(l, mine));
    WANT(!gw_landlock_allow_writing(l, "/nonexistent"));
    WANT(gw_landlock_allow_reading(l, third));
    WANT(gw_landlock_enforce(l));
    gw_landlock_free(l);
    WANT(!try_write(mine, "new"));
    WANT(try_write(others, "new") == -EACCES);
    WANT(try_write(others, "present") == -EACCES);
    from = g_build_filename(mine, "new", NULL);
    to = g_build_filename(others, "moved", NULL);
    WANT(rename(from, to) && (errno == EACCES || errno == EXDEV));
    WANT(mkdir(to, 0700) && errno == EACCES);
    to = g_build_filename(others, "present", NULL);
    WANT(unlink(to) && errno == EACCES);
    WANT(!try_read(mine, "new") && !try_read("/", mine) && !try_read(third, "present"));
    WANT(try_write(third, "new") == -EACCES);
    WANT(try_read(others, "present") == -EACCES && try_read("/", others) == -EACCES);
    WANT(execve("/bin/true", none, none) && errno == EACCES);
    WANT(!pthread_create(&t, NULL, write_in_thread, &result) && !pthread_join(t, NULL) && result == -EACCES);
}

static void *wait_and_look(void *arg)
{
    int *ready = arg;

    while (!__atomic_load_n(ready, __ATOMIC_ACQUIRE))
        usleep(1000);
    errno = 0;
    return unshare(CLONE_NEWNS) && errno == EPERM ? arg : NULL;
}

static void *nothing(void *arg)
{
    return arg;
}

static void calls(void)
{
    char *none[] = {NULL};
    int ready = 0, err, fd;
    struct addrinfo *found = NULL;
    pthread_t before, after;
    void *result;

    WANT(!pthread_create(&before, NULL, wait_and_look, &ready));
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    err = gw_seccomp_enforce(false, NULL);
    if (err == -ENOSYS)
        _exit(NOT_HERE);
    WANT(!err);
    __atomic_store_n(&ready, 1, __ATOMIC_RELEASE);
    WANT(!pthread_join(before, &result) && result); /* threads that were there are bound, too */
    WANT(!pthread_create(&after, NULL, nothing, &ready) && !pthread_join(after, &result) && result);
    WANT(execve("/bin/true", none, none) && errno == EPERM);
    WANT(syscall(SYS_mount, "a", "/tmp", "tmpfs", 0, NULL) && errno == EPERM);
    WANT(syscall(SYS_bpf, 0, NULL, 0) && errno == EPERM);
    WANT(syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, NULL) == -1 && errno == EPERM);
    WANT(socket(AF_PACKET, SOCK_RAW, 0) == -1 && errno == EPERM);
    fd = socket(AF_INET, SOCK_DGRAM, 0);
    WANT(fd >= 0 && !close(fd));
    WANT(!getaddrinfo("localhost", "80", NULL, &found));
    freeaddrinfo(found);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    WANT(ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) == -1 && errno == EPERM);
#endif
}

static void calls_of_who_runs_programs(void)
{
    char *none[] = {NULL};

    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (gw_seccomp_enforce(true, NULL) == -ENOSYS)
        _exit(NOT_HERE);
    execve("/bin/true", none, none);
    WANT(false);
}

/* As the gateway does it: the log's and the recorder's folders are found in their options. */
static void all(void)
{
    struct gw_settings s = {0};
    struct gw_sandbox *sandbox;
    char *config = g_build_filename(mine, "config", NULL), *log = g_build_filename(mine, "log", "x.log", NULL),
         *recorder = g_build_filename(config, "cardea.plugin.recorder.jcfg", NULL),
         *records = g_build_filename(mine, "records", NULL),
         *text = g_strdup_printf("general: { path = \"%s\" }\n", records);

    if (!gw_landlock_version())
        _exit(NOT_HERE);
    WANT(!g_mkdir_with_parents(config, 0700) && g_file_set_contents(recorder, text, -1, NULL));
    s.configs_folder = config;
    s.plugins_folder = g_strdup("plugins");
    s.transports_folder = g_strdup("transports");
    s.state_folder = g_build_filename(mine, "state", NULL);
    WANT(!gw_config_new(&s.config, gw_options, false));
    WANT(!gw_config_set(s.config, "general", "log_to_file", log, "test", gw_complain_to_stderr, NULL));
    WANT(!gw_config_set(s.config, "general", "readable_folders", third, "test", gw_complain_to_stderr, NULL));
    WANT(!gw_config_set(s.config, "certificates", "cert_key", g_build_filename(others, "key.pem", NULL), "test",
                        gw_complain_to_stderr, NULL));
    sandbox = gw_sandbox_new(&s);
    WANT(sandbox);
    WANT(!gw_sandbox_close(sandbox, &s));
    gw_sandbox_free(sandbox);
    WANT(!try_write(g_path_get_dirname(log), "x.log"));
    WANT(!try_write(s.state_folder, "room"));
    WANT(!try_write(records, "file"));
    WANT(try_write(config, "file") == -EACCES);
    WANT(try_write(others, "file") == -EACCES);
    WANT(!try_read(config, "cardea.plugin.recorder.jcfg") && !try_read(records, "file"));
    WANT(!try_read(third, "present") && try_write(third, "file") == -EACCES);
    WANT(!try_read(others, "key.pem") && try_read(others, "present") == -EACCES);
    WANT(!try_read("/etc", "passwd") && !try_read("/proc/self", "status") && !try_read("/dev", "urandom"));
    WANT(socket(AF_PACKET, SOCK_RAW, 0) == -1);
}

/* The module in that folder (sockets.c) says that it opens sockets of AF_ALG; nobody else does. */
static void sockets_of_modules(void)
{
    const char *build = getenv("CARDEA_BUILD");
    struct gw_settings s = {.configs_folder = mine, .state_folder = mine, .transports_folder = others};
    struct gw_sandbox *sandbox;

    s.plugins_folder = g_build_filename(build ? build : ".", "tests/unit/host/declares", NULL);
    WANT(!gw_config_new(&s.config, gw_options, false));
    sandbox = gw_sandbox_new(&s);
    WANT(sandbox && !gw_sandbox_close(sandbox, &s));
    gw_sandbox_free(sandbox);
    if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) != 2)
        _exit(NOT_HERE);
    WANT(socket(AF_ALG, SOCK_SEQPACKET, 0) >= 0 || errno != EPERM);
    WANT(socket(AF_VSOCK, SOCK_STREAM, 0) == -1 && errno == EPERM);
}

static void test_sockets(void **state)
{
    in_child(sockets_of_modules);
}

static void test_files(void **state)
{
    in_child(files);
}

static void test_calls(void **state)
{
    in_child(calls);
}

static void test_programs(void **state)
{
    in_child(calls_of_who_runs_programs);
}

static void test_all(void **state)
{
    in_child(all);
}

static int make(void **state)
{
    mine = g_dir_make_tmp("cardea-sandbox-XXXXXX", NULL);
    others = g_dir_make_tmp("cardea-sandbox-XXXXXX", NULL);
    third = g_dir_make_tmp("cardea-sandbox-XXXXXX", NULL);
    return !mine || !others || !third || try_write(others, "present") || try_write(others, "key.pem") ||
           try_write(third, "present");
}

static int drop(void **state)
{
    char *command[] = {"rm", "-rf", mine, others, third, NULL};

    return !g_spawn_sync(NULL, command, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files), cmocka_unit_test(test_calls),   cmocka_unit_test(test_programs),
        cmocka_unit_test(test_all),   cmocka_unit_test(test_sockets),
    };

    return cmocka_run_group_tests(tests, make, drop);
}
