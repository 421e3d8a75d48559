/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void machine_time(void **state)
{
    struct machine_time t = {1, 2, 3};

    assert_true(kernel_parse_stat("cpu  100 10 50 800 20 5 5 10 0 0\ncpu0 1 2 3\n", &t));
    assert_int_equal(t.total, 1000);
    assert_int_equal(t.idle, 820);
    assert_int_equal(t.steal, 10);
    assert_false(kernel_parse_stat("cpu 100 10 50", &t)); /* too short, and t stays */
    assert_false(kernel_parse_stat("", &t));
    assert_int_equal(t.total, 1000);
}

static void memory(void **state)
{
    uint64_t n = 7;

    assert_true(kernel_parse_rss("5000 200 100 1 0 50 0\n", &n));
    assert_int_equal(n, 200 * sysconf(_SC_PAGESIZE));
    assert_true(kernel_parse_meminfo("MemTotal:       24684 kB\nMemFree: 1 kB\n", &n));
    assert_int_equal(n, 24684 * 1024);
    assert_false(kernel_parse_meminfo("MemFree: 1 kB\n", &n));
    assert_true(kernel_parse_limit("1073741824\n", &n));
    assert_int_equal(n, 1073741824);
    assert_false(kernel_parse_limit("max\n", &n));
    assert_false(kernel_parse_limit("9223372036854771712\n", &n)); /* version 1's "none" */
    assert_int_equal(n, 1073741824);
}

static void cores(void **state)
{
    double n = 4;

    assert_false(kernel_parse_cpu_max("max 100000\n", &n));
    assert_false(kernel_parse_cpu_max("0 100000\n", &n));
    assert_false(kernel_parse_cpu_max(" 100000\n", &n)); /* version 1 without a quota */
    assert_true(n == 4);
    assert_true(kernel_parse_cpu_max("150000 100000\n", &n));
    assert_true(n == 1.5);
}

static void devices(void **state)
{
    static const char text[] = "Inter-|   Receive                                                |  Transmit\n"
                               " face |bytes    packets errs drop fifo frame compressed multicast|bytes\n"
                               "    lo: 9999 10 0 0 0 0 0 0 9999 10 0 0 0 0 0 0\n"
                               "  eth0: 1000 10 0 0 0 0 0 0 2000 20 0 0 0 0 0 0\n"
                               "veth1a:  500  5 0 0 0 0 0 0  300  2 0 0 0 0 0 0\n";
    uint64_t in = 1, out = 1;

    assert_true(kernel_parse_net_dev(text, &in, &out));
    assert_int_equal(in, 1500);
    assert_int_equal(out, 2300);
    assert_false(kernel_parse_net_dev("nothing\nhere\n", &in, &out));
    assert_int_equal(in, 1500);
}

static void groups(void **state)
{
    static const char two[] = "0::/system.slice/cardea.service\n";
    static const char one[] =
        "12:cpuset:/x\n4:cpu,cpuacct:/docker/abc\n3:memory:/docker/abc\n1:name=systemd:/y\n0::/z\n";
    char path[40] = "-", tiny[4] = "-";

    assert_true(kernel_parse_cgroup(two, NULL, path, sizeof(path)));
    assert_string_equal(path, "/system.slice/cardea.service");
    assert_false(kernel_parse_cgroup(two, "cpu", path, sizeof(path)));
    assert_true(kernel_parse_cgroup(one, "cpu", path, sizeof(path)));
    assert_string_equal(path, "/docker/abc");
    assert_true(kernel_parse_cgroup(one, NULL, path, sizeof(path)));
    assert_string_equal(path, "/z");
    assert_false(kernel_parse_cgroup(two, NULL, tiny, sizeof(tiny))); /* it does not fit */
    assert_false(kernel_parse_cgroup("", NULL, path, sizeof(path)));
    assert_false(kernel_parse_cgroup("rubbish\n:\n", NULL, path, sizeof(path)));
}

static void this_machine(void **state)
{
    struct kernel_reading r;

    kernel_read(&r, "/");
    assert_true(r.machine.total > 0 && r.machine.idle <= r.machine.total);
    assert_true(r.cores >= 0.01 && r.cores <= 4096);
    assert_true(r.rss > 100000 && r.memory_limit > r.rss);
    assert_true(r.descriptors >= 3 && r.descriptor_limit >= r.descriptors);
    assert_true(r.disk_free != UINT64_MAX);
    kernel_read(&r, NULL);
    assert_true(r.disk_free == UINT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(machine_time), cmocka_unit_test(memory), cmocka_unit_test(cores),
        cmocka_unit_test(devices),      cmocka_unit_test(groups), cmocka_unit_test(this_machine),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
