/* SPDX-License-Identifier: Apache-2.0 */
/* What the process asks of the machine it runs on: a log, enough descriptors, an address. Control thread. */
#ifndef GW_HOST_ENVIRONMENT_H
#define GW_HOST_ENVIRONMENT_H

#include <stdbool.h>

#include "config/options.h"

#define GW_ADDRESS_ROOM 64

/* Opens the log as configured. GW_EIO: the file cannot be opened, and the log says so. */
int gw_environment_start_log(const struct cardea_config *c);
/* What of the log may change while the gateway runs. */
void gw_environment_log(const struct cardea_config *c);
/* Raises the limit of open files as far as it goes. GW_ELIMIT: that is less than the configuration asks for. */
int gw_environment_raise_limits(const struct cardea_config *c);
/* Of this host, as peers see it: configured, or the one that would be used towards the world. */
void gw_environment_address(const struct cardea_config *c, char address[GW_ADDRESS_ROOM]);
/* Are there descriptors for newcomers? The last ones (limits.reserved_files) are for what runs already: a log file that
 * is rotated, a recording, a plugin's work. */
bool gw_environment_has_files(const struct cardea_config *c);

#endif
