/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The far machines that a request names, with their numeric addresses. Names are looked up on a helper thread, so that
 * a slow name server delays this request alone; addresses are taken as they are, at once.
 */
#ifndef VIDEOROOM_HOSTS_H
#define VIDEOROOM_HOSTS_H

#include "videoroom.h"

#define HOSTS_MOST 64 /* names in one request */

struct hosts;

struct hosts *hosts_new(void);
void hosts_free(struct hosts *h);
/* family: "ipv4", "ipv6", or NULL for any; checked before. false: too many. */
bool hosts_add(struct hosts *h, const char *name, const char *family);
/* NULL: it has no address (of that family). Borrowed. */
const char *hosts_address(const struct hosts *h, const char *name, const char *family);
/*
 * Calls run(rq, h) when all have been looked up: at once where nothing needs to be, else later, unless rq has been
 * answered meanwhile because its handle went. Takes h.
 */
void hosts_resolve(struct hosts *h, struct cardea_request *rq,
                   void (*run)(struct cardea_request *rq, const struct hosts *h));
bool hosts_family_is_known(const char *family); /* NULL is */

#endif
