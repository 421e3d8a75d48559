/* SPDX-License-Identifier: Apache-2.0 */
/* For tests: the asking half of a connectivity check, and the recorded ones of browsers. */
#ifndef CHECK_CLIENT_H
#define CHECK_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "ice/address.h"

#define RECORDED_UFRAG "srvu"
#define RECORDED_PWD   "pppppppppppppppppppppppp"

struct check {
    const char *ufrag, *pwd; /* of the one that is asked */
    const char *from;        /* ufrag of the one that asks */
    bool use_candidate, controlled;
    uint32_t priority;
};

/* Writes a Binding request; returns its length. */
size_t check_write(const struct check *c, uint8_t *out, size_t cap);
/*
 * Looks at an answer: 0: success, with the mapped address; 400 … 699: that error; -1: no valid answer, or one whose
 * integrity or fingerprint is wrong.
 */
int check_answer(const uint8_t *data, size_t len, const char *pwd, struct gw_address *mapped);
/* The first datagram of tests/fixtures/dtls/NAME-stun-binding.hex; returns its length. */
size_t check_recorded(const char *name, uint8_t *out, size_t cap);

#endif
