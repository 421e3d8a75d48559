/* SPDX-License-Identifier: Apache-2.0 */
/* A plugin that is loaded and does what it should not: ends handles while they are attached, answers twice, answers
 * too late, uses handles that have gone, from detach() and stop() too. It comes from the future: its table is longer.
 */
#include <unistd.h>

#include <cardea/plugin.h>

static const struct cardea_host *host;
static struct cardea_handle *last;
static struct cardea_request *kept;
static int attached;

static void untapped(void *tap, cardea_source source)
{
}

static const struct cardea_tap taps = {.gone = untapped};

static json_t *body(const char *text)
{
    return json_pack("{ss}", "clumsy", text);
}

/* The first handle stays, the second is ended at once. */
static int attach(struct cardea_handle *h, void **user)
{
    last = h;
    host->notify(h, body("hello"));
    if (attached++ == 1) {
        host->end(h);
        host->end(h);
        host->hangup(h, "never was up");
    }
    return 0;
}

static void use_what_has_gone(void)
{
    const struct cardea_offer offer = {0};
    struct cardea_handle *handles[] = {last, NULL, last};
    size_t n = 7;

    host->notify(last, body("from the other side"));
    host->notify_all(handles, 3, body("from the other side"));
    host->offer(last, NULL, &offer);
    host->streams(last, &n);
    host->is_up(last);
    host->end(last);
    host->hangup(last, NULL);
    host->send_data(last, &(struct cardea_message){.label = "", .protocol = "", .data = (const uint8_t *)"x", 1});
    host->link(1, 2, &(struct cardea_link){0});
    host->unlink(1);
    host->keyframe(3);
    host->tap(3, &taps, &host);
    host->untap(3, &taps, &host);
    host->tap(3, NULL, NULL);
    host->reply(kept, body("much too late"));
    host->fail(kept, 1, "much too late");
    host->info(kept);
}

static void detach(struct cardea_handle *h, void *user)
{
    host->end(h);
    host->reply(kept, body("in the last moment"));
    host->reply(kept, body("and again"));
}

static void twice(struct cardea_request *rq)
{
    host->reply(rq, body("first"));
    host->reply(rq, body("second"));
    host->fail(rq, 1, "third");
}

static void keep(struct cardea_request *rq)
{
    kept = rq;
}

static void gone(struct cardea_request *rq)
{
    use_what_has_gone();
    host->reply(rq, body("still here"));
}

static int start(const struct cardea_host *h, const struct cardea_config *config)
{
    host = h;
    usleep(1100000); /* slow */
    return 0;
}

static void stop(void)
{
    use_what_has_gone();
}

static const struct cardea_verb verbs[] = {
    {"twice", CARDEA_ASYNC, NULL, twice},
    {"keep", CARDEA_ASYNC, NULL, keep},
    {"gone", CARDEA_SYNC, NULL, gone},
    {0},
};

/* The layout of a later minor: the same, and more at the tail. Both parts are in one symbol. */
struct later {
    struct cardea_plugin now;
    void (*unheard_of)(void);
};

CARDEA_EXPORT extern const struct later cardea_plugin;
const struct later cardea_plugin = {
    .now = {.abi_major = CARDEA_ABI_MAJOR,
            .abi_minor = CARDEA_ABI_MINOR + 1,
            .size = sizeof(struct later),
            .name = "cardea.plugin.clumsy",
            .key = "clumsy",
            .verbs = verbs,
            .start = start,
            .stop = stop,
            .attach = attach,
            .detach = detach},
    .unheard_of = stop,
};
