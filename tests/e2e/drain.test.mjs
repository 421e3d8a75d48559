// SPDX-License-Identifier: Apache-2.0
/** Draining, as an operator, a balancer, a client inside and a client outside see it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Gateway } from './lib/gateway.mjs';
import { Socket, post } from './lib/client.mjs';

const ROOM = { plugin: 'janus.plugin.videoroom', room: 1234 };

async function join(socket) {
  const session_id = (await socket.ask({ janus: 'create' })).data.id;
  const handle_id = (await socket.ask({ janus: 'attach', session_id, plugin: ROOM.plugin })).data.id;
  await socket.ask({ janus: 'message', session_id, handle_id, body: { request: 'join', ptype: 'publisher', room: 1234 } });
  await socket.next((m) => m.plugindata?.data?.videoroom === 'joined');
  return session_id;
}

const operate = async (g, janus, rest = {}) =>
  (await post(g.admin, { janus, transaction: 'x', admin_secret: 'e2e-admin', ...rest })).json;
const ready = async (g) => (await fetch(`${g.pages}/readyz`)).status;

test('a gateway drains, takes it back, drains again and ends by itself', async () => {
  const g = await Gateway.start();
  const inside = await Socket.open(g.ws);
  const outside = await Socket.open(g.ws);
  const session = await join(inside);
  assert.equal(await ready(g), 200);

  const status = await operate(g, 'drain', { timeout: 600 });
  assert.equal(status.draining, true);
  assert.equal(status.sessions, 1);
  assert.ok(status.deadline_s > 590 && status.eta_s <= 600);
  const told = await inside.next((m) => m.janus === 'draining');
  assert.equal(told.session_id, session);
  assert.ok(told.deadline_s >= 599);
  assert.equal(await ready(g), 503);
  assert.equal((await fetch(`${g.pages}/healthz`)).status, 200);
  assert.equal((await outside.ask({ janus: 'create' })).error.code, 472);
  assert.equal((await outside.ask({ janus: 'create', for: { ...ROOM, room: 77 } })).error.code, 472);
  const late = await outside.ask({ janus: 'create', for: ROOM });
  assert.equal(late.janus, 'success', 'a late comer to a room that lives here is welcome');

  assert.equal((await operate(g, 'undrain')).draining, false);
  assert.equal((await inside.next((m) => m.janus === 'draining')).draining, false);
  assert.equal(await ready(g), 200);
  assert.equal((await operate(g, 'drain_status')).sessions, 2);

  g.process.kill('SIGTERM');
  await inside.next((m) => m.janus === 'draining');
  assert.equal(await ready(g), 503);
  await outside.ask({ janus: 'destroy', session_id: late.data.id });
  assert.equal(g.process.exitCode, null, 'it waits for the call');
  assert.equal((await inside.ask({ janus: 'keepalive', session_id: session })).janus, 'ack');
  await inside.ask({ janus: 'destroy', session_id: session });
  assert.deepEqual(await g.exited, { code: 0, signal: null });
  outside.close();
});

test('a drain ends at its deadline, and at a second SIGTERM', async () => {
  for (const second of [false, true]) {
    const g = await Gateway.start({ general: { drain_timeout: second ? 0 : 1 } });
    const inside = await Socket.open(g.ws);
    await join(inside);
    g.process.kill('SIGTERM');
    await inside.next((m) => m.janus === 'draining');
    if (second) g.process.kill('SIGTERM');
    assert.deepEqual(await g.exited, { code: 0, signal: null });
  }
});
