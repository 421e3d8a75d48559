/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The main file's option table: every item of the API's operators under its known name, and ours. What a value means
 * beyond its type and bounds is checked by gw_options_check().
 */
#ifndef GW_CONFIG_OPTIONS_H
#define GW_CONFIG_OPTIONS_H

#include "config/config.h"

extern const struct cardea_option gw_options[];

#define GW_OPTIONS_TITLE "Main configuration of the Cardea WebRTC gateway."

/* Values that depend on a list of words, a form, or each other. Returns the number of mistakes told. */
unsigned gw_options_check(const struct cardea_config *c, const char *source, gw_complain_fn *complain, void *arg);

#endif
