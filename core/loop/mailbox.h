/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How threads talk: a bounded queue of small tagged messages with many writers and one reader, and an eventfd to wake
 * the reader. Never blocks. A message is a value of GW_MAIL_SIZE bytes at most; what does not fit is one heap block
 * that the message owns.
 */
#ifndef GW_LOOP_MAILBOX_H
#define GW_LOOP_MAILBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "loop/loop.h"

#define GW_MAIL_SIZE 120

struct gw_mailbox;

/* capacity is rounded up to a power of two. */
int gw_mailbox_new(struct gw_mailbox **out, size_t capacity);
void gw_mailbox_free(struct gw_mailbox *m); /* messages left inside must have been taken out by the owner */
/* Any thread. Copies size <= GW_MAIL_SIZE bytes. GW_ELIMIT when full (counted): the caller keeps what it owned. */
int gw_mailbox_post(struct gw_mailbox *m, const void *message, size_t size);
/* Reader. true: one message was copied to out (GW_MAIL_SIZE bytes of room). */
bool gw_mailbox_take(struct gw_mailbox *m, void *out);
/* Reader, once: fn in each turn of l that may find something inside. It takes all, or kicks. The mailbox is freed
 * before or after l, but does not come to life again. */
int gw_mailbox_watch(struct gw_mailbox *m, struct gw_loop *l, gw_fd_fn *fn, void *arg);
void gw_mailbox_kick(struct gw_mailbox *m); /* any thread: another turn, e.g. when mail was left inside */
uint64_t gw_mailbox_refused(const struct gw_mailbox *m);

#endif
