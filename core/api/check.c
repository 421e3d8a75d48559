/* SPDX-License-Identifier: Apache-2.0 */
/* Parameter tables that a plugin checks by itself, for verbs whose parameters depend on each other. */
#include "api/inside.h"

#include "api/params.h"

bool gw_api_check(struct gw_api *a, struct cardea_request *rq, const json_t *object, const struct cardea_param *params)
{
    const struct gw_message *m = gw_tickets_get(&a->messages, rq);
    const struct cardea_error_codes *codes;
    char why[300];

    if (!m)
        return false;
    codes = &m->plugin->table.errors;
    switch (gw_params_check(params, object, m->plugin->string_ids, why, sizeof(why))) {
    case GW_PARAMS_OK:
        return true;
    case GW_PARAMS_MISSING:
        gw_api_fail(a, rq, codes->missing, why);
        break;
    case GW_PARAMS_INVALID:
        gw_api_fail(a, rq, codes->invalid, why);
        break;
    }
    return false;
}
