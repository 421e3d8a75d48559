// SPDX-License-Identifier: Apache-2.0
/**
 * Everything at once on two workers: rooms that spill over, data channels, long polls, sockets, the operator's requests,
 * then recordings, churn, and a successor.
 * Quick with any build; with one for the thread sanitizer (./check makes it) a data race makes the process fail at its end.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Socket, post } from './lib/client.mjs';
import { BUILD, Gateway } from './lib/gateway.mjs';
import { connect, weriftPeer } from './lib/werift.mjs';
import { wait } from './lib/wait.mjs';

let gateway;
before(async () => {
  gateway = await Gateway.start({
    workers: 2,
    media: { peers_per_worker: 3 },
    // GLib's slices go from thread to thread unseen by the sanitizer, as GLib is not built with it
    env: { TSAN_OPTIONS: `second_deadlock_stack=1:suppressions=${new URL('./tsan.supp', import.meta.url).pathname}`, G_SLICE: 'always-malloc' },
  });
});
after(() => gateway?.stop());

/** Publishers and subscribers; resolves with what it printed. */
function load(...args) {
  const child = spawn(join(BUILD, 'cardea-load'), ['--server', gateway.ws, '--quiet', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (text += piece));
  return new Promise((done) => child.on('exit', (code) => done({ code, text })));
}

/** The echo test over a socket, with a data channel; resolves when `n` texts have come back. */
async function echo(n) {
  const s = await Socket.open(gateway.ws);
  const session_id = (await s.ask({ janus: 'create' })).data.id;
  const handle_id = (await s.ask({ janus: 'attach', session_id, plugin: 'janus.plugin.echotest' })).data.id;
  const pc = weriftPeer();
  const channel = pc.createDataChannel('threads');
  const heard = [];
  channel.onMessage.subscribe((m) => heard.push(String(m)));
  await connect(pc, (jsep) => s.ask({ janus: 'message', session_id, handle_id, body: {}, jsep }), () => s.next((m) => m.jsep, 20000));
  for (let i = 0; i < 200 && channel.readyState !== 'open'; i++) await wait(100);
  assert.equal(channel.readyState, 'open');
  for (let i = 0; i < n; i++) channel.send(`text ${i}`);
  for (let i = 0; i < 200 && heard.length < n; i++) await wait(100);
  assert.equal(heard.length, n);
  await pc.close();
  await s.ask({ janus: 'destroy', session_id });
  s.close();
}

/** What an operator and a scraper do, again and again until told to stop. */
async function operate(state) {
  const ask = (request) => post(gateway.admin, { transaction: 'a', admin_secret: 'e2e-admin', ...request });
  let infos = 0;
  for (let i = 0; !state.over; i++) {
    const { sessions } = (await ask({ janus: 'list_sessions' })).json;
    for (const session_id of sessions) {
      const { handles } = (await ask({ janus: 'list_handles', session_id })).json;
      for (const handle_id of handles ?? []) {
        const { json } = await ask({ janus: 'handle_info', session_id, handle_id });
        if (json.info?.webrtc) infos++;
      }
    }
    await ask({ janus: 'set_min_nack_queue', min_nack_queue: 200 + (i % 2) });
    await ask({ janus: 'set_log_level', level: i % 2 ? 4 : 5 });
    assert.match(await (await fetch(`${gateway.pages}/metrics`)).text(), /cardea_packets_forwarded_total/);
    if (i % 4 === 1) gateway.process.kill('SIGHUP');
    await wait(100);
  }
  return infos;
}

/** A session over HTTP: requests, and a long poll that is always there. */
async function polls(state) {
  const T = { transaction: 'p' };
  const { id } = (await post(gateway.http, { janus: 'create', ...T })).json.data;
  let polled = 0;
  const poll = async () => {
    while (!state.over) polled += (await (await fetch(`${gateway.http}/${id}?maxev=5`)).json()).length;
  };
  const polling = poll();
  while (!state.over) {
    const handle = (await post(`${gateway.http}/${id}`, { janus: 'attach', plugin: 'janus.plugin.echotest', ...T })).json.data.id;
    await post(`${gateway.http}/${id}/${handle}`, { janus: 'message', body: { audio: true }, ...T });
    await post(`${gateway.http}/${id}/${handle}`, { janus: 'detach', ...T });
    await wait(50);
  }
  await post(`${gateway.http}/${id}`, { janus: 'destroy', ...T });
  await polling;
  return polled;
}

test('many threads, one call', { timeout: 120_000 }, async () => {
  const state = { over: false };
  const operator = operate(state);
  const poller = polls(state);
  const figures = load('--rooms=1', '--publishers=2', '--subscribers=4', '--bitrate=400000', '--seconds=4');
  await Promise.all([echo(20), echo(20)]);
  const { code, text } = await figures;
  state.over = true;
  assert.equal(code, 0, text);
  assert.ok((await poller) > 0, 'events came by long polls');
  assert.ok((await operator) > 0, 'handle_info told of a PeerConnection');
  const metrics = await (await fetch(`${gateway.pages}/metrics`)).text();
  const forwarded = [...metrics.matchAll(/cardea_packets_forwarded_total\{worker="\d"\} (\d+)/g)].map((m) => Number(m[1]));
  assert.ok(forwarded.length === 2 && forwarded.every((n) => n > 0), `both workers forwarded: ${forwarded}`);
});

/** Every room that there is is recorded, as soon as it is there; resolves with how many of them, when told to stop. */
async function record(state) {
  const s = await Socket.open(gateway.ws);
  const session_id = (await s.ask({ janus: 'create' })).data.id;
  const handle_id = (await s.ask({ janus: 'attach', session_id, plugin: 'janus.plugin.videoroom' })).data.id;
  const ask = async (body) => (await s.ask({ janus: 'message', session_id, handle_id, body })).plugindata.data;
  const recorded = new Set();
  while (!state.over) {
    for (const { room, num_participants: n } of (await ask({ request: 'list' })).list)
      if (n && !recorded.has(room) && (await ask({ request: 'enable_recording', room, record: true })).record) recorded.add(room);
    await wait(100);
  }
  await s.ask({ janus: 'destroy', session_id });
  s.close();
  return recorded.size;
}

test('churn, data and recordings, while a new process takes over', { timeout: 120_000 }, async () => {
  const state = { over: false };
  const old = gateway;
  const recorder = record(state);
  const calls = load('--rooms=1', '--publishers=2', '--subscribers=4', '--bitrate=200000', '--messages=20', '--churn=3', '--seconds=6');
  await wait(4000);
  gateway = await old.takeOver();
  state.over = true;
  assert.ok((await recorder) > 0, 'something was recorded');
  const { code, text } = await calls;
  assert.equal(code, 0, text);
  const churned = Number(text.match(/^left +(\d+)/m)?.[1]);
  assert.ok(churned > 5, text);
  const { signal, code: end } = await Promise.race([old.exited, wait(30000).then(() => ({ signal: 'it did not end' }))]);
  assert.deepEqual([signal, end], [null, 0], old.log.slice(-8000));
  assert.ok(readdirSync(gateway.recordings).length > 0, 'and files are there');
});
