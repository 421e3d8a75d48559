// SPDX-License-Identifier: Apache-2.0
/**
 * How layers are chosen, drawn: for the connection its estimated bandwidth, what of it is given away and what arrives; for
 * each received picture what arrives, what the gateway wants to send and why. The browser says what arrives (getStats);
 * the gateway says the rest (request `explain`), if it knows that request.
 */
import { drawChart } from './chart.js';
import { element } from './ui.js';

const KEPT = 60; // seconds
const LAYERS = ['low', 'medium', 'high'];
/** What `explain` calls the reasons, for people. */
const WHY = {
  everything: 'the best there is', asked: 'as chosen', budget: 'what the bandwidth allows', not_sent: 'the sender sends no more',
  overload: 'the gateway is overloaded: video is less for a while', no_bandwidth: 'stopped: no bandwidth left', paused: 'paused', muted: 'muted', feed_silent: 'the sender sends nothing',
  waiting_for_keyframe: 'waiting for a keyframe', not_connected: 'not connected', no_feed: 'nobody sends',
};

const rate = (bps) => (bps >= 1e6 ? `${(bps / 1e6).toFixed(2)} Mbit/s` : `${Math.round(bps / 1e3)} kbit/s`);

function curve(values, most, name) {
  const line = document.createElementNS('http://www.w3.org/2000/svg', 'polyline');
  line.setAttribute('points', values.map((v, i) => `${KEPT - values.length + i},${(40 - (38 * Math.min(v, most)) / most).toFixed(1)}`).join(' '));
  if (name) line.setAttribute('class', name);
  return line;
}

/** A stream in words. @param {any} line a line of Subscription.streams() @param {any} said what explain says of it */
function words(line, said) {
  const { substream, temporal, spatial_layer: spatial, temporal_layer: temporalLayer } = line.layers;
  const parts = [];
  if (substream !== undefined) parts.push(`${LAYERS[substream] ?? substream} layer`);
  if (spatial !== undefined) parts.push(`spatial ${spatial}`);
  if ((temporal ?? temporalLayer) !== undefined) parts.push(`temporal ${temporal ?? temporalLayer}`);
  if (said?.paused_by) parts.push(`paused by ${said.paused_by.join(', ')}`);
  else if (said?.why) parts.push(WHY[said.why] ?? said.why);
  if (said?.budget) parts.push(`budget ${rate(said.budget)}`);
  if (said?.loss > 0.001) parts.push(`${(said.loss * 100).toFixed(1)} % lost`);
  if (said?.freezes) parts.push(`${said.freezes} ${said.freezes === 1 ? 'freeze' : 'freezes'}, ${(said.frozen_ms / 1000).toFixed(1)} s`);
  return parts.join(' · ');
}

export class Received {
  #box;
  #lines; // () => Subscription.streams()
  #rows = new Map(); // key -> {root, head, why, svg, arrived: number[], target: number[], bytes, at}
  #all = { estimate: [], sent: [], arrived: [] }; // of the connection, bit/s
  #knows = true;

  /** @param {HTMLElement} box @param {() => any[]} lines */
  constructor(box, lines) {
    this.#box = box;
    this.#lines = lines;
  }

  /** Once a second while it is seen. */
  async draw() {
    const lines = this.#lines().filter((l) => l.type === 'video' && l.active && l.receiver);
    const said = await this.#ask(lines);
    const keys = new Set();
    for (const line of lines) {
      const key = `${line.feed_id}/${line.feed_mid}`;
      keys.add(key);
      await this.#row(key, line, said.streams.get(`${line.handle?.id}/${line.mid}`));
    }
    for (const [key, row] of this.#rows)
      if (!keys.has(key)) {
        row.root.remove();
        this.#rows.delete(key);
      }
    this.#total(said);
  }

  async #ask(lines) {
    const streams = new Map();
    for (const handle of new Set(lines.map((l) => l.handle))) {
      if (!this.#knows || !handle) break;
      try {
        const { data } = await handle.message({ request: 'explain' });
        for (const s of data.streams ?? []) streams.set(`${handle.id}/${s.mid}`, s);
      } catch (error) {
        if (error.code) this.#knows = false; // another gateway
      }
    }
    return { streams };
  }

  /** The whole connection. Sound is in what is sent. */
  #total({ streams }) {
    const all = [...streams.values()];
    const estimate = Math.max(0, ...all.map((s) => s.estimate ?? 0));
    let total = this.#box.querySelector(':scope > .total');
    if (!estimate) {
      total?.remove();
      this.#all = { estimate: [], sent: [], arrived: [] };
      return;
    }
    const arrived = [...this.#rows.values()].reduce((sum, row) => sum + (row.arrived.at(-1) ?? 0), 0);
    const now = { estimate, sent: all.reduce((sum, s) => sum + (s.bitrate ?? 0), 0), arrived };
    for (const [name, value] of Object.entries(now)) this.#all[name] = [...this.#all[name], value].slice(-KEPT);
    total ??= element('div', { className: 'total chart small' });
    drawChart(total, {
      series: [
        { name: 'estimate', color: 'var(--good)', values: this.#all.estimate },
        { name: 'sent', color: 'var(--warn)', values: this.#all.sent },
        { name: 'pictures received', color: 'var(--accent)', values: this.#all.arrived, area: true },
      ],
      seconds: this.#all.estimate.length, text: rate,
    });
    this.#box.prepend(total);
  }

  async #row(key, line, said) {
    const row = this.#rows.get(key) ?? this.#make(key);
    for (const s of (await line.receiver.getStats()).values()) {
      if (s.type !== 'inbound-rtp') continue;
      const bps = row.at && s.timestamp > row.at ? ((s.bytesReceived - row.bytes) * 8000) / (s.timestamp - row.at) : 0;
      [row.at, row.bytes] = [s.timestamp, s.bytesReceived];
      row.arrived = [...row.arrived, Math.max(0, bps)].slice(-KEPT);
      row.head.replaceChildren(element('b', { textContent: `${line.feed_display ?? line.feed_id}${line.feed_description === 'screen' ? ' · screen' : ''}` }),
        `${rate(bps)}${s.frameWidth ? ` · ${s.frameWidth}×${s.frameHeight}` : ''}`);
    }
    row.target = said?.budget ? [...row.target, said.budget].slice(-KEPT) : [];
    const most = Math.max(100_000, ...row.arrived) * 1.6; // a budget above is drawn at the top
    row.svg.replaceChildren(curve(row.arrived, most), ...(row.target.length ? [curve(row.target, most, 'target')] : []));
    row.why.textContent = words(line, said);
  }

  #make(key) {
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    svg.setAttribute('viewBox', `0 0 ${KEPT - 1} 41`);
    svg.setAttribute('preserveAspectRatio', 'none');
    svg.setAttribute('role', 'img');
    svg.setAttribute('aria-label', 'bits per second in the last minute');
    const row = { root: element('div'), head: element('div', { className: 'head' }), why: element('div', { className: 'why' }), svg, arrived: [], target: [], bytes: 0, at: 0 };
    row.root.append(row.head, svg, row.why);
    this.#rows.set(key, row);
    this.#box.append(row.root);
    return row;
  }
}
