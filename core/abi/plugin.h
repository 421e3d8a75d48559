/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plugin side of Cardea: what a plugin exports and what the gateway offers to it.
 *
 * A plugin decides what a connection is for. It *declares*: "answer this offer with these codecs", "link this source
 * to that sink, at most this layer". The gateway does the rest: ICE, DTLS, SRTP, SDP text, header rewriting,
 * retransmission, layer switching, keyframe requests. A plugin is not on the packet path unless it taps a source.
 *
 * Promises:
 *  - One control thread. Every callback runs on it, except `packet`. Callbacks are never nested inside a host call:
 *    what a host call causes is told later. So a plugin needs no mutex.
 *  - A pointer passed in is borrowed until the call returns, unless the text says that it is taken.
 *  - Every request is answered once. A second reply is refused and logged; a request dropped without a reply when its
 *    handle goes is answered by the gateway.
 *  - detach() comes exactly once for each attach() that returned 0, and when it comes no worker calls for it again.
 *    The handle pointer is dead when detach() returns.
 *  - Ids of sources and sinks are never reused. A host call with an id that has gone returns CARDEA_ENOENT.
 *
 * A plugin exports one *data* symbol, nothing runs at dlopen:
 *
 *     CARDEA_EXPORT const struct cardea_plugin cardea_plugin = { CARDEA_PLUGIN_HEAD, .name = "cardea.plugin.mine", ...
 * };
 *
 * Where to look:
 *   types.h        versions, results, option tables    request.h  verbs and their parameters
 *   negotiation.h  m-lines: answers and offers         media.h    links, layers, taps, data messages
 *   plain.h        inlets and forwarders               guest.h    sessions that a plugin speaks for
 *   web.h          routes and webhooks                 stats.h    figures and metrics
 *   host.h         what can be called                  recorder.h the recorder's service
 */
#ifndef CARDEA_PLUGIN_H
#define CARDEA_PLUGIN_H

#include <cardea/host.h>
#include <cardea/recorder.h>

struct cardea_plugin {
    uint16_t abi_major, abi_minor;
    uint32_t size; /* sizeof(struct cardea_plugin) */

    /* who it is */
    const char *name;           /* "cardea.plugin.echotest" */
    const char *const *aliases; /* other package names it answers to, NULL-terminated, or NULL; the first is shown */
    const char *title, *description, *author, *version_string;
    int version;
    const char *key; /* the member that names every message, e.g. "echotest" */
    struct cardea_error_codes errors;
    const struct cardea_option *options; /* or NULL */
    const char *config_name;             /* "cardea.plugin.<config_name>.jcfg", NULL: no file */
    const struct cardea_verb *verbs;

    /* life of the plugin; control thread */
    int (*start)(const struct cardea_host *host, const struct cardea_config *config); /* non-zero: not loaded */
    void (*stop)(void); /* all handles are gone; may be NULL */
    /* The file was read again, and options that are marked as reloadable have changed: the configuration has their new
     * values. May be NULL, for a plugin that looks at them each time. */
    void (*reload)(const struct cardea_config *config);

    /*
     * Life of a handle; control thread. user is given back to every other callback: so many zeroed bytes, which live
     * until detach() has returned; with user_size 0 it is what attach() makes of it. attach: non-zero refuses (461).
     * attach and detach may be NULL.
     */
    size_t user_size;
    int (*attach)(struct cardea_handle *h, void **user);
    void (*detach)(struct cardea_handle *h, void *user);

    /* life of a PeerConnection; control thread */
    void (*up)(struct cardea_handle *h, void *user); /* DTLS-SRTP established, first time */
    /* Closed; its sources and sinks are gone. "Detach": because its handle goes, and detach() follows. */
    void (*down)(struct cardea_handle *h, void *user, const char *reason);
    void (*source_added)(struct cardea_handle *h, void *user, const struct cardea_stream *stream);
    void (*source_gone)(struct cardea_handle *h, void *user, cardea_source source);

    /* things that happen; control thread; all may be NULL */
    void (*data)(struct cardea_handle *h, void *user, const struct cardea_message *msg); /* only after data_tap() */
    void (*layer)(struct cardea_handle *h, void *user, cardea_sink sink, const struct cardea_sink_state *state);
    void (*talking)(struct cardea_handle *h, void *user, cardea_source source, bool talking, double level_dbov);
    /* after host->loudness(): the average level of the last window, -dBov (0 loud … 127 silent) */
    void (*loudness)(struct cardea_handle *h, void *user, cardea_source source, double level_dbov);
    void (*slow_link)(struct cardea_handle *h, void *user, enum cardea_kind kind, bool uplink, unsigned lost);

    /* the operator's view; control thread; may be NULL */
    void (*drain)(bool draining);
    /* handle_info.plugin_specific; new reference. `hangingup` and `destroyed` are added, and a `peer-bitrate` that is
     * null is filled in: what the client last said by REMB that it can receive. */
    json_t *(*describe)(struct cardea_handle *h, void *user);
    /* The gateway drains: may somebody still come in for this purpose, the `for` of a `create` (or see `about`)? True
     * for what lives here already and nowhere else, such as a room with people in it. purpose is borrowed. */
    bool (*welcomes)(const json_t *purpose);
    /* Members of a request's body that name what it is about, such as "room"; NULL-terminated. A process that took over
     * from another, or has a successor, makes a purpose of them, and what is welcome there (and not here) is done
     * there: its handle lodges in the other process. NULL: requests are about nothing that lives anywhere. */
    const char *const *about;
    /* The same for what is POSTed to its routes: what a path is about, such as {"room": 1234}; NULL: as before. path is
     * borrowed; new reference. */
    json_t *(*about_path)(const char *path);

    /* Kinds of sockets that it opens beside local, IP and netlink ones (AF_...), ended by 0: the sandbox lets them
     * through where the plugin is there at the start. NULL: none. */
    const int *sockets;
};

#define CARDEA_PLUGIN_HEAD                                                                                             \
    .abi_major = CARDEA_ABI_MAJOR, .abi_minor = CARDEA_ABI_MINOR, .size = sizeof(struct cardea_plugin)

#endif
