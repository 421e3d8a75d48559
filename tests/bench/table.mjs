// SPDX-License-Identifier: Apache-2.0
/** Medians (least to most) of all rounds in a folder as Markdown tables: node tests/bench/table.mjs docs/performance */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2];
const rows = new Map();
const limits = [];
for (const file of readdirSync(folder).filter((f) => f.endsWith('.json'))) {
  const [, scenario, who] = file.match(/^(.*)-(cardea|janus|machine)-\d+\.json$/) ?? [];
  if (!scenario) continue;
  const content = JSON.parse(readFileSync(join(folder, file)));
  if (who === 'machine') limits.push(content);
  else rows.set(`${scenario} | ${who}`, [...(rows.get(`${scenario} | ${who}`) ?? []), content.figures]);
}
const sorted = (list) => list.filter((x) => x !== undefined).sort((a, b) => a - b);
const show = (list, digits) => {
  const s = sorted(list);
  if (!s.length) return '';
  const [least, middle, most] = [s[0], s[Math.floor(s.length / 2)], s.at(-1)].map((x) => x.toFixed(digits));
  return s.length > 1 && least !== most ? `${middle} (${least}–${most})` : middle;
};
const columns = [
  ['CPU µs/packet', 'cpu_us_per_packet', 2], ['user', 'user_us_per_packet', 2], ['system', 'system_us_per_packet', 2],
  ['p50 ms', 'latency_p50_ms', 2], ['p99 ms', 'latency_p99_ms', 1], ['lost %', 'lost_percent', 2],
  ['KiB/subscriber', 'kib_per_subscriber', 0], ['join CPU ms', 'join_cpu_ms', 2], ['joins/s', 'joins_per_s', 0],
  ['KiB/idle session', 'kib_per_idle_session', 1], ['generator %', 'generator_cpu_percent', 0],
];
console.log(`| scenario | server | ${columns.map((c) => c[0]).join(' | ')} |`);
console.log(`|---|---|${columns.map(() => '---|').join('')}`);
for (const [key, runs] of [...rows].sort())
  console.log(`| ${key} | ${columns.map(([, k, d]) => show(runs.map((r) => r[k]), d)).join(' | ')} |`);
if (limits.length) {
  const runs = [1, 2, 3, 6, 10, 40];
  console.log(`\n| the machine's limit, µs a packet, runs of | ${runs.join(' | ')} |\n|---|${runs.map(() => '---|').join('')}`);
  for (const [title, prefix] of [['copy and send', 'plain_'], [`seal (${limits[0].sealer}, AES-128-GCM) and send`, 'gcm_']])
    console.log(`| ${title} | ${runs.map((n) => show(limits.map((l) => l[prefix + n]), 2)).join(' | ')} |`);
}
