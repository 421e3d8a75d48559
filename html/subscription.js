// SPDX-License-Identifier: Apache-2.0
/**
 * Everything one participant receives, on one handle: says what is wanted, and keeps the gateway's m-lines in step.
 * One request at a time; wishes that come meanwhile are folded into the next one.
 */
const PLUGIN = 'janus.plugin.videoroom';

const name = ({ feed, mid }) => `${feed}/${mid}`;

export class Subscription {
  /** @type {import('./cardea.js').Handle|null} */
  handle = null;
  #session;
  #join;
  #changed;
  #wanted = [];
  #lines = new Map(); // our mid -> what the gateway says of it
  #tracks = new Map(); // our mid -> MediaStreamTrack
  #layers = new Map(); // our mid -> substream
  #working = null;

  /**
   * @param {import('./cardea.js').Session} session
   * @param {{room: any, pin?: string, private_id?: number}} join
   * @param {() => void} changed called whenever streams() may have changed
   */
  constructor(session, join, changed) {
    this.#session = session;
    this.#join = join;
    this.#changed = changed;
  }

  /** What is received now: the gateway's description of each m-line, with its track and layer. */
  streams() {
    return [...this.#lines.values()].map((line) => ({
      ...line,
      track: this.#tracks.get(line.mid),
      substream: line.simulcast ? this.#layers.get(line.mid) : undefined,
    }));
  }

  /** @param {{feed: any, mid: string}[]} wanted the complete list */
  want(wanted) {
    this.#wanted = wanted;
    this.#working ??= this.#work().finally(() => (this.#working = null));
    return this.#working;
  }

  async #work() {
    for (;;) {
      const have = new Set([...this.#lines.values()].filter((l) => l.active).map((l) => name({ feed: l.feed_id, mid: l.feed_mid })));
      const wish = new Map(this.#wanted.map((w) => [name(w), w]));
      const subscribe = [...wish.values()].filter((w) => !have.has(name(w)));
      const unsubscribe = [...this.#lines.values()]
        .filter((l) => l.active && !wish.has(name({ feed: l.feed_id, mid: l.feed_mid })))
        .map((l) => ({ sub_mid: l.mid }));
      if (!subscribe.length && !unsubscribe.length) return;
      try {
        if (!this.handle) await this.#begin(subscribe);
        else await this.#update(subscribe, unsubscribe);
      } catch (error) {
        if (error.code !== 428) throw error; // a feed has gone meanwhile: the next event says so
        await new Promise((wake) => setTimeout(wake, 200));
        this.#wanted = this.#wanted.filter((w) => !subscribe.includes(w));
      }
    }
  }

  async #begin(streams) {
    const handle = await this.#session.attach(PLUGIN);
    handle.on('event', ({ data, jsep }) => this.#event(data, jsep));
    handle.on('track', ({ mid, track }) => {
      this.#tracks.set(mid, track);
      this.#changed();
    });
    try {
      const { data, jsep } = await handle.message({ request: 'join', ptype: 'subscriber', ...this.#join, streams });
      this.handle = handle;
      await this.#take(data, jsep);
    } catch (error) {
      if (this.handle !== handle) await handle.detach();
      throw error;
    }
  }

  async #update(subscribe, unsubscribe) {
    const body = { request: 'update' };
    if (subscribe.length) body.subscribe = subscribe;
    if (unsubscribe.length) body.unsubscribe = unsubscribe;
    const { data, jsep } = await this.handle.message(body);
    if (data.videoroom === 'updating') await this.#nextOffer();
    else await this.#take(data, jsep);
  }

  /** An offer is on its way; a cumulative one follows our answer to it. */
  #nextOffer() {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, 3000);
      this.waiting = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #take(data, jsep) {
    if (data.streams) {
      this.#lines = new Map(data.streams.map((s) => [s.mid, s]));
      this.#changed();
    }
    if (jsep) await this.handle.accept(jsep, { request: 'start', room: this.#join.room });
  }

  async #event(data, jsep) {
    if (data.mid !== undefined && data.substream !== undefined) {
      this.#layers.set(data.mid, data.substream);
      this.#changed();
    }
    if (!data.streams && !jsep) return;
    await this.#take(data, jsep).catch(console.error);
    this.waiting?.();
  }
}
