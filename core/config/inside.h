/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this folder share. */
#ifndef GW_CONFIG_INSIDE_H
#define GW_CONFIG_INSIDE_H

#include "config/config.h"

/* Where a value came from, and who is told what is wrong with it. */
struct gw_reading {
    struct cardea_config *config;
    const char *file;
    int line;
    gw_complain_fn *complain;
    void *arg;
    unsigned mistakes;
};

void gw_reading_complain(struct gw_reading *r, bool mistake, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Does the table have options in this category? */
bool gw_config_has_category(const struct cardea_config *c, const char *category);
/* value is borrowed; category is one of the table. */
void gw_config_take(struct gw_reading *r, const char *category, const char *name, const json_t *value);
/* A group that the table does not name. Takes the reference. */
void gw_config_take_group(struct gw_reading *r, const char *name, json_t *group);

/* The two formats. Return 0 or GW_EPARSE after a complaint; mistakes in values are counted in r. */
int gw_config_read_jcfg(struct gw_reading *r, const char *text, const char *folder);
int gw_config_read_ini(struct gw_reading *r, const char *text);

/* How many letters must be changed, added, left out or swapped; at most `limit`, which means "that or more". */
unsigned gw_edit_distance(const char *a, const char *b, unsigned limit);

#endif
