// SPDX-License-Identifier: Apache-2.0
/** Nothing here waits without a bound, and what was waited for in vain has a name. */

/** Settles as `promise` does, or fails after `ms` naming `what`. */
export function within(what, promise, ms = 30000) {
  let timer;
  const late = new Promise((_, fail) => {
    timer = setTimeout(() => fail(new Error(`waited ${ms / 1000} s in vain for: ${what}`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
