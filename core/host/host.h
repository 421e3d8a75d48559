/* SPDX-License-Identifier: Apache-2.0 */
/* Life of the process: start, serve, drain, stop. Control thread. */
#ifndef GW_HOST_HOST_H
#define GW_HOST_HOST_H

#include "host/settings.h"

/* Runs the gateway until it ends. Returns the exit code. settings are borrowed; a reload changes their values. */
int gw_host_run(struct gw_settings *settings);

#endif
