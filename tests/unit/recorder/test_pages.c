/* SPDX-License-Identifier: Apache-2.0 */
/* GET and DELETE /recordings/…: what is answered to whom. */
#include "visitor.h"

#include "../../../plugins/recorder/access.h"
#include "api/jwt.h"
#include "support/token.h"

static int status(const char *method, const char *path, const char *query)
{
    struct world_response *r = world_response(world_http(CARDEA_DOOR_CLIENT, method, path, query, NULL));
    int code = r ? r->status : 0;

    world_response_free(r);
    return code;
}

/* id 5 is public, 6 private, 7 a room's; each has the key "mine". */
static void three(void)
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
}

static void whom_what_is_shown(void **state)
{
    struct world_response *r;

    three();
    visitor_begin("");
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

    three();
    visitor_begin("");
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

    three();
    visitor_begin("");
    h = visitor_attach();
    visitor_gets(h, 440, "{'request':'play','id':7}");
    visitor_gets(h, 440, "{'request':'play','id':7,'secret':'other'}");
    visitor_gets(h, 0, "{'request':'play','id':7,'secret':'mine'}");
    visitor_end(false);
}

/* How many are listed in this answer, which is taken. */
static size_t listed_in(struct world_response *r)
{
    json_t *j = json_loads(r->body, 0, NULL);
    size_t n = json_array_size(json_object_get(j, "recordings"));

    json_decref(j);
    world_response_free(r);
    return n;
}

static size_t found(const char *query)
{
    return listed_in(world_response(world_http(CARDEA_DOOR_CLIENT, "GET", "/recordings", query, NULL)));
}

static void searching(void **state)
{
    json_t *r;

    three();
    visitor_begin("general: { path = \"%s\", admin_key = \"sesame\" }");
    assert_int_equal(found("key=sesame"), 3);
    assert_int_equal(found("key=sesame&search="), 3);
    assert_int_equal(found("key=sesame&search=OPEN"), 1);
    assert_int_equal(found("key=sesame&search=2023-11%20rooms"), 1); /* its date, and its name */
    assert_int_equal(found("key=sesame&search=77"), 1);              /* its room */
    assert_int_equal(found("key=sesame&search=open%20closed"), 0);
    assert_int_equal(found("search=closed"), 0); /* nobody finds what is not listed */
    r = visitor_asks(visitor_attach(), "{'request':'list','search':'2023 Open'}");
    assert_int_equal(json_array_size(json_object_get(r, "list")), 1);
    json_decref(r);
    visitor_end(false);
}

/* claims: those behind `exp`. */
static struct world_response *ask_with(const char *method, const char *path, const char *claims)
{
    char *all = g_strdup_printf("{\"exp\":%lld%s}", (long long)(g_get_real_time() / 1000000 + 100), claims);
    char *token = token_hs256("s", "{\"alg\":\"HS256\",\"typ\":\"JWT\"}", all);
    char *query = g_strconcat("key=", token, NULL);
    struct world_response *r = world_response(world_http(CARDEA_DOOR_CLIENT, method, path, query, NULL));

    assert_non_null(r);
    g_free(query);
    g_free(token);
    g_free(all);
    return r;
}

static int status_for(const char *method, const char *path, const char *claims)
{
    struct world_response *r = ask_with(method, path, claims);
    int code = r->status;

    world_response_free(r);
    return code;
}

static size_t listed_for(const char *claims)
{
    return listed_in(ask_with("GET", "/recordings", claims));
}

/* What tokens say about rooms, roles and plugins holds over HTTP as it does in the API. */
static void tokens(void **state)
{
    const char *nothing = "", *member = ",\"role\":\"publisher\",\"rooms\":[77]",
               *viewer = ",\"role\":[\"publisher\",\"recordings\"],\"rooms\":[77]",
               *elsewhere = ",\"role\":\"admin\",\"rooms\":[\"78\"]", *admin = ",\"role\":\"admin\",\"rooms\":[\"77\"]",
               *chief = ",\"role\":\"admin\"", *other = ",\"role\":\"admin\",\"plugins\":[\"janus.plugin.videoroom\"]",
               *named = ",\"role\":\"recordings\",\"plugins\":[\"janus.plugin.recordplay\"]";
    struct gw_jwt *j;
    char why[100];

    three();
    assert_int_equal(gw_jwt_new(&j, &(struct gw_jwt_conf){.secret = "s"}, why, sizeof(why)), 0);
    world_jwt = j;
    visitor_open("");
    world_jwt = NULL;
    assert_int_equal(status("GET", "/recordings", NULL), 401);
    assert_int_equal(status("GET", "/recordings/5", "key=rubbish"), 401);
    assert_int_equal(status("GET", "/recordings/7", "key=mine"), 200); /* the room's secret */
    assert_int_equal(listed_for(nothing), 1);
    assert_int_equal(listed_for(member), 1);
    assert_int_equal(listed_for(viewer), 2);
    assert_int_equal(listed_for(chief), 3);
    assert_int_equal(status_for("GET", "/recordings", other), 401);
    assert_int_equal(status_for("GET", "/recordings/5", nothing), 200);
    assert_int_equal(status_for("GET", "/recordings/5", other), 401);
    assert_int_equal(status_for("GET", "/recordings/6", nothing), 403);
    assert_int_equal(status_for("GET", "/recordings/6", admin), 403);
    assert_int_equal(status_for("GET", "/recordings/6", chief), 200);
    assert_int_equal(status_for("GET", "/recordings/7", nothing), 403);
    assert_int_equal(status_for("GET", "/recordings/7", member), 403);
    assert_int_equal(status_for("GET", "/recordings/7", viewer), 200);
    assert_int_equal(status_for("GET", "/recordings/7/rooms.webm", viewer), 200);
    assert_int_equal(status_for("GET", "/recordings/7", named), 200);
    assert_int_equal(status_for("GET", "/recordings/7", elsewhere), 403);
    assert_int_equal(status_for("DELETE", "/recordings/7", viewer), 403);
    assert_int_equal(status_for("DELETE", "/recordings/7", elsewhere), 403);
    assert_int_equal(status_for("DELETE", "/recordings/7", admin), 204);
    assert_int_equal(status_for("DELETE", "/recordings/6", chief), 204);
    visitor_end(false);
    gw_jwt_free(j);
}

static bool may_play(const char *room, const char *key, const char *claims)
{
    char *sealed = rec_access_seal("mine");
    const struct rec_item item = {.room = (char *)room, .access = sealed};
    json_t *c = json_loads(claims, 0, NULL);
    const struct rec_visitor v = {key, c};
    bool may = rec_access_may_play(&item, &v);

    json_decref(c);
    g_free(sealed);
    return may;
}

static void who_may_play(void **state)
{
    visitor_begin("");
    assert_true(may_play(NULL, NULL, ""));
    assert_true(may_play(NULL, NULL, "{\"rooms\":[1]}"));
    assert_false(may_play("1", NULL, ""));
    assert_false(may_play("1", NULL, "{\"rooms\":[1]}"));
    assert_true(may_play("1", NULL, "{\"rooms\":[1],\"role\":\"recordings\"}"));
    assert_true(may_play("1", "mine", ""));
    assert_true(may_play("1", "mine", "{\"rooms\":[1]}"));
    assert_false(may_play("1", "mine", "{\"rooms\":[2]}")); /* a token for another room */
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
        cmocka_unit_test(searching),
        cmocka_unit_test(tokens),
        cmocka_unit_test(who_may_play),
        cmocka_unit_test(keys),
    };

    av_log_set_level(AV_LOG_QUIET);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
