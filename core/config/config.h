/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings by table: values are read from a .jcfg file (libconfig) or an older .cfg file (INI), checked against the
 * option table, and asked for by category and name. Groups that the table does not name are kept as JSON, for plugins.
 *
 * Whatever is wrong is told to a listener, with file, line and a sentence that says what to do. A value that was not
 * accepted leaves the one before in place.
 *
 * One thread (control). A config owns its strings; the table is borrowed and must outlive it.
 */
#ifndef GW_CONFIG_CONFIG_H
#define GW_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cardea/types.h>

#define GW_CONFIG_MAX_FILE (4u << 20) /* bytes */

struct gw_complaint {
    const char *file; /* or "command line" */
    int line;         /* 0: unknown */
    bool mistake;     /* a value was not accepted, or the file cannot be read; otherwise it is only a warning */
    const char *text; /* one or two sentences */
};
typedef void gw_complain_fn(void *arg, const struct gw_complaint *c);

void gw_complain_to_log(void *arg, const struct gw_complaint *c);    /* mistakes as errors, the rest as warnings */
void gw_complain_to_stderr(void *arg, const struct gw_complaint *c); /* before there is a log */

/* table may be NULL. other_groups: groups that the table does not name are welcome (plugins), not warned about. */
int gw_config_new(struct cardea_config **out, const struct cardea_option *table, bool other_groups);
void gw_config_free(struct cardea_config *c);

/* --- filling ------------------------------------------------------------------------------------------------------ */

/*
 * Reads a file, by its ending. 0: all of it was accepted, perhaps with warnings. GW_ENOENT: there is no such file
 * (nothing is told). GW_EIO: it cannot be read. GW_EPARSE: it is not of that format, nothing was taken from it.
 * GW_EINVAL: some values were not accepted, the others were.
 */
int gw_config_load(struct cardea_config *c, const char *path, gw_complain_fn *complain, void *arg);
/* The same from memory. name is for complaints; @include looks into the folder of name. */
int gw_config_parse(struct cardea_config *c, const char *text, size_t len, const char *name, bool ini,
                    gw_complain_fn *complain, void *arg);
/* One value as text, e.g. from the command line. GW_ENOENT: no such option, GW_EINVAL: not accepted; both are told. */
int gw_config_set(struct cardea_config *c, const char *category, const char *name, const char *value,
                  const char *source, gw_complain_fn *complain, void *arg);
/*
 * Takes over from `fresh` what differs and is reloadable, and warns about what differs and is not. changed (may be
 * NULL) is called for both: taken says which. Strings given out before stay valid until gw_config_free().
 */
void gw_config_take_over(struct cardea_config *c, const struct cardea_config *fresh, gw_complain_fn *complain,
                         void *arg, void (*changed)(void *arg, const struct cardea_option *o, bool taken));

/* --- asking ------------------------------------------------------------------------------------------------------- */

/* For an option that the table does not have: NULL, 0, false. An empty text is NULL, like an unset one. */
const char *gw_config_string(const struct cardea_config *c, const char *category, const char *name); /* borrowed */
int64_t gw_config_int(const struct cardea_config *c, const char *category, const char *name);
bool gw_config_bool(const struct cardea_config *c, const char *category, const char *name);
/* Was it set by a file or gw_config_set(), rather than left at its default? */
bool gw_config_given(const struct cardea_config *c, const char *category, const char *name);
/* Groups that the table does not name, as JSON object by name. New reference, never NULL. */
json_t *gw_config_groups(const struct cardea_config *c);

/* The first of folder/NAME.jcfg for all names, then folder/NAME.cfg, that exists; free() it. NULL: none.
 * names is NULL-terminated, e.g. {"cardea", "janus", NULL}. */
char *gw_config_find(const char *folder, const char *const *names);

/* --- text out of tables; free() it -------------------------------------------------------------------------------- */

char *gw_config_help(const struct cardea_option *table, const char *title);
/* A .jcfg file in which every option stands as a comment with its default. */
char *gw_config_sample(const struct cardea_option *table, const char *title);

#endif
