/* SPDX-License-Identifier: Apache-2.0 */
#include "config/options.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"
#include "config/inside.h"

#define BOOL(category, name, fallback, reloadable, help)                                                               \
    {                                                                                                                  \
        category, name, CARDEA_OPT_BOOL, fallback, 0, 0, reloadable, help, CARDEA_NO_PATH                              \
    }
#define INT(category, name, fallback, min, max, reloadable, help)                                                      \
    {                                                                                                                  \
        category, name, CARDEA_OPT_INT, fallback, min, max, reloadable, help, CARDEA_NO_PATH                           \
    }
#define TEXT(category, name, fallback, max, reloadable, help)                                                          \
    {                                                                                                                  \
        category, name, CARDEA_OPT_STRING, fallback, 0, max, reloadable, help, CARDEA_NO_PATH                          \
    }
#define LIST(category, name, help)                                                                                     \
    {                                                                                                                  \
        category, name, CARDEA_OPT_LIST, NULL, 0, 0, false, help, CARDEA_NO_PATH                                       \
    }
/* A path: use is enum cardea_path_use. */
#define PATH(category, name, use, help)                                                                                \
    {                                                                                                                  \
        category, name, CARDEA_OPT_STRING, NULL, 0, 4000, false, help, use                                             \
    }
#define LIVE true

/* clang-format off */
const struct cardea_option gw_options[] = {
    /* general */
    TEXT("general", "server_name", "Cardea", 200, false,
        "Name of this gateway in the answer to \"info\" and in events."),
    INT("general", "workers", "0", 0, 64, false, "Media threads; 0 is one for each processor."),
    INT("general", "event_loops", "0", 0, 64, false, "Older name of workers, used when that is 0."),
    TEXT("general", "interface", NULL, 200, false, "Local address or interface shown in SDP; found out when unset."),
    TEXT("general", "configs_folder", NULL, 4000, false, "Only effective on the command line (--configs-folder)."),
    TEXT("general", "plugins_folder", NULL, 4000, false,
        "Folder with the plugins; unset: where they were installed."),
    TEXT("general", "transports_folder", NULL, 4000, false,
        "Folder with the transports; unset: where they were installed."),
    TEXT("general", "html_folder", NULL, 4000, false,
        "Folder with the pages that the HTTP transport serves; unset: where they were installed."),
    TEXT("general", "state_folder", NULL, 4000, false,
        "Folder where the gateway and its plugins keep what must survive a restart; unset: "
        "$STATE_DIRECTORY, or /var/lib/cardea when it can be written, or ~/.local/state/cardea."),
    {"general", "metrics_acl", CARDEA_OPT_LIST, "private", 0, 0, LIVE,
     "Address prefixes of those who may read /metrics; \"private\": this host and private networks, \"*\": everybody. Behind "
     "a proxy see trusted_proxies of the HTTP transport.",
     CARDEA_NO_PATH},
    { "general", "crash_folder", CARDEA_OPT_STRING, NULL, 0, 1900, false,
        "Folder for what is left of a crash: signal, backtrace, last lines of the log; unset: \"crashes\" in state_folder.", CARDEA_WRITES_BELOW },
    { "general", "takeover_socket", CARDEA_OPT_STRING, NULL, 0, 100, false,
        "Socket in the file system where a new process may take over from this one (--takeover); unset: \"takeover\" in "
        "$RUNTIME_DIRECTORY, or in state_folder.", CARDEA_WRITES },
    TEXT("general", "events_folder", NULL, 4000, false, "Accepted and ignored."),
    TEXT("general", "loggers_folder", NULL, 4000, false,
        "Accepted and ignored: the log goes to standard output and a file."),
    BOOL("general", "log_to_stdout", "true", false, "Write the log to standard output."),
    PATH("general", "log_to_file", CARDEA_WRITES, "Write the log to this file, too."),
    TEXT("general", "log_rotate_sig", NULL, 20, false,
        "Signal that reopens the log file after it was rotated: SIGUSR1 or SIGHUP."),
    INT("general", "debug_level", "4", 0, 7, LIVE,
        "How much is logged: 0 nothing, 1 fatal, 2 errors, 3 warnings, 4 info, 5 verbose, 6 debug, 7 "
        "everything."),
    TEXT("general", "debug_modules", NULL, 500, LIVE,
        "Levels of single modules, such as \"ice=6, api=5\"; a module is a folder of core/, or plugin, or transport."),
    BOOL("general", "debug_timestamps", "false", LIVE, "Begin each log line with the time."),
    BOOL("general", "debug_colors", "true", LIVE, "Colours on a terminal."),
    TEXT("general", "log_format", "human", 20, LIVE,
        "\"human\"; \"json\": one object a line; \"journal\": lines begin with their priority, as systemd reads it."),
    INT("general", "log_file_size", "0", 0, 1000000, false,
        "MiB after which the log file becomes log_to_file.1, that .2 and so on; 0: it grows."),
    INT("general", "log_file_keep", "5", 0, 1000, false, "How many old log files are kept."),
    INT("general", "log_rate", "100", 0, 1000000, LIVE,
        "Lines a second from one cause; further ones are left out and counted; 0: no limit."),
    BOOL("general", "log_redact_addresses", "false", LIVE, "Hide the second half of each IP address in the log."),
    BOOL("general", "debug_locks", "false", false, "Accepted and ignored: there are no locks to log."),
    TEXT("general", "log_prefix", NULL, 200, false, "Text before each log line."),
    BOOL("general", "daemonize", "false", false, "Go to the background after the start."),
    PATH("general", "pid_file", CARDEA_WRITES, "File that holds the process id while the gateway runs."),
    INT("general", "check_openfiles_limit", "0", 0, 100000000, false,
        "Refuse to start when the limit of open files is lower than this; 0: do not check."),
    TEXT("general", "api_secret", NULL, 1000, LIVE, "Text that every API request must carry as apisecret."),
    BOOL("general", "token_auth", "false", false, "Requests must carry a token that was added by the Admin API."),
    TEXT("general", "token_auth_secret", NULL, 1000, LIVE,
        "Requests must carry a token signed with this secret (needs token_auth)."),
    TEXT("general", "jwt_secret", NULL, 1000, false,
        "Shared secret of JSON Web Tokens (HS256, HS384, HS512) that requests may carry as token."),
    PATH("general", "jwt_key", CARDEA_READS, "Public key (PEM file) of JSON Web Tokens signed with RS or ES."),
    TEXT("general", "jwt_audience", NULL, 500, false, "What the claim aud of such tokens must hold; unset: anything."),
    TEXT("general", "jwt_issuer", NULL, 500, false, "What their claim iss must be; unset: anything."),
    TEXT("general", "admin_secret", NULL, 1000, LIVE, "Text that every Admin API request must carry as admin_secret."),
    INT("general", "session_timeout", "60", 0, 86400, LIVE,
        "Seconds without a request after which a session ends; 0: never."),
    INT("general", "reclaim_session_timeout", "0", 0, 86400, LIVE,
        "Seconds, from the loss on, during which the session of a lost connection can be claimed by another; 0: none."),
    INT("general", "candidates_timeout", "45", 1, 3600, LIVE,
        "Seconds that trickled candidates wait for their offer or answer."),
    INT("general", "drain_timeout", "3600", 0, 604800, LIVE,
        "Seconds after which a draining gateway stops although calls are left; 0: it waits for the last "
        "one."),
    INT("general", "drain_grace", "3", 0, 3600, LIVE,
        "Seconds for which a draining gateway, also an empty one, stays and lets in whom balancers send that have not heard "
        "of it; 0 where there is no balancer."),
    BOOL("general", "drain_events", "true", LIVE, "Tell clients by an event that the gateway drains."),
    TEXT("general", "recordings_tmp_ext", NULL, 40, false,
        "Accepted and ignored: recordings can be played while they are being written."),
    BOOL("general", "allow_loop_indication", "false", false,
        "Honour loop_index in \"attach\": the number of the worker."),
    INT("general", "task_pool_size", "0", 0, 10000, false, "Accepted and ignored: requests do not occupy a thread."),
    BOOL("general", "opaqueid_in_api", "false", LIVE, "Add opaque_id to events."),
    BOOL("general", "hide_dependencies", "false", LIVE, "Do not list libraries in the answer to \"info\"."),
    BOOL("general", "exit_on_dl_error", "false", false,
        "Refuse to start when a plugin or transport cannot be loaded."),
    BOOL("general", "sandbox", "true", false,
         "Give up, where the kernel can hold us to it, what is not needed: files outside the folders that options name, system calls."),
    { "general", "readable_folders", CARDEA_OPT_LIST, NULL, 0, 0, false,
      "Folders that may be read besides the system's and those that other options name.", CARDEA_READS_BELOW },
    { "general", "writable_folders", CARDEA_OPT_LIST, NULL, 0, 0, false,
      "Folders that may be written to besides those that other options name: captures of the Admin API, say.", CARDEA_WRITES_BELOW },
    TEXT("general", "user", NULL, 100, false, "Name of the user to become after the start, which is then made as root."),
    TEXT("general", "group", NULL, 100, false, "Name of the group to become; unset: the user's."),
    BOOL("general", "no_webrtc_encryption", "false", false,
         "Accepted and ignored: media is always encrypted. To look into it, start a capture by the Admin API."),
    LIST("general", "protected_folders", "Folders where recordings and captures may never be written."),

    /* tracing */
    TEXT("sentry", "dsn", NULL, 500, false,
        "Server that is told of errors and crashes, such as \"https://KEY@HOST/PROJECT\"; unset: none is. Addresses and what "
        "may be a secret are left out."),
    TEXT("sentry", "environment", NULL, 64, false, "Name of the installation there, such as \"production\"."),
    TEXT("sentry", "server_name", NULL, 60, false, "Name of this gateway there; unset: that of the host."),
    INT("sentry", "most_per_hour", "60", 1, 10000, false, "Errors told in an hour; each cause is told once a minute."),
    TEXT("tracing", "otlp_url", NULL, 1000, LIVE,
         "Where traces of joins are posted (OTLP over HTTP, JSON), such as http://127.0.0.1:4318/v1/traces; unset: nowhere."),

    /* certificates */
    PATH("certificates", "cert_pem", CARDEA_READS,
        "Certificate for DTLS (PEM file); unset: a new one is made at every start."),
    PATH("certificates", "cert_key", CARDEA_READS, "Its private key (PEM file)."),
    TEXT("certificates", "cert_pwd", NULL, 1000, false, "Password of the private key."),
    BOOL("certificates", "dtls_accept_selfsigned", "true", false,
        "Accept peers with self-signed certificates, as every browser has; their fingerprint is checked "
        "anyway. False: an authority of this machine must have signed it."),
    TEXT("certificates", "dtls_ciphers", NULL, 4000, false, "OpenSSL cipher list for DTLS."),
    BOOL("certificates", "rsa_private_key", "false", false, "Make the certificate with an RSA key instead of P-256."),

    /* media */
    INT("media", "media_port", "10000", 1, 65535, false,
        "UDP port of the first worker with ICE lite; worker i has this plus i. Passive ICE-TCP uses the "
        "same numbers."),
    INT("media", "media_port_blocks", "2", 1, 16, false,
        "With --takeover the media ports of the old process are in use: the new one tries so many blocks of numbers, the "
        "first at media_port, each as large as there are workers. All of them must be open in the firewall."),
    BOOL("media", "ipv6", "false", false, "Offer IPv6 candidates."),
    BOOL("media", "ipv6_linklocal", "false", false, "Offer link-local IPv6 candidates, too."),
    INT("media", "min_nack_queue", "200", 0, 1000, LIVE, "Milliseconds of packets kept for retransmission at least."),
    INT("media", "keyframe_cache", "2000", 0, 10000, LIVE,
        "Milliseconds of age up to which the last keyframe of a camera, and what followed it, is kept for new subscribers, "
        "who then need not wait for the next; 0: nothing is kept."),
    TEXT("media", "rtp_port_range", NULL, 20, false,
        "Ports for candidates with full ICE, such as \"20000-40000\"; unset: any."),
    TEXT("media", "plain_port_range", "10000-60000", 20, false,
        "Ports for plain RTP that comes in (remote publishers, ingest) and for RTCP of forwarders, where a request names "
        "none."),
    INT("media", "plain_limit", "1000", 0, 20000, false,
        "Ports for plain RTP open at once, and likewise forwarders at once; 0: none of either."),
    INT("media", "dtls_mtu", "1200", 256, 1500, false, "Bytes that a datagram with DTLS or data has at most."),
    INT("media", "no_media_timer", "1", 0, 3600, LIVE,
        "Seconds without a packet after which a \"media\" event says so; 0: never."),
    INT("media", "slowlink_threshold", "0", 0, 100000, LIVE,
        "Lost packets in a second from which on a \"slowlink\" event says so; 0: never."),
    INT("media", "twcc_period", "200", 20, 2000, LIVE,
        "Milliseconds between two transport-wide feedback messages to a sender."),
    INT("media", "start_bitrate", "600000", 10000, 100000000, LIVE,
        "Bit/s that a new connection is taken to carry until it is known better."),
    INT("media", "min_bitrate", "30000", 5000, 100000000, LIVE, "Bit/s that the bandwidth estimate never falls below."),
    INT("media", "max_bitrate", "100000000", 10000, 1000000000, LIVE,
        "Bit/s that the bandwidth estimate of a connection never exceeds."),
    BOOL("media", "probing", "true", LIVE, "Find out by short bursts of repeated packets whether more would fit."),
    BOOL("media", "pacing", "true", LIVE, "Spread video over time where a connection has little room to spare."),
    INT("media", "dtls_timeout", "1000", 20, 60000, false,
        "Accepted and ignored: OpenSSL times its retransmissions by itself."),
    BOOL("media", "nack_optimizations", "false", LIVE,
        "Keep no packets for retransmission while nobody can ask for them."),
    INT("media", "dscp", "0", 0, 63, false, "DSCP of everything that is sent; 0: default."),
    INT("media", "dscp_tos", "0", 0, 63, false, "Older name of dscp, used when that is 0."),
    INT("media", "peers_per_worker", "500", 1, 100000, LIVE,
        "A room stays on one worker up to this many connections, then it spills over to the next."),

    /* nat */
    TEXT("nat", "ice_mode", "lite", 10, false,
        "\"lite\": one UDP port for each worker, for hosts that clients can reach. \"full\": an ICE agent for "
        "each connection, for hosts behind NAT. \"auto\": lite when there is a reachable or announced "
        "address."),
    LIST("nat", "announce", "Public addresses to offer instead of the local ones (1:1 NAT)."),
    LIST("nat", "nat_1_1_mapping", "Older name of announce, used when that is unset."),
    BOOL("nat", "keep_private_host", "false", false, "Offer the local addresses beside the announced ones."),
    TEXT("nat", "stun_server", NULL, 300, false,
        "STUN server by which the gateway finds out its public address (full ICE)."),
    INT("nat", "stun_port", "3478", 1, 65535, false, "Port of the STUN server."),
    BOOL("nat", "nice_debug", "false", false, "Obsolete: accepted and ignored."),
    BOOL("nat", "full_trickle", "false", false, "Send candidates one by one instead of inside the SDP."),
    TEXT("nat", "ice_nomination", "aggressive", 20, false, "\"regular\" or \"aggressive\" nomination (full ICE)."),
    BOOL("nat", "ice_consent_freshness", "false", false, "Check that a peer still wants to receive (RFC 7675)."),
    BOOL("nat", "ice_keepalive_conncheck", "false", false, "Use connectivity checks as keepalive."),
    BOOL("nat", "ice_lite", "false", false, "True is the same as ice_mode = \"lite\"."),
    BOOL("nat", "ice_tcp", "false", false, "Offer passive ICE-TCP candidates."),
    BOOL("nat", "hangup_on_failed", "false", false,
        "Close a connection as soon as ICE has failed, instead of waiting whether it comes back."),
    BOOL("nat", "ignore_mdns", "false", false, "Ignore candidates that are mDNS names."),
    TEXT("nat", "turn_server", NULL, 300, false, "The gateway's own TURN server (full ICE)."),
    INT("nat", "turn_port", "3478", 1, 65535, false, "Port of the TURN server."),
    TEXT("nat", "turn_type", "udp", 10, false, "How to reach the TURN server: \"udp\", \"tcp\" or \"tls\"."),
    TEXT("nat", "turn_user", NULL, 500, false, "User name for the TURN server."),
    TEXT("nat", "turn_pwd", NULL, 500, false, "Password for the TURN server."),
    TEXT("nat", "turn_rest_api", NULL, 2000, false,
        "Address of a REST service that gives TURN servers and credentials for each connection (full ICE)."),
    TEXT("nat", "turn_rest_api_key", NULL, 500, false, "Key for that service."),
    TEXT("nat", "turn_rest_api_method", "GET", 10, false, "\"GET\" or \"POST\"."),
    INT("nat", "turn_rest_api_timeout", "10", 1, 300, false, "Seconds to wait for that service."),
    BOOL("nat", "allow_force_relay", "false", false, "Honour force_relay in a JSEP: that connection goes by way of turn_server alone (full ICE)."),
    LIST("nat", "ice_enforce_list", "Interface names or address prefixes to use exclusively."),
    LIST("nat", "ice_ignore_list", "Interface names or address prefixes not to use."),
    BOOL("nat", "ignore_unreachable_ice_server", "false", false,
        "Start even if stun_server does not answer, or turn_server has no address."),

    /* limits */
    INT("limits", "sessions", "20000", 1, 10000000, LIVE, "Sessions in all."),
    INT("limits", "sessions_per_connection", "1000", 1, 10000000, LIVE, "Sessions of one transport connection."),
    INT("limits", "connections_per_address", "300", 0, 10000000, LIVE,
        "WebSockets of one address (of IPv6: of its /64); 0: no limit."),
    INT("limits", "sessions_per_address", "500", 0, 10000000, LIVE, "Sessions of one address; 0: no limit."),
    INT("limits", "sessions_per_token", "0", 0, 10000000, LIVE, "Sessions made with one token; 0: no limit."),
    INT("limits", "requests_per_address", "1000", 0, 10000000, LIVE,
        "Requests a second of one address, four times that at once; 0: no limit."),
    INT("limits", "requests_per_session", "200", 0, 10000000, LIVE,
        "Requests a second for one session, four times that at once; 0: no limit."),
    {"limits", "exempt", CARDEA_OPT_LIST, "127.,::1,unix", 0, 0, LIVE,
     "Address prefixes that are not counted: proxies, the host itself."},
    INT("limits", "reserved_files", "64", 0, 1000000, LIVE,
        "File descriptors kept back: new sessions are refused when fewer are left."),
    INT("limits", "session_kbps", "0", 0, 4000000, LIVE,
        "kbit/s of media that one session is sent at most, all its PeerConnections together; 0: no limit."),
    INT("limits", "egress_mbps", "0", 0, 10000000, LIVE,
        "Mbit/s of media sent in all at which new sessions are refused; 0: no limit."),
    INT("limits", "handles", "100000", 1, 10000000, LIVE, "Handles in all."),
    INT("limits", "handles_per_address", "5000", 0, 10000000, LIVE, "Handles of one address; 0: no limit."),
    INT("limits", "rooms_per_session", "0", 0, 10000000, LIVE,
        "Rooms there may be that one session has made (plugins whose rooms clients make); 0: no limit."),
    INT("limits", "rooms_per_address", "1000", 0, 10000000, LIVE,
        "Rooms there may be that clients of one address have made; 0: no limit."),
    INT("limits", "rooms_per_token", "0", 0, 10000000, LIVE,
        "Rooms there may be that were made with one token, or for one subject of JSON Web Tokens; 0: no limit."),
    INT("limits", "handles_per_session", "1000", 1, 10000000, LIVE, "Handles of one session."),
    INT("limits", "request_size", "262144", 1024, 16777216, false, "Bytes of one API request."),

    /* plugins */
    LIST("plugins", "disable", "File names of plugins not to load."),

    /* transports */
    LIST("transports", "disable", "File names of transports not to load."),

    /* loggers */
    LIST("loggers", "disable", "File names of loggers not to load."),

    /* events */
    BOOL("events", "broadcast", "false", false, "Send events to event handlers."),
    BOOL("events", "combine_media_stats", "false", LIVE,
        "One statistics event for each connection instead of one for each medium."),
    LIST("events", "disable", "File names of event handlers not to load."),
    INT("events", "stats_period", "1", 0, 3600, LIVE, "Seconds between two statistics events; 0: none."),
    {NULL},
};
/* clang-format on */

/* --- what a value means ------------------------------------------------------------------------------------------- */

struct words {
    const char *category, *name;
    const char *allowed; /* comma-separated */
};

static const struct words words[] = {
    {"general", "log_rotate_sig", "SIGUSR1,SIGHUP"},
    {"general", "log_format", "human,json,journal"},
    {"nat", "ice_mode", "lite,full,auto"},
    {"nat", "ice_nomination", "regular,aggressive"},
    {"nat", "turn_type", "udp,tcp,tls"},
    {"nat", "turn_rest_api_method", "GET,POST"},
};

static void check_words(struct gw_reading *r, const struct words *w)
{
    const char *value = gw_config_string(r->config, w->category, w->name), *rest = w->allowed, *item;
    size_t len;

    while (value && gw_list_next(&rest, &item, &len))
        if (strlen(value) == len && !strncasecmp(value, item, len))
            return;
    if (value)
        gw_reading_complain(r, true, "%s.%s is \"%.60s\", but must be one of %s. Correct it.", w->category, w->name,
                            value, w->allowed);
}

static void check_port_range(struct gw_reading *r, const char *name)
{
    const char *range = gw_config_string(r->config, "media", name);
    const char *dash = range ? strchr(range, '-') : NULL;
    char low_text[20] = "";
    long long low = 0, high = 0;

    if (!range)
        return;
    if (dash && dash - range < (long)sizeof(low_text))
        gw_strlcpy(low_text, range, (size_t)(dash - range) + 1);
    if (!dash || !gw_parse_int(low_text, &low) || !gw_parse_int(dash + 1, &high) || low < 1 || high > 65535 ||
        low > high)
        gw_reading_complain(
            r, true, "media.%s is \"%.60s\", but must be two ports such as \"20000-40000\". Correct it.", name, range);
}

static void check_pairs(struct gw_reading *r)
{
    const struct cardea_config *c = r->config;

    if (gw_config_int(c, "media", "media_port") + gw_config_int(c, "general", "workers") > 65536)
        gw_reading_complain(r, true,
                            "media.media_port plus general.workers goes beyond port 65535. Lower one of them.");
    if (!gw_config_string(c, "certificates", "cert_pem") != !gw_config_string(c, "certificates", "cert_key"))
        gw_reading_complain(r, true, "certificates.cert_pem and cert_key belong together. Set both or none.");
    if (gw_config_string(c, "general", "token_auth_secret") && !gw_config_bool(c, "general", "token_auth"))
        gw_reading_complain(r, false,
                            "general.token_auth_secret has no effect without token_auth. Set token_auth = true.");
}

unsigned gw_options_check(const struct cardea_config *c, const char *source, gw_complain_fn *complain, void *arg)
{
    struct gw_reading r = {
        .config = (struct cardea_config *)c, .file = source, .complain = complain, .arg = arg}; /* only read */

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        check_words(&r, &words[i]);
    check_port_range(&r, "rtp_port_range");
    check_port_range(&r, "plain_port_range");
    check_pairs(&r);
    return r.mistakes;
}
