/* SPDX-License-Identifier: Apache-2.0 */
#include "../../../plugins/recorder/hash.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib.h>

static char path[] = "/tmp/test_hash.XXXXXX";

static const char *hash_of(const char *text, size_t len)
{
    static char hex[65];

    assert_true(g_file_set_contents(path, text, (gssize)len, NULL));
    assert_int_equal(rec_sha256(path, hex), 0);
    return hex;
}

/* FIPS 180-2, appendix B: one block, two blocks, many. */
static void known_ones(void **state)
{
    char *million = g_strnfill(1000000, 'a');

    assert_string_equal(hash_of("abc", 3), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_string_equal(hash_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56),
                        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    assert_string_equal(hash_of(million, 1000000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    assert_string_equal(hash_of("", 0), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    g_free(million);
}

static void no_file(void **state)
{
    char hex[65] = "untouched";

    unlink(path);
    assert_int_equal(rec_sha256(path, hex), -ENOENT);
    assert_int_equal(rec_sha256("/tmp", hex), -EISDIR);
    assert_string_equal(hex, "untouched");
}

static int make_file(void **state)
{
    int fd = mkstemp(path);

    return fd < 0 ? -1 : close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(known_ones), cmocka_unit_test(no_file)};

    return cmocka_run_group_tests(tests, make_file, NULL);
}
