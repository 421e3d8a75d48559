// SPDX-License-Identifier: Apache-2.0
/** What goes wrong around a gateway: clients that do not read or vanish, too little time, a clock that jumps, plugins that stall. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import WebSocket from 'ws';
import { post, Socket } from './lib/client.mjs';
import { BUILD, Gateway, SOURCE } from './lib/gateway.mjs';
import { eventually, wait, within } from './lib/wait.mjs';

const run = (program, ...args) => execFileSync(program, args, { stdio: 'pipe' }).toString();
const root = process.getuid() === 0;
const asAdmin = async (g, request) => (await post(`http://127.0.0.1:${g.adminPort}/admin`, { transaction: 'a', admin_secret: 'e2e-admin', ...request })).json;
const sessions = async (g) => (await asAdmin(g, { janus: 'list_sessions' })).sessions;
const sockets = async (g) => (await asAdmin(g, { janus: 'query_transport', transport: 'cardea.transport.websockets', request: { request: 'connections' } })).response;

/** cardea-load; `over` resolves with its exit code, what it printed and its figures. */
function load(g, ...args) {
  const child = spawn(join(BUILD, 'cardea-load'), ['--server', g.ws, '--quiet', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (text += piece));
  const figure = (name) => Number(text.match(new RegExp(`^${name} +(\\S+)`, 'm'))?.[1]);
  return { child, over: new Promise((done) => child.on('exit', (code) => done({ code, text, figure }))) };
}

test('a WebSocket that is not read: its queue has a bound, then it is closed, and nobody else notices', async () => {
  const g = await Gateway.start({ limits: { requests_per_session: 0, requests_per_address: 0 }, wsGeneral: { queue_bytes: 262144 } });
  try {
    const other = await Socket.open(g.ws);
    const blocked = new WebSocket(g.ws, 'janus-protocol');
    await within('the WebSocket', new Promise((done, fail) => blocked.on('open', done).on('error', fail)));
    blocked.send(JSON.stringify({ janus: 'create', transaction: 'c' }));
    await within('its session', new Promise((done) => blocked.once('message', done)));
    blocked._socket.pause();
    assert.equal((await sessions(g)).length, 1);
    for (let i = 0; i < 100 && !(await sockets(g)).overflows; i++) {
      for (let k = 0; k < 200; k++) blocked.send(JSON.stringify({ janus: 'info', transaction: 'i' }));
      assert.equal((await within('an answer for somebody else', other.ask({ janus: 'info' }), 5000)).janus, 'server_info');
    }
    assert.equal((await sockets(g)).overflows, 1);
    await eventually('that the other one is left', async () => (await sockets(g)).connections === 1);
    await eventually('the end of the session', async () => !(await sessions(g)).length);
    blocked.terminate();
    other.close();
  } finally {
    await g.stop();
  }
});

/** A host of its own behind a link that can be cut. */
function host() {
  const n = process.pid % 10000;
  const [ns, dev, x] = [`faults${n}`, `fl${n}`, 100 + (n % 100)];
  const cut = () => { try { run('ip', 'link', 'del', dev); } catch { /* it is cut */ } };
  const remove = () => { cut(); try { run('ip', 'netns', 'del', ns); } catch { /* was not there */ } };
  try {
    run('ip', 'netns', 'add', ns);
    run('ip', 'link', 'add', dev, 'type', 'veth', 'peer', 'name', 'us', 'netns', ns);
    run('ip', 'addr', 'add', `198.18.${x}.1/24`, 'dev', dev);
    run('ip', 'link', 'set', dev, 'up');
    run('ip', '-n', ns, 'addr', 'add', `198.18.${x}.2/24`, 'dev', 'us');
    run('ip', '-n', ns, 'link', 'set', 'us', 'up');
    run('ip', '-n', ns, 'route', 'add', 'default', 'via', `198.18.${x}.1`); // to all addresses of the gateway's host
  } catch (e) {
    remove();
    throw e;
  }
  return { ns, gateway: `198.18.${x}.1`, drop: () => run('ip', 'link', 'set', dev, 'down'), remove };
}

test('clients that vanish behind a link: their sessions, calls and sockets end by themselves', { skip: !root && 'network namespaces need root' }, async () => {
  const far = host();
  const timing = { general: { reclaim_session_timeout: 1, metrics_acl: '*' }, wsGeneral: { pingpong_trigger: 1, pingpong_timeout: 2 } };
  const g = await Gateway.start({ ...timing, host: far.gateway }).catch((e) => { far.remove(); throw e; });
  const files = () => readdirSync(`/proc/${g.process.pid}/fd`).length;
  let child;
  try {
    const [before, gauge] = [files(), async (name) => Number((await (await fetch(`${g.pages}/metrics`)).text()).match(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\d+)`, 'm'))?.[1])];
    child = spawn('ip', ['netns', 'exec', far.ns, join(BUILD, 'cardea-load'), '--server', g.ws, '--quiet', '--rooms=1', '--publishers=1', '--subscribers=5', '--seconds=60'], { stdio: 'ignore' });
    await eventually('six calls', async () => (await gauge('cardea_peer_connections')) >= 6);
    assert.ok((await sessions(g)).length >= 1);
    far.drop();
    await eventually('nobody is left', async () => !(await sessions(g)).length, 40000);
    await eventually('their sockets are closed', async () => !(await sockets(g)).connections, 40000);
    await eventually('their PeerConnections are gone', async () => (await gauge('cardea_peer_connections')) === 0, 40000);
    await eventually('their descriptors are free', () => files() <= before + 3); // our own requests keep theirs open
  } finally {
    child?.kill('SIGKILL');
    await g.stop();
    far.remove();
  }
});

/** More work than the worker has time for: of so many milliseconds the process gets a part. */
function starve(pid, every, part) {
  let over = false;
  const starving = (async () => {
    while (!over) {
      process.kill(pid, 'SIGSTOP');
      await wait(every * (1 - part));
      process.kill(pid, 'SIGCONT');
      await wait(every * part);
    }
  })();
  return { end: async () => { over = true; await starving; } };
}

test('a worker without time: the newest work is refused, calls go on, and later there is room again', async () => {
  const g = await Gateway.start({ loadreport: { general: { refuse_above: 90 }, limits: { machine: false, lag_ms: 60 } } });
  const create = () => post(g.http, { janus: 'create', transaction: 't' });
  const refused = async (want) => { const { json } = await create(); return (json.error?.code === 472) === want && json; };
  try {
    const call = load(g, '--rooms=1', '--publishers=1', '--subscribers=4', '--bitrate=300000', '--seconds=8', '--warm-up=1');
    await eventually('the call', async () => (await sessions(g)).length > 0);
    await wait(1000);
    const starved = starve(g.process.pid, 200, 0.1);
    let reply;
    try {
      reply = await eventually('a refusal', () => refused(true));
    } finally {
      await starved.end();
    }
    assert.match(reply.error.reason, /full \(lag\)/);
    await eventually('room again', () => refused(false));
    const { code, text, figure } = await call.over;
    assert.equal(code, 0, text);
    assert.equal(figure('failed_clients'), 0);
    assert.equal(figure('silent_subscribers'), 0, 'everybody still hears');
    assert.ok(figure('lost_percent') < 1, text);
  } finally {
    await g.stop();
  }
});

test('a worker that cannot send everything: sound goes on whole, video becomes less and comes back', async () => {
  const g = await Gateway.start({ general: { workers: 1, metrics_acl: '*' } });
  const metric = async (name) => Number((await (await fetch(`${g.pages}/metrics`)).text()).match(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)`, 'm'))[1]);
  let starved;
  try {
    const call = load(g, '--rooms=1', '--publishers=1', '--subscribers=40', '--feedback=nack', '--simulcast', '--bitrate=3500000', '--seconds=20', '--warm-up=1');
    await eventually('the call', async () => (await metric('cardea_peer_connections')) === 41);
    await wait(2500);
    const noticed = () => /worker 0 is overloaded: it sends less video, sound goes on/.test(g.log);
    let part = 0.5;
    while (part > 0.01 && !noticed()) { // until it cannot, on any machine; who has so little time is not asked much
      await starved?.end();
      starved = starve(g.process.pid, 160, (part /= 2));
      for (let i = 0; i < 8 && !noticed(); i++) await wait(200);
    }
    await starved.end();
    assert.ok(noticed(), 'a line in the log');
    const { json } = await post(g.http, { janus: 'create', transaction: 't' });
    assert.equal(json.error?.code, 472);
    assert.match(json.error.reason, /overloaded/);
    assert.ok((await metric('cardea_shed_video_ratio')) > 0, 'not all of its video is sent');
    assert.ok((await metric('cardea_overloads_total')) >= 1);
    starved = starve(g.process.pid, 160, part);
    await wait(3000);
    await starved.end();
    starved = null;
    await eventually('all of it again', async () => (await metric('cardea_shed_video_ratio')) === 0, 20000);
    await eventually('a line about that', () => /worker 0 keeps up again and sends all video, after \d+ s/.test(g.log));
    const { code, text, figure } = await call.over;
    assert.equal(code, 0, text);
    assert.equal(figure('silent_subscribers'), 0);
    assert.ok(figure('sound_lost_percent') < 0.5, text);
    assert.ok(figure('sound_per_s') > 40 * 48, text);
    assert.equal((await post(g.http, { janus: 'create', transaction: 't' })).json.janus, 'success', 'newcomers are welcome again');
  } finally {
    await starved?.end();
    await g.stop();
  }
});

/** What stands in native/NAME.c as a shared object in a folder of its own. */
function build(name, ...flags) {
  const folder = mkdtempSync(join(tmpdir(), `cardea-${name}-`));
  const file = join(folder, `${name}.so`);
  run('cc', '-shared', '-fPIC', '-O1', ...flags, '-o', file, join(SOURCE, 'tests/e2e/native', `${name}.c`));
  return { folder, file, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

test('a plugin that does not return has a name in the log, in a request and in its timer', async () => {
  const plugin = build('stalls', `-I${join(BUILD, 'include')}`);
  const g = await Gateway.start({ general: { plugins_folder: plugin.folder } });
  try {
    const s = await Socket.open(g.ws);
    const session_id = (await s.ask({ janus: 'create' })).data.id;
    const handle_id = (await s.ask({ janus: 'attach', session_id, plugin: 'cardea.plugin.stalls' })).data.id;
    const ask = (request) => s.ask({ janus: 'message', session_id, handle_id, body: { request } });
    assert.equal((await ask('stall')).plugindata.data.stalls, 'over');
    await eventually('a line about the request', () => /stands still since \d+ ms, in cardea\.plugin\.stalls \(stall\)/.test(g.log));
    await ask('later');
    await eventually('a line about the timer', () => /stands still since \d+ ms, in stalls\.so \(timer\)/.test(g.log));
    await eventually('that it moves again', () => (g.log.match(/moves again after/g) ?? []).length === 2);
    assert.equal((await s.ask({ janus: 'keepalive', session_id })).janus, 'ack');
    s.close();
  } finally {
    await g.stop();
    plugin.remove();
  }
});

test('a wall clock that jumps, forwards and back: calls, sessions and timers do not notice', async () => {
  const clock = build('clock');
  const file = openSync(join(clock.folder, 'offset'), 'w');
  const jump = (seconds) => { const b = Buffer.alloc(8); b.writeBigInt64LE(BigInt(seconds)); writeSync(file, b, 0, 8, 0); };
  jump(0);
  const asan = `${process.env.ASAN_OPTIONS ? `${process.env.ASAN_OPTIONS}:` : ''}verify_asan_link_order=0`;
  const g = await Gateway.start({ general: { session_timeout: 20 }, env: { LD_PRELOAD: clock.file, CLOCK_OFFSET: join(clock.folder, 'offset'), ASAN_OPTIONS: asan } });
  try {
    const s = await Socket.open(g.ws);
    const session_id = (await s.ask({ janus: 'create' })).data.id;
    const call = load(g, '--rooms=1', '--publishers=1', '--subscribers=3', '--bitrate=300000', '--seconds=8', '--warm-up=1');
    await eventually('the call', async () => (await sessions(g)).length > 1);
    for (const hours of [100, -1000, 0]) {
      await wait(1000);
      jump(hours * 3600);
      const { time_ms } = await (await fetch(`${g.pages}/load`)).json();
      assert.ok(Math.abs(time_ms - Date.now() - hours * 3600_000) < 60_000, `it is ${new Date(time_ms)} there`);
      await wait(1000);
      assert.equal((await s.ask({ janus: 'keepalive', session_id })).janus, 'ack', `${hours} h`);
    }
    const { code, text, figure } = await call.over;
    assert.equal(code, 0, text);
    assert.equal(figure('failed_clients'), 0);
    assert.equal(figure('silent_subscribers'), 0);
    assert.equal(figure('lost'), 0, text);
    assert.equal((await sessions(g)).length, 1, 'ours is left, and the call\'s went as it should');
    s.close();
  } finally {
    await g.stop();
    closeSync(file);
    clock.remove();
  }
});
