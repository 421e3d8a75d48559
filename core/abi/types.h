/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Types that plugins and transports share: versions, log levels, results, option tables.
 *
 * Everything here is plain C11 and Jansson. Nothing here runs: these are values and tables.
 * Tables only ever grow at their tail; the reader looks at `size` before it looks at a member.
 */
#ifndef CARDEA_TYPES_H
#define CARDEA_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

/* A different major is refused. A plugin with a smaller minor is welcome: it lacks some members at the tail. */
#define CARDEA_ABI_MAJOR 1
#define CARDEA_ABI_MINOR 0

/* Marks the one data symbol that a module exports. */
#define CARDEA_EXPORT __attribute__((visibility("default")))

enum cardea_log_level {
    CARDEA_LOG_FATAL = 1,
    CARDEA_LOG_ERROR = 2,
    CARDEA_LOG_WARN = 3,
    CARDEA_LOG_INFO = 4,
    CARDEA_LOG_VERBOSE = 5,
    CARDEA_LOG_DEBUG = 6,
    CARDEA_LOG_TRACE = 7,
};

/* --- results and names ----------------------------------------------------------------------------------------------
 */

enum cardea_result {
    CARDEA_OK = 0,
    CARDEA_ENOMEM = -1,
    CARDEA_EINVAL = -2, /* the caller's bug: a bad argument */
    CARDEA_EPARSE = -3, /* the peer's bytes are not what they claim to be (bad SDP) */
    CARDEA_EPROTO = -4, /* well-formed, but not allowed now (no offer to answer, an offer is already outstanding) */
    CARDEA_ELIMIT = -5, /* a bound was hit */
    CARDEA_EIO = -6,    /* the operating system refused */
    CARDEA_EAGAIN = -7, /* try again later */
    CARDEA_ENOENT = -8, /* no such source, sink, handle or file */
    CARDEA_ESTATE = -9, /* the object is being closed */
};

struct cardea_handle;  /* one attachment of one session to this plugin; holds at most one PeerConnection */
struct cardea_charge;  /* something that a client made, counted for it: host->charge() */
struct cardea_request; /* one client message that waits for its reply */

typedef uint64_t cardea_source; /* an incoming track; 0 is none */
typedef uint64_t cardea_sink;   /* an outgoing track; 0 is none */

enum cardea_kind { CARDEA_AUDIO = 1, CARDEA_VIDEO = 2, CARDEA_DATA = 3 };

/* --- options: one line gives parsing, checking, --help-config, the sample file and the docs ----------------------- */

enum cardea_option_type {
    CARDEA_OPT_BOOL,   /* true, yes, 1 (any case) are true */
    CARDEA_OPT_INT,    /* decimal, min <= x <= max */
    CARDEA_OPT_STRING, /* NUL-terminated, at most max bytes when max > 0 */
    CARDEA_OPT_LIST,   /* comma-separated string or array of strings; read as one comma-separated string */
};

/* What is done with the path that an option names. Whatever no option names so can be neither read nor written nor run,
 * the system's own folders aside: the gateway gives those rights up when it starts (general.sandbox). */
enum cardea_path_use {
    CARDEA_NO_PATH = 0,
    CARDEA_READS,        /* a file */
    CARDEA_READS_BELOW,  /* a folder */
    CARDEA_WRITES,       /* a file that is written to, or replaced; it can be read, too */
    CARDEA_WRITES_BELOW, /* a folder; it is made when it is not there; all in it can be read, too */
    CARDEA_RUNS,         /* a program */
};

struct cardea_option {
    const char *category; /* the group in the .jcfg file, e.g. "general" */
    const char *name;
    enum cardea_option_type type;
    const char *fallback; /* the default, as it would be written in the file; NULL: unset */
    int64_t min, max;     /* bounds of INT; max also bounds the length of STRING */
    bool reloadable;      /* may change while the process runs */
    const char *help;     /* one sentence, says the unit */
    enum cardea_path_use use;
};
/* A table ends with a line whose name is NULL. */

/*
 * What a module was configured with: its option table's values, and the other groups of its file.
 * Borrowed: valid from start() until stop() returns. Control thread only.
 */
struct cardea_config;

/* --- listening sockets -------------------------------------------------------------------------------------------- */

/*
 * The gateway opens listening sockets and accepts, on a thread of its own: so it can hand them to a successor without
 * losing one client, and take them from a predecessor or from the service manager.
 */
struct cardea_listener;
struct sockaddr;

struct cardea_listen {
    uint32_t size;
    const char *name;      /* of this place among all others: "http", "ws", "agent"; who takes over finds it by that */
    const char *interface; /* name or numeric address, stronger than ip; NULL */
    const char *ip;        /* numeric address; both NULL: everywhere, by IPv6 and IPv4 */
    unsigned port;         /* 0: any free one */
    const char *path;      /* a socket in the file system instead of a port; NULL */
    const char *owner;     /* of that, "user:group" or "user"; NULL: who runs us */
    /* [the accepting thread] A client came. fd (non-blocking, closed on exec) is taken. Must not block. */
    void (*client)(void *arg, int fd, const struct sockaddr *from, unsigned from_len);
    /* [the accepting thread] No room at the moment: those who come wait. NULL: there always is. */
    bool (*full)(void *arg);
    void *arg;
};

#endif
