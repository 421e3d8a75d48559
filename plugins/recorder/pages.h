/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /recordings                      what there is, JSON
 * GET /recordings/<id>                 the manifest, or what is known
 * GET /recordings/<id>/<file>          one of its files, also in parts (ranges)
 * DELETE /recordings/<id>              removes it
 *
 * Private recordings, and DELETE always, need the admin key: Authorization: Bearer <key>, or ?key=<key>. Control
 * thread.
 */
#ifndef RECORDER_PAGES_H
#define RECORDER_PAGES_H

void rec_pages_start(void);

#endif
