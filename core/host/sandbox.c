/* SPDX-License-Identifier: Apache-2.0 */
#include "host/sandbox.h"

#include <errno.h>
#include <glib.h>
#include <grp.h>
#include <link.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/err.h"
#include "host/landlock.h"
#include "host/module.h"
#include "host/seccomp.h"
#include "log/log.h"

struct gw_sandbox {
    struct gw_landlock *files; /* owned; NULL: not here */
    GPtrArray *opened;         /* struct gw_module: held, so that they are not mapped twice */
    GArray *sockets;           /* int: kinds that modules open, ended by 0 */
    GPtrArray *readable;       /* char *, owned: for the log, which does not run yet */
    unsigned folders;          /* that may be written to, and read */
    bool runs_programs, enforced;
};

/* --- what may be read, written and run ---------------------------------------------------------------------------- */

/* A place that was named, or lies below one that was. */
static bool is_named(const struct gw_sandbox *s, const char *path)
{
    for (guint i = 0; i < s->readable->len; i++) {
        const char *place = s->readable->pdata[i];
        size_t len = strlen(place);

        if (!strncmp(path, place, len) && (!path[len] || path[len] == '/'))
            return true;
    }
    return false;
}

static void let_read(struct gw_sandbox *s, const char *path)
{
    if (path && !is_named(s, path) && gw_landlock_allow_reading(s->files, path))
        g_ptr_array_add(s->readable, g_strdup(path));
}

static void let_read_beside(struct gw_sandbox *s, const char *file)
{
    char *folder = file ? g_path_get_dirname(file) : NULL;

    let_read(s, folder);
    g_free(folder);
}

/* Where what is mapped came from: the program, its libraries, those of modules. */
static int let_read_object(struct dl_phdr_info *object, size_t size, void *sandbox)
{
    if (strchr(object->dlpi_name, '/'))
        let_read_beside(sandbox, object->dlpi_name);
    return 0;
}

/*
 * Libraries, names of hosts and users, certificates of authorities, time zones, figures of the machine. All of /etc,
 * because what is in there is replaced by new files while we run; of /proc, what the kernel shows of other processes is
 * cut down by Landlock itself.
 */
static void let_read_system(struct gw_sandbox *s)
{
    static const char *const places[] = {"/etc", "/usr", "/lib", "/lib64", "/bin", "/proc", "/sys", NULL};
    char *resolver = realpath("/etc/resolv.conf", NULL), *program = realpath("/proc/self/exe", NULL);

    for (const char *const *p = places; *p; p++)
        let_read(s, *p);
    let_read_beside(s, resolver);
    let_read(s, program);
    let_read(s, getenv("SSL_CERT_FILE"));
    let_read(s, getenv("SSL_CERT_DIR"));
    dl_iterate_phdr(let_read_object, s);
    free(resolver);
    free(program);
}

/* It is made when it is not there, for a rule can only be about what is. */
static void let_write_below(struct gw_sandbox *s, const char *folder)
{
    g_mkdir_with_parents(folder, 0755);
    s->folders += gw_landlock_allow_writing(s->files, folder);
}

/* A file may be made, replaced, rotated: its folder counts. */
static void let_write(struct gw_sandbox *s, const char *file)
{
    char *folder = g_path_get_dirname(file);

    let_write_below(s, folder);
    g_free(folder);
}

static void let_run(struct gw_sandbox *s, const char *path)
{
    static const char *const needed[] = {"/bin", "/usr", "/lib", "/lib64", NULL}; /* interpreters, the dynamic linker */

    s->runs_programs = true;
    gw_landlock_allow_running(s->files, path);
    for (const char *const *p = needed; *p; p++)
        gw_landlock_allow_running(s->files, *p);
}

static void look_at(struct gw_sandbox *s, const struct cardea_option *o, const struct cardea_config *config)
{
    const char *value = o->use ? gw_config_string(config, o->category, o->name) : NULL;
    char **paths = value && *value ? g_strsplit(value, o->type == CARDEA_OPT_LIST ? "," : "\n", 0) : NULL;

    for (char **p = paths; p && *p; p++) {
        g_strstrip(*p);
        if (!**p)
            continue;
        if (o->use == CARDEA_RUNS)
            let_run(s, *p);
        else if (o->use == CARDEA_WRITES)
            let_write(s, *p);
        else if (o->use == CARDEA_WRITES_BELOW)
            let_write_below(s, *p);
        else
            let_read(s, *p);
    }
    g_strfreev(paths);
}

static void look_at_all(struct gw_sandbox *s, const struct cardea_option *table, const struct cardea_config *config)
{
    for (const struct cardea_option *o = table; o && o->name; o++)
        look_at(s, o, config);
}

static void say_nothing(void *arg, const struct gw_complaint *c)
{
}

/* Modules are looked at here as well as when they are loaded: nothing of them runs before that. */
static void look_at_modules(struct gw_sandbox *s, const struct gw_settings *settings, const char *folder,
                            const char *category)
{
    char **paths = gw_module_list(folder, gw_config_string(settings->config, category, "disable")), why[400];

    for (char **p = paths; p && *p; p++) {
        struct cardea_config *config;
        struct gw_module *m;

        if (gw_module_open(&m, *p, why, sizeof(why)))
            continue;
        config = gw_settings_module(settings, m->kind, m->config_name, m->options, NULL, say_nothing, NULL, NULL);
        look_at_all(s, m->options, config);
        for (const int *kind = m->sockets; kind && *kind; kind++)
            g_array_append_val(s->sockets, *kind);
        gw_config_free(config);
        g_ptr_array_add(s->opened, m);
    }
    g_strfreev(paths);
}

static void let_have_its_own(struct gw_sandbox *s, const struct gw_settings *settings)
{
    static const char *const devices[] = {"null", "zero", "full", "random", "urandom", "tty", "pts", "shm", NULL};
    const char *runtime = getenv("RUNTIME_DIRECTORY");

    for (const char *const *p = devices; *p; p++) {
        char path[24];

        g_snprintf(path, sizeof(path), "/dev/%s", *p);
        gw_landlock_allow_writing(s->files, path);
    }
    let_read(s, settings->configs_folder);
    let_read_beside(s, settings->config_file);
    let_read(s, settings->plugins_folder);
    let_read(s, settings->transports_folder);
    let_read(s, settings->html_folder);
    if (runtime)
        let_write_below(s, runtime);
    if (settings->state_folder)
        let_write_below(s, settings->state_folder);
    look_at_all(s, gw_options, settings->config);
}

static void free_module(gpointer m)
{
    gw_module_close(m);
}

struct gw_sandbox *gw_sandbox_new(const struct gw_settings *settings)
{
    struct gw_sandbox *s;

    if (!gw_config_bool(settings->config, "general", "sandbox"))
        return NULL;
    s = g_new0(struct gw_sandbox, 1);
    s->opened = g_ptr_array_new_with_free_func(free_module);
    s->readable = g_ptr_array_new_with_free_func(g_free);
    s->sockets = g_array_new(TRUE, FALSE, sizeof(int));
    s->files = gw_landlock_new();
    let_have_its_own(s, settings);
    look_at_modules(s, settings, settings->plugins_folder, "plugins");
    look_at_modules(s, settings, settings->transports_folder, "transports");
    let_read_system(s); /* when all modules and their libraries are mapped */
    s->enforced = gw_landlock_enforce(s->files);
    return s;
}

/* --- another user ------------------------------------------------------------------------------------------------- */

static int become(const char *user, const char *group)
{
    const struct passwd *p = user ? getpwnam(user) : NULL;
    const struct group *g = group ? getgrnam(group) : NULL;
    gid_t gid = g ? g->gr_gid : p ? p->pw_gid : getgid();

    if ((user && !p) || (group && !g)) {
        gw_fatal("there is no %s %s: see general.user and general.group", user && !p ? "user" : "group",
                 user && !p ? user : group);
        return GW_EINVAL;
    }
    if (p && p->pw_uid == getuid() && gid == getgid())
        return 0;
    if ((p ? initgroups(user, gid) : setgroups(0, NULL)) || setgid(gid) || (p && setuid(p->pw_uid))) {
        gw_fatal("it may not become %s: %s (general.user needs a start as root)", user ? user : group,
                 g_strerror(errno));
        return GW_EIO;
    }
    prctl(PR_SET_DUMPABLE, 1); /* what changes its user loses that, and with it what a debugger or /proc may see */
    gw_info("running as %s", user ? user : group);
    return 0;
}

int gw_sandbox_close(struct gw_sandbox *s, const struct gw_settings *settings)
{
    const char *user = gw_config_string(settings->config, "general", "user"),
               *group = gw_config_string(settings->config, "general", "group");
    int err = user || group ? become(user, group) : 0, refused;

    if (err || !s)
        return err;
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    refused = -gw_seccomp_enforce(s->runs_programs, (const int *)(void *)s->sockets->data);
    for (guint i = 0; i < s->readable->len; i++)
        gw_debug("sandbox: %s may be read", (const char *)s->readable->pdata[i]);
    if (s->enforced)
        gw_info("sandbox: reads %u places, writes below %u folders, %s, %u more kinds of sockets", s->readable->len,
                s->folders, s->runs_programs ? "runs programs" : "runs nothing", s->sockets->len);
    else
        gw_warn("sandbox: this kernel has no Landlock (Linux 5.13), files are protected by their rights alone");
    if (refused)
        gw_warn("sandbox: system calls are not filtered: %s",
                refused == ENOSYS ? "built without libseccomp" : g_strerror(refused));
    return 0;
}

void gw_sandbox_free(struct gw_sandbox *s)
{
    if (!s)
        return;
    g_ptr_array_unref(s->opened);
    g_array_unref(s->sockets);
    g_ptr_array_unref(s->readable);
    gw_landlock_free(s->files);
    g_free(s);
}
