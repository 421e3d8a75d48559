/* SPDX-License-Identifier: Apache-2.0 */
#include "manage.h"

#include <string.h>

#include "layout.h"

static json_t *error(int code, const char *what, const char *member)
{
    return json_pack("{si ss+}", "error_code", code, "error", what, member);
}

static void set_layout(const struct manage *m, json_t *notes, const char *name)
{
    enum layout layout;

    if (layout_read(name, &layout))
        atomic_store(m->layout, (int)layout);
    else
        json_array_append_new(notes, json_string("json: ignored, there is no such layout"));
}

/* All members are checked before the first one takes effect. */
static json_t *configure(const struct manage *m, const json_t *request)
{
    const json_t *layout = json_object_get(request, "json"), *events = json_object_get(request, "events");
    const json_t *logging = json_object_get(request, "logging");
    json_t *notes, *answer;

    if (layout && !json_is_string(layout))
        return error(MANAGE_INVALID, "Not a string: ", "json");
    if (events && !json_is_boolean(events))
        return error(MANAGE_INVALID, "Not a boolean: ", "events");
    if (logging && !json_is_string(logging))
        return error(MANAGE_INVALID, "Not a string: ", "logging");
    notes = json_array();
    if (layout)
        set_layout(m, notes, json_string_value(layout));
    if (logging && !m->logging)
        json_array_append_new(notes, json_string("logging: ignored by this transport"));
    else if (logging && !m->logging(json_string_value(logging)))
        json_array_append_new(notes, json_string("logging: categories that do not exist were ignored"));
    if (events)
        atomic_store(m->events, json_is_true(events));
    answer = json_pack("{si}", "result", 200);
    if (json_array_size(notes))
        json_object_set(answer, "notes", notes);
    json_decref(notes);
    return answer;
}

json_t *manage_answer(const struct manage *m, const json_t *request)
{
    const json_t *what = json_object_get(request, "request");
    const char *name = json_string_value(what);
    json_t *answer;

    if (!what)
        return error(MANAGE_MISSING, "Missing element: ", "request");
    if (!name)
        return error(MANAGE_INVALID, "Not a string: ", "request");
    if (!strcmp(name, "configure"))
        return configure(m, request);
    if (!strcmp(name, "listeners"))
        return json_pack("{si so}", "result", 200, "listeners", m->listeners());
    if (strcmp(name, "connections") != 0)
        return json_pack("{si ss++}", "error_code", MANAGE_UNKNOWN, "error", "Unknown request '", name, "'");
    answer = json_pack("{si}", "result", 200);
    m->connections(answer);
    return answer;
}
