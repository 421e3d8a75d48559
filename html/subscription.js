// SPDX-License-Identifier: Apache-2.0
/**
 * What one participant receives. Two ways, with the same face:
 *   Subscription   everything on one handle and one PeerConnection; m-lines are added and reused
 *   Feeds          a handle and a PeerConnection for each publisher, as clients did before there was the other way
 *
 * One request at a time; wishes that come meanwhile are folded into the next one.
 */
const PLUGIN = 'janus.plugin.videoroom';
const OFFER_MS = 3000; // how long an announced offer may take

/**
 * @typedef {{feed: any, mid: string, data?: boolean, auto?: boolean}} Wish data: a data channel; auto: the gateway chooses layers
 * @typedef {{room: any, pin?: string, private_id?: number}} JoinBody
 * @typedef {{changed: () => void, channel?: (channel: RTCDataChannel) => void}} Told
 *   changed: streams() may have changed; channel: a data channel, its label is the publisher's id
 */

/** @param {Wish} wish */
const name = ({ feed, mid }) => `${feed}/${mid}`;
const nameOfLine = (line) => name({ feed: line.feed_id, mid: line.feed_mid });

/** What both ways share: m-lines, their tracks and layers. */
class Receiver {
  session;
  join;
  told;

  /** @param {import('./cardea.js').Session} session @param {JoinBody} join @param {Told} told */
  constructor(session, join, told) {
    this.session = session;
    this.join = join;
    this.told = told;
  }

  /** @returns {Promise<import('./cardea.js').Handle>} */
  async attach(lines) {
    const handle = await this.session.attach(PLUGIN);
    handle.on('track', ({ mid, track, transceiver }) => {
      lines.tracks.set(mid, { track, receiver: transceiver.receiver });
      this.told.changed();
    });
    handle.on('channel', (channel) => this.told.channel?.(channel));
    return handle;
  }
}

/** The m-lines of one handle. */
class Lines {
  said = new Map(); // our mid -> what the gateway says of it
  tracks = new Map(); // our mid -> {track, receiver}
  layers = new Map(); // our mid -> {substream, temporal, spatial_layer, temporal_layer}

  /** @param {any} data */
  take(data) {
    if (data.streams) this.said = new Map(data.streams.map((s) => [s.mid, s]));
    if (data.mid === undefined) return;
    const told = ['substream', 'temporal', 'spatial_layer', 'temporal_layer'].filter((k) => data[k] !== undefined);
    if (told.length) this.layers.set(data.mid, { ...this.layers.get(data.mid), ...Object.fromEntries(told.map((k) => [k, data[k]])) });
  }

  list(handle) {
    return [...this.said.values()].map((line) => ({ ...line, ...this.tracks.get(line.mid), layers: this.layers.get(line.mid) ?? {}, handle }));
  }
}

export class Subscription extends Receiver {
  /** @type {import('./cardea.js').Handle|null} */
  handle = null;
  #wanted = [];
  #lines = new Lines();
  #data = new Set(); // names of the data streams we have
  #working = null;
  #waiting = () => {};

  /** What is received now: the gateway's description of each m-line, with its track, receiver, layers and handle. */
  streams() {
    return this.#lines.list(this.handle);
  }

  handles() {
    return this.handle ? [this.handle] : [];
  }

  /** @param {Wish[]} wanted the complete list */
  want(wanted) {
    this.#wanted = wanted;
    this.#working ??= this.#work().finally(() => (this.#working = null));
    return this.#working;
  }

  async #work() {
    const gone = new Set(); // refused once: an event will say so
    for (;;) {
      const lines = [...this.#lines.said.values()];
      const have = new Set(lines.filter((l) => l.active && l.feed_id !== undefined).map(nameOfLine));
      const wish = new Map(this.#wanted.map((w) => [name(w), w]));
      for (const n of this.#data) if (!wish.has(n)) this.#data.delete(n);
      const has = (w) => have.has(name(w)) || this.#data.has(name(w)) || gone.has(name(w));
      const subscribe = [...wish.values()].filter((w) => !has(w)).map(({ data, ...wanted }) => wanted);
      const unsubscribe = lines.filter((l) => l.active && l.feed_id !== undefined && !wish.has(nameOfLine(l))).map((l) => ({ sub_mid: l.mid }));
      if (!subscribe.length && !unsubscribe.length) return;
      try {
        if (!this.handle) await this.#begin(subscribe);
        else await this.#update(subscribe, unsubscribe);
        if (this.handle) for (const w of subscribe) if (wish.get(name(w)).data) this.#data.add(name(w)); // all share an m-line
      } catch (error) {
        if (error.code !== 428) throw error; // a feed has gone meanwhile: the next event says so
        for (const w of subscribe) gone.add(name(w));
      }
    }
  }

  async #begin(streams) {
    const handle = await this.attach(this.#lines);
    handle.on('event', ({ data, jsep }) => this.#event(data, jsep));
    try {
      const { data, jsep } = await handle.message({ request: 'join', ptype: 'subscriber', ...this.join, streams });
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
    if (data.videoroom !== 'updating') await this.#take(data, jsep);
    else if (!(await this.#nextOffer())) await this.#forget();
  }

  /** An offer is on its way; a cumulative one follows our answer to it. false: it was lost with the transport. */
  #nextOffer() {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, OFFER_MS, false);
      this.#waiting = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }

  /** An offer that never came would have to be answered first: begin anew. */
  async #forget() {
    const old = this.handle;
    this.handle = null;
    this.#lines = new Lines();
    this.#data.clear();
    await old.detach();
  }

  async #take(data, jsep) {
    this.#lines.take(data);
    this.told.changed();
    if (jsep) await this.handle.accept(jsep, { request: 'start', room: this.join.room });
  }

  async #event(data, jsep) {
    if (!data.streams && !jsep) {
      this.#lines.take(data);
      this.told.changed();
      return;
    }
    await this.#take(data, jsep).catch(console.error);
    this.#waiting();
  }
}

export class Feeds extends Receiver {
  #feeds = new Map(); // feed -> {handle, lines}
  #turn = Promise.resolve();

  streams() {
    return [...this.#feeds.values()].flatMap((f) => f.lines.list(f.handle));
  }

  handles() {
    return [...this.#feeds.values()].map((f) => f.handle).filter(Boolean);
  }

  /** @param {Wish[]} wanted the complete list: a feed is taken as a whole */
  want(wanted) {
    const feeds = new Set(wanted.map((w) => w.feed));
    this.#turn = this.#turn.then(() => this.#follow(feeds));
    return this.#turn;
  }

  async #follow(feeds) {
    for (const [feed, { handle }] of this.#feeds)
      if (!feeds.has(feed)) {
        this.#feeds.delete(feed);
        await handle?.detach();
      }
    for (const feed of feeds) if (!this.#feeds.has(feed)) await this.#begin(feed);
    this.told.changed();
  }

  async #begin(feed) {
    const one = { handle: null, lines: new Lines() };
    const take = async (data, jsep) => {
      one.lines.take(data);
      this.told.changed();
      if (jsep) await one.handle.accept(jsep, { request: 'start', room: this.join.room });
    };
    this.#feeds.set(feed, one);
    one.handle = await this.attach(one.lines);
    one.handle.on('event', ({ data, jsep }) => take(data, jsep).catch(console.error));
    try {
      const { data, jsep } = await one.handle.message({ request: 'join', ptype: 'subscriber', ...this.join, feed });
      await take(data, jsep);
    } catch (error) {
      this.#feeds.delete(feed);
      await one.handle.detach();
      if (error.code !== 428) throw error;
    }
  }
}
