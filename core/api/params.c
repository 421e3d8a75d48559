/* SPDX-License-Identifier: Apache-2.0 */
#include "api/params.h"

#include <stdio.h>
#include <string.h>

#define MAX_NESTING 8 /* of tables; a table that contains itself ends here */

struct checking {
    bool string_ids;
    char *why;
    size_t why_len;
};

static enum gw_params_result check_fields(const struct checking *c, const struct cardea_param *table,
                                          const json_t *object, unsigned depth);

static bool type_fits(const struct checking *c, enum cardea_param_type type, const json_t *v)
{
    switch (type) {
    case CARDEA_STRING:
        return json_is_string(v);
    case CARDEA_BOOL:
        return json_is_boolean(v);
    case CARDEA_INT:
        return json_is_integer(v);
    case CARDEA_UINT:
        return json_is_integer(v) && json_integer_value(v) >= 0;
    case CARDEA_OBJECT:
        return json_is_object(v);
    case CARDEA_ARRAY:
        return json_is_array(v);
    case CARDEA_ID:
        return c->string_ids ? json_is_string(v) : json_is_integer(v) && json_integer_value(v) >= 0;
    }
    return false;
}

static const char *type_name(const struct checking *c, enum cardea_param_type type)
{
    static const char *const names[] = {
        [CARDEA_STRING] = "a string",  [CARDEA_BOOL] = "true or false",
        [CARDEA_INT] = "an integer",   [CARDEA_UINT] = "an integer that is not negative",
        [CARDEA_OBJECT] = "an object", [CARDEA_ARRAY] = "an array",
    };

    if (type == CARDEA_ID)
        return names[c->string_ids ? CARDEA_STRING : CARDEA_UINT];
    return type <= CARDEA_ARRAY ? names[type] : "something else";
}

static bool in_range(const struct cardea_param *p, const json_t *v)
{
    if (p->max && json_is_integer(v) && json_integer_value(v) > p->max)
        return false;
    return !(p->max && json_is_string(v) && (int64_t)json_string_length(v) > p->max);
}

static bool is_empty(const json_t *v)
{
    return (json_is_string(v) && !json_string_length(v)) || (json_is_array(v) && !json_array_size(v));
}

static enum gw_params_result wrong_type(const struct checking *c, const struct cardea_param *p,
                                        enum cardea_param_type type, const char *of)
{
    snprintf(c->why, c->why_len, "Invalid element type: %s%s must be %s", of, p->name, type_name(c, type));
    return GW_PARAMS_INVALID;
}

static enum gw_params_result check_elements(const struct checking *c, const struct cardea_param *p, const json_t *v,
                                            unsigned depth)
{
    for (size_t i = 0; i < json_array_size(v); i++) {
        const json_t *element = json_array_get(v, i);
        enum gw_params_result r;

        if (p->fields && !json_is_object(element))
            return wrong_type(c, p, CARDEA_OBJECT, "each element of ");
        if (!p->fields && !type_fits(c, p->element, element))
            return wrong_type(c, p, p->element, "each element of ");
        r = p->fields ? check_fields(c, p->fields, element, depth + 1) : GW_PARAMS_OK;
        if (r)
            return r;
    }
    return GW_PARAMS_OK;
}

static enum gw_params_result check_value(const struct checking *c, const struct cardea_param *p, const json_t *v,
                                         unsigned depth)
{
    if (!type_fits(c, p->type, v))
        return wrong_type(c, p, p->type, "");
    if (!in_range(p, v)) {
        snprintf(c->why, c->why_len, "Invalid element: %s is beyond its bound of %lld", p->name, (long long)p->max);
        return GW_PARAMS_INVALID;
    }
    if ((p->flags & CARDEA_NONEMPTY) && is_empty(v)) {
        snprintf(c->why, c->why_len, "Invalid element: %s must not be empty", p->name);
        return GW_PARAMS_INVALID;
    }
    if (p->type == CARDEA_OBJECT && p->fields)
        return check_fields(c, p->fields, v, depth + 1);
    if (p->type == CARDEA_ARRAY && (p->fields || p->element_typed))
        return check_elements(c, p, v, depth);
    return GW_PARAMS_OK;
}

static enum gw_params_result check_fields(const struct checking *c, const struct cardea_param *table,
                                          const json_t *object, unsigned depth)
{
    for (const struct cardea_param *p = table; depth < MAX_NESTING && p && p->name; p++) {
        const json_t *v = json_object_get(object, p->name);
        enum gw_params_result r = GW_PARAMS_OK;

        if (v)
            r = check_value(c, p, v, depth);
        else if (p->flags & CARDEA_REQUIRED) {
            snprintf(c->why, c->why_len, "Missing mandatory element (%s)", p->name);
            r = GW_PARAMS_MISSING;
        }
        if (r)
            return r;
    }
    return GW_PARAMS_OK;
}

enum gw_params_result gw_params_check(const struct cardea_param *table, const json_t *object, bool string_ids,
                                      char *why, size_t why_len)
{
    const struct checking c = {string_ids, why, why_len};

    return check_fields(&c, table, object, 0);
}
