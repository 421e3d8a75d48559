/* SPDX-License-Identifier: Apache-2.0 */
#include "host/host.h"

#include "log/log.h"

/* Starts the log, as everything else needs it. */
static int start_log(const struct cardea_config *c)
{
    const struct gw_log_conf conf = {
        .to_stdout = gw_config_bool(c, "general", "log_to_stdout"),
        .timestamps = gw_config_bool(c, "general", "debug_timestamps"),
        .colors = gw_config_bool(c, "general", "debug_colors"),
        .file = gw_config_string(c, "general", "log_to_file"),
        .prefix = gw_config_string(c, "general", "log_prefix"),
    };

    gw_log_set_level((int)gw_config_int(c, "general", "debug_level"));
    return gw_log_start(&conf);
}

int gw_host_run(struct gw_settings *settings)
{
    if (start_log(settings->config)) {
        gw_fatal("the log file %s cannot be opened", gw_config_string(settings->config, "general", "log_to_file"));
        return 1;
    }
    gw_info("Cardea, configured by %s", settings->config_file ? settings->config_file : "defaults");
    gw_log_stop();
    return 0;
}
