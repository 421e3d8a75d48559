// SPDX-License-Identifier: Apache-2.0
/** What whoever knows the room's secret may do. Every request is synchronous and goes over the participant's handle. */
const keyOf = (room) => `cardea-secret-${room}`;

export class Moderator {
  #handle;
  #room;
  #secret;

  /** @param {import('./cardea.js').Handle} handle @param {any} room @param {string} secret */
  constructor(handle, room, secret) {
    this.#handle = handle;
    this.#room = room;
    this.#secret = secret;
  }

  /** Remembers the secret of a room for this tab; undefined: what was remembered. @param {any} room @param {string} [secret] */
  static secretOf(room, secret = undefined) {
    if (secret !== undefined) sessionStorage.setItem(keyOf(room), secret);
    return sessionStorage.getItem(keyOf(room)) ?? undefined;
  }

  async #ask(request, more = {}) {
    const { data } = await this.#handle.message({ request, room: this.#room, secret: this.#secret, ...more });
    return data;
  }

  /** Rejects when the secret is wrong: an edit that changes nothing. */
  check() {
    return this.#ask('edit');
  }

  /** @param {any} id @param {string} mid @param {boolean} mute */
  mute(id, mid, mute) {
    return this.#ask('moderate', { id, mid, mute });
  }

  /** @param {any} id */
  kick(id) {
    return this.#ask('kick', { id });
  }

  /** Nobody else may join. @param {boolean} on */
  lock(on) {
    return this.#ask('edit', { new_locked: on });
  }

  /** @param {boolean} on */
  record(on) {
    return this.#ask('enable_recording', { record: on });
  }
}
