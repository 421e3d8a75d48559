/* SPDX-License-Identifier: Apache-2.0 */
/* What other plugins find as the recorder (<cardea/recorder.h>). Control thread. */
#ifndef RECORDER_SERVICE_H
#define RECORDER_SERVICE_H

#include <cardea/plugin.h>

extern const struct cardea_recorder rec_service;

void rec_service_start(void);
void rec_service_stop(void); /* after the takes have been freed: nobody is told any more */

#endif
