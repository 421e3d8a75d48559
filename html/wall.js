// SPDX-License-Identifier: Apache-2.0
/** A visit drawn: every received picture in its tile, every sound in the page, what can be done in each tile's menu. */
import { Tiles } from './tiles.js';
import { showError } from './ui.js';

const LAYERS = ['low', 'medium', 'high'];
const LOUD = 0.02; // of 1: somebody talks

const layerName = (layers) => {
  if (layers.substream !== undefined) return LAYERS[layers.substream] ?? String(layers.substream);
  return layers.spatial_layer === undefined ? '' : `spatial ${layers.spatial_layer}`;
};

/** Has a moderator muted this participant? @param {any} visit @param {any} id */
export function isMuted(visit, id) {
  const streams = String(id) === String(visit.me) ? visit.streams : visit.publishers.get(String(id))?.streams;
  return (streams ?? []).some((s) => s.type === 'audio' && visit.muted.has(`${id}/${s.mid}`));
}

export class Wall {
  #tiles;
  #players = new Map(); // track id -> Audio
  #menu;

  /**
   * @param {HTMLElement} grid
   * @param {(visit: any, publisher: any) => import('./tiles.js').MenuItem[]} menu what else can be done with somebody
   */
  constructor(grid, menu) {
    this.#tiles = new Tiles(grid);
    this.#menu = menu;
    document.addEventListener('click', () => this.#players.forEach((p) => p.paused && p.play().catch(() => {})));
  }

  /** @param {any} visit */
  draw(visit) {
    const received = visit.subscription.streams();
    const keys = new Set();
    if (!visit.watch) this.#drawMine(visit, keys);
    for (const p of visit.publishers.values()) {
      const videos = p.streams.filter((s) => s.type === 'video' && !s.disabled);
      for (const s of videos.length ? videos : [{ mid: 'none' }]) this.#drawTile(visit, p, s, received, keys);
    }
    this.#tiles.keep((key) => keys.has(key));
    this.#sounds(received);
  }

  clear() {
    this.#tiles.keep(() => false);
    this.#sounds([]);
  }

  #drawMine({ stream, name, presence, screen, me, handle, demand, ...rest }, keys) {
    const tiles = this.#tiles;
    const camera = stream.getVideoTracks()[0];
    tiles.get('me', { name: `${name} (you)`, self: true });
    tiles.show('me', camera ?? null);
    tiles.lit('me', Boolean(camera?.enabled));
    tiles.layer('me', demand.words(handle.pc?.getTransceivers().find((t) => t.sender.track === camera)?.mid));
    tiles.state('me', { silent: presence.mine.silent || isMuted({ me, ...rest }, me), hand: presence.mine.hand });
    keys.add('me');
    if (!screen) return;
    tiles.get('screen', { name: 'Your screen', contain: true });
    tiles.show('screen', screen);
    keys.add('screen');
  }

  #drawTile(visit, p, s, received, keys) {
    const tiles = this.#tiles;
    const key = `${p.id}/${s.mid}`;
    const got = received.find((r) => String(r.feed_id) === String(p.id) && r.feed_mid === s.mid && r.active);
    const screen = s.description === 'screen';
    const state = visit.states.get(String(p.id)) ?? {};
    const tile = tiles.get(key, { name: `${p.display ?? p.id}${screen ? ' · screen' : ''}`, contain: screen });
    keys.add(key);
    if (got?.track) tiles.show(key, got.track);
    tiles.lit(key, Boolean(got?.track) && (screen || !state.hidden) && !visit.muted.has(key));
    tiles.layer(key, got?.simulcast || got?.svc ? layerName(got.layers) : '');
    if (!screen) tiles.state(key, { silent: state.silent || isMuted(visit, p.id), hand: state.hand });
    const menu = [...this.#layers(visit, key, got), ...this.#menu(visit, p)];
    const seen = JSON.stringify(menu); // an open menu is not made anew under somebody's finger
    if (seen !== tile.root.dataset.menu) tiles.menu(key, menu);
    tile.root.dataset.menu = seen;
  }

  /** Which layer this viewer wants: the gateway's choice by bandwidth, or a fixed one. */
  #layers(visit, key, got) {
    if (!got?.simulcast && !got?.svc) return [];
    const field = got.simulcast ? 'substream' : 'spatial_layer';
    const chosen = visit.layers.get(key) ?? 'auto';
    const choose = (choice) => {
      visit.layers.set(key, choice);
      const body = choice === 'auto' ? { auto: true, [field]: 2 } : { auto: false, [field]: choice };
      got.handle.message({ request: 'configure', streams: [{ mid: got.mid, ...body }] }).catch(showError);
      this.draw(visit);
    };
    return ['auto', 2, 1, 0].map((choice) => ({
      text: choice === 'auto' ? 'Automatic' : LAYERS[choice][0].toUpperCase() + LAYERS[choice].slice(1),
      pressed: chosen === choice, run: () => choose(choice),
    }));
  }

  #sounds(received) {
    const live = new Set();
    for (const r of received) {
      if (r.type !== 'audio' || !r.active || !r.track) continue;
      live.add(r.track.id);
      if (this.#players.has(r.track.id)) continue;
      const player = new Audio();
      player.srcObject = new MediaStream([r.track]);
      player.play().catch(() => showError(new Error('Click anywhere to hear the others: the browser keeps sound off until then.')));
      this.#players.set(r.track.id, player);
    }
    for (const [id, player] of this.#players)
      if (!live.has(id)) {
        player.srcObject = null;
        this.#players.delete(id);
      }
  }

  /** Who talks: the room says so if it was asked to; else hear() finds out. @param {any} id @param {boolean} on */
  talks(id, on) {
    for (const key of this.#of(id)) this.#tiles.state(key, { talking: on });
  }

  /** @param {any} visit */
  hear(visit) {
    for (const r of visit.subscription?.streams() ?? []) {
      if (r.type !== 'audio' || !r.active || !r.receiver) continue;
      this.talks(r.feed_id, r.receiver.getSynchronizationSources().some((s) => (s.audioLevel ?? 0) > LOUD));
    }
  }

  /** What somebody says, written on the picture. @param {any} id "me", or a publisher's @param {string} text */
  caption(id, text) {
    for (const key of this.#of(id)) if (!this.#tiles.get(key).contain) this.#tiles.caption(key, text);
  }

  #of(id) {
    return this.#tiles.keys().filter((key) => key === id || key.startsWith(`${id}/`));
  }
}
