/* SPDX-License-Identifier: Apache-2.0 */
#include "host/landlock.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Rights that came after the headers this is built with. */
#ifndef LANDLOCK_ACCESS_FS_REFER
#define LANDLOCK_ACCESS_FS_REFER (1ULL << 13)
#endif
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif

struct gw_landlock {
    int rules;        /* the kernel's object */
    uint64_t handled; /* what it knows of and we forbid */
};

#define READ_FILES   LANDLOCK_ACCESS_FS_READ_FILE
#define READ_FOLDERS (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define OF_FILES     (LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_TRUNCATE)
#define OF_FOLDERS                                                                                                     \
    (LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR |                   \
     LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |                        \
     LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM |                      \
     LANDLOCK_ACCESS_FS_REFER)
/* Devices are made by nobody here. */
#define NEVER (LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_BLOCK)

int gw_landlock_version(void)
{
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

    return version < 0 ? 0 : (int)version;
}

struct gw_landlock *gw_landlock_new(void)
{
    struct landlock_ruleset_attr attr = {.handled_access_fs =
                                             READ_FOLDERS | OF_FILES | OF_FOLDERS | LANDLOCK_ACCESS_FS_EXECUTE};
    int version = gw_landlock_version();
    struct gw_landlock *l = version ? calloc(1, sizeof(*l)) : NULL;

    if (!l)
        return NULL;
    if (version < 2)
        attr.handled_access_fs &= ~LANDLOCK_ACCESS_FS_REFER;
    if (version < 3)
        attr.handled_access_fs &= ~LANDLOCK_ACCESS_FS_TRUNCATE;
    l->handled = attr.handled_access_fs;
    l->rules = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr.handled_access_fs), 0);
    if (l->rules >= 0)
        return l;
    free(l);
    return NULL;
}

void gw_landlock_free(struct gw_landlock *l)
{
    if (!l)
        return;
    close(l->rules);
    free(l);
}

static bool allow(struct gw_landlock *l, const char *path, uint64_t of_files, uint64_t of_folders)
{
    struct landlock_path_beneath_attr attr = {.parent_fd = l ? open(path, O_PATH | O_CLOEXEC) : -1};
    struct stat st;
    bool good = false;

    if (attr.parent_fd < 0)
        return false;
    if (!fstat(attr.parent_fd, &st)) {
        attr.allowed_access = (S_ISDIR(st.st_mode) ? of_files | of_folders : of_files) & l->handled;
        good = !syscall(SYS_landlock_add_rule, l->rules, LANDLOCK_RULE_PATH_BENEATH, &attr, 0);
    }
    close(attr.parent_fd);
    return good;
}

bool gw_landlock_allow_reading(struct gw_landlock *l, const char *path)
{
    return allow(l, path, READ_FILES, READ_FOLDERS);
}

bool gw_landlock_allow_writing(struct gw_landlock *l, const char *path)
{
    return allow(l, path, READ_FILES | OF_FILES, READ_FOLDERS | (OF_FOLDERS & ~NEVER));
}

bool gw_landlock_allow_running(struct gw_landlock *l, const char *path)
{
    return allow(l, path, READ_FILES | LANDLOCK_ACCESS_FS_EXECUTE, READ_FOLDERS | LANDLOCK_ACCESS_FS_EXECUTE);
}

bool gw_landlock_enforce(struct gw_landlock *l)
{
    return l && !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) && !syscall(SYS_landlock_restrict_self, l->rules, 0);
}
