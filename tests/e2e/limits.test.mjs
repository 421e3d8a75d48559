// SPDX-License-Identifier: Apache-2.0
/** Limits as clients meet them: behind proxies, in bits a second, and what only some may read. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import WebSocket from 'ws';
import { Socket, post } from './lib/client.mjs';
import { BUILD, Gateway } from './lib/gateway.mjs';
import { wait } from './lib/wait.mjs';

const create = { janus: 'create', transaction: 't' };

const createAs = async (g, forwarded) => (await (await fetch(g.http, {
  method: 'POST', body: JSON.stringify(create), headers: forwarded ? { 'X-Forwarded-For': forwarded } : {} })).json());

/** A session over a WebSocket that came through a proxy. */
const createOverSocketAs = (g, forwarded) => new Promise((done, fail) => {
  const ws = new WebSocket(g.ws, 'janus-protocol', { headers: { 'X-Forwarded-For': forwarded } });
  ws.on('error', fail).on('open', () => ws.send(JSON.stringify(create))).on('message', (d) => done(JSON.parse(d)));
});

test('behind a proxy that is trusted, limits count who is behind', async () => {
  const trusted = { trusted_proxies: '127.0.0.1' };
  const g = await Gateway.start({ httpGeneral: trusted, wsGeneral: trusted, general: { metrics_acl: '127.,192.0.2.' }, limits: { sessions_per_address: 2 } });
  try {
    assert.equal((await createAs(g, '192.0.2.1')).janus, 'success');
    assert.equal((await createOverSocketAs(g, '203.0.113.5, 192.0.2.1')).janus, 'success');
    assert.equal((await createAs(g, '192.0.2.1')).error.code, 429, 'both transports count together');
    assert.equal((await createOverSocketAs(g, '192.0.2.1')).error.code, 429);
    assert.equal((await createAs(g, '192.0.2.1, 203.0.113.5')).janus, 'success', 'what stands in front is a stranger’s word');
    assert.equal((await createOverSocketAs(g, '192.0.2.2')).janus, 'success');
    for (let i = 0; i < 4; i++) assert.equal((await createAs(g, null)).janus, 'success', 'the proxy itself is not counted');
    const metrics = (from) => fetch(`${g.pages}/metrics`, { headers: from ? { 'X-Forwarded-For': from } : {} });
    assert.equal((await metrics()).status, 200);
    assert.equal((await metrics('192.0.2.9')).status, 200);
    const refused = await metrics('198.51.100.7');
    assert.deepEqual([refused.status, await refused.text()], [403, 'not from this address: general.metrics_acl\n']);
  } finally {
    await g.stop();
  }
});

test('without trust nobody can say that they are somebody else', async () => {
  const g = await Gateway.start({ limits: { sessions_per_address: 1, exempt: '10.' } });
  try {
    assert.equal((await createAs(g, '192.0.2.1')).janus, 'success');
    assert.equal((await createAs(g, '192.0.2.2')).error.code, 429);
    assert.equal((await createOverSocketAs(g, '10.0.0.1')).error.code, 429);
  } finally {
    await g.stop();
  }
});

test('rooms that clients make are counted for who made them', async () => {
  const g = await Gateway.start({ limits: { rooms_per_session: 2 } });
  const s = await Socket.open(g.ws);
  try {
    const session_id = (await s.ask({ janus: 'create' })).data.id;
    const handle_id = (await s.ask({ janus: 'attach', session_id, plugin: 'janus.plugin.videoroom' })).data.id;
    const room = async (body) => (await s.ask({ janus: 'message', session_id, handle_id, body })).plugindata.data;
    const first = await room({ request: 'create' });
    assert.equal(first.videoroom, 'created');
    assert.equal((await room({ request: 'create', room: 1234 })).error_code, 427, 'what was not made is not counted');
    assert.equal((await room({ request: 'create' })).videoroom, 'created');
    assert.match((await room({ request: 'create' })).error, /as many rooms of yours as there may be \(limits\.rooms_per_session\)/);
    assert.equal((await room({ request: 'destroy', room: first.room })).videoroom, 'destroyed');
    assert.equal((await room({ request: 'create' })).videoroom, 'created');
  } finally {
    s.close();
    await g.stop();
  }
});

/** kbit/s that each worker sends, measured from outside over so many seconds. */
async function sentKbps(g, seconds) {
  const bytes = async () => (await (await fetch(`${g.pages}/metrics`)).text()).match(/^cardea_sent_bytes_total\{[^}]*\} (\d+)$/m)[1];
  const before = { bytes: await bytes(), at: performance.now() };
  await wait(seconds * 1000);
  return ((await bytes()) - before.bytes) * 8 / (performance.now() - before.at);
}

test('the gateway takes no new sessions while it sends all that it may', async () => {
  const g = await Gateway.start({ limits: { egress_mbps: 1 }, loadreport: { limits: { machine: false, lag_ms: 10000 } } });
  const generator = spawn(join(BUILD, 'cardea-load'), ['--server', g.ws, '--quiet', '--rooms=1', '--publishers=1', '--subscribers=4', '--seconds=40'], { stdio: 'ignore' });
  const over = new Promise((done) => generator.on('exit', done));
  try {
    let kbps = 0;
    for (let i = 0; i < 30 && kbps < 1500; i++) kbps = await sentKbps(g, 0.5);
    assert.ok(kbps > 1500, `there is load: ${kbps} kbit/s`);
    await wait(2000);
    const { json } = await post(g.http, create);
    assert.equal(json.error?.code, 472);
    assert.match(json.error.reason, /limits\.egress_mbps/);
    generator.kill('SIGKILL');
    await over;
    let reply;
    for (let i = 0; i < 20 && reply?.janus !== 'success'; i++) {
      await wait(500);
      reply = (await post(g.http, create)).json;
    }
    assert.equal(reply.janus, 'success', 'and does so again');
  } finally {
    generator.kill('SIGKILL');
    await over;
    await g.stop();
  }
});

test('a session is not sent more than it may', async () => {
  const g = await Gateway.start({ limits: { session_kbps: 300 } });
  const generator = spawn(join(BUILD, 'cardea-load'), ['--server', g.ws, '--quiet', '--rooms=1', '--publishers=1', '--subscribers=4', '--seconds=40'], { stdio: 'ignore' });
  const over = new Promise((done) => generator.on('exit', done));
  try {
    let kbps = 0;
    for (let i = 0; i < 30 && kbps < 50; i++) kbps = await sentKbps(g, 0.5);
    await wait(4000); // the estimates have found their bound
    kbps = await sentKbps(g, 3);
    assert.ok(kbps > 50 && kbps < 4 * 300 * 1.1, `four sessions are sent ${Math.round(kbps)} kbit/s`); // it would be 6000
  } finally {
    generator.kill('SIGKILL');
    await over;
    await g.stop();
  }
});
