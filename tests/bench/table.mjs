// SPDX-License-Identifier: Apache-2.0
/**
 * Medians (least to most) of all rounds in a folder as Markdown tables, and its curves as pictures beside the raw files:
 * node tests/bench/table.mjs docs/performance [docs/performance.md]. With a document, what stands between its marks is replaced.
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, document] = process.argv.slice(2);
const rows = new Map(); // "scenario | server" -> figures of each round
const curves = new Map(); // scenario and server -> the join curve of each round
const limits = []; // over loopback
const wires = []; // over a cable
const handshakes = [];
for (const file of readdirSync(folder).filter((f) => f.endsWith('.json'))) {
  const [, scenario, who] = file.match(/^(.*)-(cardea2?|janus|machine|wire|handshake)-\d+\.json$/) ?? [];
  if (!scenario) continue;
  const content = JSON.parse(readFileSync(join(folder, file)));
  const key = `${scenario} | ${who}`;
  if (who === 'machine') limits.push(content);
  else if (who === 'wire') wires.push(content);
  else if (who === 'handshake') handshakes.push(content);
  else rows.set(key, [...(rows.get(key) ?? []), content.figures]);
  if (/^(watch|meet)/.test(scenario) && content.join_curve?.length) curves.set(key, [...(curves.get(key) ?? []), content.join_curve]);
}

const sorted = (list) => list.filter((x) => x !== undefined).sort((a, b) => a - b);
const middle = (list) => { const s = sorted(list); return s[Math.floor(s.length / 2)]; };
const show = (list, digits = 2) => {
  const s = sorted(list);
  if (!s.length) return '';
  const [least, median, most] = [s[0], middle(s), s.at(-1)].map((x) => x.toFixed(digits));
  return s.length > 1 && least !== most ? `${median} (${least}–${most})` : median;
};
const of = (scenario, who, key) => (rows.get(`${scenario} | ${who}`) ?? []).map((f) => f[key]);
const out = [];
const table = (head, lines) => out.push(`| ${head.join(' | ')} |`, `|${head.map(() => '---|').join('')}`,
  ...lines.map((l) => `| ${l.join(' | ')} |`), '');

// --- what is to be reached

const limit = (list, key) => list.map((l) => l[key]);
/** Subscribers whose 230 packets a second would fill a processor that does nothing else. */
const carried = (list, key) => (list.length ? String(Math.round(1e6 / middle(limit(list, key)) / 230)) : '');
const both = (scenario, key, digits) => [show(of(scenario, 'cardea', key), digits), show(of(scenario, 'janus', key), digits)];
const times = (a, b) => (middle(a) && middle(b) ? [middle(a) / middle(b)] : []);
const split = times(of('workers-10x30', 'cardea', 'cpu_us_per_packet'), of('workers-10x30', 'cardea2', 'cpu_us_per_packet'));
const growth = times(of('curve-2000', 'cardea', 'cpu_us_per_packet'), of('curve-10', 'cardea', 'cpu_us_per_packet'));
table(['', 'must reach', 'aim', 'Cardea', 'janus', 'limit here'], [
  ['CPU µs a packet, 1 × 100, over a cable', '2.0', '1.3', ...both('wire-100', 'cpu_us_per_packet'), show(limit(wires, 'gcm_stream'))],
  ['… cards that do not cut runs', '', '', ...both('wire-100-cut', 'cpu_us_per_packet'), ''],
  ['… over loopback, the kernel’s receiving included', '', '', ...both('fanout-100', 'cpu_us_per_packet'), show(limit(limits, 'gcm_stream'))],
  ['… over loopback, receivers take whole runs', '', '', ...both('fanout-100-gro', 'cpu_us_per_packet'), show(limit(limits, 'gcm_stream_gro'))],
  ['20 rooms of 3, over a cable', '2.5', '1.6', ...both('wire-rooms-20x3', 'cpu_us_per_packet'), show(limit(wires, 'gcm_rooms'))],
  ['… over loopback', '', '', ...both('rooms-20x3', 'cpu_us_per_packet'), show(limit(limits, 'gcm_rooms'))],
  ['1 × 100 with AES-CM, over a cable', '3.0', '1.6', ...both('wire-100-aes-cm', 'cpu_us_per_packet'), show(limit(wires, 'cm_stream'))],
  ['… over loopback', '', '', ...both('fanout-100-aes-cm', 'cpu_us_per_packet'), show(limit(limits, 'cm_stream'))],
  ['subscribers on one worker, over a cable', '2500', '4000', ...both('wire-capacity', 'ramp_held', 0), carried(wires, 'gcm_stream')],
  ['… over loopback, receivers take whole runs', '', '', ...both('capacity', 'ramp_held', 0), carried(limits, 'gcm_stream_gro')],
  ['latency p50 of 100, ms, over a cable', '0.3', '0.15', ...both('wire-100', 'latency_p50_ms'), show(limit(wires, 'gcm_stream_p50_ms'))],
  ['… over loopback', '', '', ...both('fanout-100', 'latency_p50_ms'), show(limit(limits, 'gcm_stream_p50_ms'))],
  ['latency p99 of 100, ms, over a cable', '2', '1', ...both('wire-100', 'latency_p99_ms'), show(limit(wires, 'gcm_stream_p99_ms'))],
  ['… over loopback', '', '', ...both('fanout-100', 'latency_p99_ms'), show(limit(limits, 'gcm_stream_p99_ms'))],
  ['KiB a subscriber', '48', '24', ...both('wire-100', 'kib_per_subscriber', 0), ''],
  ['CPU ms a join', '1.2', '0.9', ...both('set-up-200', 'join_cpu_ms'), ''],
  ['… its DTLS handshake; the limit: OpenSSL with nothing around', '', '', show(limit(handshakes, 'cardea')), '', show(limit(handshakes, 'openssl'))],
  ['KiB an idle session', '4', '2', ...both('idle-2000', 'kib_per_idle_session', 1), ''],
  ['descriptors a subscriber, beside its WebSocket', '0', '0',
    ...['cardea', 'janus'].map((who) => show(of('fanout-100', who, 'fds_per_subscriber').map((n) => Math.max(0, n - 1.01)), 1)), ''],
  ['two workers against one: what a packet costs then', '1.8 ×', '1.95 ×', split.length ? `${(2 * split[0]).toFixed(2)} ×` : '', '', '2.0 ×'],
  ['cost a packet, 2000 subscribers against 10', '1.25 ×', '< 1 ×', growth.length ? `${growth[0].toFixed(2)} ×` : '', '', ''],
  ['data messages of 1 KiB, one to 50, a second and processor: 1000 come in a second, over a cable', '3 × janus', '5 ×', ...both('wire-data-1x50-fast', 'messages_per_core', 0), ''],
  ['… 200 come in a second', '', '', ...both('wire-data-1x50', 'messages_per_core', 0), ''],
  ['… 200, over loopback', '', '', ...both('data-1x50', 'messages_per_core', 0), ''],
]);

// --- all of it

const columns = [
  ['CPU µs/packet', 'cpu_us_per_packet', 2], ['user', 'user_us_per_packet', 2], ['system', 'system_us_per_packet', 2],
  ['p50 ms', 'latency_p50_ms', 2], ['p99 ms', 'latency_p99_ms', 1], ['lost %', 'lost_percent', 2],
  ['KiB/subscriber', 'kib_per_subscriber', 0], ['join CPU ms', 'join_cpu_ms', 2], ['leave CPU ms', 'leave_cpu_ms', 2],
  ['joins/s', 'joins_per_s', 0], ['generator %', 'generator_cpu_percent', 0],
];
table(['scenario', 'server', ...columns.map((c) => c[0])],
  [...rows].filter(([key]) => !/^(idle|(wire-)?data)/.test(key)).sort().map(([key, runs]) => [key, ...columns.map(([, k, d]) => show(runs.map((r) => r[k]), d))]));

const runs = [1, 2, 3, 6, 10, 40];
for (const [way, list] of [['loopback', limits], ['a cable', wires]])
  if (list.length)
    table([`the machine's limit over ${way}, µs a packet, runs of`, ...runs],
      [['copy and send', 'plain_'], [`seal (${list[0].sealer}, AES-128-GCM) and send`, 'gcm_']]
        .map(([title, prefix]) => [title, ...runs.map((n) => show(limit(list, prefix + n)))]));

// --- curves

const svg = (name, xTitle, yTitle, lines) => {
  const [w, h, x0, y0] = [640, 240, 50, 200];
  const points = lines.flatMap((l) => l.points);
  const [mx, my] = [Math.max(...points.map((p) => p[0])), Math.max(...points.map((p) => p[1])) * 1.1];
  const at = ([x, y]) => `${(x0 + x / mx * (w - x0 - 20)).toFixed(1)},${(y0 - y / my * (y0 - 15)).toFixed(1)}`;
  const colours = ['#2a7de1', '#e1742a', '#2aa55b', '#8a4fd0'];
  writeFileSync(join(folder, name), `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${w} ${h}" font-family="sans-serif" font-size="11">
<rect width="${w}" height="${h}" fill="#fff"/><path d="M${x0} 10V${y0}H${w - 20}" fill="none" stroke="#888"/>
<text x="${x0 - 4}" y="18" text-anchor="end">${my.toPrecision(2)}</text><text x="${x0 - 4}" y="${y0}" text-anchor="end">0</text>
<text x="${w - 20}" y="${y0 + 14}" text-anchor="end">${mx}</text><text x="${(w + x0) / 2}" y="${y0 + 14}" text-anchor="middle">${xTitle}</text>
<text x="${x0 + 6}" y="18">${yTitle}</text>
${lines.map((l, i) => `<polyline points="${l.points.map(at).join(' ')}" fill="none" stroke="${colours[i % 4]}" stroke-width="2"/>
<text x="${x0 + 150 * i}" y="${h - 8}" fill="${colours[i % 4]}">${l.name}</text>`).join('\n')}
</svg>
`);
  out.push(`![${yTitle}](performance/${name})`, '');
};

const steps = [10, 100, 500, 1000, 2000].filter((n) => of(`curve-${n}`, 'cardea', 'cpu_us_per_packet').length);
if (steps.length > 1) {
  table(['subscribers', ...steps], [['CPU µs a packet', ...steps.map((n) => show(of(`curve-${n}`, 'cardea', 'cpu_us_per_packet')))]]);
  svg('cost.svg', 'subscribers', 'CPU µs a packet',
    [{ name: 'cardea', points: steps.map((n) => [n, middle(of(`curve-${n}`, 'cardea', 'cpu_us_per_packet'))]) }]);
}
if (curves.size) {
  const tenths = [...Array(10).keys()];
  const at = (runs, i) => runs.map((c) => c[i]?.[2]);
  table(['server CPU ms a join, by tenths of all', ...tenths.map((i) => i + 1)],
    [...curves].sort().map(([key, runs]) => [key.replace(' | ', ', '), ...tenths.map((i) => middle(at(runs, i))?.toFixed(2) ?? '')]));
  svg('joins.svg', 'there already, % of all', 'server CPU ms a join', [...curves].sort().map(([key, runs]) =>
    ({ name: key.replace(' | ', ', '), points: tenths.map((i) => [i * 10 + 5, middle(at(runs, i)) ?? 0]) })));
}

if (document) {
  const text = readFileSync(document, 'utf8');
  const marks = /(<!-- figures: begin -->\n)[\s\S]*(<!-- figures: end -->)/;
  if (!marks.test(text)) throw new Error(`${document} has no marks for figures`);
  writeFileSync(document, text.replace(marks, (_, begin, end) => `${begin}\n${out.join('\n')}\n${end}`));
} else {
  console.log(out.join('\n'));
}
