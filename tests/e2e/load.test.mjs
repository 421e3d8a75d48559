// SPDX-License-Identifier: Apache-2.0
/** The load generator against the gateway: what it reports is what happened. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { Socket } from './lib/client.mjs';
import { Gateway } from './lib/gateway.mjs';
import { eventually, wait } from './lib/wait.mjs';

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

test('rooms under load are measured', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'load-'));
  const g = await Gateway.start();
  t.after(async () => {
    await g.stop();
    rmSync(folder, { recursive: true });
  });
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
});

test('churn, losses, data channels, layers and a ramp do what they say', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'load-'));
  const g = await Gateway.start();
  t.after(async () => {
    await g.stop();
    rmSync(folder, { recursive: true });
  });
  const pid = ['--server', g.ws, '--pid', String(g.process.pid), '--seconds', '2', '--warm-up', '0', '--bitrate', '200000'];
  const measure = async (...options) => {
    await load(...pid, '--json', join(folder, 'r.json'), ...options);
    const report = JSON.parse(readFileSync(join(folder, 'r.json')));
    assert.equal(report.figures.failed_clients, 0);
    return report;
  };

  const churn = await measure('--subscribers', '10', '--churn', '8');
  assert.ok(churn.figures.left >= 10, `${churn.figures.left} left`);
  assert.equal(churn.figures.subscribers, 10);
  assert.equal(churn.join_curve.length, 10);

  const lossy = (await measure('--subscribers', '4', '--loss', '10', '--feedback', 'nack')).figures;
  assert.ok(lossy.repaired > 10, `${lossy.repaired} repaired`);

  const all = (await measure('--subscribers', '8', '--warm-up', '1')).figures;
  const some = (await measure('--subscribers', '8', '--warm-up', '1', '--listen-every', '4')).figures;
  assert.equal(some.silent_subscribers, 0);
  for (const f of [all, some]) assert.ok(f.passed_on_percent > 90 && f.passed_on_percent < 110, `${f.passed_on_percent} % passed on`);
  assert.ok(some.packets_per_s > 0 && some.packets_per_s < all.packets_per_s / 2, `${some.packets_per_s} of ${all.packets_per_s}`);
  assert.ok(all.cpu_us_per_packet > 0 && !('cpu_us_per_packet' in some));

  const data = (await measure('--subscribers', '5', '--no-media', '--messages', '40', '--warm-up', '2')).figures;
  assert.equal(data.messages_lost, 0);
  assert.ok(data.messages_per_s > 3.5 * data.messages_sent_per_s && data.messages_sent_per_s > 10, `${data.messages_per_s} messages/s`);
  assert.ok(data.message_p50_ms > 0 && data.message_p50_ms <= data.message_p99_ms);
  assert.equal(data.packets_per_s, 0);

  const layers = (await measure('--subscribers', '2', '--simulcast', '--bitrate', '700000')).figures;
  assert.equal(layers.silent_subscribers, 0);
  assert.ok(layers.mbit_per_s > 0.6, `${layers.mbit_per_s} Mbit/s: the best layer has 0.4 for each`);

  const ramp = await measure('--subscribers', '2', '--ramp', '3', '--ramp-rooms', '--ramp-most', '5', '--ramp-p99', '10000',
    '--ramp-loss', '100');
  assert.deepEqual(ramp.ramp.map((s) => s.subscribers), [5]);
  assert.equal(ramp.figures.ramp_held, 5);
});

test('a picture that is stopped for a while pauses: nothing of its stream jumps', async () => {
  const g = await Gateway.start();
  try {
    const report = load('--server', g.ws, '--subscribers', '3', '--bitrate', '200000', '--seconds', '7', '--warm-up', '0');
    const s = await Socket.open(g.ws);
    const session_id = (await s.ask({ janus: 'create' })).data.id;
    const handle_id = (await s.ask({ janus: 'attach', session_id, plugin: 'janus.plugin.videoroom' })).data.id;
    const ask = async (body) => (await s.ask({ janus: 'message', session_id, handle_id, body })).plugindata.data;
    let room, id;
    await eventually('a publisher', async () => {
      room = (await ask({ request: 'list' })).list.find((r) => r.num_participants)?.room;
      id = room && (await ask({ request: 'listparticipants', room })).participants[0]?.id;
      return id;
    });
    await eventually('all four calls', async () => /^cardea_peer_connections 4$/m.test(await (await fetch(`${g.pages}/metrics`)).text()));
    await wait(1500);
    await ask({ request: 'moderate', room, id, mid: '1', mute: true });
    await wait(2600);
    await ask({ request: 'moderate', room, id, mid: '1', mute: false });
    const text = await report, figure = (name) => Number(text.match(new RegExp(`^${name} +(\\S+)`, 'm'))[1]);
    assert.equal(figure('jumps'), 0, text);
    assert.ok(figure('pauses') >= 3, text);
    s.close();
  } finally {
    await g.stop();
  }
});
