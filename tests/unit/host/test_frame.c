/* SPDX-License-Identifier: Apache-2.0 */
/* Frames between two gateways: what was put is read, in pieces, too; what is none is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "host/frame.h"

static void what_was_put_is_read(void **state)
{
    GByteArray *out = g_byte_array_new();
    struct gw_frame f;
    int used;

    assert_int_equal(
        gw_frame_put(out, GW_FRAME_EXCHANGE, 0x0102030405060708, json_pack("{ss}", "path", "/1/2"), "a\0b", 3), 0);
    assert_int_equal(gw_frame_put(out, GW_FRAME_CLOSED, 7, NULL, NULL, 0), 0);
    for (guint n = 0; n < 4 + 9 + 15 + 1 + 3; n++) /* it is whole, or it is not there */
        assert_int_equal(gw_frame_read(&f, out->data, n), 0);
    used = gw_frame_read(&f, out->data, out->len);
    assert_int_equal(used, 4 + 9 + 15 + 1 + 3);
    assert_int_equal(f.kind, GW_FRAME_EXCHANGE);
    assert_true(f.id == 0x0102030405060708);
    assert_string_equal(json_string_value(json_object_get(f.head, "path")), "/1/2");
    assert_int_equal(f.len, 3);
    assert_memory_equal(f.body, "a\0b", 3);
    json_decref(f.head);
    assert_int_equal(gw_frame_read(&f, out->data + used, out->len - (guint)used), 14);
    assert_int_equal(f.kind, GW_FRAME_CLOSED);
    assert_true(f.id == 7);
    assert_null(f.head);
    assert_int_equal(f.len, 0);
    g_byte_array_unref(out);
}

/* The two of a handle that lodges: a question of a connection, and its answer, one behind the other. */
static void a_question_and_its_answer(void **state)
{
    GByteArray *out = g_byte_array_new();
    json_t *what = json_pack("{sI sI sb s{si ss}}", "session", (json_int_t)1 << 52, "handle", (json_int_t)42, "once", 1,
                             "purpose", "room", 1234, "plugin", "janus.plugin.videoroom"),
           *answer = json_pack("{sb sI}", "in", 0, "session", (json_int_t)1 << 52);
    struct gw_frame f;
    int used;

    assert_int_equal(gw_frame_put(out, GW_FRAME_LODGE, UINT64_MAX, json_incref(what), NULL, 0), 0);
    assert_int_equal(gw_frame_put(out, GW_FRAME_LODGED, 1, json_incref(answer), NULL, 0), 0);
    used = gw_frame_read(&f, out->data, out->len);
    assert_int_equal(f.kind, GW_FRAME_LODGE);
    assert_true(f.id == UINT64_MAX && json_equal(f.head, what) && !f.len);
    json_decref(f.head);
    assert_int_equal(gw_frame_read(&f, out->data + used, out->len - (guint)used), out->len - (guint)used);
    assert_int_equal(f.kind, GW_FRAME_LODGED);
    assert_true(f.id == 1 && json_equal(f.head, answer));
    json_decref(f.head);
    json_decref(what);
    json_decref(answer);
    g_byte_array_unref(out);
}

static void what_is_none_is_refused(void **state)
{
    static const uint8_t short_one[] = {0, 0, 0, 8, 1, 0, 0, 0, 0, 0, 0, 0};
    static const uint8_t endless[] = {0xff, 0xff, 0xff, 0xff, 1};
    static const uint8_t no_json[] = {0, 0, 0, 11, 1, 0, 0, 0, 0, 0, 0, 0, 1, '{', 0};
    static const uint8_t nothing_behind[] = {0, 0, 0, 9, 5, 0, 0, 0, 0, 0, 0, 0, 1};
    struct gw_frame f;

    assert_int_equal(gw_frame_read(&f, short_one, sizeof(short_one)), GW_EPARSE);
    assert_int_equal(gw_frame_read(&f, endless, sizeof(endless)), GW_EPARSE);
    assert_int_equal(gw_frame_read(&f, no_json, sizeof(no_json)), GW_EPARSE);
    assert_int_equal(gw_frame_read(&f, nothing_behind, sizeof(nothing_behind)), 13);
    assert_null(f.head);
    assert_null(f.body);
}

static void what_is_too_long_is_not_put(void **state)
{
    GByteArray *out = g_byte_array_new();
    char *body = g_malloc0(GW_FRAME_MOST);

    assert_int_equal(gw_frame_put(out, GW_FRAME_SEND, 1, NULL, body, GW_FRAME_MOST), GW_ELIMIT);
    assert_int_equal(out->len, 0);
    g_free(body);
    g_byte_array_unref(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_put_is_read),
        cmocka_unit_test(a_question_and_its_answer),
        cmocka_unit_test(what_is_none_is_refused),
        cmocka_unit_test(what_is_too_long_is_not_put),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
