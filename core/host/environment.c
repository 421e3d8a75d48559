/* SPDX-License-Identifier: Apache-2.0 */
#include "host/environment.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib.h>

#include "base/err.h"
#include "log/log.h"

static enum gw_log_format log_format(const struct cardea_config *c)
{
    const char *name = gw_config_string(c, "general", "log_format");

    if (name && !strcmp(name, "json"))
        return GW_LOG_JSON;
    return name && !strcmp(name, "journal") ? GW_LOG_JOURNAL : GW_LOG_HUMAN;
}

/* What may change while the gateway runs. */
void gw_environment_log(const struct cardea_config *c)
{
    gw_log_set_format(log_format(c));
    gw_log_set_timestamps(gw_config_bool(c, "general", "debug_timestamps"));
    gw_log_set_colors(gw_config_bool(c, "general", "debug_colors"));
    gw_log_set_redact(gw_config_bool(c, "general", "log_redact_addresses"));
    gw_log_set_rate((unsigned)gw_config_int(c, "general", "log_rate"));
    gw_log_set_level((int)gw_config_int(c, "general", "debug_level"));
    if (gw_log_set_modules(gw_config_string(c, "general", "debug_modules")))
        gw_warn("general.debug_modules is not a list such as \"ice=6, api=5\": ignored");
}

int gw_environment_start_log(const struct cardea_config *c)
{
    const struct gw_log_conf conf = {
        .to_stdout = gw_config_bool(c, "general", "log_to_stdout"),
        .file = gw_config_string(c, "general", "log_to_file"),
        .file_bytes = (uint64_t)gw_config_int(c, "general", "log_file_size") << 20,
        .file_keep = (unsigned)gw_config_int(c, "general", "log_file_keep"),
        .prefix = gw_config_string(c, "general", "log_prefix"),
    };
    int err = gw_log_start(&conf);

    gw_environment_log(c);
    if (!err)
        return 0;
    gw_fatal("the log file %s cannot be opened (%s): change general.log_to_file", conf.file, strerror(errno));
    return GW_EIO;
}

int gw_environment_raise_limits(const struct cardea_config *c)
{
    int64_t wanted = gw_config_int(c, "general", "check_openfiles_limit");
    struct rlimit files;

    if (getrlimit(RLIMIT_NOFILE, &files))
        return 0;
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    if ((int64_t)files.rlim_cur >= wanted)
        return 0;
    gw_fatal("only %llu open files are allowed, general.check_openfiles_limit wants %lld: raise the limit (ulimit -n)",
             (unsigned long long)files.rlim_cur, (long long)wanted);
    return GW_ELIMIT;
}

/* The address that would be used towards the world; no packet is sent for it. */
void gw_environment_address(const struct cardea_config *c, char address[GW_ADDRESS_ROOM])
{
    const char *announced = gw_config_string(c, "nat", "announce"),
               *given = gw_config_string(c, "general", "interface");
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9)}, own;
    socklen_t len = sizeof(own);
    struct in_addr v4;
    int fd;

    g_strlcpy(address, "127.0.0.1", GW_ADDRESS_ROOM);
    if (announced || (given && inet_pton(AF_INET, given, &v4) == 1)) {
        g_strlcpy(address, announced ? announced : given, GW_ADDRESS_ROOM);
        address[strcspn(address, ", ")] = 0;
        return;
    }
    inet_pton(AF_INET, "192.0.2.1", &to.sin_addr);
    fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    if (!connect(fd, (struct sockaddr *)&to, sizeof(to)) && !getsockname(fd, (struct sockaddr *)&own, &len))
        inet_ntop(AF_INET, &own.sin_addr, address, GW_ADDRESS_ROOM);
    close(fd);
}

/* Since Linux 6.2 the folder's size is their number, which needs neither a descriptor nor a walk over thousands. */
static int64_t open_files(void)
{
    struct stat st;
    int64_t n = 0;
    DIR *d;

    if (!stat("/proc/self/fd", &st) && st.st_size > 0)
        return st.st_size;
    d = opendir("/proc/self/fd");
    if (!d) /* there is none left to look with, or nothing to look at */
        return errno == EMFILE || errno == ENFILE ? INT64_MAX / 2 : 0;
    while (readdir(d))
        n++;
    closedir(d);
    return n;
}

bool gw_environment_has_files(const struct cardea_config *c)
{
    int64_t reserved = gw_config_int(c, "limits", "reserved_files");
    struct rlimit files;

    return getrlimit(RLIMIT_NOFILE, &files) || files.rlim_cur == RLIM_INFINITY ||
           (int64_t)files.rlim_cur - open_files() > reserved;
}
