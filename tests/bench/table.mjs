// SPDX-License-Identifier: Apache-2.0
/** Medians of all rounds in a folder as a Markdown table: node tests/bench/table.mjs docs/performance */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2];
const rows = new Map();
for (const file of readdirSync(folder).filter((f) => f.endsWith('.json'))) {
  const [, scenario, who] = file.match(/^(.*)-(cardea|janus)-\d+\.json$/) ?? [];
  if (!scenario) continue;
  const key = `${scenario} | ${who}`;
  rows.set(key, [...(rows.get(key) ?? []), JSON.parse(readFileSync(join(folder, file)))]);
}
const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const columns = [
  ['CPU µs/packet', 'cpu_us_per_packet', 2], ['user', 'user_us_per_packet', 2], ['system', 'system_us_per_packet', 2],
  ['server CPU %', 'server_cpu_percent', 1], ['p50 ms', 'latency_p50_ms', 2], ['p99 ms', 'latency_p99_ms', 2], ['lost', 'lost', 0],
  ['set-up CPU ms', 'setup_cpu_ms_per_subscriber', 2], ['KiB/subscriber', 'kib_per_subscriber', 0],
  ['generator CPU %', 'generator_cpu_percent', 0],
];
console.log(`| scenario | server | rounds | ${columns.map((c) => c[0]).join(' | ')} |`);
console.log(`|---|---|---|${columns.map(() => '---|').join('')}`);
for (const [key, runs] of [...rows].sort())
  console.log(`| ${key} | ${runs.length} | ${columns.map(([, k, d]) => median(runs.map((r) => r[k])).toFixed(d)).join(' | ')} |`);
