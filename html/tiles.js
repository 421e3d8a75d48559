// SPDX-License-Identifier: Apache-2.0
/** The grid of a room: one tile a picture, a name without picture gets a face. Columns follow the number of tiles. */
import { element } from './ui.js';

export class Tiles {
  #grid;
  #tiles = new Map();

  /** @param {HTMLElement} grid */
  constructor(grid) {
    this.#grid = grid;
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
    if (name !== undefined) {
      tile.name.textContent = name;
      tile.face.textContent = name.slice(0, 1).toUpperCase() || '?';
    }
    return tile;
  }

  #make(key, self, contain) {
    const video = element('video', { autoplay: true, playsInline: true, muted: true });
    const [name, size, layer] = [element('span'), element('span'), element('span')];
    const face = element('div', { className: 'face' });
    const root = element('div', { className: 'tile' }, face, video, element('div', { className: 'tag' }, name, size, layer));
    root.dataset.key = key;
    root.classList.toggle('self', self);
    root.classList.toggle('contain', contain);
    size.hidden = layer.hidden = true;
    video.onresize = () => {
      size.hidden = !video.videoWidth;
      size.textContent = `${video.videoWidth}×${video.videoHeight}`;
    };
    return { root, video, name, face, layer };
  }

  /** Shows a picture in a tile, or takes it away. @param {string} key @param {MediaStreamTrack|null} track */
  show(key, track) {
    const tile = this.#tiles.get(key);
    if (!tile) return;
    tile.video.srcObject = track ? new MediaStream([track]) : null;
    tile.root.classList.toggle('live', Boolean(track));
  }

  /** @param {string} key @param {string} text */
  layer(key, text) {
    const tile = this.#tiles.get(key);
    if (!tile) return;
    tile.layer.hidden = !text;
    tile.layer.textContent = text;
  }

  /** Removes every tile for which `stays` is false. @param {(key: string) => boolean} stays */
  keep(stays) {
    for (const [key, tile] of this.#tiles)
      if (!stays(key)) {
        tile.root.remove();
        this.#tiles.delete(key);
      }
    this.#arrange();
  }

  #arrange() {
    const n = this.#tiles.size;
    this.#grid.style.setProperty('--columns', String(Math.ceil(Math.sqrt(n)) || 1));
    this.#grid.style.setProperty('--columns-phone', n > 2 ? '2' : '1');
  }
}
