/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/capture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"
#include "capture/format.h"

static char folder[] = "/tmp/test_capture.XXXXXX", path[100];

static int set_up(void **state)
{
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof(path), "%s/c", folder);
    return 0;
}

static int tear_down(void **state)
{
    unlink(path);
    return rmdir(folder);
}

static long size_of_file(void)
{
    struct stat st;

    assert_int_equal(stat(path, &st), 0);
    return (long)st.st_size;
}

static void all_that_is_put_in_is_written(void **state)
{
    struct gw_capture *c;
    uint8_t data[1200] = {0x80, 0x6f};

    assert_int_equal(gw_capture_open(&c, path, GW_CAPTURE_PCAP, 0), 0);
    for (int i = 0; i < 100; i++)
        gw_capture_packet(c, i % 2, data, 1000);
    gw_capture_close(c);
    gw_capture_end();
    assert_int_equal(size_of_file(), GW_PCAP_FILE_HEADER + 100 * (GW_PCAP_BEFORE + 1000));
    assert_int_equal(gw_capture_open(&c, path, GW_CAPTURE_PCAP, 12), 0); /* anew, with less of each */
    gw_capture_packet(c, true, data, 1000);
    gw_capture_packet(c, true, data, 8);
    gw_capture_close(c);
    gw_capture_end();
    assert_int_equal(size_of_file(), GW_PCAP_FILE_HEADER + 2 * GW_PCAP_BEFORE + 12 + 8);
}

static void what_is_too_large_is_dropped_and_counted(void **state)
{
    static uint8_t data[70000];
    uint64_t before = gw_capture_dropped();
    struct gw_capture *c;

    assert_int_equal(gw_capture_open(&c, path, GW_CAPTURE_TEXT, 0), 0);
    gw_capture_packet(c, true, data, sizeof(data));
    gw_capture_close(c);
    gw_capture_end();
    assert_int_equal(gw_capture_dropped() - before, 1);
    assert_int_equal(size_of_file(), 0);
}

static void files_that_cannot_be_made(void **state)
{
    struct gw_capture *c;

    assert_int_equal(gw_capture_open(&c, "/nonexistent/c", GW_CAPTURE_PCAP, 0), GW_EIO);
    assert_int_equal(gw_capture_open(&c, "/tmp", GW_CAPTURE_PCAP, 0), GW_EIO);
    gw_capture_close(NULL);
    gw_capture_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_that_is_put_in_is_written),
        cmocka_unit_test(what_is_too_large_is_dropped_and_counted),
        cmocka_unit_test(files_that_cannot_be_made),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
