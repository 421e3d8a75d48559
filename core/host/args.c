/* SPDX-License-Identifier: Apache-2.0 */
/* Nearly every option of the command line is an item of the configuration under another name: a table says which. */
#include "host/args.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <glib.h>

#include "base/err.h"
#include "host/event_handlers.h"
#include "host/module.h"

#include "config.h"

struct arg {
    const char *name;
    char letter;
    const char *category, *option;
    const char *fixed; /* the value when the option is given without one; NULL: it takes one */
    const char *help, *value_name;
};

/* clang-format off */
static const struct arg args[] = {
    {"daemon", 'b', "general", "daemonize", "true", "Go to the background after the start", NULL},
    {"pid-file", 'p', "general", "pid_file", NULL, "Keep the process id in this file", "FILE"},
    {"disable-stdout", 'N', "general", "log_to_stdout", "false", "Do not log to standard output", NULL},
    {"log-stdout", 0, "general", "log_to_stdout", "true", "Log to standard output, also in the background", NULL},
    {"log-file", 'L', "general", "log_to_file", NULL, "Log to this file", "FILE"},
    {"log-rotate-sig", 'R', "general", "log_rotate_sig", NULL, "Signal that reopens the log file", "SIGUSR1|SIGHUP"},
    {"check-openfiles-limits", 'l', "general", "check_openfiles_limit", NULL, "Refuse to start with a lower limit of open files", "N"},
    {"interface", 'i', "general", "interface", NULL, "Local address or interface shown in SDP", "ADDRESS"},
    {"plugins-folder", 'P', "general", "plugins_folder", NULL, "Folder with the plugins", "FOLDER"},
    {"transports-folder", 0, "general", "transports_folder", NULL, "Folder with the transports", "FOLDER"},
    {"html-folder", 0, "general", "html_folder", NULL, "Folder with the pages to serve", "FOLDER"},
    {"state-folder", 0, "general", "state_folder", NULL, "Folder for what survives a restart", "FOLDER"},
    {"workers", 0, "general", "workers", NULL, "Media threads; 0: one for each processor", "N"},
    {"media-port", 0, "media", "media_port", NULL, "UDP port of the first worker", "PORT"},
    {"ice-mode", 0, "nat", "ice_mode", NULL, "How to do ICE", "lite|full|auto"},
    {"cert-pem", 'c', "certificates", "cert_pem", NULL, "Certificate for DTLS", "FILE"},
    {"cert-key", 'k', "certificates", "cert_key", NULL, "Its private key", "FILE"},
    {"cert-pwd", 'K', "certificates", "cert_pwd", NULL, "Password of the private key", "TEXT"},
    {"nat-1-1", '1', "nat", "announce", NULL, "Public addresses to offer (1:1 NAT)", "ADDRESSES"},
    {"keep-private-host", '2', "nat", "keep_private_host", "true", "Offer the local addresses, too", NULL},
    {"ice-enforce-list", 'E', "nat", "ice_enforce_list", NULL, "Interfaces or addresses to use exclusively", "LIST"},
    {"ice-ignore-list", 'X', "nat", "ice_ignore_list", NULL, "Interfaces or addresses not to use", "LIST"},
    {"ipv6-candidates", '6', "media", "ipv6", "true", "Offer IPv6 candidates", NULL},
    {"ipv6-link-local", 'O', "media", "ipv6_linklocal", "true", "Offer link-local IPv6 candidates, too", NULL},
    {"full-trickle", 'f', "nat", "full_trickle", "true", "Send candidates one by one", NULL},
    {"ice-lite", 'I', "nat", "ice_lite", "true", "ICE lite", NULL},
    {"ice-tcp", 'T', "nat", "ice_tcp", "true", "Offer ICE-TCP candidates", NULL},
    {"min-nack-queue", 'Q', "media", "min_nack_queue", NULL, "Milliseconds of packets kept for retransmission", "MS"},
    {"no-media-timer", 't', "media", "no_media_timer", NULL, "Seconds without packets until an event says so", "S"},
    {"slowlink-threshold", 'W', "media", "slowlink_threshold", NULL, "Lost packets in a second until an event says so", "N"},
    {"rtp-port-range", 'r', "media", "rtp_port_range", NULL, "Ports for full ICE", "MIN-MAX"},
    {"twcc-period", 'B', "media", "twcc_period", NULL, "Milliseconds between two feedback messages", "MS"},
    {"server-name", 'n', "general", "server_name", NULL, "Name of this gateway", "TEXT"},
    {"session-timeout", 's', "general", "session_timeout", NULL, "Seconds until a silent session ends", "S"},
    {"reclaim-session-timeout", 'm', "general", "reclaim_session_timeout", NULL, "Seconds to claim a lost session", "S"},
    {"debug-level", 'd', "general", "debug_level", NULL, "How much to log: 0 to 7", "LEVEL"},
    {"debug-timestamps", 'D', "general", "debug_timestamps", "true", "Log with the time", NULL},
    {"disable-colors", 'o', "general", "debug_colors", "false", "Log without colours", NULL},
    {"debug-locks", 'M', "general", "debug_locks", "true", "Accepted and ignored", NULL},
    {"apisecret", 'a', "general", "api_secret", NULL, "Text that every request must carry", "TEXT"},
    {"token-auth", 'A', "general", "token_auth", "true", "Requests must carry a token", NULL},
    {"token-auth-secret", 0, "general", "token_auth_secret", NULL, "Secret for signed tokens", "TEXT"},
    {"event-handlers", 'e', "events", "broadcast", "true", "Send events to event handlers", NULL},
    {"no-webrtc-encryption", 'w', "general", "no_webrtc_encryption", "true", "Accepted and ignored", NULL},
};
/* clang-format on */

#define N_ARGS (sizeof(args) / sizeof(args[0]))

static struct {
    struct gw_settings *settings; /* being made */
    char *config_file, *configs_folder, *working_folder, *sample;
    gboolean version, check, help_config, takeover;
} the;

static void override(const char *category, const char *name, const char *value)
{
    struct gw_settings *s = the.settings;

    s->overrides = g_renew(struct gw_override, s->overrides, s->n_overrides + 1);
    s->overrides[s->n_overrides++] = (struct gw_override){g_strdup(category), g_strdup(name), g_strdup(value)};
}

static gboolean take_arg(const char *given, const char *value, gpointer data, GError **error)
{
    for (size_t i = 0; i < N_ARGS; i++) {
        const struct arg *a = &args[i];
        bool same = given[1] == '-' ? !strcmp(given + 2, a->name) : given[1] == a->letter;

        if (same)
            override(a->category, a->option, a->fixed ? a->fixed : value);
    }
    return TRUE;
}

/* host:port, with the port optional */
static gboolean take_stun(const char *given, const char *value, gpointer data, GError **error)
{
    const char *colon = strrchr(value, ':');
    char *host = colon ? g_strndup(value, (gsize)(colon - value)) : g_strdup(value);

    override("nat", "stun_server", host);
    if (colon)
        override("nat", "stun_port", colon + 1);
    g_free(host);
    return TRUE;
}

/* category.name=value */
static gboolean take_set(const char *given, const char *value, gpointer data, GError **error)
{
    char **parts = g_strsplit(value, "=", 2), *dot = parts[0] ? strchr(parts[0], '.') : NULL;
    bool ok = dot && parts[1];

    if (ok) {
        *dot = '\0';
        override(parts[0], dot + 1, parts[1]);
    } else
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--set wants CATEGORY.NAME=VALUE, not %s", value);
    g_strfreev(parts);
    return ok;
}

static GOptionEntry *entries(void)
{
    GOptionEntry fixed[] = {
        {"config", 'C', 0, G_OPTION_ARG_FILENAME, &the.config_file, "Main configuration file", "FILE"},
        {"configs-folder", 'F', 0, G_OPTION_ARG_FILENAME, &the.configs_folder, "Folder with the configuration files",
         "FOLDER"},
        {"cwd-path", 'H', 0, G_OPTION_ARG_FILENAME, &the.working_folder, "Work in this folder", "FOLDER"},
        {"set", 0, 0, G_OPTION_ARG_CALLBACK, take_set, "Any item of the main configuration", "CATEGORY.NAME=VALUE"},
        {"stun-server", 'S', 0, G_OPTION_ARG_CALLBACK, take_stun, "STUN server", "HOST:PORT"},
        {"takeover", 0, 0, G_OPTION_ARG_NONE, &the.takeover,
         "Take over from a gateway that runs here; if none does, start as always", NULL},
        {"check-config", 0, 0, G_OPTION_ARG_NONE, &the.check, "Check all configuration files and end", NULL},
        {"help-config", 0, 0, G_OPTION_ARG_NONE, &the.help_config, "Explain every item of the configuration and end",
         NULL},
        {"sample-config", 0, 0, G_OPTION_ARG_FILENAME, &the.sample,
         "Print a sample configuration and end: of \"main\", a plugin or transport (its file), or an event handler",
         "MODULE"},
        {"version", 'V', 0, G_OPTION_ARG_NONE, &the.version, "Print the version and end", NULL},
    };
    size_t n = sizeof(fixed) / sizeof(fixed[0]);
    GOptionEntry *all = g_new0(GOptionEntry, n + N_ARGS + 1);

    memcpy(all, fixed, sizeof(fixed));
    for (size_t i = 0; i < N_ARGS; i++) {
        const struct arg *a = &args[i];

        all[n + i] =
            (GOptionEntry){a->name, a->letter,    a->fixed ? G_OPTION_FLAG_NO_ARG : 0, G_OPTION_ARG_CALLBACK, take_arg,
                           a->help, a->value_name};
    }
    return all;
}

static bool parse(int argc, char **argv)
{
    GOptionContext *context = g_option_context_new("- WebRTC gateway");
    GOptionEntry *all = entries();
    GError *error = NULL;
    char **copy = g_strdupv(argv);
    bool ok;

    g_option_context_add_main_entries(context, all, NULL);
    ok = g_option_context_parse_strv(context, &copy, &error);
    if (!ok)
        fprintf(stderr, "%s: %s. Try --help.\n", argv[0], error->message);
    else if (copy[1]) {
        fprintf(stderr, "%s: what is \"%s\"? Try --help.\n", argv[0], copy[1]);
        ok = false;
    }
    g_clear_error(&error);
    g_strfreev(copy);
    g_free(all);
    g_option_context_free(context);
    return ok;
}

/* --- things to do instead of running ------------------------------------------------------------------------------ */

static void complain_and_count(void *arg, const struct gw_complaint *c)
{
    gw_complain_to_stderr(NULL, c);
    ++*(unsigned *)arg;
}

static char *title_of(const struct gw_module *m)
{
    return g_strdup_printf("Configuration of %s: %s.", m->name, m->title ? m->title : m->kind);
}

static void print_help(const struct cardea_option *table, const char *title)
{
    char *text = gw_config_help(table, title);

    puts(text);
    free(text);
}

/* Calls fn for every module that can be opened; tells about the others. */
static void each_module(const struct gw_settings *s,
                        void (*fn)(const struct gw_settings *s, const struct gw_module *m, unsigned *complaints),
                        unsigned *complaints)
{
    const char *const folders[] = {s->plugins_folder, s->transports_folder};
    const char *const groups[] = {"plugins", "transports"};

    for (size_t f = 0; f < 2; f++) {
        char **paths = gw_module_list(folders[f], gw_config_string(s->config, groups[f], "disable")), why[500];

        for (char **p = paths; p && *p; p++) {
            struct gw_module *m;

            if (gw_module_open(&m, *p, why, sizeof(why)))
                complain_and_count(complaints, &(struct gw_complaint){*p, 0, true, why});
            else {
                fn(s, m, complaints);
                gw_module_close(m);
            }
        }
        g_strfreev(paths);
    }
}

static void help_module(const struct gw_settings *s, const struct gw_module *m, unsigned *complaints)
{
    char *title;

    if (!m->options || !m->config_name)
        return;
    title = title_of(m);
    print_help(m->options, title);
    g_free(title);
}

static void each_event_handler(const struct gw_settings *s,
                               void (*fn)(const struct gw_settings *s, const struct gw_module *m, unsigned *complaints),
                               unsigned *complaints)
{
    size_t n;
    const struct gw_module *all = gw_event_handler_modules(&n);

    for (size_t i = 0; i < n; i++)
        fn(s, &all[i], complaints);
}

static const struct gw_module *find_event_handler(const char *config_name)
{
    size_t n;
    const struct gw_module *all = gw_event_handler_modules(&n);

    for (size_t i = 0; i < n; i++)
        if (!strcmp(all[i].config_name, config_name))
            return &all[i];
    return NULL;
}

static void check_module(const struct gw_settings *s, const struct gw_module *m, unsigned *complaints)
{
    char *path;

    gw_config_free(
        gw_settings_module(s, m->kind, m->config_name, m->options, &path, complain_and_count, complaints, NULL));
    printf("%s: %s\n", m->name, path ? path : "no file, defaults");
    free(path);
}

static int print_sample(const char *what)
{
    const struct gw_module *m = find_event_handler(what);
    struct gw_module *opened = NULL;
    char why[500], *title, *text;

    if (!m && strcmp(what, "main") != 0) {
        if (gw_module_open(&opened, what, why, sizeof(why))) {
            fprintf(stderr, "%s: %s\n", what, why);
            return 1;
        }
        m = opened;
    }
    if (m && !m->config_name) {
        fprintf(stderr, "%s: this module has no configuration file\n", what);
        gw_module_close(opened);
        return 1;
    }
    title = m ? title_of(m) : g_strdup(GW_OPTIONS_TITLE);
    text = gw_config_sample(m ? m->options : gw_options, title);
    if (m)
        printf("# cardea.%s.%s.jcfg\n%s", m->kind, m->config_name, text);
    else
        printf("# cardea.jcfg\n%s", text);
    free(text);
    g_free(title);
    gw_module_close(opened);
    return 0;
}

static int check_all(const struct gw_settings *s)
{
    unsigned complaints = 0;

    printf("main: %s\n", s->config_file ? s->config_file : "no file, defaults");
    each_module(s, check_module, &complaints);
    each_event_handler(s, check_module, &complaints);
    if (complaints)
        printf("The configuration has %u mistakes or warnings beyond the main file, see above.\n", complaints);
    else
        puts("The configuration is good.");
    return complaints != 0;
}

static int run_instead(const struct gw_settings *s)
{
    unsigned complaints = 0;

    if (the.check)
        return check_all(s);
    if (!the.help_config)
        return -1;
    print_help(gw_options, GW_OPTIONS_TITLE);
    each_module(s, help_module, &complaints);
    each_event_handler(s, help_module, &complaints);
    return 0;
}

static int read_all(int argc, char **argv)
{
    if (!parse(argc, argv))
        return 1;
    if (the.version) {
        puts("Cardea " PACKAGE_VERSION);
        return 0;
    }
    if (the.sample)
        return print_sample(the.sample);
    if (the.working_folder && chdir(the.working_folder)) {
        fprintf(stderr, "%s: %s: %s\n", argv[0], the.working_folder, strerror(errno));
        return 1;
    }
    the.settings->config_file = the.config_file ? strdup(the.config_file) : NULL;
    the.settings->configs_folder = g_strdup(the.configs_folder);
    the.settings->takeover = the.takeover;
    if (gw_settings_load(the.settings, gw_complain_to_stderr, NULL)) {
        fprintf(stderr, "%s: not started, see the mistakes above. --help-config explains every item.\n", argv[0]);
        return 1;
    }
    return run_instead(the.settings);
}

int gw_args_read(struct gw_settings **out, int argc, char **argv)
{
    int code;

    memset(&the, 0, sizeof(the));
    the.settings = g_new0(struct gw_settings, 1);
    code = read_all(argc, argv);
    if (code < 0) {
        *out = the.settings;
        the.settings = NULL;
    }
    gw_settings_free(the.settings);
    g_free(the.config_file);
    g_free(the.configs_folder);
    g_free(the.working_folder);
    g_free(the.sample);
    return code;
}
