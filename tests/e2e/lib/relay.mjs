// SPDX-License-Identifier: Apache-2.0
/** A TCP relay in front of a port: the way to the gateway, which a test can cut. */
import { connect, createServer } from 'node:net';

export class Relay {
  #pairs = new Set();
  #open = true;

  /** @param {number} port where to */
  static async start(port) {
    const relay = new Relay();
    relay.server = createServer((near) => relay.#join(near, port));
    await new Promise((done) => relay.server.listen(0, '127.0.0.1', done));
    relay.port = relay.server.address().port;
    return relay;
  }

  #join(near, port) {
    if (!this.#open) {
      near.destroy();
      return;
    }
    const far = connect(port, '127.0.0.1');
    const pair = [near, far];
    this.#pairs.add(pair);
    const end = () => {
      this.#pairs.delete(pair);
      pair.forEach((s) => s.destroy());
    };
    for (const s of pair) s.on('error', end).on('close', end);
    near.pipe(far).pipe(near);
  }

  /** Ends what there is, and lets nobody through until mend(). */
  cut() {
    this.#open = false;
    for (const pair of this.#pairs) pair.forEach((s) => s.destroy());
  }

  mend() {
    this.#open = true;
  }

  stop() {
    this.cut();
    this.server.close();
  }
}
