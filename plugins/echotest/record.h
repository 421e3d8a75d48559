/* SPDX-License-Identifier: Apache-2.0 */
/* An echo that is recorded: what `record` and `filename` ask for is done by the recorder. Control thread. */
#ifndef ECHOTEST_RECORD_H
#define ECHOTEST_RECORD_H

#include "settings.h"

/* After a request (body) has been applied: begins, goes on with the m-lines as they are now, or ends. */
void echo_record(const struct cardea_host *host, struct cardea_handle *h, struct echo *e, const json_t *body,
                 bool e2ee);
void echo_record_data(const struct cardea_host *host, const struct echo *e, const struct cardea_message *msg);
void echo_record_end(const struct cardea_host *host, struct echo *e);

#endif
