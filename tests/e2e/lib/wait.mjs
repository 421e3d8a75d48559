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

/** So many milliseconds from now. */
export const wait = (ms) => new Promise((wake) => setTimeout(wake, ms));

/** Asks again and again until the answer is a true one, and gives that. What fails is asked again, too. */
export async function eventually(what, ask, ms = 20000) {
  for (const end = Date.now() + ms; ;) {
    let cause;
    const answer = await Promise.resolve().then(ask).catch((error) => void (cause = error));
    if (answer) return answer;
    if (Date.now() >= end) throw new Error(`waited ${ms / 1000} s in vain for: ${what}`, { cause });
    await wait(100);
  }
}
