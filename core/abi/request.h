/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests of clients: a plugin's tables of verbs and parameters. The gateway checks a request against them, and calls.
 */
#ifndef CARDEA_REQUEST_H
#define CARDEA_REQUEST_H

#include <cardea/types.h>

enum cardea_param_type {
    CARDEA_STRING,
    CARDEA_BOOL, /* true or false; 0, 1 and strings are refused */
    CARDEA_INT,  /* JSON integer of any sign */
    CARDEA_UINT, /* JSON integer >= 0 */
    CARDEA_OBJECT,
    CARDEA_ARRAY,
    CARDEA_ID, /* unsigned integer, or a string when the plugin said string_ids (host->string_ids) */
};

enum {
    CARDEA_REQUIRED = 1, /* missing: errors.missing */
    CARDEA_NONEMPTY = 2, /* an empty string or array is errors.invalid */
};

/* Checked by the gateway in table order, before run() is called. First failure wins. `null` is a wrong type. */
struct cardea_param {
    const char *name;
    enum cardea_param_type type;
    unsigned flags;
    int64_t max;                       /* INT, UINT: greatest value, 0 = any; STRING: most bytes, 0 = any */
    const struct cardea_param *fields; /* ARRAY: every element is an object with these; OBJECT: its members */
    enum cardea_param_type element;    /* ARRAY without fields: type of its elements, when element_typed */
    bool element_typed;
};
/* A table ends with a line whose name is NULL. */

enum cardea_verb_mode {
    CARDEA_SYNC,  /* run() replies before it returns; client gets `success`; also reachable by admin `message_plugin` */
    CARDEA_ASYNC, /* client gets `ack` at once; the reply is an `event` with the request's transaction */
    CARDEA_LATE,  /* as SYNC, but the reply may come later: for what needs a job(). See waits() */
};

struct cardea_verb {
    const char *name; /* compared without regard to case; NULL: taken when the body has no `request` */
    enum cardea_verb_mode mode;
    const struct cardea_param *params;      /* may be NULL */
    void (*run)(struct cardea_request *rq); /* control thread */
    /* Where a client's JSON Web Token has the claim `role`, it must hold this one, or "admin". NULL: any will do. */
    const char *role;
};
/* A table ends with a line whose run is NULL. */

/* Error codes that the gateway uses on the plugin's behalf: {<key>:"event", error_code:…, error:"…"} */
struct cardea_error_codes {
    int no_message; /* empty body */
    int not_object; /* body is not an object */
    int unknown;    /* no such verb */
    int missing;    /* a required parameter is absent */
    int invalid;    /* a parameter has the wrong type or is out of range */
};

/* What came with a message. All borrowed. */
struct cardea_request_info {
    struct cardea_handle *handle; /* NULL: an admin request */
    void *user;                   /* what attach() gave for this handle; NULL for admin requests */
    const char *verb;             /* as in the table */
    json_t *body;                 /* object; read only */
    const char *jsep_type;        /* "offer", "answer" or NULL */
    bool jsep_e2ee;
    bool jsep_update; /* an offer for a PeerConnection that already exists */
    bool admin;
};

#endif
