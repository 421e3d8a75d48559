// SPDX-License-Identifier: Apache-2.0
/**
 * The wall of a room: one tile a picture; a name without a picture gets its initial. Tiles are as large as fits; a
 * shared screen takes the most of the room.
 */
import { icon } from './icons.js';
import { element } from './ui.js';

const GAP = 12;
const RATIO = 16 / 10;
const SMALLEST = 130; // px: below that the wall scrolls
const CAPTION_MS = 6000;

/** The same colour for the same name. @param {string} name */
const hue = (name) => String([...name].reduce((h, c) => (h * 31 + c.codePointAt(0)) % 360, 7));

/** How wide n tiles can be in a box. @param {number} n @param {number} width @param {number} height @param {number} ratio */
export function fit(n, width, height, ratio = RATIO) {
  let best = { w: 0, h: 0 };
  for (let columns = 1; columns <= n; columns++) {
    const rows = Math.ceil(n / columns);
    const w = Math.min((width - GAP * (columns - 1)) / columns, ((height - GAP * (rows - 1)) / rows) * ratio);
    if (w > best.w) best = { w: Math.floor(w), h: Math.floor(w / ratio) };
  }
  return best;
}

/**
 * @typedef {{icon?: string, text: string, pressed?: boolean, run: () => void}} MenuItem
 * @typedef {{root: HTMLElement, video: HTMLVideoElement, name: HTMLElement, face: HTMLElement, size: HTMLElement,
 *   layer: HTMLElement, mic: HTMLElement, hand: HTMLElement, caption: HTMLElement, menu: HTMLDetailsElement, contain: boolean,
 *   timer?: number}} Tile
 */
export class Tiles {
  #grid;
  /** @type {Map<string, Tile>} */
  #tiles = new Map();

  /** @param {HTMLElement} grid */
  constructor(grid) {
    this.#grid = grid;
    new ResizeObserver(() => this.#arrange()).observe(grid);
    document.addEventListener('click', ({ target }) => {
      for (const { menu } of this.#tiles.values()) if (menu.open && !menu.contains(target)) menu.open = false;
    });
  }

  /**
   * The tile with this key, made when new.
   * @param {string} key @param {{name?: string, self?: boolean, contain?: boolean}} [options]
   */
  get(key, { name = undefined, self = false, contain = false } = {}) {
    let tile = this.#tiles.get(key);
    if (!tile) {
      tile = this.#make(key, self, contain);
      this.#tiles.set(key, tile);
      this.#grid.append(tile.root);
      this.#arrange();
    }
    if (name !== undefined && tile.name.textContent !== name) {
      tile.name.textContent = name;
      tile.face.textContent = [...name][0]?.toUpperCase() ?? '?';
      tile.root.style.setProperty('--hue', hue(name));
    }
    return tile;
  }

  #make(key, self, contain) {
    const video = element('video', { autoplay: true, playsInline: true, muted: true });
    const [mic, name, size, layer, hand] = Array.from({ length: 5 }, () => element('span'));
    size.className = 'size';
    const caption = element('div', { className: 'caption' });
    const face = element('div', { className: 'face' });
    const menu = element('details', { className: 'menu', hidden: true }, element('summary', { ariaLabel: 'More' }, icon('more')), element('div'));
    const root = element('div', { className: 'tile' }, face, video, caption,
      element('div', { className: 'tag' }, mic, name, size), element('div', { className: 'corner' }, hand, layer), menu);
    root.dataset.key = key;
    root.classList.toggle('self', self && !contain);
    root.classList.toggle('contain', contain);
    size.hidden = layer.hidden = mic.hidden = hand.hidden = true;
    mic.append(icon('muted'));
    mic.title = 'microphone off';
    hand.append(icon('hand'), element('span', { textContent: 'hand raised' }));
    video.onresize = () => {
      size.hidden = !video.videoWidth;
      size.textContent = `${video.videoWidth}×${video.videoHeight}`;
      if (contain) this.#arrange();
    };
    return { root, video, name, face, size, layer, mic, hand, caption, menu, contain };
  }

  /** Shows a picture in a tile, or takes it away. @param {string} key @param {MediaStreamTrack|null} track */
  show(key, track) {
    const tile = this.#tiles.get(key);
    if (!tile || (tile.video.srcObject?.getTracks()[0] ?? null) === track) return;
    tile.video.srcObject = track ? new MediaStream([track]) : null;
    this.lit(key, Boolean(track));
  }

  /** Is the picture worth showing? @param {string} key @param {boolean} on */
  lit(key, on) {
    const tile = this.#tiles.get(key);
    if (!tile) return;
    tile.root.classList.toggle('live', on);
    tile.video.style.visibility = on ? '' : 'hidden';
  }

  /** @param {string} key @param {string} text */
  layer(key, text) {
    const tile = this.#tiles.get(key);
    if (!tile) return;
    tile.layer.hidden = !text;
    tile.layer.textContent = text;
  }

  /** @param {string} key @param {{silent?: boolean, hand?: boolean, talking?: boolean}} state */
  state(key, { silent, hand, talking }) {
    const tile = this.#tiles.get(key);
    if (!tile) return;
    if (silent !== undefined) tile.mic.hidden = !silent;
    if (hand !== undefined) tile.hand.hidden = !hand;
    if (talking !== undefined) tile.root.classList.toggle('talking', talking);
  }

  /** What somebody says, for a while. @param {string} key @param {string} text */
  caption(key, text) {
    const tile = this.#tiles.get(key);
    if (!tile) return;
    clearTimeout(tile.timer);
    tile.caption.replaceChildren(...(text ? [element('span', { textContent: text })] : []));
    tile.timer = setTimeout(() => tile.caption.replaceChildren(), CAPTION_MS);
  }

  /** @param {string} key @param {MenuItem[]} items none: no menu */
  menu(key, items) {
    const tile = this.#tiles.get(key);
    if (!tile) return;
    tile.menu.hidden = !items.length;
    const buttons = items.map((item) => {
      const button = element('button', { type: 'button', textContent: item.text, onclick: () => { tile.menu.open = false; item.run(); } });
      if (item.icon) button.prepend(icon(item.icon));
      if (item.pressed !== undefined) button.setAttribute('aria-pressed', String(item.pressed));
      return button;
    });
    tile.menu.querySelector('div').replaceChildren(...buttons);
    tile.menu.querySelector('summary').ariaLabel = `More about ${tile.name.textContent}`;
  }

  /** @returns {string[]} */
  keys() {
    return [...this.#tiles.keys()];
  }

  /** Removes every tile for which `stays` is false. @param {(key: string) => boolean} stays */
  keep(stays) {
    for (const [key, tile] of this.#tiles)
      if (!stays(key)) {
        clearTimeout(tile.timer);
        tile.video.srcObject = null;
        tile.root.remove();
        this.#tiles.delete(key);
      }
    this.#arrange();
  }

  #arrange() {
    const width = this.#grid.clientWidth;
    const height = this.#grid.clientHeight;
    const all = [...this.#tiles.values()];
    const big = all.find((t) => t.contain);
    if (!all.length || !width || !height) return;
    for (const tile of all) {
      tile.root.classList.toggle('big', tile === big);
      tile.root.style.order = tile === big ? '-1' : '';
    }
    const set = (name, value) => this.#grid.style.setProperty(name, `${value}px`);
    if (big && all.length > 1) {
      const strip = fit(all.length - 1, width, Math.min(height * 0.24, 150)).h;
      const { videoWidth, videoHeight } = big.video;
      const most = videoWidth ? (width * videoHeight) / videoWidth : height; // no more than its picture needs
      const tall = Math.floor(Math.min(height - strip - GAP, most));
      const small = fit(all.length - 1, width, height - tall - GAP);
      set('--big-w', width);
      set('--big-h', tall);
      set('--w', small.w);
      set('--h', small.h);
      return;
    }
    const one = fit(all.length, width, height, big ? width / height : RATIO);
    const w = Math.max(one.w, Math.min(SMALLEST, width));
    set('--w', w);
    set('--h', big ? height : Math.max(one.h, Math.floor(w / RATIO)));
    set('--big-w', width);
    set('--big-h', height);
    this.#grid.style.overflowY = w > one.w ? 'auto' : '';
  }
}
