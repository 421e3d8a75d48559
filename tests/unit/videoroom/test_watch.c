/* SPDX-License-Identifier: Apache-2.0 */
/* watch: subscribers whose client makes the offer. */
#include "people.h"

#include <stdlib.h>
#include <string.h>

#include "support/fixture.h"

static struct person *ada, *viewer;
static char *receiving; /* a browser's offer: audio and video, recvonly */

static void begin(const char *room)
{
    people_begin(NULL);
    room_make(1, room);
    ada = person_new();
    viewer = person_new();
    receiving = fixture_sdp("chromium-recvonly");
}

static void end(void)
{
    free(receiving);
    people_end();
}

static json_t *watch(struct person *p, const char *sdp, uint64_t feed, const char *more)
{
    return ask_jsep(p, "offer", sdp, "{'request':'watch','room':1,'feed':%llu%s}", (unsigned long long)feed, more);
}

static const char *text_of(const json_t *data, unsigned mindex, const char *name)
{
    return json_string_value(json_object_get(json_array_get(json_object_get(data, "streams"), mindex), name));
}

static void gets_an_answer_that_sends(void **state)
{
    json_t *r;

    begin(NULL);
    room_join(ada, 1, NULL);
    room_publish(ada, "avd");
    r = watch(viewer, receiving, ada->id, "");
    assert_int_equal(json_array_size(json_object_get(r, "streams")), 2); /* no m-line for data was offered */
    assert_string_equal(text_of(r, 0, "codec"), "opus");
    assert_string_equal(text_of(r, 1, "codec"), "vp8");
    assert_string_equal(text_of(r, 1, "feed_mid"), "1");
    expect_word(r, "attached+answer");
    assert_null(strstr(viewer->sdp, "a=inactive"));
    assert_non_null(strstr(viewer->sdp, "a=sendonly"));
    expect_word(watch(viewer, receiving, ada->id, ""), "attached+answer"); /* it offers again */
    end();
}

static void takes_what_fits(void **state)
{
    json_t *r;

    begin(",'videocodec':'h265'"); /* which this browser does not know */
    room_join(ada, 1, NULL);
    room_publish(ada, "a");
    r = watch(viewer, receiving, ada->id, "");
    assert_string_equal(text_of(r, 0, "codec"), "opus");
    assert_null(text_of(r, 1, "codec"));
    expect_word(r, "attached+answer");
    assert_non_null(strstr(viewer->sdp, "a=inactive")); /* nothing is there for it */
    end();
}

static void what_cannot_be_watched_leaves_the_handle_free(void **state)
{
    char *sending = fixture_sdp("chromium-sendonly"), *data = fixture_sdp("chromium-data");

    begin(",'pin':'p'");
    room_join(ada, 1, ",'pin':'p'");
    expect_word(watch(viewer, receiving, ada->id, ",'pin':'p'"), "error 428"); /* not publishing yet */
    room_publish(ada, "av");
    expect_word(ask(viewer, "{'request':'watch','room':1,'pin':'p','feed':1}"), "error 431");
    expect_word(watch(viewer, receiving, ada->id, ""), "error 429");
    expect_word(watch(viewer, receiving, ada->id, ",'pin':'x'"), "error 433");
    expect_word(watch(viewer, receiving, 5, ",'pin':'p'"), "error 428");
    expect_word(watch(viewer, sending, ada->id, ",'pin':'p'"), "error 437"); /* it does not want to receive */
    expect_word(watch(viewer, data, ada->id, ",'pin':'p'"), "error 437");
    expect_word(ask_jsep(viewer, "offer", receiving, "{'request':'watch','room':1,'pin':'p'}"), "error 429");
    expect_word(watch(person_new(), receiving, ada->id, ",'pin':'p'"), "attached+answer");
    free(sending);
    free(data);
    end();
}

static void only_who_offered_offers_again(void **state)
{
    begin(NULL);
    room_join(ada, 1, NULL);
    room_publish(ada, "av");
    expect_word(watch(ada, receiving, ada->id, ""), "error 425");
    room_watch(viewer, 1, ada->id);
    answer_offer(viewer);
    expect_word(watch(viewer, receiving, ada->id, ""), "error 425");
    end();
}

static void ends_with_its_feed(void **state)
{
    begin(NULL);
    room_join(ada, 1, NULL);
    room_publish(ada, "av");
    expect_word(watch(viewer, receiving, ada->id, ""), "attached+answer");
    deaf(viewer);
    expect_word(ask(ada, "{'request':'unpublish'}"), "event/unpublished");
    expect_heard(viewer, "hangup");
    expect_silence(viewer); /* and no offer that it could not answer */
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gets_an_answer_that_sends),
        cmocka_unit_test(takes_what_fits),
        cmocka_unit_test(what_cannot_be_watched_leaves_the_handle_free),
        cmocka_unit_test(only_who_offered_offers_again),
        cmocka_unit_test(ends_with_its_feed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
