// SPDX-License-Identifier: Apache-2.0
/** The load generator against the gateway: what it reports is what happened. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { Gateway } from './lib/gateway.mjs';

const program = `${process.env.CARDEA_BUILD}/cardea-load`;
const load = async (...options) => (await promisify(execFile)(program, ['--quiet', ...options])).stdout;
const scenario = `# two rooms, everybody sees the others
rooms = 2
publishers = 2
all
bitrate = 300000
seconds = 2
warm-up = 1
open-every = 1
`;

test('rooms under load are measured', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'load-'));
  const g = await Gateway.start();
  const file = (name) => join(folder, name);
  writeFileSync(file('scenario'), scenario);
  for (const codec of ['vp8', 'vp9', 'h264', 'av1']) {
    await load('--server', g.ws, '--scenario', file('scenario'), '--codec', codec, '--pid', String(g.process.pid),
      '--json', file('r.json'), '--html', file('r.html'));
    const { figures: f, options, samples } = JSON.parse(readFileSync(file('r.json')));
    assert.equal(options.codec, codec);
    assert.equal(f.failed_clients, 0);
    assert.equal(f.publishers, 4);
    assert.equal(f.subscribers, 4);
    assert.equal(f.silent_subscribers, 0);
    assert.equal(f.unreadable, 0);
    assert.ok(f.packets_per_s > 4 * 60, `${codec}: ${f.packets_per_s} packets/s`);
    assert.ok(f.latency_p50_ms > 0 && f.latency_p50_ms <= f.latency_p99_ms);
    assert.ok(f.first_frame_p50_ms >= f.join_p50_ms && f.join_p50_ms > 0);
    assert.ok(samples.length > 0);
    assert.match(readFileSync(file('r.html'), 'utf8'), /<polyline/);
  }
  const idle = await load('--server', g.ws, '--rooms', '0', '--idle', '100', '--seconds', '1', '--pid', String(g.process.pid));
  assert.match(idle, /idle_sessions +100\n/);
  await assert.rejects(load('--server', 'ws://127.0.0.1:1', '--seconds', '1'), /1 clients failed|failed, the first one/);
  await assert.rejects(load('--codec', 'h266'), /one of vp8/);
  await g.stop();
  rmSync(folder, { recursive: true });
});
