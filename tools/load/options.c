/* SPDX-License-Identifier: Apache-2.0 */
/* Options, from the command line and from scenario files: lines of `name = value` with the same names, # comments. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load.h"

struct options option = {.rooms = 1,
                         .publishers = 1,
                         .subscribers = 100,
                         .seconds = 10,
                         .warm_up = 2,
                         .bitrate = 1500000,
                         .fps = 30,
                         .open_every = 10,
                         .listen_every = 1,
                         .parallel = 16,
                         .ramp_most = 5000,
                         .message_size = 1024,
                         .ramp_loss = 0.1,
                         .ramp_p99 = 20};

#define NUMBER(n, m, h)                                                                                                \
    {                                                                                                                  \
        n, 0, 0, G_OPTION_ARG_INT, &option.m, h, "N"                                                                   \
    }
#define REAL(n, m, h)                                                                                                  \
    {                                                                                                                  \
        n, 0, 0, G_OPTION_ARG_DOUBLE, &option.m, h, "X"                                                                \
    }
#define FLAG(n, m, h)                                                                                                  \
    {                                                                                                                  \
        n, 0, 0, G_OPTION_ARG_NONE, &option.m, h, NULL                                                                 \
    }
#define TEXT(n, m, h, a)                                                                                               \
    {                                                                                                                  \
        n, 0, 0, G_OPTION_ARG_STRING, &option.m, h, a                                                                  \
    }

static const GOptionEntry entries[] = {
    TEXT("server", server, "API over WebSockets (default ws://127.0.0.1:8188)", "URL"),
    {"pid", 'p', 0, G_OPTION_ARG_INT, &option.pid, "Server process, for its CPU time and memory", "PID"},
    TEXT("scenario", scenario, "Read options from this file: lines of name = value", "FILE"),
    TEXT("name", name, "What the report calls this run", "TEXT"),
    NUMBER("rooms", rooms, "Rooms (default 1)"),
    NUMBER("publishers", publishers, "Publishers in each room (default 1)"),
    NUMBER("subscribers", subscribers, "Subscribers of each publisher (default 100)"),
    FLAG("all", all, "Every publisher watches the others of its room instead"),
    NUMBER("idle", idle, "Besides: sessions with a handle that do nothing, over one connection"),
    NUMBER("bitrate", bitrate, "Video of each publisher, bit/s (default 1500000)"),
    NUMBER("fps", fps, "Frames a second (default 30)"),
    TEXT("codec", codec, "vp8 (default), vp9, h264, av1", "NAME"),
    FLAG("silent", silent, "Publishers send no sound"),
    FLAG("record", record, "Rooms are recorded by the server"),
    NUMBER("keyframe-delay", keyframe_delay, "Milliseconds that a camera takes to answer a request for a keyframe"),
    FLAG("simulcast", simulcast, "Three layers: a seventh, two and four of the bitrate"),
    TEXT("profile", profile, "SRTP profiles to offer, OpenSSL names", "LIST"),
    TEXT("feedback", feedback, "Of subscribers besides reports: nack,twcc (default), remb, none", "LIST"),
    REAL("loss", loss, "Percent of media that subscribers lose on purpose"),
    FLAG("no-media", no_media, "Publishers send neither sound nor pictures"),
    REAL("messages", messages, "Data channel messages of each publisher, a second"),
    NUMBER("message-size", message_size, "Bytes of each (default 1024)"),
    NUMBER("seconds", seconds, "How long to measure (default 10)"),
    NUMBER("warm-up", warm_up, "Seconds between the last join and measuring (default 2)"),
    REAL("rate", rate, "Joins a second at most (default: as many as go)"),
    NUMBER("parallel", parallel, "Joins under way at once (default 16)"),
    REAL("churn", churn, "Subscribers that leave and are replaced, a second"),
    NUMBER("ramp", ramp, "Add that many subscribers a step until a limit is passed, or the server sends less"),
    FLAG("ramp-rooms", ramp_rooms, "Each step is a room of its own, with a publisher"),
    NUMBER("ramp-most", ramp_most, "Where the ramp ends at the latest (default 5000)"),
    REAL("ramp-loss", ramp_loss, "Percent of loss that ends the ramp (default 0.1)"),
    REAL("ramp-p99", ramp_p99, "99th percentile of latency, ms, that ends the ramp (default 20)"),
    NUMBER("open-every", open_every, "Decrypt at every Nth subscriber, for latency (default 10)"),
    NUMBER("listen-every", listen_every,
           "Only every Nth subscriber goes on receiving after its first frame (default 1)"),
    FLAG("gro", gro, "Receive with UDP_GRO: the kernel need not cut runs, as with a network card that does it"),
    TEXT("json", json, "Write the figures to this file", "FILE"),
    TEXT("html", html, "Write a page with the figures and plots", "FILE"),
    FLAG("quiet", quiet, "No progress"),
    {0},
};

/* A scenario's lines as arguments, to be read before those of the command line. */
static bool read_scenario(const char *path)
{
    GOptionContext *context;
    GPtrArray *args;
    char *text = NULL, **lines, **list;
    GError *error = NULL;
    bool fine;

    if (!g_file_get_contents(path, &text, NULL, &error)) {
        fprintf(stderr, "%s\n", error->message);
        g_error_free(error);
        return false;
    }
    context = g_option_context_new(NULL);
    args = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(args, g_strdup("scenario"));
    lines = g_strsplit(text, "\n", -1);
    for (char **l = lines; *l; l++) {
        char *eq = strchr(*l, '='), *comment = strchr(*l, '#');

        if (comment)
            *comment = 0;
        g_strstrip(*l);
        if (!**l)
            continue;
        eq = strchr(*l, '=');
        if (eq) {
            *eq = 0;
            g_ptr_array_add(args, g_strdup_printf("--%s=%s", g_strstrip(*l), g_strstrip(eq + 1)));
        } else {
            g_ptr_array_add(args, g_strdup_printf("--%s", *l));
        }
    }
    g_ptr_array_add(args, NULL);
    list = g_strdupv((char **)args->pdata);
    g_option_context_add_main_entries(context, entries, NULL);
    fine = g_option_context_parse_strv(context, &list, &error);
    if (!fine) {
        fprintf(stderr, "%s: %s\n", path, error->message);
        g_error_free(error);
    }
    g_strfreev(list);
    g_strfreev(lines);
    g_free(text);
    g_ptr_array_unref(args);
    g_option_context_free(context);
    return fine;
}

static bool check(void)
{
    static const char *const codecs[] = {"vp8", "vp9", "h264", "av1", NULL};

    if (option.codec && !g_strv_contains(codecs, option.codec))
        fprintf(stderr, "--codec: one of vp8, vp9, h264, av1\n");
    else if (option.rooms < 0 || option.rooms > 100000 || option.publishers < 0 || option.subscribers < 0 ||
             (int64_t)option.rooms * option.publishers * (option.all ? option.publishers : option.subscribers) > 100000)
        fprintf(stderr, "at most 100000 rooms, and clients\n");
    else if (option.fps < 1 || option.fps > 240 || option.bitrate < 10000 || option.seconds < 1 ||
             option.parallel < 1 || option.keyframe_delay < 0 || option.listen_every < 1)
        fprintf(stderr,
                "--fps is 1 to 240, --bitrate at least 10000, --seconds, --parallel and --listen-every at least 1\n");
    else if (option.messages < 0 || option.messages > 100000 || option.message_size < 24 ||
             option.message_size > MESSAGE_MOST)
        fprintf(stderr, "--messages is at most 100000, --message-size 24 to %d\n", MESSAGE_MOST);
    else
        return true;
    return false;
}

bool options_read(int *argc, char ***argv)
{
    GOptionContext *context = g_option_context_new("- load on a server of this API");
    GError *error = NULL;
    bool fine = true;

    for (int i = 1; i < *argc && fine; i++) {
        if (g_str_has_prefix((*argv)[i], "--scenario="))
            fine = read_scenario((*argv)[i] + 11);
        else if (!strcmp((*argv)[i], "--scenario") && i + 1 < *argc)
            fine = read_scenario((*argv)[i + 1]);
    }
    g_option_context_add_main_entries(context, entries, NULL);
    if (fine && !g_option_context_parse(context, argc, argv, &error)) {
        fprintf(stderr, "%s\n", error->message);
        g_error_free(error);
        fine = false;
    }
    g_option_context_free(context);
    if (!option.server)
        option.server = g_strdup("ws://127.0.0.1:8188");
    if (!option.codec)
        option.codec = g_strdup("vp8");
    if (!option.feedback)
        option.feedback = g_strdup("nack,twcc");
    return fine && check();
}

json_t *options_json(void)
{
    json_t *o = json_object();

    for (const GOptionEntry *e = entries; e->long_name; e++) {
        if (e->arg == G_OPTION_ARG_INT)
            json_object_set_new(o, e->long_name, json_integer(*(int *)e->arg_data));
        else if (e->arg == G_OPTION_ARG_DOUBLE)
            json_object_set_new(o, e->long_name, json_real(*(double *)e->arg_data));
        else if (e->arg == G_OPTION_ARG_NONE)
            json_object_set_new(o, e->long_name, json_boolean(*(gboolean *)e->arg_data));
        else if (*(char **)e->arg_data)
            json_object_set_new(o, e->long_name, json_string(*(char **)e->arg_data));
    }
    json_object_del(o, "pid");
    json_object_del(o, "json");
    json_object_del(o, "html");
    return o;
}
