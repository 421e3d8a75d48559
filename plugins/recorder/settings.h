/* SPDX-License-Identifier: Apache-2.0 */
/* What the recorder is configured with. Control thread; read once at start. */
#ifndef RECORDER_SETTINGS_H
#define RECORDER_SETTINGS_H

#include <cardea/plugin.h>
#include <sys/types.h>

struct rec_settings {
    /* owned texts; NULL: unset */
    char *path, *admin_key, *folders, *hook, *webhook, *webhook_token;
    unsigned formats; /* of enum cardea_record_format */
    bool is_private, events, sync;
    unsigned cluster_ms, gather_ms, sync_ms, jitter_ms, buffer_kib, frame_kib, most, preroll_s, attempts;
    uint64_t most_bytes, min_free_bytes, retention_bytes;
    int64_t most_us, split_us, retention_s;
    mode_t mode, folder_mode;
    uid_t owner; /* (uid_t)-1: ours */
    gid_t group;
};

extern const struct cardea_option rec_options[];

/* NULL, or a sentence saying what is wrong (a constant). */
const char *rec_settings_read(struct rec_settings *s, const struct cardea_host *host, const struct cardea_config *c);
void rec_settings_free(struct rec_settings *s);

#endif
