/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What can be played: finished recordings with a manifest, those described by a .nfo file, and media files of others.
 * Control thread.
 */
#ifndef RECORDER_CATALOG_H
#define RECORDER_CATALOG_H

#include "access.h"
#include "item.h"

void rec_catalog_init(void);
void rec_catalog_free(void);
/*
 * Reads the folder anew, on a thread of its own: what is new is added, what has gone is dropped, what is known is left.
 * then(arg) when that is done, with what the folder held after this call; at the end of the plugin in any case. NULL:
 * nobody waits.
 */
void rec_catalog_scan(void (*then)(void *arg), void *arg);
/* then(arg) when the folder has been read once: at once, but for the first moments of the process. */
void rec_catalog_ready(void (*then)(void *arg), void *arg);
bool rec_catalog_is_ready(void);
/* A recording that has just been finished; manifest is borrowed. */
void rec_catalog_add(const json_t *manifest, const char *path);
/* A recording that has .mjr files gets its .nfo file. Without them, nothing. */
void rec_catalog_write_nfo(uint64_t id);
const struct rec_item *rec_catalog_find(uint64_t id);
/* For the list request: what this visitor may see, and looks for (rec_item_matches()). */
json_t *rec_catalog_list(const struct rec_visitor *v, const char *wanted);
/* Calls each(item, arg) for all; it must not change the catalog. */
void rec_catalog_each(void (*each)(const struct rec_item *item, void *arg), void *arg);
/* Removes the files of a recording from the disk, and its entry. 0, CARDEA_ENOENT or CARDEA_EIO. */
int rec_catalog_remove(uint64_t id);

#endif
