/* SPDX-License-Identifier: Apache-2.0 */
/* The front door: what the process was started with, and then host/ runs it. */
#include "commit.h"
#include "host/args.h"
#include "host/host.h"

int main(int argc, char **argv)
{
    struct gw_settings *settings;
    int code = gw_args_read(&settings, argc, argv);

    if (code >= 0)
        return code;
    settings->commit = GW_COMMIT;
    code = gw_host_run(settings);
    gw_settings_free(settings);
    return code;
}
