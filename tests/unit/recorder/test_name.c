/* SPDX-License-Identifier: Apache-2.0 */
#include "../../../plugins/recorder/name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib.h>

static void is_cleaned(const char *path, const char *clean)
{
    char *got = rec_name_clean(path);

    if (clean)
        assert_string_equal(got, clean);
    else
        assert_null(got);
    g_free(got);
}

static void names_are_harmless(void **state)
{
    char long_name[1000], *got;

    is_cleaned("lesson 1", "lesson 1");
    is_cleaned("a/b/c", "a/b/c");
    is_cleaned("../../etc/passwd", "etc/passwd");
    is_cleaned("/etc/passwd", "etc/passwd");
    is_cleaned("a/./b/../../c", "a/b/c");
    is_cleaned(".hidden", "_hidden");
    is_cleaned("a;b$c`d\ne\"f'g|h", "a_b_c_d_e_f_g_h");
    is_cleaned("über-größe", "über-größe");
    is_cleaned("bad\xff", "bad\xef\xbf\xbd");
    is_cleaned("", NULL);
    is_cleaned("..", NULL);
    is_cleaned("///", NULL);
    memset(long_name, 'x', sizeof(long_name));
    long_name[999] = 0;
    memcpy(long_name + 199, "\xc3\xbc", 2);
    got = rec_name_clean(long_name);
    assert_int_equal(strlen(got), 199); /* not in the middle of a character */
    g_free(got);
}

static void folder_is(const char *wanted, const char *path)
{
    char *got = rec_name_folder("/srv/rec", "/data/rooms, /mnt/b/", wanted);

    if (path)
        assert_string_equal(got, path);
    else
        assert_null(got);
    g_free(got);
}

static void folders_are_confined(void **state)
{
    folder_is(NULL, "/srv/rec");
    folder_is("", "/srv/rec");
    folder_is("a/b", "/srv/rec/a/b");
    folder_is("../x", "/srv/rec/x");
    folder_is("/srv/rec/y", "/srv/rec/y");
    folder_is("/srv/recorder", NULL);
    folder_is("/srv/rec/../x", NULL);
    folder_is("/data/rooms", "/data/rooms");
    folder_is("/data/rooms/1", "/data/rooms/1");
    folder_is("/data", NULL);
    folder_is("/mnt/b/c", "/mnt/b/c");
    folder_is("/etc", NULL);
}

static void links_do_not_lead_out(void **state)
{
    char root[] = "/tmp/test_name.XXXXXX", inside[64], link_name[64];

    assert_non_null(mkdtemp(root));
    g_snprintf(inside, sizeof(inside), "%s/in", root);
    g_snprintf(link_name, sizeof(link_name), "%s/out", root);
    assert_int_equal(mkdir(inside, 0700), 0);
    assert_int_equal(symlink("/etc", link_name), 0);
    assert_true(rec_name_confined(root, NULL, root));
    assert_true(rec_name_confined(root, NULL, inside));
    assert_false(rec_name_confined(root, NULL, link_name));
    assert_true(rec_name_confined(root, "/etc", link_name));
    assert_false(rec_name_confined(root, NULL, "/nonexistent"));
    unlink(link_name);
    rmdir(inside);
    rmdir(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_harmless),
        cmocka_unit_test(folders_are_confined),
        cmocka_unit_test(links_do_not_lead_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
