// SPDX-License-Identifier: Apache-2.0
/** Draws FOLDER/network-<scenario>.svg from what run.mjs wrote, prints the tables, and puts them between the marks of PAGE:
 *  node plot.mjs [folder [page]], as in node tests/bench/network/plot.mjs docs/performance docs/performance.md. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = resolve(process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), '../../../docs/performance'));
const WIDTH = 860, LEFT = 60, RIGHT = 20, PANEL = 130, GAP = 34;
const COLORS = { cardea: '#1668b8', janus: '#c2571a' };

/** Differences between samples that follow each other. */
function series(run) {
  const rows = [];
  run.samples.reduce((a, b) => {
    const dt = b.second - a.second;
    if (b.framesDecoded !== undefined && a.framesDecoded !== undefined && dt > 0)
      rows.push({
        second: b.second,
        kbps: ((b.bytesReceived - a.bytesReceived) * 8) / dt / 1000,
        fps: (b.framesDecoded - a.framesDecoded) / dt,
        height: b.framesDecoded > a.framesDecoded ? b.frameHeight ?? 0 : 0,
        rtt: (b.rtt ?? 0) * 1000,
        estimate: (b.bwe?.estimate ?? NaN) / 1000,
        froze: (b.freezeCount ?? 0) > (a.freezeCount ?? 0),
      });
    return b;
  });
  return rows;
}

const capacity = (run) => run.link.map(([at, words]) => [at, Number(/kbit=(\d+)/.exec(words)?.[1] ?? NaN)]).filter(([, v]) => v);

const PANELS = [
  { title: 'received, kbit/s (grey: what the link carries; thin: the estimate of cardea)', value: (r) => r.kbps, capacity: true, thin: (r) => r.estimate },
  { title: 'picture height, pixels (0: none shown in that half second)', value: (r) => r.height, step: true },
  { title: 'round trip, ms', value: (r) => r.rtt },
];

function draw(scenario, runs) {
  const seconds = Math.max(...runs.map((r) => r.samples.at(-1).second));
  const height = PANELS.length * (PANEL + GAP) + 40;
  const x = (s) => LEFT + (s / seconds) * (WIDTH - LEFT - RIGHT);
  const out = [`<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${height}" fill="white"/>`];
  runs.forEach((run, i) => {
    out.push(`<text x="${LEFT + i * 120}" y="16" fill="${COLORS[run.gateway]}" font-weight="bold">${run.gateway}</text>`);
  });
  out.push(`<text x="${LEFT + 260}" y="16" fill="#b00020">| a freeze was counted</text>`);
  PANELS.forEach((panel, n) => {
    const top = 30 + n * (PANEL + GAP) + 14;
    const rows = runs.map(series);
    const most = Math.max(10, ...rows.flat().map(panel.value), ...(panel.capacity ? runs.flatMap((r) => capacity(r).map(([, v]) => v)) : [])) * 1.05;
    const y = (v) => top + PANEL - (v / most) * PANEL;
    out.push(`<text x="${LEFT}" y="${top - 4}" fill="#444">${panel.title}</text>`,
      `<rect x="${LEFT}" y="${top}" width="${WIDTH - LEFT - RIGHT}" height="${PANEL}" fill="none" stroke="#ccc"/>`);
    for (const part of [0, 0.5, 1])
      out.push(`<text x="${LEFT - 6}" y="${y((most / 1.05) * part) + 4}" text-anchor="end" fill="#666">${Math.round((most / 1.05) * part)}</text>`);
    for (let s = 0; s <= seconds; s += 10)
      out.push(`<text x="${x(s)}" y="${top + PANEL + 14}" text-anchor="middle" fill="#666">${s}</text>`);
    if (panel.capacity) {
      const steps = capacity(runs[0]);
      const points = steps.flatMap(([at, v], i) => [[at, v], [steps[i + 1]?.[0] ?? seconds, v]]);
      out.push(`<polyline fill="none" stroke="#999" stroke-width="2" points="${points.map(([a, v]) => `${x(a).toFixed(1)},${y(v).toFixed(1)}`).join(' ')}"/>`);
    }
    runs.forEach((run, i) => {
      const known = rows[i].filter((r) => panel.thin && !Number.isNaN(panel.thin(r)));
      if (known.length)
        out.push(`<polyline fill="none" stroke="${COLORS[run.gateway]}" stroke-width="0.7" stroke-dasharray="2 2" points="${
          known.map((r) => `${x(r.second).toFixed(1)},${y(Math.min(panel.thin(r), most)).toFixed(1)}`).join(' ')}"/>`);
      const points = rows[i].map((r) => `${x(r.second).toFixed(1)},${y(panel.value(r)).toFixed(1)}`);
      out.push(`<polyline fill="none" stroke="${COLORS[run.gateway]}" stroke-width="1.6" points="${points.join(' ')}"/>`);
      if (panel.step)
        rows[i].filter((r) => r.froze).forEach((r) => out.push(
          `<line x1="${x(r.second)}" x2="${x(r.second)}" y1="${top + 4 + i * 12}" y2="${top + 14 + i * 12}" stroke="#b00020" stroke-width="3"/>`,
          `<circle cx="${x(r.second)}" cy="${top + 9 + i * 12}" r="2" fill="${COLORS[run.gateway]}"/>`));
    });
  });
  out.push('</svg>');
  writeFileSync(join(folder, `network-${scenario}.svg`), `${out.join('\n')}\n`);
}

/** The longest freeze that a sample shows, in s. */
function longest(run) {
  let most = 0;
  run.samples.reduce((a, b) => {
    const n = (b.freezeCount ?? 0) - (a.freezeCount ?? 0);
    if (n > 0 && a.framesDecoded > 0) most = Math.max(most, ((b.totalFreezesDuration ?? 0) - (a.totalFreezesDuration ?? 0)) / n);
    return b;
  });
  return most;
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const percentile = (values, p) => [...values].sort((a, b) => a - b)[Math.floor(values.length * p)] ?? 0;

function row(run) {
  const shown = run.samples.filter((s) => s.framesDecoded > 0);
  const first = shown[0], last = run.samples.at(-1), rows = series(run);
  const seconds = last.second - first.second;
  return `| ${run.scenario} | ${run.gateway} | ${last.freezeCount - first.freezeCount} | ${(last.totalFreezesDuration - first.totalFreezesDuration).toFixed(1)} | ${longest(run).toFixed(2)} | `
    + `${((last.framesDecoded - first.framesDecoded) / seconds).toFixed(1)} | ${median(rows.map((r) => r.height))} | `
    + `${(((last.bytesReceived - first.bytesReceived) * 8) / seconds / 1000).toFixed(0)} | ${percentile(rows.map((r) => r.rtt), 0.95).toFixed(0)} | `
    + `${((last.jitterBufferDelay - first.jitterBufferDelay) / (last.jitterBufferEmittedCount - first.jitterBufferEmittedCount) * 1000).toFixed(0)} |`;
}

/** Viewers who came one after the other: the first picture after negotiating, and freezes in their first seconds. */
function joinsRow({ scenario, gateway, visits }) {
  const first = visits.map((v) => v.picture - v.negotiated);
  const sum = (name) => visits.reduce((all, v) => all + v[name], 0);
  return `| ${scenario} | ${gateway} | ${visits.length} | ${median(first).toFixed(0)} | ${Math.max(...first).toFixed(0)} | ${sum('freezeCount')} | ${sum('totalFreezesDuration').toFixed(1)} | `
    + `${(median(visits.map((v) => v.buffer ?? 0)) * 1000).toFixed(0)} |`;
}

const all = readdirSync(folder).filter((f) => /^network-.*-(cardea|janus)\.json$/.test(f)).sort()
  .map((f) => JSON.parse(readFileSync(join(folder, f))));
const runs = all.filter((r) => r.samples), joins = all.filter((r) => r.visits);
const lines = ['| scenario | gateway | freezes | frozen, s | longest, s | frames/s | height, median | kbit/s | round trip p95, ms | jitter buffer, ms |',
  '|---|---|---|---|---|---|---|---|---|---|'];
for (const scenario of new Set(runs.map((r) => r.scenario))) {
  const these = runs.filter((r) => r.scenario === scenario);
  draw(scenario, these);
  lines.push(...these.map(row));
}
if (joins.length)
  lines.push('', '| joins | gateway | viewers | first picture p50, ms | most | freezes | frozen, s | jitter buffer, ms |', '|---|---|---|---|---|---|---|---|', ...joins.map(joinsRow));
console.log(lines.join('\n'));
if (process.argv[3]) { /* between the marks of a page */
  const page = readFileSync(process.argv[3], 'utf8');
  writeFileSync(process.argv[3], page.replace(/(<!-- network: begin -->\n)[^]*(<!-- network: end -->)/, (_, a, b) => `${a}\n${lines.join('\n')}\n\n${b}`));
}
