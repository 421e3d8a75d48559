/* SPDX-License-Identifier: Apache-2.0 */
/* The two file formats. The only file that knows libconfig. */
#include "config/config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib.h>
#include <libconfig.h>

#include "base/err.h"
#include "base/str.h"
#include "config/inside.h"

#define MAX_DEPTH 16 /* groups inside groups */

/* --- libconfig ---------------------------------------------------------------------------------------------------- */

static json_t *to_json(const config_setting_t *s, int depth);

static json_t *members_to_json(const config_setting_t *s, int depth)
{
    bool group = config_setting_is_group(s);
    json_t *all = group ? json_object() : json_array();

    for (int i = 0; i < config_setting_length(s); i++) {
        const config_setting_t *m = config_setting_get_elem(s, (unsigned)i);
        json_t *value = to_json(m, depth + 1);
        int failed = !value || (group ? json_object_set_new(all, config_setting_name(m), value)
                                      : json_array_append_new(all, value));

        if (failed) {
            json_decref(all);
            return NULL;
        }
    }
    return all;
}

/* NULL: too deep, or a text that is not UTF-8. */
static json_t *to_json(const config_setting_t *s, int depth)
{
    if (depth > MAX_DEPTH)
        return NULL;
    switch (config_setting_type(s)) {
    case CONFIG_TYPE_INT:
        return json_integer(config_setting_get_int(s));
    case CONFIG_TYPE_INT64:
        return json_integer(config_setting_get_int64(s));
    case CONFIG_TYPE_FLOAT:
        return json_real(config_setting_get_float(s));
    case CONFIG_TYPE_BOOL:
        return json_boolean(config_setting_get_bool(s));
    case CONFIG_TYPE_STRING:
        return json_string(config_setting_get_string(s));
    default:
        return members_to_json(s, depth);
    }
}

static void read_setting(struct gw_reading *r, const char *category, const config_setting_t *s)
{
    const char *name = config_setting_name(s);
    json_t *value = to_json(s, 0);

    r->line = (int)config_setting_source_line(s);
    if (!value)
        gw_reading_complain(r, true, "%s%s%.60s is nested too deeply or not UTF-8. Correct it.",
                            category ? category : "", category ? "." : "", name);
    else if (!category)
        gw_reading_complain(r, false,
                            "\"%.60s\" stands outside of any group, the line has no effect. Move it into one.", name);
    else
        gw_config_take(r, category, name, value);
    json_decref(value);
}

static void read_group(struct gw_reading *r, const config_setting_t *group)
{
    const char *name = config_setting_name(group);
    json_t *all;

    if (gw_config_has_category(r->config, name)) {
        for (int i = 0; i < config_setting_length(group); i++)
            read_setting(r, name, config_setting_get_elem(group, (unsigned)i));
        return;
    }
    all = to_json(group, 0);
    if (all)
        gw_config_take_group(r, name, all);
    else
        gw_reading_complain(r, true, "\"%.60s\" is nested too deeply or has text that is not UTF-8. Correct it.", name);
}

int gw_config_read_jcfg(struct gw_reading *r, const char *text, const char *folder)
{
    config_setting_t *root;
    config_t conf;
    int err = 0;

    config_init(&conf);
    if (folder)
        config_set_include_dir(&conf, folder);
    if (!config_read_string(&conf, text)) {
        r->line = config_error_line(&conf);
        if (config_error_file(&conf))
            r->file = config_error_file(&conf);
        gw_reading_complain(r, true, "the file is not in libconfig format: %s. Look at this line and the one before.",
                            config_error_text(&conf) ? config_error_text(&conf) : "syntax error");
        err = GW_EPARSE;
        goto out;
    }
    root = config_root_setting(&conf);
    for (int i = 0; i < config_setting_length(root); i++) {
        const config_setting_t *s = config_setting_get_elem(root, (unsigned)i);
        const char *file = r->file;

        r->line = (int)config_setting_source_line(s);
        if (config_setting_source_file(s))
            r->file = config_setting_source_file(s);
        if (config_setting_is_group(s))
            read_group(r, s);
        else
            read_setting(r, NULL, s);
        r->file = file;
    }
out:
    config_destroy(&conf);
    return err;
}

/* --- INI ---------------------------------------------------------------------------------------------------------- */

/* The older format has no types: what looks like a number or a boolean is one, unless it stands in quotes. */
static json_t *guess(char *text)
{
    size_t len = strlen(text);
    long long number;

    if (len >= 2 && text[0] == '"' && text[len - 1] == '"') {
        text[len - 1] = '\0';
        return json_string(text + 1);
    }
    if (!strcasecmp(text, "true") || !strcasecmp(text, "yes"))
        return json_true();
    if (!strcasecmp(text, "false") || !strcasecmp(text, "no"))
        return json_false();
    if ((text[0] != '0' || !text[1]) && gw_parse_int(text, &number))
        return json_integer(number);
    return json_string(text);
}

static void cut_comment(char *line)
{
    bool quoted = false;

    for (char *p = line; *p; p++) {
        if (*p == '"')
            quoted = !quoted;
        if (!quoted && (*p == ';' || *p == '#') && (p == line || p[-1] == ' ' || p[-1] == '\t')) {
            *p = '\0';
            return;
        }
    }
}

struct ini {
    char *category;
    json_t *group; /* of a category that the table does not name; owned */
};

static void ini_close(struct gw_reading *r, struct ini *ini)
{
    if (ini->group)
        gw_config_take_group(r, ini->category, ini->group);
    ini->group = NULL;
    ini->category = NULL;
}

static bool ini_open(struct gw_reading *r, struct ini *ini, char *line)
{
    char *end = strchr(line, ']');

    if (!end || end == line + 1 || !g_utf8_validate(line, -1, NULL)) {
        gw_reading_complain(r, true, "a category is written [name], alone on its line. Correct it.");
        return false;
    }
    ini_close(r, ini);
    *end = '\0';
    ini->category = line + 1;
    if (!gw_config_has_category(r->config, ini->category))
        ini->group = json_object();
    return true;
}

static bool ini_item(struct gw_reading *r, struct ini *ini, char *line)
{
    char *equals = strchr(line, '='), *text;
    json_t *value;

    if (!equals || equals == line) {
        gw_reading_complain(r, true, "an item is written name = value, alone on its line. Correct it.");
        return false;
    }
    *equals = '\0';
    text = equals[1] == '>' ? equals + 2 : equals + 1; /* name => value is the same */
    g_strstrip(line);
    g_strstrip(text);
    value = g_utf8_validate(line, -1, NULL) ? guess(text) : NULL;
    if (!value) {
        gw_reading_complain(r, true, "the line is not UTF-8. Correct it.");
        return false;
    }
    if (ini->group)
        json_object_set(ini->group, line, value);
    else if (ini->category)
        gw_config_take(r, ini->category, line, value);
    else
        gw_reading_complain(r, false,
                            "\"%.60s\" stands before any [category], the line has no effect. Move it into one.", line);
    json_decref(value);
    return true;
}

int gw_config_read_ini(struct gw_reading *r, const char *text)
{
    char **lines = g_strsplit(text, "\n", -1);
    struct ini ini = {0};
    bool ok = true;

    for (int i = 0; lines[i] && ok; i++) {
        char *line = lines[i];

        r->line = i + 1;
        cut_comment(line);
        g_strstrip(line);
        if (line[0] == '[')
            ok = ini_open(r, &ini, line);
        else if (line[0])
            ok = ini_item(r, &ini, line);
    }
    ini_close(r, &ini);
    g_strfreev(lines);
    return ok ? 0 : GW_EPARSE;
}

/* --- files -------------------------------------------------------------------------------------------------------- */

int gw_config_parse(struct cardea_config *c, const char *text, size_t len, const char *name, bool ini,
                    gw_complain_fn *complain, void *arg)
{
    struct gw_reading r = {.config = c, .file = name, .complain = complain, .arg = arg};
    char *copy, *folder;
    int err;

    if (len > GW_CONFIG_MAX_FILE || memchr(text, '\0', len)) {
        gw_reading_complain(&r, true, "this is not a text file of at most %u bytes. Check its name.",
                            GW_CONFIG_MAX_FILE);
        return GW_EPARSE;
    }
    copy = g_strndup(text, len);
    folder = g_path_get_dirname(name);
    err = ini ? gw_config_read_ini(&r, copy) : gw_config_read_jcfg(&r, copy, folder);
    g_free(folder);
    g_free(copy);
    return err ? err : r.mistakes ? GW_EINVAL : 0;
}

static char *read_whole(int fd, size_t size, size_t *len)
{
    char *text = g_malloc(size + 1);
    ssize_t n;

    *len = 0;
    while (*len < size && (n = read(fd, text + *len, size - *len)) > 0)
        *len += (size_t)n;
    return text;
}

int gw_config_load(struct cardea_config *c, const char *path, gw_complain_fn *complain, void *arg)
{
    struct gw_reading r = {.config = c, .file = path, .complain = complain, .arg = arg};
    int fd = open(path, O_RDONLY | O_CLOEXEC), err = errno;
    struct stat st;
    char *text;
    size_t len;

    if (fd < 0 && err == ENOENT)
        return GW_ENOENT;
    if (fd >= 0 && !fstat(fd, &st) && !S_ISREG(st.st_mode))
        err = EINVAL;
    else if (fd >= 0)
        err = 0;
    if (err) {
        gw_reading_complain(&r, true, "cannot be read: %s. Check its name and permissions.", strerror(err));
        if (fd >= 0)
            close(fd);
        return GW_EIO;
    }
    text = read_whole(fd, st.st_size > GW_CONFIG_MAX_FILE ? GW_CONFIG_MAX_FILE + 1 : (size_t)st.st_size, &len);
    close(fd);
    err = gw_config_parse(c, text, len, path, g_str_has_suffix(path, ".cfg"), complain, arg);
    g_free(text);
    return err;
}

char *gw_config_find(const char *folder, const char *const *names)
{
    static const char *const endings[] = {"jcfg", "cfg"};

    for (size_t e = 0; e < 2; e++)
        for (size_t i = 0; names[i]; i++) {
            char *path;

            if (asprintf(&path, "%s/%s.%s", folder, names[i], endings[e]) < 0)
                return NULL;
            if (!access(path, F_OK))
                return path;
            free(path);
        }
    return NULL;
}
