/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A gateway made of paper: loads a transport that was built, starts it with a few settings, and keeps what it says in a
 * list. The test itself is the control thread. And clients: sockets without a library in between.
 */
#ifndef TESTS_UNIT_TRANSPORTS_FAKE_H
#define TESTS_UNIT_TRANSPORTS_FAKE_H

#include <cardea/transport.h>

struct setting {
    const char *category, *name, *value;
};

#define FAKE_ROUTE "/metrics" /* the one path that has_route() knows */

enum said { OPENED = 1, RECEIVED, CLOSED, EXCHANGE, ABANDONED, EVENT };

struct heard {
    enum said what;
    uint64_t id; /* connection or tag */
    enum cardea_door door;
    bool route;
    char *method, *path, *query, *remote, *header; /* header: what X-Test said */
    char *text;
    size_t len;
    json_t *json;
};

/* Loads file (of the build's transports/) once; starts it with settings, which end with {0}. Fails the test when it
 * refuses and must_start. Returns what start() returned. */
int fake_start(const char *file, const struct setting *settings, bool must_start);
void fake_stop(void); /* also forgets all that was heard */
const struct cardea_transport *fake_transport(void);
void fake_html(const char *folder);
/* Port of the listener of that name, found by query(). */
int fake_port(const char *listener);
json_t *fake_query(const char *format, ...); /* as json_pack() */
const char *fake_log(void);                  /* all lines so far */

/* The next one that was heard and is of this kind (others stay); NULL after ms. Free with fake_free(). */
struct heard *fake_hear(enum said what, int ms);
struct heard *fake_must_hear(enum said what);
void fake_free(struct heard *h);
/* The next exchange is answered with this status and body. Returns its tag. */
uint64_t fake_answer(int status, const char *body);
void fake_respond(uint64_t tag, int status, const char *const *headers, const char *body);

/* --- clients ------------------------------------------------------------------------------------------------------ */
struct client;
struct client *client_open(int port);
struct client *client_open_at(const char *ip, int port);
struct client *client_open_tls(int port);
struct client *client_open_unix(const char *path);
void client_close(struct client *c);
void client_reset(struct client *c); /* RST instead of FIN */
void client_half_close(struct client *c);
void client_small_window(struct client *c); /* before reading nothing */
void client_write(struct client *c, const void *data, size_t len);
bool client_try_write(struct client *c, const void *data, size_t len);
void client_print(struct client *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Reads up to len bytes, waiting ms for the first: their number; 0: closed; -1: nothing came. */
int client_read(struct client *c, void *out, size_t len, int ms);
bool client_is_closed(struct client *c, int ms); /* by the other side, within ms; what comes before is thrown away */

/* One answer of HTTP. */
struct answer {
    int status;
    char head[8192];
    char *body;
    size_t len;
};
/* Reads one answer; false: none came (closed, or 5 s). Free with answer_clear(). head_only: to HEAD. */
bool client_answer(struct client *c, struct answer *a, bool head_only);
const char *answer_header(const struct answer *a, const char *name); /* its value until the next call, or NULL */
void answer_clear(struct answer *a);

#endif
