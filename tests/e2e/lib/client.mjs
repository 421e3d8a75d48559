// SPDX-License-Identifier: Apache-2.0
/** The bare API: one request, one reply, no opinion. */
import WebSocket from 'ws';
import { within } from './wait.mjs';

export const post = async (url, body) => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await within(`an answer to ${text.slice(0, 200)}`, fetch(url, { method: 'POST', body: text }), 60000);
  return { status: response.status, headers: response.headers, json: await response.json().catch(() => null) };
};

export class Socket {
  messages = [];
  #waiting = [];

  static open(url, protocol = 'janus-protocol') {
    return within(`a WebSocket to ${url}`, new Promise((resolve, reject) => {
      const s = new Socket();
      s.ws = new WebSocket(url, protocol);
      s.ws.on('open', () => resolve(s));
      s.ws.on('error', reject);
      s.ws.on('unexpected-response', (_, r) => reject(new Error(`status ${r.statusCode}`)));
      s.ws.on('message', (data) => s.#take(JSON.parse(data)));
    }));
  }

  #take(message) {
    this.messages.push(message);
    this.#waiting = this.#waiting.filter((w) => {
      if (!w.want(message)) return true;
      w.resolve(message);
      return false;
    });
  }

  /** The first message (also an earlier one not seen yet) for which want() is true. */
  next(want, ms = 5000) {
    const index = this.messages.findIndex(want);
    if (index >= 0) return Promise.resolve(this.messages.splice(index, 1)[0]);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no such message: ${want}; got ${JSON.stringify(this.messages)}`)), ms);
      this.#waiting.push({ want, resolve: (m) => { clearTimeout(timer); this.messages.splice(this.messages.indexOf(m), 1); resolve(m); } });
    });
  }

  #n = 0;

  async ask(request) {
    const transaction = request.transaction ?? `t${++this.#n}`;
    this.ws.send(JSON.stringify({ ...request, transaction }));
    return this.next((m) => m.transaction === transaction && m.janus !== 'event');
  }

  send(text) {
    this.ws.send(text);
  }

  close() {
    this.ws.close();
  }
}
