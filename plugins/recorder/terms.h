/* SPDX-License-Identifier: Apache-2.0 */
/* On what terms a recording is made: the settings as they are now, what was asked for, and its first manifest. Control
 * thread. */
#ifndef RECORDER_TERMS_H
#define RECORDER_TERMS_H

#include "output.h"
#include "take.h"

/* Everything of o but folder, base, events and owner. */
void rec_terms_set(struct rec_output_conf *o, const struct rec_take_conf *conf);
/* Takes conf->meta. New reference. */
json_t *rec_terms_manifest(const struct rec_take_conf *conf, uint64_t id, const struct rec_output_conf *o);

#endif
