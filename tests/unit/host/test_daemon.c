/* SPDX-License-Identifier: Apache-2.0 */
#include "host/daemon.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"

static char folder[] = "/tmp/test_daemon.XXXXXX", path[64];

static int make_folder(void **state)
{
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof(path), "%s/pid", folder);
    return 0;
}

static int remove_folder(void **state)
{
    return rmdir(folder);
}

static long pid_in_file(void)
{
    FILE *f = fopen(path, "r");
    long pid = 0;

    if (!f)
        return -1;
    if (fscanf(f, "%ld", &pid) != 1)
        pid = 0;
    fclose(f);
    return pid;
}

static void the_file_holds_our_id_while_we_run(void **state)
{
    FILE *old = fopen(path, "w");

    fprintf(old, "1234567890 left by a former one\n");
    fclose(old);
    assert_int_equal(gw_pid_file_keep(path), 0);
    assert_int_equal(pid_in_file(), getpid());
    gw_pid_file_remove();
    assert_int_equal(pid_in_file(), -1);
    gw_pid_file_remove(); /* nothing to do */
    assert_int_equal(gw_pid_file_keep("/nowhere/at/all/pid"), GW_EIO);
}

/* What runs in another process, and with what code it ends. */
static int in_a_child(int (*run)(void))
{
    pid_t pid = fork();
    int status;

    if (!pid)
        _exit(run());
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int keep(void)
{
    return -gw_pid_file_keep(path);
}

static void two_cannot_have_the_same_file(void **state)
{
    assert_int_equal(gw_pid_file_keep(path), 0);
    assert_int_equal(in_a_child(keep), -GW_EPROTO);
    assert_int_equal(pid_in_file(), getpid());
    gw_pid_file_remove();
    assert_int_equal(in_a_child(keep), 0);
    unlink(path);
}

static int leave_and_serve(void)
{
    int code = 5;

    if (!gw_daemon_leave(&code))
        return code;
    usleep(50000);
    if (getsid(0) != getpid() || gw_pid_file_keep(path))
        _exit(1);
    gw_daemon_ready(true);
    _exit(0); /* the file stays, so that it is seen */
}

static int leave_and_fail(void)
{
    int code = 5;

    if (!gw_daemon_leave(&code))
        return code;
    _exit(0);
}

static void who_started_it_hears_that_it_serves(void **state)
{
    assert_int_equal(in_a_child(leave_and_serve), 0);
    assert_true(pid_in_file() > 0); /* it was there before the word came */
    unlink(path);
}

static void or_that_it_has_ended(void **state)
{
    assert_int_equal(in_a_child(leave_and_fail), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_file_holds_our_id_while_we_run),
        cmocka_unit_test(two_cannot_have_the_same_file),
        cmocka_unit_test(who_started_it_hears_that_it_serves),
        cmocka_unit_test(or_that_it_has_ended),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
