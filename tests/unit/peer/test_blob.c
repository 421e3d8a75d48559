/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "peer/blob.h"

static void test_copies(void **state)
{
    char label[] = "chat", data[] = "hello";
    struct gw_data_blob *b = gw_data_blob_new(label, "json", true, data, 5);

    memset(label, 'x', 4);
    memset(data, 'x', 5);
    assert_string_equal(gw_data_blob_label(b), "chat");
    assert_string_equal(gw_data_blob_protocol(b), "json");
    assert_int_equal(b->len, 5);
    assert_memory_equal(gw_data_blob_data(b), "hello", 5);
    assert_true(b->binary);
    gw_data_blob_unref(b);
    gw_data_blob_unref(NULL);

    b = gw_data_blob_new("", "", false, "", 0);
    assert_string_equal(gw_data_blob_label(b), "");
    assert_string_equal(gw_data_blob_protocol(b), "");
    assert_int_equal(b->len, 0);
    gw_data_blob_unref(b);
}

static void test_long_label(void **state)
{
    enum { LONG = UINT16_MAX + 10 };
    char *label = malloc(LONG + 1);
    struct gw_data_blob *b;

    memset(label, 'l', LONG);
    label[LONG] = '\0';
    b = gw_data_blob_new(label, label, false, "abc", 3);
    assert_int_equal(strlen(gw_data_blob_label(b)), UINT16_MAX);
    assert_int_equal(strlen(gw_data_blob_protocol(b)), UINT16_MAX);
    assert_memory_equal(gw_data_blob_data(b), "abc", 3);
    gw_data_blob_unref(b);
    free(label);
}

static void test_shared(void **state)
{
    struct gw_data_queue one = {0}, other = {0};
    struct gw_data_blob *b = gw_data_blob_new("chat", "", false, "hello", 5);
    char *label = g_ref_string_new("renamed");

    assert_true(gw_data_queue_push(&one, b, NULL));
    assert_true(gw_data_queue_push(&other, b, label));
    gw_data_blob_unref(b); /* the queues keep it, and the label */
    g_ref_string_release(label);
    assert_ptr_equal(gw_data_queue_peek(&one)->blob, b);
    assert_null(gw_data_queue_peek(&one)->label);
    gw_data_queue_pop(&one);
    assert_null(gw_data_queue_peek(&one));
    assert_string_equal(gw_data_queue_peek(&other)->label, "renamed");
    assert_memory_equal(gw_data_blob_data(gw_data_queue_peek(&other)->blob), "hello", 5);
    gw_data_queue_clear(&one);
    gw_data_queue_clear(&other);
}

/* First in, first out, while the ring grows and goes round; its bytes are those of all that is in it. */
static void test_order(void **state)
{
    struct gw_data_queue q = {0};
    uint32_t in = 0, out = 0;

    for (unsigned round = 1; round < 60; round++) {
        size_t before = q.bytes;

        for (unsigned i = 0; i < round; i++, in++) {
            struct gw_data_blob *b = gw_data_blob_new("", "", true, &in, sizeof(in));

            assert_true(gw_data_queue_push(&q, b, NULL));
            gw_data_blob_unref(b);
        }
        assert_true(q.bytes >= before + round * sizeof(in));
        for (unsigned i = 0; i < round - round / 8; i++, out++) {
            assert_memory_equal(gw_data_blob_data(gw_data_queue_peek(&q)->blob), &out, sizeof(out));
            gw_data_queue_pop(&q);
        }
        assert_int_equal(q.count, in - out);
    }
    while (gw_data_queue_peek(&q))
        gw_data_queue_pop(&q);
    assert_int_equal(q.bytes, 0);
    assert_null(q.ring); /* one that has been large does not stay so */
    gw_data_queue_clear(&q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_copies),
        cmocka_unit_test(test_long_label),
        cmocka_unit_test(test_shared),
        cmocka_unit_test(test_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
