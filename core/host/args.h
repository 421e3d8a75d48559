/* SPDX-License-Identifier: Apache-2.0 */
/* The command line. Control thread, before anything else. */
#ifndef GW_HOST_ARGS_H
#define GW_HOST_ARGS_H

#include "host/settings.h"

/*
 * Returns -1: go on with *out, which is loaded and checked. Otherwise the process is done and this is its exit code:
 * 0 after --help, --version, --help-config, --sample-config and a good --check-config, 1 after a mistake.
 */
int gw_args_read(struct gw_settings **out, int argc, char **argv);

#endif
