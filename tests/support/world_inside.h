/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the world share; tests include world.h. */
#ifndef TESTS_SUPPORT_WORLD_INSIDE_H
#define TESTS_SUPPORT_WORLD_INSIDE_H

#include "support/world.h"

extern const struct cardea_plugin world_own_plugin;
extern const struct cardea_host *world_host; /* the real one, of this world */

bool world_post(void *arg, unsigned worker, const struct gw_order *order); /* to the worker; always taken */
bool world_run_errand(void);                                               /* one job or post; false: there is none */

#endif
