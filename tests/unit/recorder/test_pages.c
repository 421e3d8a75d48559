/* SPDX-License-Identifier: Apache-2.0 */
/* GET and DELETE /recordings/…: what is answered to whom. */
#include "visitor.h"

#include "../../../plugins/recorder/access.h"

static int status(const char *method, const char *path, const char *query)
{
    struct world_response *r = world_response(world_http(CARDEA_DOOR_CLIENT, method, path, query, NULL));
    int code = r ? r->status : 0;

    world_response_free(r);
    return code;
}

/* id 5 is public, 6 private, 7 a room's; each has the key "mine". */
static void three(const char *config)
{
    char *sealed = rec_access_seal("mine"), *more;

    more = g_strdup_printf(",'private':false,'access':'%s'", sealed);
    visitor_recording(5, "open", more);
    g_free(more);
    more = g_strdup_printf(",'private':true,'access':'%s'", sealed);
    visitor_recording(6, "closed", more);
    g_free(more);
    more = g_strdup_printf(",'private':true,'room':'77','access':'%s'", sealed);
    visitor_recording(7, "rooms", more);
    g_free(more);
    g_free(sealed);
    visitor_begin(config);
}

static void whom_what_is_shown(void **state)
{
    struct world_response *r;

    three("");
    assert_int_equal(status("GET", "/recordings", NULL), 200);
    assert_int_equal(status("GET", "/recordings/5", NULL), 200);
    assert_int_equal(status("GET", "/recordings/6", NULL), 401);
    assert_int_equal(status("GET", "/recordings/7", NULL), 401);
    assert_int_equal(status("GET", "/recordings/6", "key=mine"), 200);
    assert_int_equal(status("GET", "/recordings/7", "x=y&key=mine"), 200);
    assert_int_equal(status("GET", "/recordings/7", "key=other"), 401);
    assert_int_equal(status("GET", "/recordings/4", NULL), 404);
    assert_int_equal(status("GET", "/recordings/5/nothing.webm", NULL), 404);
    assert_int_equal(status("GET", "/recordings/5x", NULL), 404);
    assert_int_equal(status("POST", "/recordings/5", NULL), 405);
    r = world_response(world_http(CARDEA_DOOR_CLIENT, "GET", "/recordings/5", NULL, NULL));
    assert_non_null(strstr(r->body, "open.webm"));
    assert_null(strstr(r->body, "access"));
    world_response_free(r);
    visitor_end(false);
}

/* Where no admin_key is configured, nobody is the operator. */
static void who_may_remove(void **state)
{
    char *path;

    three("");
    assert_int_equal(status("DELETE", "/recordings/5", NULL), 401);
    assert_int_equal(status("DELETE", "/recordings/5", "key="), 401);
    assert_int_equal(status("DELETE", "/recordings/5", "key=other"), 401);
    assert_int_equal(status("DELETE", "/recordings/5", "key=mine"), 204);
    assert_int_equal(status("GET", "/recordings/5", NULL), 404);
    path = g_build_filename(visitor.folder, "open.webm", NULL);
    assert_int_equal(access(path, F_OK), -1);
    g_free(path);
    visitor_end(true);
    visitor_begin("general: { path = \"%s\", admin_key = \"sesame\" }");
    assert_int_equal(status("DELETE", "/recordings/6", "key=open"), 401);
    assert_int_equal(status("DELETE", "/recordings/6", "key=sesame"), 204);
    assert_int_equal(status("DELETE", "/recordings/7", "key=mine"), 204);
    visitor_end(false);
}

/* A room's secret opens what was recorded in it. */
static void the_secret_of_a_room(void **state)
{
    uint64_t h;

    three("");
    h = visitor_attach();
    visitor_gets(h, 440, "{'request':'play','id':7}");
    visitor_gets(h, 440, "{'request':'play','id':7,'secret':'other'}");
    visitor_gets(h, 0, "{'request':'play','id':7,'secret':'mine'}");
    visitor_end(false);
}

static void keys(void **state)
{
    char *one = rec_access_new_key(), *two = rec_access_new_key(), *sealed = rec_access_seal(one);
    struct rec_item item = {.access = sealed};

    assert_int_equal(strlen(one), 32);
    assert_string_not_equal(one, two);
    assert_null(strstr(sealed, one));
    assert_true(rec_access_is_owner(&item, one));
    assert_false(rec_access_is_owner(&item, two));
    assert_false(rec_access_is_owner(&item, sealed));
    assert_false(rec_access_is_owner(&item, ""));
    assert_false(rec_access_is_owner(&item, NULL));
    item.access = (char *)"rubbish";
    assert_false(rec_access_is_owner(&item, one));
    item.access = (char *)"0123456789abcdef:";
    assert_false(rec_access_is_owner(&item, ""));
    item.access = NULL;
    assert_false(rec_access_is_owner(&item, one));
    g_free(one);
    g_free(two);
    g_free(sealed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whom_what_is_shown),
        cmocka_unit_test(who_may_remove),
        cmocka_unit_test(the_secret_of_a_room),
        cmocka_unit_test(keys),
    };

    av_log_set_level(AV_LOG_QUIET);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
