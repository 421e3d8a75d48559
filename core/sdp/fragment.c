/* SPDX-License-Identifier: Apache-2.0 */
#include "sdp/fragment.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"

/* What a fragment lacks to be a description. */
#define HEAD "v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"

/* --- reading ------------------------------------------------------------------------------------------------------ */

static unsigned count(const struct gw_sdp_attr *attr, unsigned n, const char *name)
{
    unsigned found = 0;

    for (unsigned i = 0; i < n; i++)
        found += !strcmp(attr[i].name, name);
    return found;
}

static int check(const struct gw_sdp *s)
{
    unsigned candidates = count(s->attr, s->n_attr, "candidate");

    for (unsigned i = 0; i < s->n_media; i++)
        candidates += count(s->media[i].attr, s->media[i].n_attr, "candidate");
    if (candidates > GW_SDP_MAX_FRAGMENT_CANDIDATES)
        return GW_ELIMIT;
    if (!candidates && !gw_sdp_get_any(s, "ice-ufrag") && !gw_sdp_get_any(s, "end-of-candidates"))
        return GW_EPARSE;
    return 0;
}

int gw_sdp_fragment_parse(struct gw_sdp **out, const char *text, size_t len)
{
    struct gw_sdp *s = NULL;
    char *whole;
    int err;

    if (len > GW_SDP_MAX_FRAGMENT)
        return GW_ELIMIT;
    whole = malloc(sizeof(HEAD) + len);
    if (!whole)
        return GW_ENOMEM;
    memcpy(whole, HEAD, sizeof(HEAD) - 1);
    if (len)
        memcpy(whole + sizeof(HEAD) - 1, text, len);
    err = gw_sdp_parse(&s, whole, sizeof(HEAD) - 1 + len);
    free(whole);
    if (!err)
        err = check(s);
    if (err)
        gw_sdp_free(s);
    else
        *out = s;
    return err;
}

/* Candidates before the first m-line count as the first ones; then those of each m-line. *i counts them all. */
bool gw_sdp_fragment_next(const struct gw_sdp *fragment, unsigned *i, struct gw_sdp_trickled *out)
{
    unsigned at = 0;

    for (unsigned m = 0; m <= fragment->n_media; m++) {
        const struct gw_sdp_media *media = m ? &fragment->media[m - 1] : NULL;
        const struct gw_sdp_attr *attr = media ? media->attr : fragment->attr;
        unsigned n = media ? media->n_attr : fragment->n_attr;

        for (unsigned k = 0; k < n; k++)
            if (!strcmp(attr[k].name, "candidate") && at++ == *i) {
                ++*i;
                out->mid = media ? gw_sdp_media_get(media, "mid") : NULL;
                out->candidate = attr[k].value;
                return true;
            }
    }
    return false;
}

/* --- restarting --------------------------------------------------------------------------------------------------- */

static const char *next_line(const char **rest, size_t *len)
{
    const char *line = *rest;

    if (!*line)
        return NULL;
    *len = strcspn(line, "\n");
    *rest = line + *len + (line[*len] == '\n');
    while (*len && line[*len - 1] == '\r')
        --*len;
    return line;
}

static bool is_attr(const char *line, size_t len, const char *name)
{
    size_t n = strlen(name);

    return len >= n + 2 && !memcmp(line, "a=", 2) && !memcmp(line + 2, name, n) && (len == n + 2 || line[n + 2] == ':');
}

/* Is every value of this attribute in the description the given one? */
static bool says(const char *description, const char *name, const char *value)
{
    size_t len, n = strlen(name);
    const char *line;

    while ((line = next_line(&description, &len)))
        if (is_attr(line, len, name) && (len - n - 3 != strlen(value) || memcmp(line + n + 3, value, len - n - 3) != 0))
            return false;
    return true;
}

bool gw_sdp_fragment_restarts(const struct gw_sdp *fragment, const char *description)
{
    const char *ufrag = gw_sdp_get_any(fragment, "ice-ufrag"), *pwd = gw_sdp_get_any(fragment, "ice-pwd");

    return ufrag && pwd && !(says(description, "ice-ufrag", ufrag) && says(description, "ice-pwd", pwd));
}

static void write_candidates(struct gw_sdp_writer *w, const struct gw_sdp *fragment)
{
    struct gw_sdp_trickled c;

    for (unsigned i = 0; gw_sdp_fragment_next(fragment, &i, &c);)
        gw_sdp_line(w, "a=candidate:%s", c.candidate);
    if (gw_sdp_get_any(fragment, "end-of-candidates"))
        gw_sdp_line(w, "a=end-of-candidates");
}

/* All is one bundle: the candidates go to its first m-line, at the place of the credentials or at its end. */
char *gw_sdp_fragment_apply(const char *description, const struct gw_sdp *fragment)
{
    const char *ufrag = gw_sdp_get_any(fragment, "ice-ufrag"), *pwd = gw_sdp_get_any(fragment, "ice-pwd"), *line;
    struct gw_sdp_writer w = {0};
    unsigned media = 0;
    size_t len;

    if (!ufrag || !pwd || !*ufrag || !*pwd)
        return NULL;
    while ((line = next_line(&description, &len))) {
        if (len >= 2 && !memcmp(line, "m=", 2) && ++media == 2)
            write_candidates(&w, fragment);
        if (is_attr(line, len, "candidate") || is_attr(line, len, "end-of-candidates"))
            continue;
        if (is_attr(line, len, "ice-ufrag"))
            gw_sdp_line(&w, "a=ice-ufrag:%s", ufrag);
        else if (is_attr(line, len, "ice-pwd"))
            gw_sdp_line(&w, "a=ice-pwd:%s", pwd);
        else
            gw_sdp_line(&w, "%.*s", (int)len, line);
    }
    if (media == 1)
        write_candidates(&w, fragment);
    return gw_sdp_take(&w);
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

static const struct gw_sdp_media *first_in_use(const struct gw_sdp *s)
{
    for (unsigned i = 0; i < s->n_media; i++)
        if (s->media[i].port)
            return &s->media[i];
    return s->n_media ? &s->media[0] : NULL;
}

char *gw_sdp_fragment_of(const char *description)
{
    const char *ufrag, *pwd, *value;
    const struct gw_sdp_media *m;
    struct gw_sdp_writer w = {0};
    struct gw_sdp *s;

    if (gw_sdp_parse(&s, description, strlen(description)))
        return NULL;
    m = first_in_use(s);
    ufrag = m ? gw_sdp_get(s, m, "ice-ufrag") : NULL;
    pwd = m ? gw_sdp_get(s, m, "ice-pwd") : NULL;
    if (!ufrag || !pwd) {
        gw_sdp_free(s);
        return NULL;
    }
    if (gw_sdp_session_get(s, "ice-lite"))
        gw_sdp_line(&w, "a=ice-lite");
    gw_sdp_line(&w, "a=ice-ufrag:%s", ufrag);
    gw_sdp_line(&w, "a=ice-pwd:%s", pwd);
    gw_sdp_line(&w, "m=%s 9 %s %s", m->kind, m->proto, m->formats);
    if ((value = gw_sdp_media_get(m, "mid")))
        gw_sdp_line(&w, "a=mid:%s", value);
    for (unsigned i = 0; (value = gw_sdp_media_next(m, &i, "candidate"));)
        gw_sdp_line(&w, "a=candidate:%s", value);
    gw_sdp_line(&w, "a=end-of-candidates");
    gw_sdp_free(s);
    return gw_sdp_take(&w);
}
