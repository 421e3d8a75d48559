/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Permanent rooms: one JSON file each in the state folder, as `create` would take it, written whole or not at all.
 * A room of the configuration file that was edited is there as well, and stands above the file; one that was destroyed
 * leaves a note, so that it does not come back with the next start.
 *
 * Written on the control thread: rooms are made permanent rarely, and the reply says whether it is on disk.
 */
#ifndef VIDEOROOM_STORE_H
#define VIDEOROOM_STORE_H

#include "videoroom.h"

void store_start(const struct cardea_config *config); /* remembers the folder */
void store_stop(void);
bool store_exists(void);                    /* is there a folder to keep rooms in? */
unsigned store_load(void);                  /* all rooms that are there; after those of the configuration file */
bool store_save(struct room *room);         /* false: it could not be written; logged */
bool store_forget(const struct room *room); /* the same for its end */

#endif
