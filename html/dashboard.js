// SPDX-License-Identifier: Apache-2.0
/** The load page: asks /load each second and /load/history now and then, and draws. */
import { Session } from './cardea.js';
import { drawChart } from './chart.js';
import { $, element, showError } from './ui.js';

const SPANS = { '5 min': 300, '15 min': 900, '1 h': 3600 };
const NAMES = { cpu: 'CPU', machine: 'machine', worker: 'busiest worker', control: 'control thread', lag: 'loop lag',
  memory: 'memory', descriptors: 'descriptors', network: 'network', disk: 'disk' };
const COLORS = ['var(--accent)', 'var(--good)', 'var(--warn)', 'var(--bad)'];

let span = 300;
let secret = sessionStorage.getItem('cardea-load-secret') ?? '';

const percent = (v) => `${Math.round(v * 100)} %`;
const bits = (bps) => (bps >= 1e9 ? `${(bps / 1e9).toFixed(2)} Gbit/s` : bps >= 1e6 ? `${(bps / 1e6).toFixed(1)} Mbit/s` : `${Math.round(bps / 1e3)} kbit/s`);
const bytes = (n) => (n >= 1 << 30 ? `${(n / (1 << 30)).toFixed(1)} GiB` : `${Math.round(n / (1 << 20))} MiB`);
const time = (s) => (s >= 3600 ? `${(s / 3600).toFixed(1)} h` : s >= 60 ? `${Math.round(s / 60)} min` : `${s} s`);
const tone = (v) => (v >= 0.9 ? 'full' : v >= 0.7 ? 'warn' : 'fine');

async function ask(path) {
  const reply = await fetch(path, { headers: secret ? { Authorization: `Bearer ${secret}` } : {} });
  if (reply.status === 401) throw Object.assign(new Error('This gateway wants the secret of its load report.'), { secret: true });
  if (reply.status === 404) throw new Error('This gateway does not have the load report loaded (plugins/loadreport.so).');
  if (!reply.ok) throw new Error(`The gateway answered ${reply.status}.`);
  return reply.json();
}

function facts(box, pairs) {
  box.replaceChildren(...pairs.map(([name, value]) =>
    element('div', {}, element('dt', { textContent: name }), element('dd', { textContent: value }))));
}

function bars(box, rows) {
  box.replaceChildren(...rows.flatMap(([name, value, note]) => {
    const fill = element('div');
    fill.style.width = `${Math.min(100, value * 100).toFixed(1)}%`;
    return [element('span', { textContent: name }), element('div', { className: `track ${tone(value)}` }, fill),
      element('span', { className: 'note', textContent: note })];
  }));
}

function table(box, head, rows, otherwise) {
  const line = (cells, tag) => element('tr', {}, ...cells.map((c) => element(tag, { textContent: String(c) })));
  box.replaceChildren(...(rows.length ? [line(head, 'th'), ...rows.map((r) => line(r, 'td'))] : [line([otherwise], 'td')]));
}

function verdict(r) {
  if (r.draining) return `draining, ${time(r.drain.eta_s)} to go`;
  if (!r.accepting) return 'takes no new sessions';
  return r.load >= 0.9 ? `full: ${NAMES[r.worst]}` : r.load >= 0.7 ? `busy: ${NAMES[r.worst]}` : 'fine';
}

function drawNow(r) {
  $('state').textContent = `${r.node.name} · ${r.node.address} · ${r.node.version}`;
  document.title = `${percent(r.load)} · Cardea load`;
  $('load').textContent = percent(r.load);
  $('load').className = `big ${r.accepting ? tone(r.load) : 'warn'}`;
  $('verdict').textContent = verdict(r);
  facts($('facts'), [
    ['subscribers that fit', r.capacity], ['sessions', r.counts.sessions], ['publishing', `${r.counts.sources} tracks`],
    ['watching', `${r.counts.sinks} tracks`], ['out', bits(r.traffic.out_bps)], ['in', bits(r.traffic.in_bps)],
    ['a packet costs', r.packet_cost_us.forward ? `${r.packet_cost_us.forward.toFixed(2)} µs` : '–'],
    ['memory', bytes(r.resources.memory_bytes)],
  ]);
  bars($('components'), Object.entries(r.components).sort((a, b) => b[1] - a[1]).map(([n, v]) => [NAMES[n] ?? n, v, percent(v)]));
  bars($('workers'), r.workers.map((w, i) => [`${i}`, w.busy, `${percent(w.busy)} · ${w.peers} peers · ${w.lag_ms} ms late`]));
}

function drawPast(h) {
  const worst = Object.entries(h.components).map(([name, values]) => ({ name, values, most: Math.max(0, ...values) }))
    .sort((a, b) => b.most - a.most).slice(0, 3);
  drawChart($('load-chart'), { seconds: h.seconds, most: 1, marks: [0.5, 1], text: percent, series: [
    { name: 'load', color: COLORS[0], values: h.load, area: true },
    ...worst.map((w, i) => ({ name: NAMES[w.name], color: COLORS[i + 1], values: w.values }))] });
  drawChart($('traffic-chart'), { seconds: h.seconds, most: 1e6, text: bits, series: [
    { name: 'out', color: COLORS[0], values: h.out_bps, area: true }, { name: 'in', color: COLORS[1], values: h.in_bps }] });
  drawChart($('people-chart'), { seconds: h.seconds, most: 10, text: (v) => String(Math.round(v)), series: [
    { name: 'watched tracks', color: COLORS[0], values: h.sinks, area: true }, { name: 'published tracks', color: COLORS[1], values: h.sources },
    { name: 'sessions', color: COLORS[2], values: h.sessions }] });
}

/** Those whose packets are lost, who are far away, or whose pictures do not come; by number, for whoever looks after this. */
async function worst() {
  const list = await ask('/load/connections?most=8');
  table($('worst'), ['lost', 'round trip', 'waiting', 'is sent', 'session / handle'],
    list.map((c) => [`${(c.loss * 100).toFixed(1)} %`, `${c.rtt_ms} ms`, `${c.tracks_waiting} of ${c.tracks}`, bits(c.sent_bps),
      `${c.session_id} / ${c.handle_id}`]), 'nobody is known to receive anything; a look around takes ten seconds');
}

/** Public rooms, by the ordinary API: whoever may see this page sees no more of rooms than anybody else. */
async function watchRooms() {
  const session = await Session.open();
  const handle = await session.attach('janus.plugin.videoroom');
  for (;;) {
    const { list = [] } = (await handle.message({ request: 'list' })).data;
    table($('rooms'), ['room', 'people', 'at most'], list.sort((a, b) => b.num_participants - a.num_participants).slice(0, 12)
      .map((r) => [r.description || r.room, r.num_participants, r.max_publishers]), 'no rooms');
    await new Promise((wake) => setTimeout(wake, 5000));
  }
}

function chooseSpan() {
  $('spans').replaceChildren(...Object.entries(SPANS).map(([name, seconds]) => {
    const b = element('button', { type: 'button', textContent: name });
    b.setAttribute('aria-pressed', String(seconds === span));
    b.onclick = () => { span = seconds; chooseSpan(); past().catch(showError); };
    return b;
  }));
}

const past = async () => drawPast(await ask(`/load/history?seconds=${span}&step=${Math.max(1, span / 300)}`));

$('sign-in').onsubmit = (event) => {
  event.preventDefault();
  secret = $('secret').value;
  sessionStorage.setItem('cardea-load-secret', secret);
};

chooseSpan();
watchRooms().catch(() => table($('rooms'), [], [], 'rooms cannot be seen from here'));
for (let n = 0; ; n++) {
  try {
    drawNow(await ask('/load'));
    if (n % 5 === 0) await Promise.all([past(), worst()]);
    $('sign-in').classList.add('hidden');
    showError();
  } catch (error) {
    $('sign-in').classList.toggle('hidden', !error.secret);
    $('state').textContent = 'no figures';
    showError(error.secret && !secret ? null : error);
  }
  await new Promise((wake) => setTimeout(wake, 1000));
}
