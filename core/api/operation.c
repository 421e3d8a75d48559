/* SPDX-License-Identifier: Apache-2.0 */
/* Requests of operators that the host answers, now or later: names looked up, servers asked, modules loaded. */
#include "api/inside.h"

struct gw_operation {
    struct gw_origin origin;
    char *transaction;
};

void gw_admin_operate(struct gw_request *rq)
{
    struct gw_operation *op;

    if (!rq->api->conf.operate) {
        gw_request_fail(rq, GW_API_UNKNOWN, "There is no host that could answer %.60s", rq->name);
        return;
    }
    op = g_new0(struct gw_operation, 1);
    op->origin = rq->origin;
    op->transaction = g_strdup(rq->transaction);
    rq->api->conf.operate(rq->api->conf.arg, op, rq->name, rq->root);
}

static void finish(struct gw_operation *op, json_t *o)
{
    json_object_set_new(o, "transaction", json_string(op->transaction));
    gw_origin_send_json(&op->origin, o);
    g_free(op->transaction);
    g_free(op);
}

void gw_operation_reply(struct gw_operation *op, json_t *members)
{
    json_object_set_new(members, "janus", json_string("success"));
    finish(op, members);
}

void gw_operation_fail(struct gw_operation *op, int code, const char *text)
{
    finish(op, gw_error_json(code, text));
}
