/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the folder needs besides recording: recordings of a process that has died are found at start, repaired and
 * marked; old ones are removed as configured. Control thread; the work is done by helpers.
 */
#ifndef RECORDER_UPKEEP_H
#define RECORDER_UPKEEP_H

void rec_upkeep_start(void);
void rec_upkeep_stop(void);

#endif
