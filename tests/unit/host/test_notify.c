/* SPDX-License-Identifier: Apache-2.0 */
#include "host/notify.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

static void hears(const char *address)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    char text[100] = "";

    snprintf(at.sun_path, sizeof(at.sun_path), "%s", address);
    if (*address == '@')
        at.sun_path[0] = '\0';
    assert_int_equal(bind(fd, (struct sockaddr *)&at,
                          (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(address) + (*address == '/'))),
                     0);
    setenv("NOTIFY_SOCKET", address, 1);
    assert_true(gw_notify("READY=%d\nSTATUS=%s", 1, "serving"));
    assert_int_equal(recv(fd, text, sizeof(text), MSG_DONTWAIT), strlen("READY=1\nSTATUS=serving"));
    assert_string_equal(text, "READY=1\nSTATUS=serving");
    close(fd);
    assert_false(gw_notify("STATUS=nobody listens"));
}

static void a_path(void **state)
{
    char folder[] = "/tmp/test_notify.XXXXXX", path[64];

    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/s", folder);
    hears(path);
    unlink(path);
    rmdir(folder);
}

static void an_abstract_name(void **state)
{
    char name[64];

    snprintf(name, sizeof(name), "@cardea-test-notify-%ld", (long)getpid());
    hears(name);
}

static void nobody(void **state)
{
    static const char *const bad[] = {"", "@", "relative/path", NULL};

    unsetenv("NOTIFY_SOCKET");
    assert_false(gw_notify("READY=1"));
    for (size_t i = 0; bad[i]; i++) {
        setenv("NOTIFY_SOCKET", bad[i], 1);
        assert_false(gw_notify("READY=1"));
    }
}

static void watchdog(void **state)
{
    char pid[16];

    unsetenv("WATCHDOG_USEC");
    assert_int_equal(gw_notify_watchdog_us(), 0);
    setenv("WATCHDOG_USEC", "30000000", 1);
    assert_int_equal(gw_notify_watchdog_us(), 30000000);
    setenv("WATCHDOG_PID", "1", 1); /* meant for somebody else */
    assert_int_equal(gw_notify_watchdog_us(), 0);
    snprintf(pid, sizeof(pid), "%ld", (long)getpid());
    setenv("WATCHDOG_PID", pid, 1);
    assert_int_equal(gw_notify_watchdog_us(), 30000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path),
        cmocka_unit_test(an_abstract_name),
        cmocka_unit_test(nobody),
        cmocka_unit_test(watchdog),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
