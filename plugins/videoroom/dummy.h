/* SPDX-License-Identifier: Apache-2.0 */
/* The placeholder publisher: one stream a codec, never a packet. Clients negotiate it and switch to others later. */
#ifndef VIDEOROOM_DUMMY_H
#define VIDEOROOM_DUMMY_H

#include "videoroom.h"

void dummy_add(struct room *room); /* if the room is set so */

#endif
