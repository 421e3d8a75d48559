// SPDX-License-Identifier: Apache-2.0
/** Sends of each picture no more than somebody watches, as rooms with `dynacast` say: the encodings above are switched off. */
const NAMES = ['low', 'medium', 'high'];

/** The encodings of a sender, lowest first. @param {RTCRtpSendParameters} parameters */
const lowestFirst = (parameters) => [...parameters.encodings].sort((a, b) => (b.scaleResolutionDownBy ?? 1) - (a.scaleResolutionDownBy ?? 1));

export class Demand {
  #wanted = new Map(); // mid -> highest layer that somebody watches, -1: none
  #layers = new Map(); // mid -> how many encodings there are

  /** @param {RTCPeerConnection|null} pc @param {{mid: string, layer: number}[]} list what has changed */
  async take(pc, list) {
    for (const { mid, layer } of list) this.#wanted.set(mid, layer);
    for (const { mid, sender } of pc?.getTransceivers() ?? [])
      if (sender.track?.kind === 'video' && this.#wanted.has(mid)) await this.#apply(sender, mid);
  }

  async #apply(sender, mid) {
    const parameters = sender.getParameters();
    const encodings = lowestFirst(parameters);
    const layer = this.#wanted.get(mid);
    this.#layers.set(mid, encodings.length);
    encodings.forEach((encoding, i) => (encoding.active = encodings.length > 1 ? i <= layer : layer >= 0));
    await sender.setParameters(parameters);
  }

  /** What is sent of a picture, when that is not all of it. @param {string|null|undefined} mid */
  words(mid) {
    const layer = this.#wanted.get(mid ?? '');
    if (layer === undefined) return '';
    if (layer < 0) return 'paused: nobody watches';
    return layer + 1 < (this.#layers.get(mid) ?? 1) ? `sending ${NAMES.slice(0, layer + 1).join(' and ')} only` : '';
  }
}
