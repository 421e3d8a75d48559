/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks the members of a JSON object against a table (cardea/plugin.h): presence, type, range, in table order.
 * Used for the core's own requests and for the verbs of plugins. Pure; any thread.
 */
#ifndef GW_API_PARAMS_H
#define GW_API_PARAMS_H

#include <cardea/plugin.h>

enum gw_params_result {
    GW_PARAMS_OK,
    GW_PARAMS_MISSING, /* a required member is absent */
    GW_PARAMS_INVALID, /* a member has the wrong type or is out of range */
};

/* table may be NULL: everything is fine. On failure why gets one sentence that names the member. */
enum gw_params_result gw_params_check(const struct cardea_param *table, const json_t *object, bool string_ids,
                                      char *why, size_t why_len);

#endif
